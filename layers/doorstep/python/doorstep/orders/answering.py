"""What a buyer does through a link: confirm, take the suggestion, correct, insist, enter the code, ask for a new mail.

A GET only reads. Each answer says what to show next; the message room turns that into HTML. The state is re-read and
re-decided when somebody else was faster, so of two clicks one changes the order and the other sees what it became.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from doorstep.address import TypedAddress, decode_address
from doorstep.errors import NotFound
from doorstep.fields import Fields
from doorstep.orders import confirming, proposing
from doorstep.orders.change import OrderChange
from doorstep.orders.codes import waiting_change
from doorstep.orders.desk import Desk
from doorstep.orders.link import Link, Purpose, usable
from doorstep.orders.store import OrderFile
from doorstep.orders.versions import as_written
from doorstep.orders.visit import Answer, CodeOf, Visit, same_address

ACTIONS: Final = ("confirm", "take_suggestion", "edit", "keep", "enter_code")
_VERSION: Final = re.compile(r"[0-9]{1,6}")


def look(desk: Desk, link: Link | None, purpose: Purpose) -> Answer:
    """What a GET shows. Changes nothing. Raises `NotFound`, one answer for every link that does not work."""
    link = usable(link, purpose, desk.now)
    file = _file(desk, link)
    if link.done or (purpose == "confirm" and file.order.confirmation.state == "confirmed"):
        return Answer("recorded", file, again=True)
    waits = waiting_change(file.order, policy=desk.policy(file), now=desk.now)
    return Answer("code" if waits else "address", file)


def answer(
    desk: Desk, link: Link | None, purpose: Purpose, form: Mapping[str, str], locale: str, code_of: CodeOf
) -> Answer:
    """Carry out what the buyer chose. Raises `NotFound` for a link that does not work, `Rejected` for a broken form."""
    link = usable(link, purpose, desk.now)
    file = _file(desk, link)
    if link.done:
        return Answer("recorded", file, again=True)
    fields = Fields(form)
    action = fields.choice("action", ACTIONS)
    shown = fields.text("shown_version", max_length=6, pattern=_VERSION, required=False)
    fields.done()
    if shown and int(shown) != file.order.address_version:
        return Answer("moved_on", file)
    visit = Visit(desk, link, locale, code_of)
    if action == "confirm":
        return _confirm(visit, file)
    if action == "enter_code":
        return proposing.enter_code(visit, file, fields)
    if action == "take_suggestion":
        return proposing.propose(visit, file, *_suggestion(visit, file, fields))
    return proposing.propose(visit, file, _address(fields), "edited" if action == "edit" else "as_entered")


def resend(desk: Desk, link: Link | None) -> None:
    """Send a new mail to the address on file, if this link ever belonged to an order; says nothing either way."""
    if link is None:
        return
    file = desk.store.read(link.shop, link.order_id)
    if file is not None:
        desk.change(file, lambda it: confirming.ask_again(it, policy=desk.policy(it), now=desk.now, patient=True))


def _file(desk: Desk, link: Link) -> OrderFile:
    try:
        return desk.file(link.shop, link.order_id)
    except NotFound as error:
        raise NotFound("link_not_usable", "this link no longer works") from error


def _confirm(visit: Visit, file: OrderFile) -> Answer:
    desk = visit.desk

    def decide(it: OrderFile) -> OrderChange | None:
        same_address(it, file)
        return confirming.confirm(it, author=visit.author, policy=desk.policy(it), now=desk.now, token=visit.use)

    return visit.record(file, decide, lambda now: now.order.confirmation.state == "confirmed")


def _suggestion(visit: Visit, file: OrderFile, fields: Fields) -> tuple[TypedAddress, Literal["suggestion", "edited"]]:
    """The suggestion that was taken. The page posts it, for there may be several; what we never suggested for this
    address (it was suggested for an edit, or made up) counts as the buyer's own words."""
    if not fields.has("line1"):
        return confirming.suggested(file.address), "suggestion"
    typed = _address(fields)
    judgement = visit.desk.judge.judge(TypedAddress.of(file.address.typed), visit.locale)
    offered = [suggestion["address"] for suggestion in judgement["suggestions"]]
    ours = file.address.suggestion
    known = [*offered, *([ours.to_dict()] if ours else [])]
    return typed, "suggestion" if as_written(typed).to_dict() in known else "edited"


def _address(fields: Fields) -> TypedAddress:
    typed = decode_address(fields)
    fields.done()
    return typed
