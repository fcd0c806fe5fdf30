"""What an operator's page of one case shows: plain and frozen, like the buyers' views. Whoever builds a view has
decided everything; the page only says it. Moments and amounts are texts, codes are told in the page's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

TaskState = Literal["open", "resolved"]
Owner = Literal["ops", "buyer"]
TaskNotice = Literal["", "completed", "snoozed", "resolved", "stale", "missing_name"]
SNOOZE_HOURS: Final = (4, 24, 48, 72)
RESOLUTIONS: Final = ("moving", "reshipped", "refunded", "found", "by_seller")
OPERATOR_LENGTH: Final = 60
NOTE_LENGTH: Final = 500
ENTRIES: Final = (
    "opened",
    "renewed",
    "step",
    "offer_made",
    "offer_accepted",
    "offer_expired",
    "offer_withdrawn",
    "offer_requested",
    "offer_fulfilled",
    "offer_failed",
    "completed",
    "snoozed",
    "overdue",
    "resolved",
)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """The step the case stands at: whose turn it is, until when, and what may be recorded when it is done."""

    name: str
    owner: Owner
    due: str
    overdue: bool
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownScan:
    """One scan; `counted` is false for one that is kept but was set aside."""

    at: str
    milestone: str
    reason: str
    place: str
    code: str
    text: str
    counted: bool


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One line of the case's history; `what` is one of `ENTRIES`, `detail` a code that goes with it."""

    at: str
    what: str
    detail: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """What the buyer chose, who pays for it, and what has become of it; `state` is the offer's."""

    option: str
    fee: str
    paid_by: str
    state: str
    new_lines: tuple[str, ...]
    warns: bool
    consent_at: str


@dataclass(frozen=True, slots=True)
class Paste:
    """A text for the marketplace or the carrier; `language` is the text's own. Without a title it is to the buyer."""

    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class TaskView:
    """`/tasks/{token}`. `scans` and `history` stand newest first. `protection` names the platform whose seller
    protection a redirect can void ("" for none).
    `by_buyer`: the buyer began the case, without trouble that the carrier knows of.
    A post carries `shown_step` and `shown_version` back, so that nobody completes what has changed meanwhile."""

    locale: str
    shop: str
    order_id: str
    platform: str
    case: str
    kind: str
    severity: str
    state: TaskState
    resolution: str
    reason: str
    carrier: str
    number: str
    url: str
    milestone: str
    since: str
    moved_at: str
    attempts: int
    attempts_left: int
    buyer_name: str
    address_lines: tuple[str, ...]
    order_value: str
    step: ShownStep | None = None
    snoozed_until: str = ""
    choice: ShownChoice | None = None
    offered: tuple[str, ...] = ()
    offer_until: str = ""
    protection: str = ""
    pastes: tuple[Paste, ...] = ()
    scans: tuple[ShownScan, ...] = ()
    history: tuple[ShownEntry, ...] = ()
    shown_step: str = ""
    shown_version: int = 0
    notice: TaskNotice = ""
    operator: str = ""
    by_buyer: bool = False
