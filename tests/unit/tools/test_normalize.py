"""`doorstep normalize`: every sample of every provider, and what people do to files."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from stack_template import ROOT

from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.registry import PROVIDERS
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep_cli.main import main
from doorstep_cli.normalize import normalized

WEBHOOKS = ROOT / "events" / "webhooks"
SAMPLES = sorted(path.name for path in WEBHOOKS.glob("*.json"))
NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)


def told(capsys: pytest.CaptureFixture[str], provider: str, file: Path | str) -> Any:
    """What is printed, but for when the file came: now."""
    before = datetime.now(UTC)
    main(["normalize", "--provider", provider, str(file)])
    said = capsys.readouterr()
    assert said.err == ""
    answer = json.loads(said.out)
    for parcel in answer if isinstance(answer, list) else [answer]:
        for scan in parcel["scans"]:
            assert datetime.fromisoformat(scan.pop("received_at")) >= before.replace(microsecond=0)
    return answer


def ends(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(["normalize", *arguments])
    return ended.value.code


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_has_a_parcel_with_its_scans_or_is_about_something_else(name: str) -> None:
    provider = PROVIDERS[name.partition("_")[0]]
    body = (WEBHOOKS / name).read_bytes()
    heard = provider.read(body, received_at=NOW, archive="")

    parcels = normalized(provider, body, now=NOW)

    assert sum(len(parcel["scans"]) for parcel in parcels) == len(heard.scans)
    for parcel in parcels:
        times = [scan["occurred_at"] for scan in parcel["scans"]]
        assert times == sorted(times)
        assert parcel["milestone"] in MILESTONES
        assert {scan["tracking_number"] for scan in parcel["scans"]} == {parcel["tracking_number"]}
        assert parcel["carrier"] == parcel["scans"][-1]["carrier"]
    years_later = normalized(provider, body, now=datetime(2029, 5, 1, tzinfo=UTC))
    assert [parcel["milestone"] for parcel in parcels] == [parcel["milestone"] for parcel in years_later]


@pytest.mark.parametrize(
    ("name", "carrier", "milestone"),
    [
        ("easypost_delivered", "usps", "delivered"),
        ("shippo_returned", "usps", "returned"),
        ("usps_attempt", "usps", "delivery_attempted"),
        ("dhl_handed_to_agent", "dhl_ecommerce", "in_transit"),
        ("dhl_express_delivered", "dhl_express", "delivered"),
    ],
)
def test_the_milestone_is_what_the_scans_come_to(
    name: str, carrier: str, milestone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parcel = told(capsys, name.partition("_")[0], WEBHOOKS / f"{name}.json")

    assert list(parcel) == ["carrier", "tracking_number", "milestone", "scans"]
    assert (parcel["carrier"], parcel["milestone"]) == (carrier, milestone)


def test_a_scan_says_all_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    (*_, scan) = told(capsys, "dhl", WEBHOOKS / "dhl_address_problem.json")["scans"]

    assert scan == {
        "provider": "dhl",
        "carrier": "dhl_ecommerce",
        "tracking_number": "4212345678901",
        "occurred_at": "2026-11-19T14:30:00.000Z",
        "milestone": "exception",
        "reason": "address_apt_missing",
        "place": "",
        "text": "UNDELIVERABLE - UNIT/SUITE NOT PROVIDED",
        "code_table": "dhl_ecommerce_us",
        "raw_code": "633",
        "is_physical": True,
        "location": {"city": "BURLINGTON", "state": "VT", "postal_code": "05401", "country": "US"},
        "signed_by": "",
        "proof_url": "",
        "hold_until": None,
        "direction": "forward",
        "reopens": False,
    }


def test_several_parcels_are_a_list_and_a_body_about_something_else_an_empty_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    several = told(capsys, "dhl", WEBHOOKS / "dhl_api_answer.json")

    assert [(it["carrier"], it["milestone"]) for it in several] == [
        ("dhl_ecommerce", "available_for_pickup"),
        ("dhl_parcel_de", "delivery_attempted"),
    ]
    assert told(capsys, "dhl", WEBHOOKS / "dhl_subscription.json") == []


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    body = (WEBHOOKS / "usps_attempt.json").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(body)))

    assert told(capsys, "usps", "-") == told(capsys, "usps", WEBHOOKS / "usps_attempt.json")


def test_a_source_of_codes_is_read_by_its_provider(capsys: pytest.CaptureFixture[str]) -> None:
    file = WEBHOOKS / "dhl_express_delivered.json"

    assert told(capsys, "dhl_express", file) == told(capsys, "dhl", file)


class Scripted:
    """A provider that says what the test wants, whatever the body."""

    name = "scripted"

    def __init__(self, *times: str | None) -> None:
        self.times = times

    def verify(self, call: WebhookCall, secrets: object) -> None:
        raise AssertionError("nothing is proved here")

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        each = ("unknown", "out_for_delivery", "delivered")
        scans = [
            Scan("scripted", "usps", "12345", datetime.fromisoformat(time) if time else received_at, received_at, it)
            for time, it in zip(self.times, each, strict=False)
        ]
        return Heard(tuple(scans))


def test_an_old_file_comes_to_what_it_came_to_then() -> None:
    old = "2019-01-01T10:00:00Z", "2019-01-01T11:00:00Z"

    (parcel,) = normalized(Scripted(*old, None), b"", now=NOW)
    (undated,) = normalized(Scripted(None, None), b"", now=NOW)

    assert (parcel["milestone"], parcel["scans"][-1]["occurred_at"]) == ("out_for_delivery", "2026-11-25T15:00:00.000Z")
    assert undated["milestone"] == "out_for_delivery"


def test_where_nothing_is_known_the_milestone_is_unknown() -> None:
    (parcel,) = normalized(Scripted(None), b"", now=NOW)

    assert (parcel["milestone"], parcel["scans"][0]["reason"]) == ("unknown", None)


def test_a_history_from_before_the_number_was_given_out_again_does_not_count() -> None:
    (parcel,) = normalized(Scripted("2025-01-01T10:00:00Z", "2026-11-20T10:00:00Z"), b"", now=NOW)

    assert (parcel["milestone"], len(parcel["scans"])) == ("out_for_delivery", 2)


@pytest.mark.parametrize(
    ("provider", "content", "said"),
    [
        ("dhl", b"{", "is no body of dhl: the body is not JSON"),
        ("dhl", b"[]", "expected a JSON object"),
        ("dhl", b"{}", "shipments: expected a push of DHL"),
        ("dhl", b"\xff", "not UTF-8"),
        ("dhl", None, "cannot be read"),
        ("dhk", b"{}", "'dhk' is no provider we know; there are: 17track, aftership, dhl"),
    ],
)
def test_what_goes_wrong_is_said_on_stderr_with_status_2(
    provider: str, content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "body.json"
    if content is not None:
        file.write_bytes(content)

    assert ends("--provider", provider, str(file)) == 2

    answer = capsys.readouterr()
    assert answer.out == ""
    assert said in answer.err


def test_without_a_provider_or_a_file_there_is_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends("body.json") == ends("--provider", "dhl") == 2
    assert "usage: doorstep normalize" in capsys.readouterr().err
