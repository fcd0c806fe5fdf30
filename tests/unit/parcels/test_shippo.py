"""What Shippo says, in our words: either proof, every code, both ways of RETURNED, and broken bodies."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
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
from doorstep.parcels.providers.signatures import hmac_sha256
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep.parcels.vocabulary import reason_with

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers"
WEBHOOKS = ROOT / "events" / "webhooks"
RECEIVED = datetime(2026, 11, 23, 15, tzinfo=UTC)
RULES = codes.rules("shippo")
DEVIATIONS: Mapping[tuple[str, str], str] = {}
# Our own vector; the algorithm is the one that Shippo documents.
SECRET, BODY = "whsec_demo", b'{"object":"Event","id":"evt_demo","description":"tracker.updated"}'
SIGNED_AT = datetime.fromtimestamp(1772724305, UTC)
SIGNATURE = "t=1772724305,v1=04ce485226167f81724d97598aeafd4020a58c3524ad0345bead7b1a736f0abd"


def read(document: object) -> Heard:
    return provider("shippo").read(json.dumps(document).encode(), received_at=RECEIVED, archive="kept/1")


def status(
    status: object = "TRANSIT",
    code: object = None,
    details: object = None,
    when: object = "2026-11-23T12:00:00Z",
    **more: object,
) -> dict[str, object]:
    return {
        "status": status,
        "substatus": {"code": code, "text": "", "action_required": False},
        "status_details": details,
        "status_date": when,
        **more,
    }


def event(*history: object, **more: Any) -> dict[str, Any]:
    data = {
        "carrier": "usps",
        "tracking_number": "9400136208330123456787",
        "tracking_status": None,
        "tracking_history": list(history),
        **more,
    }
    return {"event": "track_updated", "test": False, "data": data}


HISTORY = [
    status("PRE_TRANSIT", "information_received", when="2026-11-20T18:00:00Z"),
    status("TRANSIT", "package_arrived", when="2026-11-21T18:00:00Z"),
]


def scan_of(*args: object, **said: object) -> Scan:
    (scan,) = read(event(status(*args, **said))).scans
    return scan


def told(scan: Scan) -> tuple[str, str]:
    return scan.milestone, scan.reason


def sample(name: str) -> Any:
    return json.loads((WEBHOOKS / f"shippo_{name}.json").read_text("utf-8"))


# ---------------------------------------------------------------- proof


def verify(
    given: str | None = SIGNATURE,
    *,
    token: str | None = None,
    body: bytes = BODY,
    secrets: Sequence[str] = (SECRET,),
    after: int = 0,
) -> None:
    headers = {} if given is None else {"shippo-auth-signature": given}
    query = {} if token is None else {"token": token}
    at = SIGNED_AT + timedelta(seconds=after)
    provider("shippo").verify(WebhookCall("shippo", headers, body, "/webhooks/shippo", at, query), secrets)


def signature(time: str, body: bytes = BODY, secret: str = SECRET) -> str:
    return f"t={time},v1={hmac_sha256(secret, time.encode() + b'.' + body).hex()}"


def test_the_vector_is_accepted() -> None:
    verify()
    verify(secrets=["another", SECRET])
    verify(given=SIGNATURE.replace(",", ", "))


def test_the_token_of_the_url_is_enough() -> None:
    verify(given=None, token=SECRET)
    verify(given=None, token=SECRET, secrets=["another", SECRET])
    verify(given="t=1,v1=0", token=SECRET)
    verify(token="another")


@pytest.mark.parametrize("after", [-300, 300])
def test_a_signature_holds_five_minutes(after: int) -> None:
    verify(after=after)
    with pytest.raises(Refused):
        verify(after=after + (1 if after > 0 else -1))


@pytest.mark.parametrize(
    "how",
    [
        {"given": None},
        {"given": ""},
        {"given": "t=,v1="},
        {"given": SIGNATURE.replace("t=1772724305", "t=1772724306")},
        {"given": SIGNATURE.replace("t=1772724305,", "")},
        {"given": SIGNATURE.partition(",")[0]},
        {"given": SIGNATURE.upper()},
        {"given": "t=١٧٧٢٧٢٤٣٠٥,v1=04ce"},
        {"given": "t=" + "9" * 400 + ",v1=04ce"},
        {"given": "t=-1,v1=é\ud800"},
        {"given": signature("1772724305", secret="")},
        {"given": None, "token": ""},
        {"given": None, "token": SECRET + " "},
        {"given": None, "token": "\ud800"},
        {"given": None, "token": "", "secrets": [""]},
        {"given": None, "token": " ", "secrets": [" "]},
        {"given": None, "token": SECRET, "secrets": []},
        {"body": BODY + b"\n"},
        {"body": b""},
        {"secrets": ["another"]},
    ],
)
def test_anything_else_is_refused_alike(how: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        verify(**how)
    assert (refused.value.code, refused.value.message) == ("unauthorized", "this call carries no valid signature")


def test_the_signature_of_another_body_proves_nothing() -> None:
    with pytest.raises(Refused):
        verify(given=signature("1772724305", b"{}"))


# ---------------------------------------------------------------- codes


def test_the_table_is_that_of_the_review() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    with (SHARED / "status_codes.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["source"] == "shippo"]

    for row in rows:
        key = row["vocabulary"], row["code"]
        meaning = codes.look_up("shippo", *key)
        assert meaning is not None
        assert key in DEVIATIONS or (meaning.milestone, meaning.reason) == (row["milestone"], row["reason"])
        said = scan_of(key[1]) if key[0] == "status" else scan_of(None, key[1])
        assert told(said) == (meaning.milestone, meaning.reason)
    assert len(rows) == 33
    assert {(row["vocabulary"], row["code"]) for row in rows} == {
        (table, code) for table, each in RULES["tables"].items() for code in each
    }


def test_every_row_uses_the_vocabulary() -> None:
    rows = [Meaning(**row) for table in RULES["tables"].values() for row in table.values()]

    assert {row.milestone for row in rows} <= {*MILESTONES}
    assert all(reason_with(row.milestone, row.reason) == row.reason for row in rows)


@pytest.mark.parametrize("substatus", [None, "", {}, [], {"code": None}, {"code": "other"}, {"code": {"a": 1}}])
def test_the_status_decides_where_the_substatus_says_nothing(substatus: object) -> None:
    scan = scan_of("DELIVERED", substatus=substatus)

    assert (told(scan), scan.code_table, scan.raw_code) == (("delivered", ""), "status", "DELIVERED")


def test_the_substatus_decides_for_troubles_stand_under_transit() -> None:
    assert told(scan_of("TRANSIT", "package_lost")) == ("exception", "lost")
    assert told(scan_of("PRE_TRANSIT", "package_held")) == ("exception", "held")
    assert told(scan_of("TRANSIT", substatus="notice_left")) == ("delivery_attempted", "recipient_unavailable")


@pytest.mark.parametrize("code", ["package_rerouted", "Delivered", "delivеred", "delivered_", 7])
def test_a_code_nobody_knows_moves_nothing_and_is_named(code: object) -> None:
    heard = read(event(*HISTORY, status("DELIVERED", code), status("DELIVERED", code, when="2026-11-23T13:00:00Z")))

    assert [scan.milestone for scan in heard.scans[2:]] == ["unknown", "unknown"]
    assert not any(scan.is_physical or scan.reason for scan in heard.scans[2:])
    assert heard.unmapped == (f"substatus:{code if str(code).isascii() else '*'}",)
    assert read(event(status("transit"))).unmapped == ("status:transit",)


# ---------------------------------------------------------------- texts and the way back


@pytest.mark.parametrize(
    ("said", "details", "expected"),
    [
        (("DELIVERED", "delivered"), "Delivered, Left with Individual", ("delivered", "handed_to_person")),
        (("DELIVERED", "delivered"), "Delivered, To Original Sender", ("returned", "")),
        (("DELIVERED", "delivered"), "Delivered to Agent for Final Delivery", ("in_transit", "handed_to_agent")),
        (("DELIVERED", None), "Delivered, Parcel Locker", ("available_for_pickup", "locker")),
        (("FAILURE", None), "Refused", ("exception", "refused")),
        (("FAILURE", "package_undeliverable"), "Insufficient Address", ("exception", "address_insufficient")),
        (("TRANSIT", "delivery_attempted"), "Notice Left (Business Closed)", ("delivery_attempted", "business_closed")),
        (("TRANSIT", "package_held"), "Notice Left", ("delivery_attempted", "recipient_unavailable")),
        (("TRANSIT", "address_issue"), "The address is incomplete", ("exception", "address_issue")),
        (("TRANSIT", "package_damaged"), "Insufficient Address", ("exception", "damaged")),
    ],
)
def test_the_carriers_words_refine_what_the_code_leaves_open(
    said: tuple[str, str | None], details: str, expected: tuple[str, str]
) -> None:
    assert told(scan_of(*said, details)) == expected


@pytest.mark.parametrize(
    ("substatus", "details", "expected"),
    [
        (None, "", ("returning", "")),
        ("return_to_sender", "Returned to sender", ("returning", "")),
        ("return_to_sender", "Delivered, To Original Sender", ("returned", "")),
        ("package_unclaimed", "", ("returning", "unclaimed")),
        ("delivered", "Delivered", ("returned", "")),
        ("out_for_delivery", "Out for Delivery", ("returning", "")),
        ("package_undeliverable", "", ("returning", "undeliverable")),
        ("package_lost", "", ("exception", "lost")),
    ],
)
def test_returned_is_back_only_where_somebody_says_so(
    substatus: str | None, details: str, expected: tuple[str, str]
) -> None:
    scan = scan_of("RETURNED", substatus, details)

    assert told(scan) == expected
    assert scan.direction == ("forward" if scan.milestone == "exception" else "return")


def test_after_the_turn_movement_is_movement_back() -> None:
    back = [
        status("RETURNED", "return_to_sender", when="2026-11-22T09:00:00Z"),
        status("TRANSIT", "package_departed", when="2026-11-22T10:00:00Z"),
        status("TRANSIT", "out_for_delivery", when="2026-11-23T08:00:00Z"),
    ]

    assert [(scan.milestone, scan.direction) for scan in read(event(*back, *HISTORY)).scans] == [
        ("info_received", "forward"), ("in_transit", "forward"),
        ("returning", "return"), ("returning", "return"), ("returning", "return"),
    ]  # fmt: skip


# ---------------------------------------------------------------- fields


def test_the_latest_status_is_one_more_scan_only_if_the_history_lacks_it() -> None:
    latest = status("TRANSIT", "out_for_delivery", "Out for Delivery")

    assert len(read(event(*HISTORY, latest, tracking_status=latest)).scans) == 3
    assert len(read(event(*HISTORY, latest, tracking_status=latest | {"status_details": "Out"})).scans) == 3
    assert read(event(*HISTORY, tracking_status=latest)) == read(event(*HISTORY, latest))
    assert told(read(event(tracking_history=None, tracking_status=latest)).scans[0]) == ("out_for_delivery", "")


def test_a_track_that_says_nothing_has_no_scans() -> None:
    assert read(event()) == Heard()
    assert read(event(tracking_history="none", tracking_status=[])) == Heard()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00+00:00"),
        ("2026-11-23T12:00:00.107Z", "2026-11-23T12:00:00.107000+00:00"),
        ("2026-11-23T07:00:00-05:00", "2026-11-23T12:00:00+00:00"),
        ("2026-11-23T12:00:00", "2026-11-23T12:00:00+00:00"),
    ],
)
def test_times_are_utc_and_those_of_the_scan_not_of_the_record(written: str, expected: str) -> None:
    scan = scan_of(when=written, object_created="2026-11-24T09:00:00Z")

    assert scan.occurred_at.isoformat() == expected


@pytest.mark.parametrize(
    "broken", [None, "", "yesterday", 1_795_446_000, "11/23/2026 12:00", "Nov 23, 2026 12:00 PM", ["2026"]]
)
def test_a_status_without_a_time_is_kept_and_moves_nothing_the_track_does_not_confirm(broken: object) -> None:
    undated = status("TRANSIT", "out_for_delivery", "Out for Delivery", broken, object_created="2026-11-23T13:00:00Z")

    late = read(event(*HISTORY, undated, tracking_status=HISTORY[1])).scans[-1]
    confirmed = read(event(*HISTORY, undated, tracking_status=undated)).scans[-1]

    assert (late.milestone, late.raw_code, late.text) == ("unknown", "out_for_delivery", "Out for Delivery")
    assert confirmed.milestone == "out_for_delivery"
    assert late.occurred_at == confirmed.occurred_at == datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert not late.is_physical
    assert not confirmed.is_physical
    assert read(event(undated | {"object_created": None})).scans[0].occurred_at == RECEIVED


def test_what_is_known_of_every_scan() -> None:
    place = {"city": "BURLINGTON", "state": "VT", "zip": 5401, "country": None}
    scan = scan_of("TRANSIT", "pickup_available", "Available for Pickup, Post Office", location=place)

    assert (scan.provider, scan.carrier, scan.received_at, scan.archive) == ("shippo", "usps", RECEIVED, "kept/1")
    assert (scan.location.city, scan.location.postal_code, scan.location.country) == ("BURLINGTON", "5401", "")
    assert (scan.place, scan.text) == ("post_office", "Available for Pickup, Post Office")


def test_a_forecast_does_not_show_the_parcel() -> None:
    assert not scan_of("TRANSIT", "delivery_scheduled").is_physical
    assert not scan_of("TRANSIT", "delayed").is_physical
    assert scan_of("TRANSIT", "package_arrived").is_physical


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize("number", [None, "", "12", 9.4e21, True, {"a": 1}, "1Z/../x", "9" * 41])
def test_a_track_without_a_usable_number_is_rejected(number: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(event(tracking_number=number))
    assert rejected.value.code == "unusable_tracking_number"


def test_the_numbers_that_shippo_has_for_tests_are_usable() -> None:
    (scan,) = read(event(status("DELIVERED"), carrier="shippo", tracking_number="SHIPPO_DELIVERED")).scans

    assert (scan.carrier, scan.tracking_number) == ("shippo", "SHIPPODELIVERED")


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_json_object_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        provider("shippo").read(body, received_at=RECEIVED, archive="")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"detail": "Not found."},
        {"event": "tracking_update", "msg": {"tracking_number": "9400136208330123456787"}},
        {"object": "Tracker", "tracking_code": "9400136208330123456787"},
    ],
)
def test_what_is_no_body_of_shippo_is_rejected(document: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(document)
    assert rejected.value.code == "not_an_event"


def test_a_track_as_the_api_answers_it_is_read_the_same() -> None:
    assert read(event(*HISTORY)["data"]) == read(event(*HISTORY))


# ---------------------------------------------------------------- samples

STANDS_FOR: Mapping[str, tuple[str, str, int]] = {
    "pre_transit": ("info_received", "", 1),
    "in_transit": ("in_transit", "", 4),
    "without_substatus": ("in_transit", "", 4),
    "out_for_delivery": ("out_for_delivery", "", 5),
    "delivered": ("delivered", "handed_to_person", 6),
    "address_problem": ("exception", "address_issue", 5),
    "attempt_1": ("delivery_attempted", "recipient_unavailable", 6),
    "attempt_2": ("delivery_attempted", "business_closed", 7),
    "available_for_pickup": ("available_for_pickup", "post_office", 8),
    "returning": ("returning", "", 10),
    "returned": ("returned", "", 11),
    "unknown_code": ("unknown", "", 5),
}


def test_every_sample_is_used() -> None:
    names = {path.stem.removeprefix("shippo_") for path in WEBHOOKS.glob("shippo_*.json")}

    assert names == {*STANDS_FOR, "created", "other_event"}
    assert read(sample("created")) == read(sample("other_event")) == Heard()


@pytest.mark.parametrize("name", STANDS_FOR)
def test_a_sample_is_what_it_stands_for(name: str) -> None:
    heard = read(sample(name))

    assert (*told(heard.scans[-1]), len(heard.scans)) == STANDS_FOR[name]
    assert heard.unmapped == (("substatus:package_rerouted",) if name == "unknown_code" else ())
    assert {scan.carrier for scan in heard.scans} == {"usps"}


def test_a_scan_heard_again_in_a_longer_history_is_the_same_scan() -> None:
    story = ("pre_transit", "in_transit", "out_for_delivery", "attempt_1", "attempt_2", "available_for_pickup")
    heard = [{scan.digest for scan in read(sample(name)).scans} for name in (*story, "returning", "returned")]

    assert all(shorter < longer for shorter, longer in pairwise(heard))


def test_the_reviewed_example() -> None:
    path = SHARED / "samples" / "shippo_track_updated.json"
    if not path.is_file():
        pytest.skip("the shared folder with the reviewed example is not beside this checkout")

    heard = read(json.loads(path.read_text("utf-8")))

    assert (told(heard.scans[-1]), len(heard.scans)) == (("exception", "address_issue"), 3)
    assert heard.scans[-1].occurred_at == datetime(2026, 3, 4, 15, 5, tzinfo=UTC)


# ---------------------------------------------------------------- laws


@given(
    JSON
    | st.fixed_dictionaries({"event": st.just("track_updated"), "data": JSON})
    | st.fixed_dictionaries({"tracking_number": st.just("1234"), "tracking_history": JSON, "tracking_status": JSON})
)
def test_any_json_is_read_or_rejected(document: object) -> None:
    with suppress(Rejected):
        assert isinstance(read(document), Heard)


@given(st.sampled_from(sorted(STANDS_FOR)).map(sample).flatmap(mutations))
def test_whatever_is_broken_no_status_with_a_time_is_lost(document: dict[str, Any]) -> None:
    try:
        heard = read(document)
    except Rejected:
        return

    if document.get("event") == "track_updated":
        track = reading.mapping(document.get("data"))
        times = [reading.moment(it.get("status_date")) for it in reading.members(track.get("tracking_history"))]
        latest = reading.moment(reading.mapping(track.get("tracking_status")).get("status_date"))
        found = Counter(scan.occurred_at for scan in heard.scans)
        assert Counter(time for time in times if time) <= found
        assert latest is None or found[latest]
        assert all(scan.milestone in MILESTONES and scan.digest for scan in heard.scans)
        assert all(scan.reason == reason_with(scan.milestone, scan.reason) for scan in heard.scans)
