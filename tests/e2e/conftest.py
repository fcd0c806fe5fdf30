"""One local stack for all end-to-end tests, with every function under its own IAM role (`AUTH=true`)."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from doorstep_cli.caller import Caller
from doorstep_cli.inbox import Received, received
from doorstep_cli.stack import LocalStack
from doorstep_cli.warehouse import Warehouse

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


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with LocalStack(_folder(tmp_path_factory, "e2e"), auth=True) as stack:
        yield settle(stack)


@pytest.fixture(scope="session")
def open_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A second stack beside the first, without `AUTH`: as `doorstep demo` has it."""
    with LocalStack(_folder(tmp_path_factory, "demo")) as stack:
        yield stack


def _folder(factory: pytest.TempPathFactory, name: str) -> Path:
    return factory.mktemp(name)
