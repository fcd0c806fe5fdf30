"""Which trouble a parcel is in: a function of its timeline, and for silence of the clock, in any order of news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.cases.playbook import Playbook, Playbooks
from doorstep.cases.trouble import kind_of
from doorstep.orders.policy import Policy
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import Scan
from doorstep.parcels.silence import silent_at
from doorstep.parcels.timeline import Timeline
from doorstep.times import stamp

STALLED = "stalled"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble that the parcel is in now. `last` is the position of the newest scan that speaks of it (for silence:
    of the last sign of life), `opened_by` the name of the scan that began it, or ""."""

    kind: str
    reason: str
    opened_by: str
    last: tuple[str, str]


def troubles(timeline: Timeline, playbooks: Playbooks) -> dict[str, Trouble]:
    """Every trouble that the scans show the parcel to be in, by kind; those with a playbook only."""
    found: dict[str, Trouble] = {}
    for scan in timeline.moves:
        kind = kind_of(scan.milestone, scan.reason)
        for known in list(found):
            if known != kind and _ends(scan, playbooks.having(known)):
                del found[known]
        if playbooks.of(kind) is not None:
            first = found[kind].opened_by if kind in found else scan.digest
            found[kind] = Trouble(kind, scan.reason, first, scan.position)
    return found


def silence(
    timeline: Timeline, parcel: Parcel, policy: Policy, *, after: datetime | None, now: datetime
) -> Trouble | None:
    """The trouble of hearing nothing, from the last sign of life, or from `after`: when somebody last looked."""
    due = silent_at(parcel, policy, after=after)
    if due is None or due > now:
        return None
    last = timeline.last_physical
    seen = last.position if last else (stamp(parcel.label_created_at), "")
    return Trouble(STALLED, "no_scan", last.digest if last else "", max(seen, (stamp(after), "") if after else seen))


def _ends(scan: Scan, book: Playbook) -> bool:
    if scan.milestone not in book.closed_by:
        return False
    return scan.milestone != "in_transit" or (scan.is_physical and scan.reason not in book.but_not)
