"""One long afternoon at a shop: every route with every answer it can give, every event, every message, every deadline.

Played once per test session in a `World` that takes notes: which answers were given on which route, what stood on the
bus, and which function called which AWS operation on what. Contracts are then checked against what was really said,
permissions against what was really done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import pytest
import time_machine
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws
from routes import ROUTES
from world import ROOT, Answer, Mail, World, api_event

CHECKOUT: Final = {"Origin": "https://shop.example.com"}
NOWHERE: Final = {"line1": "1 Main St", "city": "Burlington", "state": "TX", "postal_code": "05401"}
ODD: Final = {"line1": "12 Elm St", "city": "Burlingtun", "state": "VT", "postal_code": "05401"}
NEAR: Final = {"line1": "21 Pearl St", "city": "Burlington", "state": "VT", "postal_code": "05401"}
FAR: Final = {"line1": "1 Main St", "city": "Beverly Hills", "state": "CA", "postal_code": "90210"}
ABROAD: Final = {"line1": "1 Beispielweg", "city": "Berlin", "postal_code": "10115", "country": "DE"}
NO_TOKEN: Final = "A" * 22


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


@dataclass(frozen=True)
class Told:
    """All that happened."""

    exchanges: tuple[Exchange, ...]
    calls: tuple[Call, ...]
    events: tuple[dict[str, Any], ...]


@dataclass
class Chronicle(World):
    """A world that takes notes. `outage` is the AWS error code that every call gets while it is set, or every write."""

    exchanges: list[Exchange] = field(default_factory=list)
    made: list[Call] = field(default_factory=list)
    outage: str = ""
    outage_of: str = ""
    running: str = ""

    def invoke(self, name: str, event: Mapping[str, Any]) -> Any:
        self.running = name
        return super().invoke(name, event)

    def api(self, method: str, path: str, body: object = None, **how: Any) -> Answer:
        answer = super().api(method, path, body, **how)
        self._note(method, path, body, answer)
        return answer

    def page(self, method: str, path: str, form: Mapping[str, str] | None = None, **how: Any) -> Answer:
        answer = super().page(method, path, form, **how)
        self._note(method, path, form, answer)
        return answer

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

    def last_mail(self) -> Mail:
        """The newest mail."""
        return self.mails()[-1]


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


@lru_cache(maxsize=1)
def told() -> Told:
    """The story, played once."""
    with chronicle() as world:
        _at_the_checkout(world)
        _at_the_gate(world)
        _placing(world)
        _seller(world)
        _buyer_confirms(world)
        _buyer_corrects(world)
        _nobody_answers(world)
        _what_became_of_the_mails(world)
        _things_get_stuck(world)
        _aws_is_down(world)
        return Told(tuple(world.exchanges), tuple(world.made), tuple(world.events()))


@contextmanager
def chronicle(policy: str = "{}", at: str = "2026-11-23T15:00:00Z") -> Iterator[Chronicle]:
    """A fresh world that takes notes."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(), time_machine.travel(at, tick=False) as traveller:
        yield Chronicle(patch, traveller, policy)


def _at_the_checkout(world: Chronicle) -> None:
    for code in ("ThrottlingException", ""):
        world.outage = code
        world.api("POST", "/addresses/validate-batch", {"addresses": [NEAR]})
        world.api("POST", "/addresses/validate", NEAR, headers=CHECKOUT)
    for address in (NEAR, ODD, NOWHERE, ABROAD, {"address": "21 Pearl St, Burlington VT 05401", "locale": "es"}):
        world.api("POST", "/addresses/validate", address, headers=CHECKOUT)
    world.api("POST", "/addresses/validate", raw="{", headers=CHECKOUT)
    world.api("POST", "/addresses/validate", raw="9" * 200_000, headers=CHECKOUT)
    world.api("OPTIONS", "/addresses/validate", headers=CHECKOUT)
    for country in ("US", "DE", "JP", "XX"):
        world.api("GET", f"/addresses/formats/{country}", headers=CHECKOUT)
    world.api("OPTIONS", "/addresses/formats/US", headers=CHECKOUT)
    world.api("POST", "/addresses/validate-batch", {"addresses": [NEAR, {"line1": 7}, ABROAD]})
    world.api("POST", "/addresses/validate-batch", {"addresses": []})
    world.api("POST", "/addresses/validate-batch", raw="9" * 200_000)


def _at_the_gate(world: Chronicle) -> None:
    request = json.loads((ROOT / "events" / "authorizer" / "request.json").read_text("utf-8"))
    world.invoke("authorize_merchant", request)


def _placing(world: Chronicle) -> None:
    token = world.api("POST", "/addresses/validate", NEAR).json["verdict_token"]
    world.place("1001", NEAR, verdict_token=token)
    world.place("1001", NEAR)
    world.place("1001", ODD)
    world.place("1001", shop="shop-9")
    world.place("not an id")
    world.api("POST", "/orders", raw="9" * 200_000)
    world.pump()


def _seller(world: Chronicle) -> None:
    order_path = "/orders/shop-1/1001"
    for path in (order_path, "/orders/shop-1/0", "/orders/shop-9/1"):
        world.api("GET", path)
    world.api("PUT", f"{order_path}/address", {"address": ODD, "address_version": 1})
    world.api("PUT", f"{order_path}/address", {"address": NEAR, "address_version": 1})
    world.api("PUT", f"{order_path}/address", {"address": NOWHERE})
    world.api("PUT", f"{order_path}/address", raw="9" * 200_000)
    world.api("PUT", "/orders/shop-1/0/address", {"address": NEAR})
    world.api("PUT", "/orders/shop-9/1/address", {"address": NEAR})
    world.wait(minutes=11)
    for path in (order_path, "/orders/shop-1/0", "/orders/shop-9/1"):
        world.api("POST", f"{path}/confirmation")
        world.api("POST", f"{path}/release")
    world.pump()
    buyer = {"name": "Sample Buyer", "locale": "en"}
    world.place("1002", buyer=buyer)
    world.pump()
    for path in ("shop-1/1002/messages/-/confirm_address/1", "shop-1/1002/messages/-/confirm_address/9"):
        world.api("GET", f"/orders/{path}")
    world.api("GET", "/orders/shop-9/1/messages/-/confirm_address/1")
    world.api("GET", f"{order_path}/messages/-/confirm_address/1")
    world.api("GET", order_path)


def _buyer_confirms(world: Chronicle) -> None:
    world.place("1003", ODD)
    world.pump()
    confirm, order_page = _links(world)
    for path in (confirm, order_page, f"/confirm/{NO_TOKEN}", f"/order/{NO_TOKEN}"):
        world.page("GET", path)
    for path in (confirm, order_page):
        world.page("POST", path, {"action": "dance"})
        world.page("POST", path, raw="9" * 200_000)
        world.page("POST", path, {"action": "edit", **NOWHERE})
        world.page("POST", path, {"action": "confirm", "shown_version": "7"})
    for path in (f"/confirm/{NO_TOKEN}", f"/order/{NO_TOKEN}"):
        world.page("POST", path, {"action": "confirm"})
    world.page("POST", confirm, {"action": "take_suggestion", "shown_version": "1"})
    world.page("POST", confirm, {"action": "confirm"})
    world.page("GET", confirm)
    world.pump()
    world.wait(minutes=20)
    for path in (confirm, order_page):
        world.page("POST", path, {"action": "resend"})
    world.pump()


def _buyer_corrects(world: Chronicle) -> None:
    world.place("1007", ODD)
    world.pump()
    world.page("POST", _links(world)[0], {"action": "keep", **ODD, "line1": "14 Elm St"})
    world.pump()
    world.place("1004", NEAR)
    world.pump()
    confirm, order_page = _links(world)
    world.page("POST", confirm, {"action": "confirm"})
    world.page("POST", order_page, {"action": "edit", **FAR})
    world.pump()
    world.page("POST", order_page, {"action": "enter_code", "code": "000000"})
    world.page("POST", order_page, {"action": "enter_code", "code": _code(world.last_mail())})
    world.pump()


def _nobody_answers(world: Chronicle) -> None:
    world.place("1005", NEAR)
    world.place("1006", NOWHERE)
    world.pump()
    world.wait(hours=13)
    world.sweep()
    world.wait(hours=13)
    world.sweep()
    world.wait(hours=60)
    world.sweep()


def _what_became_of_the_mails(world: Chronicle) -> None:
    changes = {"ship_by": "2026-12-24T20:00:00Z"}
    for number, path in enumerate(sorted((ROOT / "events" / "ses").glob("*.json"))):
        buyer = {"name": "Sample Buyer", "email": f"buyer-{number}@example.com", "locale": "en"}
        world.place(f"20{number:02d}", NEAR, buyer=buyer, **changes)
        world.pump()
        notification = json.loads(path.read_text("utf-8"))
        notification["mail"]["messageId"] = world.last_mail().id
        notification["mail"].pop("tags", None)
        world.feedback(notification)
        world.pump()
    buyer = {"name": "Sample Buyer", "email": "gone@example.com", "locale": "en"}
    for order_id in ("2100", "2101"):  # the first bounces, so the second is not sent at all
        world.place(order_id, NEAR, buyer=buyer, **changes)
        world.pump()
        bounce = json.loads((ROOT / "events" / "ses" / "event_bounce_permanent.json").read_text("utf-8"))
        bounce["mail"]["tags"]["message"] = [world.last_mail().tags["message"]]
        world.feedback(bounce)
    world.pump()


def _things_get_stuck(world: Chronicle) -> None:
    world.place("3001", NEAR, ship_by="2026-12-24T20:00:00Z")
    world.forget_stream()
    world.wait(minutes=3)
    world.sweep()
    world.place("3002", NEAR, ship_by="2026-12-24T20:00:00Z")
    world.relay()
    world.empty("messages")
    world.wait(minutes=16)
    world.sweep()


def _aws_is_down(world: Chronicle) -> None:
    world.place("4001", NEAR, ship_by="2026-12-24T20:00:00Z")
    world.pump()
    world.wait(minutes=11)
    links = _links(world)
    for code in ("ThrottlingException", "ValidationException"):
        world.outage = code
        world.place("4002", NEAR)
        world.api("GET", "/orders/shop-1/4001")
        world.api("PUT", "/orders/shop-1/4001/address", {"address": ODD})
        world.api("POST", "/orders/shop-1/4001/release")
        world.api("POST", "/orders/shop-1/4001/confirmation")
        world.api("GET", "/orders/shop-1/4001/messages/-/confirm_address/1")
        for path in links:
            world.page("GET", path)
            world.page("POST", path, {"action": "confirm"})
    world.outage, world.outage_of = "ConditionalCheckFailedException", "TransactWriteItems"
    world.api("POST", "/orders/shop-1/4001/release")
    world.api("POST", "/orders/shop-1/4001/confirmation")
    world.outage = ""


def _links(world: Chronicle) -> tuple[str, str]:
    """The paths of the confirmation page and the order page in the newest mail."""
    mail = world.last_mail()
    return f"/confirm/{mail.token('confirm')}", f"/order/{mail.token('order')}"


def _code(mail: Mail) -> str:
    found = re.search(r"\b(\d{3}) ?(\d{3})\b", mail.text)
    assert found, "the mail carries no code"
    return "".join(found.groups())


__all__ = ["ROOT", "Call", "Chronicle", "Exchange", "Told", "api_event", "chronicle", "order", "route_of", "told"]
