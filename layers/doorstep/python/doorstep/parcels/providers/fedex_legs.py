"""One leg of a FedEx parcel's way (one result of its number) as scans: its events, and what no event shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.fedex_events import NAME, Said, said_by_event, said_by_status
from doorstep.parcels.providers.local_time import local_moment
from doorstep.parcels.scan import Location, Scan
from doorstep.parcels.vocabulary import place_of

LONGEST_NAME: Final = 100
# Midnight without an offset stands for a time nobody knows.
_DAY_ONLY: Final = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}(T00:00:00)?")


def said_of(result: Mapping[str, Any]) -> list[Said]:
    """What each event says, and last what is said of the parcel now."""
    by = reading.code(reading.mapping(result.get("trackingNumberInfo")).get("carrierCode"))
    events = [said_by_event(it, by) for it in reading.members(result.get("scanEvents"))]
    return [*events, said_by_status(reading.mapping(result.get("latestStatusDetail")), by)]


def scans_of(result: Mapping[str, Any], told: Sequence[Said], blank: Scan) -> list[Scan]:
    """The events as `told`, the last delivery with name and place, and what no event shows."""
    events, now = reading.members(result.get("scanEvents")), told[-1]
    scans = [
        _scan(event, said, now, when, blank)
        for event, said, when in zip(events, told[:-1], _times(events, told[:-1]), strict=True)
    ]
    scans += _unseen(result, now, scans, blank)
    last = max((it for it in scans if it.milestone == "delivered"), key=lambda scan: scan.occurred_at, default=None)
    return [_delivered(it, result) if it is last else it for it in scans]


def location(place: Mapping[str, Any]) -> Location:
    """Where, as far as it is said."""
    return Location(
        city=reading.words(place.get("city"), LONGEST_NAME),
        state=reading.words(place.get("stateOrProvinceCode"), LONGEST_NAME),
        postal_code=reading.code(place.get("postalCode"), 20),
        country=reading.words(place.get("countryCode"), LONGEST_NAME),
    )


def _scan(event: Mapping[str, Any], said: Said, now: Said, when: datetime | None, blank: Scan) -> Scan:
    meaning = said.meaning or Meaning()
    if when is None and (now.meaning is None or meaning.milestone != now.meaning.milestone):
        meaning = Meaning()
    return replace(
        _told(said, meaning, blank),
        occurred_at=when or blank.occurred_at,
        is_physical=when is not None and meaning.is_physical,
        location=location(reading.mapping(event.get("scanLocation"))),
    )


def _told(said: Said, meaning: Meaning, blank: Scan) -> Scan:
    return replace(
        blank,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        text=next(iter(said.words), ""),
        code_table=said.table,
        raw_code=said.code,
        reopens=meaning.reopens,
    )


def _unseen(result: Mapping[str, Any], now: Said, scans: Sequence[Scan], blank: Scan) -> Iterator[Scan]:
    """The latest status where there is no event at all, or none that shows the end it states."""
    meaning = now.meaning or Meaning()
    seen = any(it.milestone == meaning.milestone or it.raw_code == now.code for it in scans)
    if not now.code or (scans and (seen or now.code not in codes.rules(NAME)["ends"])):
        return
    where = location(reading.mapping(reading.mapping(result.get("latestStatusDetail")).get("scanLocation")))
    kind = codes.rules(NAME)["dated_by"].get(now.code)
    dates = [it for it in reading.members(result.get("dateAndTimes")) if reading.code(it.get("type")) == kind]
    told = (local_moment(it.get("dateTime"), state=where.state, country=where.country) for it in dates)
    when = next(filter(None, told), None)
    yield replace(
        _told(now, meaning, blank),
        occurred_at=when or max((it.occurred_at for it in scans), default=blank.occurred_at),
        is_physical=when is not None and meaning.is_physical,
        location=where,
    )


def _delivered(scan: Scan, result: Mapping[str, Any]) -> Scan:
    """A delivery with who signed, and where it was left, if its own words did not say."""
    details = reading.mapping(result.get("deliveryDetails"))
    names = (reading.words(details.get(field), LONGEST_NAME) for field in ("signedByName", "receivedByName"))
    reason = scan.reason or codes.rules(NAME)["places"].get(reading.code(details.get("locationType")), "")
    return replace(scan, reason=reason, place=place_of(reason), signed_by=next(filter(None, names), ""))


def _times(events: Sequence[Mapping[str, Any]], each: Sequence[Said]) -> list[datetime | None]:
    """When each event was. One told by its day only comes after the label data of that day, not before."""
    times = [_when(it) for it in events]
    is_label = [it.meaning is not None and it.meaning.milestone == "info_received" for it in each]
    labels = [when for when, label in zip(times, is_label, strict=True) if when and label]
    return [
        _within_day(when, labels) if _is_day(event) and not label else when
        for event, when, label in zip(events, times, is_label, strict=True)
    ]


def _is_day(event: Mapping[str, Any]) -> bool:
    return _DAY_ONLY.fullmatch(reading.words(event.get("date"))) is not None


def _within_day(when: datetime | None, labels: Sequence[datetime]) -> datetime | None:
    same_day = [it for it in labels if when and when <= it < when + timedelta(days=1)]
    return max(same_day) + timedelta(seconds=1) if same_day else when


def _when(event: Mapping[str, Any]) -> datetime | None:
    where = location(reading.mapping(event.get("scanLocation")))
    return local_moment(event.get("date"), state=where.state, country=where.country)
