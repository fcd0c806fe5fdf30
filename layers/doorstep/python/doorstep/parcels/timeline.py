"""The parcel as a function of its set of scans: any order, repetition or batching of them comes to the same.

Exact repeats are one. Sorted by (time, name); the last scan that carries a milestone decides, ends yield only to what
reopens them, and the way back to no step of the way out: who tells one thing at a time says "out for delivery" of a
parcel that is brought to the sender, too. Scans before the label or long after it (the number was another parcel's, or
is by now) and far in the future (a broken clock) are kept and do not count; the last count when their time has come.
Forecasts and paperwork do not break a silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from doorstep.data import load
from doorstep.parcels.parcel import Progress
from doorstep.parcels.providers.homeward import turned_round
from doorstep.parcels.scan import Scan


@dataclass(frozen=True, slots=True)
class Timeline:
    """`counted` and `set_aside` are all scans, oldest first; `moves` those that decided the milestone in their turn."""

    counted: tuple[Scan, ...]
    set_aside: tuple[Scan, ...]
    moves: tuple[Scan, ...]

    @property
    def progress(self) -> Progress:
        """What it all comes to."""
        last = self.moves[-1] if self.moves else None
        physical = [scan for scan in self.counted if scan.is_physical]
        return Progress(
            milestone=last.milestone if last else "info_received",
            reason=last.reason if last else "",
            since=last.occurred_at if last else None,
            attempts=_attempts(self.counted),
            moved_at=physical[-1].occurred_at if physical else None,
            pickup=last.location if last and last.milestone == "available_for_pickup" else None,
            signed_by=_signed_by(self.counted) if last and last.milestone == "delivered" else "",
            scans=len(self.counted),
            set_aside=len(self.set_aside),
        )

    @property
    def last_physical(self) -> Scan | None:
        """The last scan that shows that the parcel moved."""
        return next((scan for scan in reversed(self.counted) if scan.is_physical), None)


def read(scans: Iterable[Scan], *, label_created_at: datetime, now: datetime) -> Timeline:
    """Sort the scans of one parcel and let them act in turn."""
    rules = _rules()
    each = sorted({scan.digest: scan for scan in scans}.values(), key=lambda scan: scan.position)
    earliest = label_created_at - timedelta(hours=rules["label_tolerance_hours"])
    reused = label_created_at + timedelta(days=rules["number_reused_after_days"])
    latest = min(now + timedelta(hours=rules["ahead_tolerance_hours"]), reused)
    counted = tuple(scan for scan in each if earliest <= scan.occurred_at <= latest)
    moves: list[Scan] = []
    for scan in counted:
        if scan.milestone != "unknown" and _may_follow(moves[-1].milestone if moves else "", scan, rules):
            moves.append(scan)
    return Timeline(counted, tuple(scan for scan in each if scan not in counted), tuple(moves))


def wakes_at(timeline: Timeline, now: datetime) -> datetime | None:
    """When the next scan that is dated ahead begins to count, if there is one."""
    tolerance = timedelta(hours=_rules()["ahead_tolerance_hours"])
    return min((scan.occurred_at - tolerance for scan in timeline.set_aside if scan.occurred_at > now), default=None)


def _may_follow(milestone: str, scan: Scan, rules: dict[str, Any]) -> bool:
    if milestone in rules["ends"]:
        return scan.reopens
    if milestone in rules["weak_ends"]:
        return scan.is_physical
    if milestone == "returning" and not scan.reopens:
        return turned_round(scan.milestone, scan.reason)[0] == scan.milestone
    return True


def _attempts(scans: Iterable[Scan]) -> int:
    """Attempts, counted once however many scans, or providers, speak of each."""
    within, count = timedelta(hours=_rules()["attempt_hours"]), 0
    first: datetime | None = None
    for scan in scans:
        if scan.milestone == "delivery_attempted" and (first is None or scan.occurred_at - first >= within):
            first, count = scan.occurred_at, count + 1
    return count


def _signed_by(scans: Iterable[Scan]) -> str:
    """Who signed: often told in a scan of its own, after the one that says delivered."""
    names = [scan.signed_by for scan in scans if scan.milestone == "delivered" and scan.signed_by]
    return names[-1] if names else ""


def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = load("parcels/rules")
    return rules
