"""Before a silence becomes trouble: which parcels a provider is asked about, and the note that it was.

The answer is heard like any other news (`tracking.hear`); what it does not say is left to the deadline.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from doorstep.cases.docket import Docket
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.parcels.pulling import candidates, may_be_asked_about
from doorstep.parcels.silence import silent_at


def whom_to_ask(file: ParcelFile, *, rules: Rulebook, now: datetime) -> tuple[str, ...]:
    """Providers to ask about this parcel, the best first; none while it is not silent, or somebody looks into it.

    `file.scans` must hold all scans of the parcel.
    """
    docket = Docket(file, rules, now)
    silent = silent_at(file.parcel, docket.policy, after=docket.looked_into_at)
    if silent is None or silent > now or docket.open_cases or not may_be_asked_about(file.parcel, now):
        return ()
    return candidates(file.scans, docket.policy.pull_with)


def note_asked(file: ParcelFile, *, now: datetime) -> CaseChange:
    """That somebody was asked; when the parcel is due stays as it is, for the deadline is still to be met."""
    return CaseChange(parcel=replace(file.parcel, pulled_at=now, version=file.parcel.version + 1))
