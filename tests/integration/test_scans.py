"""Scans come early, late, twice, at once, in hundreds: none is lost, none counts twice, and the parcel is the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from samples import order
from shipping import (
    MOVING,
    UPS,
    USPS,
    WRONG_NUMBER,
    at_rest,
    case,
    detail,
    hear,
    messages,
    parcel_file,
    register,
    scan,
    scanned,
    ship,
    tracker,
    wrong_address,
)
from world import World

BARCODE = f"420054010001{USPS}"
FIRST = detail("22T17:30", "pre_transit", "label_created")
SECOND = detail("23T08:00", "in_transit", "received_at_origin_facility")
THIRD = detail("23T12:00", "in_transit", "address_correction")


def told(world: World, order_id: str = "1001") -> list[tuple[str, str]]:
    """Milestone and time of every scan on file."""
    return [(it["milestone"], it["occurred_at"][8:16]) for it in parcel_file(world, order_id=order_id)["scans"]]


def call(world: World, *details: dict[str, Any], **more: Any) -> None:
    """EasyPost calls, and everything happens that follows."""
    assert world.webhook(tracker(*details, **more)).status == 200
    world.pump()


# -------------------------------------------------------------------- before the parcel


def test_scans_that_come_first_wait_for_their_parcel(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    world.api("POST", "/orders", order())
    call(world, FIRST, SECOND)
    hear(world, scan(*WRONG_NUMBER))

    register(world)
    world.pump()

    assert told(world) == [("info_received", "22T17:30"), ("in_transit", "23T08:00"), ("exception", "23T12:00")]
    assert case(world)["step"] == "await_buyer"
    assert len(world.raw_items("orders", "SCAN#")) == 3
    assert not [it for it in world.raw_items("orders", "SCAN#") if it["pk"]["S"].startswith("TRACKING#")]
    parked = [json.loads(line)["ScansParked"] for line in capfd.readouterr().out.splitlines() if "ScansParked" in line]
    assert parked == [[2.0], [1.0]]
    at_rest(world)


@pytest.mark.parametrize("first", ["parcel", "scan"])
@pytest.mark.parametrize(("registered", "said"), [(BARCODE, USPS), (USPS, BARCODE)], ids=["long", "short"])
def test_a_number_of_usps_finds_its_parcel_with_and_without_the_zip_code(
    world: World, registered: str, said: str, first: str
) -> None:
    world.api("POST", "/orders", order())
    steps = [
        lambda: register(world, number=registered, carrier="USPS"),
        lambda: call(world, SECOND, number=said, carrier="USPS"),
    ]

    for step in steps if first == "parcel" else reversed(steps):
        step()
        world.pump()

    assert told(world) == [("in_transit", "23T08:00")]
    assert parcel_file(world)["id"] == f"usps.{USPS}"
    at_rest(world)


def test_scans_between_registering_and_adoption_come_in_too(world: World) -> None:
    world.api("POST", "/orders", order())
    hear(world, scan(*MOVING))
    world.put("scans", scanned(scan(*WRONG_NUMBER)))
    register(world)
    world.drain("scans", "track_parcels")  # the pointer is there; the adoption has not run yet

    assert told(world) == [("exception", "23T12:00")]
    world.pump()

    assert told(world) == [("in_transit", "23T08:00"), ("exception", "23T12:00")]
    assert messages(world).count("address_problem-1/offer/1") == 1
    at_rest(world)


def test_a_parcel_registered_while_its_scan_is_being_set_aside_gets_it(world: World) -> None:
    world.api("POST", "/orders", order())
    world.before_next_write(lambda: register(world))

    hear(world, scan(*MOVING))

    assert world.rival_came
    assert told(world) == [("in_transit", "23T08:00")]
    assert parcel_file(world)["milestone"] == "in_transit"
    at_rest(world)


@pytest.mark.parametrize("after", range(3))
def test_more_scans_while_those_that_waited_are_adopted(world: World, after: int) -> None:
    world.api("POST", "/orders", order())
    hear(world, scan(*MOVING))
    register(world)
    world.relay()  # the adoption waits in the queue
    world.before_next_write(lambda: hear_at_once(world, scan(*WRONG_NUMBER)), after=after)

    world.pump()

    assert world.rival_came
    assert told(world) == [("in_transit", "23T08:00"), ("exception", "23T12:00")]
    assert case(world)["reason"] == "address_no_such_number"
    assert messages(world).count("address_problem-1/offer/1") == 1
    at_rest(world)


def hear_at_once(world: World, *scans: dict[str, Any]) -> None:
    """Another copy of the function takes in scans while one is at work."""
    record = {"messageId": "rival", "body": json.dumps(scanned(*scans)), "attributes": {}}
    assert world.invoke("track_parcels", {"Records": [record]}) == {"batchItemFailures": []}


def test_scans_of_numbers_nobody_registers_are_forgotten_some_day(world: World) -> None:
    hear(world, scan(*MOVING, number="1ZSOMEBODYELSE0001"))

    (item,) = world.raw_items("orders")
    assert item["pk"]["S"] == "TRACKING#1ZSOMEBODYELSE0001"
    assert int(item["expires"]["N"]) > 1_790_000_000
    at_rest(world)


# -------------------------------------------------------------------- many


def test_three_hundred_scans_in_one_webhook(world: World) -> None:
    ship(world)
    lines = [
        detail(f"2026-11-22T{11 + n // 60:02d}:{n % 60:02d}:00Z", "in_transit", "departed_facility") for n in range(300)
    ]

    call(world, *lines)

    file = parcel_file(world)
    assert len(file["scans"]) == 300
    assert all(it["counted"] for it in file["scans"])
    assert file["moved_at"] == "2026-11-22T15:59:00.000Z"
    at_rest(world)


def test_a_hundred_scans_in_one_event_and_not_one_more(world: World) -> None:
    ship(world)
    scans = [scan("in_transit", f"2026-11-22T{11 + n // 60:02d}:{n % 60:02d}:00Z") for n in range(101)]

    hear(world, *scans[:100])
    assert len(parcel_file(world)["scans"]) == 100
    hear(world, *scans)

    assert len(parcel_file(world)["scans"]) == 100
    assert len(world.dead["scans"]) == 1


def test_a_hundred_and_fifty_scans_that_wait(world: World) -> None:
    world.api("POST", "/orders", order())
    call(
        world,
        *[
            detail(f"2026-11-22T{11 + n // 60:02d}:{n % 60:02d}:00Z", "in_transit", "departed_facility")
            for n in range(150)
        ],
    )

    register(world)
    world.pump()

    assert len(parcel_file(world)["scans"]) == 150
    at_rest(world)


def test_scans_of_several_parcels_in_one_event_find_theirs(world: World) -> None:
    other = "1ZDSTEP10030000199"
    ship(world, "1001")
    ship(world, "1002", number=other)

    hear(world, scan(*MOVING), scan("out_for_delivery", "23T10:00", number=other))

    assert told(world, "1001") == [("in_transit", "23T08:00")]
    assert told(world, "1002") == [("out_for_delivery", "23T10:00")]


# -------------------------------------------------------------------- at the wrong time


def test_a_scan_before_the_label_is_kept_and_does_not_count(world: World) -> None:
    ship(world)

    hear(world, scan("delivered", "10T12:00"))
    hear(world, scan(*MOVING))

    file = parcel_file(world)
    assert file["milestone"] == "in_transit"
    assert [(it["milestone"], it["counted"]) for it in file["scans"]] == [("delivered", False), ("in_transit", True)]


def test_a_scan_of_tomorrow_is_kept_and_counts_tomorrow(world: World) -> None:
    ship(world)
    hear(world, scan(*MOVING))
    hear(world, scan("out_for_delivery", "24T12:00"))
    assert parcel_file(world)["milestone"] == "in_transit"
    assert [it["counted"] for it in parcel_file(world)["scans"]] == [True, False]

    world.wait(hours=8)
    world.sweep()

    assert parcel_file(world)["milestone"] == "out_for_delivery"
    assert [it["counted"] for it in parcel_file(world)["scans"]] == [True, True]
    at_rest(world)


def test_a_scan_dated_years_ahead_hides_no_silence(world: World) -> None:
    ship(world)
    hear(world, scan(*MOVING))
    hear(world, scan("in_transit", "2031-01-01T00:00:00Z"))

    world.wait(hours=42)
    world.sweep()

    assert case(world)["kind"] == "stalled"


def test_late_scans_tell_what_happened_and_move_nothing_back(world: World) -> None:
    ship(world)
    hear(world, scan("delivered", "23T14:00"))
    before = len(world.mails())

    hear(world, scan(*WRONG_NUMBER))
    hear(world, scan(*MOVING))

    assert told(world) == [("in_transit", "23T08:00"), ("exception", "23T12:00"), ("delivered", "23T14:00")]
    assert parcel_file(world)["milestone"] == "delivered"
    assert world.file()["cases"] == []
    assert len(world.mails()) == before


# -------------------------------------------------------------------- unknown


def test_an_unknown_code_is_kept_counted_and_moves_nothing(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    ship(world)
    call(world, FIRST, SECOND)
    capfd.readouterr()

    call(world, FIRST, SECOND, detail("23T13:00", "in_transit", "rerouted"))

    file = parcel_file(world)
    assert (file["milestone"], file["since"]) == ("in_transit", "2026-11-23T08:00:00.000Z")
    last = file["scans"][-1]
    assert (last["milestone"], last["code_table"], last["raw_code"]) == ("unknown", "status_detail", "rerouted")
    metrics = [json.loads(line) for line in capfd.readouterr().out.splitlines() if "UnmappedCode" in line]
    assert [metric["UnmappedCode"] for metric in metrics] == [[1.0]]


@pytest.mark.parametrize(
    "event",
    [
        "not json",
        {"detail-type": "Parcel Scanned", "source": "x", "detail": {"metadata": {"event_id": "x"}, "data": {}}},
        scanned({**scan(*MOVING), "milestone": "teleported"}),
        scanned({**scan(*MOVING), "occurred_at": "noon"}),
        scanned({**scan(*MOVING), "tracking_number": "<script>"}),
    ],
)
def test_what_nobody_can_read_goes_to_the_dead_letters_and_holds_up_nothing(world: World, event: object) -> None:
    ship(world)
    world.put("scans", event)
    world.put("scans", scanned(scan(*MOVING)))

    world.pump()

    assert parcel_file(world)["milestone"] == "in_transit"
    assert len(world.dead["scans"]) == 1


# -------------------------------------------------------------------- at once, and twice


@pytest.mark.parametrize("after", range(4))
def test_two_webhooks_at_once_come_to_what_one_would(world: World, after: int) -> None:
    ship(world)
    world.before_next_write(
        lambda: hear_at_once(world, scan(*WRONG_NUMBER), scan("exception", "23T12:30", "address_no_such_number")),
        after=after,
    )
    world.put("scans", scanned(scan(*MOVING), scan(*WRONG_NUMBER)))
    world.put("scans", scanned(scan("exception", "23T12:30", "address_no_such_number")))

    world.pump()

    assert told(world) == [("in_transit", "23T08:00"), ("exception", "23T12:00"), ("exception", "23T12:30")]
    (found,) = world.file()["cases"]
    assert (found["case"], found["state"]) == ("address_problem-1", "open")
    open_offers = [it["state"] for it in found["offers"] if it["state"] == "open"]
    assert open_offers == ["open"]
    assert len(set(messages(world))) == len(messages(world))
    at_rest(world)


def test_a_stranger_who_is_always_faster_is_waited_for(world: World) -> None:
    ship(world)
    scans = [scan("in_transit", f"23T{hour:02d}:00") for hour in range(2, 6)]
    remaining = list(scans)

    def rival() -> None:
        if remaining:
            hear_at_once(world, remaining.pop())
            world.before_next_write(rival, after=0)

    world.before_next_write(rival, after=1)
    hear(world, scan(*WRONG_NUMBER))

    assert len(told(world)) == 5
    assert case(world)["reason"] == "address_no_such_number"
    at_rest(world)


@pytest.mark.parametrize("hours", [0, 5, 23])
def test_an_archived_event_again_sends_nothing_and_writes_nothing(world: World, hours: int) -> None:
    ship(world)
    call(world, FIRST, SECOND, THIRD)
    heard = next(it for it in world.events() if it["detail-type"] == "Carrier Webhook Received")
    world.wait(hours=hours)
    before, mails, alerts, events = world.snapshot(), world.mails(), world.alerts(), world.events()

    world.put("scans", heard)
    world.pump()

    assert world.snapshot() == before
    assert (world.mails(), world.alerts(), world.events()) == (mails, alerts, events)
    at_rest(world)


def test_the_same_webhook_again_only_says_that_it_came(world: World) -> None:
    ship(world)
    call(world, FIRST, SECOND, THIRD)
    before, mails, names = world.snapshot(), world.mails(), world.event_names()

    call(world, FIRST, SECOND, THIRD)

    assert world.snapshot() == before
    assert world.mails() == mails
    assert sorted([*names, "Carrier Webhook Received"]) == world.event_names()


def test_a_batch_delivered_again_is_nothing_new(world: World) -> None:
    ship(world)
    records = [
        {"messageId": str(n), "body": json.dumps(scanned(one)), "attributes": {}}
        for n, one in enumerate((scan(*MOVING), scan(*WRONG_NUMBER)))
    ]
    assert world.invoke("track_parcels", {"Records": records}) == {"batchItemFailures": []}
    world.pump()
    before, mails = world.snapshot(), world.mails()

    assert world.invoke("track_parcels", {"Records": records[::-1]}) == {"batchItemFailures": []}
    world.pump()

    assert world.snapshot() == before
    assert world.mails() == mails


@pytest.mark.parametrize("order_of", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_any_order_comes_to_the_same_parcel_and_the_same_case(world: World, order_of: tuple[int, ...]) -> None:
    ship(world)
    scans = [scan(*MOVING), scan("delivery_attempted", "23T11:00", "recipient_unavailable"), scan(*WRONG_NUMBER)]

    for number in order_of:
        hear(world, scans[number])

    file = parcel_file(world)
    assert (file["milestone"], file["reason"], file["attempts"]) == ("exception", "address_no_such_number", 1)
    kinds = {it["kind"]: it["state"] for it in world.file()["cases"]}
    assert kinds["address_problem"] == "open"


def test_what_came_by_webhook_refers_to_what_was_archived(world: World) -> None:
    ship(world)
    call(world, FIRST, SECOND)

    references = {it["archive"]["S"] for it in world.raw_items("orders", "SCAN#")}
    with world.unwatched():
        kept = {it["Key"] for it in world.client("s3").list_objects_v2(Bucket="archive")["Contents"]}
    assert references == kept


def test_an_archive_that_lost_the_body_is_told_as_a_dead_letter(world: World) -> None:
    ship(world)
    event = scanned(scan(*MOVING)) | {"detail-type": "Carrier Webhook Received", "source": "doorstep"}
    event["detail"]["data"] = {"provider": "easypost", "archive": "gone", "received_at": "2026-11-23T15:00:00Z"}

    world.put("scans", event)
    world.pump()

    assert len(world.dead["scans"]) == 1
    assert UPS not in json.dumps(world.dead)


def test_a_case_stands_at_the_same_step_after_any_replay(world: World) -> None:
    wrong_address(world)
    before = world.snapshot()

    for one in (scan(*MOVING), scan(*WRONG_NUMBER)) * 3:
        hear(world, one)

    assert world.snapshot() == before
