"""Which parcels a scan is about. Tracking numbers are used again, and two orders may travel in one parcel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorstep.data import load
from doorstep.parcels.scan import Scan


@dataclass(frozen=True, slots=True)
class Pointer:
    """From a tracking number to one parcel that carries, or carried, it."""

    shop: str
    order_id: str
    carrier: str
    tracking_number: str
    label_created_at: datetime


def about(scan: Scan, pointers: Iterable[Pointer]) -> list[Pointer]:
    """The parcels whose label is not later than the scan, nor so old that the number belongs to another by now.

    When none fits, the parcel with the newest label: there the scan is kept, and does not count. Parcels of the scan's
    carrier come first; but the one that hands over at the door is often another than the one that was registered.
    """
    rules, known = load("parcels/rules"), list(pointers)
    same = [it for it in known if it.carrier == scan.carrier] or known
    early = timedelta(hours=rules["label_tolerance_hours"])
    late = timedelta(days=rules["number_reused_after_days"])

    def fitting(those: list[Pointer]) -> list[Pointer]:
        return [it for it in those if it.label_created_at - early <= scan.occurred_at < it.label_created_at + late]

    return fitting(same) or fitting(known) or sorted(same, key=lambda it: it.label_created_at)[-1:]
