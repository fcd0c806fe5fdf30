"""Whom we ask about a silent parcel, and with what words."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doorstep.data import load
from doorstep.errors import Permanent, Refused, Rejected, Transient
from doorstep.orders.policy import PULL_WITH, Policies
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.providers.registry import PROVIDERS, provider
from doorstep.parcels.pulling import PULLERS, candidates, limit, may_be_asked_about, may_be_called
from doorstep.parcels.scan import Scan

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
UPS, USPS = "1ZDSTEP10030000126", "9400136208330123456787"


def scan(provider: str, hours: int) -> Scan:
    """A scan we heard of so many hours ago."""
    return Scan(provider, "ups", UPS, NOW - timedelta(days=3), NOW - timedelta(hours=hours), "in_transit")


def parcel(pulled_at: datetime | None) -> Parcel:
    return Parcel("shop-1", "1001", "ups", UPS, "", "", NOW, NOW, 1, "", 1, pulled_at=pulled_at)


def tracker(number: str, status: str, **more: Any) -> dict[str, Any]:
    at = "2026-11-25T06:00:00Z"
    line = {"object": "TrackingDetail", "status": status, "status_detail": "", "datetime": at, "message": ""}
    said = {"object": "Tracker", "tracking_code": number, "carrier": "UPS", "status": status, "updated_at": at}
    return {**said, "tracking_details": [line], **more}


# ---------------------------------------------------------------- whom, and how often


def test_a_seller_may_name_exactly_those_who_can_be_asked() -> None:
    assert set(PULL_WITH) == {"", *PULLERS} == {"", *load("parcels/pulling")["providers"]}
    assert set(PULLERS) <= set(PROVIDERS)


@pytest.mark.parametrize("named", PULL_WITH)
def test_what_a_seller_names_is_taken(named: str) -> None:
    policy = json.dumps({"shops": {"a": {"parcels": {"pull_with": named}}}})

    assert (Policies.from_json(policy).of("a").pull_with, Policies.from_json(policy).of("b").pull_with) == (named, "")


@pytest.mark.parametrize("named", ["ups", "17TRACK", "doorstep", None, True, ["17track"], 17])
def test_anybody_else_is_refused_at_the_start(named: object) -> None:
    with pytest.raises(Permanent, match="pull_with"):
        Policies.from_json(json.dumps({"default": {"parcels": {"pull_with": named}}}))


@pytest.mark.parametrize(
    ("scans", "pull_with", "asked"),
    [
        ([scan("easypost", 50)], "", ()),
        ([], "17track", ("17track",)),
        ([scan("doorstep", 1), scan("ups", 2)], "17track", ("17track",)),
        ([scan("17track", 50)], "17track", ("17track",)),
        ([scan("easypost", 50)], "17track", ("easypost", "17track")),
        ([scan("17track", 49), scan("easypost", 50), scan("usps", 1)], "easypost", ("17track", "easypost")),
    ],
)
def test_who_spoke_last_comes_first_and_nobody_where_the_seller_names_nobody(
    scans: list[Scan], pull_with: str, asked: tuple[str, ...]
) -> None:
    assert candidates(scans, pull_with) == candidates(scans[::-1], pull_with) == asked


@pytest.mark.parametrize(
    ("minutes", "may"), [(None, True), (0, False), (12 * 60 - 1, False), (12 * 60, True), (5000, True)]
)
def test_a_parcel_is_asked_about_once_in_twelve_hours(minutes: int | None, may: bool) -> None:
    pulled = None if minutes is None else NOW - timedelta(minutes=minutes)

    assert may_be_asked_about(parcel(pulled), NOW) is may


# ---------------------------------------------------------------- what is asked


def test_17track_is_asked_about_many_at_once() -> None:
    request = PULLERS["17track"].request([UPS, USPS], "key")

    assert (request.method, request.path) == ("POST", "/track/v2.2/gettrackinfo")
    assert request.headers == {"17token": "key", "Content-Type": "application/json"}
    assert json.loads(request.body or b"") == [{"number": UPS}, {"number": USPS}]
    assert (limit("17track", "most_numbers"), limit("17track", "per_second")) == (40, 3)


def test_easypost_is_asked_about_one() -> None:
    request = PULLERS["easypost"].request([UPS], "EZTK1")

    assert (request.method, request.path, request.body) == (
        "GET",
        f"/v2/trackers?tracking_code={UPS}&page_size=5",
        None,
    )
    kind, _, user = request.headers["Authorization"].partition(" ")
    assert (kind, b64decode(user)) == ("Basic", b"EZTK1:")
    assert limit("easypost", "most_numbers") == 1


@pytest.mark.parametrize("name", sorted(PULLERS))
def test_every_question_goes_to_the_provider_and_over_https(name: str) -> None:
    assert may_be_called(limit(name, "base") + PULLERS[name].request([UPS], "key").path)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.17track.net/track/v2.2/gettrackinfo",
        "https://api.17track.net.example.com/",
        "https://api.17track.net@example.com/",
        "https://user@api.easypost.com/v2/trackers",
        "https://api.easypost.com:8443/v2/trackers",
        "https://example.com/?https://api.easypost.com",
        "file:///etc/passwd",
        "api.easypost.com/v2/trackers",
        "",
    ],
)
def test_nobody_else_is_called(url: str) -> None:
    assert not may_be_called(url)


# ---------------------------------------------------------------- what is answered


@pytest.mark.parametrize(
    ("code", "means"),
    [
        (-18010001, Refused),
        (-18010002, Refused),
        (-18010003, Transient),
        (-18010004, Refused),
        (-18010005, Refused),
        (-18010013, Permanent),
        (-18010014, Permanent),
        ("-18010002", Refused),
        (7, Permanent),
    ],
)
def test_17track_complains_with_status_200(code: object, means: type[Exception]) -> None:
    with pytest.raises(means):
        PULLERS["17track"].check(json.dumps({"code": code, "data": {"errors": []}}).encode())


@pytest.mark.parametrize("body", [{"code": 0, "data": {}}, {"data": {}}, {"code": None, "data": {}}])
def test_an_answer_of_17track_is_no_complaint(body: object) -> None:
    PULLERS["17track"].check(json.dumps(body).encode())


def test_what_is_no_json_is_no_answer_of_17track() -> None:
    with pytest.raises(Rejected):
        PULLERS["17track"].check(b"<html>")


def test_every_tracker_of_an_answer_of_easypost_is_read() -> None:
    both = [tracker(UPS, "in_transit"), tracker(USPS, "delivered", carrier="USPS"), tracker("?", "in_transit"), 5]
    body = json.dumps({"trackers": both, "has_more": False}).encode()

    heard = provider("easypost").read(body, received_at=NOW, archive="pulls/easypost/1")

    assert [(it.carrier, it.tracking_number, it.milestone) for it in heard.scans] == [
        ("ups", UPS, "in_transit"),
        ("usps", USPS, "delivered"),
    ]
    assert {it.archive for it in heard.scans} == {"pulls/easypost/1"}


def test_a_pulled_tracker_says_what_the_webhook_said() -> None:
    webhook = {"object": "Event", "description": "tracker.updated", "result": tracker(UPS, "delivered")}
    answer = {"trackers": [webhook["result"]], "has_more": False}

    pushed, pulled = (
        provider("easypost").read(json.dumps(it).encode(), received_at=moment, archive="x")
        for it, moment in ((webhook, NOW - timedelta(days=1)), (answer, NOW))
    )

    assert [it.digest for it in pushed.scans] == [it.digest for it in pulled.scans] != []


@pytest.mark.parametrize("trackers", [[], [5, None]])
def test_an_answer_about_nothing_is_no_error(trackers: list[object]) -> None:
    body = json.dumps({"trackers": trackers, "has_more": False}).encode()

    assert provider("easypost").read(body, received_at=NOW, archive="x").scans == ()


@pytest.mark.parametrize(
    "body", [{"trackers": [{"tracking_code": "?"}]}, {"trackers": {}}, {"trackers": None}, {"error": {"code": "X"}}]
)
def test_an_answer_nobody_can_use_is_rejected(body: object) -> None:
    with pytest.raises(Rejected):
        provider("easypost").read(json.dumps(body).encode(), received_at=NOW, archive="x")
