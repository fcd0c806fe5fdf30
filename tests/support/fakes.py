"""Fakes with memory for what the pure rooms ask of the outside: they keep what they get, and fail when told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from samples import order

from doorstep.address import TypedAddress
from doorstep.errors import Conflict
from doorstep.messages.alert import Alert
from doorstep.messages.mail import Letter
from doorstep.messages.message import Message, MessageRef
from doorstep.messages.ports import Envelope, MessageFile
from doorstep.orders.change import OrderChange
from doorstep.orders.desk import Desk
from doorstep.orders.order import AddressVersion, Order
from doorstep.orders.placing import decode_order, placed
from doorstep.orders.policy import Policies
from doorstep.orders.store import OrderFile
from doorstep.outbox import Event, MessageRequest

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
_NO_FLAGS = ("po_box", "private_mailbox", "military", "territory", "non_contiguous", "rural_route", "general_delivery")


class FakeJudge:
    """Doubts by simple signs: no digit in line 1 is `fix`, a city without vowels is `confirm`, with a suggestion."""

    def judge(self, typed: TypedAddress, locale: str) -> dict[str, Any]:
        fields = ("line1", "line2", "city", "state", "postal_code", "country")
        address = {name: str(getattr(typed, name) or "").upper() for name in fields}
        address["line1"] = address["line1"] or typed.one_line.upper()
        issues, suggestions = [], []
        verdict = "accept"
        if not set(address["city"]) & set("AEIOU"):
            verdict = "confirm"
            issues.append({"code": "city_unknown", "field": "city", "severity": "warning", "message": "?"})
            suggestions.append({"address": {**address, "city": "AIOU"}, "changed": ["city"], "score": 0.5})
        if not any(character.isdigit() for character in address["line1"]):
            verdict = "fix"
            issues.append({"code": "number_missing", "field": "line1", "severity": "error", "message": "?"})
        return {
            "verdict": verdict,
            "address": address,
            "issues": issues,
            "suggestions": suggestions,
            "flags": dict.fromkeys(_NO_FLAGS, False),
            "address_key": "|".join(address.values()),
        }

    def checkout(self, token: str, judgement: Mapping[str, Any]) -> str:
        return "matched" if token == judgement["address_key"] else "none"

    def miles_between(self, one: str, other: str) -> float | None:
        if not (one.isdigit() and other.isdigit()):
            return None
        return abs(int(one) - int(other)) / 10


@dataclass
class FakeOrders:
    """An `OrderStore` in memory. `before_commit` runs just before the next commits, as a faster rival would."""

    orders: dict[tuple[str, str], OrderFile] = field(default_factory=dict)
    used_links: set[str] = field(default_factory=set)
    changes: list[OrderChange] = field(default_factory=list)
    before_commit: deque[Callable[[], None]] = field(default_factory=deque)

    def read(self, shop: str, order_id: str) -> OrderFile | None:
        return self.orders.get((shop, order_id))

    def commit(self, change: OrderChange, *, cause: str) -> None:
        if self.before_commit:
            self.before_commit.popleft()()
        key = (change.order.shop, change.order.order_id)
        known = self.orders.get(key)
        if (known.order.version if known else 0) != change.order.version - 1:
            raise Conflict("moved_on", "another version")
        if change.link and change.link.token_hash in self.used_links:
            raise Conflict("moved_on", "link used")
        addresses = known.addresses if known else ()
        self.orders[key] = OrderFile(change.order, (*addresses, change.address) if change.address else addresses)
        if change.link:
            self.used_links.add(change.link.token_hash)
        self.changes.append(change)

    @property
    def events(self) -> list[str]:
        """The names of all events, in order."""
        return [event.name for change in self.changes for event in change.events]

    @property
    def requests(self) -> list[str]:
        """The templates of all messages asked for, in order."""
        return [request.template for change in self.changes for request in change.messages]


def desk(store: FakeOrders, *, now: datetime = NOW, policy: str = "{}") -> Desk:
    """A desk at this moment."""
    return Desk(store, FakeJudge(), Policies.from_json(policy), now, "test")


def an_order(policy: str = "{}", **changes: Any) -> OrderFile:
    """An order just placed; `changes` as in `samples.order`."""
    return placing(policy, **changes)[1]


def placing(policy: str = "{}", **changes: Any) -> tuple[OrderChange, OrderFile]:
    """The change that places an order, and the file it makes."""
    new = decode_order(order(**changes))
    change = placed(new, "merchant-1", judge=FakeJudge(), policy=Policies.from_json(policy).of(new.shop), now=NOW)
    assert change.address is not None
    return change, OrderFile(change.order, (change.address,))


@dataclass
class FakeMessages:
    """A `MessageStore` in memory with one order; writes are conditional as in the table. `before_move` runs just before
    the next writes, as a faster rival would; `failures` are what they raise (None: nothing)."""

    order: OrderFile
    messages: dict[str, Message] = field(default_factory=dict)
    suppressed: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    nudges: list[str] = field(default_factory=list)
    failures: deque[Exception | None] = field(default_factory=deque)
    before_move: deque[Callable[[], None]] = field(default_factory=deque)

    def add(self, request: MessageRequest, at: datetime = NOW) -> MessageRef:
        """Keep a message that was asked for."""
        ref = MessageRef(self.order.order.shop, self.order.order.order_id, request.key)
        if request.key in self.messages:
            raise Conflict("moved_on", "there is such a message")
        self.messages[request.key] = Message.requested(ref, request, at)
        return ref

    def read_message(self, ref: MessageRef) -> MessageFile | None:
        message = self.messages.get(ref.key)
        return MessageFile(message, self.order) if message else None

    def move(
        self,
        before: Message,
        after: Message,
        *,
        requests: tuple[MessageRequest, ...] = (),
        events: tuple[Event, ...] = (),
        nudge: bool = False,
    ) -> None:
        if self.before_move:
            self.before_move.popleft()()
        failure = self.failures.popleft() if self.failures else None
        if failure is not None:
            raise failure
        now = self.messages[before.ref.key]
        if (now.state, now.attempts, now.nudges) != (before.state, before.attempts, before.nudges):
            raise Conflict("moved_on", "the message has moved")
        if any(request.key in self.messages for request in requests):
            raise Conflict("moved_on", "there is such a message")
        self.messages[after.ref.key] = after
        for request in requests:
            self.add(request)
        self.events.extend(events)
        if nudge:
            self.nudges.append(after.ref.key)

    def suppression(self, email: str) -> str:
        return self.suppressed.get(email.lower(), "")

    def suppress(self, email: str, reason: str, at: datetime) -> None:
        self.suppressed[email.lower()] = reason


@dataclass
class FakeMailer:
    """Keeps what it sent; `failures` are raised first, one for each call (None: none)."""

    sent: list[tuple[Letter, Envelope]] = field(default_factory=list)
    failures: deque[Exception | None] = field(default_factory=deque)
    while_sending: Callable[[], None] = lambda: None

    def send(self, letter: Letter, envelope: Envelope) -> str:
        failure = self.failures.popleft() if self.failures else None
        if failure is not None:
            raise failure
        self.sent.append((letter, envelope))
        self.while_sending()
        return f"mail-{len(self.sent)}"


@dataclass
class FakePager:
    """Keeps the alerts."""

    alerts: list[Alert] = field(default_factory=list)
    failures: deque[Exception | None] = field(default_factory=deque)

    def page(self, alert: Alert) -> str:
        failure = self.failures.popleft() if self.failures else None
        if failure is not None:
            raise failure
        self.alerts.append(alert)
        return f"alert-{len(self.alerts)}"


@dataclass
class FakeLinks:
    """Makes links that tell what they are; keeps until when they work."""

    issued: dict[str, datetime] = field(default_factory=dict)

    def issue(self, purpose: Literal["confirm", "order"], ref: MessageRef, expires_at: datetime) -> str:
        url = self.url(purpose, ref)
        self.issued.setdefault(url, expires_at)
        return url

    def url(self, purpose: Literal["confirm", "order"], ref: MessageRef) -> str:
        return f"https://shop.example.com/{purpose}/{ref.key.replace('/', '_')}"

    def code(self, shop: str, order_id: str, key: str) -> str:
        return "123456"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **period: float) -> None:
        self.now += timedelta(**period)


def answered(file: OrderFile) -> OrderFile:
    """The same order, confirmed by its buyer."""
    confirmation = replace(file.order.confirmation, state="confirmed", by="buyer", how="confirm_link", at=NOW)
    order: Order = replace(file.order, confirmation=confirmation, version=file.order.version + 1)
    return OrderFile(order, file.addresses)


def version(file: OrderFile, **changes: Any) -> AddressVersion:
    """The address in force, with some members changed."""
    return replace(file.address, **changes)
