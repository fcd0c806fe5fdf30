"""News of a parcel: recompute it from its scans, open and close cases, withdraw what is no longer possible.

Called after every batch of scans and whenever a parcel is due (silence). It looks only at the set of scans and at what
is on file, so news in any order, or twice, comes to the same; what was long over when we heard of it opens nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from doorstep.cases.case import Case
from doorstep.cases.docket import Docket
from doorstep.cases.finding import STALLED, Trouble, silence, troubles
from doorstep.cases.offer import Offer
from doorstep.cases.offering import fulfilled_by
from doorstep.cases.procedure import ANSWERED, begin, came_true, renew, resolve, settle, withdraw
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.parcels import timeline
from doorstep.parcels.silence import silence_matters
from doorstep.times import stamp

FINAL: Final = ("delivered", "available_for_pickup", "returning", "returned", "expired", "cancelled")
_RESOLUTIONS: Final = {"delivered": "delivered", "returned": "returned", "cancelled": "cancelled"}
_MOVED_ON: Final = "moved_on"


def follow(file: ParcelFile, *, rules: Rulebook, now: datetime) -> CaseChange | None:
    """What the scans on file change; None when nothing. `file.scans` must hold all scans of the parcel."""
    docket = Docket(file, rules, now)
    read = timeline.read(file.scans, label_created_at=file.parcel.label_created_at, now=now)
    before, progress = file.parcel.progress, read.progress
    docket.proceed(progress)
    if (before.milestone, before.reason, before.attempts) != (progress.milestone, progress.reason, progress.attempts):
        _announce(docket)
    found = troubles(read, rules.playbooks)
    for case in file.open_cases:
        _carry_on(docket, case, found.get(case.kind), read)
    for trouble in found.values():
        if file.open_case(trouble.kind) is None and _is_news(file, trouble):
            begin(docket, trouble)
    if not docket.open_cases:
        silent = silence(read, docket.parcel, docket.policy, after=docket.looked_into_at, now=now)
        if silent is not None:
            begin(docket, silent)
    return docket.seal(wakes=timeline.wakes_at(read, now), followed=True)


def _carry_on(docket: Docket, case: Case, trouble: Trouble | None, read: timeline.Timeline) -> None:
    """One open case, seen with what is known now."""
    offer = docket.offer_in(case)
    answered = offer is not None and offer.state in ANSWERED
    if trouble is None:
        if not _still_on(docket, case, offer if answered else None, read):
            resolve(docket, case, _RESOLUTIONS.get(docket.parcel.milestone, _MOVED_ON), by="carrier")
    elif trouble.last > case.through:
        renew(docket, case, trouble)
    elif offer is not None and offer.state == "open" and offer.row != docket.rules.row(docket.parcel):
        withdraw(docket, case, offer)
    elif offer is not None and answered and came_true(docket, offer):
        settle(docket, offer, True, by="carrier")


def _still_on(docket: Docket, case: Case, chosen: Offer | None, read: timeline.Timeline) -> bool:
    """Whether a case goes on although no scan speaks of its trouble (any more).

    What the buyer chose is under way: the parcel moves because of it, or in spite of it, to an end that tells; of money
    and new goods no scan tells, there ops has the last word. What the buyer began the carrier cannot know of. A silence
    lasts until the next sign of life.
    """
    if chosen is not None and not fulfilled_by(chosen.chosen):
        return True
    if docket.parcel.milestone in FINAL:
        return False
    if chosen is not None or case.origin == "buyer":
        return True
    last = read.last_physical
    silent = case.kind == STALLED and case.reason == "no_scan"
    return silent and silence_matters(docket.parcel) and (last is None or last.position <= case.through)


def _is_news(file: ParcelFile, trouble: Trouble) -> bool:
    """Whether this trouble is newer than what earlier cases of its kind have dealt with.

    A case that scans ended has dealt with nothing: when late scans show that the trouble is still on, it is news.
    """
    ends = {*_RESOLUTIONS.values(), _MOVED_ON}
    known = [it for it in file.cases if it.parcel == file.parcel.id and it.kind == trouble.kind]
    return all(trouble.last > it.through for it in known if it.resolution not in ends)


def _announce(docket: Docket) -> None:
    parcel, progress = docket.parcel, docket.parcel.progress
    docket.announce(
        "Parcel Milestone Reached",
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        milestone=progress.milestone,
        reason=progress.reason or None,
        since=stamp(progress.since) if progress.since else None,
        attempts=progress.attempts,
    )
