"""Nobody did anything in time: remind the buyer, tell ops, and at `ship_by` do what policy says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from doorstep.orders.change import Draft, OrderChange
from doorstep.orders.due import overdue_at, remind_at, ship_by_at, ships_unanswered
from doorstep.orders.order import Order, Release
from doorstep.orders.policy import Policy


def meet(order: Order, *, policy: Policy, now: datetime) -> OrderChange | None:
    """Everything that is due on this order, in one change; None when nothing is (any more)."""
    draft = Draft(order, now)
    if _passed(ship_by_at(order), now):
        _decide_at_ship_by(draft, policy)
    if _passed(overdue_at(draft.order, policy), now):
        draft.order = replace(draft.order, confirmation=replace(draft.order.confirmation, overdue_at=now))
        draft.announce("Address Confirmation Overdue", verdict=order.verdict)
        draft.tell_ops("confirmation_overdue", reason="not_confirmed")
    elif _passed(remind_at(draft.order, policy), now):
        draft.order = replace(draft.order, confirmation=replace(draft.order.confirmation, reminded_at=now))
        draft.ask_buyer("confirm_address_reminder")
    return draft.seal(policy) if draft.order != order else None


def _decide_at_ship_by(draft: Draft, policy: Policy) -> None:
    order = draft.order
    if ships_unanswered(order, policy):
        draft.order = replace(order, state="released", release=Release(draft.now, "ship_by"))
        draft.announce("Order Released", reason="ship_by", verdict=order.verdict)
    else:
        draft.order = replace(order, held_past_ship_by_at=draft.now)
        draft.tell_ops("held_past_ship_by", reason=f"verdict_{order.verdict}")


def _passed(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
