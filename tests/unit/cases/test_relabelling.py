"""A label that was made before the buyer changed the address: ops gets the task before the parcel is on its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import NOW, FakeParcels, case_desk, desk, on_file, placing, shipped
from samples import NEARBY, TRACKING, parcel, scan

from doorstep.cases import working
from doorstep.cases.tracking import adopt, hear
from doorstep.orders import serving
from doorstep.parcels.registering import decode_parcel, register_parcel

CASE = "address_problem-1"


def labelled(*, after_hours: float, changed: bool = True) -> FakeParcels:
    """The address is changed an hour after the order; the label is made so many hours after it; then we hear of it."""
    store = FakeParcels()
    change, _ = placing()
    store.orders.commit(change, cause="test")
    if changed:
        later = desk(store.orders, now=NOW + timedelta(hours=1))
        serving.change_address(later, "shop-1", "1001", {"address": NEARBY})
    file = store.order("shop-1", "1001")
    assert file is not None
    now = NOW + timedelta(hours=9)
    body = parcel(label_created_at=(NOW + timedelta(hours=after_hours)).isoformat())
    policy = case_desk(store).rules.policies.of("shop-1")
    register_parcel(decode_parcel(body), file, store=store, policy=policy, now=now, cause="test")
    return store


def adopted(store: FakeParcels) -> None:
    adopt(case_desk(store, now=NOW + timedelta(hours=9)), store, TRACKING)


@pytest.mark.parametrize(("after_hours", "version"), [(-1, 1), (0.5, 1), (1, 2), (2, 2)])
def test_the_label_carries_the_address_that_was_in_force_when_it_was_made(after_hours: float, version: int) -> None:
    assert on_file(labelled(after_hours=after_hours)).parcel.address_version == version


def test_a_label_made_before_the_change_is_to_be_made_anew() -> None:
    store = labelled(after_hours=0.5)

    adopted(store)

    (case,) = on_file(store).cases
    (offer,) = on_file(store).offers
    assert (case.id, case.origin, case.reason, case.step) == (CASE, "buyer", "address_changed", "carry_out")
    assert (offer.state, offer.chosen, offer.address_version) == ("accepted", "change_address", 2)
    assert (offer.consent["by"], offer.consent["address_before"], offer.consent["address_after"]) == ("seller", 1, 2)


@pytest.mark.parametrize(("after_hours", "changed"), [(2, True), (0.5, False)])
def test_a_label_that_is_right_is_left_alone(after_hours: float, changed: bool) -> None:
    store = labelled(after_hours=after_hours, changed=changed)

    adopted(store)

    assert store.changes == []


def test_once_it_moves_ops_has_to_ask_the_carrier() -> None:
    store = labelled(after_hours=0.5)
    at = case_desk(store, now=NOW + timedelta(hours=9))
    hear(at, store, [scan("in_transit", at=NOW + timedelta(hours=8))])

    adopted(store)

    (case,) = on_file(store).cases
    assert (case.step, case.offers) == ("contact_carrier", 0)
    assert [it.facts["cause"] for it in store.messages] == ["opened"]


def test_twice_is_once_even_after_it_was_closed() -> None:
    store = labelled(after_hours=0.5)
    adopted(store)
    adopted(store)
    assert len(on_file(store).cases) == 1

    working.close(case_desk(store), on_file(store), CASE, working.Work("Li", resolution="by_seller"))
    adopted(store)
    assert len(on_file(store).cases) == 1


def test_a_cancelled_label_needs_no_new_one() -> None:
    store = labelled(after_hours=0.5)
    hear(case_desk(store, now=NOW + timedelta(hours=9)), store, [scan("cancelled", at=NOW + timedelta(hours=8))])

    adopted(store)

    assert on_file(store).cases == ()


def test_where_the_address_is_a_problem_already_it_is_one_case() -> None:
    store = labelled(after_hours=0.5)
    at = case_desk(store, now=NOW + timedelta(hours=9))
    hear(at, store, [scan("info_received", "address_issue", at=NOW + timedelta(hours=8))])

    adopted(store)

    assert [(it.id, it.origin) for it in on_file(store).cases] == [(CASE, "carrier")]


def test_a_parcel_registered_after_the_same_address_was_typed_again_is_right() -> None:
    store = shipped()
    file = on_file(store)
    again = replace(file.order.address, version=2, at=NOW)
    order = replace(
        file.order, order=replace(file.order.order, address_version=2), addresses=(again, *file.order.addresses)
    )
    store.orders.orders["shop-1", "1001"] = order

    adopted(store)

    assert on_file(store).cases == ()
