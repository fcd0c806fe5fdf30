"""When something is due: a period from now, or the end of a business day where the seller works.

Business days leave out weekends and US federal holidays, for the carriers' offices follow those.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

CLOSING: Final = time(17)
_SATURDAY: Final = 5
_PERIODS: Final = ("hours", "minutes")


def due(start: datetime, within: Mapping[str, object], time_zone: str) -> datetime:
    """The moment (UTC) that ends `within`, counted from `start` (aware).

    `{"hours": n}` and `{"minutes": n}` are elapsed time, fractions allowed. `{"business_days": n}` is 17:00 in
    `time_zone` on the n-th business day after the local day of `start`. Raises `ValueError` for anything else.
    """
    if start.tzinfo is None or len(within) != 1:
        raise ValueError("one period, from an aware moment")
    ((unit, count),) = within.items()
    if isinstance(count, bool) or not isinstance(count, int | float) or not count > 0:
        raise ValueError("a period is a number above 0")
    if unit in _PERIODS:
        return start.astimezone(UTC) + timedelta(**{unit: count})
    if unit == "business_days" and count % 1 == 0:
        zone = ZoneInfo(time_zone)
        day = _business_day(start.astimezone(zone).date(), int(count))
        return datetime.combine(day, CLOSING, tzinfo=zone).astimezone(UTC)
    raise ValueError("hours, minutes or whole business_days")


def _business_day(day: date, count: int) -> date:
    """The `count`-th business day after `day`."""
    off = _holidays()
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY and day not in off
    return day


@cache
def _holidays() -> Container[date]:
    import holidays  # here, not above: only those who count business days wait for its 250 countries

    return holidays.country_holidays("US")
