"""What FedEx says, in our words: events and the two lists of exceptions, the traps, and broken bodies."""

from __future__ import annotations

import base64
import csv
import json
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
from doorstep.parcels.providers import codes
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.registry import provider
from doorstep.parcels.providers.signatures import hmac_sha256
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep.parcels.vocabulary import is_reason, place_of, reason_with

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers"
WEBHOOKS = ROOT / "events" / "webhooks"
RECEIVED = datetime(2026, 11, 28, 15, tzinfo=UTC)
NUMBER = "601200300408"
RULES = codes.rules("fedex")
NOON = "2026-11-20T07:00:00-05:00"
TABLES = {"fedex": "eventType", "fedex_express": "expressExceptionCode", "fedex_ground": "groundExceptionCode"}


def read(document: object) -> Heard:
    return provider("fedex").read(json.dumps(document).encode(), received_at=RECEIVED, archive="kept/1")


def result(*events: object, carrier: object = "FDXE", latest: object = None, **said: object) -> dict[str, Any]:
    return {
        "trackingNumberInfo": {"trackingNumber": NUMBER, "carrierCode": carrier},
        "scanEvents": list(events),
        "latestStatusDetail": latest,
        **said,
    }


def body(*results: object) -> dict[str, Any]:
    return {"output": {"completeTrackResults": [{"trackingNumber": NUMBER, "trackResults": list(results)}]}}


def event(
    type_: object = None, exception: object = "", why: object = "", date: object = NOON, **said: object
) -> dict[str, Any]:
    return {"eventType": type_, "exceptionCode": exception, "exceptionDescription": why, "date": date, **said}


def scan_of(*args: object, carrier: object = "FDXE", **said: object) -> Scan:
    """The scan of a single event."""
    (scan,) = read(body(result(event(*args, **said), carrier=carrier))).scans
    return scan


def told(scan: Scan) -> tuple[str, str]:
    return scan.milestone, scan.reason


def sample(name: str) -> Any:
    return json.loads((WEBHOOKS / f"fedex_{name}.json").read_text("utf-8"))


# ---------------------------------------------------------------- proof

SECRET = "whsec_demo"
BODY = b'{"object":"Event","id":"evt_demo","description":"tracker.updated"}'
BASE64 = "Vtzoa6KGEgpi8MabhIk3JVd4rS8JLADSA+L5yC6qk2M="  # both made with another program
HEX = "56dce86ba286120a62f0c69b848937255778ad2f092c00d203e2f9c82eaa9363"


def verify(body: bytes = BODY, given: str | None = BASE64, secrets: Sequence[str] = (SECRET,)) -> None:
    headers = {} if given is None else {"fdx-signature": given}
    provider("fedex").verify(WebhookCall("fedex", headers, body, "/webhooks/fedex", RECEIVED), secrets)


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac_sha256(secret, body)).decode()


def test_the_signature_may_be_written_in_base64_or_hexadecimal() -> None:
    verify()
    verify(given=HEX)
    verify(secrets=["newer", SECRET])
    verify(given=HEX, secrets=[SECRET, "newer"])


@pytest.mark.parametrize(
    "what",
    [
        {"given": None},
        {"given": ""},
        {"given": "é\ud800"},
        {"given": BASE64.rstrip("=")},
        {"given": BASE64.lower()},
        {"given": HEX[:-1]},
        {"given": f"sha256={HEX}"},
        {"given": SECRET},
        {"secrets": []},
        {"secrets": ["another"]},
        {"secrets": [""], "given": signature(BODY, "")},
        {"secrets": [" "], "given": hmac_sha256(" ", BODY).hex()},
        {"body": BODY + b"\n"},
        {"body": b""},
        {"given": "hmac-sha256-hex=" + HEX},
    ],
)
def test_everything_else_is_refused(what: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="no valid signature"):
        verify(**what)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_one_changed_byte_fails_the_signature(body: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != body[place]))

    verify(body, signature(body))
    for given_ in (signature(body), hmac_sha256(SECRET, body).hex()):
        with pytest.raises(Refused):
            verify(body[:place] + bytes([other]) + body[place + 1 :], given_)


# ---------------------------------------------------------------- codes

# Rows that are here and not in the review, with what shows them.
ALSO_KNOWN = {
    ("derivedStatusCode", "IN"): "the review's note on the event type IN: as a derived code it is label data",
    ("expressExceptionCode", "A47"): "published answer of the Track API: redirected to a nearby FedEx location",
}


def test_the_tables_are_those_of_the_review() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    with (SHARED / "status_codes.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["source"] in TABLES]

    keys = [(TABLES[it["source"]], it["code"]) for it in rows]
    found = {key: codes.look_up("fedex", *key) for key in keys}

    assert len(rows) == 78
    assert found == {key: Meaning(it["milestone"], it["reason"]) for key, it in zip(keys, rows, strict=True)}
    assert {(table, code) for table, rows in RULES["tables"].items() for code in rows} - set(found) == set(ALSO_KNOWN)


def test_every_row_and_rule_uses_the_vocabulary() -> None:
    rows = [Meaning(**row) for table in RULES["tables"].values() for row in table.values()]

    assert all(reason_with(row.milestone, row.reason) == row.reason for row in rows)
    assert {row.milestone for row in rows} <= {*MILESTONES}
    assert all(is_reason(row.reason) for row in rows if row.reason)
    assert all(place_of(place) == place for place in RULES["places"].values())
    assert all(is_reason(kind) for kind in RULES["delay_types"].values())
    assert {*RULES["exception_decides"], *RULES["ends"], *RULES["goes_back"], *RULES["dated_by"]} <= {
        *RULES["tables"]["eventType"]
    }


@pytest.mark.parametrize("code", RULES["tables"]["eventType"])
def test_an_event_says_what_its_type_says(code: str) -> None:
    scan, row = scan_of(code), Meaning(**RULES["tables"]["eventType"][code])

    assert (told(scan), scan.code_table, scan.raw_code) == ((row.milestone, row.reason), "eventType", code)
    assert scan.is_physical == row.is_physical


@pytest.mark.parametrize(
    ("carrier", "code", "expected"),
    [
        ("FDXE", "07", ("exception", "refused")),
        ("FDXG", "007", ("delivery_attempted", "recipient_unavailable")),
        ("FDXE", "08", ("delivery_attempted", "recipient_unavailable")),
        ("FDXE", "01", ("in_transit", "delay")),
        ("FDXE", "14", ("returning", "")),
    ],
)
def test_the_exception_says_what_the_problem_is(carrier: str, code: str, expected: tuple[str, str]) -> None:
    scan = scan_of("DE", code, carrier=carrier)

    assert (told(scan), scan.raw_code) == (expected, code)


@pytest.mark.parametrize(
    ("carrier", "code"),
    [("FDXE", "007"), ("FDXG", "07"), ("FDXE", "7"), ("FDXE", 7), ("FDXE", "０7"), ("FDXG", "7"), ("FDXE", "Q9")],
)
def test_an_exception_of_the_other_list_means_nothing_and_is_named(carrier: str, code: object) -> None:
    heard = read(body(result(event("DE", code), carrier=carrier)))

    table = {"FDXE": "expressExceptionCode", "FDXG": "groundExceptionCode"}[carrier]
    assert told(heard.scans[0]) == ("exception", "unspecified")
    assert heard.unmapped == (f"{table}:{code if str(code).isascii() else '*'}",)


@pytest.mark.parametrize("carrier", [None, "", "FXFR", 7, {}])
def test_without_knowing_who_carries_it_only_the_words_say_why(carrier: object) -> None:
    silent, spoken = (
        read(body(result(event("DE", "07"), carrier=carrier))),
        scan_of("DE", "007", "Customer not available or business closed", carrier=carrier),
    )

    assert (told(silent.scans[0]), silent.unmapped) == (("exception", "unspecified"), ())
    assert told(spoken) == ("delivery_attempted", "recipient_unavailable")


@pytest.mark.parametrize(
    ("type_", "exception", "expected"),
    [
        ("DL", "08", ("delivered", "")),
        ("PU", "A25", ("in_transit", "accepted")),
        ("HP", "08", ("available_for_pickup", "")),
        ("OC", "03", ("info_received", "")),
        ("RS", "07", ("returning", "refused")),
        ("RS", "08", ("returning", "recipient_unavailable")),
        ("RS", "Q9", ("returning", "")),
        ("DY", "A52", ("in_transit", "delay")),
        ("CD", "A25", ("in_transit", "customs_processing")),
    ],
)
def test_an_exception_decides_beside_troubles_only(type_: str, exception: str, expected: tuple[str, str]) -> None:
    assert told(scan_of(type_, exception)) == expected


@pytest.mark.parametrize(
    ("type_", "why", "expected"),
    [
        ("DE", "", ("exception", "unspecified")),
        ("DE", "Incorrect address", ("exception", "address_issue")),
        ("DE", "Refused by recipient", ("exception", "refused")),
        ("DE", "FedEx redirected your package to a nearby FedEx location", ("in_transit", "to_access_point")),
        ("DE", "Delivery not attempted", ("exception", "unspecified")),
        ("SE", "Customer not available or business closed", ("delivery_attempted", "recipient_unavailable")),
        ("DL", "Left at front door. Signature Service not requested.", ("delivered", "front_door")),
        ("DL", "Delivered to Post Office for delivery", ("in_transit", "handoff")),
        ("DL", "Returned to shipper", ("returned", "")),
    ],
)
def test_the_words_refine_what_the_code_leaves_open(type_: str, why: str, expected: tuple[str, str]) -> None:
    assert told(scan_of(type_, "", why, carrier=None)) == expected


def test_every_rule_of_its_own_has_an_example() -> None:
    own = [rule for rule in RULES["turns"] if rule["name"] == "redirected_to_a_location"]

    for rule in own:
        for text in rule["examples"]:
            found = codes.refined("fedex", Meaning("exception", "unspecified"), text)
            assert (found.milestone, found.reason) == (rule["to"], rule["reason"])
    assert own


@pytest.mark.parametrize("code", ["Q9", "dl", "ow", "DЕ", "０D", "DL DL", 7, "Jo was here"])
def test_an_event_nobody_knows_moves_nothing_and_is_named(code: object) -> None:
    heard = read(body(result(event(code, "07", "Delivered"))))

    named = f"eventType:{code}" if str(code).isascii() and " " not in str(code) else "eventType:*"
    (scan,) = heard.scans
    assert (told(scan), scan.raw_code, scan.is_physical, heard.unmapped) == (
        ("unknown", ""), str(code), False, (named,)
    )  # fmt: skip


def test_a_derived_code_speaks_where_there_is_no_type() -> None:
    assert told(scan_of(None, derivedStatusCode="IN")) == ("info_received", "")
    assert told(scan_of("IN")) == ("unknown", "")
    assert told(scan_of("OC", derivedStatusCode="IN")) == ("info_received", "")
    assert told(scan_of("OD", derivedStatusCode="IT")) == ("out_for_delivery", "")
    assert told(scan_of("", "03", derivedStatusCode="DE")) == ("exception", "address_issue")
    assert read(body(result(event(None, derivedStatusCode="Q9")))).unmapped == ("derivedStatusCode:Q9",)


def test_a_delay_has_the_kind_that_is_told() -> None:
    assert told(scan_of("DY", delayDetail={"type": "WEATHER", "status": "DELAYED"})) == ("in_transit", "delay_weather")
    assert told(scan_of("DY", delayDetail={"type": "GENERAL"})) == ("in_transit", "delay")
    assert told(scan_of("OD", delayDetail={"type": "WEATHER", "status": "ON_TIME"})) == ("out_for_delivery", "")
    assert told(scan_of("DY", delayDetail="WEATHER")) == ("in_transit", "delay")


def test_a_forecast_ends_no_silence() -> None:
    assert not any(scan_of(code).is_physical for code in ("AO", "AE", "US", "DY", "OC"))
    assert all(scan_of(code).is_physical for code in ("PU", "OD", "DL", "DP"))


# ---------------------------------------------------------------- the parcel as a whole


def test_a_number_of_two_legs_has_one_history() -> None:
    heard = read(sample("two_legs"))

    assert [scan.raw_code for scan in heard.scans] == ["OC", "PU", "DP", "AR", "OD"]
    assert heard == read(sample("out_for_delivery"))


def test_the_exceptions_of_each_leg_are_those_of_its_carrier() -> None:
    later = event("DE", "007", date="2026-11-21T07:00:00-05:00")
    heard = read(body(result(event("DE", "07")), result(later, carrier="FDXG")))

    assert [told(scan) for scan in heard.scans] == [
        ("exception", "refused"), ("delivery_attempted", "recipient_unavailable")
    ]  # fmt: skip


DELIVERED = {"code": "DL", "derivedCode": "DL", "description": "Delivered"}


def test_a_delivery_that_no_event_shows_is_heard_from_the_status() -> None:
    dates = [
        {"type": "ACTUAL_PICKUP", "dateTime": NOON},
        {"type": "ACTUAL_DELIVERY", "dateTime": "2026-11-20T13:05:00-05:00"},
    ]
    heard = read(body(result(event("OD"), latest=DELIVERED, dateAndTimes=dates)))
    undated = read(body(result(event("OD"), latest=DELIVERED)))

    assert [scan.milestone for scan in heard.scans] == ["out_for_delivery", "delivered"]
    assert (heard.scans[1].occurred_at, heard.scans[1].is_physical) == (datetime(2026, 11, 20, 18, 5, tzinfo=UTC), True)
    assert (undated.scans[1].milestone, undated.scans[1].is_physical) == ("delivered", False)
    assert undated.scans[1].occurred_at == undated.scans[0].occurred_at


def test_a_delivery_that_an_event_shows_is_told_once() -> None:
    assert len(read(body(result(event("DL"), latest=DELIVERED))).scans) == 1
    (elsewhere,) = read(body(result(event("DL", "", "Delivered to Post Office for delivery"), latest=DELIVERED))).scans
    assert elsewhere.milestone == "in_transit"


def test_a_cancelled_shipment_is_cancelled_though_no_event_says_so() -> None:
    heard = read(body(result(event("OC"), latest={"code": "CA"})))

    assert [scan.milestone for scan in heard.scans] == ["info_received", "cancelled"]


def test_a_status_on_the_way_adds_nothing_to_the_events() -> None:
    assert len(read(body(result(event("PU"), latest={"code": "OD"}))).scans) == 1


@pytest.mark.parametrize("events", [[], None, "none", {}, [None, 1]])
def test_a_parcel_without_events_speaks_for_itself(events: object) -> None:
    status = {"code": "DE", "ancillaryDetails": [{"reason": "03", "reasonDescription": "Incorrect address"}]}
    (scan,) = read(body(result(scanEvents=events, latest=status))).scans

    assert (told(scan), scan.raw_code, scan.occurred_at) == (("exception", "address_issue"), "03", RECEIVED)
    assert not scan.is_physical
    assert read(body(result(scanEvents=events))) == Heard()
    assert read(body(result(scanEvents=events, latest={"code": "Q9"}))).unmapped == ("eventType:Q9",)


def test_who_signed_and_where_it_was_left_stand_at_the_delivery() -> None:
    def delivered(**details: object) -> Scan:
        return read(
            body(result(event("DL"), event("OD", date="2026-11-20T06:00:00-05:00"), deliveryDetails=details))
        ).scans[-1]

    assert delivered(receivedByName="J TESTER").signed_by == "J TESTER"
    assert delivered(receivedByName="DESK", signedByName="J TESTER").signed_by == "J TESTER"
    assert told(delivered(locationType="MAILROOM")) == ("delivered", "mail_room")
    assert delivered(locationType="RECEPTIONIST_OR_FRONT_DESK").place == "front_desk"
    assert delivered(locationType="RESIDENCE").place == delivered(locationType=["MAILROOM"]).place == ""


def test_only_a_delivery_has_a_signature() -> None:
    scans = read(body(result(event("OD"), deliveryDetails={"signedByName": "J TESTER"}))).scans

    assert [scan.signed_by for scan in scans] == [""]


def test_what_came_back_is_delivered_to_the_sender() -> None:
    last = read(sample("returned")).scans[-1]

    assert (told(last), last.direction, last.signed_by, last.place) == (("returned", ""), "return", "", "")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"recipientInformation": None}, "unknown"),
        ({"shipperInformation": {"address": {"city": "MEMPHIS", "stateOrProvinceCode": "TN"}}}, "unknown"),
        (
            {"deliveryDetails": {"actualDeliveryAddress": {"city": "BURLINGTON", "stateOrProvinceCode": "VT"}}},
            "delivered",
        ),
        ({"recipientInformation": {"address": {"city": "Oakland", "stateOrProvinceCode": "CA"}}}, "unknown"),
        ({"recipientInformation": None, "returnDetail": {"authorizationName": "RMA 1"}}, "returned"),
        ({"returnDetail": {"authorizationName": "", "reasonDetail": []}}, "returned"),
    ],
)
def test_who_has_it_after_the_turn_must_be_told(change: dict[str, object], expected: str) -> None:
    document = sample("returned")
    document["output"]["completeTrackResults"][0]["trackResults"][0].update(change)

    assert read(document).scans[-1].milestone == expected


def test_a_delivery_near_the_sender_is_no_return_without_a_turn() -> None:
    document = sample("returned")
    (leg,) = document["output"]["completeTrackResults"][0]["trackResults"]
    leg["scanEvents"] = [it for it in leg["scanEvents"] if it["eventType"] != "RS"]

    assert read(document).scans[-1].milestone == "delivered"


# ---------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("2026-11-20T12:00:00Z", {}),
        ("2026-11-20T07:00:00-05:00", {"stateOrProvinceCode": "CA"}),
        ("2026-11-20T07:00:00", {"stateOrProvinceCode": "VT", "countryCode": "US"}),
        ("2026-11-20T12:00:00", {"stateOrProvinceCode": "VT", "countryCode": "CA"}),
        ("2026-11-20T12:00:00", {}),
        ("2026-11-20 12:00", {}),
    ],
)
def test_times_are_utc_or_on_the_clock_of_the_place(written: str, where: dict[str, str]) -> None:
    scan = scan_of("OD", date=written, scanLocation=where)

    assert scan.occurred_at == datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-11-16T00:00:00", "2026-11-16"])
def test_a_pickup_told_by_its_day_comes_after_the_label_of_that_day(day: str) -> None:
    where = {"stateOrProvinceCode": "CA", "countryCode": "US"}
    label = event("OC", date="2026-11-16T12:00:00-08:00", scanLocation=where)
    pickup = event("PU", date=day, scanLocation=where)

    for events in ([pickup, label], [label, pickup]):
        assert [scan.raw_code for scan in read(body(result(*events))).scans] == ["OC", "PU"]
    assert scan_of("PU", date=day, scanLocation=where).occurred_at == datetime(2026, 11, 16, 8, tzinfo=UTC)
    assert scan_of("OC", date=day, scanLocation=where).occurred_at == datetime(2026, 11, 16, 8, tzinfo=UTC)
    midnight = event("PU", date="2026-11-16T00:00:00-08:00")
    assert [scan.raw_code for scan in read(body(result(midnight, label))).scans] == ["PU", "OC"]


@pytest.mark.parametrize(
    "broken",
    [None, "", "11/20/2026 1:05 PM", "November 20, 2026", "Fri, 20 Nov 2026 13:05 GMT", 1_795_446_000, ["2026"]],
)
def test_an_event_without_a_time_is_kept_and_moves_nothing_the_status_does_not_confirm(broken: object) -> None:
    undated = event("OD", date=broken, eventDescription="On FedEx vehicle for delivery")

    late = read(body(result(undated, event("PU"), latest={"code": "IT"}))).scans[-1]
    confirmed = read(body(result(undated, event("PU"), latest={"code": "OD"}))).scans[-1]

    assert (late.milestone, late.raw_code, late.text) == ("unknown", "OD", "On FedEx vehicle for delivery")
    assert confirmed.milestone == "out_for_delivery"
    assert late.occurred_at == confirmed.occurred_at == RECEIVED
    assert not late.is_physical
    assert not confirmed.is_physical


def test_what_is_known_of_every_scan() -> None:
    place = {"city": "BURLINGTON", "stateOrProvinceCode": "VT", "postalCode": 5401, "countryCode": "US"}
    scan = scan_of("OD", eventDescription="On vehicle", scanLocation=place)

    assert (scan.provider, scan.carrier, scan.tracking_number) == ("fedex", "fedex", NUMBER)
    assert (scan.received_at, scan.archive, scan.text, scan.proof_url) == (RECEIVED, "kept/1", "On vehicle", "")
    assert (scan.location.city, scan.location.state, scan.location.postal_code, scan.location.country) == (
        "BURLINGTON", "VT", "5401", "US"
    )  # fmt: skip


def test_a_scan_heard_again_in_a_longer_history_is_the_same_scan() -> None:
    story = ("label_created", "in_transit", "out_for_delivery", "refused_express")
    heard = [{scan.digest for scan in read(sample(name)).scans} for name in story]

    assert all(shorter < longer for shorter, longer in pairwise(heard))


# ---------------------------------------------------------------- bodies


def test_an_answer_is_read_as_a_push_is() -> None:
    assert read(sample("api_answer")) == read(sample("out_for_delivery"))
    assert read(sample("out_for_delivery")["output"]) == read(sample("out_for_delivery"))


def test_one_body_may_hold_several_parcels() -> None:
    whole = body(result(event("OD")))
    whole["output"]["completeTrackResults"] += [
        {"trackingNumber": "6012 0030 0419", "trackResults": [{"scanEvents": [event("DL")]}]},
        {"trackingNumber": "?", "trackResults": [{"scanEvents": [event("DL")]}]},
    ]

    assert {scan.tracking_number: scan.milestone for scan in read(whole).scans} == {
        NUMBER: "out_for_delivery", "601200300419": "delivered"
    }  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        sample("not_found"),
        {"transactionId": "1", "errors": [{"code": "NOT.AUTHORIZED.ERROR"}]},
        {"output": {"alerts": [{"code": "VIRTUAL.RESPONSE"}]}},
        {"output": {"completeTrackResults": []}},
        {"output": {"completeTrackResults": None}},
        body(),
    ],
)
def test_what_is_about_no_known_parcel_has_no_scans(document: object) -> None:
    assert read(document) == Heard()


@pytest.mark.parametrize("number", [None, "", "12", 9.4e21, True, {"a": 1}, "1Z/../x", "9" * 41])
def test_without_a_usable_number_there_is_no_parcel(number: object) -> None:
    whole = body(result(event("OD"), trackingNumberInfo={"trackingNumber": number}))
    whole["output"]["completeTrackResults"][0]["trackingNumber"] = number

    with pytest.raises(Rejected) as rejected:
        read(whole)
    assert rejected.value.code == "unusable_tracking_number"


@pytest.mark.parametrize("raw", NO_OBJECTS)
def test_what_is_no_json_object_is_rejected(raw: bytes) -> None:
    with pytest.raises(Rejected):
        provider("fedex").read(raw, received_at=RECEIVED, archive="")


@pytest.mark.parametrize("document", [{}, {"object": "Event"}, {"output": {}}, {"trackResponse": {"shipment": []}}])
def test_what_is_no_body_of_fedex_is_rejected(document: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(document)
    assert rejected.value.code == "not_a_tracking"


# ---------------------------------------------------------------- samples

STANDS_FOR: Mapping[str, tuple[str, str, int]] = {
    "label_created": ("info_received", "", 1),
    "in_transit": ("in_transit", "", 3),
    "out_for_delivery": ("out_for_delivery", "", 5),
    "delivered": ("delivered", "front_door", 6),
    "address_problem": ("exception", "address_issue", 6),
    "attempt_ground": ("delivery_attempted", "recipient_unavailable", 6),
    "available_for_pickup": ("available_for_pickup", "", 8),
    "refused_express": ("exception", "refused", 6),
    "returned": ("returned", "", 9),
    "unknown_code": ("exception", "unspecified", 7),
    "two_legs": ("out_for_delivery", "", 5),
    "pickup_told_by_day": ("in_transit", "accepted", 2),
    "api_answer": ("out_for_delivery", "", 5),
}


def test_every_sample_is_used() -> None:
    names = {path.stem.removeprefix("fedex_") for path in WEBHOOKS.glob("fedex_*.json")}

    assert names == {*STANDS_FOR, "not_found"}


@pytest.mark.parametrize("name", STANDS_FOR)
def test_a_sample_is_what_it_stands_for(name: str) -> None:
    heard = read(sample(name))

    now = timeline.read(heard.scans, label_created_at=datetime(2026, 11, 16, tzinfo=UTC), now=RECEIVED).progress
    assert (now.milestone, now.reason, len(heard.scans)) == STANDS_FOR[name]
    assert heard.unmapped == (("eventType:ZZ", "expressExceptionCode:Q9") if name == "unknown_code" else ())
    assert now.signed_by == ("J.TESTER" if name == "delivered" else "")
    assert [scan.direction for scan in heard.scans].count("return") == (3 if name == "returned" else 0)


def test_the_example_of_an_address_problem() -> None:
    path = SHARED / "samples" / "fedex_track_push.json"
    if not path.is_file():
        pytest.skip("the shared folder with the example is not beside this checkout")

    heard = read(json.loads(path.read_text("utf-8")))

    assert [scan.milestone for scan in heard.scans] == ["info_received", "in_transit", "out_for_delivery", "exception"]
    assert (told(heard.scans[-1]), heard.unmapped) == (("exception", "address_issue"), ())


# ---------------------------------------------------------------- laws


@given(
    JSON
    | st.builds(lambda inner: {"output": {"completeTrackResults": inner}}, JSON)
    | st.builds(lambda inner: body(result(event(inner), latest=inner, returnDetail=inner)), JSON)
)
def test_any_json_is_read_or_rejected(document: object) -> None:
    with suppress(Rejected):
        assert isinstance(read(document), Heard)


@given(st.sampled_from(sorted({*STANDS_FOR} - {"two_legs"})).map(sample).flatmap(mutations))
def test_whatever_is_broken_no_event_is_lost(document: Any) -> None:
    try:
        heard = read(document)
    except Rejected:
        return

    assert len(heard.scans) >= len(_events(document))
    assert all(scan.milestone in MILESTONES and scan.digest for scan in heard.scans)
    assert all(scan.reason == reason_with(scan.milestone, scan.reason) for scan in heard.scans)
    assert all(earlier.occurred_at <= later.occurred_at for earlier, later in pairwise(heard.scans))


def _events(document: Any) -> set[str]:
    """The times of the events that are told, each once."""
    found: list[Any] = [document.get("output") or document]
    for name in ("completeTrackResults", "trackResults", "scanEvents"):
        inside = [it.get(name) for it in found if isinstance(it, dict)]
        found = [each for it in inside if isinstance(it, list) for each in it]
    return {str(it.get("date")) for it in found if isinstance(it, dict)}


@given(st.sampled_from(sorted(STANDS_FOR)), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_events_are_told(name: str, random: Any) -> None:
    document = sample(name)
    for leg in document["output"]["completeTrackResults"][0]["trackResults"]:
        random.shuffle(leg["scanEvents"])

    assert {scan.digest for scan in read(document).scans} == {scan.digest for scan in read(sample(name)).scans}
