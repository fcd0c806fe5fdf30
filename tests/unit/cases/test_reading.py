"""Parcels and cases as the seller's systems see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fakes import NOW, FakeParcels, case_desk, on_file, shipped, tell
from samples import TRACKING, scan

from doorstep.cases import working
from doorstep.cases.reading import case_line, describe_case, describe_parcel, describe_parcel_file
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.working import Work
from doorstep.parcels.scan import Location

RULES = Rulebook.from_json("{}")
BAD_ADDRESS = ("exception", "address_no_such_number")


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def described(store: FakeParcels, case: str = "address_problem-1") -> dict[str, Any]:
    file = on_file(store)
    found = file.case(case)
    assert found is not None
    return describe_case(file, found, RULES)


def test_a_parcel_just_registered_says_what_was_said_of_it() -> None:
    store = shipped(
        parcels=(
            {
                "service": "Ground",
                "ships_from": "CN",
                "expected_delivery_at": "2026-11-25T23:00:00Z",
                "signature_required": True,
                "insured_value": {"amount": 12_000, "currency": "USD"},
            },
        )
    )

    assert describe_parcel(on_file(store).parcel, RULES) == {
        "id": f"ups.{TRACKING}",
        "carrier": "ups",
        "tracking_number": TRACKING,
        "tracking_url": f"https://www.ups.com/track?tracknum={TRACKING}",
        "service": "Ground",
        "ships_from": "CN",
        "label_created_at": "2026-11-21T15:00:00.000Z",
        "registered_at": "2026-11-23T15:00:00.000Z",
        "expected_delivery_at": "2026-11-25T23:00:00.000Z",
        "signature_required": True,
        "insured_value": {"amount": 12_000, "currency": "USD"},
        "address_version": 1,
        "milestone": "info_received",
        "reason": None,
        "since": None,
        "moved_at": None,
        "attempts": 0,
        "pickup": None,
    }


def test_what_is_not_known_is_null_and_never_empty() -> None:
    store = shipped(parcels=({"carrier": None, "tracking_number": "ZZ-0007"},))
    (kept,) = store.parcels("shop-1", "1001")

    told = describe_parcel(kept, RULES)

    for name in ("tracking_url", "service", "ships_from", "expected_delivery_at", "insured_value", "reason", "since"):
        assert told[name] is None, name
    assert told["carrier"] == "other"


def test_a_parcel_says_where_it_is() -> None:
    place = Location("Burlington", "VT", "05401", "US")
    store = shipped()
    tell(
        store,
        scan("delivery_attempted", "recipient_unavailable", at=hours(-5)),
        scan("available_for_pickup", "access_point", at=hours(-1), location=place),
    )

    told = describe_parcel(on_file(store).parcel, RULES)

    assert (told["milestone"], told["reason"], told["since"]) == (
        "available_for_pickup",
        "access_point",
        "2026-11-23T14:00:00.000Z",
    )
    assert (told["attempts"], told["moved_at"]) == (1, "2026-11-23T14:00:00.000Z")
    assert told["pickup"] == {"city": "Burlington", "state": "VT", "postal_code": "05401", "country": "US"}


def test_all_scans_are_told_oldest_first_and_which_of_them_count() -> None:
    store = shipped()
    tell(
        store,
        scan("out_for_delivery", at=hours(-1), text="On the vehicle", code_table="t", raw_code="OD"),
        scan("delivered", at=hours(-999)),
        scan("in_transit", at=hours(-5)),
    )

    told = describe_parcel_file(on_file(store), RULES, NOW)["scans"]

    assert [(it["milestone"], it["counted"]) for it in told] == [
        ("delivered", False),
        ("in_transit", True),
        ("out_for_delivery", True),
    ]
    assert told[-1] == {
        "occurred_at": "2026-11-23T14:00:00.000Z",
        "received_at": "2026-11-23T14:00:00.000Z",
        "milestone": "out_for_delivery",
        "reason": None,
        "provider": "easypost",
        "code_table": "t",
        "raw_code": "OD",
        "text": "On the vehicle",
        "location": {"city": "", "state": "", "postal_code": "", "country": ""},
        "is_physical": True,
        "counted": True,
    }


def test_a_file_says_what_scans_imply_of_a_parcel_that_waits() -> None:
    store = shipped()
    tell(
        store,
        scan("delivery_attempted", "recipient_unavailable", at=hours(-5)),
        scan("available_for_pickup", "access_point", at=hours(-1), hold_until=hours(72)),
    )

    assert describe_parcel_file(on_file(store), RULES, NOW)["implied"] == {
        "attempts_left": 2,
        "pickup_until": "2026-11-26T15:00:00.000Z",
        "return_started_at": None,
        "silent_since": "2026-11-23T14:00:00.000Z",
        "suspicion": {"score": 0, "looks_false": False, "reasons": []},
    }


def test_a_file_says_when_a_parcel_turned_back_and_what_is_odd_about_its_delivery() -> None:
    store = shipped()
    tell(
        store,
        scan("out_for_delivery", at=hours(-6)),
        scan("returning", at=hours(-5)),
        scan("delivered", at=hours(-1), location=Location("Beverly Hills", "CA", "90210", "US")),
    )

    told = describe_parcel_file(on_file(store), RULES, NOW)["implied"]

    assert (told["return_started_at"], told["silent_since"]) == ("2026-11-23T10:00:00.000Z", None)
    assert told["suspicion"] == {"score": 100, "looks_false": True, "reasons": ["other_state", "was_returning"]}


def test_a_delivery_is_compared_with_the_address_on_the_label() -> None:
    store = shipped()
    near = scan("delivered", at=hours(-1), location=Location("Burlington", "VT", "05401", "US"))
    tell(store, scan("out_for_delivery", at=hours(-6)), near)
    file = on_file(store)
    (first,) = file.order.addresses
    elsewhere = {**first.judgement["address"], "city": "BEVERLY HILLS", "state": "CA", "postal_code": "90210"}
    moved = replace(first, version=2, judgement={**first.judgement, "address": elsewhere})
    order = replace(file.order, addresses=(first, moved))

    def reasons(version: int) -> Any:
        parcel = replace(file.parcel, address_version=version)
        told = describe_parcel_file(replace(file, order=order, parcel=parcel), RULES, NOW)
        return told["implied"]["suspicion"]["reasons"]

    assert reasons(1) == []
    assert reasons(2) == ["other_state"]


def test_a_case_in_a_list_says_what_is_due_and_whose_turn_it_is() -> None:
    store = shipped()
    case = tell(store, scan(*BAD_ADDRESS, at=hours(-2))).cases[0]

    assert case_line("shop-1", "1001", case, RULES) == {
        "shop": "shop-1",
        "order_id": "1001",
        "case": "address_problem-1",
        "kind": "address_problem",
        "parcel": f"ups.{TRACKING}",
        "severity": "critical",
        "step": "await_buyer",
        "owner": "buyer",
        "step_due_at": "2026-11-24T15:00:00.000Z",
        "overdue": 0,
        "snoozed_until": None,
    }


def test_a_case_tells_its_offers_and_its_history() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-2)))
    tell(store, scan("exception", "address_moved", at=hours(11)))

    told = described(store)

    assert (told["state"], told["origin"], told["reason"], told["opened_at"]) == (
        "open",
        "carrier",
        "address_moved",
        "2026-11-23T15:00:00.000Z",
    )
    assert [(it["offer"], it["state"], it["chosen"]) for it in told["offers"]] == [
        ("address_problem-1.1", "withdrawn", None),
        ("address_problem-1.2", "open", None),
    ]
    redirect = next(it for it in told["offers"][1]["options"] if it["name"] == "redirect")
    assert redirect == {
        "name": "redirect",
        "fee": {"amount": 2100, "currency": "USD"},
        "paid_by": "seller",
        "delay_days": [1, 3],
    }
    hold = next(it for it in told["offers"][1]["options"] if it["name"] == "hold_at_location")
    assert hold["fee"] is None
    assert [it["what"] for it in told["history"]] == [
        "opened",
        "offer_made",
        "step",
        "renewed",
        "offer_withdrawn",
        "offer_made",
        "step",
    ]
    assert told["history"][0] == {
        "at": "2026-11-23T15:00:00.000Z",
        "what": "opened",
        "detail": "address_no_such_number",
        "by": "carrier",
        "note": None,
    }


def test_a_step_of_ops_says_how_it_may_end() -> None:
    store = shipped()
    tell(store, scan("exception", "lost_investigation", at=hours(-2)))

    told = described(store, "stalled-1")

    assert (told["owner"], told["outcomes"]) == ("ops", ["asked", "moving"])


def test_a_resolved_case_is_nobodys_turn() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-2)))
    work = Work("Li", "new label", resolution="reshipped")
    working.close(case_desk(store, now=hours(1)), on_file(store), "address_problem-1", work)

    told = described(store)

    assert (told["state"], told["resolution"], told["resolved_at"]) == (
        "resolved",
        "reshipped",
        "2026-11-23T16:00:00.000Z",
    )
    assert (told["owner"], told["outcomes"], told["step_due_at"]) == (None, [], None)
    assert (told["history"][-1]["by"], told["history"][-1]["note"]) == ("Li", "new label")


def test_a_snoozed_case_says_until_when() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-2)))
    working.snooze(case_desk(store), on_file(store), "address_problem-1", Work("Li", "later", hours=2))

    assert described(store)["snoozed_until"] == "2026-11-23T17:00:00.000Z"
