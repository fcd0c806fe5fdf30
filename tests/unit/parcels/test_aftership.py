"""What AfterShip says, in our words: every code, both places a code stands in, local times, and broken bodies."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from broken import JSON, NO_OBJECTS, mutations
from hypothesis import given
from hypothesis import strategies as st
from stack_template import ROOT

from doorstep.errors import Refused, Rejected
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.registry import provider
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep.parcels.vocabulary import reason_with

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers"
WEBHOOKS = ROOT / "events" / "webhooks"
RECEIVED = datetime(2026, 11, 23, 15, tzinfo=UTC)
UPDATED = datetime(2026, 11, 23, 14, tzinfo=UTC)
RULES = codes.rules("aftership")
DEVIATIONS: Mapping[tuple[str, str], str] = {}
HISTORY = [
    {"subtag": "InfoReceived_001", "checkpoint_time": "2026-11-20T18:00:00Z"},
    {"subtag": "InTransit_003", "checkpoint_time": "2026-11-21T18:00:00Z"},
]
# Our own vector; the algorithm is the one that AfterShip documents.
SECRET, BODY = "whsec_demo", b'{"object":"Event","id":"evt_demo","description":"tracker.updated"}'
SIGNATURE = "Vtzoa6KGEgpi8MabhIk3JVd4rS8JLADSA+L5yC6qk2M="


def read(document: object) -> Heard:
    return provider("aftership").read(json.dumps(document).encode(), received_at=RECEIVED, archive="kept/1")


def tracking(*checkpoints: object, **more: Any) -> dict[str, Any]:
    return {
        "tracking_number": "9400136208330123456787",
        "slug": "usps",
        "updated_at": "2026-11-23T14:00:00+00:00",
        "checkpoints": list(checkpoints),
        **more,
    }


def event(*checkpoints: object, **more: Any) -> dict[str, Any]:
    return {"event": "tracking_update", "msg": tracking(*checkpoints, **more)}


def checkpoint(message: object = None, when: object = "2026-11-23T12:00:00Z", **said: object) -> dict[str, object]:
    return {"message": message, "checkpoint_time": when, **said}


def scan_of(*args: object, **said: object) -> Scan:
    (scan,) = read(event(checkpoint(*args, **said))).scans
    return scan


def told(scan: Scan) -> tuple[str, str]:
    return scan.milestone, scan.reason


def sample(name: str) -> Any:
    return json.loads((WEBHOOKS / f"aftership_{name}.json").read_text("utf-8"))


# ---------------------------------------------------------------- proof


def verify(body: bytes = BODY, given: str | None = SIGNATURE, secrets: Sequence[str] = (SECRET,)) -> None:
    headers = {} if given is None else {"aftership-hmac-sha256": given}
    provider("aftership").verify(WebhookCall("aftership", headers, body, "/webhooks/aftership", RECEIVED), secrets)


def test_the_vector_is_accepted_under_either_of_two_secrets() -> None:
    verify()
    verify(secrets=["another", SECRET])


@pytest.mark.parametrize(
    "how",
    [
        {"given": None},
        {"given": ""},
        {"given": SIGNATURE.lower()},
        {"given": SIGNATURE.rstrip("=")},
        {"given": "56dce86ba286120a62f0c69b848937255778ad2f092c00d203e2f9c82eaa9363"},
        {"given": "é\ud800"},
        {"body": BODY + b"\n"},
        {"body": b""},
        {"secrets": []},
        {"secrets": ["", " "]},
        {"secrets": ["another"]},
    ],
)
def test_anything_else_is_refused(how: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        verify(**how)
    assert refused.value.code == "unauthorized"


def test_a_signature_of_another_provider_proves_nothing_here() -> None:
    headers = {"x-hmac-signature": f"hmac-sha256-hex={SIGNATURE}", "fdx-signature": SIGNATURE}

    with pytest.raises(Refused):
        provider("aftership").verify(
            WebhookCall("aftership", headers, BODY, "/webhooks/aftership", RECEIVED, query={"token": SECRET}), [SECRET]
        )


# ---------------------------------------------------------------- codes


def test_the_table_is_that_of_the_review() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    with (SHARED / "status_codes.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["source"] == "aftership"]

    for row in rows:
        key = row["vocabulary"], row["code"]
        meaning = codes.look_up("aftership", *key)
        assert meaning is not None
        assert key in DEVIATIONS or (meaning.milestone, meaning.reason) == (row["milestone"], row["reason"])
        assert told(scan_of(**dict([key]))) == (meaning.milestone, meaning.reason)
    assert len(rows) == 54
    assert {(row["vocabulary"], row["code"]) for row in rows} == {
        (table, code) for table, each in RULES["tables"].items() for code in each
    }


def test_every_row_uses_the_vocabulary() -> None:
    rows = [Meaning(**row) for table in RULES["tables"].values() for row in table.values()]

    assert {row.milestone for row in rows} <= {*MILESTONES}
    assert all(reason_with(row.milestone, row.reason) == row.reason for row in rows)


@pytest.mark.parametrize("subtag", [None, "", " ", [], {"a": 1}, False])
def test_the_tag_decides_where_there_is_no_subtag(subtag: object) -> None:
    scan = scan_of(tag="OutForDelivery", subtag=subtag)

    assert (told(scan), scan.code_table, scan.raw_code) == (("out_for_delivery", ""), "tag", "OutForDelivery")
    assert told(scan_of(tag="Exception", subtag="Exception_016")) == ("in_transit", "delay")


@pytest.mark.parametrize(
    "code", ["InTransit_099", "delivered_001", "Delivered_1", "Dеlivered_001", "Delivered_００１", 1, "Delivered"]
)
def test_a_code_nobody_knows_moves_nothing_and_is_named(code: object) -> None:
    heard = read(event(*HISTORY, checkpoint("DELIVERED", tag="Delivered", subtag=code)))

    assert (told(heard.scans[-1]), heard.scans[-1].raw_code) == (("unknown", ""), str(code))
    assert not heard.scans[-1].is_physical
    assert heard.unmapped == (f"subtag:{code if str(code).isascii() else '*'}",)
    assert read(event(checkpoint(tag="delivered"))).unmapped == ("tag:delivered",)


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("subtag", "message", "expected"),
    [
        ("Delivered_001", "Delivered, To Original Sender", ("returned", "")),
        ("Delivered_001", "Delivered, To Agent", ("in_transit", "handed_to_agent")),
        ("Delivered_001", "Delivered to UPS Access Point™", ("available_for_pickup", "access_point")),
        ("Delivered_001", "Delivered, In/At Mailbox", ("delivered", "mailbox")),
        ("Delivered_005", "Delivered", ("delivered", "neighbor")),
        ("AttemptFail_001", "Notice Left (Receptacle Full/Item Oversized)", ("delivery_attempted", "receptacle_full")),
        (
            "Exception_001",
            "Delivery Attempted - No Access to Delivery Location",
            ("delivery_attempted", "access_problem"),
        ),
        ("Exception_001", "Delivery exception", ("exception", "unspecified")),
        ("Exception_007", "Insufficient Address", ("exception", "address_insufficient")),
        ("Exception_007", "Incorrect address", ("exception", "address_issue")),
        ("Exception_010", "Return to sender processed", ("returning", "")),
        ("Exception_010", "Delivered to the sender", ("returned", "")),
        ("Exception_012", "Insufficient Address", ("exception", "damaged")),
    ],
)
def test_the_carriers_words_refine_what_the_code_leaves_open(
    subtag: str, message: str, expected: tuple[str, str]
) -> None:
    assert told(scan_of(message, subtag=subtag)) == expected


# ---------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"state": "VT", "country_iso3": "USA"}, "2026-11-23T17:00:00+00:00"),
        ({"state": "CA", "country_region": "USA"}, "2026-11-23T20:00:00+00:00"),
        ({"location": "Gary, IN, 46402", "country_iso3": "USA"}, "2026-11-23T17:00:00+00:00"),
        ({"location": "SHENZHEN, CN", "country_iso3": "CHN"}, "2026-11-23T12:00:00+00:00"),
        ({}, "2026-11-23T12:00:00+00:00"),
    ],
)
def test_a_time_without_its_offset_is_on_the_clock_of_the_place(where: dict[str, object], expected: str) -> None:
    assert scan_of(when="2026-11-23T12:00:00", subtag="InTransit_001", **where).occurred_at.isoformat() == expected
    aware = scan_of(when="2026-11-23T12:00:00-06:00", subtag="InTransit_001", **where)
    assert aware.occurred_at.isoformat() == "2026-11-23T18:00:00+00:00"


@pytest.mark.parametrize(
    "broken", [None, "", "yesterday", 1_795_446_000, "11/23/2026 12:00", "Nov 23, 2026 12:00 PM", ["2026"]]
)
def test_a_checkpoint_without_a_time_is_kept_and_moves_nothing_the_tracking_does_not_confirm(broken: object) -> None:
    undated = checkpoint("Out for delivery", when=broken, subtag="OutForDelivery_001")
    added = undated | {"created_at": "2026-11-22T13:00:00+00:00"}

    late = read(event(*HISTORY, undated, tag="InTransit", subtag="InTransit_003")).scans[-1]
    confirmed = read(event(*HISTORY, undated, tag="OutForDelivery", subtag="OutForDelivery_001")).scans[-1]

    assert (late.milestone, late.raw_code, late.text) == ("unknown", "OutForDelivery_001", "Out for delivery")
    assert confirmed.milestone == "out_for_delivery"
    assert late.occurred_at == confirmed.occurred_at == UPDATED
    assert not late.is_physical
    assert not confirmed.is_physical
    assert read(event(added)).scans[0].occurred_at == datetime(2026, 11, 22, 13, tzinfo=UTC)


@pytest.mark.parametrize("checkpoints", [[], None, "none", {}, [None, 1, "scan"]])
def test_a_tracking_without_checkpoints_speaks_for_itself(checkpoints: object) -> None:
    (scan,) = read(event(checkpoints=checkpoints, tag="Exception", subtag="Exception_013")).scans

    assert (told(scan), scan.is_physical, scan.occurred_at) == (("exception", "lost"), False, UPDATED)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"tag": "Expired", "subtag": "Expired_001"}, ("expired", "no_scan")),
        ({"tag": "Expired"}, ("expired", "no_scan")),
        ({"tag": "Exception", "subtag": "Exception_020"}, ("cancelled", "shipment_cancelled")),
    ],
)
def test_an_end_that_no_checkpoint_shows_is_told_once(said: dict[str, str], expected: tuple[str, str]) -> None:
    heard = read(event(*HISTORY, **said))
    shown = read(event(*HISTORY, checkpoint(**said), **said))

    assert told(heard.scans[-1]) == expected
    assert (len(heard.scans), heard.scans[-1].is_physical) == (3, False)
    assert len(shown.scans) == 3


def test_what_proves_the_delivery_stands_at_the_last_one_only() -> None:
    twice = [checkpoint(subtag="Delivered_001", when=f"2026-11-23T1{hour}:00:00Z") for hour in (2, 4)]
    proof = {"type": "image", "url": "https://proofs.example.com/1.png"}

    scans = read(
        event(
            *twice,
            *HISTORY,
            signed_by="J TESTER",
            proof_of_delivery=[{"url": "http://x"}, proof],
            delivery_location_type="Front porch",
        )
    ).scans

    assert [(it.signed_by, it.proof_url, it.place) for it in scans[:-1]] == [("", "", "")] * 3
    assert (scans[-1].signed_by, scans[-1].proof_url) == ("J TESTER", "https://proofs.example.com/1.png")
    assert (scans[-1].reason, scans[-1].place) == ("porch", "porch")


@pytest.mark.parametrize("proofs", [None, [], ["https://x"], [{"url": None}], [{"url": "javascript:x"}], 7])
def test_what_is_no_link_is_no_proof(proofs: object) -> None:
    assert read(event(checkpoint(subtag="Delivered_001"), proof_of_delivery=proofs)).scans[0].proof_url == ""
    assert read(event(checkpoint(subtag="InTransit_001"), signed_by="J TESTER")).scans[0].signed_by == ""


def test_where_it_was_left_turns_no_delivery_into_something_else() -> None:
    (scan,) = read(event(checkpoint(subtag="Delivered_001"), delivery_location_type="Locker")).scans

    assert (scan.milestone, scan.place) == ("delivered", "")


def test_what_the_seller_marked_as_completed_counts_but_nobody_scanned_it() -> None:
    by_user = scan_of("Marked as completed", subtag="Delivered_001", source="user")

    assert (by_user.milestone, by_user.is_physical) == ("delivered", False)
    assert scan_of("Delivered", subtag="Delivered_001", source="carrier").is_physical


def test_a_shipment_to_the_seller_comes_back_from_its_first_scan() -> None:
    heard = read(event(*HISTORY, checkpoint(subtag="Delivered_001"), shipment_direction="return", signed_by="DOCK"))

    assert [(scan.milestone, scan.direction) for scan in heard.scans] == [
        ("info_received", "return"), ("returning", "return"), ("returned", "return")
    ]  # fmt: skip
    assert not any(scan.signed_by for scan in heard.scans)


@pytest.mark.parametrize(
    ("of_tracking", "of_checkpoint", "expected"),
    [
        ("ups", None, "ups"),
        ("ups-api", "", "ups"),
        ("yunexpress", "usps", "usps"),
        ("china-post", "china-post", "china_post"),
        ("unrecognized", None, "other"),
        (None, None, "other"),
        (7, ["ups"], "other"),
    ],
)
def test_each_leg_has_its_carrier(of_tracking: object, of_checkpoint: object, expected: str) -> None:
    (scan,) = read(event(checkpoint(subtag="InTransit_001", slug=of_checkpoint), slug=of_tracking)).scans

    assert scan.carrier == expected


def test_the_place_under_its_older_and_newer_names() -> None:
    older = scan_of(city="BURLINGTON", state="VT", zip="05401", country_iso3="USA", subtag="InTransit_001").location
    newer = scan_of(city="BURLINGTON", state="VT", postal_code="05401", country_region="USA", subtag="InTransit_001")

    assert older == newer.location
    assert (older.city, older.state, older.postal_code, older.country) == ("BURLINGTON", "VT", "05401", "USA")
    assert scan_of(location="Gary, IN", city=None, zip=46402, subtag="InTransit_001").location.city == "Gary, IN"


def test_nothing_of_the_buyer_is_read() -> None:
    buyer = {
        "emails": ["jo@example.com"],
        "smses": ["+15555550100"],
        "customer_name": "Jo Tester",
        "destination_raw_location": "149 Church Street",
        "customers": [{"email": "jo@example.com"}],
    }

    assert read(event(*HISTORY, **buyer)) == read(event(*HISTORY))


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize("number", [None, "", "12", 9.4e21, True, {"a": 1}, "1Z/../x", "9" * 41])
def test_a_tracking_without_a_usable_number_is_rejected(number: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(event(tracking_number=number))
    assert rejected.value.code == "unusable_tracking_number"


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_json_object_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        provider("aftership").read(body, received_at=RECEIVED, archive="")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"meta": {"code": 4004, "message": "Tracking does not exist."}, "data": {}},
        {"event": "track_updated", "data": {"tracking_number": "9400136208330123456787", "tracking_history": []}},
        {"object": "Event", "result": {"object": "Tracker"}},
        {"event": "tracking_update"},
    ],
)
def test_what_is_no_body_of_aftership_is_rejected(document: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(document)
    assert rejected.value.code == "not_a_tracking"


def test_an_event_about_something_else_has_no_scans() -> None:
    assert read({"event": "courier_connection_update", "msg": {"id": "1"}}) == Heard()
    assert read(event(*HISTORY) | {"event": "edd_revise"}) == read(event(*HISTORY))


def test_what_the_api_answers_is_read_the_same() -> None:
    whole = tracking(*HISTORY)

    assert read({"meta": {"code": 200}, "data": whole}) == read(event(*HISTORY))
    assert read({"meta": {"code": 200}, "data": {"tracking": whole}}) == read(event(*HISTORY))
    assert read(whole) == read(event(*HISTORY))
    assert read({"meta": {"code": 200}, "data": {"trackings": []}}) == Heard()


def test_a_tracking_without_a_number_does_not_spoil_a_list() -> None:
    listed = {"data": {"trackings": [tracking(*HISTORY), tracking(*HISTORY, tracking_number=None), None]}}

    assert read(listed) == read(event(*HISTORY))


# ---------------------------------------------------------------- samples

STANDS_FOR: Mapping[str, tuple[str, str, int]] = {
    "pending": ("unknown", "", 1),
    "info_received": ("info_received", "", 1),
    "in_transit": ("in_transit", "", 4),
    "out_for_delivery": ("out_for_delivery", "", 5),
    "delivered": ("delivered", "signed", 4),
    "address_problem": ("exception", "address_no_such_number", 5),
    "attempt": ("delivery_attempted", "recipient_unavailable", 6),
    "available_for_pickup": ("available_for_pickup", "access_point", 8),
    "refused": ("exception", "refused", 6),
    "delay": ("in_transit", "delay_weather", 5),
    "returned": ("returned", "", 11),
    "expired": ("expired", "no_scan", 3),
    "unknown_code": ("unknown", "", 3),
}


def test_every_sample_is_used() -> None:
    names = {path.stem.removeprefix("aftership_") for path in WEBHOOKS.glob("aftership_*.json")}

    assert names == {*STANDS_FOR, "other_event", "api_answer"}
    assert read(sample("other_event")) == Heard()


@pytest.mark.parametrize("name", STANDS_FOR)
def test_a_sample_is_what_it_stands_for(name: str) -> None:
    heard = read(sample(name))

    assert (*told(heard.scans[-1]), len(heard.scans)) == STANDS_FOR[name]
    assert heard.unmapped == (("subtag:InTransit_099",) if name == "unknown_code" else ())
    assert list(heard.scans) == sorted(heard.scans, key=lambda scan: scan.occurred_at)


def test_the_sample_without_offsets_is_told_in_utc_and_oldest_first() -> None:
    heard = read(sample("delivered"))

    assert [scan.occurred_at.isoformat()[:16] for scan in heard.scans[1:]] == [
        "2026-11-21T00:20", "2026-11-22T12:55", "2026-11-22T18:24"
    ]  # fmt: skip
    assert (heard.scans[-1].signed_by, heard.scans[-1].place) == ("J TESTER", "signed")
    assert heard.scans[-1].proof_url.startswith("https://")


def test_the_answer_of_the_api_holds_several_parcels() -> None:
    heard = read(sample("api_answer"))

    assert Counter((scan.carrier, scan.tracking_number) for scan in heard.scans) == {
        ("ups", "1ZDSTEP10030000126"): 5,
        ("usps", "9400136208330123456787"): 2,
    }


def test_a_scan_heard_again_in_a_longer_history_is_the_same_scan() -> None:
    story = ("info_received", "in_transit", "out_for_delivery", "attempt", "available_for_pickup", "returned")
    heard = [{scan.digest for scan in read(sample(name)).scans} for name in story]

    assert all(shorter < longer for shorter, longer in pairwise(heard))


def test_the_reviewed_example() -> None:
    path = SHARED / "samples" / "aftership_tracking_update.json"
    if not path.is_file():
        pytest.skip("the shared folder with the reviewed example is not beside this checkout")

    heard = read(json.loads(path.read_text("utf-8")))

    assert (told(heard.scans[-1]), len(heard.scans)) == (("exception", "address_issue"), 3)
    assert heard.scans[-1].occurred_at == datetime(2026, 3, 5, 14, 55, tzinfo=UTC)


# ---------------------------------------------------------------- laws


@given(
    JSON
    | st.fixed_dictionaries({"event": JSON, "msg": JSON})
    | st.fixed_dictionaries({"tracking_number": st.just("1234"), "checkpoints": JSON, "tag": JSON, "slug": JSON})
)
def test_any_json_is_read_or_rejected(document: object) -> None:
    with suppress(Rejected):
        assert isinstance(read(document), Heard)


@given(st.sampled_from(sorted(STANDS_FOR)).map(sample).flatmap(mutations))
def test_whatever_is_broken_no_checkpoint_with_a_time_is_lost(document: dict[str, Any]) -> None:
    try:
        heard = read(document)
    except Rejected:
        return

    message = reading.mapping(document.get("msg"))
    if "tracking_number" in message:
        each = [it.get("checkpoint_time") for it in reading.members(message.get("checkpoints"))]
        times = {time: reading.moment(time) for time in each if isinstance(time, str)}
        aware = {moment for time, moment in times.items() if moment and datetime.fromisoformat(time.strip()).tzinfo}
        assert aware <= {scan.occurred_at for scan in heard.scans}
        assert len(heard.scans) >= len(each)
        assert all(scan.milestone in MILESTONES and scan.digest for scan in heard.scans)
        assert all(scan.reason == reason_with(scan.milestone, scan.reason) for scan in heard.scans)
