"""Silence: how long a parcel may go without a physical scan before somebody asks the carrier."""

from __future__ import annotations

from datetime import datetime, timedelta

from doorstep.data import load
from doorstep.orders.policy import Policy
from doorstep.parcels.parcel import Parcel


def silence_matters(parcel: Parcel) -> bool:
    """Whether the parcel should be moving where it is."""
    return parcel.milestone in load("parcels/rules")["watched"]


def silent_at(parcel: Parcel, policy: Policy, *, after: datetime | None = None) -> datetime | None:
    """When the silence of this parcel becomes trouble; None where silence means nothing (delivered, on its way back).

    Once the carrier has it the clock runs from the last physical scan, before that from the label; never from before
    `after`, when somebody last looked into it.
    """
    rules = load("parcels/rules")
    if not silence_matters(parcel):
        return None
    in_hand = parcel.progress.moved_at is not None or parcel.milestone in rules["in_hand"]
    period = timedelta(minutes=policy.silent_after_minutes if in_hand else policy.unhanded_after_minutes)
    seen = parcel.progress.moved_at or (parcel.progress.since if in_hand else None) or parcel.label_created_at
    return max(seen, after or seen) + period
