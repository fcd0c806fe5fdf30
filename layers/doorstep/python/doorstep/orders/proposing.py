"""A buyer proposes another address: judged, mended if need be, approved by a code if it is grave, then recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from doorstep.address import TypedAddress
from doorstep.errors import Conflict
from doorstep.fields import Fields
from doorstep.orders import codes, confirming
from doorstep.orders.change import OrderChange
from doorstep.orders.order import AddressVersion, Choice
from doorstep.orders.policy import Policy
from doorstep.orders.store import OrderFile
from doorstep.orders.visit import Answer, Visit, same_address

_DAY: Final = timedelta(days=1)


def propose(visit: Visit, file: OrderFile, typed: TypedAddress, choice: Choice) -> Answer:
    """Judge the address and carry the change as far as it goes now.

    `mend`: we doubt what was edited, and the buyer may insist (`as_entered`) if a carrier could read it at all.
    `code`: it waits for its one-time code.
    `too_many`: enough changes or codes for one day. `other_country`: never. `shipped`: not here any more.
    """
    desk, policy = visit.desk, visit.desk.policy(file)
    if file.order.shipped_at:
        return Answer("shipped", file)
    judge = desk.judge_of(file.order.shop)
    proposed = confirming.propose(
        file, typed, choice, judge=judge, author=visit.author, now=desk.now, locale=visit.locale
    )
    if confirming.other_country(file, proposed):
        return Answer("other_country", file, proposed)
    if (choice == "edited" and proposed.verdict != "accept") or not confirming.has_a_label(proposed):
        return Answer("mend", file, proposed)
    if not confirming.same_place(file, proposed):
        if too_many_changes(file, policy=policy, now=desk.now):
            return Answer("too_many", file)
        if codes.needs_code(file, proposed, policy=policy, judge=desk.judge):
            return _ask_for_code(visit, file, proposed)

    def decide(it: OrderFile) -> OrderChange | None:
        same_address(it, file)
        if confirming.same_place(it, proposed):
            return confirming.confirm(it, author=visit.author, policy=policy, now=desk.now, token=visit.use)
        return confirming.change_address(
            it, proposed, author=visit.author, policy=policy, now=desk.now, token=visit.use
        )

    return visit.record(file, decide, lambda now: confirming.same_place(now, proposed))


def enter_code(visit: Visit, file: OrderFile, fields: Fields) -> Answer:
    """Try the code that was mailed. Raises `Rejected` when there is none in the form."""
    digits = fields.text("code", max_length=12)
    fields.done()
    desk, policy = visit.desk, visit.desk.policy(file)
    if file.order.shipped_at:
        return Answer("shipped", file)
    verdict: list[bool] = []

    def decide(it: OrderFile) -> OrderChange:
        pending = it.order.pending_change
        expected = visit.code_of(it.order.shop, it.order.order_id, pending.message) if pending else ""
        change, right = codes.enter_code(
            it, digits.replace(" ", ""), expected, author=visit.author, policy=policy, now=desk.now, token=visit.use
        )
        verdict.append(right)
        return change

    try:
        after = desk.change(file, decide)
    except Conflict:
        return Answer("code_expired", desk.file(file.order.shop, file.order.order_id))
    return Answer("recorded" if verdict[-1] else "code_wrong", after)


def _ask_for_code(visit: Visit, file: OrderFile, proposed: AddressVersion) -> Answer:
    desk, policy = visit.desk, visit.desk.policy(file)

    def decide(it: OrderFile) -> OrderChange | None:
        same_address(it, file)
        return codes.request_code(it, proposed, policy=policy, now=desk.now)

    try:
        return Answer("code", desk.change(file, decide))
    except Conflict as error:
        now = desk.file(file.order.shop, file.order.order_id)
        return Answer("too_many" if error.code == "too_many_codes" else "moved_on", now)


def too_many_changes(file: OrderFile, *, policy: Policy, now: datetime) -> bool:
    """Whether the address was changed often enough through links within a day: whoever has an old mail can try."""
    links = (it for it in file.addresses if it.by == "buyer" and it.how != "checkout")
    return sum(now - it.at < _DAY for it in links) >= policy.changes_a_day
