"""Times that a carrier tells on the clock of the place: "2026-11-23T09:15:00", and not how far that is from UTC.

Owns the clock of each state of the United States (local_time.yaml). Elsewhere nobody says which one it is, and such a
time is taken as UTC, as `reading` does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from doorstep.data import load
from doorstep.parcels.providers import reading

_HOME: Final = frozenset({"", "US", "USA"})


def local_moment(value: object, *, state: str, country: str) -> datetime | None:
    """An ISO 8601 date-time as UTC, None for everything else; one without an offset is on the clock of the state.

    `state` is an abbreviation such as NY, `country` an ISO code of two or three letters; "" for either if not known.
    """
    moment = reading.moment(value)
    zone = load("parcels/providers/local_time")["zones"].get(state.upper()) if country.upper() in _HOME else None
    if moment is None or zone is None or not isinstance(value, str) or datetime.fromisoformat(value.strip()).tzinfo:
        return moment
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
