"""Work on a parcel killed after any write ends as if nobody had been killed.

Each act is played once undisturbed, and then once for every moment just after a write (just before the next one is the
same). After that queues and streams deliver again, callers who got no answer try again, and the schedule comes round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from samples import NEARBY, order
from shipping import (
    MOVING,
    WRONG_NUMBER,
    at_rest,
    choose,
    detail,
    hear,
    offer_link,
    register,
    scan,
    ship,
    tracker,
    wrong_address,
)
from world import Answer, Killed, World, new_world

from doorstep.platform.mail import from_tag

TROUBLE = tracker(
    detail("22T17:30", "pre_transit", "label_created"),
    detail("23T08:00", "in_transit", "received_at_origin_facility"),
    detail("23T12:00", "in_transit", "address_correction"),
)
CASE = "/orders/shop-1/1001/cases/address_problem-1"
PUBLISHED_ANEW = ("Carrier Webhook Received", "Message Failed")
"""A carrier that gets no answer calls again: the event says that it did."""


def insisting(call: Callable[[], Answer]) -> None:
    """A caller who gets no answer, or one that says "try again", tries again."""
    for _ in range(3):
        try:
            if call().status < 500:
                return
        except Killed:
            continue
    raise AssertionError("the caller never got an answer")


def shipped(world: World) -> None:
    ship(world)
    hear(world, scan(*MOVING))


def scans_wait(world: World) -> None:
    world.api("POST", "/orders", order())
    hear(world, scan(*MOVING))
    hear(world, scan(*WRONG_NUMBER))


def asked_yesterday(world: World) -> None:
    wrong_address(world)
    world.wait(hours=24)


def silent(world: World) -> None:
    shipped(world)
    world.wait(hours=41)


def chosen(world: World) -> None:
    wrong_address(world)
    choose(world, "hold_at_location")


def a_webhook_comes(world: World) -> None:
    insisting(lambda: world.webhook(TROUBLE))
    world.pump()


def the_parcel_is_registered(world: World) -> None:
    insisting(lambda: register(world))
    world.pump()


def the_buyer_redirects(world: World) -> None:
    form = {"action": "edit", "option": "redirect", "shown_version": "1", **NEARBY}
    link = offer_link(world)
    insisting(lambda: world.page("POST", link, form))
    world.pump()


def ops_completes_a_step(world: World) -> None:
    body = {"outcome": "requested", "step": "carry_out", "operator": "Li Wei"}
    insisting(lambda: world.api("POST", f"{CASE}/complete", body))
    world.pump()


def the_schedule_runs(world: World) -> None:
    world.sweep()


ACTS: dict[str, tuple[Callable[[World], None], Callable[[World], None], int]] = {
    "a webhook opens a case": (shipped, a_webhook_comes, 21),
    "a parcel is registered whose scans wait": (scans_wait, the_parcel_is_registered, 30),
    "the buyer accepts a redirect": (wrong_address, the_buyer_redirects, 23),
    "ops completes a step": (chosen, ops_completes_a_step, 8),
    "an offer expires": (asked_yesterday, the_schedule_runs, 17),
    "a silence becomes a case": (silent, the_schedule_runs, 11),
}
"""What was before, what happens, and how many writes that may take; a test sees to the number."""


def settle(world: World) -> None:
    """Time enough for whatever is stuck to be found."""
    for _ in range(3):
        world.wait(minutes=16)
        world.sweep()


def outcome(world: World) -> dict[str, Any]:
    """How it ended, but for moments and ids."""
    file = world.file()
    return {
        "address": file["address_version"],
        "order": (file["state"], file["release"]),
        "parcels": [
            (it["milestone"], it["reason"], [one["raw_code"] for one in it["scans"]]) for it in file["parcels"]
        ],
        "cases": [
            (it["case"], it["state"], it["step"], [(line["what"], line["detail"]) for line in it["history"]])
            for it in file["cases"]
        ],
        "offers": [(it["offer"], it["state"], it["chosen"]) for case in file["cases"] for it in case["offers"]],
        "messages": sorted((it["key"], it["state"]) for it in file["messages"]),
        "events": [name for name in world.event_names() if name not in PUBLISHED_ANEW],
    }


@cache
def undisturbed(act: str) -> tuple[dict[str, Any], int]:
    """How the act ends when nobody is killed, and how many writes it takes."""
    before, happens, _ = ACTS[act]
    with pytest.MonkeyPatch.context() as monkeypatch, new_world(monkeypatch) as world:
        before(world)
        world.kill_after(10_000)
        happens(world)
        writes = (10_000 - world.moments_left) // 2
        settle(world)
        return outcome(world), writes


def sent(world: World) -> Counter[str]:
    """How often each mail went out."""
    refs = [from_tag(mail.tags["message"]) for mail in world.mails()]
    return Counter(ref.key for ref in refs if ref)


@pytest.mark.parametrize(("act", "write"), [(act, n) for act, (_, _, most) in ACTS.items() for n in range(most)])
def test_killed_after_any_write_it_ends_the_same(act: str, write: int) -> None:
    expected, _ = undisturbed(act)
    before, happens, _ = ACTS[act]
    with pytest.MonkeyPatch.context() as monkeypatch, new_world(monkeypatch) as world:
        before(world)
        already = sent(world)
        world.kill_after(2 * write + 1)

        happens(world)
        killed = world.fuse_burnt
        settle(world)

        assert killed
        assert outcome(world) == expected
        assert all(1 <= count <= 2 for count in sent(world).values())
        assert sum(sent(world).values()) <= len(sent(world)) + 1
        assert all(sent(world)[key] == 1 for key in already)
        at_rest(world)


@pytest.mark.parametrize("act", ACTS)
def test_every_write_of_an_act_has_its_turn(act: str) -> None:
    _, writes = undisturbed(act)

    assert writes == ACTS[act][2], "the act has another number of writes by now"


def test_the_acts_are_not_empty() -> None:
    for act in ACTS:
        ended, _ = undisturbed(act)
        assert ended["cases"], act
