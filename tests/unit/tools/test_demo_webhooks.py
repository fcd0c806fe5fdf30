"""Re-dated samples: a story's webhooks agree with each other about the past, and are signed as EasyPost signs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from doorstep.parcels.providers.provider import WebhookCall
from doorstep.parcels.providers.registry import provider
from doorstep_cli.webhooks_sender import SAMPLES, Tracker, sign, ups_number, usps_number

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
PROBLEM, SECOND = "easypost_address_problem", "easypost_attempt_2"


def times(body: bytes) -> list[datetime]:
    return [datetime.fromisoformat(scan["datetime"]) for scan in json.loads(body)["result"]["tracking_details"]]


def read(body: bytes) -> Any:
    return provider("easypost").read(body, received_at=datetime.now(UTC), archive="webhooks/easypost/1")


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.mark.usefixtures("clock")
def test_the_newest_scan_is_now_and_the_others_keep_their_distances() -> None:
    tracker = Tracker.at(SECOND)

    told = times(tracker.webhook(SECOND))

    original = times((SAMPLES / f"{SECOND}.json").read_bytes())
    assert told[-1] == NOW
    assert [at - told[0] for at in told] == [at - original[0] for at in original]
    assert tracker.label_created_at == told[0] - timedelta(minutes=5)


def test_what_was_told_keeps_its_time_and_news_lie_between_then_and_now(clock: Any) -> None:
    tracker = Tracker.at(PROBLEM, scans=4)
    first = times(tracker.webhook(PROBLEM, scans=4))
    clock.shift(timedelta(minutes=10))
    second = times(tracker.webhook("easypost_attempt_1", scans=7))
    clock.shift(timedelta(minutes=10))

    third = times(tracker.webhook("easypost_attempt_1", scans=7, then="easypost_delivered"))

    assert second[:4] == first
    assert third[:7] == second
    assert third == sorted(set(third))
    assert second[-1] == NOW + timedelta(minutes=10)
    assert third[-1] == NOW + timedelta(minutes=20)


def test_heard_again_the_scans_of_a_tracker_are_the_same_scans(clock: Any) -> None:
    tracker = Tracker.at(PROBLEM, scans=4)
    first = read(tracker.webhook(PROBLEM, scans=4)).scans
    clock.shift(timedelta(seconds=2))

    second = read(tracker.webhook(PROBLEM)).scans

    assert {scan.digest for scan in first} < {scan.digest for scan in second}
    assert second[-1].reason == "address_no_such_number"


def test_a_history_that_ends_with_another_sample_is_of_one_carrier_and_delivered() -> None:
    tracker = Tracker.at(PROBLEM)

    heard = read(tracker.webhook("easypost_attempt_1", scans=7, then="easypost_delivered"))

    assert {(scan.carrier, scan.tracking_number) for scan in heard.scans} == {("ups", tracker.number)}
    assert heard.scans[-1].milestone == "delivered"
    assert (
        b"USPS"
        not in tracker.webhook("easypost_attempt_1", scans=7, then="easypost_delivered").split(b"carrier_detail")[0]
    )


def test_two_trackers_have_two_numbers_and_are_registered_under_them() -> None:
    first, second = Tracker.at(PROBLEM), Tracker.at(PROBLEM)

    registration = first.registration()

    assert first.number != second.number
    assert (registration["carrier"], registration["tracking_number"]) == ("UPS", first.number)
    assert json.loads(first.webhook(PROBLEM))["result"]["tracking_code"] == first.number


def test_numbers_carry_the_check_digit_of_their_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstep_cli.webhooks_sender._chance.randrange", lambda _: 3000012)
    ups = ups_number()
    monkeypatch.setattr("doorstep_cli.webhooks_sender._chance.randrange", lambda _: 2345678)
    usps = usps_number()

    assert ups == "1ZDSTEP10030000126"  # the number of the samples
    assert len(usps) == 22
    assert sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(reversed(usps))) % 10 == 0


@pytest.mark.parametrize("secret", ["plain-secret", "sécret-ﬁ"])
def test_what_is_sent_passes_our_own_check(secret: str) -> None:
    body = Tracker.at(PROBLEM).webhook(PROBLEM)

    call = WebhookCall("easypost", {"x-hmac-signature": sign(body, secret)}, body, "/webhooks/easypost", NOW)

    provider("easypost").verify(call, [secret])
