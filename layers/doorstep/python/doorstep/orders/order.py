"""An order and its address versions: the nouns of this room, and what they say about themselves.

Owns the state of an order (`held` or `released`) and of its confirmation. Everything is immutable: a use case
makes a new `Order` from the old one. Moments are aware and in UTC; amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from doorstep.address import Address

OrderState = Literal["held", "released"]
ReleaseReason = Literal["confirmed", "accepted", "ship_by", "shipped"]
ConfirmationState = Literal["pending", "confirmed", "accepted", "not_asked"]
Actor = Literal["buyer", "seller", "policy"]
Choice = Literal["", "suggestion", "as_entered", "edited"]


@dataclass(frozen=True, slots=True)
class SmsConsent:
    """When and where the buyer allowed text messages."""

    given_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who receives the parcel. Marketplaces often keep the e-mail address, so it may be "" ."""

    name: str
    locale: str
    email: str = ""
    phone: str = ""
    sms_consent: SmsConsent | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the order; `value` is one piece's, in minor units of the order's currency."""

    sku: str
    title: str
    quantity: int
    value: int


@dataclass(frozen=True, slots=True)
class Money:
    """Minor units of an ISO 4217 currency."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class AddressVersion:
    """One address the order has or had: what was typed, how it was judged, and who said so when.

    `judgement` is the verdict object of the API (design §4.1) as it was given then. `override` is true when the person
    kept the address although we doubted it. `checkout` says what the checkout's verdict token proved, `with_code` that
    a one-time code approved the change.
    """

    version: int
    typed: Address
    judgement: Mapping[str, Any]
    by: Actor
    how: str
    choice: Choice
    override: bool
    at: datetime
    checkout: str = "none"
    with_code: bool = False

    @property
    def verdict(self) -> str:
        """`accept`, `confirm`, `add_unit` or `fix`."""
        return str(self.judgement["verdict"])

    @property
    def standard(self) -> Address:
        """What was typed, in standard form."""
        return Address.from_dict(self.judgement["address"])

    @property
    def suggestion(self) -> Address | None:
        """The best other reading, if there was one."""
        suggestions = self.judgement["suggestions"]
        return Address.from_dict(suggestions[0]["address"]) if suggestions else None

    @property
    def ship_to(self) -> Address:
        """What goes on the label: the standard form, unless the person insisted on their own words."""
        return self.typed if self.override and self.typed.city else self.standard


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether somebody has vouched for the address, and how far we are with asking."""

    state: ConfirmationState
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    overdue_at: datetime | None = None
    by: Actor | None = None
    how: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """The moment the warehouse may ship, and why."""

    at: datetime
    reason: ReleaseReason


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A new address that waits for its one-time code; `message` is the key of the mail that carried the code, `option`
    what the buyer chose with it when the parcel is on its way already."""

    proposed: AddressVersion
    message: str
    expires_at: datetime
    tries: int = 0
    option: str = ""

    def open(self, now: datetime, tries: int) -> bool:
        """Whether its code still works, when `tries` are allowed."""
        return now < self.expires_at and self.tries < tries


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one shop. `version` rises with every change and guards against lost updates. `shipped_at` is set
    while a parcel carries it: from then on its address changes only by what may be offered for the parcel."""

    shop: str
    order_id: str
    merchant: str
    platform: str
    placed_at: datetime
    received_at: datetime
    ship_by: datetime
    buyer: Buyer
    items: tuple[Item, ...]
    total: Money
    payload_digest: str
    state: OrderState
    confirmation: Confirmation
    address_version: int
    version: int
    verdict: str
    release: Release | None = None
    held_past_ship_by_at: datetime | None = None
    pending_change: PendingChange | None = None
    asked: Mapping[str, int] = field(default_factory=dict)
    last_resend_at: datetime | None = None
    codes_sent_at: tuple[datetime, ...] = ()
    shipped_at: datetime | None = None
    due_at: datetime | None = None

    def next_n(self, template: str) -> int:
        """The number the next message of this template carries."""
        return self.asked.get(template, 0) + 1

    def having_asked(self, template: str) -> Order:
        """The order after one more message of this template was requested."""
        return replace(self, asked={**self.asked, template: self.next_n(template)})
