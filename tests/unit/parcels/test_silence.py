"""When the silence of a parcel becomes trouble: how long, from when on, and where it means nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fakes import NOW, shipped
from samples import TRACKING

from doorstep.data import load
from doorstep.orders.policy import Policies
from doorstep.parcels.parcel import Parcel, Progress
from doorstep.parcels.scan import MILESTONES
from doorstep.parcels.silence import silent_at

POLICY = Policies.from_json('{"default": {"parcels": {"silent_after_minutes": 60, "unhanded_after_minutes": 600}}}').of(
    "shop-1"
)
HOUR, TEN_HOURS = timedelta(hours=1), timedelta(hours=10)


def having(milestone: str, *, since: datetime | None = None, moved_at: datetime | None = None) -> Parcel:
    """The sample parcel with these scans behind it."""
    found = shipped().find_parcel("shop-1", "1001", f"ups.{TRACKING}")
    assert found is not None
    return replace(found, progress=Progress(milestone, since=since, moved_at=moved_at))


def test_a_label_that_nobody_has_scanned_is_trouble_after_the_longer_period_from_the_label() -> None:
    parcel = having("info_received")

    assert silent_at(parcel, POLICY) == parcel.label_created_at + TEN_HOURS
    assert silent_at(having("info_received", since=NOW), POLICY) == parcel.label_created_at + TEN_HOURS


def test_once_somebody_has_scanned_it_the_clock_runs_from_the_last_physical_scan() -> None:
    assert silent_at(having("in_transit", since=NOW, moved_at=NOW - HOUR), POLICY) == NOW
    assert silent_at(having("info_received", since=NOW, moved_at=NOW - HOUR), POLICY) == NOW


def test_a_carrier_that_has_it_by_a_notice_only_has_the_shorter_period_from_that_notice() -> None:
    assert silent_at(having("in_transit", since=NOW), POLICY) == NOW + HOUR


def test_never_from_before_somebody_looked_into_it() -> None:
    moving = having("in_transit", since=NOW, moved_at=NOW)

    assert silent_at(moving, POLICY, after=NOW + HOUR) == NOW + 2 * HOUR
    assert silent_at(moving, POLICY, after=NOW - HOUR) == NOW + HOUR
    assert silent_at(having("delivered", since=NOW, moved_at=NOW), POLICY, after=NOW) is None


@pytest.mark.parametrize("milestone", MILESTONES)
def test_silence_means_something_only_while_the_parcel_should_move(milestone: str) -> None:
    over = {"available_for_pickup", "delivered", "returning", "returned", "expired", "cancelled"}

    assert (silent_at(having(milestone, since=NOW, moved_at=NOW), POLICY) is None) == (milestone in over)


def test_the_rules_name_milestones_of_the_vocabulary() -> None:
    rules = load("parcels/rules")

    for name in ("watched", "in_hand", "ends", "weak_ends"):
        assert set(rules[name]) <= set(MILESTONES), name
    assert set(rules["in_hand"]) < set(rules["watched"])
    assert not {*rules["ends"], *rules["weak_ends"]} & set(rules["watched"])
