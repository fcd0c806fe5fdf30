"""The edges: settings, errors to HTTP and to batches, AWS errors to ours, logs without texts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from doorstep.errors import (
    AnswerLost,
    Conflict,
    NotFound,
    Permanent,
    Problem,
    Refused,
    Rejected,
    Transient,
    Undeliverable,
)
from doorstep.platform import log
from doorstep.platform.aws import translated
from doorstep.platform.batch import each_record
from doorstep.platform.http import error_as_json, status_of
from doorstep.platform.settings import Environment

SECRET = "Zyxwina Quuxington"


@dataclass(frozen=True, slots=True)
class Sample(Environment):
    orders_table: str
    bus: str


def test_settings_are_the_environment_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_TABLE", "t")
    monkeypatch.setenv("BUS", "")

    assert Sample.from_environment() == Sample("t", "")


def test_missing_settings_are_named_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERS_TABLE", raising=False)
    monkeypatch.delenv("BUS", raising=False)

    with pytest.raises(Permanent, match="ORDERS_TABLE, BUS"):
        Sample.from_environment()


# -------------------------------------------------------------------- AWS errors


def client_error(code: str, status: int = 400, reasons: tuple[str, ...] = ()) -> ClientError:
    answer: dict[str, Any] = {
        "Error": {"Code": code, "Message": SECRET},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    if reasons:
        answer["CancellationReasons"] = [{"Code": reason, "Message": SECRET} for reason in reasons]
    return ClientError(answer, "Anything")  # type: ignore[arg-type]


CANCELLED = "TransactionCanceledException"


@pytest.mark.parametrize(
    ("error", "kind", "exactly"),
    [
        (client_error("ConditionalCheckFailedException"), Conflict, "moved_on"),
        (client_error(CANCELLED, reasons=("None", "ConditionalCheckFailed")), Conflict, "moved_on"),
        (client_error(CANCELLED, reasons=("TransactionConflict", "None")), Conflict, "moved_on"),
        (client_error(CANCELLED, reasons=("ThrottlingError",)), Transient, "unavailable"),
        (client_error(CANCELLED, reasons=("ValidationError",)), Permanent, "not_possible"),
        (client_error("ThrottlingException"), Transient, "unavailable"),
        (client_error("ProvisionedThroughputExceededException"), Transient, "unavailable"),
        (client_error("Anything", 500), Transient, "unavailable"),
        (client_error("Anything", 503), Transient, "unavailable"),
        (client_error("AccessDeniedException"), Permanent, "not_possible"),
        (client_error("ResourceNotFoundException"), Permanent, "not_possible"),
        (client_error("ValidationException"), Permanent, "not_possible"),
        (EndpointConnectionError(endpoint_url=SECRET), Transient, "unreachable"),
        (ConnectTimeoutError(endpoint_url=SECRET), Transient, "unreachable"),
        (BotoCoreError(), Transient, "unreachable"),
        (ReadTimeoutError(endpoint_url=SECRET), AnswerLost, "answer_lost"),
        (ConnectionClosedError(endpoint_url=SECRET), AnswerLost, "answer_lost"),
        (HTTPClientError(error=SECRET), AnswerLost, "answer_lost"),
        (ResponseParserError(SECRET), AnswerLost, "answer_lost"),
        (ParamValidationError(report=SECRET), Permanent, "not_possible"),
        (client_error("Anything", 429), Transient, "unavailable"),
        (client_error("KMSThrottlingException"), Transient, "unavailable"),
        (client_error("Throttled"), Transient, "unavailable"),
        (client_error("MessageRejected"), Permanent, "not_possible"),
    ],
)
def test_aws_errors_become_ours_without_their_text(error: Exception, kind: type[Exception], exactly: str) -> None:
    with pytest.raises(kind) as caught, translated("table"):
        raise error

    assert caught.type is kind
    assert caught.value.code == exactly  # type: ignore[attr-defined]
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (client_error("MessageRejected"), Undeliverable),
        (client_error("AccessDeniedException", 403), Permanent),
        (client_error("MessageRejected", 429), Transient),
    ],
)
def test_only_what_is_named_as_a_refusal_is_one(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught, translated("mail", refusals=frozenset({"MessageRejected"})):
        raise error

    assert caught.type is kind


def test_what_is_no_aws_error_passes_through() -> None:
    with pytest.raises(KeyError), translated("table"):
        raise KeyError("x")


# -------------------------------------------------------------------- errors to HTTP


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Rejected.because("x", "", "y"), 400),
        (Rejected.because("body_too_large", "", "y"), 413),
        (Refused("x", "y"), 403),
        (NotFound("x", "y"), 404),
        (Conflict("x", "y"), 409),
        (Transient("x", "y"), 503),
        (AnswerLost("x", "y"), 503),
        (Permanent("x", "y"), 500),
        (RuntimeError("y"), 500),
    ],
)
def test_every_kind_of_error_has_its_status(error: Exception, status: int) -> None:
    assert status_of(error) == status
    answer = error_as_json(error, "request-1")
    assert answer.status_code == status
    told = json.loads(str(answer.body))["error"]
    assert told["request_id"] == "request-1"
    assert (told["code"] == "x") == (status < 500 and status != 413)


def test_problems_are_told_one_by_one() -> None:
    answer = error_as_json(Rejected([Problem("a", "f", "m"), Problem("b", "g", "n")]), "-")

    told = json.loads(str(answer.body))["error"]
    assert told["code"] == "invalid_input"
    assert told["problems"] == [
        {"code": "a", "field": "f", "message": "m"},
        {"code": "b", "field": "g", "message": "n"},
    ]


@pytest.mark.parametrize("error", [RuntimeError(SECRET), Permanent("x", SECRET), Transient("x", SECRET)])
def test_the_text_of_a_server_error_is_not_told(error: Exception) -> None:
    assert SECRET not in str(error_as_json(error, "-").body)


def test_the_text_of_a_foreign_error_is_not_logged_either(caplog: pytest.LogCaptureFixture) -> None:
    error_as_json(RuntimeError(SECRET), "-")

    (entry,) = caplog.records
    assert SECRET not in str(entry.__dict__)


# -------------------------------------------------------------------- batches


def record(name: str, body: str, receives: str | None = "1") -> dict[str, Any]:
    attributes = {} if receives is None else {"ApproximateReceiveCount": receives}
    return {"messageId": name, "body": body, "attributes": attributes}


def test_each_record_is_worked_by_itself() -> None:
    seen: list[tuple[Any, int]] = []

    def work(body: Any, receives: int) -> None:
        seen.append((body, receives))
        if body == "bad":
            raise ValueError(SECRET)

    records = [
        record("a", '"good"'),
        record("b", '"bad"'),
        record("c", "no json"),
        record("d", '"good"', "4"),
        record("e", "1", None),
    ]
    answer = each_record({"Records": records}, work, what="test")

    assert answer == {"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "c"}]}
    assert seen == [("good", 1), ("bad", 1), ("good", 4), (1, 1)]


def test_being_killed_is_not_a_failed_record() -> None:
    def work(body: Any, receives: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        each_record({"Records": [record("a", "1")]}, work, what="test")


# -------------------------------------------------------------------- logs


def test_a_failure_is_logged_by_type_and_place_without_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise Conflict("moved_on", "somebody else was first") from ValueError(SECRET)
    except Conflict as error:
        log.failure(error, what="test")

    (entry,) = caplog.records
    assert (entry.__dict__["error"], entry.__dict__["what"]) == ("Conflict", "test")
    assert "moved_on" in str(entry.__dict__)
    assert "test_edges.py" in entry.__dict__["where"][-1]
    assert SECRET not in str(entry.__dict__)


def test_counting_nothing_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log.count("Nothing", 0)
    assert capsys.readouterr().out == ""

    log.count("Something", 3)
    told = json.loads(capsys.readouterr().out)
    assert told["Something"] == [3.0]
    assert told["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Doorstep"
