"""What is due when, and that meeting it once is meeting it for good."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from fakes import NOW, an_order, answered
from samples import NUMBERLESS

from doorstep.orders.change import OrderChange
from doorstep.orders.deadlines import meet
from doorstep.orders.due import next_due
from doorstep.orders.order import Order
from doorstep.orders.policy import Policies

POLICY = Policies.from_json("{}").of("shop-1")
SHIP_BY = datetime.fromisoformat("2026-11-26T20:00:00Z")


def after(order: Order, **period: float) -> OrderChange | None:
    return meet(order, policy=POLICY, now=NOW + timedelta(**period))


def test_the_first_deadline_is_the_reminder() -> None:
    order = an_order().order

    assert order.due_at == NOW + timedelta(hours=12)
    assert after(order, hours=11, minutes=59) is None


def test_reminder_then_overdue_then_ship_by() -> None:
    order = an_order().order
    dues, told = [], []

    while order.due_at is not None:
        change = meet(order, policy=POLICY, now=order.due_at)
        assert change is not None
        dues.append(order.due_at)
        told.append(([event.name for event in change.events], [message.template for message in change.messages]))
        order = change.order

    assert dues == [NOW + timedelta(hours=12), NOW + timedelta(hours=24), SHIP_BY]
    assert told == [
        ([], ["confirm_address_reminder"]),
        (["Address Confirmation Overdue"], ["confirmation_overdue"]),
        (["Order Released"], []),
    ]


def test_after_a_missed_schedule_ops_is_told_first_and_the_buyer_reminded_next() -> None:
    change = after(an_order().order, hours=30)
    assert change is not None
    assert [message.template for message in change.messages] == ["confirmation_overdue"]

    later = after(change.order, hours=30, minutes=5)

    assert later is not None
    assert [message.template for message in later.messages] == ["confirm_address_reminder"]
    assert later.order.due_at == SHIP_BY


def test_meeting_it_twice_changes_nothing() -> None:
    change = after(an_order().order, hours=12)
    assert change is not None

    assert after(change.order, hours=12) is None


def test_an_answered_order_has_nothing_due() -> None:
    file = answered(an_order())

    assert next_due(file.order, POLICY) == SHIP_BY
    assert after(file.order, hours=30) is None


@pytest.mark.parametrize(("address", "state"), [({}, "released"), ({"address": NUMBERLESS}, "held")])
def test_at_ship_by_the_verdict_decides(address: dict[str, object], state: str) -> None:
    change = after(an_order(**address).order, days=5)

    assert change is not None
    assert change.order.state == state
    assert (change.order.due_at is None) == (state == "released")
    if state == "held":
        assert [message.template for message in change.messages] == ["held_past_ship_by", "confirmation_overdue"]
