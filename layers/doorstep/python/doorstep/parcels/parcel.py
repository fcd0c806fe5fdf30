"""A parcel: what the seller registered, and what its scans have come to so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from doorstep.orders.order import Money
from doorstep.parcels.scan import Location


@dataclass(frozen=True, slots=True)
class Progress:
    """What the set of scans comes to (`timeline.read`); equal for equal sets.

    `since` is when the scan that decides was made. `attempts` counts attempts, not scans that speak of one. `moved_at`
    is the last physical scan. `pickup` is where the parcel waits, while it waits.
    """

    milestone: str = "info_received"
    reason: str = ""
    since: datetime | None = None
    attempts: int = 0
    moved_at: datetime | None = None
    pickup: Location | None = None
    signed_by: str = ""
    scans: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel of one order. `version` rises with every change of it, its cases and its offers, and guards them all.

    `address_version` is the address on its label. `pulled_at` is when a provider was last asked about it.
    """

    shop: str
    order_id: str
    carrier: str
    tracking_number: str
    service: str
    ships_from: str
    label_created_at: datetime
    registered_at: datetime
    address_version: int
    payload_digest: str
    version: int
    expected_delivery_at: datetime | None = None
    signature_required: bool = False
    insured_value: Money | None = None
    progress: Progress = field(default_factory=Progress)
    due_at: datetime | None = None
    pulled_at: datetime | None = None

    @property
    def id(self) -> str:
        """Unique within the order: `<carrier>.<tracking number>`."""
        return f"{self.carrier}.{self.tracking_number}"

    @property
    def milestone(self) -> str:
        """Where it is."""
        return self.progress.milestone

    @property
    def live(self) -> bool:
        """Whether it is (or was) on its way; a cancelled label is no parcel."""
        return self.milestone != "cancelled"
