"""A parcel of which nothing is heard: ops is told once, forecasts do not count, and the next scan ends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from shipping import (
    MOVING,
    at_rest,
    case,
    causes,
    detail,
    done,
    hear,
    parcel_file,
    register,
    scan,
    scanned,
    ship,
    tracker,
    wrong_address,
)
from world import World


@pytest.fixture
def moving(world: World) -> World:
    """A world with a parcel whose last scan was at eight in the morning."""
    ship(world)
    hear(world, scan(*MOVING))
    return world


def later(world: World, **period: float) -> None:
    """Some time passes, and the schedule runs."""
    world.wait(**period)
    world.sweep()


def kinds(world: World) -> list[str]:
    return [it["kind"] for it in world.file()["cases"]]


def test_two_days_without_a_scan_are_a_case_and_not_a_minute_less(moving: World) -> None:
    later(moving, hours=40, minutes=59)
    assert kinds(moving) == []

    later(moving, minutes=1)

    assert kinds(moving) == ["stalled"]
    found = case(moving)
    assert (found["severity"], found["step"], found["owner"], found["reason"]) == (
        "warning",
        "ask_carrier",
        "ops",
        "no_scan",
    )
    assert causes(moving) == ["opened"]
    at_rest(moving)


def test_ops_is_told_once_however_often_the_schedule_runs(moving: World) -> None:
    later(moving, hours=41)
    mails = len(moving.mails())

    for _ in range(10):
        later(moving, minutes=5)

    assert kinds(moving) == ["stalled"]
    assert causes(moving) == ["opened"]
    assert len(moving.alerts()) == 1
    assert len(moving.mails()) == mails


def test_the_same_deadline_delivered_twice_is_met_once(moving: World) -> None:
    moving.wait(hours=41)
    moving.invoke("watch_deadlines", {})
    moving.invoke("watch_deadlines", {})
    moving.invoke("watch_deadlines", {})

    moving.pump()

    assert kinds(moving) == ["stalled"]
    assert len(moving.alerts()) == 1
    assert moving.dead["deadlines"] == []


@pytest.mark.parametrize("reason", ["eta_update", "predicted", "scheduled"])
def test_forecasts_and_paperwork_do_not_break_a_silence(moving: World, reason: str) -> None:
    moving.wait(hours=30)
    hear(moving, scan("in_transit", "24T20:00", reason, is_physical=False))

    later(moving, hours=11)

    assert kinds(moving) == ["stalled"]


def test_an_unknown_code_of_a_parcel_in_hand_breaks_a_silence(moving: World) -> None:
    moving.wait(hours=30)
    lines = detail("23T08:00", "in_transit", "departed_facility"), detail("24T20:00", "in_transit", "rerouted")
    assert moving.webhook(tracker(*lines)).status == 200
    moving.pump()
    physical = parcel_file(moving)["scans"][-1]["is_physical"]

    later(moving, hours=11)

    assert (kinds(moving) == []) == physical


def test_a_scan_ends_the_silence_and_another_silence_is_another_case(moving: World) -> None:
    later(moving, hours=41)

    hear(moving, scan("in_transit", "25T07:30"))
    assert (case(moving)["state"], case(moving)["resolution"]) == ("resolved", "moved_on")
    later(moving, hours=48)

    assert [(it["case"], it["state"]) for it in moving.file()["cases"]] == [
        ("stalled-1", "resolved"),
        ("stalled-2", "open"),
    ]
    assert causes(moving) == ["opened", "opened"]
    at_rest(moving)


def test_a_forecast_does_not_end_it(moving: World) -> None:
    later(moving, hours=41)

    hear(moving, scan("in_transit", "25T07:30", "eta_update", is_physical=False))

    assert case(moving)["state"] == "open"
    assert causes(moving) == ["opened"]


@pytest.mark.parametrize("milestone", ["delivered", "returned", "returning", "cancelled", "available_for_pickup"])
def test_where_silence_means_nothing_nobody_is_told(moving: World, milestone: str) -> None:
    hear(moving, scan(milestone, "23T14:00"))

    later(moving, days=30)

    assert "stalled" not in kinds(moving)
    assert not [it for it in moving.raw_items("orders", "PARCEL#") if "due_at" in it]


def test_a_label_that_is_never_handed_over_is_told_after_four_days(world: World) -> None:
    ship(world)
    world.wait(hours=66)
    hear(world, scan("info_received", "26T08:00"))  # paperwork

    later(world, minutes=59)
    assert kinds(world) == []
    later(world, minutes=1)

    assert kinds(world) == ["stalled"]
    assert parcel_file(world)["moved_at"] is None


def test_a_parcel_nobody_ever_scanned_is_told_too(world: World) -> None:
    ship(world)

    later(world, hours=91)

    assert kinds(world) == ["stalled"]
    at_rest(world)


def test_while_another_case_explains_it_silence_is_no_case_of_its_own(world: World) -> None:
    wrong_address(world)

    later(world, hours=60)

    assert kinds(world) == ["address_problem"]


def test_an_old_event_again_neither_ends_nor_repeats_it(moving: World) -> None:
    later(moving, hours=41)
    before, alerts = moving.snapshot(), len(moving.alerts())

    hear(moving, scan(*MOVING))

    assert moving.snapshot() == before
    assert len(moving.alerts()) == alerts


def test_a_late_scan_of_before_the_silence_renews_nothing(moving: World) -> None:
    later(moving, hours=41)

    hear(moving, scan("in_transit", "23T06:00"))

    assert case(moving)["state"] == "open"
    assert causes(moving) == ["opened"]


def test_a_late_scan_that_shows_it_moved_ends_it_and_the_wait_begins_anew(moving: World) -> None:
    later(moving, hours=41)

    hear(moving, scan("in_transit", "24T12:00"))
    assert case(moving)["state"] == "resolved"
    later(moving, hours=47)
    assert len(moving.file()["cases"]) == 1  # somebody has looked into it since
    later(moving, hours=1)

    assert [it["state"] for it in moving.file()["cases"]] == ["resolved", "open"]


def test_what_ops_has_closed_is_quiet_for_two_days_and_is_told_again_if_it_still_is(moving: World) -> None:
    later(moving, hours=41)
    done(moving, "moving")

    later(moving, hours=47, minutes=59)
    hear(moving, scan(*MOVING))
    assert [it["state"] for it in moving.file()["cases"]] == ["resolved"]
    later(moving, minutes=1)

    assert [it["state"] for it in moving.file()["cases"]] == ["resolved", "open"]
    at_rest(moving)


def test_the_first_scan_and_the_deadline_at_once_leave_the_parcel_where_it_is(world: World) -> None:
    ship(world)
    world.wait(hours=91)
    rival = {"messageId": "rival", "body": json.dumps(scanned(scan("in_transit", "27T09:00"))), "attributes": {}}
    world.before_next_write(lambda: world.invoke("track_parcels", {"Records": [rival]}))
    world.invoke("watch_deadlines", {})

    world.pump()

    assert world.rival_came
    assert parcel_file(world)["milestone"] == "in_transit"
    assert kinds(world) == []
    milestones = [it["detail"]["data"]["milestone"] for it in world.events() if "Milestone" in it["detail-type"]]
    assert milestones == ["in_transit"]
    at_rest(world)


def test_a_seller_may_be_more_patient(new_world: Callable[..., World]) -> None:
    policy: dict[str, Any] = {"default": {"parcels": {"silent_after_minutes": 6000, "unhanded_after_minutes": 9000}}}
    world = new_world(policy=json.dumps(policy))
    ship(world)
    register(world, number="1ZDSTEP10030000199")
    hear(world, scan(*MOVING))

    later(world, hours=92)
    assert kinds(world) == []
    later(world, hours=1)
    assert [it["parcel"] for it in world.file()["cases"]] == ["ups.1ZDSTEP10030000126"]


def test_an_expired_tracker_that_speaks_again_is_followed_again(moving: World) -> None:
    hear(moving, scan("expired", "23T14:00", "no_scan"))
    assert kinds(moving) == ["stalled"]

    hear(moving, scan("in_transit", "23T14:30"))

    assert case(moving)["state"] == "resolved"
    later(moving, hours=48)
    assert [it["state"] for it in moving.file()["cases"]] == ["resolved", "open"]


def test_a_deadline_of_a_parcel_or_case_that_is_gone_is_no_error(world: World) -> None:
    ship(world)
    for sk in ("PARCEL#ups#1ZGONE", "CASE#stalled-9"):
        world.put("deadlines", {"pk": "ORDER#shop-1#1001", "sk": sk, "due_at": "2026-11-23T15:00:00.000Z"})
        world.put("deadlines", {"pk": "ORDER#shop-1#9999", "sk": sk, "due_at": "2026-11-23T15:00:00.000Z"})

    world.pump()

    assert world.dead["deadlines"] == []
