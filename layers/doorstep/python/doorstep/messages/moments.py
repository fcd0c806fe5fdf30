"""Tells a moment the way people do, in their language and in a named time zone. Needs neither clock nor C locale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.messages.catalogue import Texts, texts

_NOON = 12


def local_moment(moment: datetime, locale: str, time_zone: str) -> str:
    """`Tuesday, November 24, 6:00 PM (Eastern Time)`, or the same in the language of `locale`.

    `moment` must be aware. A zone that this machine does not know is told in UTC rather than not at all.
    """
    return told(moment, texts(locale), time_zone)


def told(moment: datetime, catalogue: Texts, time_zone: str) -> str:
    """The same, from a catalogue at hand. Raises `ValueError` for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    try:
        local = moment.astimezone(ZoneInfo(time_zone))
        zone = str(catalogue.names("moment.zones").get(time_zone) or _offset(local))
    except (KeyError, ValueError, OSError):
        local, zone = moment.astimezone(UTC), "UTC"
    return catalogue.say(
        "moment.form",
        weekday=catalogue.sentences("moment.weekdays")[local.weekday()],
        month=catalogue.sentences("moment.months")[local.month - 1],
        day=local.day,
        hour=local.hour % _NOON or _NOON,
        hour24=f"{local.hour:02}",
        minute=f"{local.minute:02}",
        half=catalogue.sentences("moment.halves")[local.hour >= _NOON],
        zone=zone,
    )


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    sign, minutes = ("-" if offset < timedelta() else "+"), abs(int(offset.total_seconds())) // 60
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")
