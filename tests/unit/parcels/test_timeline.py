"""The parcel as a function of its set of scans: which of them decide, which are kept and do not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fakes import NOW
from samples import scan

from doorstep.data import load
from doorstep.parcels.parcel import Progress
from doorstep.parcels.scan import MILESTONES, Location, Scan
from doorstep.parcels.timeline import Timeline, read, wakes_at

LABEL = NOW - timedelta(days=4)


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def line(*scans: Scan, now: datetime = NOW) -> Timeline:
    return read(scans, label_created_at=LABEL, now=now)


def milestone(*scans: Scan) -> str:
    return line(*scans).progress.milestone


def test_a_parcel_without_scans_is_a_label() -> None:
    assert line().progress == Progress(milestone="info_received")
    assert line().last_physical is None


def test_the_last_scan_with_a_milestone_decides_whenever_it_is_heard() -> None:
    early, late = scan("in_transit", "delay", at=hours(-5)), scan("out_for_delivery", at=hours(-1))

    for scans in ((early, late), (late, early)):
        told = line(*scans).progress
        assert (told.milestone, told.reason, told.since) == ("out_for_delivery", "", hours(-1))


def test_a_reason_goes_with_the_scan_that_decides() -> None:
    told = line(scan("out_for_delivery", at=hours(-5)), scan("exception", "damaged", at=hours(-1))).progress

    assert (told.milestone, told.reason) == ("exception", "damaged")


def test_scans_of_one_moment_have_one_order_for_everybody() -> None:
    one, other = scan("in_transit", at=hours(-1)), scan("out_for_delivery", at=hours(-1))

    assert line(one, other) == line(other, one)
    assert line(one, other).moves[-1] is max(one, other, key=lambda it: it.digest)


def test_the_same_scan_heard_later_and_in_another_body_is_the_same_scan() -> None:
    once = scan("delivery_attempted", at=hours(-2), archive="a")
    again = replace(once, received_at=hours(3), archive="b")

    assert line(once, again).progress.scans == 1


def test_unknown_moves_nothing_and_is_kept() -> None:
    told = line(scan("in_transit", at=hours(-5)), scan("unknown", "photo_available", at=hours(-1))).progress

    assert (told.milestone, told.since, told.scans) == ("in_transit", hours(-5), 2)


@pytest.mark.parametrize("end", ["delivered", "returned", "cancelled"])
@pytest.mark.parametrize("later", sorted(set(MILESTONES) - {"unknown"}))
def test_an_end_yields_only_to_what_reopens_it(end: str, later: str) -> None:
    over = scan(end, "porch", at=hours(-5))

    assert line(over, scan(later, "damaged", at=hours(-1), is_physical=True)).moves == (over,)
    assert milestone(over, scan(later, at=hours(-1), reopens=True)) == later


WAY_OUT = ["in_transit", "out_for_delivery", "delivery_attempted", "available_for_pickup", "exception"]


@pytest.mark.parametrize("later", WAY_OUT)
def test_a_parcel_that_turned_back_takes_no_step_forward(later: str) -> None:
    back, step = scan("returning", "refused", at=hours(-3)), scan(later, at=hours(-1))

    told = line(back, step).progress

    assert (told.milestone, told.reason, told.since, told.moved_at) == ("returning", "refused", hours(-3), hours(-1))
    assert milestone(step, scan("returning", at=hours(-0.5))) == "returning"
    assert milestone(scan(later, at=hours(-4)), scan("in_transit", at=hours(-2))) == "in_transit"


@pytest.mark.parametrize(
    ("later", "reason"), [("returned", ""), ("delivered", ""), ("exception", "lost"), ("exception", "damaged")]
)
def test_on_its_way_back_a_parcel_comes_to_an_end_or_to_grief_all_the_same(later: str, reason: str) -> None:
    assert milestone(scan("returning", at=hours(-3)), scan(later, reason, at=hours(-1))) == later


def test_a_correction_leads_out_of_the_way_back() -> None:
    back, corrected = scan("returning", at=hours(-3)), scan("in_transit", at=hours(-2), reopens=True)

    assert milestone(back, corrected) == "in_transit"
    assert milestone(back, corrected, scan("out_for_delivery", at=hours(-1))) == "out_for_delivery"


def test_an_end_does_not_reach_back() -> None:
    assert [it.milestone for it in line(scan("in_transit", at=hours(-5)), scan("delivered", at=hours(-1))).moves] == [
        "in_transit",
        "delivered",
    ]


def test_what_expired_yields_to_any_physical_scan_and_to_no_other() -> None:
    over = scan("expired", at=hours(-5))

    assert milestone(over, scan("in_transit", at=hours(-1), is_physical=True)) == "in_transit"
    assert milestone(over, scan("in_transit", at=hours(-1), is_physical=False)) == "expired"
    assert milestone(over, scan("in_transit", at=hours(-1), is_physical=False, reopens=True)) == "expired"


def test_scans_from_before_the_label_are_kept_and_do_not_count() -> None:
    tolerance = load("parcels/rules")["label_tolerance_hours"]
    edge = LABEL - timedelta(hours=tolerance)
    within, before = scan("in_transit", at=edge), scan("delivered", at=edge - timedelta(seconds=1))

    told = line(within, before)

    assert (told.counted, told.set_aside) == ((within,), (before,))
    assert (told.progress.milestone, told.progress.scans, told.progress.set_aside) == ("in_transit", 1, 1)


def test_scans_far_ahead_count_when_their_time_has_come() -> None:
    tolerance = load("parcels/rules")["ahead_tolerance_hours"]
    near, far = scan("in_transit", at=hours(tolerance)), scan("delivered", at=hours(tolerance + 2))

    told = line(near, far)

    assert (told.progress.milestone, told.set_aside) == ("in_transit", (far,))
    assert wakes_at(told, NOW) == hours(2)
    assert line(near, far, now=hours(2)).progress.milestone == "delivered"
    assert wakes_at(line(near, far, now=hours(2)), hours(2)) is None


def test_scans_long_after_the_label_are_of_another_parcel() -> None:
    reused = LABEL + timedelta(days=load("parcels/rules")["number_reused_after_days"])
    last, other = scan("in_transit", at=reused), scan("delivered", at=reused + timedelta(seconds=1))

    assert line(last, other, now=reused + timedelta(days=1)).set_aside == (other,)


def test_the_next_of_several_scans_ahead_wakes_first_and_those_before_the_label_never() -> None:
    aside = line(scan("delivered", at=hours(60)), scan("in_transit", at=hours(40)), scan("returned", at=hours(-999)))

    assert wakes_at(aside, NOW) == hours(40 - 14)
    assert wakes_at(line(scan("returned", at=hours(-999))), NOW) is None


def test_forecasts_and_paperwork_do_not_show_the_parcel() -> None:
    seen = scan("in_transit", at=hours(-30))
    told = line(seen, scan("in_transit", "eta_update", at=hours(-1)), scan("info_received", at=hours(-2)))

    assert told.progress.moved_at == hours(-30)
    assert told.last_physical == seen


def test_the_last_physical_scan_counts_whether_or_not_it_moves_the_parcel() -> None:
    told = line(scan("delivered", at=hours(-5)), scan("in_transit", at=hours(-1)))

    assert (told.progress.milestone, told.progress.moved_at) == ("delivered", hours(-1))


def test_scans_of_one_attempt_count_once_however_many_providers_speak_of_it() -> None:
    attempts = [
        scan("delivery_attempted", "recipient_unavailable", at=hours(-60)),
        scan("delivery_attempted", "recipient_unavailable", at=hours(-60), provider="erp"),
        scan("delivery_attempted", "business_closed", at=hours(-60 + 11.9)),
        scan("delivery_attempted", at=hours(-60 + 12)),
        scan("delivery_attempted", at=hours(-60 + 23)),
        scan("delivery_attempted", at=hours(-5)),
    ]

    assert line(*attempts).progress.attempts == 3
    assert line(*attempts, scan("out_for_delivery", at=hours(-1))).progress.attempts == 3


def test_where_it_waits_is_known_while_it_waits() -> None:
    place = Location("Burlington", "VT", "05401", "US")
    waits = scan("available_for_pickup", "access_point", at=hours(-5), location=place)

    assert line(waits).progress.pickup == place
    assert line(waits, scan("out_for_delivery", at=hours(-1), location=place)).progress.pickup is None


def test_who_signed_is_known_of_the_delivery_only() -> None:
    signed = scan("delivered", "signed", at=hours(-5), signed_by="A. Sample")

    named = scan("delivered", at=hours(-4), signed_by="A. B. Sample")
    assert line(signed).progress.signed_by == "A. Sample"
    assert line(signed, named).progress.signed_by == "A. B. Sample"
    assert line(signed, scan("delivered", at=hours(-4))).progress.signed_by == "A. Sample"
    assert line(signed, scan("in_transit", at=hours(-4), signed_by="C")).progress.signed_by == "A. Sample"
    assert line(signed, scan("returning", at=hours(-1), reopens=True, signed_by="B")).progress.signed_by == ""
