"""What 17TRACK says, in our words: every code, two carriers of one number, and bodies not as they should be."""

from __future__ import annotations

import csv
import hashlib
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
from doorstep.parcels import timeline
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.registry import provider
from doorstep.parcels.scan import CARRIER, MILESTONES, Scan
from doorstep.parcels.vocabulary import is_reason, reason_with

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers"
WEBHOOKS = ROOT / "events" / "webhooks"
RECEIVED = datetime(2026, 12, 24, 15, tzinfo=UTC)
NUMBER = "9400136208330123456794"
RULES = codes.rules("seventeen_track")
YUN, USPS = {"key": 190008, "name": "YunExpress", "country": "CN"}, {"key": 21051, "name": "USPS", "country": "US"}
NOON = "2026-11-20T12:00:00Z"
CONFUSED = ("Delivеred_Other", "Delivered_0ther", "delivered_other", "Delivered-Other", "\u202eDelivered_Other_")


def read(document: object) -> Heard:
    return provider("17track").read(json.dumps(document).encode(), received_at=RECEIVED, archive="kept/1")


def leg(*events: object, of: Mapping[str, object] = USPS) -> dict[str, object]:
    return {"provider": of, "latest_sync_time": "2026-11-23T14:00:00Z", "events": list(events)}


def event(description: object = None, when: object = NOON, **said: object) -> dict[str, object]:
    return {"description": description, "time_utc": when, **said}


def notification(*legs: object, **info: object) -> dict[str, Any]:
    return {
        "event": "TRACKING_UPDATED",
        "data": {"number": NUMBER, "carrier": 190008, "track_info": {"tracking": {"providers": list(legs)}, **info}},
    }


def scan_of(*args: object, **said: object) -> Scan:
    """The scan of a single event."""
    (scan,) = read(notification(leg(event(*args, **said)))).scans
    return scan


def told(scan: Scan) -> tuple[str, str]:
    return scan.milestone, scan.reason


def sample(name: str) -> Any:
    return json.loads((WEBHOOKS / f"17track_{name}.json").read_text("utf-8"))


# ---------------------------------------------------------------- proof

KEY = "demo_api_key"
BODY = b'{"object":"Event","id":"evt_demo","description":"tracker.updated"}'
SIGN = "22c2758fd0b852e5e2d6b0a5a1b6a90dcfb8a56b05c2a99cb4e2bad4da2fb45e"  # made with another program


def verify(body: bytes = BODY, given: str | None = SIGN, keys: Sequence[str] = (KEY,)) -> None:
    headers = {} if given is None else {"sign": given}
    provider("17track").verify(WebhookCall("17track", headers, body, "/webhooks/17track", RECEIVED), keys)


def test_the_key_proves_the_body_also_while_it_is_replaced() -> None:
    verify()
    verify(keys=["newer", KEY])
    verify(keys=[KEY, " "])


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("no signature", {"given": None}),
        ("an empty one", {"given": ""}),
        ("not ASCII", {"given": "é\ud800"}),
        ("no key", {"keys": []}),
        ("another key", {"keys": ["another"]}),
        ("a blank key", {"keys": [""], "given": hashlib.sha256(BODY + b"/").hexdigest()}),
        ("another body", {"body": BODY + b"\n"}),
        ("another endpoint's", {"given": hashlib.sha256(b"{}/" + KEY.encode()).hexdigest()}),
        ("EasyPost's", {"given": "hmac-sha256-hex=" + SIGN}),
    ],
)
def test_everything_else_is_refused(how: str, what: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="no valid signature"):
        verify(**what)


@given(st.binary(max_size=50), st.text(max_size=70))
def test_nobody_guesses_a_signature(body: bytes, given_sign: str) -> None:
    with pytest.raises(Refused):
        verify(body, given_sign)


# ---------------------------------------------------------------- codes


def test_the_tables_are_those_of_the_review() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    with (SHARED / "status_codes.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["source"] == "17track"]

    found = {
        (it["vocabulary"], it["code"]): codes.look_up("seventeen_track", it["vocabulary"], it["code"]) for it in rows
    }

    assert len(rows) == 40
    assert found == {
        (it["vocabulary"], it["code"]): Meaning(it["milestone"], it["reason"]) for it in rows
    }  # fmt: skip


def test_every_row_uses_the_vocabulary() -> None:
    rows = [Meaning(**row) for table in RULES["tables"].values() for row in table.values()]

    assert all(reason_with(row.milestone, row.reason) == row.reason for row in rows)
    assert {row.milestone for row in rows} <= {*MILESTONES}
    assert all(is_reason(row.reason) for row in rows if row.reason)
    assert {*RULES["last_mile_decides"], *RULES["ends"]} <= {*MILESTONES}
    assert all(CARRIER.fullmatch(code) and key.isdecimal() for key, code in RULES["carriers"].items())


@pytest.mark.parametrize("code", RULES["tables"]["sub_status"])
def test_a_scan_says_what_its_code_says(code: str) -> None:
    scan, row = scan_of(sub_status=code), Meaning(**RULES["tables"]["sub_status"][code])

    assert (told(scan), scan.code_table, scan.raw_code) == ((row.milestone, row.reason), "sub_status", code)
    assert scan.is_physical == row.is_physical


def test_the_finest_code_decides() -> None:
    assert told(scan_of(sub_status="DeliveryFailure_NoBody", stage="Exception"))[1] == "recipient_unavailable"
    for blank in (None, "", [], {}):
        assert (told(scan_of(sub_status=blank, stage="Returning"))) == ("returning", "")
    assert told(scan_of("Delivered")) == ("unknown", "")


def test_a_code_nobody_knows_moves_nothing_and_is_named() -> None:
    new = [event(sub_status="Delivered_Balcony", stage="Delivered"), event(stage="Teleported"), event(sub_status=7)]
    heard = read({**notification(leg(*new, event(sub_status="Jo was here"))), "event": "TRACKING_REOPENED"})

    assert heard.unmapped == (
        "event:TRACKING_REOPENED", "sub_status:Delivered_Balcony", "stage:Teleported", "sub_status:7", "sub_status:*"
    )  # fmt: skip
    assert {told(scan) for scan in heard.scans} == {("unknown", "")}
    assert not any(scan.is_physical for scan in heard.scans)


@pytest.mark.parametrize("code", CONFUSED)
def test_what_only_looks_like_a_code_is_none(code: str) -> None:
    assert scan_of(sub_status=code).milestone == "unknown"


@pytest.mark.parametrize(
    ("sub_status", "text", "expected"),
    [
        ("Delivered_Other", "Delivered, In/At Mailbox", ("delivered", "mailbox")),
        ("Delivered_Other", "Delivered, To Original Sender", ("returned", "")),
        ("Delivered_Other", "Delivered to Agent for Final Delivery", ("in_transit", "handed_to_agent")),
        ("Delivered_Other", "Delivered, Parcel Locker", ("available_for_pickup", "locker")),
        ("DeliveryFailure_InvalidAddress", "No Such Number", ("exception", "address_no_such_number")),
        ("DeliveryFailure_Rejected", "Insufficient Address", ("exception", "refused")),
        ("Exception_Other", "Notice left", ("delivery_attempted", "recipient_unavailable")),
        ("Exception_Returning", "Unclaimed/Being Returned to Sender", ("returning", "unclaimed")),
        ("InTransit_Other", "Delivered, Front Door", ("in_transit", "")),
    ],
)
def test_the_carriers_words_are_read_too(sub_status: str, text: str, expected: tuple[str, str]) -> None:
    assert told(scan_of(text, sub_status=sub_status)) == expected
    translation = {"lang": "en", "description": text}
    assert told(scan_of("投递", sub_status=sub_status, description_translation=translation)) == expected


# ---------------------------------------------------------------- two carriers

FAR = [
    event(when="2026-11-15T01:00:00Z", sub_status="InTransit_PickedUp"),
    event(when="2026-11-16T01:00:00Z", sub_status="Exception_Other"),
]
NEAR = [
    event(when="2026-11-14T01:00:00Z", sub_status="InfoReceived"),
    event(when="2026-11-17T01:00:00Z", sub_status="InTransit_PickedUp"),
]
RELAYED = event(when="2026-11-19T01:00:00Z", sub_status="DeliveryFailure_Other")


def test_a_scan_is_its_carriers_and_not_that_of_the_registered_one() -> None:
    unknown = {"key": 999_999, "name": "SpeedX"}
    each = {
        "usps": USPS, "yunexpress": YUN, "speedx": unknown, "fourpx": {"key": "190094"}, "other": {"key": 999_999}
    }  # fmt: skip
    for carrier, one in each.items():
        (scan,) = read(notification(leg(event(sub_status="InTransit_Other"), of=one))).scans
        assert (scan.carrier, scan.tracking_number) == (carrier, NUMBER)
    (scan,) = read(notification({"provider": None, "events": [event()]})).scans
    assert scan.carrier == "yunexpress"


@pytest.mark.parametrize(
    "info",
    [
        {"misc_info": {"local_key": 21051}},
        {"shipping_info": {"recipient_address": {"country": "US"}}},
        {"latest_event": event(when="2026-11-18T01:00:00Z", sub_status="InTransit_Other")},
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_once_the_last_mile_has_it_the_other_carriers_troubles_move_nothing(
    info: dict[str, object], turned: bool
) -> None:
    later = [] if "latest_event" in info else [RELAYED]
    near = [*NEAR, event(when="2026-11-18T12:00:00Z", sub_status="OutForDelivery_Other")]
    legs = [leg(*FAR, *later, of=YUN), leg(*near)]

    scans = read(notification(*(legs[::-1] if turned else legs), **info)).scans

    troubles = [scan for scan in scans if scan.raw_code in {"Exception_Other", "DeliveryFailure_Other"}]
    assert [it.milestone for it in troubles] == ["exception", "unknown"][: 1 + len(later)]
    assert [it.is_physical for it in troubles] == [True, False][: 1 + len(later)]


def test_troubles_of_the_last_mile_itself_and_those_before_it_stay() -> None:
    attempt = event(when="2026-11-19T01:00:00Z", sub_status="DeliveryFailure_NoBody")
    heard = read(notification(leg(*FAR, of=YUN), leg(*NEAR, attempt), misc_info={"local_key": 21051}))

    assert [(scan.carrier, scan.milestone) for scan in heard.scans if scan.reason] == [
        ("yunexpress", "in_transit"), ("yunexpress", "exception"), ("usps", "in_transit"),
        ("usps", "delivery_attempted"),
    ]  # fmt: skip


def test_what_was_heard_before_the_second_carrier_came_is_heard_again_the_same() -> None:
    before = read(notification(leg(*FAR, of=YUN)))
    after = read(notification(leg(*FAR, RELAYED, of=YUN), leg(*NEAR), misc_info={"local_key": 21051}))

    assert {scan.digest for scan in before.scans} < {scan.digest for scan in after.scans}


def test_the_first_carrier_may_say_that_it_came_back() -> None:
    returned = event(when="2026-11-25T01:00:00Z", sub_status="Exception_Returned")
    heard = read(notification(leg(*FAR, returned, of=YUN), leg(*NEAR), misc_info={"local_key": 21051}))

    assert (heard.scans[-1].carrier, heard.scans[-1].milestone) == ("yunexpress", "returned")


# ---------------------------------------------------------------- status without event


def test_the_latest_status_speaks_for_the_latest_event_if_that_has_no_code() -> None:
    status = {"status": "OutForDelivery", "sub_status": None}
    older = event(when="2026-11-19T12:00:00Z")
    heard = read(notification(leg(event(), older), latest_status=status, latest_event=event()))

    assert [(told(scan)[0], scan.code_table, scan.raw_code) for scan in heard.scans] == [
        ("unknown", "", ""), ("out_for_delivery", "status", "OutForDelivery")
    ]  # fmt: skip


def test_the_latest_event_counts_though_no_carrier_tells_it() -> None:
    early = event(when="2026-11-19T12:00:00Z", sub_status="InTransit_Other")
    heard = read(notification(leg(early), latest_event=event("Delivered", sub_status="Delivered_Other")))

    assert [(scan.carrier, scan.milestone) for scan in heard.scans] == [("usps", "in_transit"), ("usps", "delivered")]


def test_status_and_event_may_stand_directly_in_data() -> None:
    flat = {
        "number": NUMBER,
        "carrier": 21051,
        "latest_status": {"status": "Exception", "sub_status": "Exception_Lost"},
    }

    (dated,) = read({"event": "TRACKING_UPDATED", "data": {**flat, "latest_event": event("Lost")}}).scans
    (bare,) = read({"event": "TRACKING_UPDATED", "data": flat}).scans

    assert told(dated) == told(bare) == ("exception", "lost")
    assert (dated.occurred_at.isoformat(), bare.occurred_at) == ("2026-11-20T12:00:00+00:00", RECEIVED)
    assert not bare.is_physical


def test_expired_is_told_beside_the_history_and_always_of_the_same_time() -> None:
    expired = notification(leg(event()), latest_event=event(), latest_status={"status": "Expired"})

    scan, end = read(expired).scans

    assert told(scan) == ("unknown", "")
    assert (told(end), end.occurred_at - scan.occurred_at, end.is_physical) == (
        ("expired", "no_scan"), timedelta(days=30), False
    )  # fmt: skip
    early = provider("17track").read(
        json.dumps(expired).encode(), received_at=scan.occurred_at + timedelta(days=9), archive=""
    )
    assert early.scans[-1].occurred_at == scan.occurred_at + timedelta(days=9)


def test_tracking_that_was_stopped_is_an_end_that_any_scan_overrules() -> None:
    stopped = read(sample("stopped")).scans
    history = read(sample("in_transit")).scans
    later = read(notification(leg(event(when="2026-12-25T12:00:00Z", sub_status="InTransit_Other")))).scans
    label, now = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 12, 26, tzinfo=UTC)

    def state(*scans: Scan) -> str:
        return timeline.read(scans, label_created_at=label, now=now).progress.milestone

    assert (stopped[0].carrier, told(stopped[0])) == ("yunexpress", ("expired", "no_scan"))
    assert state(*history, *stopped) == "expired"
    assert state(*history, *stopped, *later) == "in_transit"
    assert state(*read(sample("delivered")).scans, *stopped) == "delivered"


# ---------------------------------------------------------------- fields


@pytest.mark.parametrize(
    "times",
    [
        {"time_utc": NOON, "time_iso": "2026-01-01T00:00:00Z"},
        {"time_utc": None, "time_iso": "2026-11-20T07:00:00-05:00"},
        {"time_utc": "soon", "time_raw": {"date": "2026-11-20", "time": "20:00:00", "timezone": "+08:00"}},
        {"time_utc": "", "time_raw": {"date": "2026-11-20", "time": "12:00:00", "timezone": None}},
    ],
)
def test_times_are_utc_wherever_they_stand(times: dict[str, object]) -> None:
    assert scan_of(sub_status="InTransit_Other", **{"when": None, **_renamed(times)}).occurred_at.hour == 12


def _renamed(times: dict[str, object]) -> dict[str, object]:
    return {("when" if name == "time_utc" else name): value for name, value in times.items()}


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "11/20/2026 1:05 PM",
        "Fri, 20 Nov 2026 13:05 GMT",
        "0001-01-01T00:00:00+14:00",
        None,
        1_795_446_000,
        ["2026"],
    ],
)
def test_an_event_without_a_time_is_kept_and_moves_nothing_the_status_does_not_confirm(broken: object) -> None:
    undated = event("Out for Delivery", when=broken, sub_status="OutForDelivery_Other")
    status = {"sub_status": "OutForDelivery_Other"}

    late = read(notification(leg(undated, event(sub_status="InTransit_Other")))).scans[-1]
    confirmed = read(notification(leg(undated, event()), latest_status=status)).scans[-1]

    assert (late.milestone, late.raw_code, late.text) == ("unknown", "OutForDelivery_Other", "Out for Delivery")
    assert confirmed.milestone == "out_for_delivery"
    assert late.occurred_at == confirmed.occurred_at == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert not late.is_physical
    assert not confirmed.is_physical


def test_where_it_was_in_parts_or_as_one_text() -> None:
    address = {"city": "TAMPA", "state": "FL", "postal_code": 33602, "country": ["US"]}

    whole = scan_of(address=address, location="elsewhere").location
    text = scan_of(address={"city": None}, location="TAMPA, FL, US").location

    assert (whole.city, whole.state, whole.postal_code, whole.country) == ("TAMPA", "FL", "33602", "")
    assert text.city == "TAMPA, FL, US"


# ---------------------------------------------------------------- bodies


def test_an_answer_is_read_number_by_number() -> None:
    heard = read(sample("api_answer"))
    pushed = read(sample("out_for_delivery"))

    assert {scan.tracking_number for scan in heard.scans} == {NUMBER, "1ZDSTEP10030000126"}
    assert tuple(scan for scan in heard.scans if scan.tracking_number == NUMBER) == pushed.scans
    assert all(earlier.occurred_at <= later.occurred_at for earlier, later in pairwise(heard.scans))


def test_a_number_that_cannot_be_used_spoils_no_other() -> None:
    answer = sample("api_answer")
    answer["data"]["accepted"][0]["number"] = "1Z/../x"

    assert {scan.tracking_number for scan in read(answer).scans} == {"1ZDSTEP10030000126"}


@pytest.mark.parametrize(
    "answer",
    [
        {"code": 0, "data": {"accepted": [], "rejected": [{"number": NUMBER}]}},
        {"code": 0, "data": {"rejected": [{"number": NUMBER}]}},
        {"code": -18010012, "data": {"errors": [{"code": -18010012}]}},
        {"data": {"accepted": None}},
    ],
)
def test_an_answer_without_numbers_has_no_scans(answer: object) -> None:
    assert read(answer) == Heard()


@pytest.mark.parametrize("code", [None, "", "12", 9.4e21, True, {"a": 1}, "1Z/../x", "9" * 41])
def test_without_a_usable_number_there_is_no_parcel(code: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read({"event": "TRACKING_UPDATED", "data": {"number": code}})
    assert rejected.value.code == "unusable_tracking_number"


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_json_object_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        provider("17track").read(body, received_at=RECEIVED, archive="")


@pytest.mark.parametrize(
    "document", [{}, {"event": "TRACKING_UPDATED"}, {"event": "TRACKING_UPDATED", "data": []}, {"object": "Event"}]
)
def test_what_is_no_body_of_17track_is_rejected(document: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(document)
    assert rejected.value.code == "not_an_event"


# ---------------------------------------------------------------- samples

STANDS_FOR: Mapping[str, tuple[str, str, int]] = {
    "info_received": ("info_received", "", 1),
    "in_transit": ("in_transit", "", 7),
    "customs_documents": ("exception", "customs_docs", 4),
    "out_for_delivery": ("out_for_delivery", "", 8),
    "delivered": ("delivered", "mailbox", 9),
    "address_problem": ("exception", "address_no_such_number", 10),
    "attempt": ("delivery_attempted", "recipient_unavailable", 10),
    "available_for_pickup": ("available_for_pickup", "post_office", 10),
    "refused": ("exception", "refused", 9),
    "returned": ("returned", "", 12),
    "expired": ("expired", "no_scan", 4),
    "stopped": ("expired", "no_scan", 1),
    "not_found": ("info_received", "", 1),
    "status_in_data": ("out_for_delivery", "", 1),
    "unknown_code": ("in_transit", "", 8),
}


def test_every_sample_is_used() -> None:
    assert {path.stem.removeprefix("17track_") for path in WEBHOOKS.glob("17track_*.json")} == {
        *STANDS_FOR, "api_answer"
    }  # fmt: skip


@pytest.mark.parametrize("name", STANDS_FOR)
def test_a_sample_is_what_it_stands_for(name: str) -> None:
    heard = read(sample(name))

    now = timeline.read(heard.scans, label_created_at=datetime(2026, 11, 10, tzinfo=UTC), now=RECEIVED).progress
    assert (now.milestone, now.reason, len(heard.scans)) == STANDS_FOR[name]
    assert heard.unmapped == (("sub_status:OutForDelivery_Drone",) if name == "unknown_code" else ())
    assert {scan.provider for scan in heard.scans} == {"17track"}
    assert now.attempts == (1 if name in {"attempt", "available_for_pickup"} else 0)


def test_the_example_of_a_refusal_at_the_door() -> None:
    path = SHARED / "samples" / "17track_tracking_updated.json"
    if not path.is_file():
        pytest.skip("the shared folder with the example is not beside this checkout")

    assert told(read(json.loads(path.read_text("utf-8"))).scans[-1]) == ("exception", "refused")


# ---------------------------------------------------------------- laws


@given(
    JSON
    | st.fixed_dictionaries(
        {"event": st.sampled_from(["TRACKING_UPDATED", "TRACKING_STOPPED"])},
        optional={"data": st.fixed_dictionaries({"number": st.just("1234")}, optional={"track_info": JSON})},
    )
)
def test_any_json_is_read_or_rejected(document: object) -> None:
    with suppress(Rejected):
        assert isinstance(read(document), Heard)


@given(st.sampled_from([*STANDS_FOR, "api_answer"]).map(sample).flatmap(mutations))
def test_whatever_is_broken_no_event_with_a_time_is_lost(document: Any) -> None:
    try:
        heard = read(document)
    except Rejected:
        return

    data = reading.mapping(document.get("data"))
    for one in [data] if reading.code(document.get("event")) else []:
        info = reading.mapping(one.get("track_info")) or one
        legs = reading.members(reading.mapping(info.get("tracking")).get("providers"))
        times = (reading.moment(it.get("time_utc")) for part in legs for it in reading.members(part.get("events")))
        assert Counter(time for time in times if time) <= Counter(scan.occurred_at for scan in heard.scans)
    assert all(scan.milestone in MILESTONES and scan.digest for scan in heard.scans)
    assert all(scan.reason == reason_with(scan.milestone, scan.reason) for scan in heard.scans)
    assert all(CARRIER.fullmatch(scan.carrier) for scan in heard.scans)
    assert all(earlier.occurred_at <= later.occurred_at for earlier, later in pairwise(heard.scans))


@given(st.sampled_from(sorted(STANDS_FOR)), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_carriers_and_events_are_told(name: str, random: Any) -> None:
    document = sample(name)
    legs = reading.mapping(document["data"].get("track_info")).get("tracking", {}).get("providers", [])
    for part in (legs, *(one["events"] for one in legs)):
        random.shuffle(part)

    assert {scan.digest for scan in read(document).scans} == {scan.digest for scan in read(sample(name)).scans}
