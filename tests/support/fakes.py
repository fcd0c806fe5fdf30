"""Fakes with memory for what the pure rooms ask of the outside: they keep what they get, and fail when told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from samples import TRACKING, order, parcel

from doorstep.address import TypedAddress
from doorstep.cases.case import Case
from doorstep.cases.desk import CaseDesk
from doorstep.cases.offer import Offer
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.cases.tracking import hear
from doorstep.errors import Conflict
from doorstep.messages.alert import Alert
from doorstep.messages.mail import Letter
from doorstep.messages.message import Message, MessageRef
from doorstep.messages.ports import Envelope, MessageFile
from doorstep.orders.change import OrderChange
from doorstep.orders.desk import Desk
from doorstep.orders.link import Purpose
from doorstep.orders.order import AddressVersion, Order
from doorstep.orders.placing import decode_order, placed
from doorstep.orders.policy import Policies
from doorstep.orders.store import OrderFile
from doorstep.outbox import Event, MessageRequest
from doorstep.parcels.matching import Pointer
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.registering import Registration, decode_parcel, register_parcel
from doorstep.parcels.scan import Scan

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
_NO_FLAGS = (
    "po_box", "private_mailbox", "military", "territory", "non_contiguous", "rural_route", "general_delivery",
    "line_too_long", "non_latin",
)  # fmt: skip


class FakeJudge:
    """Doubts by simple signs: no digit in line 1 is `fix`, a city without vowels is `confirm`, with a suggestion.

    A PO box is `fix` under the rule `block`.
    """

    def __init__(self, rules: Mapping[str, str] | None = None) -> None:
        self._rules = rules or {}

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
        if address["line1"].startswith("PO BOX") and self._rules.get("po_box") == "block":
            verdict = "fix"
            issues.append({"code": "po_box_refused", "field": "line1", "severity": "error", "message": "?"})
        return {
            "verdict": verdict,
            "address": address,
            "issues": issues,
            "suggestions": suggestions,
            "flags": dict.fromkeys(_NO_FLAGS, False),
            "address_key": "|".join(address.values()),
        }

    def ruled(self, rules: Mapping[str, str]) -> FakeJudge:
        return FakeJudge(rules)

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


_Of = tuple[str, str]  # shop and order id


@dataclass
class FakeParcels:
    """A `ParcelFinder`, `ScanStore` and `CaseStore` in memory, beside the orders it writes to.

    As in the table, everything of a parcel is written under its version, cases are numbered within the order, and no
    two messages may have one key. `before_commit` runs just before the next commits, as a faster rival would; so does
    `before_park`.
    """

    orders: FakeOrders = field(default_factory=FakeOrders)
    kept: dict[_Of, dict[str, Parcel]] = field(default_factory=dict)
    cases: dict[_Of, dict[str, Case]] = field(default_factory=dict)
    offers: dict[_Of, dict[str, Offer]] = field(default_factory=dict)
    scans: dict[tuple[str, str, str], dict[str, Scan]] = field(default_factory=dict)
    pointing: dict[str, tuple[Pointer, ...]] = field(default_factory=dict)
    waiting: dict[str, dict[str, Scan]] = field(default_factory=dict)
    changes: list[CaseChange] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    before_commit: deque[Callable[[], None]] = field(default_factory=deque)
    before_park: deque[Callable[[], None]] = field(default_factory=deque)

    def order(self, shop: str, order_id: str) -> OrderFile | None:
        return self.orders.read(shop, order_id)

    def find_parcel(self, shop: str, order_id: str, parcel: str) -> Parcel | None:
        return self.kept.get((shop, order_id), {}).get(parcel)

    def register(self, registration: Registration, *, cause: str) -> None:
        self._let_rivals_in()
        new, pointer = registration.parcel, registration.pointer
        if self.find_parcel(new.shop, new.order_id, new.id) is not None:
            raise Conflict("moved_on", "there is such a parcel")
        self.orders.commit(registration.order, cause=cause)
        self.kept.setdefault((new.shop, new.order_id), {})[new.id] = new
        self.pointing[pointer.tracking_number] = (*self.pointers(pointer.tracking_number), pointer)
        self.registrations.append(registration)

    def pointers(self, tracking_number: str) -> tuple[Pointer, ...]:
        return self.pointing.get(tracking_number, ())

    def keep_scans(self, pointer: Pointer, scans: Sequence[Scan]) -> None:
        parcel = f"{pointer.carrier}.{pointer.tracking_number}"
        kept = self.scans.setdefault((pointer.shop, pointer.order_id, parcel), {})
        kept.update({scan.digest: scan for scan in scans})

    def park(self, tracking_number: str, scans: Sequence[Scan]) -> None:
        if self.before_park:
            self.before_park.popleft()()
        if self.pointers(tracking_number):
            raise Conflict("moved_on", "the parcel is registered")
        self.waiting.setdefault(tracking_number, {}).update({scan.digest: scan for scan in scans})

    def parked(self, tracking_number: str) -> tuple[Scan, ...]:
        return tuple(self.waiting.get(tracking_number, {}).values())

    def unpark(self, tracking_number: str, scans: Sequence[Scan]) -> None:
        for scan in scans:
            self.waiting[tracking_number].pop(scan.digest, None)

    def read_parcel(self, shop: str, order_id: str, parcel: str, *, scans: bool = False) -> ParcelFile | None:
        found, order = self.find_parcel(shop, order_id, parcel), self.order(shop, order_id)
        if found is None or order is None:
            return None
        return ParcelFile(
            order=order,
            parcel=found,
            parcels=self.parcels(shop, order_id),
            cases=tuple(self.cases.get((shop, order_id), {}).values()),
            offers=tuple(self.offers.get((shop, order_id), {}).values()),
            scans=tuple(self.scans.get((shop, order_id, parcel), {}).values()) if scans else (),
        )

    def find_case(self, shop: str, order_id: str, case: str) -> Case | None:
        return self.cases.get((shop, order_id), {}).get(case)

    def parcels(self, shop: str, order_id: str) -> tuple[Parcel, ...]:
        return tuple(sorted(self.kept.get((shop, order_id), {}).values(), key=lambda it: it.registered_at))

    def commit_case(self, change: CaseChange, *, cause: str) -> None:
        self._let_rivals_in()
        after = change.parcel
        of = (after.shop, after.order_id)
        cases = self.cases.setdefault(of, {})
        if self.kept[of][after.id].version != after.version - 1:
            raise Conflict("moved_on", "another version")
        if any(cases.get(case.id, case).parcel != case.parcel for case in change.cases):
            raise Conflict("moved_on", "another parcel has taken the number")
        if {request.key for request in change.messages} & {request.key for request in self.messages}:
            raise Conflict("moved_on", "there is such a message")
        if change.order is not None:
            self.orders.commit(change.order, cause=cause)
        self.kept[of][after.id] = after
        cases.update({case.id: case for case in change.cases})
        self.offers.setdefault(of, {}).update({offer.id: offer for offer in change.offers})
        self.scans.setdefault((*of, after.id), {}).update({scan.digest: scan for scan in change.scans})
        self.changes.append(change)

    def _let_rivals_in(self) -> None:
        if self.before_commit:
            self.before_commit.popleft()()

    @property
    def messages(self) -> list[MessageRequest]:
        """All messages that cases asked for, in order."""
        return [request for change in self.changes for request in change.messages]

    @property
    def events(self) -> list[Event]:
        """All events about parcels and cases, in order."""
        return [event for change in self.changes for event in change.events]


def case_desk(store: FakeParcels, *, now: datetime = NOW, policy: str = "{}") -> CaseDesk:
    """A desk for cases at this moment."""
    return CaseDesk(store, Rulebook.from_json(policy), now, "test")


def shipped(policy: str = "{}", *, parcels: Sequence[Mapping[str, Any]] = ({},), **changes: Any) -> FakeParcels:
    """A store with one order whose parcels (bodies as in `samples.parcel`) are on their way; `changes` as in
    `samples.order`."""
    change, file = placing(policy, **changes)
    store, rules = FakeParcels(), Rulebook.from_json(policy)
    store.orders.commit(change, cause="test")
    for body in parcels:
        own = rules.policies.of(file.order.shop)
        new = decode_parcel(parcel(**body))
        of = store.order(file.order.shop, file.order.order_id)
        register_parcel(new, of or file, store=store, policy=own, now=NOW, cause="test")
    return store


def tell(store: FakeParcels, *scans: Scan, now: datetime = NOW, policy: str = "{}") -> ParcelFile:
    """The parcel's file once these scans have been heard, in one batch."""
    hear(case_desk(store, now=now, policy=policy), store, scans)
    return on_file(store)


def on_file(store: FakeParcels, number: str = TRACKING) -> ParcelFile:
    """The file of the sample parcel."""
    file = store.read_parcel("shop-1", "1001", f"ups.{number}", scans=True)
    assert file is not None
    return file


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
    parcel: ParcelFile | None = None

    def add(self, request: MessageRequest, at: datetime = NOW) -> MessageRef:
        """Keep a message that was asked for."""
        ref = MessageRef(self.order.order.shop, self.order.order.order_id, request.key)
        if request.key in self.messages:
            raise Conflict("moved_on", "there is such a message")
        self.messages[request.key] = Message.requested(ref, request, at)
        return ref

    def read_message(self, ref: MessageRef) -> MessageFile | None:
        message = self.messages.get(ref.key)
        if message is None:
            return None
        return MessageFile(message, self.order, self.parcel if message.facts.get("parcel") else None)

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
    """Makes links that tell what they are; keeps until when they work, and what they are about."""

    issued: dict[str, datetime] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)

    def issue(self, purpose: Purpose, ref: MessageRef, expires_at: datetime, subject: str = "") -> str:
        url = self.url(purpose, ref)
        self.issued.setdefault(url, expires_at)
        self.subjects.setdefault(url, subject)
        return url

    def url(self, purpose: Purpose, ref: MessageRef) -> str:
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
