"""Laws of the codec: whatever a room writes, it reads back; the wire form is plain, and text order is time order."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from doorstep.address import Address
from doorstep.cases.case import KINDS, Case, Entry
from doorstep.cases.offer import NEXT, Offer, Option
from doorstep.messages.message import Message, MessageRef
from doorstep.orders.link import Link
from doorstep.orders.order import (
    AddressVersion,
    Buyer,
    Confirmation,
    Item,
    Money,
    Order,
    PendingChange,
    Release,
    SmsConsent,
)
from doorstep.parcels.matching import Pointer
from doorstep.parcels.parcel import Parcel, Progress
from doorstep.parcels.scan import MILESTONES, Location, Scan
from doorstep.platform.items import from_plain, from_wire, stamp, to_plain, to_wire

TEXT = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=12)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
NUMBERS = st.integers(-(10**12), 10**12)
CODES = TEXT | NUMBERS | st.booleans() | st.none()
# What a judgement is made of. No fractions that are whole: DynamoDB has one kind of number.
PLAIN = st.recursive(
    TEXT | NUMBERS | st.booleans() | st.floats(0.001, 0.999).map(lambda value: round(value, 6)) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
ADDRESSES = st.builds(Address, *[TEXT] * 6)
JUDGEMENTS = st.dictionaries(TEXT, PLAIN, max_size=4)
VERSIONS = st.builds(
    AddressVersion,
    version=st.integers(1, 999_999),
    typed=ADDRESSES,
    judgement=JUDGEMENTS,
    by=st.sampled_from(["buyer", "seller", "policy"]),
    how=TEXT,
    choice=st.sampled_from(["", "suggestion", "as_entered", "edited"]),
    override=st.booleans(),
    at=MOMENTS,
    checkout=TEXT,
    with_code=st.booleans(),
)
PENDING = st.builds(PendingChange, VERSIONS, TEXT, MOMENTS, st.integers(0, 5), TEXT)
CONFIRMATIONS = st.builds(
    Confirmation,
    state=st.sampled_from(["pending", "confirmed", "accepted", "not_asked"]),
    asked_at=st.none() | MOMENTS,
    reminded_at=st.none() | MOMENTS,
    overdue_at=st.none() | MOMENTS,
    by=st.none() | st.sampled_from(["buyer", "seller"]),
    how=TEXT,
    at=st.none() | MOMENTS,
)
BUYERS = st.builds(
    Buyer, name=TEXT, locale=TEXT, email=TEXT, phone=TEXT, sms_consent=st.none() | st.builds(SmsConsent, MOMENTS, TEXT)
)
ORDERS = st.builds(
    Order,
    shop=TEXT,
    order_id=TEXT,
    merchant=TEXT,
    platform=TEXT,
    placed_at=MOMENTS,
    received_at=MOMENTS,
    ship_by=MOMENTS,
    buyer=BUYERS,
    items=st.lists(st.builds(Item, TEXT, TEXT, NUMBERS, NUMBERS), max_size=3).map(tuple),
    total=st.builds(Money, NUMBERS, TEXT),
    payload_digest=TEXT,
    state=st.sampled_from(["held", "released"]),
    confirmation=CONFIRMATIONS,
    address_version=st.integers(1, 99),
    version=st.integers(1, 99),
    verdict=TEXT,
    release=st.none() | st.builds(Release, MOMENTS, st.sampled_from(["confirmed", "ship_by"])),
    held_past_ship_by_at=st.none() | MOMENTS,
    pending_change=st.none() | PENDING,
    asked=st.dictionaries(TEXT, st.integers(0, 9), max_size=3),
    last_resend_at=st.none() | MOMENTS,
    codes_sent_at=st.lists(MOMENTS, max_size=5).map(tuple),
    shipped_at=st.none() | MOMENTS,
    due_at=st.none() | MOMENTS,
)
REFS = st.builds(MessageRef, TEXT, TEXT, TEXT)
MESSAGES = st.builds(
    Message,
    ref=REFS,
    template=TEXT,
    audience=st.sampled_from(["buyer", "ops"]),
    n=st.integers(1, 99),
    facts=st.dictionaries(TEXT, CODES, max_size=4),
    state=st.sampled_from(["created", "sending", "sent", "failed"]),
    created_at=MOMENTS,
    about=TEXT,
    case=TEXT,
    channel=st.sampled_from(["", "email", "paste", "page"]),
    attempts=st.integers(0, 9),
    nudges=st.integers(0, 20),
    claimed_at=st.none() | MOMENTS,
    sent_at=st.none() | MOMENTS,
    provider_id=TEXT,
    reason=TEXT,
    history=st.lists(st.dictionaries(TEXT, TEXT, max_size=3), max_size=3).map(tuple),
    due_at=st.none() | MOMENTS,
)
LINKS = st.builds(
    Link,
    TEXT,
    st.sampled_from(["confirm", "order", "offer", "task"]),
    TEXT,
    TEXT,
    TEXT,
    MOMENTS,
    TEXT,
    st.none() | MOMENTS,
    TEXT,
)
LOCATIONS = st.builds(Location, *[TEXT] * 4)
SCANS = st.builds(
    Scan,
    provider=TEXT,
    carrier=TEXT,
    tracking_number=TEXT,
    occurred_at=MOMENTS,
    received_at=MOMENTS,
    milestone=st.sampled_from(MILESTONES),
    reason=TEXT,
    place=TEXT,
    text=TEXT,
    code_table=TEXT,
    raw_code=TEXT,
    is_physical=st.booleans(),
    location=LOCATIONS,
    signed_by=TEXT,
    proof_url=TEXT,
    hold_until=st.none() | MOMENTS,
    direction=st.sampled_from(["forward", "return"]),
    reopens=st.booleans(),
    archive=TEXT,
)
PROGRESS = st.builds(
    Progress,
    milestone=st.sampled_from(MILESTONES),
    reason=TEXT,
    since=st.none() | MOMENTS,
    attempts=st.integers(0, 9),
    moved_at=st.none() | MOMENTS,
    pickup=st.none() | LOCATIONS,
    signed_by=TEXT,
    scans=st.integers(0, 99),
    set_aside=st.integers(0, 99),
)
PARCELS = st.builds(
    Parcel,
    shop=TEXT,
    order_id=TEXT,
    carrier=TEXT,
    tracking_number=TEXT,
    service=TEXT,
    ships_from=TEXT,
    label_created_at=MOMENTS,
    registered_at=MOMENTS,
    address_version=st.integers(1, 99),
    payload_digest=TEXT,
    version=st.integers(1, 99),
    expected_delivery_at=st.none() | MOMENTS,
    signature_required=st.booleans(),
    insured_value=st.none() | st.builds(Money, NUMBERS, TEXT),
    progress=PROGRESS,
    pulled_at=st.none() | MOMENTS,
    due_at=st.none() | MOMENTS,
)
ENTRIES = st.builds(Entry, at=MOMENTS, what=TEXT, detail=TEXT, by=TEXT, note=TEXT)
CASES = st.builds(
    Case,
    id=TEXT,
    kind=st.sampled_from(KINDS),
    parcel=TEXT,
    reason=TEXT,
    state=st.sampled_from(["open", "resolved"]),
    severity=TEXT,
    opened_at=MOMENTS,
    opened_by=TEXT,
    through=st.tuples(TEXT, TEXT),
    round_at=st.none() | MOMENTS,
    origin=st.sampled_from(["carrier", "buyer"]),
    step=TEXT,
    step_since=st.none() | MOMENTS,
    step_due_at=st.none() | MOMENTS,
    overdue=st.integers(0, 9),
    snoozed_until=st.none() | MOMENTS,
    resolved_at=st.none() | MOMENTS,
    resolution=TEXT,
    offers=st.integers(0, 9),
    asked=st.dictionaries(TEXT, st.integers(0, 9), max_size=3),
    history=st.lists(ENTRIES, max_size=3).map(tuple),
    due_at=st.none() | MOMENTS,
)
OPTIONS = st.builds(
    Option,
    name=TEXT,
    fee=NUMBERS,
    currency=TEXT,
    paid_by=st.sampled_from(["nobody", "seller", "buyer"]),
    delay_days=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    takes_address=st.booleans(),
    warns=st.booleans(),
)
OFFERS = st.builds(
    Offer,
    id=TEXT,
    case=TEXT,
    n=st.integers(1, 9),
    row=TEXT,
    options=st.lists(OPTIONS, max_size=3).map(tuple),
    state=st.sampled_from(list(NEXT)),
    made_at=MOMENTS,
    expires_at=MOMENTS,
    chosen=TEXT,
    address_version=st.integers(0, 99),
    consent=st.dictionaries(TEXT, PLAIN, max_size=4),
    history=st.lists(st.dictionaries(TEXT, TEXT, max_size=3), max_size=3).map(tuple),
)
POINTERS = st.builds(Pointer, TEXT, TEXT, TEXT, TEXT, MOMENTS)
TYPES: dict[str, Any] = {
    "order": Order,
    "version": AddressVersion,
    "message": Message,
    "link": Link,
    "buyer": Buyer,
    "confirmation": Confirmation,
    "pending change": PendingChange,
    "parcel": Parcel,
    "progress": Progress,
    "scan": Scan,
    "location": Location,
    "case": Case,
    "entry": Entry,
    "offer": Offer,
    "option": Option,
    "pointer": Pointer,
}
KEPT = {
    "order": ORDERS,
    "version": VERSIONS,
    "message": MESSAGES,
    "link": LINKS,
    "buyer": BUYERS,
    "confirmation": CONFIRMATIONS,
    "pending change": PENDING,
    "parcel": PARCELS,
    "progress": PROGRESS,
    "scan": SCANS,
    "location": LOCATIONS,
    "case": CASES,
    "entry": ENTRIES,
    "offer": OFFERS,
    "option": OPTIONS,
    "pointer": POINTERS,
}


@pytest.mark.parametrize("kind", KEPT)
@given(data=st.data())
def test_what_is_written_is_read_back(kind: str, data: st.DataObject) -> None:
    value: Any = data.draw(KEPT[kind])

    wire = to_wire(to_plain(value))

    assert from_plain(type(value), from_wire(wire)) == value
    json.dumps(wire)  # nothing but DynamoDB's own notation is left


@pytest.mark.parametrize("kind", KEPT)
def test_the_law_above_speaks_of_every_member(kind: str) -> None:
    """A member that the strategy leaves to its default would be read back by luck."""
    forgotten = optional(TYPES[kind])

    @settings(phases=[Phase.generate], database=None)
    @given(KEPT[kind])
    def draw(value: Any) -> None:
        forgotten.difference_update({name for name in forgotten if getattr(value, name) != default_of(value, name)})

    draw()
    assert forgotten == set()


@given(SCANS)
def test_a_scan_that_is_read_back_has_the_same_name(scan: Scan) -> None:
    assert from_plain(Scan, from_wire(to_wire(to_plain(scan)))).digest == scan.digest


def optional(of: Any) -> set[str]:
    """The names of the members that have a default."""
    return {it.name for it in fields(of) if it.default is not MISSING or it.default_factory is not MISSING}


def default_of(value: Any, name: str) -> Any:
    member = next(it for it in fields(value) if it.name == name)
    return member.default_factory() if member.default_factory is not MISSING else member.default


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)
    assert len(stamp(one)) == len("2026-01-31T17:00:00.000Z")


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_a_moment_has_one_text_in_every_zone(moment: datetime, minutes: int) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))

    assert stamp(elsewhere) == stamp(moment)
    assert datetime.fromisoformat(stamp(moment)) == moment
