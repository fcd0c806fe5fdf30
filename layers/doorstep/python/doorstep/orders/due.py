"""When an order next needs attention, if nobody does anything: reminder, overdue, ship-by."""

from __future__ import annotations

from datetime import datetime, timedelta

from doorstep.orders.order import Order
from doorstep.orders.policy import Policy


def remind_at(order: Order, policy: Policy) -> datetime | None:
    """When the buyer is reminded; None when that is done or does not apply."""
    asked = order.confirmation.asked_at
    if not waiting(order) or asked is None or order.confirmation.reminded_at is not None:
        return None
    return asked + timedelta(minutes=policy.remind_after_minutes)


def overdue_at(order: Order, policy: Policy) -> datetime | None:
    """When ops is told that the buyer has not answered; None when that is done or does not apply."""
    asked = order.confirmation.asked_at
    if not waiting(order) or asked is None or order.confirmation.overdue_at is not None:
        return None
    return asked + timedelta(minutes=policy.overdue_after_minutes)


def ship_by_at(order: Order) -> datetime | None:
    """When policy decides about an order that is still held; None when it has."""
    return order.ship_by if order.state == "held" and order.held_past_ship_by_at is None else None


def next_due(order: Order, policy: Policy) -> datetime | None:
    """The earliest of the three, or None when nothing is left to wait for."""
    moments = (remind_at(order, policy), overdue_at(order, policy), ship_by_at(order))
    return min((moment for moment in moments if moment is not None), default=None)


def ships_unanswered(order: Order, policy: Policy) -> bool:
    """Whether policy will ship this waiting order at `ship_by` if the buyer never answers."""
    return waiting(order) and order.verdict in policy.release_at_ship_by


def waiting(order: Order) -> bool:
    """True while the order is held for an answer of the buyer."""
    return order.state == "held" and order.confirmation.state == "pending"
