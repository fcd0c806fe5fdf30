"""Registering a parcel: what is read, what it sets off, and that twice is once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes import NOW, FakeParcels, placing, shipped
from samples import TRACKING, parcel

from doorstep.errors import Conflict, Rejected
from doorstep.orders.order import Money
from doorstep.orders.policy import Policies
from doorstep.orders.store import OrderFile
from doorstep.parcels.matching import Pointer
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.registering import decode_parcel, register_parcel

POLICY = Policies.from_json("{}").of("shop-1")


def order_of(store: FakeParcels) -> OrderFile:
    file = store.order("shop-1", "1001")
    assert file is not None
    return file


def register(store: FakeParcels, file: OrderFile | None = None, **changes: Any) -> tuple[Parcel, bool]:
    new = decode_parcel(parcel(**changes))
    return register_parcel(new, file or order_of(store), store=store, policy=POLICY, now=NOW, cause="test")


def bump(store: FakeParcels) -> None:
    """A rival changes the order in a way that is of no matter here."""
    file = order_of(store)
    store.orders.orders["shop-1", "1001"] = OrderFile(
        replace(file.order, version=file.order.version + 1), file.addresses
    )


def problems(**changes: Any) -> dict[str, str]:
    with pytest.raises(Rejected) as caught:
        decode_parcel(parcel(**changes))
    return {problem.field: problem.code for problem in caught.value.problems}


# -------------------------------------------------------------------- what is read


def test_everything_that_may_be_said_of_a_parcel_is_kept() -> None:
    new = decode_parcel(
        parcel(
            carrier="Federal Express",
            service="Ground",
            ships_from="CN",
            expected_delivery_at="2026-11-25T18:00:00-05:00",
            signature_required=True,
            insured_value={"amount": 12_000, "currency": "USD"},
        )
    )

    assert (new.carrier, new.tracking_number, new.service, new.ships_from) == ("fedex", TRACKING, "Ground", "CN")
    assert new.label_created_at == NOW - timedelta(days=2)
    assert new.expected_delivery_at == NOW + timedelta(days=2, hours=8)
    assert (new.signature_required, new.insured_value) == (True, Money(12_000, "USD"))


def test_a_number_and_a_label_are_enough() -> None:
    new = decode_parcel({"tracking_number": TRACKING, "label_created_at": "2026-11-21T15:00:00Z"})

    assert (new.carrier, new.service, new.ships_from) == ("ups", "", ""), "the number tells its carrier"
    assert (new.expected_delivery_at, new.signature_required, new.insured_value) == (None, False, None)


def test_blanks_and_hyphens_in_a_number_are_left_out() -> None:
    assert decode_parcel(parcel(tracking_number="1z-dstep 1003 0000 126")).tracking_number == TRACKING


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("tracking_number", None, "missing"),
        ("tracking_number", "1Z", "wrong_format"),
        ("tracking_number", "1Z_____", "wrong_format"),
        ("tracking_number", "9" * 41, "wrong_format"),
        ("tracking_number", "9" * 61, "too_long"),
        ("label_created_at", None, "missing"),
        ("label_created_at", "yesterday", "wrong_format"),
        ("carrier", "#", "wrong_format"),
        ("service", "Ground\nand more", "wrong_format"),
        ("ships_from", "China", "too_long"),
        ("ships_from", "cn", "wrong_format"),
        ("expected_delivery_at", 5, "wrong_type"),
        ("signature_required", "yes", "wrong_type"),
        ("insured_value", 5, "not_an_object"),
    ],
)
def test_what_cannot_be_meant_is_named(field: str, value: Any, code: str) -> None:
    assert problems(**{field: value}) == {field: code}


@pytest.mark.parametrize(
    ("value", "field", "code"),
    [
        ({"amount": -1, "currency": "USD"}, "insured_value.amount", "out_of_range"),
        ({"amount": 1.5, "currency": "USD"}, "insured_value.amount", "wrong_type"),
        ({"amount": 1, "currency": "dollars"}, "insured_value.currency", "too_long"),
        ({"amount": 1, "currency": "usd"}, "insured_value.currency", "wrong_format"),
    ],
)
def test_money_that_cannot_be_meant_is_named(value: Any, field: str, code: str) -> None:
    assert problems(insured_value=value) == {field: code}


def test_every_problem_is_told_at_once() -> None:
    assert problems(tracking_number="1Z", ships_from="cn", label_created_at=7).keys() == {
        "tracking_number",
        "ships_from",
        "label_created_at",
    }


def test_equal_payloads_have_equal_digests_and_others_do_not() -> None:
    plain = decode_parcel(parcel()).digest
    members: dict[str, Any] = {
        "service": "Ground",
        "ships_from": "CN",
        "label_created_at": "2026-11-21T15:00:01Z",
        "expected_delivery_at": "2026-11-25T18:00:00Z",
        "signature_required": True,
        "insured_value": {"amount": 1, "currency": "USD"},
    }

    assert decode_parcel(parcel(label_created_at="2026-11-21T16:00:00+01:00")).digest == plain
    assert len({plain, *(decode_parcel(parcel(**{name: it})).digest for name, it in members.items())}) == 7


# -------------------------------------------------------------------- what it sets off


def test_the_order_is_on_its_way_and_the_buyer_is_told_where_to() -> None:
    store = shipped(parcels=())

    kept, new = register(store)

    assert new
    (registration,) = store.registrations
    assert order_of(store).order.shipped_at == NOW
    assert [it.template for it in registration.order.messages] == ["parcel_shipped"]
    assert registration.order.messages[0].facts["parcel"] == kept.id == f"ups.{TRACKING}"
    assert store.pointers(TRACKING) == (Pointer("shop-1", "1001", "ups", TRACKING, kept.label_created_at),)
    assert kept.address_version == order_of(store).order.address_version
    assert (kept.version, kept.registered_at) == (1, NOW)


def test_the_bus_hears_of_it_by_its_number_so_that_waiting_scans_come_in() -> None:
    store = shipped(parcels=())
    register(store)

    announced = {event.name: event.data for event in store.registrations[0].order.events}

    assert announced["Parcel Registered"] == {
        "shop": "shop-1",
        "order_id": "1001",
        "order_version": 2,
        "address_version": 1,
        "parcel": f"ups.{TRACKING}",
        "carrier": "ups",
        "tracking_number": TRACKING,
    }


def test_a_held_order_is_released_by_its_parcel_and_nobody_waits_any_longer() -> None:
    store = shipped(parcels=())
    assert order_of(store).order.state == "held"

    register(store)

    order = order_of(store).order
    assert (order.state, order.due_at) == ("released", None)
    assert order.release is not None
    assert order.release.reason == "shipped"
    assert "Order Released" in [event.name for event in store.registrations[0].order.events]


def test_a_second_parcel_of_a_shipped_order_releases_nothing_again() -> None:
    store = shipped()
    shipped_at = order_of(store).order.shipped_at

    register(store, tracking_number="1ZDSTEP10030000135")

    assert order_of(store).order.shipped_at == shipped_at
    assert [event.name for event in store.registrations[-1].order.events] == ["Parcel Registered"]
    assert len(store.parcels("shop-1", "1001")) == 2


def test_its_silence_is_looked_at_when_it_becomes_trouble() -> None:
    kept, _ = register(shipped(parcels=()))

    assert kept.due_at == kept.label_created_at + timedelta(minutes=POLICY.unhanded_after_minutes)


@pytest.mark.parametrize(("ahead", "fine"), [(timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False)])
def test_a_label_that_is_still_to_be_made_is_refused(ahead: timedelta, fine: bool) -> None:
    store, label = shipped(parcels=()), (NOW + ahead).isoformat()

    if fine:
        assert register(store, label_created_at=label)[1]
    else:
        with pytest.raises(Rejected, match="label_created_at"):
            register(store, label_created_at=label)
        assert store.registrations == []


# -------------------------------------------------------------------- twice is once


def test_the_same_parcel_again_is_the_parcel_that_is_there() -> None:
    store = shipped(parcels=())
    first, _ = register(store)

    assert register(store) == (first, False)
    assert len(store.registrations) == 1


def test_the_same_number_with_another_content_is_refused() -> None:
    store = shipped()

    with pytest.raises(Conflict, match="parcel_exists"):
        register(store, service="Another")
    assert len(store.registrations) == 1


def test_two_orders_in_one_parcel_are_both_found_by_its_number() -> None:
    store = shipped()
    change, other = placing(order_id="1002")
    store.orders.commit(change, cause="test")

    register(store, other)

    assert [it.order_id for it in store.pointers(TRACKING)] == ["1001", "1002"]


def test_an_order_that_moved_on_is_read_again() -> None:
    store = shipped(parcels=())
    store.before_commit.append(lambda: bump(store))

    kept, new = register(store)

    assert new
    assert order_of(store).order.version == 3
    assert store.find_parcel("shop-1", "1001", kept.id) == kept


def test_of_two_who_register_it_at_once_one_does() -> None:
    store = shipped(parcels=())
    store.before_commit.append(lambda: register(store))

    _, new = register(store)

    assert not new
    assert len(store.registrations) == 1


def test_an_order_that_never_stands_still_is_told_to_the_caller() -> None:
    store = shipped(parcels=())
    store.before_commit.extend([lambda: bump(store)] * 4)

    with pytest.raises(Conflict):
        register(store)
    assert store.registrations == []
