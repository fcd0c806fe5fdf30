"""A buyer nobody can mistake goes through everything that can happen, errors included; then we look for them
wherever design §5.5 forbids personal data: logs, metrics, bus, queues, alerts, outbox, exceptions, links, URLs."""

from __future__ import annotations

import json
import re
import traceback
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from samples import bounce, code_in, complaint, order, wrong
from shipping import UPS, case, detail, offer_link, register, scanned, task_link, tracker
from shipping import scan as scan_of
from street_sources import csv
from world import FUNCTIONS, Mail, World, upload_event

from doorstep.platform.aws import client

BUYER = {"name": "Zyxwina Quuxington", "email": "zyxwina.quux@example.com", "phone": "+1 802 555 0199", "locale": "es"}
ADDRESS = {"line1": "149 Snorkelwhack Street", "line2": "Apt 77Q", "city": "Burlington", "state": "VT",
           "postal_code": "05401", "country": "US"}  # fmt: skip
SECOND = {**ADDRESS, "line1": "12 Plonkertop Avenue"}
FAR = {**ADDRESS, "line1": "9 Wumbletree Road", "city": "New York", "state": "NY", "postal_code": "10001"}
TRACES = ("zyxwina", "quux", "555 0199", "5550199", "snorkelwhack", "77q", "plonkertop", "wumbletree")


def refusal(operation: str, code: str = "ValidationException", status: int = 400) -> ClientError:
    """An error whose text quotes personal data, as those of DynamoDB and SES do."""
    told = {"Code": code, "Message": f"{BUYER['email']} {BUYER['name']} {ADDRESS['line1']}"}
    return ClientError({"Error": told, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)


class Breaking:
    """While open, an operation of a service fails with an error that quotes the buyer."""

    def __init__(self, service: str, operation: str, error: Exception) -> None:
        self._client, self._operation, self._error = client(service), operation, error

    def __enter__(self) -> None:
        self._real = getattr(self._client, self._operation)

        def fail(*_: Any, **__: Any) -> Any:
            raise self._error

        setattr(self._client, self._operation, fail)

    def __exit__(self, *_: object) -> None:
        setattr(self._client, self._operation, self._real)


def live(world: World) -> list[str]:
    """Everything that can happen to this buyer; returns the bodies of the answers to errors."""
    answers: list[str] = []

    def note(answer: Any) -> None:
        answers.append(answer.body)

    # placed, wrongly at first; asked; mails throttled and refused
    note(world.api("POST", "/orders", order(buyer=BUYER, address={**ADDRESS, "country": ADDRESS["line1"]})))
    note(world.api("POST", "/orders", raw=json.dumps(order(buyer=BUYER))[:-9]))
    world.api("POST", "/addresses/validate", {**ADDRESS, "locale": "es"})
    note(world.api("POST", "/addresses/validate", {**ADDRESS, "line2": 7, "state": ADDRESS["line1"] * 9}))
    world.api("POST", "/orders", order(buyer=BUYER, address=ADDRESS, total={"amount": 99_000, "currency": "USD"}))
    note(world.api("POST", "/orders", order(buyer=BUYER, address=SECOND)))
    with Breaking("sesv2", "send_email", refusal("SendEmail", "TooManyRequestsException", 429)):
        world.relay()
        world.drain("messages", "send_messages")
    world.pump()
    first = world.mails()[0]
    world.api("POST", "/orders", order("1002", buyer=BUYER | {"email": "zyxwina.quux2@example.com"}, address=ADDRESS))
    with Breaking("sesv2", "send_email", refusal("SendEmail", "MessageRejected")):
        world.pump()
    world.api("POST", "/orders", order("1004", buyer=BUYER | {"email": "zyxwina.quux4@example.com"}, address=ADDRESS))
    with Breaking("sesv2", "send_email", ParamValidationError(report=f"{BUYER['email']} is no address")):
        world.pump()
    world.api("POST", "/orders", order("1005", buyer=BUYER | {"email": "zyxwina.quux5@example.com"}, address=ADDRESS))
    with Breaking("sesv2", "send_email", RuntimeError(f"nobody foresaw {BUYER['name']}")):
        world.pump()
    world.api("POST", "/orders", order("1003", buyer=BUYER | {"email": None}, address=ADDRESS))
    world.pump()

    # reminded, overdue
    world.wait(minutes=720)
    world.sweep()
    world.wait(minutes=720)
    world.sweep()

    # the buyer's page: nonsense, an edit that takes a code, wrong and right
    page = f"/confirm/{first.token('confirm')}"
    note(world.page("POST", page, {"action": "edit", **FAR, "line1": "x\x00" + FAR["line1"]}))
    note(world.page("POST", page, {"action": FAR["line1"]}))
    world.page("POST", page, {"action": "edit", "shown_version": "1", **FAR})
    world.page("POST", page, {"action": "keep", "shown_version": "1", **FAR})
    world.pump()
    code = code_in(world.mails()[-1].text)
    world.page("POST", page, {"action": "enter_code", "code": wrong(code)})
    world.page("POST", page, {"action": "enter_code", "code": code})
    world.pump()

    # feedback, which names its recipient, in every form
    world.feedback(bounce(first.id))
    world.feedback(complaint(first.id, form="notificationType"))
    world.feedback(bounce("unknown-mail"))
    world.api("POST", "/orders/shop-1/1001/confirmation")
    world.pump()

    answers += follow_a_parcel(world)

    # the buyer's street in a register, in a row of no use, and in a file of no use
    street = ADDRESS["line1"].partition(" ")[2]
    world.upload("a.csv", csv(f"149,{street},77Q,BURLINGTON,VT,05401", f"{street},{street},77Q,,VT,{street}"))
    world.upload("b.csv", csv().replace(b"STREET", street.encode()))
    for _ in range(2):
        world.drain("uploads", "load_street_reference", batch=1)

    # every function fails, with an error that quotes the buyer
    for service, operation in (
        ("dynamodb", "get_item"),
        ("dynamodb", "transact_write_items"),
        ("dynamodb", "put_item"),
        ("dynamodb", "delete_item"),
        ("dynamodb", "query"),
        ("events", "put_events"),
        ("sqs", "send_message_batch"),
        ("sns", "publish"),
        ("secretsmanager", "get_secret_value"),
        ("dynamodb", "batch_write_item"),
        ("s3", "put_object"),
        ("s3", "get_object"),
    ):
        world.wait(minutes=16)
        with Breaking(service, operation, refusal(operation)):
            answers += use_what_knows_the_buyer(world, first, f"F-{service}-{operation}")
            world.relay()
            world._survive("watch_deadlines", {})
            world._survive(
                "authorize_merchant", {"headers": {"authorization": "Bearer x"}, "methodArn": "arn:a:b/c/GET/d"}
            )
    # even one that nobody foresaw
    with Breaking("dynamodb", "get_item", RuntimeError(f"{BUYER['name']}, {ADDRESS['line1']}")):
        answers += use_what_knows_the_buyer(world, first, "F-1")
    world.pump()
    world.wait(minutes=16)
    world.sweep()
    return answers


def follow_a_parcel(world: World) -> list[str]:
    """The parcel of this buyer goes astray: what carriers, the buyer and ops say of it names them again and again."""
    answers: list[str] = []
    world.api("POST", "/orders", order("2001", buyer=BUYER | {"email": "zyxwina.quux6@example.com"}, address=ADDRESS))
    answers.append(register(world, "2001", service=f"for\n{BUYER['name']}").body)
    register(world, "2001", service=f"for {BUYER['name']}")
    world.pump()
    told = f"No such number: {ADDRESS['line1']}, {BUYER['name']}"
    moving, astray = detail("23T08:00", "in_transit", "departed_facility"), detail("23T12:00", "in_transit", "x")
    astray |= {"status_detail": "address_correction", "message": told}
    answers.append(world.webhook(tracker(moving, astray, signed_by=BUYER["name"]), secret=BUYER["name"]).body)
    answers.append(world.webhook(json.dumps(tracker(moving, astray))[:-9]).body)
    world.webhook(tracker({**astray, "status_detail": f"to {BUYER['name']}"}, number="1ZDSTEP10030000199"))
    world.webhook(tracker(moving, astray))
    world.put("scans", scanned({**scan_of("in_transit", "23T09:00"), "text": told, "signed_by": BUYER["name"]}))
    world.put("scans", scanned(scan_of("in_transit", told)))
    world.pump()
    offer = offer_link(world)
    form = {"action": "edit", "option": "redirect", "shown_version": "1"}
    answers.append(world.page("POST", offer, {**form, **SECOND, "city": "x\x00" + ADDRESS["line1"]}).body)
    world.page("POST", offer, {**form, **FAR})
    world.pump()
    world.page("POST", offer, {"action": "enter_code", "code": wrong(code_in(world.mails()[-1].text))})
    world.page("POST", offer, {**form, **SECOND, "action": "keep"})
    world.pump()
    if case(world, order_id="2001")["step"] == "await_buyer":
        world.page("POST", offer, {"action": "choose", "option": "hold_at_location"})
        world.pump()
    task = task_link(world)
    work = {"action": "complete", "outcome": "requested", "operator": BUYER["name"], "note": told}
    answers.append(world.page("POST", task, {**work, "outcome": told[:40]}).body)
    world.page("POST", task, work)
    world.api(
        "POST",
        "/orders/shop-1/2001/cases/address_problem-1/snooze",
        {"hours": 1, "operator": BUYER["name"], "reason": told},
    )
    world.webhook(
        tracker(moving, astray, detail("23T14:00", "delivered", "arrived_at_destination"), signed_by=BUYER["name"])
    )
    world.pump()
    assert case(world, order_id="2001")["state"] == "resolved"
    return answers


def use_what_knows_the_buyer(world: World, mail: Mail, order_id: str) -> list[str]:
    """Call each function that has personal data in reach; returns what the callers were told."""
    body = tracker(detail("23T16:00", "delivered", "delivered", message=ADDRESS["line1"]), signed_by=BUYER["name"])
    world.put("scans", scanned(scan_of("in_transit", "23T15:00", text=ADDRESS["line1"])))
    answers = [
        world.webhook(body),
        world.page("GET", task_link(world)),
        world.page("POST", task_link(world), {"action": "resolve", "resolution": "found", "operator": BUYER["name"]}),
        world.page("POST", offer_link(world), {"action": "edit", "option": "redirect", **SECOND}),
        register(world, order_id, service=f"for {BUYER['name']}"),
        world.api("POST", "/orders", order(order_id, buyer=BUYER, address=ADDRESS)),
        world.api("PUT", "/orders/shop-1/1003/address", {"address": SECOND}),
        world.api("GET", "/orders/shop-1/1001"),
        world.page("POST", f"/order/{mail.token('order')}", {"action": "edit", **SECOND}),
    ]
    world.put("feedback", {"Message": json.dumps(bounce(mail.id, tag=mail.tags["message"]))})
    world.drain("scans", "track_parcels")
    world.drain("messages", "send_messages")
    world.drain("deadlines", "meet_deadlines")
    world.drain("feedback", "record_feedback")
    world.put("uploads", upload_event("a.csv"))
    world.drain("uploads", "load_street_reference")
    return [answer.body for answer in answers if answer.status >= 400]


def traces_in(text: str) -> list[str]:
    """What of the buyer stands in this text."""
    return [trace for trace in TRACES if trace in text.lower()]


def test_the_buyer_leaves_no_trace_where_none_may_be(
    world: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    answers = live(world)

    printed = capfd.readouterr()
    errors = "\n".join("".join(traceback.format_exception(error)) for error in world.errors)
    dead = {
        name: [message["Body"] for message in messages if "warehouse.example" not in message["Body"]]
        for name, messages in world.dead.items()
        if name != "feedback"
    }
    with world.unwatched():
        archived = [it["Key"] for it in world.client("s3").list_objects_v2(Bucket="archive")["Contents"]]
    items = world.raw_items("orders")
    outbox = [item for item in items if item["sk"]["S"].startswith(("OUTBOX#", "MESSAGE#", "RECEIPT", "SUPPRESSION"))]
    looked_at: dict[str, Any] = {
        "stdout": printed.out,
        "stderr": printed.err,
        "log records": [record.__dict__ for record in caplog.records],
        "events": world.events(),
        "alerts": world.alerts(),
        "chat": world._peek("chat"),
        "messages queue": world._peek("messages"),
        "deadlines queue": world._peek("deadlines"),
        "scans queue": [it for it in world._peek("scans") if it["source"] == "doorstep"],  # others say what they like
        "dead letters": dead,
        "outbox, messages, receipts, suppressions": outbox,
        "keys": [(item["pk"], item["sk"]) for item in items],
        "links": world.raw_items("links"),
        "names of files": archived,
        "results of street sources": [world.result(file) for file in ("a.csv", "b.csv")],
        "exceptions": errors,
        "answers to errors": answers,
        "subjects and tags of mails": [(mail.subject, mail.tags) for mail in world.mails()],
    }

    for where, what in looked_at.items():
        assert traces_in(what if isinstance(what, str) else json.dumps(what, default=str)) == [], where

    # the canary has been everywhere: each of these would be silent if nothing had happened
    assert all(looked_at[where] for where in ("stdout", "events", "alerts", "chat", "links", "exceptions"))
    assert traces_in(" ".join(mail.text for mail in world.mails()))
    assert traces_in(world.snapshot())
    assert set(world._modules) == set(FUNCTIONS)
    assert any("MessageFailed" in line for line in printed.out.splitlines())

    # links open doors: their tokens stand in mails, and nowhere else
    tokens = {
        mail.token(link)
        for mail in world.mails()
        for link in ("confirm", "order", "offers")
        if f"/{link}/" in mail.text
    }
    kept = json.dumps({where: what for where, what in looked_at.items() if where != "answers to errors"}, default=str)
    assert len(tokens) > 2
    assert not [token for token in tokens if token in kept + world.snapshot()]
    tasks = {token for alert in world.alerts() for token in re.findall(r"/tasks/([A-Za-z0-9_-]{22})", alert["text"])}
    elsewhere = {where: what for where, what in looked_at.items() if where not in {"alerts", "chat"}}
    assert tasks
    assert not [token for token in tasks if token in json.dumps(elsewhere, default=str) + world.snapshot()]
    urls = {url for mail in world.mails() for url in re.findall(r"https?://[^\s\"<>)]+", mail.text + mail.html)}
    ours = r"https://abc123\.example\.com/live/(confirm|order|offers)/[A-Za-z0-9_-]{22}"

    assert urls
    for url in urls:
        assert re.fullmatch(rf"{ours}|https://www\.ups\.com/track\?tracknum={UPS}", url), url
