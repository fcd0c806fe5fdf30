"""The history of one number as 17TRACK tells it: in legs, one for each carrier, of which the last comes to the door.

Owns where events stand, when and where they were, and which leg is the last mile. Leaves to `seventeen_track` what
they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from doorstep.data import load
from doorstep.parcels.providers import reading
from doorstep.parcels.scan import Location, Scan

DECIDING: Final = ("sub_status", "stage", "status")
"""The fields that hold a code, the finest first; an event has no `status` but the one it is given here."""

_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Leg:
    """What one carrier told. `key` is 17TRACK's number of the carrier, `synced_at` when its news were fetched."""

    key: str
    name: str
    country: str
    synced_at: datetime | None
    events: list[Mapping[str, Any]]


_NOBODY: Final = Leg("", "", "", None, [])


def legs(info: Mapping[str, Any], status: Mapping[str, Any]) -> list[Leg]:
    """The legs of a `track_info`, the last mile at the end.

    The latest event is in the last one if no leg has it; and its codes are those of `status` if it has none of its own.
    """
    found = [_leg(one) for one in reading.members(reading.mapping(info.get("tracking")).get("providers"))]
    last = _last_mile(info, found)
    latest = reading.mapping(info.get("latest_event"))
    told = [when_of(event) for leg in found for event in leg.events]
    ordered = [*(leg for leg in found if leg is not last), last]
    if (latest and when_of(latest) not in {None, *told}) or (not told and (latest or status)):
        ordered[-1] = replace(last, events=[*last.events, latest])
    return [replace(leg, events=[_with_status(event, latest, status) for event in leg.events]) for leg in ordered]


def settled(told: Iterable[tuple[Leg, Scan]], last: Leg) -> Iterator[Scan]:
    """The scans; what only the last mile may say is taken from the others once it has the parcel."""
    told, decides = list(told), load("parcels/providers/seventeen_track")["last_mile_decides"]
    since = min((scan.occurred_at for leg, scan in told if leg is last and scan.is_physical), default=None)
    for leg, scan in told:
        late = leg is not last and since is not None and scan.occurred_at >= since
        relayed = late and scan.milestone in decides
        yield replace(scan, milestone="unknown", place="", is_physical=False) if relayed else scan


def when_of(event: Mapping[str, Any]) -> datetime | None:
    """When it was, as UTC: told as such, or with the offset of the place, or in parts as the carrier writes it."""
    raw = reading.mapping(event.get("time_raw"))
    local = f"{reading.words(raw.get('date'))}T{reading.words(raw.get('time')) or '00:00:00'}"
    parts = reading.moment(local + reading.words(raw.get("timezone")))
    return reading.moment(event.get("time_utc")) or reading.moment(event.get("time_iso")) or parts


def where(event: Mapping[str, Any]) -> Location:
    """Where it was: in parts, or as one text."""
    address = reading.mapping(event.get("address"))
    found = Location(
        city=reading.words(address.get("city"), _LONGEST_NAME),
        state=reading.words(address.get("state"), _LONGEST_NAME),
        postal_code=reading.code(address.get("postal_code"), 20),
        country=reading.words(address.get("country"), _LONGEST_NAME),
    )
    return found if found != Location() else Location(city=reading.words(event.get("location"), _LONGEST_NAME))


def _leg(one: Mapping[str, Any]) -> Leg:
    carrier = reading.mapping(one.get("provider"))
    return Leg(
        key=reading.code(carrier.get("key")),
        name=reading.words(carrier.get("name"), _LONGEST_NAME),
        country=reading.code(carrier.get("country")),
        synced_at=reading.moment(one.get("latest_sync_time")),
        events=reading.members(one.get("events")),
    )


def _last_mile(info: Mapping[str, Any], found: list[Leg]) -> Leg:
    """The carrier that comes to the door: named as such, or of the buyer's country, or the one that spoke last."""
    local = reading.code(reading.mapping(info.get("misc_info")).get("local_key"))
    buyer = reading.mapping(reading.mapping(info.get("shipping_info")).get("recipient_address"))
    country = reading.code(buyer.get("country"))
    named = [leg for leg in found if local and leg.key == local]
    at_home = [leg for leg in found if country and leg.country == country]
    spoke = [(max(times), index) for index, leg in enumerate(found) if (times := _times(leg))]
    last = [found[max(spoke)[1]]] if spoke else found
    return [_NOBODY, *(named or at_home or last)][-1]


def _times(leg: Leg) -> list[datetime]:
    return [when for event in leg.events if (when := when_of(event)) is not None]


def _with_status(event: Mapping[str, Any], latest: Mapping[str, Any], status: Mapping[str, Any]) -> Mapping[str, Any]:
    if any(reading.code(event.get(name)) for name in DECIDING):
        return event
    is_latest = when_of(event) == when_of(latest) and (when_of(event) is not None or event == latest)
    return {**event, **{name: status.get(name) for name in DECIDING}} if is_latest else event
