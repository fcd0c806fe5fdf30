"""What happens when nobody does anything: reminder, alert to ops, and at `ship_by` what policy says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from samples import GOOD, MISSPELT, NEARBY, NUMBERLESS, order
from world import World

NewWorld = Callable[..., World]


def place(world: World, **changes: Any) -> None:
    assert world.api("POST", "/orders", order(**changes)).status == 201
    world.pump()


def later(world: World, **period: float) -> None:
    """Let time pass, and the schedule run."""
    world.wait(**period)
    world.sweep()


def kinds(world: World) -> list[str]:
    """The kinds of the alerts to ops."""
    return [alert["attributes"]["kind"] for alert in world.alerts()]


def templates(world: World) -> list[str]:
    """The messages of the order, as they were asked for."""
    return sorted(message["key"] for message in world.file()["messages"])


def test_nothing_happens_before_its_time(world: World) -> None:
    place(world)

    later(world, minutes=719)

    assert len(world.mails()) == 1
    assert world.alerts() == []


def test_the_buyer_is_reminded_once(world: World) -> None:
    place(world)

    later(world, minutes=720)
    for _ in range(5):
        later(world, minutes=30)

    first, reminder = world.mails()
    assert reminder.to == first.to
    assert reminder.subject != first.subject
    assert world.file()["confirmation"]["reminded_at"] == "2026-11-24T03:00:00.000Z"


def test_the_reminders_link_works(world: World) -> None:
    place(world)
    later(world, minutes=720)
    reminder = world.mails()[-1]

    world.page("POST", f"/confirm/{reminder.token('confirm')}", {"action": "confirm"})

    assert world.file()["state"] == "released"


def test_nobody_is_reminded_after_confirming(world: World) -> None:
    place(world)
    world.page("POST", f"/confirm/{world.mails()[0].token('confirm')}", {"action": "confirm"})

    for _ in range(8):
        later(world, minutes=720)

    assert len(world.mails()) == 1
    assert world.alerts() == []


def test_a_reminder_on_its_way_stops_when_the_buyer_confirms_first(world: World) -> None:
    place(world)
    world.wait(minutes=720)
    world.invoke("watch_deadlines", {})
    world.drain("deadlines", "meet_deadlines")  # the reminder is asked for, and not yet sent

    world.page("POST", f"/confirm/{world.mails()[0].token('confirm')}", {"action": "confirm"})
    world.pump()

    assert len(world.mails()) == 1
    states = {message["key"]: (message["state"], message["reason"]) for message in world.file()["messages"]}
    assert states["-/confirm_address_reminder/1"] == ("failed", "no_longer_needed")
    assert "Message Failed" not in world.event_names()
    assert world.alerts() == []


def test_ops_is_told_when_the_buyer_does_not_answer(world: World) -> None:
    place(world)

    later(world, minutes=720)
    later(world, minutes=720)
    later(world, minutes=720)

    (alert,) = world.alerts()
    assert alert["attributes"] == {
        "severity": "warning",
        "kind": "confirmation_overdue",
        "order_value": "2599",
        "shop": "shop-1",
    }
    assert "1001" in alert["text"]
    assert "Address Confirmation Overdue" in world.event_names()
    assert world.file()["state"] == "held"


def test_the_chat_gets_its_own_form(world: World) -> None:
    place(world)

    later(world, minutes=1440)

    chat = json.loads(world._peek("chat")[0]["Message"])
    assert (chat["version"], chat["source"]) == ("1.0", "custom")


def test_at_ship_by_a_good_address_ships_unconfirmed(world: World) -> None:
    place(world)

    later(world, days=4)

    file = world.file()
    assert (file["state"], file["release"]["reason"], file["confirmation"]["state"]) == (
        "released",
        "ship_by",
        "pending",
    )
    assert world.event_names() == ["Order Held", "Order Placed", "Order Released"]
    assert kinds(world) == []


def test_at_ship_by_an_undeliverable_address_stays_and_ops_is_told_once(world: World) -> None:
    place(world, address=NUMBERLESS)

    for _ in range(12):
        later(world, hours=12)

    assert world.file()["state"] == "held"
    assert sorted(kinds(world)) == ["confirmation_overdue", "held_past_ship_by"]
    critical = next(alert for alert in world.alerts() if alert["attributes"]["kind"] == "held_past_ship_by")
    assert critical["attributes"]["severity"] == "critical"
    assert "Order Released" not in world.event_names()


def test_an_order_held_past_ship_by_is_released_by_its_buyer(world: World) -> None:
    place(world, address=NUMBERLESS)
    later(world, days=4)

    world.page("POST", f"/confirm/{world.mails()[0].token('confirm')}", {"action": "edit", **NEARBY})
    world.pump()

    assert world.file()["state"] == "released"
    assert world.event_names().count("Order Released") == 1


def test_a_missed_schedule_is_made_up_for(world: World) -> None:
    place(world, ship_by="2026-12-20T20:00:00Z")

    later(world, days=3)
    later(world, minutes=5)

    assert kinds(world) == ["confirmation_overdue"]
    assert "Order Released" not in world.event_names()


@pytest.mark.parametrize(("address", "state"), [(GOOD, "released"), (MISSPELT, "held")], ids=["accept", "confirm"])
def test_policy_says_which_verdicts_ship_by_releases(new_world: NewWorld, address: dict[str, str], state: str) -> None:
    world = new_world(policy=json.dumps({"default": {"confirmation": {"release_at_ship_by": ["accept"]}}}))
    place(world, address=address)

    later(world, days=4)

    assert world.file()["state"] == state


def test_periods_may_be_fractions_of_minutes_and_differ_by_shop(new_world: NewWorld) -> None:
    policy = {
        "default": {"confirmation": {"remind_after_minutes": 60}},
        "shops": {"shop-1": {"confirmation": {"remind_after_minutes": 0.1, "overdue_after_minutes": 0.2}}},
    }
    world = new_world(policy=json.dumps(policy))
    place(world)
    place(world, shop="shop-2")

    later(world, seconds=6)
    later(world, seconds=6)

    assert [message["key"] for message in world.file()["messages"]].count("-/confirm_address_reminder/1") == 1
    assert kinds(world) == ["confirmation_overdue"]
    assert len(world.mails()) == 3

    later(world, minutes=60)

    assert len(world.mails()) == 4


@pytest.mark.parametrize(
    ("ask", "address", "state", "how"),
    [
        ("always", GOOD, "held", "pending"),
        ("unless_accepted", GOOD, "released", "accepted"),
        ("unless_accepted", MISSPELT, "held", "pending"),
        ("never", MISSPELT, "released", "not_asked"),
        ("never", NUMBERLESS, "held", "pending"),
    ],
)
def test_policy_says_whom_to_ask(new_world: NewWorld, ask: str, address: dict[str, str], state: str, how: str) -> None:
    world = new_world(policy=json.dumps({"default": {"confirmation": {"ask": ask}}}))

    place(world, address=address)
    later(world, hours=2)

    file = world.file()
    assert (file["state"], file["confirmation"]["state"]) == (state, how)
    assert len(world.mails()) == (state == "held")
    assert ("Order Released" in world.event_names()) == (state == "released")


def test_the_shops_name_and_reply_address_come_from_policy(new_world: NewWorld) -> None:
    shop = {"name": "Sample Lamps", "reply_to": "care@shop.example.com"}
    world = new_world(policy=json.dumps({"shops": {"shop-1": {"shop": shop}}}))

    place(world)

    assert "Sample Lamps" in world.mails()[0].subject


def test_a_deadline_delivered_twice_is_met_once(world: World) -> None:
    place(world)
    world.wait(minutes=720)
    world.invoke("watch_deadlines", {})
    world.invoke("watch_deadlines", {})

    world.pump()

    assert len(world.mails()) == 2
    assert world.errors == []


def test_a_deadline_of_an_order_that_is_gone_is_no_error(world: World) -> None:
    world.put("deadlines", {"pk": "ORDER#shop-1#9999", "sk": "ORDER", "due_at": "2026-11-23T15:00:00.000Z"})
    world.put("deadlines", {"pk": "ORDER#shop-1#9999", "sk": "MESSAGE#-/confirm_address/1", "due_at": "x"})
    world.put("deadlines", {"pk": "ORDER#shop-1#9999", "sk": "OUTBOX#gone", "due_at": "x"})

    world.pump()

    assert world.dead["deadlines"] == []
    assert world.raw_items("orders") == []


def test_many_shards_many_orders_all_are_found(world: World) -> None:
    for number in range(20):
        world.api("POST", "/orders", order(f"A-{number}"))
    world.pump()

    later(world, minutes=720)

    assert len(world.mails()) == 40
