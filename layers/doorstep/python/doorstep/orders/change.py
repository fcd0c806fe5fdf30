"""One change to an order, ready to be committed whole or not at all: the new state and everything it sets off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from doorstep.orders.due import next_due
from doorstep.orders.order import AddressVersion, Order
from doorstep.orders.policy import Policy
from doorstep.outbox import Code, Event, MessageRequest


@dataclass(frozen=True, slots=True)
class LinkUse:
    """What somebody did through a link; written once, under the condition that nobody had done so before."""

    token_hash: str
    done: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderChange:
    """`order.version` is the version after the change; the store requires the one before it (0: no such order yet)."""

    order: Order
    address: AddressVersion | None = None
    messages: tuple[MessageRequest, ...] = ()
    events: tuple[Event, ...] = ()
    link: LinkUse | None = None


class Draft:
    """Collects what one use case does to an order, and seals it into an `OrderChange`."""

    def __init__(self, order: Order, now: datetime) -> None:
        self.order = order
        self.now = now
        self._address: AddressVersion | None = None
        self._messages: list[MessageRequest] = []
        self._events: list[tuple[str, Mapping[str, Code]]] = []

    def set_address(self, address: AddressVersion) -> None:
        """Make `address` the current version."""
        self._address = address
        self.order = replace(self.order, address_version=address.version, verdict=address.verdict, pending_change=None)

    def ask_buyer(self, template: str, **facts: Code) -> MessageRequest:
        """Request a message to the buyer."""
        return self._request(template, "buyer", facts)

    def tell_ops(self, template: str, **facts: Code) -> MessageRequest:
        """Request an alert to ops."""
        return self._request(template, "ops", facts)

    def announce(self, name: str, **data: Code) -> None:
        """Put an event on the bus, with the order's ids and version."""
        self._events.append((name, data))

    def seal(self, policy: Policy, link: LinkUse | None = None) -> OrderChange:
        """The finished change: version raised, next deadline set."""
        order = replace(self.order, version=self.order.version + 1)
        order = replace(order, due_at=next_due(order, policy))
        ids: dict[str, Code] = {
            "shop": order.shop,
            "order_id": order.order_id,
            "order_version": order.version,
            "address_version": order.address_version,
        }
        events = tuple(Event(name, self.now, {**ids, **data}) for name, data in self._events)
        return OrderChange(order, self._address, tuple(self._messages), events, link)

    def _request(self, template: str, audience: Literal["buyer", "ops"], facts: Mapping[str, Code]) -> MessageRequest:
        facts = {"address_version": self.order.address_version, **facts}
        request = MessageRequest(template, audience, self.order.next_n(template), facts=facts)
        self._messages.append(request)
        self.order = self.order.having_asked(template)
        return request
