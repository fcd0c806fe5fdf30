"""Which trouble a parcel is in: what begins it, what ends it, and when silence is one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fakes import NOW, shipped
from samples import TRACKING, scan

from doorstep.cases.finding import Trouble, silence, troubles
from doorstep.cases.rulebook import Rulebook
from doorstep.data import load
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep.parcels.timeline import Timeline, read
from doorstep.times import stamp

BAD_ADDRESS = ("exception", "address_no_such_number")
MISSED = ("delivery_attempted", "recipient_unavailable")


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def parcel() -> Parcel:
    found = shipped().find_parcel("shop-1", "1001", f"ups.{TRACKING}")
    assert found is not None
    return found


def line(*scans: Scan, now: datetime = NOW) -> Timeline:
    return read(scans, label_created_at=parcel().label_created_at, now=now)


def found(*scans: Scan, **policy: Any) -> dict[str, Trouble]:
    return troubles(line(*scans), Rulebook.from_json(json.dumps(policy)).playbooks)


def silent(
    *scans: Scan, now: datetime = NOW, after: datetime | None = None, shop: str = "shop-1", **policy: Any
) -> Trouble | None:
    read_now, rules = line(*scans, now=now), Rulebook.from_json(json.dumps(policy))
    it = replace(parcel(), progress=read_now.progress)
    return silence(read_now, it, rules.policies.of(shop), after=after, now=now)


def test_a_parcel_that_goes_its_way_is_in_no_trouble() -> None:
    assert found(scan("in_transit", at=hours(-9)), scan("out_for_delivery", at=hours(-1))) == {}


def test_a_trouble_says_what_began_it_what_it_is_and_how_far_it_goes() -> None:
    first = scan("exception", "address_issue", at=hours(-5))
    last = scan("exception", "address_apt_missing", at=hours(-2))

    trouble = found(first, last)["address_problem"]

    assert trouble == Trouble("address_problem", "address_apt_missing", first.digest, last.position)


def test_kinds_without_a_playbook_open_nothing() -> None:
    without = {
        kind
        for kind in ("awaiting_pickup", "refused", "lost", "damaged", "returning", "customs_hold")
        if kind not in load("cases/playbooks")
    }
    scans = {
        "awaiting_pickup": scan("available_for_pickup", at=hours(-1)),
        "refused": scan("exception", "refused", at=hours(-1)),
        "lost": scan("exception", "lost", at=hours(-1)),
        "damaged": scan("exception", "damaged", at=hours(-1)),
        "returning": scan("returning", at=hours(-1)),
        "customs_hold": scan("exception", "seized", at=hours(-1)),
    }

    for kind, said in scans.items():
        assert (kind in found(said)) == (kind not in without), kind


BEGINS = {
    "address_problem": BAD_ADDRESS,
    "delivery_attempt_failed": MISSED,
    "stalled": ("exception", "lost_investigation"),
}


@pytest.mark.parametrize("kind", BEGINS)
@pytest.mark.parametrize("milestone", sorted(set(MILESTONES) - {"unknown"}))
def test_each_trouble_ends_with_the_milestones_its_playbook_names(kind: str, milestone: str) -> None:
    later = scan(milestone, "damaged" if milestone == "exception" else "", at=hours(-1), is_physical=True)

    ended = kind not in found(scan(*BEGINS[kind], at=hours(-5)), later)

    same = kind == "delivery_attempt_failed" and milestone == "delivery_attempted"
    assert ended == (milestone in load("cases/playbooks")[kind]["closed_by"] and not same)


@pytest.mark.parametrize("reason", load("cases/playbooks")["address_problem"]["but_not"])
def test_news_with_which_nothing_moved_ends_nothing(reason: str) -> None:
    for physical in (True, False):
        later = scan("in_transit", reason, at=hours(-1), is_physical=physical)
        assert "address_problem" in found(scan(*BAD_ADDRESS, at=hours(-5)), later)


def test_a_notice_that_it_moves_does_not_end_what_only_the_parcel_itself_can_end() -> None:
    trouble = scan(*BAD_ADDRESS, at=hours(-5))

    assert "address_problem" in found(trouble, scan("in_transit", at=hours(-1), is_physical=False))
    assert found(trouble, scan("in_transit", at=hours(-1), is_physical=True)) == {}
    assert found(trouble, scan("out_for_delivery", at=hours(-1), is_physical=False)) == {}


def test_after_an_end_the_trouble_begins_anew() -> None:
    first, moved, again = (
        scan(*BAD_ADDRESS, at=hours(-9)),
        scan("in_transit", at=hours(-5)),
        scan(*BAD_ADDRESS, at=hours(-1)),
    )

    assert found(first, moved, again)["address_problem"].opened_by == again.digest


def test_a_parcel_may_be_in_two_troubles() -> None:
    assert found(scan(*BAD_ADDRESS, at=hours(-5)), scan(*MISSED, at=hours(-1))).keys() == {
        "address_problem",
        "delivery_attempt_failed",
    }


def test_what_came_after_an_end_of_the_parcel_is_no_trouble() -> None:
    assert found(scan("delivered", at=hours(-5)), scan(*BAD_ADDRESS, at=hours(-1))) == {}


def test_a_sellers_playbook_decides_what_ends_it() -> None:
    scans = scan(*BAD_ADDRESS, at=hours(-5)), scan("in_transit", at=hours(-1))

    assert found(*scans) == {}
    assert "address_problem" in found(*scans, playbooks={"address_problem": {"closed_by": ["delivered"]}})


# -------------------------------------------------------------------- silence


def test_silence_is_trouble_from_the_last_sign_of_life() -> None:
    seen, notice = scan("in_transit", at=hours(-40)), scan("in_transit", "eta_update", at=hours(-1))

    assert silent(seen, notice) is None
    assert silent(seen, notice, now=hours(8)) == Trouble("stalled", "no_scan", seen.digest, seen.position)


def test_silence_begins_to_the_minute() -> None:
    seen = scan("in_transit", at=hours(-10))

    assert silent(seen, now=hours(38) - timedelta(seconds=1)) is None
    assert silent(seen, now=hours(38)) is not None


def test_a_label_that_nobody_scans_is_silent_since_it_was_made() -> None:
    label = parcel().label_created_at

    assert silent(now=label + timedelta(hours=95)) is None
    assert silent(now=label + timedelta(hours=96)) == Trouble("stalled", "no_scan", "", (stamp(label), ""))


def test_silence_counts_anew_from_when_somebody_looked_into_it() -> None:
    seen = scan("in_transit", at=hours(-40))

    assert silent(seen, now=hours(50), after=hours(3)) is None
    assert silent(seen, now=hours(51), after=hours(3)) == Trouble(
        "stalled", "no_scan", seen.digest, (stamp(hours(3)), "")
    )
    assert silent(seen, now=hours(8), after=hours(-99)) == Trouble("stalled", "no_scan", seen.digest, seen.position)


def test_silence_of_what_has_arrived_is_no_trouble() -> None:
    for over in ("delivered", "available_for_pickup", "returned"):
        assert silent(scan(over, at=hours(-9)), now=hours(999)) is None


def test_a_seller_decides_how_long_silence_may_last() -> None:
    seen, policy = scan("in_transit", at=hours(-2)), {"shop-1": {"parcels": {"silent_after_minutes": 60}}}

    assert silent(seen, shops=policy) is not None
    assert silent(seen, shops=policy, shop="shop-2") is None
