"""What the buyers' pages show: plain, frozen, ready to be written down. Whoever builds a view has decided everything;
a page only says it. Moments and periods are texts in the buyer's language (`moments.local_moment`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

FIELDS: Final = ("line1", "line2", "city", "state", "postal_code", "country")

Severity = Literal["error", "warning", "info"]
Notice = Literal["", "changed_meanwhile", "code_expired", "too_many"]
Silence = Literal["hold", "release"]
OrderState = Literal["waiting", "confirmed", "released"]
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
    """`/order/{token}`. `since` tells when the state was reached; only `waiting` asks for a confirmation."""

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


@dataclass(frozen=True, slots=True)
class CodeView:
    """Asks for the one-time code that protects a change to `lines`. `tries_left` is shown after a wrong one."""

    locale: str
    shop_name: str
    order_id: str
    lines: tuple[str, ...]
    current_lines: tuple[str, ...]
    shown_version: int
    minutes: int
    wrong: bool = False
    tries_left: int = 0


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
