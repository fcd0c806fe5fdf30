"""Which parcels a scan is about: numbers are used again, orders travel together, carriers hand over to each other."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from fakes import NOW
from samples import TRACKING, scan

from doorstep.parcels.matching import Pointer, about

DAY = timedelta(days=1)


def pointer(order_id: str, label: datetime = NOW, carrier: str = "ups") -> Pointer:
    return Pointer("shop-1", order_id, carrier, TRACKING, label)


def orders(at: datetime, *pointers: Pointer, carrier: str = "ups") -> list[str]:
    return [it.order_id for it in about(scan("in_transit", at=at, carrier=carrier), pointers)]


def test_nobody_registered_is_nobody_told() -> None:
    assert orders(NOW) == []


def test_a_scan_is_about_the_parcel_whose_label_is_not_later() -> None:
    old, new = pointer("old", NOW - 200 * DAY), pointer("new", NOW - DAY)

    assert orders(NOW, old, new) == ["new"]
    assert orders(NOW - 150 * DAY, old, new) == ["old"]


def test_two_orders_in_one_parcel_are_both_told() -> None:
    assert orders(NOW, pointer("1", NOW - DAY), pointer("2", NOW - 2 * DAY)) == ["1", "2"]


@pytest.mark.parametrize(("early", "fits"), [(timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False)])
def test_a_day_before_the_label_may_still_be_its(early: timedelta, fits: bool) -> None:
    other = pointer("older", NOW - 30 * DAY)

    assert orders(NOW - early, other, pointer("it")) == (["older", "it"] if fits else ["older"])


@pytest.mark.parametrize(("late", "fits"), [(120 * DAY - timedelta(seconds=1), True), (120 * DAY, False)])
def test_after_four_months_the_number_belongs_to_another(late: timedelta, fits: bool) -> None:
    other = pointer("newer", NOW + 30 * DAY)

    assert orders(NOW + late, pointer("it"), other) == (["it", "newer"] if fits else ["newer"])


def test_a_scan_that_fits_nobody_is_kept_with_the_newest_label() -> None:
    labels = [pointer("1", NOW - 5 * DAY), pointer("2", NOW), pointer("3", NOW - 9 * DAY)]

    assert orders(NOW - 60 * DAY, *labels) == ["2"]
    assert orders(NOW + 200 * DAY, *labels) == ["2"]


def test_parcels_of_the_scans_carrier_come_first() -> None:
    ours, theirs = pointer("ups"), pointer("usps", carrier="usps")

    assert orders(NOW, ours, theirs) == ["ups"]
    assert orders(NOW, ours, theirs, carrier="usps") == ["usps"]


def test_where_none_of_the_scans_carrier_fits_the_others_are_asked() -> None:
    ours, theirs = pointer("ups"), pointer("usps", NOW - 200 * DAY, carrier="usps")

    assert orders(NOW, ours, theirs, carrier="usps") == ["ups"]
    assert orders(NOW + 300 * DAY, ours, theirs, carrier="usps") == ["usps"]


def test_who_hands_over_at_the_door_is_often_another_carrier() -> None:
    ours, theirs = pointer("ups"), pointer("usps", carrier="usps")

    assert orders(NOW, ours, carrier="usps") == ["ups"]
    assert orders(NOW, ours, theirs, carrier="ontrac") == ["ups", "usps"]
