"""Work killed between any two writes loses nothing, does nothing twice, and leaves nothing lying about.

The story is played with a kill at its n-th moment: every write has two, just before it and just after. Then everybody
does what they do in life: the shop posts its order again, the buyer clicks again, queues and streams deliver again, the
schedule comes round. Whatever n is, the end is the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from samples import NEARBY, NUMBERLESS, order
from world import Killed, World

# The reminder is the one mail that must not come twice; the story has it between the first mail and the answer.
POLICY = json.dumps({"default": {"confirmation": {"remind_after_minutes": 30, "overdue_after_minutes": 100_000}}})
HARMFUL_TWICE = ("-/confirm_address_reminder/1",)
EXPECTED = ["Address Changed", "Address Confirmed", "Order Held", "Order Placed", "Order Released"]
MOMENTS = 64
NIGHT_MOMENTS = 32
"""As many as each story has, and a few more; a test sees to that."""


def insisting(call: Callable[[], Any]) -> Any:
    """A caller who gets no answer, or one that says "try again", tries again."""
    for _ in range(3):
        try:
            answer = call()
        except Killed:
            continue
        if answer.status < 500:
            return answer
    raise AssertionError("the caller never got an answer")


def play(world: World) -> None:
    """Place, ask, remind, correct, tell: one order's life up to its release."""
    placed = insisting(lambda: world.api("POST", "/orders", order()))
    assert placed.status == 201
    world.pump()
    schedule(world, minutes=31)
    schedule(world, minutes=20)
    mail = world.mails()[0]
    link = f"/confirm/{mail.token('confirm')}"
    clicked = insisting(lambda: world.page("POST", link, {"action": "edit", "shown_version": "1", **NEARBY}))
    assert clicked.status == 200
    world.pump()


def schedule(world: World, **period: float) -> None:
    """Some time passes, and the schedule runs."""
    world.wait(**period)
    world.sweep()


def settle(world: World) -> None:
    """More than an hour, for whatever is stuck to be found."""
    for _ in range(5):
        schedule(world, minutes=16)


def mails_by_message(world: World) -> Counter[str]:
    """How often each message went out."""
    from doorstep.platform.mail import from_tag

    refs = [from_tag(mail.tags["message"]) for mail in world.mails()]
    return Counter(ref.key for ref in refs if ref)


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_done_twice(
    new_world: Callable[..., World], moment: int
) -> None:
    world = new_world(policy=POLICY)
    world.kill_after(moment)

    play(world)
    settle(world)

    # released once, by what the buyer said
    file = world.file()
    assert (file["state"], file["release"]["reason"], file["address_version"]) == ("released", "confirmed", 2)
    assert [version["typed"]["line1"] for version in file["addresses"]] == ["149 Church Street", "77 Pine St"]

    # every event, each with one id however often it was published
    events = [name for name in world.event_names() if name != "Message Failed"]
    assert events == EXPECTED

    # nothing is stuck, nothing is left over
    assert all(message["state"] in {"sent", "failed"} for message in file["messages"])
    items = world.raw_items("orders")
    assert not [item["sk"]["S"] for item in items if item["sk"]["S"].startswith("OUTBOX#") or "due_at" in item]
    assert not any(world.dead.values())
    assert world.errors == []

    # mails as each template's rules say
    sent = mails_by_message(world)
    assert set(sent) <= {"-/confirm_address/1", "-/address_changed/1", *HARMFUL_TWICE}
    assert 1 <= sent["-/confirm_address/1"] <= 2
    assert 1 <= sent["-/address_changed/1"] <= 2
    reminder = next(it for it in file["messages"] if it["key"] == HARMFUL_TWICE[0])
    if reminder["state"] == "failed":
        assert reminder["reason"] == "outcome_unknown"
        assert world.event_names().count("Message Failed") == 1
        assert sent[HARMFUL_TWICE[0]] <= 1
    else:
        assert sent[HARMFUL_TWICE[0]] == 1
        assert "Message Failed" not in world.event_names()


def test_the_moments_cover_the_whole_story(new_world: Callable[..., World]) -> None:
    world = new_world(policy=POLICY)
    world.kill_after(MOMENTS)

    play(world)

    assert not world.fuse_burnt, "the story has grown: raise MOMENTS"
    assert mails_by_message(world) == {
        "-/confirm_address/1": 1,
        "-/address_changed/1": 1,
        "-/confirm_address_reminder/1": 1,
    }


@pytest.mark.parametrize("moment", range(1, NIGHT_MOMENTS, 2))  # just after each write: before the next one is the same
def test_ops_hears_of_an_order_past_its_ship_by_wherever_the_work_is_killed(world: World, moment: int) -> None:
    world.api("POST", "/orders", order(address=NUMBERLESS))
    world.pump()
    world.wait(days=4)
    world.kill_after(moment)

    world.sweep()
    if moment == NIGHT_MOMENTS - 1:
        assert not world.fuse_burnt, "the story has grown: raise NIGHT_MOMENTS"
    settle(world)

    kinds = Counter(alert["attributes"]["kind"] for alert in world.alerts())
    assert set(kinds) == {"held_past_ship_by", "confirmation_overdue"}
    assert all(1 <= count <= 2 for count in kinds.values())
    assert world.event_names() == ["Address Confirmation Overdue", "Order Held", "Order Placed"]
    assert world.file()["state"] == "held"
    assert not [item for item in world.raw_items("orders") if "due_at" in item]
