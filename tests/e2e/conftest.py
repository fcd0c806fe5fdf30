"""One local stack for all end-to-end tests, with every function under its own IAM role (`AUTH=true`)."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from doorstep_cli.caller import Caller, Reply, browse
from doorstep_cli.forms import fill
from doorstep_cli.inbox import Received, received
from doorstep_cli.stack import LocalStack
from doorstep_cli.warehouse import Warehouse
from doorstep_cli.webhooks_sender import Tracker, post_webhook

T = TypeVar("T")
PATIENCE = 60.0
CITY_HALL = {
    "line1": "149 Church St",
    "line2": "",
    "city": "Burlington",
    "state": "VT",
    "postal_code": "05401",
    "country": "US",
}


@dataclass(frozen=True)
class Town:
    """The stack and everybody around it."""

    stack: LocalStack
    caller: Caller
    warehouse: Warehouse

    def order(self, **changes: Any) -> dict[str, Any]:
        """The body of a new order, with these members changed."""
        now = datetime.now(UTC)
        body = {
            "order_id": f"E-{uuid.uuid4().hex[:10]}",
            "shop": "demo-shop",
            "platform": "own",
            "placed_at": now.isoformat(),
            "buyer": {"name": "Sample Buyer", "email": "sample.buyer@example.com", "locale": "en"},
            "address": CITY_HALL,
            "items": [{"sku": "LAMP-01", "title": "Desk lamp", "quantity": 1, "value": 2599}],
            "total": {"amount": 2599, "currency": "USD"},
            "ship_by": (now + timedelta(days=2)).isoformat(),
        }
        return body | changes

    def place(self, **changes: Any) -> str:
        """Place an order; returns its id."""
        body = self.order(**changes)
        reply = self.caller.shop("POST", "/orders", body)
        assert reply.status == 201, reply.text
        return str(body["order_id"])

    def file(self, order_id: str, shop: str = "demo-shop") -> dict[str, Any]:
        reply = self.caller.shop("GET", f"/orders/{shop}/{order_id}")
        assert reply.status == 200, reply.text
        return dict(reply.json)

    def inbox(self, kind: str, order_id: str) -> list[Received]:
        return [one for one in received(self.stack) if one.kind == kind and order_id in one.subject]

    def first(self, kind: str, order_id: str) -> Received:
        return self.until(lambda: next(iter(self.inbox(kind, order_id)), None))

    def link(self, order_id: str, purpose: str = "confirm") -> str:
        """The link in the first mail about an order."""
        found = re.search(rf"http://\S+/{purpose}/[\w-]{{22}}", self.first("mail", order_id).text)
        assert found
        return found.group()

    def click(self, url: str, action: str, **typed: str) -> Reply:
        """Open the page and send the form with this button."""
        page = browse("GET", url)
        assert page.status == 200, page.text
        return browse("POST", url, fill(page.text, action, **typed))

    def ship(self, tracker: Tracker, shop: str = "demo-shop", **changes: Any) -> str:
        """Place an order and register its parcel; returns the order's id."""
        order_id = self.place(shop=shop, **changes)
        reply = self.caller.shop("POST", f"/orders/{shop}/{order_id}/parcels", tracker.registration())
        assert reply.status == 201, reply.text
        return order_id

    def says(self, order_id: str, body: bytes, shop: str = "demo-shop") -> dict[str, Any]:
        """The carrier sends a webhook; the parcel once it stands where the last of the scans puts it."""
        reply = post_webhook(self.stack, body)
        assert reply.status == 200, reply.text
        return self.parcel(order_id, len(json.loads(body)["result"]["tracking_details"]), shop)

    def parcel(self, order_id: str, scans: int, shop: str = "demo-shop") -> dict[str, Any]:
        """The order's parcel when it has this many scans, and has been made of them."""

        def there() -> dict[str, Any] | None:
            (parcel,) = self.file(order_id, shop)["parcels"]
            known = parcel["scans"]
            return parcel if len(known) == scans and known[-1]["occurred_at"] == parcel["since"] else None

        return self.until(there)

    def case(self, order_id: str, state: str = "open", shop: str = "demo-shop") -> dict[str, Any]:
        """The order's only case, once it is in this state."""

        def found() -> dict[str, Any] | None:
            cases = self.file(order_id, shop)["cases"]
            assert len(cases) <= 1
            return next((it for it in cases if it["state"] == state), None)

        return self.until(found)

    def offer_mail(self, order_id: str, number: int = 1) -> Received:
        """The mail of this number among those that lead to an offer: offers and what became of them."""

        def found() -> Received | None:
            mails = [it for it in self.inbox("mail", order_id) if "/offers/" in it.text]
            return mails[number - 1] if len(mails) >= number else None

        return self.until(found)

    def offer(self, order_id: str, number: int = 1) -> str:
        """The link in that mail."""
        return _url("offers", self.offer_mail(order_id, number).text)

    def alert(self, order_id: str, cause: str) -> Received:
        """The alert about the order's case with this cause."""
        return self.until(
            lambda: next((it for it in self.inbox("alert", order_id) if it.attributes.get("cause") == cause), None)
        )

    def task(self, order_id: str, cause: str) -> str:
        """The link in that alert."""
        return _url("tasks", self.alert(order_id, cause).text)

    def dead_letters(self) -> dict[str, int]:
        """How much lies in each dead-letter queue of the stack."""
        sqs, name = self.stack.client("sqs"), "ApproximateNumberOfMessages"
        queues = {key: url for key, url in self.stack.outputs.items() if key.endswith("DeadLetters")}
        return {
            key: int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])
            for key, url in queues.items()
        }

    def logs(self) -> str:
        """Everything that the functions have logged."""
        logs = self.stack.client("logs")
        lines: list[str] = []
        for group in (group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]):
            for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]:
                events = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], limit=10_000)
                lines.extend(event["message"] for event in events["events"])
        assert lines, "there must be logs to look at"
        return "\n".join(lines)

    def heard(self, order_id: str, last: str) -> list[dict[str, Any]]:
        """What the bus said about the order, up to an event of this name."""

        def all_of_it() -> list[dict[str, Any]] | None:
            events = self.warehouse.heard(order_id)
            return events if any(event["detail-type"] == last for event in events) else None

        return self.until(all_of_it)

    def sweep(self) -> None:
        """Run the schedule now."""
        self.stack.client("lambda").invoke(FunctionName=self.stack.outputs["WatchDeadlines"], Payload=b"{}")

    def until(self, look: Callable[[], T | None], pause: float = 0.1) -> T:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = look()
            if found is not None:
                return found
            time.sleep(pause)
        raise AssertionError("waited in vain")

    def at_once(self, *calls: Callable[[], T]) -> list[T]:
        """Make these calls from as many threads."""
        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result() for future in [pool.submit(call) for call in calls]]


def settle(stack: LocalStack) -> Town:
    return Town(stack, Caller(stack.api_url, stack.api_key, stack.merchant_key), Warehouse(stack))


def _url(purpose: str, text: str) -> str:
    found = re.search(rf"http://\S+/{purpose}/[\w-]{{22}}", text)
    assert found, text
    return found.group()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The stack for all tests. Whatever they did, nothing may be lost, and no function may have lacked a right."""
    with LocalStack(tmp_path_factory.mktemp("e2e"), auth=True) as stack:
        town = settle(stack)
        yield town
        assert not any(town.dead_letters().values()), town.dead_letters()
        said = (town.logs() + stack.log.read_text("utf-8", "replace")).splitlines()
        assert not [line for line in said if "AccessDenied" in line or "not authorized to perform" in line]
