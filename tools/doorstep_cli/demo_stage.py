"""What the chapters of `doorstep demo` are made of: what people do and see, on the local stack over real HTTP."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from doorstep_cli.caller import Caller, browse
from doorstep_cli.demo_checks import LINK, expect, one_line, state, until
from doorstep_cli.errors import Trouble
from doorstep_cli.inbox import Received, received
from doorstep_cli.narrator import Narrator
from doorstep_cli.stack import DEMO_SHOPS, LocalStack
from doorstep_cli.warehouse import Warehouse

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Stage:
    """The stack, and everybody around it."""

    stack: LocalStack
    narrator: Narrator
    caller: Caller
    warehouse: Warehouse

    @classmethod
    def on(cls, stack: LocalStack, narrator: Narrator) -> Stage:
        """With everybody in place."""
        return cls(stack, narrator, Caller(stack.api_url, stack.api_key, stack.merchant_key), Warehouse(stack))

    # ---------------------------------------------------------------- what people do

    def place(
        self,
        address: Mapping[str, str],
        *,
        shop: str = "demo-shop",
        locale: str = "en",
        email: str | None = "sample.buyer@example.com",
        platform: str = "own",
        placed: timedelta = timedelta(),
        ship_in: timedelta = timedelta(days=2),
        quiet: bool = False,
    ) -> str:
        """The shop places an order, `placed` ago; returns its id."""
        now = datetime.now(UTC)
        order_id = f"D-{uuid.uuid4().hex[:8]}"
        body = {
            "order_id": order_id,
            "shop": shop,
            "platform": platform,
            "placed_at": (now - placed).isoformat(),
            "buyer": {"name": "Sample Buyer", "email": email, "locale": locale},
            "address": {**address, "country": "US"},
            "choice": "as_entered",
            "items": [{"sku": "LAMP-01", "title": "Desk lamp", "quantity": 1, "value": 2599}],
            "total": {"amount": 2599, "currency": "USD"},
            "ship_by": (now + ship_in).isoformat(),
        }
        answer = expect(self.caller.shop("POST", "/orders", body), 201).json
        if not quiet:
            self.narrator.tell("shop", f"POST /orders  {order_id} to {one_line(address)}", [state(answer)])
        return order_id

    def file(self, order_id: str) -> dict[str, Any]:
        """The order's whole file, as the shop reads it."""
        for shop in DEMO_SHOPS:
            reply = self.caller.shop("GET", f"/orders/{shop}/{order_id}")
            if reply.status == 200:
                return dict(reply.json)
        raise Trouble(f"order {order_id} is gone")

    def in_time(self, look: Callable[[], _T | None], what: str) -> _T:
        """Let time pass, and run the schedule now and again instead of within five minutes."""

        def sweep_and_look() -> _T | None:
            self.stack.client("lambda").invoke(FunctionName=self.stack.outputs["WatchDeadlines"], Payload=b"{}")
            return look()

        return until(sweep_and_look, what, pause=1.0)

    # ---------------------------------------------------------------- what is seen

    def mail(self, having: str, order_id: str, *, skip: int = 0, show: int | None = 0, quiet: bool = False) -> Received:
        """A mail about the order whose text has a link for this purpose, or matches this pattern.

        `show`: how many lines of it, None for all.
        """
        pattern = having if having.startswith("^") else LINK.format(purpose=having)

        def found() -> Received | None:
            return self.received("mail", order_id, skip=skip, pattern=pattern)

        mail = until(found, f"a mail about {order_id}")
        if not quiet:
            self.narrator.tell("doorstep", f"SES took a mail: {mail.subject}")
            if show != 0:
                self.narrator.show(mail, most=show)
        return mail

    def alert(self, order_id: str, *, having: str = "", show: int | None = None) -> Received:
        """An alert about the order whose subject has these words."""
        alert = until(lambda: self.received("alert", order_id, subject=having), f"an alert about {order_id}")
        self.narrator.tell("doorstep", f"SNS took an alert: {alert.subject}")
        self.narrator.show(alert, most=show)
        return alert

    def received(
        self, kind: str, order_id: str, *, skip: int = 0, pattern: str = "", subject: str = ""
    ) -> Received | None:
        """The mail or alert about the order, leaving out the first `skip` of those that match."""
        about = [it for it in received(self.stack) if it.kind == kind and order_id in it.subject]
        fitting = [it for it in about if subject in it.subject and re.search(pattern, it.text, re.MULTILINE)]
        return fitting[skip] if len(fitting) > skip else None

    def open(self, url: str) -> str:
        """The page behind a link."""
        return expect(browse("GET", url), 200).text

    def released(self, order_id: str) -> dict[str, Any] | None:
        """The order's file once it is released."""
        file = self.file(order_id)
        return file if file["state"] == "released" else None

    def wait_for_release(self, order_id: str) -> dict[str, Any]:
        """The same, waited for."""
        return until(lambda: self.released(order_id), f"the release of {order_id}")

    def hear(self, order_id: str, last: str, *, since: str = "") -> None:
        """What the warehouse heard over the bus, up to the event it waits for; `since`: from which event on."""

        def heard() -> list[dict[str, Any]] | None:
            events = self.warehouse.heard(order_id)
            return events if any(event["detail-type"] == last for event in events) else None

        events = sorted(until(heard, f"{last} for {order_id}"), key=lambda it: it["detail"]["metadata"]["occurred_at"])
        names = [event["detail-type"] for event in events]
        first = names.index(since) if since else 0
        self.narrator.tell("warehouse", "heard on the bus: " + ", ".join(names[first:]))
