"""What EasyPost says, in our words: every code, the known traps, and bodies that are not as they should be."""

from __future__ import annotations

import copy
import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stack_template import ROOT

from doorstep.errors import Rejected
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.provider import Heard
from doorstep.parcels.providers.registry import provider
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep.parcels.vocabulary import is_reason, reason_with

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers"
WEBHOOKS = ROOT / "events" / "webhooks"
RECEIVED = datetime(2026, 11, 23, 15, tzinfo=UTC)
UPDATED = datetime(2026, 11, 23, 14, tzinfo=UTC)
RULES = codes.rules("easypost")
HISTORY = [
    {"status": "pre_transit", "status_detail": "label_created", "datetime": "2026-11-20T18:00:00Z"},
    {"status": "in_transit", "status_detail": "arrived_at_facility", "datetime": "2026-11-21T18:00:00Z"},
]


def read(document: object) -> Heard:
    return provider("easypost").read(json.dumps(document).encode(), received_at=RECEIVED, archive="kept/1")


def event(*details: object, **tracker: Any) -> dict[str, Any]:
    """An event around a tracker with this history."""
    return {
        "object": "Event",
        "description": "tracker.updated",
        "result": {
            "object": "Tracker",
            "tracking_code": "9400136208330123456787",
            "carrier": "USPS",
            "updated_at": "2026-11-23T14:00:00Z",
            "tracking_details": list(details),
            **tracker,
        },
    }


def detail(message: object = None, when: object = "2026-11-23T12:00:00Z", **said: object) -> dict[str, object]:
    return {"message": message, "datetime": when, **said}


def scan_of(*args: object, **said: object) -> Scan:
    """The scan of a single detail."""
    (scan,) = read(event(detail(*args, **said))).scans
    return scan


def told(scan: Scan) -> tuple[str, str]:
    return scan.milestone, scan.reason


def sample(name: str) -> Any:
    return json.loads((WEBHOOKS / f"easypost_{name}.json").read_text("utf-8"))


# ---------------------------------------------------------------- codes


def test_the_table_is_that_of_the_review() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    with (SHARED / "status_codes.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["source"] == "easypost"]

    read_as = {(row["vocabulary"], row["code"]): told(scan_of(**{row["vocabulary"]: row["code"]})) for row in rows}

    assert len(rows) == 38
    assert read_as == {(row["vocabulary"], row["code"]): (row["milestone"], row["reason"]) for row in rows}
    assert set(read_as) == {(table, code) for table, rows in RULES["tables"].items() for code in rows}


def test_every_row_and_rule_uses_the_vocabulary() -> None:
    rows = [Meaning(**row) for table in RULES["tables"].values() for row in table.values()]
    rules = [*RULES["turns"], *RULES["causes"]]

    assert all(reason_with(row.milestone, row.reason) == row.reason for row in rows)
    assert {row.milestone for row in rows} | {m for rule in rules for m in rule.get("of") or rule["from"]} <= {
        *MILESTONES
    }
    assert {rule["to"] for rule in RULES["turns"]} <= set(MILESTONES)
    named = {row.reason for row in rows} | {rule.get("reason", "") for rule in rules} | {*RULES["open_reasons"]}
    assert all(is_reason(reason) for reason in named - {""})


def test_the_detail_decides_unless_it_says_nothing() -> None:
    assert told(scan_of(status="failure", status_detail="refused")) == ("exception", "refused")
    for silent in ("unknown", "status_update", None, "", [], {"a": 1}):
        scan = scan_of(status="out_for_delivery", status_detail=silent)
        assert (told(scan), scan.code_table, scan.raw_code) == (
            ("out_for_delivery", ""),
            "status",
            "out_for_delivery",
        )


def test_a_document_from_before_there_were_details_is_read_by_its_status() -> None:
    assert told(scan_of(status="available_for_pickup")) == ("available_for_pickup", "")


@pytest.mark.parametrize(
    ("status", "status_detail", "expected"),
    [
        ("delivered", "arrived_at_destination", ("delivered", "")),
        ("in_transit", "arrived_at_destination", ("in_transit", "at_delivery_unit")),
        ("pre_transit", "awaiting_information", ("info_received", "")),
        ("in_transit", "awaiting_information", ("exception", "information_required")),
        ("delivered", "arrived_at_pickup_location", ("available_for_pickup", "")),
        ("delivered", "transferred_to_destination_carrier", ("in_transit", "handoff")),
        ("return_to_sender", "in_transit", ("returning", "")),
        ("return_to_sender", "out_for_delivery", ("returning", "")),
        ("return_to_sender", "refused", ("returning", "refused")),
        ("return_to_sender", "delivery_exception", ("returning", "")),
        ("return_to_sender", "lost", ("exception", "lost")),
    ],
)
def test_where_both_are_given_the_one_that_knows_more_decides(
    status: str, status_detail: str, expected: tuple[str, str]
) -> None:
    assert told(scan_of(status=status, status_detail=status_detail)) == expected


def test_a_code_nobody_knows_moves_nothing_and_is_named() -> None:
    heard = read(
        event(
            *HISTORY,
            detail(status="delivered", status_detail="teleported"),
            detail(status="delivered", status_detail="teleported", when="2026-11-23T13:00:00Z"),
            detail(status="vanished"),
            detail(status="in_transit", status_detail="Jo Tester was here"),
            detail(status=17),
        )
    )

    assert heard.unmapped == (
        "status_detail:teleported", "status:vanished", "status_detail:*", "status:17"
    )  # fmt: skip
    unknown = [scan for scan in heard.scans if scan.milestone == "unknown"]
    assert Counter(scan.raw_code for scan in unknown) == {
        "teleported": 2, "vanished": 1, "Jo Tester was here": 1, "17": 1
    }  # fmt: skip
    assert not any(scan.is_physical or scan.reason for scan in unknown)


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("milestone", "text", "expected"),
    [
        (milestone, text, rule["to"])
        for rule in RULES["turns"]
        for milestone in rule["from"]
        for text in rule["examples"]
    ],
)
def test_words_that_prove_another_milestone(milestone: str, text: str, expected: str) -> None:
    found = codes.refined("easypost", Meaning(milestone, reason_with(milestone, "")), text)

    assert found.milestone == expected
    assert found.reason == reason_with(found.milestone, found.reason)


@pytest.mark.parametrize(
    ("milestone", "text", "expected"),
    [
        (milestone, text, rule["reason"])
        for rule in RULES["causes"]
        for milestone in rule["of"]
        for text in rule["examples"]
    ],
)
def test_words_that_name_the_cause(milestone: str, text: str, expected: str) -> None:
    assert codes.refined("easypost", Meaning(milestone, reason_with(milestone, "")), text).reason == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Insufficient Address", ("exception", "address_insufficient")),
        ("No Such Number", ("exception", "address_no_such_number")),
        ("ADDRESS UNKNOWN", ("exception", "address_issue")),
        ("Delivery attempted: apartment number missing", ("delivery_attempted", "address_apt_missing")),
        ("Notice Left (Business Closed)", ("delivery_attempted", "business_closed")),
        ("We couldn't get in: no access", ("delivery_attempted", "access_problem")),
        ("A delivery attempt was made", ("delivery_attempted", "unspecified")),
        ("Delivery attempted, refused by recipient", ("exception", "refused")),
    ],
)
def test_an_exception_is_what_the_words_say(text: str, expected: tuple[str, str]) -> None:
    assert told(scan_of(text, status="failure", status_detail="delivery_exception")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Delivery exception",
        "Delivery will be attempted tomorrow",
        "Delivery was not attempted",
        "No delivery attempt was made",
        "Your next delivery attempt",
        "Second delivery attempt scheduled",
        "A final delivery attempt will be made on Monday",
        "Pickup attempted",
        "Attempted - Not Known",
        "Receiver not in the building directory",
        "We're attempting to update this information",
    ],
)
def test_without_proof_there_was_no_attempt(text: str) -> None:
    for status_detail in ("delivery_exception", "transit_exception", "failure", "held", "in_transit"):
        assert scan_of(text, status_detail=status_detail).milestone in {"exception", "in_transit"}


def test_words_do_not_outweigh_a_code_that_names_its_cause() -> None:
    assert told(scan_of("Insufficient Address", status_detail="damaged")) == ("exception", "damaged")
    assert told(scan_of("Delivered, To Original Sender", status_detail="in_transit")) == ("in_transit", "")


def test_the_longer_text_is_read_too() -> None:
    scan = scan_of("Delivery exception", description="Notice left", status_detail="delivery_exception")

    assert (scan.milestone, scan.text) == ("delivery_attempted", "Delivery exception")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DELIVERED", ("delivered", "")),
        ("Delivered, PO Box", ("delivered", "")),
        ("Delivered, In/At Mailbox", ("delivered", "mailbox")),
        ("Delivered, To Agent", ("in_transit", "handed_to_agent")),
        ("Delivered, Parcel Locker", ("available_for_pickup", "locker")),
        ("Delivered to a UPS Access Point™", ("available_for_pickup", "access_point")),
        ("Delivered to the local Post Office", ("available_for_pickup", "post_office")),
        ("Delivered, To Original Sender", ("returned", "")),
    ],
)
def test_delivered_is_delivered_only_to_the_buyer(text: str, expected: tuple[str, str]) -> None:
    heard = read(event(detail(text, status="delivered"), signed_by="J TESTER"))

    (scan,) = heard.scans
    assert told(scan) == expected
    assert scan.signed_by == ("J TESTER" if scan.milestone == "delivered" else "")
    assert scan.direction == ("return" if scan.milestone == "returned" else "forward")
    assert scan.place == scan.reason or scan.milestone == "in_transit"


# ---------------------------------------------------------------- the way back


def test_a_return_shipment_comes_back_from_its_first_scan() -> None:
    heard = read(event(*HISTORY, detail(status="delivered"), is_return=True, signed_by="DOCK"))

    assert [(scan.milestone, scan.direction) for scan in heard.scans] == [
        ("info_received", "return"), ("returning", "return"), ("returned", "return")
    ]  # fmt: skip
    assert not any(scan.signed_by for scan in heard.scans)


def test_after_the_turn_movement_is_movement_back_and_before_it_nothing_changes() -> None:
    forth = [*HISTORY, detail(status="failure", status_detail="refused", when="2026-11-22T08:00:00Z")]
    back = [
        detail(status="return_to_sender", status_detail="return", when="2026-11-22T09:00:00Z"),
        detail(status="in_transit", status_detail="departed_facility", when="2026-11-22T10:00:00Z"),
        detail(status="out_for_delivery", when="2026-11-23T08:00:00Z"),
    ]

    before = read(event(*forth)).scans
    after = read(event(*back, *forth, is_return=True)).scans

    assert {scan.digest for scan in after[:3]} == {scan.digest for scan in before}
    assert [(scan.milestone, scan.direction) for scan in after[3:]] == [("returning", "return")] * 3


def test_who_has_what_was_delivered_after_a_return_had_begun_nobody_knows_unless_somebody_says_so() -> None:
    back = [detail(status="return_to_sender", when="2026-11-22T09:00:00Z"), detail(status="delivered")]

    assert read(event(*back)).scans[-1].milestone == "unknown"
    assert read(event(*back, is_return=True)).scans[-1].milestone == "returned"


# ---------------------------------------------------------------- fields


def test_scans_come_by_time_whatever_order_they_are_told_in() -> None:
    assert read(event(*HISTORY)).scans == read(event(*reversed(HISTORY))).scans


def test_a_scan_heard_again_in_a_longer_history_is_the_same_scan() -> None:
    story = ("address_problem", "attempt_1", "attempt_2", "available_for_pickup", "returned")
    heard = [{scan.digest for scan in read(sample(name)).scans} for name in story]

    assert all(shorter < longer for shorter, longer in pairwise(heard))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00+00:00"),
        ("2026-11-23T07:00:00-05:00", "2026-11-23T12:00:00+00:00"),
        ("2026-11-23T12:00:00", "2026-11-23T12:00:00+00:00"),
    ],
)
def test_times_are_utc_and_so_are_those_that_do_not_say(written: str, expected: str) -> None:
    assert scan_of(when=written, status="in_transit").occurred_at.isoformat() == expected


@pytest.mark.parametrize("broken", [None, "", "yesterday", 1_795_446_000, "0001-01-01T00:00:00+14:00", ["2026"]])
def test_a_detail_without_a_time_is_kept_and_moves_nothing_the_tracker_does_not_confirm(broken: object) -> None:
    undated = detail("Out for Delivery", when=broken, status="out_for_delivery")

    late = read(event(*HISTORY, undated, status="in_transit")).scans[-1]
    confirmed = read(event(*HISTORY, undated, status="out_for_delivery")).scans[-1]

    assert (late.milestone, late.raw_code, late.text) == ("unknown", "out_for_delivery", "Out for Delivery")
    assert confirmed.milestone == "out_for_delivery"
    assert late.occurred_at == confirmed.occurred_at == UPDATED
    assert not late.is_physical
    assert not confirmed.is_physical


@pytest.mark.parametrize("history", [[], None, "none", {}, [None, 1, "scan"]])
def test_a_tracker_without_scans_speaks_for_itself(history: object) -> None:
    (scan,) = read(event(tracking_details=history, status="in_transit", status_detail="lost")).scans

    assert (told(scan), scan.is_physical, scan.occurred_at) == (("exception", "lost"), False, UPDATED)
    (undated,) = read(event(tracking_details=history, status="in_transit", updated_at=7)).scans
    assert undated.occurred_at == RECEIVED


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"status": "cancelled"}, ("cancelled", "shipment_cancelled")),
        ({"status": "cancelled", "status_detail": "cancelled"}, ("cancelled", "shipment_cancelled")),
        ({"status": "error"}, ("unknown", "provider_error")),
        ({"status": "unknown", "status_detail": "expired"}, ("expired", "no_scan")),
    ],
)
def test_an_end_that_no_scan_shows_is_told_once(said: dict[str, str], expected: tuple[str, str]) -> None:
    heard = read(event(*HISTORY, **said))
    shown = read(event(*HISTORY, detail(**said), **said))

    assert told(heard.scans[-1]) == expected
    assert (len(heard.scans), heard.scans[-1].is_physical) == (3, False)
    assert len(shown.scans) == 3


def test_a_living_tracker_adds_nothing_to_its_scans() -> None:
    assert len(read(event(*HISTORY, status="in_transit", status_detail="arrived_at_facility")).scans) == 2


def test_the_signature_stands_at_the_last_delivery_only() -> None:
    twice = [detail(status="delivered", when=f"2026-11-23T1{hour}:00:00Z") for hour in (2, 4)]

    assert [scan.signed_by for scan in read(event(*twice, *HISTORY, signed_by="J TESTER")).scans] == [
        "", "", "", "J TESTER"
    ]  # fmt: skip


def test_texts_are_kept_short_and_plain() -> None:
    scan = scan_of("a\x00b\u202ec\nd\ud800 " + "long " * 100, status="in_transit")

    assert scan.text.startswith("a b c d long")
    assert len(scan.text) <= 300


def test_blanks_and_hyphens_in_a_number_do_not_matter() -> None:
    assert read(event(tracking_code="94 00-1")).scans[0].tracking_number == "94001"


def test_numbers_may_stand_where_strings_were_expected() -> None:
    (scan,) = read(
        event(
            detail(status="in_transit", tracking_location={"city": None, "zip": 5401, "state": ["VT"]}),
            tracking_code=9400136208330123456787,
        )
    ).scans

    assert scan.tracking_number == "9400136208330123456787"
    assert (scan.location.postal_code, scan.location.city, scan.location.state) == ("5401", "", "")


def test_what_is_known_of_every_scan() -> None:
    scan = scan_of(
        "Out for Delivery", status="out_for_delivery", tracking_location={"city": "BURLINGTON", "zip": "05401"}
    )

    assert (scan.provider, scan.carrier, scan.received_at, scan.archive) == ("easypost", "usps", RECEIVED, "kept/1")
    assert (scan.location.city, scan.location.postal_code) == ("BURLINGTON", "05401")


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize("code", [None, "", "12", 9.4e21, True, {"a": 1}, "1Z/../x", "9" * 41])
def test_a_tracker_without_a_usable_number_is_rejected(code: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(event(tracking_code=code))
    assert rejected.value.code == "unusable_tracking_number"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'"Event"', b"9" * 9999])
def test_what_is_no_json_object_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        provider("easypost").read(body, received_at=RECEIVED, archive="")


@pytest.mark.parametrize("document", [{}, {"object": "Shipment"}, {"event": "track_updated", "data": {}}])
def test_what_is_no_body_of_easypost_is_rejected(document: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(document)
    assert rejected.value.code == "not_an_event"


@pytest.mark.parametrize(
    "change",
    [
        {"description": "batch.created", "result": {"object": "Batch"}},
        {"description": "insurance.purchased"},
        {"result": None},
        {"result": [{"object": "Tracker"}]},
    ],
)
def test_events_about_other_things_have_no_scans(change: dict[str, Any]) -> None:
    assert read(event(*HISTORY) | change) == Heard()


def test_a_tracker_as_the_api_answers_it_is_read_the_same() -> None:
    whole = event(*HISTORY)

    assert read(whole["result"]) == read(whole)


# ---------------------------------------------------------------- samples

STANDS_FOR: Mapping[str, tuple[str, str, int]] = {
    "tracker_created": ("info_received", "", 1),
    "in_transit": ("in_transit", "", 4),
    "out_for_delivery": ("out_for_delivery", "", 5),
    "delivered": ("delivered", "handed_to_person", 6),
    "address_problem": ("exception", "address_no_such_number", 5),
    "attempt_1": ("delivery_attempted", "recipient_unavailable", 8),
    "attempt_2": ("delivery_attempted", "recipient_unavailable", 10),
    "available_for_pickup": ("available_for_pickup", "access_point", 11),
    "returned": ("returned", "", 13),
    "unknown_code": ("unknown", "", 5),
}


def test_every_sample_is_used() -> None:
    names = {path.stem.removeprefix("easypost_") for path in WEBHOOKS.glob("easypost_*.json")}

    assert names == {*STANDS_FOR, "other_event"}
    assert read(sample("other_event")) == Heard()


@pytest.mark.parametrize("name", STANDS_FOR)
def test_a_sample_is_what_it_stands_for(name: str) -> None:
    heard = read(sample(name))

    assert (*told(heard.scans[-1]), len(heard.scans)) == STANDS_FOR[name]
    assert heard.unmapped == (("status_detail:rerouted",) if name == "unknown_code" else ())
    assert {scan.carrier for scan in heard.scans} <= {"usps", "ups"}
    assert [scan.signed_by for scan in heard.scans if scan.signed_by] == (["J TESTER"] if name == "delivered" else [])
    times = [it["datetime"] for it in sample(name)["result"]["tracking_details"]]
    assert times == sorted(times)


def test_the_published_example_with_its_delivery_dated_first() -> None:
    path = SHARED / "samples" / "easypost_tracker_updated.json"
    if not path.is_file():
        pytest.skip("the shared folder with EasyPost's example is not beside this checkout")

    heard = read(json.loads(path.read_text("utf-8")))

    assert (len(heard.scans), heard.unmapped) == (6, ())
    assert (heard.scans[0].milestone, heard.scans[0].signed_by) == ("delivered", "John Tester")


# ---------------------------------------------------------------- laws

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


def places(document: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything in a document."""
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: object) -> Any:
    document = copy.deepcopy(document)
    *way, last = path
    inside = document
    for key in way:
        inside = inside[key]
    inside[last] = value
    return document


@given(
    JSON | st.fixed_dictionaries({"object": st.sampled_from(["Event", "Tracker"]), "tracking_code": st.just("1234")})
)
def test_any_json_is_read_or_rejected(document: object) -> None:
    with suppress(Rejected):
        assert isinstance(read(document), Heard)


@given(st.sampled_from(sorted(STANDS_FOR)), st.data())
def test_whatever_is_broken_no_detail_with_a_time_is_lost(name: str, data: st.DataObject) -> None:
    document = sample(name)
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(list(places(document))))
        document = changed(document, path, data.draw(JSON))

    try:
        heard = read(document)
    except Rejected:
        return

    tracker = reading.mapping(document.get("result"))
    description = reading.words(document.get("description"))
    if tracker.get("object") == "Tracker" and (not description or description.startswith("tracker.")):
        times = [reading.moment(it.get("datetime")) for it in reading.members(tracker.get("tracking_details"))]
        assert Counter(time for time in times if time) <= Counter(scan.occurred_at for scan in heard.scans)
        assert all(scan.milestone in MILESTONES and scan.digest for scan in heard.scans)
        assert all(scan.reason == reason_with(scan.milestone, scan.reason) for scan in heard.scans)


@given(st.sampled_from(sorted(STANDS_FOR)), st.data())
def test_only_the_number_and_the_envelope_are_needed(name: str, data: st.DataObject) -> None:
    document = sample(name)
    inner = [
        path
        for path in places(document)
        if path[:1] == ("result",) and path[1:2] not in ((), ("object",), ("tracking_code",))
    ]
    document = changed(document, data.draw(st.sampled_from(inner)), data.draw(JSON))

    assert read(document).scans
