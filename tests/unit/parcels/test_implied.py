"""What scans imply: how long a parcel waits, since when it is silent, and whether a delivery looks false."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doorstep.address import Address
from doorstep.data import load
from doorstep.parcels import timeline
from doorstep.parcels.carriers import Carriers
from doorstep.parcels.implied import Implied, imply
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import Location, Scan

LABEL = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
HOME = Address("149 CHURCH ST", "", "BURLINGTON", "VT", "05401", "US")
BURLINGTON = Location("BURLINGTON", "VT", "05401", "US")
NAME = "Sample O'Brien-Núñez"


def scan(hours: float, milestone: str, reason: str = "", *, at: Location = BURLINGTON, **more: Any) -> Scan:
    when = LABEL + timedelta(hours=hours)
    return Scan("easypost", "ups", "1ZDSTEP10030000126", when, when, milestone, reason, location=at, **more)


def implied(*scans: Scan, carrier: str = "ups", buyer: str = NAME, ship_to: Address = HOME) -> Implied:
    parcel = Parcel("shop-1", "1001", carrier, "1ZDSTEP10030000126", "", "", LABEL, LABEL, 1, "", 1)
    read = timeline.read(scans, label_created_at=LABEL, now=LABEL + timedelta(days=30))
    return imply(parcel, read, carrier=Carriers({}).of(carrier), ship_to=ship_to, buyer=buyer)


OUT = scan(30, "out_for_delivery")


def test_attempts_left_are_the_carriers_less_those_made() -> None:
    facts = implied(
        scan(30, "delivery_attempted", "recipient_unavailable"), scan(54, "delivery_attempted", "unspecified")
    )

    assert (facts.attempts, facts.attempts_left) == (2, 1)


def test_a_parcel_waits_until_the_carrier_says() -> None:
    until = LABEL + timedelta(days=9)
    facts = implied(scan(40, "available_for_pickup", "access_point", hold_until=until))

    assert facts.pickup == BURLINGTON
    assert facts.pickup_until == until


def test_where_the_carrier_does_not_say_it_keeps_a_parcel_as_long_as_usual() -> None:
    """UPS keeps five business days: from Friday the 20th over a weekend to Friday the 27th."""
    facts = implied(scan(40, "available_for_pickup", "access_point"))

    assert facts.pickup_until == datetime(2026, 11, 27, 0, 0, tzinfo=UTC)
    assert implied(scan(40, "available_for_pickup", "post_office"), carrier="usps").pickup_until == LABEL + timedelta(
        days=15, hours=40
    )


def test_what_was_collected_waits_no_more() -> None:
    facts = implied(scan(40, "available_for_pickup"), scan(60, "delivered", "picked_up"))

    assert (facts.pickup, facts.pickup_until) == (None, None)


def test_a_return_starts_with_the_first_scan_that_says_so() -> None:
    facts = implied(OUT, scan(50, "returning", "refused"), scan(70, "returning"), scan(90, "returned"))

    assert facts.return_started_at == LABEL + timedelta(hours=50)
    assert facts.silent_since is None


def test_silence_counts_from_the_last_physical_scan_or_the_label() -> None:
    assert implied().silent_since == LABEL
    forecast = scan(20, "in_transit", "predicted", is_physical=False)
    assert implied(scan(10, "in_transit"), forecast).silent_since == LABEL + timedelta(hours=10)


def test_an_ordinary_delivery_looks_right() -> None:
    facts = implied(OUT, scan(36, "delivered", "porch", signed_by="SAMPLE NUNEZ"))

    assert (facts.suspicion.score, facts.suspicion.reasons, facts.suspicion.looks_false) == (0, (), False)


def test_only_a_delivery_can_look_false() -> None:
    assert implied(scan(30, "in_transit", at=Location("RENO", "NV", "89501", "US"))).suspicion.score == 0


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (Location("RENO", "NV", "89501", "US"), "other_state"),
        (Location("BURLINGTON", "VT", "05401", "CA"), "other_state"),
        (Location("RUTLAND", "VT", "05701", "US"), "other_postal_code"),
        (Location("", "VT", "05408", "US"), "other_postal_code"),
        (Location("WINOOSKI", "VT", "05404", "US"), "other_city"),
        (Location("WINOOSKI", "", "", ""), "other_city"),
    ],
)
def test_a_delivery_in_another_place_looks_false(place: Location, reason: str) -> None:
    assert implied(OUT, scan(36, "delivered", at=place)).suspicion.reasons == (reason,)


@pytest.mark.parametrize(
    "place",
    [
        Location(),
        Location("Búrlington", "vt", "05401-1234", "USA"),
        Location("BURLINGTON", "VT", "05408", "US"),
        Location("", "", "05401", ""),
        Location("S BURLINGTON", "VT", "05401", "US"),
        Location("BURLINGTON", "Vermont", "05401", "United States"),
    ],
)
def test_the_same_place_written_otherwise_is_the_same_place(place: Location) -> None:
    assert implied(OUT, scan(36, "delivered", at=place)).suspicion.reasons == ()


def test_a_delivery_that_skips_the_last_day_looks_odd() -> None:
    assert implied(scan(10, "in_transit"), scan(36, "delivered")).suspicion.reasons == ("no_out_for_delivery",)
    collected = implied(scan(30, "available_for_pickup"), scan(50, "delivered", "picked_up"))
    assert collected.suspicion.reasons == ()


def test_a_delivery_of_what_was_held_or_going_back_looks_odd() -> None:
    held = implied(OUT, scan(34, "exception", "held"), scan(36, "delivered"))
    back = implied(OUT, scan(34, "returning", "refused"), scan(36, "delivered"))

    assert held.suspicion.reasons == ("was_held",)
    assert back.suspicion.reasons == ("was_returning",)
    assert back.suspicion.looks_false


@pytest.mark.parametrize(
    ("signed_by", "odd"),
    [
        ("NUNEZ", False),
        ("s o brien", False),
        ("S N", False),
        ("", False),
        ("FRONT DESK", False),
        ("Apt 4", False),
        ("J TESTER", True),
        ("SMITH", True),
    ],
)
def test_a_strangers_signature_looks_odd(signed_by: str, odd: bool) -> None:
    reasons = implied(OUT, scan(36, "delivered", signed_by=signed_by)).suspicion.reasons

    assert reasons == (("signed_by_another",) if odd else ())


def test_without_a_name_on_the_order_no_signature_is_odd() -> None:
    assert implied(OUT, scan(36, "delivered", signed_by="J TESTER"), buyer="").suspicion.reasons == ()


def test_signs_add_up_to_a_hundred_at_most() -> None:
    elsewhere = Location("RENO", "NV", "89501", "US")
    facts = implied(scan(34, "returning"), scan(36, "delivered", at=elsewhere, signed_by="SMITH"))

    assert facts.suspicion.score == 100
    assert set(facts.suspicion.reasons) == {"other_state", "no_out_for_delivery", "was_returning", "signed_by_another"}


def test_every_sign_has_points() -> None:
    rules = load("parcels/suspicion")

    assert all(0 < points <= 100 for points in rules["points"].values())
    assert 0 < rules["looks_false_from"] <= 100
