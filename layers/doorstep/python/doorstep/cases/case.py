"""A case: one trouble of one parcel, from the scan that opened it to its resolution, with every step on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

CaseState = Literal["open", "resolved"]
KINDS: Final = (
    "address_problem",
    "delivery_attempt_failed",
    "awaiting_pickup",
    "refused",
    "stalled",
    "lost",
    "damaged",
    "suspicious_delivery",
    "delivered_not_received",
    "returning",
    "customs_hold",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history. `what` is a code (`opened`, `step`, `offer_made`, `completed` …), `detail` another;
    `by` is `doorstep`, `carrier`, `buyer` or the name an operator gave; `note` is the operator's own words."""

    at: datetime
    what: str
    detail: str = ""
    by: str = "doorstep"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """`id` is `<kind>-<n>`, unique within the order. `through` is the position of the last scan of this trouble that
    was dealt with, so that the same news twice changes nothing; `round_at` is when the scan was made that began the
    present round of steps. `step` is the step of the playbook it stands at, `step_due_at` its deadline; `due_at` is
    when it is looked at next (later while snoozed). What the buyer began (`origin`) no scan ends but a final one: the
    carrier cannot know of it."""

    id: str
    kind: str
    parcel: str
    reason: str
    state: CaseState
    severity: str
    opened_at: datetime
    opened_by: str
    through: tuple[str, ...]
    round_at: datetime | None = None
    origin: Literal["carrier", "buyer"] = "carrier"
    step: str = ""
    step_since: datetime | None = None
    step_due_at: datetime | None = None
    overdue: int = 0
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    resolution: str = ""
    offers: int = 0
    asked: Mapping[str, int] = field(default_factory=dict)
    history: tuple[Entry, ...] = ()
    due_at: datetime | None = None
