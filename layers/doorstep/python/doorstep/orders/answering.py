"""What a buyer does through a link: confirm, take the suggestion, correct, insist, enter the code, ask for a new mail.

A GET only reads. Each answer says what to show next; the page room turns that into HTML. The state is re-read and
re-decided when somebody else was faster, so of two clicks one changes the order and the other sees what it became.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from doorstep.address import TypedAddress, decode_address
from doorstep.errors import Conflict, NotFound
from doorstep.fields import Fields
from doorstep.orders import confirming
from doorstep.orders.change import OrderChange
from doorstep.orders.desk import Desk
from doorstep.orders.link import Link, usable
from doorstep.orders.order import AddressVersion, Choice
from doorstep.orders.store import OrderFile
from doorstep.orders.versions import Author

ACTIONS: Final = ("confirm", "take_suggestion", "edit", "keep", "enter_code")
Show = Literal["address", "recorded", "mend", "code", "moved_on", "other_country", "code_wrong", "code_expired"]
CodeOf = Callable[[str, str, str], str]
"""The one-time code that the message (shop, order id, message key) carried."""
_VERSION: Final = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show: the order as it is now and, where something waits to be mended, the address proposed."""

    show: Show
    file: OrderFile
    proposed: AddressVersion | None = None


@dataclass(frozen=True, slots=True)
class _Visit:
    desk: Desk
    link: Link
    locale: str
    code_of: CodeOf

    @property
    def author(self) -> Author:
        return Author("buyer", f"{self.link.purpose}_link")

    @property
    def use(self) -> str:
        """A confirmation link is used once; the order link stays open."""
        return self.link.token_hash if self.link.purpose == "confirm" else ""


def look(desk: Desk, link: Link | None, purpose: Literal["confirm", "order"]) -> Answer:
    """What a GET shows. Changes nothing. Raises `NotFound`, one answer for every link that does not work."""
    link = usable(link, purpose, desk.now)
    file = _file(desk, link)
    settled = link.done or (purpose == "confirm" and file.order.confirmation.state == "confirmed")
    return Answer("recorded" if settled else "address", file)


def answer(
    desk: Desk,
    link: Link | None,
    purpose: Literal["confirm", "order"],
    form: Mapping[str, str],
    locale: str,
    code_of: CodeOf,
) -> Answer:
    """Carry out what the buyer chose. Raises `NotFound` for a link that does not work, `Rejected` for a broken form."""
    link = usable(link, purpose, desk.now)
    file = _file(desk, link)
    if link.done:
        return Answer("recorded", file)
    visit = _Visit(desk, link, locale, code_of)
    fields = Fields(form)
    action = fields.choice("action", ACTIONS)
    shown = fields.text("shown_version", max_length=6, pattern=_VERSION, required=False)
    fields.done()
    if shown and int(shown) != file.order.address_version:
        return Answer("moved_on", file)
    return _DO[action](visit, file, fields)


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


def _confirm(visit: _Visit, file: OrderFile, fields: Fields) -> Answer:
    desk = visit.desk

    def decide(it: OrderFile) -> OrderChange | None:
        _same_address(it, file)
        return confirming.confirm(it, author=visit.author, policy=desk.policy(it), now=desk.now, token=visit.use)

    return _recorded(visit, file, decide)


def _take_suggestion(visit: _Visit, file: OrderFile, fields: Fields) -> Answer:
    """The page posts the suggestion that was shown, for there may be several; without it, the one on file is meant."""
    typed = _address(fields) if fields.has("line1") else confirming.suggested(file.address)
    return _propose(visit, file, typed, "suggestion")


def _edit(visit: _Visit, file: OrderFile, fields: Fields) -> Answer:
    return _propose(visit, file, _address(fields), "edited")


def _keep(visit: _Visit, file: OrderFile, fields: Fields) -> Answer:
    return _propose(visit, file, _address(fields), "as_entered")


def _propose(visit: _Visit, file: OrderFile, typed: TypedAddress, choice: Choice) -> Answer:
    desk, policy = visit.desk, visit.desk.policy(file)
    proposed = confirming.propose(
        file, typed, choice, judge=desk.judge, author=visit.author, now=desk.now, locale=visit.locale
    )
    if confirming.other_country(file, proposed):
        return Answer("other_country", file, proposed)
    if choice == "edited" and proposed.verdict != "accept":
        return Answer("mend", file, proposed)
    if proposed.standard == file.address.ship_to:
        return _confirm(visit, file, Fields({}))
    if confirming.needs_code(file, proposed, policy=policy, judge=desk.judge):
        if file.order.asked.get("one_time_code", 0) >= policy.at_most:
            return Answer("code_expired", file)

        def ask(it: OrderFile) -> OrderChange:
            _same_address(it, file)
            return confirming.request_code(it, proposed, policy=policy, now=desk.now)

        return Answer("code", desk.change(file, ask), proposed)

    def decide(it: OrderFile) -> OrderChange:
        _same_address(it, file)
        return confirming.change_address(
            it, proposed, author=visit.author, policy=policy, now=desk.now, token=visit.use
        )

    return _recorded(visit, file, decide)


def _recorded(visit: _Visit, file: OrderFile, decide: Callable[[OrderFile], OrderChange | None]) -> Answer:
    try:
        return Answer("recorded", visit.desk.change(file, decide))
    except Conflict as error:
        now = visit.desk.file(file.order.shop, file.order.order_id)
        if error.code == "address_moved_on" and now.order.confirmation.state == "pending":
            return Answer("moved_on", now)
        return Answer("recorded", now)


def _enter_code(visit: _Visit, file: OrderFile, fields: Fields) -> Answer:
    digits = fields.text("code", max_length=12)
    fields.done()
    desk, policy = visit.desk, visit.desk.policy(file)
    verdict: list[bool] = []

    def decide(it: OrderFile) -> OrderChange:
        pending = it.order.pending_change
        expected = visit.code_of(it.order.shop, it.order.order_id, pending.message) if pending else ""
        change, right = confirming.enter_code(
            it, digits.replace(" ", ""), expected, author=visit.author, policy=policy, now=desk.now, token=visit.use
        )
        verdict.append(right)
        return change

    try:
        after = desk.change(file, decide)
    except Conflict:
        return Answer("code_expired", desk.file(file.order.shop, file.order.order_id))
    return Answer("recorded" if verdict[-1] else "code_wrong", after)


def _address(fields: Fields) -> TypedAddress:
    typed = decode_address(fields)
    fields.done()
    return typed


def _same_address(now: OrderFile, seen: OrderFile) -> None:
    if now.order.address_version != seen.order.address_version:
        raise Conflict("address_moved_on", "the address was changed in the meantime")


_DO: Final = {
    "confirm": _confirm,
    "take_suggestion": _take_suggestion,
    "edit": _edit,
    "keep": _keep,
    "enter_code": _enter_code,
}
