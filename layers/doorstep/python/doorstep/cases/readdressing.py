"""A buyer names another address for a parcel on its way: judged, mended if need be, approved by a code if grave."""

from __future__ import annotations

from doorstep.address import TypedAddress
from doorstep.cases.glance import Caller, Glance, Show, glance_at, on_the_table
from doorstep.cases.offer import Option
from doorstep.cases.recording import accepted, again, next_version, record
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.errors import Conflict
from doorstep.fields import Fields
from doorstep.orders import codes, confirming, proposing
from doorstep.orders.change import OrderChange
from doorstep.orders.order import AddressVersion, Choice


def propose(caller: Caller, file: ParcelFile, option: Option, typed: TypedAddress, choice: Choice) -> Glance:
    """Judge the new address and carry the choice as far as it goes now."""
    desk, orders = caller.desk, caller.orders
    policy, (offer, options) = orders.policies.of(file.parcel.shop), on_the_table(desk, file, caller.link)
    judge = orders.judge.ruled(policy.address_rules)
    proposed = confirming.propose(
        file.order, typed, choice, judge=judge, author=caller.author, now=desk.now, locale=caller.locale
    )
    show: Show | None = None
    if confirming.other_country(file.order, proposed):
        show = "other_country"
    elif (choice == "edited" and proposed.verdict != "accept") or not confirming.has_a_label(proposed):
        show = "mend"
    elif proposed.ship_to == file.label_address.ship_to:
        show = "same_address"
    elif proposing.too_many_changes(file.order, policy=policy, now=desk.now):
        show = "too_many"
    if show is not None:
        return Glance(show, file, offer, options, option.name, proposed)
    if codes.needs_code(file.order, proposed, policy=policy, judge=orders.judge):
        return _ask_for_code(caller, file, option, proposed)
    return record(caller, file, option.name, lambda it: _changed(caller, it, proposed))


def _ask_for_code(caller: Caller, file: ParcelFile, option: Option, proposed: AddressVersion) -> Glance:
    desk, policy = caller.desk, caller.orders.policies.of(file.parcel.shop)

    def decide(it: ParcelFile) -> CaseChange | None:
        change = codes.request_code(it.order, proposed, policy=policy, now=desk.now, option=option.name)
        return None if change is None else CaseChange(next_version(it), order=change)

    try:
        now = desk.change(file, decide)
    except Conflict as error:
        if error.code != "too_many_codes":
            raise
        return glance_at("too_many", caller, file, option.name)
    return glance_at("code", caller, now, option.name)


def enter_code(caller: Caller, file: ParcelFile, fields: Fields) -> Glance:
    """Try the code that was mailed; a wrong try is counted."""
    digits = fields.text("code", max_length=12).replace(" ", "")
    fields.done()
    desk, policy = caller.desk, caller.orders.policies.of(file.parcel.shop)
    pending = codes.waiting_change(file.order.order, policy=policy, now=desk.now)
    if pending is None or not pending.option:
        return glance_at("code_expired", caller, file)
    right: list[bool] = []

    def changed(it: ParcelFile) -> OrderChange:
        waiting = it.order.order.pending_change
        expected = caller.code_of(it.parcel.shop, it.parcel.order_id, waiting.message) if waiting else ""
        change, good = codes.enter_code(it.order, digits, expected, author=caller.author, policy=policy, now=desk.now)
        right.append(good)
        return change

    def decide(it: ParcelFile) -> CaseChange | None:
        change = changed(it)
        return accepted(caller, it, pending.option, change) if right[-1] else CaseChange(next_version(it), order=change)

    try:
        now = desk.change(file, decide)
    except Conflict as error:
        if error.code not in {"code_expired", "not_possible"}:
            raise
        return glance_at(
            "code_expired" if error.code == "code_expired" else "not_possible", caller, again(caller, file)
        )
    return glance_at("recorded" if right[-1] else "code_wrong", caller, now, pending.option)


def _changed(caller: Caller, file: ParcelFile, proposed: AddressVersion) -> OrderChange:
    policy = caller.orders.policies.of(file.parcel.shop)
    return confirming.change_address(file.order, proposed, author=caller.author, policy=policy, now=caller.desk.now)
