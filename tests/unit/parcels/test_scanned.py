"""`Parcel Scanned` on the bus: our own vocabulary, codes only, every problem told at once."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stack_template import ROOT

from doorstep.errors import Rejected
from doorstep.parcels.scan import Location, Scan
from doorstep.parcels.scanned import decode_scanned

RECEIVED = datetime(2026, 11, 23, 15, tzinfo=UTC)
ONE = {
    "carrier": "usps",
    "tracking_number": "9400136208330123456787",
    "occurred_at": "2026-11-23T12:00:00Z",
    "milestone": "in_transit",
}


def sample(name: str) -> Any:
    return json.loads((ROOT / "events" / "bus_in" / name).read_text("utf-8"))


def decode(data: object) -> tuple[Scan, ...]:
    return decode_scanned({"metadata": {}, "data": data}, source="warehouse", received_at=RECEIVED).scans


def problems(data: object) -> set[tuple[str, str]]:
    with pytest.raises(Rejected) as rejected:
        decode(data)
    return {(problem.code, problem.field) for problem in rejected.value.problems}


def test_the_sample_is_one_scan_of_its_source() -> None:
    event = sample("parcel_scanned.json")

    (scan,) = decode_scanned(event["detail"], source=event["source"], received_at=RECEIVED).scans

    assert (scan.provider, scan.carrier, scan.milestone, scan.reason) == (
        "warehouse.example", "usps", "in_transit", "accepted"
    )  # fmt: skip
    assert (scan.code_table, scan.raw_code, scan.is_physical) == ("dock", "HANDED-OVER", True)
    assert scan.location == Location("Edison", "NJ", "08817", "US")
    assert scan.received_at == RECEIVED


def test_the_sample_of_a_webhook_refers_to_the_body_that_was_kept() -> None:
    event, body = (
        sample("carrier_webhook_received.json"),
        (ROOT / "events" / "webhooks" / "easypost_address_problem.json").read_bytes(),
    )

    data = event["detail"]["data"]
    assert set(data) == {"provider", "archive", "bytes", "received_at"}
    assert data["archive"] == f"webhooks/easypost/2026/11/23/{hashlib.sha256(body).hexdigest()}.json"
    assert data["bytes"] == len(body)


@pytest.mark.parametrize("name", ["parcel_scanned.json", "carrier_webhook_received.json"])
def test_a_sample_is_a_whole_event(name: str) -> None:
    event = sample(name)

    assert set(event) == {
        "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"
    }  # fmt: skip
    assert set(event["detail"]) == {"metadata", "data"}
    assert set(event["detail"]["metadata"]) == {
        "event_id", "schema", "occurred_at", "correlation_id", "causation_id"
    }  # fmt: skip


def test_what_is_not_said_follows_from_the_vocabulary() -> None:
    (moving,) = decode(ONE)
    (trouble,) = decode(ONE | {"milestone": "exception"})
    (left,) = decode(ONE | {"milestone": "available_for_pickup", "reason": "locker"})
    (forecast,) = decode(ONE | {"reason": "predicted"})

    assert (moving.provider, moving.reason, moving.is_physical, moving.direction) == ("warehouse", "", True, "forward")
    assert trouble.reason == "unspecified"
    assert left.place == "locker"
    assert not forecast.is_physical


def test_what_is_said_stands() -> None:
    (scan,) = decode(
        ONE
        | {
            "provider": "dock-7",
            "carrier": "USPS",
            "tracking_number": "9400 1362 0833 0123 4567 87",
            "milestone": "returning",
            "reason": "refused",
            "place": "front_desk",
            "is_physical": False,
            "direction": "return",
            "reopens": True,
            "archive": "scans/2026/11/1.json",
            "location": {"country": "US"},
        }
    )

    assert scan == Scan(
        provider="dock-7",
        carrier="usps",
        tracking_number="9400136208330123456787",
        occurred_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        received_at=RECEIVED,
        milestone="returning",
        reason="refused",
        place="front_desk",
        is_physical=False,
        location=Location(country="US"),
        direction="return",
        reopens=True,
        archive="scans/2026/11/1.json",
    )


def test_names_and_texts_are_not_taken_from_the_bus() -> None:
    (scan,) = decode(ONE | {"text": "left with Jo", "signed_by": "JO", "proof_url": "https://example.com/1"})

    assert (scan.text, scan.signed_by, scan.proof_url) == ("", "", "")


def test_a_list_of_scans_comes_by_time() -> None:
    later = ONE | {"occurred_at": "2026-11-23T13:00:00Z", "milestone": "out_for_delivery"}

    assert [scan.milestone for scan in decode({"scans": [later, ONE]})] == ["in_transit", "out_for_delivery"]


@pytest.mark.parametrize("scans", [[], [ONE] * 101, {}, "many"])
def test_a_list_has_one_to_a_hundred_scans(scans: object) -> None:
    assert {field for _, field in problems({"scans": scans})} == {"data.scans"}


def test_every_problem_is_told_with_its_place() -> None:
    wrong = {
        "carrier": "",
        "tracking_number": "1/2",
        "occurred_at": "yesterday",
        "milestone": "teleported",
        "reason": "magic",
        "place": "refused",
        "direction": "sideways",
        "is_physical": "yes",
        "raw_code": "a\nb",
        "archive": "../x?y",
        "location": {"city": "a\nb"},
    }

    found = problems({"scans": [ONE, wrong]})

    assert {field.removeprefix("data.scans.1.") for _, field in found} == {
        *(set(wrong) - {"location"}), "location.city"
    }  # fmt: skip
    assert problems({}) == {
        ("missing", f"data.{name}") for name in ("carrier", "tracking_number", "occurred_at", "milestone")
    }


@pytest.mark.parametrize("detail", [None, [], "scan", {}, {"data": None}, {"data": 7}])
def test_what_is_no_event_is_rejected(detail: object) -> None:
    with pytest.raises(Rejected):
        decode_scanned(detail, source="warehouse", received_at=RECEIVED)


@given(
    st.dictionaries(
        st.sampled_from([*ONE, "reason", "place", "direction", "location", "scans", "is_physical", "provider"]),
        st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.lists(st.just(ONE), max_size=2),
    )
)
def test_any_data_is_decoded_or_rejected(data: dict[str, object]) -> None:
    with suppress(Rejected):
        assert decode(ONE | data)
