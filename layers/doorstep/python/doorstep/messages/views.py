"""What the buyers' pages show: plain, frozen, ready to be written down. Whoever builds a view has decided everything;
a page only says it. Moments and periods are texts in the buyer's language (`moments.local_moment`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

FIELDS: Final = ("line1", "line2", "city", "state", "postal_code", "country")

Severity = Literal["error", "warning", "info"]
Notice = Literal["", "changed_meanwhile", "code_expired", "too_many", "same_address", "not_possible"]
Silence = Literal["hold", "release"]
OrderState = Literal["waiting", "confirmed", "released", "shipped", "delivered"]
OfferState = Literal["open", "accepted", "requested", "fulfilled", "failed", "withdrawn", "expired"]
Payer = Literal["nobody", "seller", "buyer"]
Recorded = Literal["confirmed", "suggestion_taken", "changed", "kept"]


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """One thing to look at; `field` is one of `FIELDS`, or "" for the address as a whole."""

    field: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class ShownSuggestion:
    """A similar address: as a label, as the six `FIELDS` (posted back when it is taken), and which of them differ."""

    lines: tuple[str, ...]
    address: Mapping[str, str]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownAddress:
    """An address, as a label and as the six `FIELDS`, what we think of it, and whether the buyer may insist on it."""

    lines: tuple[str, ...]
    address: Mapping[str, str]
    issues: tuple[ShownIssue, ...] = ()
    suggestions: tuple[ShownSuggestion, ...] = ()
    may_insist: bool = True


@dataclass(frozen=True, slots=True)
class ShownParcel:
    """A parcel on its way. `carrier` is the name people know; `url` is the carrier's own tracking page, "" when we know
    none; `milestone` is a code, reached at the moment `since`; `place` is where it waits, in one line."""

    carrier: str
    number: str
    url: str
    milestone: str
    since: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One thing the buyer may choose. `fee` is written out (`USD 21.00`), "" when it is free; `delay` is how many days
    later the parcel arrives, (least, most), (0, 0) when it makes no difference; `place` is where the parcel would wait
    or waits. `warns` marks what may void the seller's protection: the buyer has to agree to it."""

    name: str
    fee: str
    paid_by: Payer
    delay: tuple[int, int] = (0, 0)
    place: str = ""
    takes_address: bool = False
    warns: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """`/confirm/{token}`. `edited` is what the buyer has just typed, when we doubt it; nothing of it is saved yet."""

    locale: str
    shop_name: str
    order_id: str
    current: ShownAddress
    shown_version: int
    items: tuple[tuple[str, int], ...] = ()
    deadline: str = ""
    if_silent: Silence = "hold"
    edited: ShownAddress | None = None
    notice: Notice = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """`/order/{token}`. `since` tells when the state was reached; only `waiting` asks for a confirmation.

    `may_change` is false once a parcel has left: then `options` are what can still be done, and none of them means that
    nothing can. `edited_option` is the option that the address in `edited` was typed for.
    """

    locale: str
    shop_name: str
    order_id: str
    state: OrderState
    current: ShownAddress
    shown_version: int
    since: str = ""
    items: tuple[tuple[str, int], ...] = ()
    edited: ShownAddress | None = None
    notice: Notice = ""
    parcels: tuple[ShownParcel, ...] = ()
    options: tuple[ShownOption, ...] = ()
    may_change: bool = True
    edited_option: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class OfferView:
    """`/offers/{token}`: what happened to a parcel, what may be done about it, and what became of the choice.

    `kind` and `reason` are codes of the case; `current` is where the parcel goes now, in version `shown_version`;
    `new_lines` is the address that was chosen. `since` tells when the state was reached. `edited` is an address the
    buyer has just typed for the option `edited_option`, when we doubt it; nothing of it is saved yet.
    """

    locale: str
    shop_name: str
    order_id: str
    kind: str
    parcel: ShownParcel
    state: OfferState
    options: tuple[ShownOption, ...]
    current: ShownAddress
    shown_version: int
    until: str
    chosen: ShownOption | None = None
    new_lines: tuple[str, ...] = ()
    since: str = ""
    payment_url: str = ""
    edited: ShownAddress | None = None
    edited_option: str = ""
    notice: Notice = ""
    reply_to: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CodeView:
    """Asks for the one-time code that protects a change to `lines`. `tries_left` is shown after a wrong one; `option`
    names the option of an offer that the change belongs to."""

    locale: str
    shop_name: str
    order_id: str
    lines: tuple[str, ...]
    current_lines: tuple[str, ...]
    shown_version: int
    minutes: int
    wrong: bool = False
    tries_left: int = 0
    option: str = ""


@dataclass(frozen=True, slots=True)
class RecordedView:
    """What was recorded, and when; `again` when a used link is opened once more."""

    locale: str
    shop_name: str
    order_id: str
    what: Recorded
    at: str
    lines: tuple[str, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class LinkView:
    """The one answer for expired, foreign and garbage links; so it knows neither shop nor order."""

    locale: str


@dataclass(frozen=True, slots=True)
class ResendView:
    """The one answer to "send me a new mail", whether or not there was anything to send."""

    locale: str


@dataclass(frozen=True, slots=True)
class ProblemView:
    """Something went wrong; `reference` helps the shop to find it in the logs."""

    locale: str
    status: int
    reference: str = ""
