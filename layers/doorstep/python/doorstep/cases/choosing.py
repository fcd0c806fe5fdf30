"""What a buyer does about a parcel that is on its way: look at what is possible, choose, enter another address.

They come by the link of an offer, or by the order's own link, which every mail carries. A GET only reads. The offer is
re-read and re-decided when the parcel moved or somebody else clicked, so a choice counts only while it is possible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from doorstep.address import TypedAddress, decode_address
from doorstep.cases.desk import CaseDesk
from doorstep.cases.glance import Caller, Glance, behind, glance_at, on_the_table
from doorstep.cases.offer import Offer
from doorstep.cases.readdressing import enter_code, propose
from doorstep.cases.recording import next_version, record
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.cases.undoing import take_back
from doorstep.fields import Fields
from doorstep.orders import codes, confirming
from doorstep.orders.link import Link, Purpose
from doorstep.orders.versions import as_written

ACTIONS: Final = ("choose", "edit", "keep", "take_suggestion", "enter_code", "confirm", "take_back")
_WITHOUT_OPTION: Final = frozenset({"enter_code", "confirm", "take_back"})
_VERSION: Final = re.compile(r"[0-9]{1,6}")
_OPTION: Final = re.compile(r"[a-z_]{1,40}")


def look(desk: CaseDesk, link: Link | None, purpose: Purpose) -> Glance:
    """What a GET shows. Changes nothing. Raises `NotFound` as `behind` does."""
    link, file = behind(desk, link, purpose)
    pending = codes.waiting_change(file.order.order, policy=desk.rules.policies.of(link.shop), now=desk.now)
    offer, options = on_the_table(desk, file, link)
    if pending is not None and pending.option and any(it.name == pending.option for it in options):
        return Glance("code", file, offer, options, pending.option)
    return Glance("offer", file, offer, options)


def answer(caller: Caller, file: ParcelFile, form: Mapping[str, str]) -> Glance:
    """Carry out what the buyer chose. Raises `Rejected` for a broken form."""
    fields = Fields(form)
    action = fields.choice("action", ACTIONS)
    name = fields.text("option", max_length=40, pattern=_OPTION, required=action not in _WITHOUT_OPTION)
    shown = fields.text("shown_version", max_length=6, pattern=_VERSION, required=False)
    fields.done()
    if action == "confirm":
        return _keep_as_it_is(caller, file)
    if action == "take_back":
        return take_back(caller, file)
    if action == "enter_code":
        return enter_code(caller, file, fields)
    offer, options = on_the_table(caller.desk, file, caller.link)
    option = next((it for it in options if it.name == name), None)
    if option is None:
        if offer is not None and offer.chosen == name and _says_the_same(file, offer, fields):
            return Glance("recorded", file, offer, options, name)  # a second click
        return Glance("not_possible", file, offer, options, name)
    if shown and int(shown) != file.order.order.address_version:
        return Glance("moved_on", file, offer, options, name)
    if not option.takes_address:
        return record(caller, file, name, None)
    return propose(caller, file, option, _address(fields), "as_entered" if action == "keep" else "edited")


def _keep_as_it_is(caller: Caller, file: ParcelFile) -> Glance:
    """The buyer drops a change that waits for its code, or says that the address is right."""
    desk, policy = caller.desk, caller.orders.policies.of(file.parcel.shop)

    def decide(it: ParcelFile) -> CaseChange | None:
        change = confirming.confirm(it.order, author=caller.author, policy=policy, now=desk.now)
        return None if change is None else CaseChange(next_version(it), order=change)

    return glance_at("offer", caller, desk.change(file, decide))


def _says_the_same(file: ParcelFile, offer: Offer, fields: Fields) -> bool:
    """Whether the form carries no other address than the one that was chosen with the offer."""
    if not fields.has("line1"):
        return True
    chosen = next((it for it in file.order.addresses if it.version == offer.address_version), None)
    return chosen is not None and chosen.typed == as_written(_address(fields))


def _address(fields: Fields) -> TypedAddress:
    typed = decode_address(fields)
    fields.done()
    return typed
