"""What DHL says, in our words: the token, every code of each division, texts where there is none, and three shapes."""

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
from doorstep.parcels.proofs import worth_fetching
from doorstep.parcels.providers import codes
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.dhl_shapes import shipments
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.registry import provider
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep.parcels.vocabulary import reason_with

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers"
WEBHOOKS = ROOT / "events" / "webhooks"
RECEIVED = datetime(2026, 11, 25, 15, tzinfo=UTC)
RULES = codes.rules("dhl")
DEVIATIONS: Mapping[tuple[str, str], str] = {}
SERVICES = {it["table"]: service for service, it in RULES["services"].items() if service != "post-de"}
NUMBER = "4212345678901"


def read(document: object) -> Heard:
    return provider("dhl").read(json.dumps(document).encode(), received_at=RECEIVED, archive="kept/1")


def event(
    status: object = "",
    code: object = "",
    words: object = "",
    when: object = "2026-11-19T12:00:00Z",
    **more: object,
) -> dict[str, object]:
    return {"timestamp": when, "status": status, "statusCode": code, "description": words, **more}


def push(*events: object, service: object = "ecommerce", **more: object) -> dict[str, Any]:
    return {
        "scope": "subscription.push",
        "shipments": [{"id": NUMBER, "service": service, "events": [*events], **more}],
    }


def scan_of(*args: object, service: object = "ecommerce", **said: object) -> Scan:
    (scan,) = read(push(event(*args, **said), service=service)).scans
    return scan


def told(scan: Scan) -> tuple[str, str]:
    return scan.milestone, scan.reason


def sample(name: str) -> Any:
    return json.loads((WEBHOOKS / f"dhl_{name}.json").read_text("utf-8"))


# ---------------------------------------------------------------- proof

SECRET = "a-token-of-our-own"


def verify(header: str | None, token: str | None = None, secrets: Sequence[str] = (SECRET,)) -> None:
    headers = {} if header is None else {"x-webhook-token": header}
    query = {} if token is None else {"token": token}
    provider("dhl").verify(WebhookCall("dhl", headers, b"{}", "/webhooks/dhl", RECEIVED, query), secrets)


def test_the_token_that_was_agreed_proves_the_call_in_header_or_url() -> None:
    verify(SECRET)
    verify(None, SECRET)
    verify(SECRET, secrets=["another", SECRET])


@pytest.mark.parametrize(
    ("header", "token", "secrets"),
    [
        (None, None, [SECRET]),
        ("", "", [SECRET]),
        ("", "", [""]),
        (" ", " ", [" "]),
        (SECRET, None, []),
        (SECRET.upper(), None, [SECRET]),
        (SECRET + " ", None, [SECRET]),
        (None, SECRET[:-1], [SECRET]),
        ("another", SECRET, [SECRET]),
        ("\ud800é", None, [SECRET]),
    ],
)
def test_anything_else_is_refused_alike(header: str | None, token: str | None, secrets: Sequence[str]) -> None:
    with pytest.raises(Refused) as refused:
        verify(header, token, secrets)
    assert (refused.value.code, refused.value.message) == ("unauthorized", "this call carries no valid signature")


# ---------------------------------------------------------------- codes


def test_the_tables_hold_the_review() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    with (SHARED / "status_codes.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["source"].startswith("dhl_")]

    for row in rows:
        meaning = codes.look_up("dhl", row["source"], row["code"])
        assert meaning is not None
        if (row["source"], row["code"]) not in DEVIATIONS:
            assert (meaning.milestone, meaning.reason) == (row["milestone"], row["reason"]), row
        if row["source"] == "dhl_unified":
            said = scan_of("", row["code"])
        else:
            said = scan_of(row["code"], "delivered", service=SERVICES[row["source"]])
        assert told(said) == (meaning.milestone, meaning.reason)
        assert (said.code_table, said.raw_code) == (row["source"], row["code"])
    assert len(rows) == 188


def test_every_row_uses_the_vocabulary() -> None:
    rows = [Meaning(**row) for table in RULES["tables"].values() for row in table.values()]

    assert {row.milestone for row in rows} <= {*MILESTONES}
    assert all(reason_with(row.milestone, row.reason) == row.reason for row in rows)


def test_every_text_stands_for_a_code_of_its_division() -> None:
    for table, texts in RULES["spoken"].items():
        assert {*texts.values()} <= {*RULES["tables"][table]}
        assert all(text == " ".join(text.split()) == text.lower() for text in texts)


def test_the_same_code_means_another_thing_in_another_division() -> None:
    assert told(scan_of("DD", service="express")) == ("delivered", "damaged")
    assert told(scan_of("DD", service="parcel-de")) == ("in_transit", "change_requested")
    assert told(scan_of("101")) == ("cancelled", "shipment_cancelled")
    assert told(scan_of("101", service="express")) == ("delivered", "")


@pytest.mark.parametrize(
    ("service", "code", "expected"),
    [
        ("ecommerce", "642", ("in_transit", "handed_to_agent")),
        ("ecommerce", "601", ("available_for_pickup", "access_point")),
        ("ecommerce", "860", ("returned", "")),
        ("ecommerce", "867", ("unknown", "")),
        ("ecommerce-europe", "46", ("available_for_pickup", "post_office")),
        ("ecommerce-europe", "302", ("in_transit", "handed_to_agent")),
        ("ecommerce-europe", 366, ("returned", "")),
        ("parcel-de", "ZF", ("available_for_pickup", "access_point")),
    ],
)
def test_delivered_is_only_what_the_division_says_of_the_buyer(
    service: str, code: object, expected: tuple[str, str]
) -> None:
    assert told(scan_of(code, "Delivered", "DELIVERED", service=service)) == expected


def test_a_normal_step_of_customs_is_no_failure() -> None:
    assert told(scan_of("258", "failure", service="ecommerce-europe")) == ("in_transit", "customs_processing")


@pytest.mark.parametrize("code", ["987", "ОК", "ok", "0642", 7, "6421"])
def test_a_code_nobody_knows_moves_nothing_and_is_named(code: object) -> None:
    heard = read(push(event("200", when="2026-11-18T00:00:00Z"), event(code, "delivered", "DELIVERED")))

    assert told(heard.scans[-1]) == ("unknown", "")
    assert not heard.scans[-1].is_physical
    assert heard.scans[-1].raw_code == str(code)
    assert heard.unmapped == (f"dhl_ecommerce_us:{code if str(code).isascii() else '*'}",)


def test_a_division_without_a_table_is_told_by_its_status_code() -> None:
    scan = scan_of("LE-7", "transit", service="parcel-nl")

    assert (told(scan), scan.code_table, scan.raw_code) == (("in_transit", ""), "dhl_unified", "transit")
    assert (scan.carrier, scan_of("X", "transit", service=None).carrier) == ("dhl_parcel_nl", "dhl_express")
    assert read(push(event("LE-7"), service="parcel-nl")).unmapped == ("dhl_unified:LE-7",)


@pytest.mark.parametrize("code", ["Transit", "TRANSIT", "transit"])
def test_divisions_write_the_status_code_as_they_like(code: str) -> None:
    assert (told(scan_of("", code)), scan_of("", code).raw_code) == (("in_transit", ""), code)


@pytest.mark.parametrize("code", ["delivred", "delivеred", "delivered_"])
def test_a_status_code_nobody_knows_stays_unknown_whatever_the_words(code: str) -> None:
    heard = read(push(event("DELIVERED", code, "DELIVERED")))

    assert (told(heard.scans[0]), len(heard.unmapped)) == (("unknown", ""), 1)


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("service", "code", "text", "expected"),
    [
        ("ecommerce", "transit", "OUT FOR DELIVERY", ("out_for_delivery", "")),
        ("ecommerce", "transit", "NOTICE LEFT (BUSINESS CLOSED)", ("delivery_attempted", "business_closed")),
        ("ecommerce", "transit", "REFUSED", ("exception", "refused")),
        ("ecommerce", "failure", "UNDELIVERABLE - UNIT/SUITE NOT PROVIDED", ("exception", "address_apt_missing")),
        ("ecommerce", "delivered", "DELIVERED TO AGENT FOR FINAL DELIVERY", ("in_transit", "handed_to_agent")),
        ("ecommerce", "delivered", "RETURNS DELIVERED", ("returned", "")),
        ("ecommerce", "delivered", "PAPER POD HAS BEEN SUCCESSFULLY DELIVERED", ("unknown", "")),
        ("ecommerce", "delivered", "DELIVERED AT PARCEL BOX", ("delivered", "locker")),
        ("ecommerce", "transit", "PROCESSED THROUGH USPS SORT FACILITY", ("in_transit", "")),
        ("ecommerce", "unknown", "LABEL CREATED", ("info_received", "")),
        ("parcel-de", "transit", "The shipment has been loaded onto the delivery vehicle", ("out_for_delivery", "")),
        (
            "parcel-nl",
            "delivered",
            "The parcel was delivered to the Postoffice",
            ("available_for_pickup", "post_office"),
        ),
        ("parcel-nl", "delivered", "Delivered to a parcel shop", ("available_for_pickup", "access_point")),
        ("parcel-nl", "delivered", "Delivered back to the business sender", ("returned", "")),
        ("parcel-nl", "delivered", "Handed over for final delivery", ("in_transit", "handed_to_agent")),
        ("parcel-nl", "delivered", "Delivered to your neighbour", ("delivered", "neighbor")),
        ("parcel-nl", "transit", "It will be out for delivery tomorrow", ("in_transit", "")),
        ("express", "failure", "Returned to shipper", ("returning", "")),
        ("express", "", "Delivered - Signed for by: SAMPLE", ("delivered", "")),
        ("express", "", "Delivered to parcel shop", ("available_for_pickup", "access_point")),
        ("express", "", "Returned to shipper", ("returning", "")),
        ("express", "", "With delivery courier", ("out_for_delivery", "")),
        ("express", "", "Delivery attempted; recipient not home", ("delivery_attempted", "recipient_unavailable")),
        ("express", "", "Address information needed; contact DHL", ("exception", "address_insufficient")),
        ("express", "", "Delivery not accepted", ("exception", "refused")),
        ("express", "", "Recipient moved to another city", ("exception", "address_moved")),
        ("express", "", "Shipment on hold at the station", ("exception", "held")),
        ("express", "", "Clearance delay at the hub", ("exception", "customs_hold")),
        ("express", "", "Awaiting collection at the counter", ("available_for_pickup", "")),
        ("express", "", "Departed Facility in CINCINNATI HUB - USA", ("in_transit", "")),
        ("express", "", "Shipment information received", ("info_received", "")),
        ("express", "", "Shipment could not be delivered", ("unknown", "")),
        ("express", "", "Something else", ("unknown", "")),
    ],
)
def test_words_speak_where_there_is_no_code(service: str, code: str, text: str, expected: tuple[str, str]) -> None:
    assert told(scan_of(text, code, service=service)) == expected
    assert told(scan_of(None, code, text, service=service)) == expected


def test_a_code_that_names_the_place_is_not_read_otherwise() -> None:
    assert told(scan_of("657", "delivered", "DELIVERED, PARCEL LOCKER")) == ("delivered", "locker")


def test_a_text_as_status_is_the_text_of_the_scan() -> None:
    assert scan_of("OUT FOR DELIVERY", "transit").text == "OUT FOR DELIVERY"
    assert scan_of("598", "transit", "Out today").text == "Out today"


# ---------------------------------------------------------------- the whole shipment


def test_the_status_speaks_for_the_newest_event_if_that_says_nothing() -> None:
    whole = event("Shipment is somewhere", "failure", when="2026-11-19T12:00:00Z")
    heard = read(push(event(words="Somewhere", when="2026-11-19T12:00:00Z"), service="express", status=whole))

    (scan,) = heard.scans
    assert (told(scan), scan.text) == (("exception", "unspecified"), "Somewhere")


def test_the_status_is_a_scan_only_where_no_event_is_told_for_that_moment() -> None:
    first, second = event("200", when="2026-11-18T12:00:00Z"), event("598")

    assert len(read(push(first, second, status=event("OUT FOR DELIVERY", "transit"))).scans) == 2
    later = read(push(first, status=event("OUT FOR DELIVERY", "transit"))).scans
    assert [told(scan) for scan in later] == [("in_transit", "accepted"), ("out_for_delivery", "")]
    assert told(read(push(status=event("delivered", "delivered", when=None))).scans[0]) == ("delivered", "")
    assert len(read(push(first, status=event("delivered", "delivered", when=None))).scans) == 1


@pytest.mark.parametrize(
    "broken", [None, "", "yesterday", 1_795_446_000, "11/19/2026 12:00", "Nov 19, 2026 12:00 PM", ["2026"]]
)
def test_an_event_without_a_time_is_kept_and_moves_nothing_the_status_does_not_confirm(broken: object) -> None:
    first, undated = event("200", when="2026-11-18T12:00:00Z"), event("598", when=broken)

    late = read(push(first, undated, status=event("200", when="2026-11-18T12:00:00Z"))).scans[-1]
    confirmed = read(push(undated, status=event("598", when="2026-11-18T12:00:00Z"))).scans[0]

    assert (late.milestone, late.raw_code, late.is_physical) == ("unknown", "598", False)
    assert (confirmed.milestone, confirmed.is_physical) == ("out_for_delivery", False)
    assert late.occurred_at == datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert read(push(undated)).scans[0].occurred_at == RECEIVED


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-19T12:00:00Z", "2026-11-19T12:00:00+00:00"),
        ("2026-11-19T07:00:00-05:00", "2026-11-19T12:00:00+00:00"),
        ("2026-11-19T07:00:00", "2026-11-19T12:00:00+00:00"),
        ("2026-07-19T08:00:00", "2026-07-19T12:00:00+00:00"),
    ],
)
def test_times_are_utc_and_those_without_an_offset_on_the_clock_of_the_place(written: str, expected: str) -> None:
    place = {"address": {"addressLocality": "BURLINGTON, VT", "countryCode": "US"}}

    assert scan_of("598", when=written, location=place).occurred_at.isoformat() == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"addressLocality": "BURLINGTON, VT", "postalCode": "05401", "countryCode": "US"}, "BURLINGTON|VT|05401|US"),
        ({"addressLocality": "Henderson, NV, US", "postalCode": 89012}, "Henderson|NV|89012|US"),
        ({"addressLocality": "BURLINGTON, VT - USA"}, "BURLINGTON|VT||USA"),
        ({"addressLocality": "Oderweg 2, AMSTERDAM", "countryCode": "NL"}, "Oderweg 2, AMSTERDAM|||NL"),
        ({"addressLocality": "Lyon, FR", "countryCode": "FR"}, "Lyon, FR|||FR"),
        ({"addressLocality": None, "countryCode": 7}, "|||"),
        (None, "|||"),
    ],
)
def test_the_state_stands_behind_the_city(address: object, expected: str) -> None:
    place = scan_of("598", location={"address": address}).location

    assert "|".join((place.city, place.state, place.postal_code, place.country)) == expected


def proof(**more: object) -> dict[str, object]:
    return {"details": {"proofOfDelivery": more}}


URL = "https://webpod.dhl.com/webPOD/DHLePODRequest?hwb=1"


def test_the_proof_stands_at_the_last_delivery() -> None:
    events = event("200", when="2026-11-18T12:00:00Z"), event("600")
    signed = proof(documentUrl=URL, signatureUrl="https://example.com/", signed={"name": "A. SAMPLE"})

    *before, last = read(push(*events, **signed)).scans

    assert (last.signed_by, last.proof_url, worth_fetching(last)) == ("A. SAMPLE", URL, True)
    assert not any(scan.signed_by or scan.proof_url for scan in before)
    assert read(push(event("860"), **signed)).scans[0].proof_url == URL
    assert read(push(event("598"), **signed)).scans[0].proof_url == ""


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        ({"name": "Delivered"}, ""),
        ({"givenName": "A.", "familyName": "SAMPLE", "name": "SAMPLE"}, "A. SAMPLE"),
        ({"name": 7}, ""),
        ("A. SAMPLE", ""),
    ],
)
def test_a_name_is_a_name(signed: object, expected: str) -> None:
    assert read(push(event("600"), **proof(signed=signed))).scans[0].signed_by == expected


@pytest.mark.parametrize("url", ["http://webpod.dhl.com/", "string", None, 7, "https://" + "x" * 1000])
def test_a_proof_is_fetched_only_over_tls(url: object) -> None:
    assert read(push(event("600"), **proof(documentUrl=url))).scans[0].proof_url == ""
    assert read(push(event("600"), **proof(documentUrl=url, signatureUrl=URL))).scans[0].proof_url == URL


def test_the_mark_of_a_return_makes_its_delivery_one_to_the_sender() -> None:
    heard = read(push(event("598", when="2026-11-18T12:00:00Z"), event("600"), returnFlag=True))

    assert [(*told(scan), scan.direction) for scan in heard.scans] == [
        ("returning", "", "return"), ("returned", "", "return"),
    ]  # fmt: skip


def test_after_the_turn_movement_is_movement_back() -> None:
    back = event("800", when="2026-11-18T12:00:00Z"), event("598")

    assert [told(scan) for scan in read(push(*back)).scans] == [("returning", ""), ("returning", "")]


def test_paperwork_of_express_does_not_show_the_parcel() -> None:
    assert not any(scan_of(code, service="express").is_physical for code in ("RR", "SM", "BN", "SC", "AD", "104"))
    assert scan_of("AF", service="express").is_physical


# ---------------------------------------------------------------- bodies


def test_one_body_may_hold_several_shipments_and_one_mistake_does_not_spoil_the_rest() -> None:
    document = push(event("598"))
    document["shipments"] += [
        {"id": "7/7", "events": [event("598")]},
        None,
        {"id": 473325380023179, "events": [event()]},
    ]

    assert {scan.tracking_number for scan in read(document).scans} == {NUMBER, "473325380023179"}


@pytest.mark.parametrize("number", [None, "", "12", 9.4e21, True, {"a": 1}, "1Z/../x", "9" * 41])
def test_a_shipment_without_a_usable_number_is_rejected(number: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read({"shipments": [{"id": number, "events": []}]})
    assert rejected.value.code == "unusable_tracking_number"


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_what_is_no_json_object_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        provider("dhl").read(body, received_at=RECEIVED, archive="")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"event": "tracking_update", "msg": {"tracking_number": NUMBER}},
        {"trackingNumber": NUMBER, "trackingEvents": []},
    ],
)
def test_what_is_no_body_of_dhl_is_rejected(document: object) -> None:
    with pytest.raises(Rejected) as rejected:
        read(document)
    assert rejected.value.code == "not_a_shipment"


@pytest.mark.parametrize(
    "document",
    [
        {"scope": "subscription.ready", "self": "https://api-eu.dhl.com/tracking/push/v1/subscription/1"},
        {"title": "No result found", "detail": "No shipment with given tracking number found.", "status": 404},
        {"total": 0, "packages": []},
        {"shipments": None},
        {"shipments": [{"id": NUMBER, "status": None, "events": None}]},
    ],
)
def test_what_tells_of_no_scan_has_none(document: object) -> None:
    assert read(document) == Heard()


def test_a_single_shipment_is_read_without_its_list() -> None:
    document = push(event("598"))

    assert read(document["shipments"][0]) == read(document)


@pytest.mark.parametrize(
    ("zone", "expected"), [("ET", 13), ("EST", 13), ("CT", 14), ("PT", 16), ("AST", 12), ("XX", 13), (None, 13)]
)
def test_americas_tells_the_clock_of_each_event(zone: object, expected: int) -> None:
    told_at = {"date": "2026-11-19", "time": "08:00:00", "timeZone": zone, "location": "Burlington, VT, US"}
    heard = read({"packages": [{"package": {"trackingId": NUMBER}, "events": [{"primaryEventId": 597, **told_at}]}]})

    assert heard.scans[0].occurred_at == datetime(2026, 11, 19, expected, tzinfo=UTC)


def test_mydhl_tells_who_signed() -> None:
    event = {"date": "2026-11-19", "time": "08:00:00", "typeCode": "OK", "signedBy": "A. SAMPLE"}
    (scan,) = read({"shipments": [{"shipmentTrackingNumber": "7777777770", "events": [event]}]}).scans

    assert (told(scan), scan.signed_by, scan.carrier) == (("delivered", ""), "A. SAMPLE", "dhl_express")
    assert scan.occurred_at == datetime(2026, 11, 19, 8, tzinfo=UTC)


# ---------------------------------------------------------------- samples

STANDS_FOR: Mapping[str, tuple[str, str, int]] = {
    "label_created": ("info_received", "", 1),
    "in_transit": ("in_transit", "accepted", 2),
    "out_for_delivery": ("out_for_delivery", "", 4),
    "attempt": ("delivery_attempted", "recipient_unavailable", 5),
    "available_for_pickup": ("available_for_pickup", "post_office", 6),
    "delivered": ("delivered", "porch", 5),
    "handed_to_agent": ("in_transit", "handed_to_agent", 3),
    "address_problem": ("exception", "address_apt_missing", 4),
    "without_codes": ("exception", "address_apt_missing", 4),
    "returned": ("returned", "", 6),
    "unknown_code": ("unknown", "", 3),
    "express_delivered": ("delivered", "", 4),
    "api_answer": ("delivery_attempted", "unspecified", 4),
    "americas_webhook": ("exception", "refused", 4),
    "mydhl_answer": ("available_for_pickup", "carrier_facility", 4),
}


def test_every_sample_is_used() -> None:
    names = {path.stem.removeprefix("dhl_") for path in WEBHOOKS.glob("dhl_*.json")}

    assert names == {*STANDS_FOR, "subscription"}
    assert read(sample("subscription")) == Heard()


@pytest.mark.parametrize("name", STANDS_FOR)
def test_a_sample_is_what_it_stands_for(name: str) -> None:
    heard = read(sample(name))

    assert (*told(heard.scans[-1]), len(heard.scans)) == STANDS_FOR[name]
    assert heard.unmapped == (("dhl_ecommerce_us:987",) if name == "unknown_code" else ())


def test_the_reviewed_sample_is_read() -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared folder with the sample payloads is not beside this checkout")
    heard = read(json.loads((SHARED / "samples" / "dhl_push_unified_shape.json").read_text("utf-8")))

    assert [told(scan) for scan in heard.scans] == [("in_transit", "accepted"), ("in_transit", "handed_to_agent")]


def test_a_scan_heard_again_in_a_longer_history_is_the_same_scan() -> None:
    story = ("label_created", "in_transit", "out_for_delivery", "attempt", "available_for_pickup")
    heard = [{scan.digest for scan in read(sample(name)).scans} for name in story]

    assert all(before < after for before, after in pairwise(heard))


# ---------------------------------------------------------------- laws


@given(st.permutations(sample("returned")["shipments"][0]["events"]))
def test_the_order_of_the_history_does_not_matter(events: list[Any]) -> None:
    document = sample("returned")
    document["shipments"][0]["events"] = events

    assert read(document) == read(sample("returned"))


@given(JSON)
def test_any_json_is_read_or_rejected(document: object) -> None:
    for body in (document, {"shipments": document}, {"shipments": [document]}, {"packages": [document]}):
        with suppress(Rejected):
            read(body)


@given(st.sampled_from(["delivered", "express_delivered", "api_answer", "americas_webhook", "mydhl_answer"]), st.data())
def test_a_broken_body_loses_no_event_that_has_a_time(name: str, data: st.DataObject) -> None:
    document = data.draw(mutations(sample(name)))
    with suppress(Rejected):
        heard = Counter(scan.occurred_at for scan in read(document).scans)
        told_at: Counter[datetime] = Counter()
        for shipment in shipments(document):
            with suppress(Rejected):
                if read({"shipments": [{"id": shipment.number, "status": event("delivered")}]}).scans:
                    told_at.update(it.when for it in shipment.events if it.when is not None)
        assert not told_at - heard
