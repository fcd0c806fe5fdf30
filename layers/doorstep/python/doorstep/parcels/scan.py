"""A scan: one thing a carrier said about one parcel, in our vocabulary and with the carrier's own code kept beside it.

Scans are immutable and named by their content: the same scan heard again, by whatever way, is the same scan.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from doorstep.times import stamp

MILESTONES: Final = (
    "unknown",
    "info_received",
    "in_transit",
    "out_for_delivery",
    "delivery_attempted",
    "available_for_pickup",
    "delivered",
    "exception",
    "returning",
    "returned",
    "expired",
    "cancelled",
)
TRACKING_NUMBER: Final = re.compile(r"[A-Z0-9]{4,40}")
CARRIER: Final = re.compile(r"[a-z][a-z0-9_]{1,31}")
Direction = Literal["forward", "return"]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a scan was made, as far as the carrier says."""

    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True)
class Scan:
    """One scan (design §4.2). `code_table` and `raw_code` are the provider's own; a `reason` of "" means none.

    `is_physical` is false for forecasts and paperwork: those do not show that the parcel moved. `hold_until` is until
    when the carrier says it keeps the parcel. `reopens` marks a correction that may lead out of an end. `archive` names
    the body it came in.
    """

    provider: str
    carrier: str
    tracking_number: str
    occurred_at: datetime
    received_at: datetime
    milestone: str
    reason: str = ""
    place: str = ""
    text: str = ""
    code_table: str = ""
    raw_code: str = ""
    is_physical: bool = True
    location: Location = field(default_factory=Location)
    signed_by: str = ""
    proof_url: str = ""
    hold_until: datetime | None = None
    direction: Direction = "forward"
    reopens: bool = False
    archive: str = ""

    @cached_property
    def digest(self) -> str:
        """The name of the content, 32 hex digits; when and in which body we heard it does not count."""
        said = asdict(self)
        del said["received_at"], said["archive"]
        said["occurred_at"] = stamp(self.occurred_at)
        said["hold_until"] = stamp(self.hold_until) if self.hold_until else ""
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def position(self) -> tuple[str, str]:
        """Its place among the scans of its parcel: by time, then by name, so that everybody sorts alike."""
        return stamp(self.occurred_at), self.digest
