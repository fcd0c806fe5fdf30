"""What was written is published: through lost stream records, lost notes, throttled services and poison."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from samples import order
from world import World, stream_record

from doorstep.messages.message import MOST_NUDGES

POISON = [
    "",
    "not json",
    "null",
    "[]",
    "{}",
    '{"pk": "nonsense", "sk": "ORDER"}',
    '{"shop": "shop-1"}',
    '"\\ud800"',
    "[" * 5000,
]


def place(world: World, order_id: str = "1001") -> None:
    assert world.api("POST", "/orders", order(order_id)).status == 201


def outbox(world: World) -> list[dict[str, Any]]:
    return [item for item in world.raw_items("orders") if item["sk"]["S"].startswith("OUTBOX#")]


def once(world: World, service: str, operation: str, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The next call of this operation gets this answer instead of reaching the service."""
    from doorstep.platform.aws import client

    real = getattr(client(service), operation)
    left = [answer]

    def call(**arguments: Any) -> Any:
        return left.pop()(arguments) if left else real(**arguments)

    world.monkeypatch.setattr(client(service), operation, call)


def test_published_entries_are_deleted(world: World) -> None:
    place(world)
    assert len(outbox(world)) == 3

    world.pump()

    assert outbox(world) == []


def test_a_lost_stream_is_made_up_for_with_the_same_event_ids(world: World) -> None:
    place(world)
    written = {item["sk"]["S"].removeprefix("OUTBOX#") for item in outbox(world) if item["kind"]["S"] == "event"}
    world.forget_stream()
    world.pump()
    assert world.events() == []

    world.wait(minutes=2)
    world.sweep()

    assert {event["detail"]["metadata"]["event_id"] for event in world.events()} == written
    assert world.event_names() == ["Order Held", "Order Placed"]
    assert len(world.mails()) == 1
    assert outbox(world) == []


def test_the_sweeper_leaves_fresh_entries_to_the_relay(world: World) -> None:
    place(world)
    world.forget_stream()

    world.wait(seconds=119)
    world.sweep()

    assert world.events() == []


def test_a_stream_delivered_twice_repeats_ids_and_sends_one_mail(world: World) -> None:
    place(world)
    records = [stream_record(item, number) for number, item in enumerate(outbox(world))]
    world.pump()

    again = world.invoke("relay_outbox", {"Records": records})
    world.pump()

    assert again == {"batchItemFailures": []}
    assert len(world.events()) == 4
    assert world.event_names() == ["Order Held", "Order Placed"]
    assert len(world.mails()) == 1


def test_the_envelope_names_its_order_and_cause(world: World) -> None:
    answer = world.api("POST", "/orders", order())
    world.pump()

    event = next(event for event in world.events() if event["detail-type"] == "Order Placed")
    metadata, data = event["detail"]["metadata"], event["detail"]["data"]
    assert event["source"] == "doorstep"
    assert set(metadata) == {"event_id", "schema", "occurred_at", "correlation_id", "causation_id"}
    assert metadata["correlation_id"] == "shop-1/1001"
    assert metadata["occurred_at"] == "2026-11-23T15:00:00.000Z"
    assert metadata["causation_id"] not in ("", "-")
    assert {data[name] for name in ("shop", "order_id", "order_version")} == {"shop-1", "1001", 1}
    assert answer.status == 201


def test_a_lost_note_is_found_and_put_before_the_senders_again(world: World) -> None:
    place(world)
    world.relay()
    world.client("sqs").purge_queue(QueueUrl=world.client("sqs").get_queue_url(QueueName="messages")["QueueUrl"])
    world.pump()
    assert world.mails() == []

    world.wait(minutes=15)
    world.sweep()

    assert len(world.mails()) == 1


def test_a_message_is_not_nudged_for_ever(new_world: Callable[..., World]) -> None:
    far_off = {"remind_after_minutes": 30_000, "overdue_after_minutes": 40_000}
    world = new_world(policy=json.dumps({"default": {"confirmation": far_off}}))
    place(world)
    url = world.client("sqs").get_queue_url(QueueName="messages")["QueueUrl"]
    world.relay()
    for _ in range(MOST_NUDGES + 1):
        world.client("sqs").purge_queue(QueueUrl=url)
        world.wait(hours=6)
        world.invoke("watch_deadlines", {})
        world.drain("deadlines", "meet_deadlines")
        world.relay()
    world.pump()

    messages = {message["template"]: message for message in world.file()["messages"]}
    assert set(messages) == {"confirm_address", "buyer_unreachable"}
    assert (messages["confirm_address"]["state"], messages["confirm_address"]["reason"]) == ("failed", "never_sent")
    assert world.event_names().count("Message Failed") == 1


@pytest.mark.parametrize(
    ("queue", "function"),
    [("messages", "send_messages"), ("deadlines", "meet_deadlines"), ("feedback", "record_feedback")],
)
def test_poison_ends_in_the_dead_letter_queue_and_holds_up_nothing(world: World, queue: str, function: str) -> None:
    place(world)
    if queue == "messages":
        world.relay()
    else:
        world.pump()
    for body in POISON:
        if body:  # SQS takes no empty message
            world.put(queue, body)
    if queue == "deadlines":
        world.wait(minutes=720)
        world.invoke("watch_deadlines", {})
    if queue == "feedback":
        from samples import delivery

        world.put(queue, {"Message": json.dumps(delivery(world.mails()[0].id))})

    for _ in range(40):
        world.drain(queue, function, batch=10)
    world.pump()

    dead = [message["Body"] for message in world.dead[queue]]
    assert sorted(dead) == sorted(body for body in POISON if body)
    done = {
        "messages": lambda: len(world.mails()) == 1,
        "deadlines": lambda: len(world.mails()) == 2,
        "feedback": lambda: world.file()["messages"][0]["state"] == "delivered",
    }
    assert done[queue]()


def test_poison_is_tried_as_often_as_any_other_message(world: World) -> None:
    world.put("messages", "not json")

    tries = 0
    while world.drain("messages", "send_messages"):
        tries += 1

    assert tries == 5
    assert len(world.dead["messages"]) == 1


@pytest.mark.parametrize("body", [b for b in POISON if b])
@pytest.mark.parametrize("function", ["send_messages", "meet_deadlines", "record_feedback"])
def test_poison_fails_alone_in_its_batch(world: World, function: str, body: str) -> None:
    good = {
        "send_messages": {"shop": "shop-1", "order_id": "none", "key": "-/confirm_address/1"},
        "meet_deadlines": {"pk": "ORDER#shop-1#none", "sk": "ORDER"},
        "record_feedback": {"notificationType": "Delivery", "mail": {"messageId": "none"}},
    }[function]
    records = [
        {"messageId": name, "body": text, "attributes": {"ApproximateReceiveCount": "3"}}
        for name, text in (("first", json.dumps(good)), ("poison", body), ("last", json.dumps(good)))
    ]

    answer = world.invoke(function, {"Records": records})

    assert answer == {"batchItemFailures": [{"itemIdentifier": "poison"}]}


def test_an_event_the_bus_did_not_take_is_offered_again(world: World) -> None:
    place(world)
    once(
        world,
        "events",
        "put_events",
        lambda arguments: {
            "FailedEntryCount": 1,
            "Entries": [{"ErrorCode": "ThrottlingException"}, *({"EventId": "x"} for _ in arguments["Entries"][1:])],
        },
    )
    records = [stream_record(item, number) for number, item in enumerate(outbox(world))]

    answer = world.invoke("relay_outbox", {"Records": records})

    assert len(answer["batchItemFailures"]) == 1
    (left,) = outbox(world)
    failed = next(r for r in records if r["dynamodb"]["NewImage"]["sk"] == left["sk"])
    assert answer["batchItemFailures"] == [{"itemIdentifier": failed["dynamodb"]["SequenceNumber"]}]

    world.pump()

    assert outbox(world) == []
    assert [event["detail"]["metadata"]["event_id"] for event in world.events()] == [
        left["sk"]["S"].removeprefix("OUTBOX#")
    ]


def test_a_note_the_queue_did_not_take_is_offered_again(world: World) -> None:
    place(world)
    once(
        world,
        "sqs",
        "send_message_batch",
        lambda arguments: {
            "Successful": [],
            "Failed": [
                {"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in arguments["Entries"]
            ],
        },
    )

    world.relay()
    assert [item["kind"]["S"] for item in outbox(world)] == ["message"]
    world.pump()

    assert len(world.mails()) == 1
    assert outbox(world) == []


def test_deadlines_the_queue_did_not_take_are_found_by_the_next_run(world: World) -> None:
    place(world)
    world.pump()
    world.wait(minutes=720)
    once(
        world,
        "sqs",
        "send_message_batch",
        lambda arguments: {
            "Failed": [{"Id": entry["Id"], "Code": "x", "SenderFault": False} for entry in arguments["Entries"]]
        },
    )

    world.sweep()
    assert [error.code for error in world.errors] == ["queue_unavailable"]  # type: ignore[attr-defined]
    assert len(world.mails()) == 1
    world.sweep()

    assert len(world.mails()) == 2


@pytest.mark.parametrize("service", ["events", "sqs", "dynamodb"])
def test_a_service_that_is_down_for_a_moment_delays_and_loses_nothing(world: World, service: str) -> None:
    from botocore.exceptions import ClientError, EndpointConnectionError

    place(world)
    operation = {"events": "put_events", "sqs": "send_message_batch", "dynamodb": "delete_item"}[service]

    def down(arguments: dict[str, Any]) -> dict[str, Any]:
        if service == "sqs":
            raise EndpointConnectionError(endpoint_url="https://sqs")
        raise ClientError(
            {"Error": {"Code": "ThrottlingException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation
        )

    once(world, service, operation, down)
    world.relay()

    world.pump()
    world.wait(minutes=2)
    world.sweep()

    assert world.event_names() == ["Order Held", "Order Placed"]
    assert len(world.mails()) == 1
    assert outbox(world) == []
