"""Every sample in `events/`, given to the function it is for: it is understood, and does what it stands for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from routes import ROUTES
from stack_template import ROOT, properties
from story import order
from world import KEYS, World

from doorstep.platform.items import from_wire, to_wire

EVENTS: Final = ROOT / "events"
# status, and what the order is afterwards: state, address version, confirmation
API: Final[Mapping[str, tuple[int, tuple[str, int, str]]]] = {
    "answer_confirmation": (200, ("released", 1, "confirmed")),
    "answer_order": (200, ("released", 2, "confirmed")),
    "ask_again": (202, ("held", 1, "pending")),
    "change_address": (200, ("held", 2, "pending")),
    "look_at_confirmation": (200, ("held", 1, "pending")),
    "look_at_order": (200, ("held", 1, "pending")),
    "read_format": (200, ("held", 1, "pending")),
    "read_format_preflight": (204, ("held", 1, "pending")),
    "read_message": (200, ("held", 1, "pending")),
    "read_order": (200, ("held", 1, "pending")),
    "release_order": (200, ("released", 1, "accepted")),
    "validate_address": (200, ("held", 1, "pending")),
    "validate_address_preflight": (204, ("held", 1, "pending")),
    "validate_batch": (200, ("held", 1, "pending")),
}
# state of the message afterwards, and whether its recipient gets no more mail
SES: Final[Mapping[str, tuple[str, bool]]] = {
    "delivery": ("delivered", False),
    "bounce_permanent": ("bounced", True),
    "bounce_transient": ("bounced", False),
    "complaint": ("complained", True),
    "reject": ("failed", False),
}
NOTIFICATIONS: Final = sorted(path.stem for path in (EVENTS / "ses").glob("*.json"))
# Each has a test of its own here, or where the comment says.
OTHERS: Final = {
    "api/place_order.json",
    "api/proxy.json",  # what `world.api_event` is made of
    "authorizer/request.json",
    "scheduler/watch_deadlines.json",
    "sqs/deadline_message.json",
    "sqs/deadline_order.json",
    "sqs/deadline_outbox.json",
    "sqs/feedback_bare.json",
    "sqs/feedback_greeting.json",
    "sqs/feedback_wrapped.json",
    "sqs/message.json",
    "stream/outbox_event.json",
    "stream/outbox_message.json",
}


def sample(name: str) -> Any:
    return json.loads((EVENTS / name).read_text("utf-8"))


@pytest.fixture
def placed(world: World) -> World:
    """A world in which the samples' order has been placed, and the mail is out."""
    assert world.api("POST", "/orders", sample("api/place_order.json")).status == 201
    world.pump()
    return world


def test_every_sample_is_used() -> None:
    """Files in `bus/` are all used by test_events.py, whatever their names."""
    there = {path.relative_to(EVENTS).as_posix() for path in EVENTS.rglob("*") if path.is_file()}
    forms = {"event": set(SES), "notification": set(SES) - {"reject"}}  # identities report no rejects
    ses = {f"ses/{form}_{kind}.json" for form, kinds in forms.items() for kind in kinds}

    assert {name for name in there if not name.startswith("bus/")} == OTHERS | ses | {
        f"api/{name}.json" for name in API
    }


def test_samples_hold_nothing_real() -> None:
    for path in EVENTS.rglob("*.json"):
        for address in _after_at(path.read_text("utf-8")):
            assert address == "example.com" or address.endswith(".example.com"), path


def _after_at(text: str) -> Iterator[str]:
    for part in text.split("@")[1:]:
        yield "".join(c for c in part[:60].split('"')[0].split("\\")[0] if c.isalnum() or c in ".-")


# ---------------------------------------------------------------- api


@pytest.mark.parametrize("name", API)
def test_a_request_is_answered(name: str, placed: World) -> None:
    event = sample(f"api/{name}.json")
    if name == "read_message":  # only what was handed to ops for pasting can be read
        placed.api("POST", "/orders", order("1001", shop="shop-2", buyer={"name": "Sample Buyer"}))
        placed.pump()
        event["path"] = event["path"].replace("shop-1", "shop-2")
    if "{token}" in event["resource"]:
        purpose = event["resource"].split("/")[1]
        event["path"] = f"/{purpose}/{placed.mails()[0].token(purpose)}"
    status, after = API[name]

    answer = placed.invoke(_function_of(event), event)

    file = placed.file()
    assert answer["statusCode"] == status, answer["body"]
    assert (file["state"], file["address_version"], file["confirmation"]["state"]) == after


@pytest.mark.parametrize("name", sorted(API))
def test_a_request_is_one_of_the_template_and_complete(name: str) -> None:
    event, base = sample(f"api/{name}.json"), sample("api/proxy.json")

    assert set(event) == set(base)
    assert (event["resource"], event["httpMethod"]) in {(route.path, route.method) for route in ROUTES}
    assert event["path"] == event["resource"].format(**(event["pathParameters"] or {}))
    assert event["requestContext"]["resourcePath"] == event["resource"]
    assert event["requestContext"]["httpMethod"] == event["httpMethod"]


def test_every_route_has_a_sample() -> None:
    sampled = {(it["resource"], it["httpMethod"]) for it in (sample(f"api/{name}.json") for name in API)}

    assert sampled | {("/orders", "POST")} == {(route.path, route.method) for route in ROUTES}


def _function_of(event: Mapping[str, Any]) -> str:
    route = next(it for it in ROUTES if (it.path, it.method) == (event["resource"], event["httpMethod"]))
    return str(properties(route.function)["Handler"]).partition(".")[0]


def test_a_key_is_turned_into_its_merchant(world: World) -> None:
    answer = world.invoke("authorize_merchant", sample("authorizer/request.json"))

    merchant, shops = KEYS["merchant-key"]
    assert answer["context"] == {"merchant": merchant, "shops": ",".join(shops)}
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:abc123/live/*"


def test_another_key_is_turned_away(world: World) -> None:
    event = sample("authorizer/request.json")
    event["headers"]["authorization"] = "Bearer another-key"

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        world.invoke("authorize_merchant", event)


# ---------------------------------------------------------------- stream


def test_an_outbox_event_goes_to_the_bus(world: World) -> None:
    event = sample("stream/outbox_event.json")
    body = from_wire(event["Records"][0]["dynamodb"]["NewImage"])["body"]

    assert world.invoke("relay_outbox", event) == {"batchItemFailures": []}

    (published,) = world.events()
    assert published["detail-type"] == body["name"]
    assert published["detail"] == {"metadata": body["metadata"], "data": body["data"]}


def test_an_outbox_message_goes_to_the_senders(world: World) -> None:
    assert world.invoke("relay_outbox", sample("stream/outbox_message.json")) == {"batchItemFailures": []}

    (record,) = sample("sqs/message.json")["Records"]
    assert world._peek("messages") == [json.loads(record["body"])]


# ---------------------------------------------------------------- queues


def test_a_message_is_sent(world: World) -> None:
    world.api("POST", "/orders", sample("api/place_order.json"))

    assert world.invoke("send_messages", sample("sqs/message.json")) == {"batchItemFailures": []}

    assert [mail.to for mail in world.mails()] == ["buyer@example.com"]


def test_an_order_whose_time_has_come_is_looked_at(placed: World) -> None:
    placed.wait(hours=13)

    assert placed.invoke("meet_deadlines", sample("sqs/deadline_order.json")) == {"batchItemFailures": []}

    placed.pump()
    assert len(placed.mails()) == 2
    assert placed.file()["confirmation"]["reminded_at"]


def test_a_message_that_nobody_took_is_offered_again(world: World) -> None:
    world.api("POST", "/orders", sample("api/place_order.json"))
    world.forget_stream()
    world.wait(minutes=16)

    assert world.invoke("meet_deadlines", sample("sqs/deadline_message.json")) == {"batchItemFailures": []}

    world.pump()
    assert len(world.mails()) == 1


def test_an_outbox_entry_that_got_stuck_is_published_and_gone(world: World) -> None:
    image = sample("stream/outbox_event.json")["Records"][0]["dynamodb"]["NewImage"]
    with world.unwatched():
        world.client("dynamodb").put_item(TableName="orders", Item=image)

    assert world.invoke("meet_deadlines", sample("sqs/deadline_outbox.json")) == {"batchItemFailures": []}

    assert world.event_names() == ["Order Held"]
    assert world.raw_items("orders") == []


@pytest.mark.parametrize("form", ["wrapped", "bare"])
def test_feedback_is_recorded_in_the_envelope_of_the_topic_and_without(form: str, placed: World) -> None:
    assert placed.invoke("record_feedback", sample(f"sqs/feedback_{form}.json")) == {"batchItemFailures": []}

    assert placed.file()["messages"][0]["state"] == "delivered"


def test_the_greeting_of_ses_to_a_new_topic_is_no_feedback(placed: World) -> None:
    before = placed.snapshot()

    assert placed.invoke("record_feedback", sample("sqs/feedback_greeting.json")) == {"batchItemFailures": []}

    assert placed.snapshot() == before


@pytest.mark.parametrize("form", ["wrapped", "bare"])
@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_both_forms_of_ses_feedback_move_the_message(name: str, form: str, placed: World) -> None:
    notification = sample(f"ses/{name}.json")
    kind = name.partition("_")[2]
    if name.startswith("notification"):  # knows nothing of our tags, so the id has to match
        notification["mail"]["messageId"] = placed.mails()[0].id
    body = {"Type": "Notification", "Message": json.dumps(notification)} if form == "wrapped" else notification
    event = sample("sqs/feedback_bare.json")
    event["Records"][0]["body"] = json.dumps(body)
    state, silenced = SES[kind]

    assert placed.invoke("record_feedback", event) == {"batchItemFailures": []}

    messages = {message["key"]: message["state"] for message in placed.file()["messages"]}
    assert messages["-/confirm_address/1"] == state
    assert bool([it for it in placed.raw_items("orders") if it["sk"]["S"] == "SUPPRESSION"]) is silenced


# ---------------------------------------------------------------- scheduler


def test_the_schedule_finds_what_is_due(placed: World) -> None:
    placed.wait(hours=13)

    assert placed.invoke("watch_deadlines", sample("scheduler/watch_deadlines.json")) == {"due": 1}

    (handed_out,) = placed._peek("deadlines")
    (record,) = sample("sqs/deadline_order.json")["Records"]
    assert handed_out == json.loads(record["body"])


def test_the_stream_samples_are_what_a_commit_writes(placed: World) -> None:
    """Same attributes as the items that the product writes today."""
    placed.api("POST", "/orders", order("1002"))
    written = {item["kind"]["S"]: set(item) for item in placed.raw_items("orders", "OUTBOX#")}

    for kind in ("event", "message"):
        image = sample(f"stream/outbox_{kind}.json")["Records"][0]["dynamodb"]["NewImage"]
        assert set(image) == written[kind]
        assert to_wire(from_wire(image)) == image
