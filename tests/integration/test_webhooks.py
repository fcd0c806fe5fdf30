"""The door for carriers: who may come in, what is kept of what they say, and what they are told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from shipping import UPS, at_rest, detail, parcel_file, ship, tracker
from stack_template import ROOT
from world import WEBHOOK_SECRET, Answer, World, sign_easypost

from doorstep.platform import secret as secrets
from doorstep.platform.aws import client

BODY = tracker(
    detail("22T17:30", "pre_transit", "label_created"), detail("23T08:00", "in_transit", "departed_facility")
)
RAW = json.dumps(BODY).encode()
Call = Callable[[World], Answer]


def signed(body: bytes, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    return {"X-Hmac-Signature": sign_easypost(body, secret)}


def kept(world: World) -> dict[str, bytes]:
    """Everything in the archive."""
    with world.unwatched():
        s3 = world.client("s3")
        names = [it["Key"] for it in s3.list_objects_v2(Bucket="archive").get("Contents", [])]
        return {name: s3.get_object(Bucket="archive", Key=name)["Body"].read() for name in names}


def set_secrets(world: World, value: object) -> None:
    """The seller changes the secrets."""
    text = value if isinstance(value, str) else json.dumps(value)
    with world.unwatched():
        world.client("secretsmanager").put_secret_value(SecretId="webhooks", SecretString=text)


def outage(code: str, status: int) -> ClientError:
    """What AWS answers when it is down."""
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Any")


def shown(answer: Answer) -> tuple[int, Any, dict[str, str]]:
    """What a caller can tell answers apart by."""
    body = answer.json
    del body["error"]["request_id"]
    return answer.status, body, dict(answer.headers)


def test_a_signed_call_is_taken_and_kept_to_the_byte(world: World) -> None:
    odd = b'{\n  "object": "Event", "description": "caf\\u00e9 \xe2\x98\x83",\t"result": null }\n\n'

    answer = world.webhook(odd)
    world.pump()

    assert (answer.status, answer.json) == (200, {"received": True})
    ((name, body),) = kept(world).items()
    assert body == odd
    assert name == f"webhooks/easypost/2026/11/23/{hashlib.sha256(odd).hexdigest()}.json"
    (event,) = world.events()
    assert event["detail"]["data"] == {
        "provider": "easypost",
        "archive": name,
        "bytes": len(odd),
        "received_at": "2026-11-23T15:00:00.000Z",
    }
    at_rest(world)


SIGNATURE = sign_easypost(RAW, WEBHOOK_SECRET)
REFUSED: Mapping[str, Call] = {
    "no signature": lambda world: world.webhook(RAW, headers={}),
    "an empty one": lambda world: world.webhook(RAW, headers={"X-Hmac-Signature": ""}),
    "garbage": lambda world: world.webhook(RAW, headers={"X-Hmac-Signature": "☃" * 40}),
    "another secret": lambda world: world.webhook(RAW, secret="somebody else's"),
    "an empty secret": lambda world: world.webhook(RAW, secret=""),
    "another body": lambda world: world.webhook(RAW + b" ", headers=signed(RAW)),
    "without the prefix": lambda world: world.webhook(RAW, headers={"X-Hmac-Signature": SIGNATURE[16:]}),
    "in capitals": lambda world: world.webhook(RAW, headers={"X-Hmac-Signature": SIGNATURE.upper()}),
    "in another header": lambda world: world.webhook(RAW, headers={"X-Signature": SIGNATURE}),
    "a Bearer key": lambda world: world.webhook(RAW, headers={"Authorization": "Bearer merchant-key"}),
    "no JSON either": lambda world: world.webhook("<xml/>", headers={}),
}  # fmt: skip


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_who_cannot_prove_who_they_are_is_refused_with_one_answer(world: World, call: Call) -> None:
    answer = call(world)
    world.pump()

    assert shown(answer) == shown(REFUSED["no signature"](world))
    assert answer.status == 403
    assert kept(world) == {}
    assert world.events() == []


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "not json",
        {},
        {"providers": {}},
        {"providers": None},
        {"providers": {"easypost": []}},
        {"providers": {"easypost": [""]}},
        {"providers": {"easypost": ["  "]}},
        {"providers": {"easypost": WEBHOOK_SECRET}},
        {"providers": {"easypost": [None, 7]}},
        {"providers": {"other": [WEBHOOK_SECRET]}},
        [WEBHOOK_SECRET],
    ],
    ids=str,
)
def test_without_a_secret_nobody_is_let_in(world: World, value: object) -> None:
    if value == "":  # Secrets Manager keeps no empty text; a secret that was just made has no value at all
        world.monkeypatch.setattr(client("secretsmanager"), "get_secret_value", lambda **_: {"SecretString": ""})
    else:
        set_secrets(world, value)

    answers = [world.webhook(RAW), world.webhook(RAW, secret=""), world.webhook(RAW, secret="  ")]

    assert [answer.status for answer in answers] == [403] * 3
    assert shown(answers[0]) == shown(answers[1])
    assert kept(world) == {}


def test_a_new_secret_is_known_within_seconds(world: World) -> None:
    clock = [1000.0]
    world.monkeypatch.setattr(secrets.time, "monotonic", lambda: clock[0])
    assert world.webhook(RAW).status == 200
    set_secrets(world, {"providers": {"easypost": ["the newest", WEBHOOK_SECRET]}})

    clock[0] += 5
    too_early = world.webhook(RAW, secret="the newest")
    clock[0] += 6
    answers = [world.webhook(RAW, secret=it) for it in ("the newest", WEBHOOK_SECRET)]

    assert too_early.status == 403
    assert [answer.status for answer in answers] == [200, 200]


def test_a_secret_taken_away_ends_within_minutes(world: World) -> None:
    clock = [1000.0]
    world.monkeypatch.setattr(secrets.time, "monotonic", lambda: clock[0])
    assert world.webhook(RAW).status == 200
    set_secrets(world, {"providers": {"easypost": ["the newest"]}})

    clock[0] += 301

    assert world.webhook(RAW).status == 403


def test_wrong_signatures_do_not_ask_for_the_secret_each_time(world: World) -> None:
    for _ in range(20):
        world.webhook(RAW, secret="a guess")

    assert world.calls.count(("secretsmanager", "GetSecretValue")) == 1


def test_a_secret_with_an_accent_is_the_same_however_it_was_typed(world: World) -> None:
    composed, decomposed = "webhook-s\u00e9cret", "webhook-se\u0301cret"

    assert [world.webhook(RAW, secret=it).status for it in (composed, decomposed)] == [200, 200]


@pytest.mark.parametrize("name", ["nobody", "EasyPost", "..", "easypost.", "%20"])
def test_a_provider_nobody_knows_has_no_door(world: World, name: str) -> None:
    answer = world.webhook(RAW, name=name)

    assert answer.status == 404
    assert kept(world) == {}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_there_is_nothing_but_a_post(world: World, method: str) -> None:
    from world import api_event

    answer = world.invoke("receive_webhook", api_event(method, "/webhooks/easypost", RAW.decode(), signed(RAW)))

    assert answer["statusCode"] in {404, 405}
    assert kept(world) == {}


@pytest.mark.parametrize("raw", [RAW[:-5], b"", b"null,", b"\xff\xfe{}", b"\x80", b"[" * 20_000], ids=range(6))
@pytest.mark.parametrize("base64", [False, True])
def test_what_is_no_json_is_told_so_though_it_is_signed(world: World, raw: bytes, base64: bool) -> None:
    answer = world.webhook(raw, base64=base64)

    assert (answer.status, answer.json["error"]["code"] in {"not_json", "not_utf8"}) == (400, True)
    assert kept(world) == {}
    assert world.events() == []


def test_a_body_in_base64_is_the_same_body(world: World) -> None:
    ship(world)

    assert world.webhook(RAW, base64=True).status == 200
    world.pump()

    assert list(kept(world).values()) == [RAW]
    assert parcel_file(world)["milestone"] == "in_transit"


def test_three_hundred_kilobytes_are_taken(world: World) -> None:
    ship(world)
    lines = [
        detail(f"2026-11-22T11:{n // 60:02d}:{n % 60:02d}Z", "in_transit", "departed_facility", message="x" * 2700)
        for n in range(100)
    ]
    raw = json.dumps(tracker(*lines)).encode()
    assert len(raw) > 300_000

    assert world.webhook(raw).status == 200
    world.pump()

    assert parcel_file(world)["milestone"] == "in_transit"
    at_rest(world)


@pytest.mark.parametrize("base64", [False, True])
def test_more_than_two_megabytes_are_refused(world: World, base64: bool) -> None:
    raw = json.dumps({**BODY, "description": "x" * (2 * 1024 * 1024)}).encode()

    answer = world.webhook(raw, base64=base64)

    assert (answer.status, answer.json["error"]["code"]) == (413, "body_too_large")
    assert kept(world) == {}


def test_two_megabytes_less_a_little_are_taken(world: World) -> None:
    raw = json.dumps({"object": "Event", "description": "x" * (2 * 1024 * 1024 - 100)}).encode()

    assert world.webhook(raw).status == 200
    assert list(kept(world).values()) == [raw]


def test_an_event_about_something_else_is_thanked_for_and_nothing_comes_of_it(world: World) -> None:
    ship(world)
    before = world.snapshot()

    answer = world.webhook(json.loads((ROOT / "events/webhooks/easypost_other_event.json").read_text("utf-8")))
    world.pump()

    assert answer.status == 200
    assert world.snapshot() == before
    at_rest(world)


@pytest.mark.parametrize(
    ("service", "operation", "broken"),
    [("s3", "put_object", outage("SlowDown", 503)), ("events", "put_events", outage("InternalFailure", 500))],
    ids=["archive", "bus"],
)
def test_when_it_cannot_be_kept_the_carrier_is_asked_to_try_again_and_then_it_is(
    world: World, service: str, operation: str, broken: Exception
) -> None:
    ship(world)

    def fail(**_: Any) -> Any:
        raise broken

    with world.monkeypatch.context() as meanwhile:
        meanwhile.setattr(client(service), operation, fail)
        down = world.webhook(RAW)
    again = world.webhook(RAW)
    world.pump()

    assert (down.status, down.headers["Retry-After"]) == (503, "2")
    assert again.status == 200
    assert parcel_file(world)["milestone"] == "in_transit"
    assert len(kept(world)) == 1
    at_rest(world)


def test_an_entry_that_the_bus_refuses_is_no_success(world: World) -> None:
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
    with world.monkeypatch.context() as meanwhile:
        meanwhile.setattr(client("events"), "put_events", lambda **_: refused)
        answer = world.webhook(RAW)

    assert answer.status == 503


def test_what_a_carrier_says_about_people_stays_in_archive_and_table(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    ship(world)
    private = "Zyxwina Quuxington"
    delivered = detail("23T14:00", "delivered", "arrived_at_destination", message=f"Left with {private}")

    world.webhook(tracker(delivered, signed_by=private))
    world.webhook(tracker(delivered, signed_by=private), secret="wrong")
    world.pump()

    said = capfd.readouterr()
    assert private in world.snapshot()
    for where in (said.out, said.err, json.dumps(world.events()), json.dumps(world.alerts()), json.dumps(world.dead)):
        assert "Zyxwina" not in where
    assert all("Zyxwina" not in name for name in kept(world))
    assert UPS in json.dumps(world.events())


def test_the_answer_carries_its_headers(world: World) -> None:
    for answer in (world.webhook(RAW), world.webhook(RAW, headers={})):
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers
