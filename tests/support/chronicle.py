"""A world that takes notes: which answers were given on which route, and who called which AWS operation on what."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPResponse
from io import BytesIO
from typing import Any, Final

import pytest
import time_machine
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws
from routes import ROUTES
from world import KEYS, ROOT, Answer, Mail, World, api_event

NEAR: Final = {"line1": "21 Pearl St", "city": "Burlington", "state": "VT", "postal_code": "05401"}
ODD: Final = {"line1": "12 Elm St", "city": "Burlingtun", "state": "VT", "postal_code": "05401"}
FAR: Final = {"line1": "1 Main St", "city": "Beverly Hills", "state": "CA", "postal_code": "90210"}
NO_TOKEN: Final = "A" * 22
TOO_MUCH: Final = "9" * 200_000
_TASK: Final = re.compile(r"/live/tasks/([A-Za-z0-9_-]{22})")


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; `route` is the path of the template, such as `/orders/{shop}/{order_id}`."""

    method: str
    route: str
    sent: object
    answer: Answer


@dataclass(frozen=True)
class Call:
    """One call of AWS by one function."""

    function: str
    service: str
    operation: str
    arguments: Mapping[str, Any]


@dataclass
class Chronicle(World):
    """A world that takes notes. `given` is what functions got from queues; `outage` is the AWS error code that every
    call gets while it is set, or every call of `outage_of`; `web` is what hosts outside answer, by their name."""

    exchanges: list[Exchange] = field(default_factory=list)
    made: list[Call] = field(default_factory=list)
    given: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    outage: str = ""
    outage_of: str = ""
    running: str = ""
    web: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.monkeypatch.setattr(urllib.request.HTTPSHandler, "https_open", self._ask_outside)

    def _ask_outside(self, request: urllib.request.Request) -> HTTPResponse:
        """In place of a connection."""
        if request.host not in self.web:
            raise urllib.error.URLError("unreachable")
        answer = HTTPResponse(_Line(self.web[request.host]))  # type: ignore[arg-type]
        answer.begin()
        return answer

    def invoke(self, name: str, event: Mapping[str, Any]) -> Any:
        self.running = name
        for record in event.get("Records", []):
            if "body" in record and record["body"][:1] == "{":
                self.given[name].append(json.loads(record["body"]))
        return super().invoke(name, event)

    def api(self, method: str, path: str, body: object = None, **how: Any) -> Answer:
        answer = super().api(method, path, body, **how)
        self._note(method, path, body, answer)
        return answer

    def page(self, method: str, path: str, form: Mapping[str, str] | None = None, **how: Any) -> Answer:
        answer = super().page(method, path, form, **how)
        self._note(method, path, form, answer)
        return answer

    def webhook(self, body: object, **how: Any) -> Answer:
        answer = super().webhook(body, **how)
        sent = body if isinstance(body, dict) else None
        self._note("POST", f"/webhooks/{how.get('name', 'easypost')}", sent, answer)
        return answer

    def cases(self, key: str = "merchant-key", **query: str) -> Answer:
        """`GET /cases`."""
        merchant, shops = KEYS[key]
        event = api_event("GET", "/cases", None)
        event["queryStringParameters"] = query or None
        event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()} or None
        event["requestContext"]["authorizer"] = {"merchant": merchant, "shops": ",".join(shops)}
        raw = self.invoke("orders_api", event)
        headers = {name: values[0] for name, values in raw["multiValueHeaders"].items()}
        answer = Answer(raw["statusCode"], raw["body"], headers)
        self._note("GET", "/cases", None, answer)
        return answer

    def trust(self, vault: str, **secrets: str) -> None:
        """The seller sets what providers prove themselves with (`webhooks`), or what they are asked with (`pulls`)."""
        text = json.dumps({"providers": {name: [secret] for name, secret in secrets.items()}})
        with self.unwatched():
            self.client("secretsmanager").put_secret_value(SecretId=vault, SecretString=text)

    def decide(self, policy: Mapping[str, Any]) -> None:
        """The seller sets another policy, before anything happens."""
        assert not self._modules, "functions read it when they start"
        self.monkeypatch.setenv("POLICY", json.dumps(policy))

    def _note(self, method: str, path: str, sent: object, answer: Answer) -> None:
        if not self._ignoring:
            self.exchanges.append(Exchange(method, route_of(method, path), sent, answer))

    def _watch_calls(self) -> None:
        super()._watch_calls()
        inner = BaseClient._make_api_call

        def call(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if not self._ignoring:
                service = client.meta.service_model.service_name
                self.made.append(Call(self.running, service, operation, arguments))
                if self.outage and operation.startswith(self.outage_of):
                    raise ClientError({"Error": {"Code": self.outage, "Message": "staged"}}, operation)
            return inner(client, operation, arguments)

        self.monkeypatch.setattr(BaseClient, "_make_api_call", call)

    def empty(self, queue: str) -> None:
        """Lose what is in a queue."""
        with self.unwatched():
            sqs = self.client("sqs")
            sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"])

    def place(self, order_id: str, address: Mapping[str, str] | None = None, **changes: Any) -> Answer:
        """Place the sample order under another id, with another address."""
        return self.api("POST", "/orders", order(order_id, address, **changes))

    def ship(self, order_id: str, number: str, carrier: str = "UPS", **changes: Any) -> str:
        """Place an order and register its parcel; returns the path of the order."""
        self.place(order_id, NEAR, **changes)
        self.pump()
        path = f"/orders/shop-1/{order_id}"
        self.api("POST", f"{path}/parcels", parcel(number, carrier=carrier))
        self.pump()
        return path

    def scan(self, number: str, milestone: str, reason: str = "", carrier: str = "ups", **more: Any) -> None:
        """A minute later somebody puts a scan of this moment on the bus, and everything it sets off happens."""
        self.wait(minutes=1)
        said = {"carrier": carrier, "tracking_number": number, "milestone": milestone, "reason": reason or None}
        self.publish("Parcel Scanned", {"data": {**said, "occurred_at": datetime.now(UTC).isoformat(), **more}})
        self.pump()

    def publish(self, name: str, detail: object, source: str = "warehouse.example") -> None:
        """Somebody puts an event on the bus."""
        entry = {"EventBusName": "doorstep", "Source": source, "DetailType": name, "Detail": json.dumps(detail)}
        with self.unwatched():
            self.client("events").put_events(Entries=[entry])

    def last_mail(self, purpose: str = "") -> Mail:
        """The newest mail, or the newest with a link for this purpose."""
        return next(mail for mail in reversed(self.mails()) if f"/live/{purpose}" in mail.text)

    def read_everything(self) -> None:
        """The seller reads the file of every order."""
        for item in self.raw_items("orders", "ORDER"):
            self.api("GET", f"/orders/{item['shop']['S']}/{item['order_id']['S']}")

    def offer(self) -> str:
        """The path of the offer in the newest mail that has one."""
        return f"/offers/{self.last_mail('offers').token('offers')}"

    def task(self) -> str:
        """The path of the task in the newest alert that has one."""
        return [f"/tasks/{token}" for it in self.alerts() for token in _TASK.findall(it["text"])][-1]


@dataclass(frozen=True)
class _Line:
    """A socket in which one answer waits."""

    content: bytes

    def makefile(self, _: str) -> BytesIO:
        return BytesIO(self.content)


def answer(content: bytes, kind: str) -> bytes:
    """An answer of HTTP, to the byte."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


Scene = Callable[[Chronicle], None]
"""A piece of the story, played in a world of its own: what is written in one transaction costs moto a whole table."""


def route_of(method: str, path: str) -> str:
    """The path of the template that serves a request."""
    for route in ROUTES:
        if route.method == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route.path), path):
            return route.path
    raise AssertionError(f"the template has no route for {method} {path}")


def order(order_id: str, address: Mapping[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """The sample order of `events/` under another id."""
    body: dict[str, Any] = json.loads((ROOT / "events" / "api" / "place_order.json").read_text("utf-8"))
    return {**body, "order_id": order_id, **({"address": dict(address)} if address else {}), **changes}


def parcel(number: str, **changes: Any) -> dict[str, Any]:
    """The least that registers a parcel, its label made three days before the story begins."""
    return {"tracking_number": number, "label_created_at": "2026-11-20T15:00:00Z", **changes}


@contextmanager
def chronicle(policy: str = "{}", at: str = "2026-11-23T15:00:00Z") -> Iterator[Chronicle]:
    """A fresh world that takes notes."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(), time_machine.travel(at, tick=False) as traveller:
        yield Chronicle(patch, traveller, policy)
