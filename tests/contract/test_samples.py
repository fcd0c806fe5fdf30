"""Every sample in `events/`, given to the function it is for: it is understood, and does what it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from chronicle import order
from routes import ROUTES
from stack_template import ROOT, properties
from street_sources import MAIN, csv, streets
from world import KEYS, World

from doorstep.parcels.providers.provider import Heard
from doorstep.parcels.providers.registry import PROVIDERS
from doorstep.parcels.scan import MILESTONES
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
# What a seller, a buyer and ops do about a parcel in trouble: status, and afterwards: state and step of the case, state
# of the offer
TROUBLE: Final[Mapping[str, tuple[int, tuple[str, str, str]]]] = {
    "answer_offer": (200, ("open", "carry_out", "accepted")),
    "complete_step": (200, ("open", "watch", "expired")),
    "do_task": (200, ("open", "await_buyer", "open")),
    "list_cases": (200, ("open", "await_buyer", "open")),
    "look_at_offer": (200, ("open", "await_buyer", "open")),
    "look_at_task": (200, ("open", "await_buyer", "open")),
    "read_case": (200, ("open", "await_buyer", "open")),
    "resolve_case": (200, ("resolved", "await_buyer", "withdrawn")),
    "snooze_case": (200, ("open", "await_buyer", "open")),
}
WEBHOOKS: Final = sorted(path.name for path in (EVENTS / "webhooks").glob("*.json"))
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
    "api/receive_webhook.json",
    "api/register_parcel.json",
    "bus_in/carrier_webhook_received.json",
    "bus_in/parcel_scanned.json",
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
    "sqs/street_source_created.json",
    "sqs/street_source_greeting.json",
    "sqs/street_source_removed.json",
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

    api = {f"api/{name}.json" for name in {**API, **TROUBLE}}
    webhooks = {f"webhooks/{name}" for name in WEBHOOKS}
    assert {name for name in there if not name.startswith("bus/")} == OTHERS | ses | api | webhooks


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


@pytest.mark.parametrize("name", sorted({*API, *TROUBLE, "receive_webhook", "register_parcel"}))
def test_a_request_is_one_of_the_template_and_complete(name: str) -> None:
    event, base = sample(f"api/{name}.json"), sample("api/proxy.json")

    assert set(event) == set(base)
    assert (event["resource"], event["httpMethod"]) in {(route.path, route.method) for route in ROUTES}
    assert event["path"] == event["resource"].format(**(event["pathParameters"] or {}))
    assert event["requestContext"]["resourcePath"] == event["resource"]
    assert event["requestContext"]["httpMethod"] == event["httpMethod"]


def test_every_route_has_a_sample() -> None:
    samples = [sample(f"api/{name}.json") for name in (*API, *TROUBLE, "receive_webhook", "register_parcel")]

    sampled = {(it["resource"], it["httpMethod"]) for it in samples} | {("/orders", "POST")}
    assert sampled == {(route.path, route.method) for route in ROUTES}


def _function_of(event: Mapping[str, Any]) -> str:
    route = next(it for it in ROUTES if (it.path, it.method) == (event["resource"], event["httpMethod"]))
    return str(properties(route.function)["Handler"]).partition(".")[0]


# ---------------------------------------------------------------- parcels


@pytest.fixture
def shipped(placed: World) -> World:
    """The order is on its way: the sample of a parcel is registered."""
    event = sample("api/register_parcel.json")
    assert placed.invoke("orders_api", event)["statusCode"] == 201
    placed.pump()
    return placed


@pytest.fixture
def in_trouble(shipped: World) -> World:
    """The sample of a webhook has told that the address will not do; the buyer has an offer."""
    assert shipped.invoke("receive_webhook", sample("api/receive_webhook.json"))["statusCode"] == 200
    shipped.pump()
    return shipped


def standing(world: World) -> tuple[str, str, str]:
    (case,) = world.file()["cases"]
    return case["state"], case["step"], case["offers"][-1]["state"]


def test_a_parcel_is_registered_and_the_buyer_told(shipped: World) -> None:
    file = shipped.file()

    assert (file["state"], file["release"]["reason"]) == ("released", "shipped")
    assert [it["id"] for it in file["parcels"]] == ["usps.9400136208330123456787"]
    assert [it["template"] for it in file["messages"]] == ["confirm_address", "parcel_shipped"]


def test_a_webhook_is_taken_and_opens_a_case(in_trouble: World) -> None:
    (parcel,) = in_trouble.file()["parcels"]

    assert [scan["milestone"] for scan in parcel["scans"]] == ["info_received", "in_transit", "exception"]
    assert standing(in_trouble) == ("open", "await_buyer", "open")


@pytest.mark.parametrize("name", TROUBLE)
def test_a_request_about_a_parcel_in_trouble_is_answered(name: str, in_trouble: World) -> None:
    event, (status, after) = sample(f"api/{name}.json"), TROUBLE[name]
    if name == "complete_step":  # it stands where ops has to talk to the carrier
        in_trouble.wait(hours=25)
        in_trouble.sweep()
    tokens = {"offers": in_trouble.mails()[-1].token, "tasks": lambda _: _task(in_trouble)}
    if "{token}" in event["resource"]:
        purpose = event["resource"].split("/")[1]
        event["path"] = f"/{purpose}/{tokens[purpose](purpose)}"

    answer = in_trouble.invoke(_function_of(event), event)

    assert answer["statusCode"] == status, answer["body"]
    assert standing(in_trouble) == after
    (case,) = in_trouble.file()["cases"]
    assert bool(case["snoozed_until"]) is (name in {"do_task", "snooze_case"})
    if name == "list_cases":
        assert [it["case"] for it in json.loads(answer["body"])["cases"]] == [case["case"]]


def _task(world: World) -> str:
    return str(re.findall(r"/live/tasks/([A-Za-z0-9_-]{22})", world.alerts()[-1]["text"])[-1])


def test_a_scan_from_a_warehouse_is_taken(shipped: World) -> None:
    event = sample("bus_in/parcel_scanned.json")

    _on_the_bus(shipped, event)

    ((scan,),) = [it["scans"] for it in shipped.file()["parcels"]]
    assert (scan["milestone"], scan["reason"], scan["provider"]) == ("in_transit", "accepted", event["source"])


def test_what_a_webhook_left_in_the_archive_is_read(placed: World) -> None:
    event = sample("bus_in/carrier_webhook_received.json")
    said = event["detail"]["data"]
    body = (EVENTS / "webhooks" / "easypost_address_problem.json").read_bytes()
    with placed.unwatched():
        placed.client("s3").put_object(Bucket="archive", Key=said["archive"], Body=body)
    parcel = {"carrier": "UPS", "tracking_number": "1ZDSTEP10030000126", "label_created_at": "2026-11-20T15:00:00Z"}
    placed.api("POST", "/orders/shop-1/1001/parcels", parcel)
    placed.pump()

    _on_the_bus(placed, event)

    assert [it["kind"] for it in placed.file()["cases"]] == ["address_problem"]


def _on_the_bus(world: World, event: Mapping[str, Any]) -> None:
    """Put an event on the bus as it came from there, and let everything happen that follows."""
    told = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    with world.unwatched():
        world.client("events").put_events(Entries=[{"EventBusName": "doorstep", **told}])
    world.pump()


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_webhook_is_read_by_its_provider(name: str) -> None:
    heard = _read(name)

    assert {scan.milestone for scan in heard.scans} <= set(MILESTONES)
    assert bool(heard.unmapped) is name.endswith("unknown_code.json")
    assert [scan.digest for scan in _read(name).scans] == [scan.digest for scan in heard.scans]


def _read(name: str) -> Heard:
    body = (EVENTS / "webhooks" / name).read_bytes()
    received_at = datetime(2026, 11, 25, 15, tzinfo=UTC)
    return PROVIDERS[name.partition("_")[0]].read(body, received_at=received_at, archive="webhooks/sample")


def test_every_provider_has_samples_of_its_webhooks() -> None:
    assert {name.partition("_")[0] for name in WEBHOOKS} == set(PROVIDERS)


# ---------------------------------------------------------------- authorizer


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


def test_a_street_source_is_loaded_and_taken_away(world: World) -> None:
    created, removed = sample("sqs/street_source_created.json"), sample("sqs/street_source_removed.json")
    (key,) = {_key_of(created), _key_of(removed)}
    place = {"Bucket": "street-sources", "Key": key}
    with world.unwatched():
        world.client("s3").put_object(**place, Body=csv(*MAIN))

    assert world.invoke("load_street_reference", created) == {"batchItemFailures": []}
    assert streets(world) == {"05401": {key.rpartition("/")[2]: ["MAIN ST 12 14"]}}

    with world.unwatched():
        world.client("s3").delete_object(**place)
    assert world.invoke("load_street_reference", removed) == {"batchItemFailures": []}
    assert streets(world) == {}


def _key_of(event: Mapping[str, Any]) -> str:
    (record,) = event["Records"]
    return str(json.loads(record["body"])["Records"][0]["s3"]["object"]["key"])


def test_the_greeting_of_a_bucket_is_no_source(world: World) -> None:
    event = sample("sqs/street_source_greeting.json")

    assert world.invoke("load_street_reference", event) == {"batchItemFailures": []}
    assert world.calls == []


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
