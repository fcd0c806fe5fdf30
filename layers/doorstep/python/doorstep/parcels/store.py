"""What this room needs from the outside: a place that keeps parcels, their scans, and the way from number to parcel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from doorstep.orders.store import OrderFile
from doorstep.parcels.matching import Pointer
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import Scan

if TYPE_CHECKING:
    from doorstep.parcels.registering import Registration


class ParcelFinder(Protocol):
    """Finds and registers parcels; reads are consistent."""

    def order(self, shop: str, order_id: str) -> OrderFile | None:
        """The order, or None."""

    def find_parcel(self, shop: str, order_id: str, parcel: str) -> Parcel | None:
        """The parcel of this order by its id, or None."""

    def register(self, registration: Registration, *, cause: str) -> None:
        """Write parcel, order and pointer as one. Raises `Conflict` when the order moved on or the parcel exists."""


class ScanStore(Protocol):
    """Keeps scans, of known parcels and of those that nobody has registered yet."""

    def pointers(self, tracking_number: str) -> tuple[Pointer, ...]:
        """The parcels of this number; consistent."""

    def keep_scans(self, pointer: Pointer, scans: Sequence[Scan]) -> None:
        """Write the scans that the parcel does not have yet."""

    def park(self, tracking_number: str, scans: Sequence[Scan]) -> None:
        """Keep scans until their parcel is registered. Raises `Conflict` when it has been by now."""

    def parked(self, tracking_number: str) -> tuple[Scan, ...]:
        """The scans that wait for their parcel."""

    def unpark(self, tracking_number: str, scans: Sequence[Scan]) -> None:
        """Forget scans that were adopted."""
