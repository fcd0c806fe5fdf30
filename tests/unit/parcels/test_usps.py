"""What USPS says, in our words: every code, texts that outweigh them, and bodies that are not as they should be."""

from __future__ import annotations

import base64
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
from doorstep.parcels import timeline
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.registry import provider
from doorstep.parcels.providers.signatures import hmac_sha256
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep.parcels.vocabulary import is_reason, reason_with

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers"
WEBHOOKS = ROOT / "events" / "webhooks"
RECEIVED = datetime(2026, 11, 28, 15, tzinfo=UTC)
SENT = datetime(2026, 11, 28, 14, tzinfo=UTC)
NUMBER = "9400136208330123456787"
RULES = codes.rules("usps")
NOON = "2026-11-20T12:00:00Z"


def read(document: object) -> Heard:
    return provider("usps").read(json.dumps(document).encode(), received_at=RECEIVED, archive="kept/1")


def tracking(*events: object, **said: object) -> dict[str, Any]:
    return {"trackingNumber": NUMBER, "trackingEvents": list(events), **said}


def push(payload: object, **envelope: object) -> dict[str, Any]:
    said = payload if isinstance(payload, str) else json.dumps(payload)
    return {"subscriptionType": "TRACKING", "timestamp": "2026-11-28T14:00:00Z", "payload": said, **envelope}


def event(code: object = None, text: object = None, when: object = NOON, **said: object) -> dict[str, object]:
    return {"eventCode": code, "eventType": text, "GMTTimestamp": when, **said}


def scan_of(*args: object, **said: object) -> Scan:
    """The scan of a single event."""
    (scan,) = read(push(tracking(event(*args, **said)))).scans
    return scan


def told(scan: Scan) -> tuple[str, str]:
    return scan.milestone, scan.reason


def sample(name: str) -> Any:
    return json.loads((WEBHOOKS / f"usps_{name}.json").read_text("utf-8"))


def payload_of(document: Any) -> Any:
    return json.loads(document["payload"]) if "payload" in document else document


# ---------------------------------------------------------------- proof

SECRET = "0123456789abcdef0123456789abcdef"
BODY = b'{"timestamp":"2026-03-14T17:15:02Z","payload":"{\\"trackingNumber\\":\\"demo\\"}"}'
HMAC = "b8KsN5b1vNUxRbbkgZe53LT7ypzB3vH8/iqJ2gIOD68="  # made with another program


def verify(
    body: bytes = BODY, given: str | None = HMAC, secrets: Sequence[str] = (SECRET,), header: str = "x-hmac"
) -> None:
    headers = {} if given is None else {header: given}
    provider("usps").verify(WebhookCall("usps", headers, body, "/webhooks/usps", RECEIVED), secrets)


def signature(signed: str, secret: str = SECRET) -> str:
    return base64.b64encode(hmac_sha256(secret, signed.encode("utf-8", "surrogatepass"))).decode()


def test_the_secret_proves_time_and_payload_however_late_they_come() -> None:
    verify()
    verify(header="hmac-header")
    verify(secrets=["newer", SECRET])
    verify(BODY.replace(b'{"timestamp"', b'{ "links": [], "timestamp"'))


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("no signature", {"given": None}),
        ("an empty one", {"given": ""}),
        ("not ASCII", {"given": "é\ud800"}),
        ("no secret", {"secrets": []}),
        ("another secret", {"secrets": ["another"]}),
        ("a blank secret", {"secrets": [""], "given": signature('2026-03-14T17:15:02Z{"trackingNumber":"demo"}', "")}),
        ("another time", {"body": BODY.replace(b"17:15:02", b"17:15:03")}),
        ("another payload", {"body": BODY.replace(b"demo", b"demos")}),
        ("of the payload alone", {"given": signature('{"trackingNumber":"demo"}')}),
        ("of the whole body", {"given": signature(BODY.decode())}),
        ("no time", {"body": b'{"payload":"x"}', "given": signature("x")}),
        ("a time that is no text", {"body": b'{"timestamp":7,"payload":"x"}', "given": signature("7x")}),
        ("a payload that is no text", {"body": b'{"timestamp":"t","payload":{}}', "given": signature("t{}")}),
        ("no body", {"body": b"", "given": signature("")}),
        ("a torn body", {"body": BODY[:-5]}),
        ("a list", {"body": b"[]", "given": signature("")}),
        ("too deep", {"body": b"[" * 100_000}),
    ],
)
def test_everything_else_is_refused(how: str, what: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="no valid signature"):
        verify(**what)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_signed_and_one_changed_character_shows(sent: str, payload: str) -> None:
    body = json.dumps({"timestamp": sent, "payload": payload}).encode()

    verify(body, signature(sent + payload))
    with pytest.raises(Refused):
        verify(json.dumps({"timestamp": sent, "payload": payload + "x"}).encode(), signature(sent + payload))


# ---------------------------------------------------------------- codes


def test_the_tables_are_those_of_the_review() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    with (SHARED / "status_codes.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["source"] == "usps"]

    found = {(it["vocabulary"], it["code"]): codes.look_up("usps", it["vocabulary"], it["code"]) for it in rows}

    assert len(rows) == 73
    assert found == {(it["vocabulary"], it["code"]): Meaning(it["milestone"], it["reason"]) for it in rows}
    assert set(found) == {(table, code) for table, rows in RULES["tables"].items() for code in rows}


def test_every_row_uses_the_vocabulary() -> None:
    rows = [Meaning(**row) for table in RULES["tables"].values() for row in table.values()]

    assert all(reason_with(row.milestone, row.reason) == row.reason for row in rows)
    assert {row.milestone for row in rows} <= {*MILESTONES}
    assert all(is_reason(row.reason) for row in rows if row.reason)


@pytest.mark.parametrize("code", RULES["tables"]["eventCode"])
def test_a_scan_says_what_its_code_says(code: str) -> None:
    scan, row = scan_of(code), Meaning(**RULES["tables"]["eventCode"][code])

    assert (told(scan), scan.code_table, scan.raw_code) == ((row.milestone, row.reason), "eventCode", code)
    assert scan.is_physical == row.is_physical


def test_a_forecast_ends_no_silence_and_a_partners_scan_does() -> None:
    assert not scan_of("NT").is_physical
    assert not scan_of("TL").is_physical
    assert scan_of("80").is_physical
    assert not scan_of("GX").is_physical


@pytest.mark.parametrize("code", ["1", 1, "O1", "О1", "０1", "01 01", "nt", "ZZ", "Jo was here"])
def test_a_code_nobody_knows_moves_nothing_and_is_named(code: object) -> None:
    heard = read(push(tracking(event(code, "Delivered"))))

    (scan,) = heard.scans
    named = f"eventCode:{code}" if str(code).isascii() and " " not in str(code) else "eventCode:*"
    assert (told(scan), scan.raw_code, scan.is_physical, heard.unmapped) == (
        ("unknown", ""), str(code), False, (named,)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("01", "Delivered, In/At Mailbox", ("delivered", "mailbox")),
        ("01", "Delivered, Left with Individual", ("delivered", "handed_to_person")),
        ("01", "Delivered, Neighbor as Requested", ("delivered", "neighbor")),
        ("01", "Delivered, Individual Picked Up at Post Office", ("delivered", "picked_up")),
        ("01", "Delivered, PO Box", ("delivered", "")),
        ("01", "Delivered, To Original Sender", ("returned", "")),
        ("01", "Delivered to Agent", ("in_transit", "handed_to_agent")),
        ("01", "Delivered, Parcel Locker", ("available_for_pickup", "locker")),
        ("05", "No Such Number", ("exception", "address_no_such_number")),
        ("29", "Refused", ("returning", "refused")),
        ("52", "Notice Left (Business Closed)", ("delivery_attempted", "recipient_unavailable")),
        ("10", "Delivered", ("in_transit", "")),
    ],
)
def test_the_text_decides_where_the_code_does_not(code: str, text: str, expected: tuple[str, str]) -> None:
    assert told(scan_of(code, text)) == expected


# ---------------------------------------------------------------- the parcel as a whole


@pytest.mark.parametrize(
    ("status", "expected"),
    [("Delivered, To Original Sender", "returned"), ("Delivered to Agent", "in_transit"), ("Delivered", "delivered")],
)
def test_the_words_about_the_parcel_refine_the_newest_event_only(status: str, expected: str) -> None:
    older = event("01", "DELIVERED", "2026-11-19T12:00:00Z")
    heard = read(push(tracking(event("01", "DELIVERED"), older, status=status, statusCategory="Delivered")))

    assert [scan.milestone for scan in heard.scans] == ["delivered", expected]


@pytest.mark.parametrize("code", ["43", "ZZ", None])
def test_the_category_speaks_where_the_newest_code_says_nothing(code: object) -> None:
    older = event("OF", when="2026-11-20T06:00:00Z")
    said = {"statusCategory": "Delivered", "status": "Delivered, Front Desk/Reception/Mail Room"}
    heard = read(push(tracking(event(code, "Picked Up"), older, **said)))

    first, silent, spoken = heard.scans
    assert (first.milestone, told(silent)) == ("out_for_delivery", ("unknown", ""))
    assert (told(spoken), spoken.code_table, spoken.raw_code, spoken.occurred_at) == (
        ("delivered", "front_desk"), "statusCategory", "Delivered", silent.occurred_at
    )  # fmt: skip
    assert heard.unmapped == (("eventCode:ZZ",) if code == "ZZ" else ())


def test_an_older_code_that_says_nothing_stays_silent() -> None:
    older = event("ZZ", when="2026-11-19T12:00:00Z")

    assert [scan.milestone for scan in read(push(tracking(event("OF"), older, statusCategory="Alert"))).scans] == [
        "unknown", "out_for_delivery"
    ]  # fmt: skip


@pytest.mark.parametrize("events", [[], None, "none", {}, [None, 1]])
def test_a_parcel_without_events_speaks_for_itself(events: object) -> None:
    (scan,) = read(push(tracking(trackingEvents=events, statusCategory="Pre-Shipment", status="Label created"))).scans

    assert (scan.milestone, scan.text, scan.occurred_at) == ("info_received", "Label created", SENT)
    assert not scan.is_physical
    assert read(push(tracking(trackingEvents=events))) == Heard()
    assert read(push(tracking(trackingEvents=events, statusCategory="Lost in Space"))).unmapped == ("statusCategory:*",)


# ---------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"GMTTimestamp": "2026-11-20T12:00:00Z", "eventTimestamp": "2026-11-20T07:00:00"}, "12:00"),
        ({"GMTTimestamp": "2026-11-20T12:00:00.041"}, "12:00"),
        ({"eventTimestamp": "2026-11-20T05:00:00", "GMTOffset": "-07:00"}, "12:00"),
        ({"eventTimestamp": "2026-11-20T05:00:00", "GMTOffset": "-7:00"}, "12:00"),
        ({"eventTimestamp": "2026-11-20T05:00:00", "GMTOffset": -7}, "12:00"),
        ({"eventTimestamp": "2026-11-20T22:00:00", "GMTOffset": "+1000", "eventState": "GU"}, "12:00"),
        ({"eventTimestamp": "2026-11-20T06:00:00", "GMTOffset": "soon", "eventState": "TX"}, "12:00"),
        ({"eventTimestamp": "2026-11-20T07:00:00", "eventState": "VT"}, "12:00"),
        ({"eventTimestamp": "2026-11-20T12:00:00", "eventCountry": "CHINA", "eventState": "VT"}, "12:00"),
        ({"eventTimestamp": "2026-11-20T12:00:00Z", "GMTOffset": "-07:00"}, "12:00"),
        ({"eventTimestamp": "2026-11-20 12:00"}, "12:00"),
    ],
)
def test_times_are_utc_or_on_the_clock_of_the_place(times: dict[str, object], expected: str) -> None:
    (scan,) = read(push(tracking({"eventCode": "10", **times}))).scans

    assert f"{scan.occurred_at:%H:%M}" == expected


@pytest.mark.parametrize(
    "broken",
    [None, "", "11/20/2026 1:05 PM", "November 20, 2026", "Fri, 20 Nov 2026 13:05 GMT", 1_795_446_000, ["2026"]],
)
def test_an_event_without_a_time_is_kept_and_moves_nothing_the_category_does_not_confirm(broken: object) -> None:
    undated = event("OF", "Out for Delivery", broken)

    late = read(push(tracking(undated, event("10")))).scans[-1]
    confirmed = read(push(tracking(undated, event("10"), statusCategory="Out for Delivery"))).scans[-1]

    assert (late.milestone, late.raw_code, late.text) == ("unknown", "OF", "Out for Delivery")
    assert confirmed.milestone == "out_for_delivery"
    assert late.occurred_at == confirmed.occurred_at == SENT
    assert not late.is_physical
    assert not confirmed.is_physical


def test_who_signed_is_known_of_deliveries_only() -> None:
    assert scan_of("01", name="J TESTER", firm="SAMPLE INC").signed_by == "J TESTER"
    assert scan_of("01", firm="SAMPLE INC").signed_by == "SAMPLE INC"
    assert scan_of("01", "Delivered to Agent", firm="SAMPLE INC").signed_by == ""
    assert scan_of("10", name="J TESTER").signed_by == ""


def test_what_is_known_of_every_scan() -> None:
    scan = scan_of("OF", eventCity="BURLINGTON", eventState="VT", eventZIP=5401, eventCountry=None)

    assert (scan.provider, scan.carrier, scan.tracking_number) == ("usps", "usps", NUMBER)
    assert (scan.received_at, scan.archive) == (RECEIVED, "kept/1")
    assert (scan.location.city, scan.location.state, scan.location.postal_code) == ("BURLINGTON", "VT", "5401")


def test_a_scan_heard_again_in_a_longer_history_is_the_same_scan() -> None:
    story = ("label_created", "in_transit", "out_for_delivery", "attempt", "available_for_pickup")
    heard = [{scan.digest for scan in read(sample(name)).scans} for name in story]

    assert all(shorter < longer for shorter, longer in pairwise(heard))


# ---------------------------------------------------------------- bodies


def test_an_answer_is_read_as_the_payload_is() -> None:
    assert read(sample("api_answer")) == read(sample("out_for_delivery"))
    assert read({**push(""), "payload": tracking(event("OF"))}) == read(push(tracking(event("OF"))))


@pytest.mark.parametrize(
    "document",
    [
        {"apiVersion": "/tracking/v3", "error": {"code": "404", "message": "not found"}},
        push({"eventCode": "10"}, subscriptionType="SCAN_EVENT_EXTRACT"),
        push([], subscriptionType="SOMETHING"),
        push("OF", subscriptionType="SOMETHING"),
    ],
)
def test_what_is_about_no_parcel_has_no_scans(document: object) -> None:
    assert read(document) == Heard()


@pytest.mark.parametrize("code", [None, "", "12", 9.4e21, True, {"a": 1}, "1Z/../x", "9" * 41])
def test_without_a_usable_number_there_is_no_parcel(code: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(push(tracking(trackingNumber=code)))
    assert rejected.value.code == "unusable_tracking_number"


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_json_object_is_rejected_in_the_payload_too(body: bytes) -> None:
    with pytest.raises(Rejected):
        provider("usps").read(body, received_at=RECEIVED, archive="")
    with pytest.raises(Rejected):
        read(push(body.decode("utf-8", "replace")))


@pytest.mark.parametrize("document", [{}, {"object": "Event"}, {"event": "TRACKING_UPDATED", "data": {}}])
def test_what_is_no_body_of_usps_is_rejected(document: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(document)
    assert rejected.value.code == "not_a_tracking"


# ---------------------------------------------------------------- samples

STANDS_FOR: Mapping[str, tuple[str, str, int]] = {
    "label_created": ("info_received", "", 1),
    "in_transit": ("in_transit", "predicted", 4),
    "out_for_delivery": ("out_for_delivery", "", 6),
    "delivered": ("delivered", "handed_to_person", 7),
    "delivered_to_agent": ("in_transit", "handed_to_agent", 7),
    "locker": ("available_for_pickup", "locker", 7),
    "address_problem": ("exception", "address_insufficient", 7),
    "attempt": ("delivery_attempted", "recipient_unavailable", 7),
    "available_for_pickup": ("available_for_pickup", "post_office", 9),  # the ninth: when it goes back
    "returned": ("returned", "", 10),
    "unknown_code": ("exception", "unspecified", 8),
    "api_answer": ("out_for_delivery", "", 6),
}


def test_every_sample_is_used() -> None:
    names = {path.stem.removeprefix("usps_") for path in WEBHOOKS.glob("usps_*.json")}

    assert names == {*STANDS_FOR, "other_event"}
    assert read(sample("other_event")) == Heard()


@pytest.mark.parametrize("name", STANDS_FOR)
def test_a_sample_is_what_it_stands_for(name: str) -> None:
    heard = read(sample(name))

    now = timeline.read(heard.scans, label_created_at=datetime(2026, 11, 16, tzinfo=UTC), now=RECEIVED).progress
    assert (now.milestone, now.reason, len(heard.scans)) == STANDS_FOR[name]
    assert heard.unmapped == (("eventCode:ZZ",) if name == "unknown_code" else ())
    assert now.signed_by == ("J TESTER" if name == "delivered" else "")
    assert [scan.direction for scan in heard.scans].count("return") == (3 if name == "returned" else 0)


def test_the_example_of_a_return() -> None:
    path = SHARED / "samples" / "usps_subscription_tracking.json"
    if not path.is_file():
        pytest.skip("the shared folder with the example is not beside this checkout")

    heard = read(json.loads(path.read_text("utf-8")))

    assert [scan.milestone for scan in heard.scans] == ["returning", "returning", "returned"]
    assert [scan.is_physical for scan in heard.scans] == [True, False, True]


# ---------------------------------------------------------------- laws


@given(JSON | st.builds(push, JSON) | st.builds(lambda inner: push(tracking(trackingEvents=inner)), JSON))
def test_any_json_is_read_or_rejected(document: object) -> None:
    with suppress(Rejected):
        assert isinstance(read(document), Heard)


@given(st.sampled_from(sorted(STANDS_FOR)).map(lambda name: payload_of(sample(name))).flatmap(mutations))
def test_whatever_is_broken_no_event_with_a_time_is_lost(document: Any) -> None:
    try:
        heard = read(push(document))
    except Rejected:
        return

    times = [reading.moment(it.get("GMTTimestamp")) for it in reading.members(document.get("trackingEvents"))]
    assert Counter(time for time in times if time) <= Counter(scan.occurred_at for scan in heard.scans)
    assert all(scan.milestone in MILESTONES and scan.digest for scan in heard.scans)
    assert all(scan.reason == reason_with(scan.milestone, scan.reason) for scan in heard.scans)
    assert all(earlier.occurred_at <= later.occurred_at for earlier, later in pairwise(heard.scans))


@given(st.sampled_from(sorted({*STANDS_FOR} - {"api_answer"})).map(sample).flatmap(mutations))
def test_whatever_is_broken_around_it_nothing_but_rejected_comes_of_it(document: Any) -> None:
    with suppress(Rejected):
        read(document)
    with suppress(Refused):
        verify(json.dumps(document).encode())


@given(st.sampled_from(sorted(STANDS_FOR)), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_events_are_told(name: str, random: Any) -> None:
    document = payload_of(sample(name))
    random.shuffle(document["trackingEvents"])

    assert {scan.digest for scan in read(document).scans} == {scan.digest for scan in read(sample(name)).scans}


def test_the_day_on_which_it_goes_back_is_kept_without_changing_what_was_heard_before() -> None:
    """The notice comes with a later push; the scans it is about must stay the same scans."""
    waits = event("16", "Available for Pickup")
    before = read(push(tracking(waits))).scans
    after = read(push(tracking(waits, returnDateNotice="2026-12-05"))).scans

    (notice,) = set(after) - set(before)
    assert set(before) < set(after)
    assert notice.hold_until == datetime(2026, 12, 5, tzinfo=UTC)
    assert (notice.milestone, notice.is_physical) == ("unknown", False)
