"""When something is due: elapsed time, and business days where the seller works."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.cases.calendar import due

NEW_YORK = "America/New_York"


def at(text: str) -> datetime:
    """A moment told in New York time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(NEW_YORK))


def business_days(start: str, count: int, zone: str = NEW_YORK) -> str:
    """When it is due, told in New York time."""
    return due(at(start), {"business_days": count}, zone).astimezone(ZoneInfo(NEW_YORK)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-23 09:00", 1, "2026-11-24 17:00"),
        ("2026-11-23 00:00", 1, "2026-11-24 17:00"),
        ("2026-11-23 23:59", 1, "2026-11-24 17:00"),
        ("2026-11-20 18:00", 1, "2026-11-23 17:00"),  # Friday evening
        ("2026-11-21 12:00", 1, "2026-11-23 17:00"),  # Saturday
        ("2026-11-25 10:00", 1, "2026-11-27 17:00"),  # the day before Thanksgiving
        ("2026-11-26 10:00", 1, "2026-11-27 17:00"),  # Thanksgiving
        ("2026-11-23 10:00", 7, "2026-12-03 17:00"),  # a trace over Thanksgiving
        ("2026-12-24 10:00", 1, "2026-12-28 17:00"),  # Christmas is a Friday
        ("2026-12-31 10:00", 1, "2027-01-04 17:00"),  # the year ends on a Thursday, New Year's Day is a Friday
        ("2026-07-02 10:00", 1, "2026-07-06 17:00"),  # the Fourth is a Saturday, observed on Friday
        ("2027-12-30 10:00", 1, "2028-01-03 17:00"),  # New Year's Day of 2028 is observed in 2027
        ("2026-03-06 10:00", 1, "2026-03-09 17:00"),  # clocks go forward in between
        ("2026-10-30 10:00", 1, "2026-11-02 17:00"),  # and back
    ],
)
def test_business_days_leave_out_weekends_and_federal_holidays(start: str, count: int, end: str) -> None:
    assert business_days(start, count) == end


def test_the_end_of_the_day_moves_with_the_clocks() -> None:
    assert due(at("2026-03-05 10:00"), {"business_days": 1}, NEW_YORK) == datetime(2026, 3, 6, 22, tzinfo=UTC)
    assert due(at("2026-03-06 10:00"), {"business_days": 1}, NEW_YORK) == datetime(2026, 3, 9, 21, tzinfo=UTC)


def test_the_day_is_the_one_where_the_seller_works() -> None:
    start = datetime(2026, 11, 23, 20, tzinfo=UTC)  # Monday in New York, Tuesday morning in Shanghai

    assert due(start, {"business_days": 1}, NEW_YORK) == datetime(2026, 11, 24, 22, tzinfo=UTC)
    assert due(start, {"business_days": 1}, "Asia/Shanghai") == datetime(2026, 11, 25, 9, tzinfo=UTC)


def test_hours_and_minutes_are_elapsed_time_whatever_the_clocks_do() -> None:
    start = at("2026-10-31 12:00")

    assert due(start, {"hours": 24}, NEW_YORK) - start.astimezone(UTC) == timedelta(hours=24)
    assert due(start, {"hours": 24}, NEW_YORK).astimezone(ZoneInfo(NEW_YORK)).hour == 11
    assert due(start, {"minutes": 0.5}, NEW_YORK) - start.astimezone(UTC) == timedelta(seconds=30)
    assert due(start, {"minutes": 1440}, NEW_YORK) == due(start, {"hours": 24}, NEW_YORK)


@pytest.mark.parametrize(
    "within",
    [
        {},
        {"days": 1},
        {"weeks": 1},
        {"hours": 1, "minutes": 1},
        {"hours": 0},
        {"hours": -1},
        {"minutes": "5"},
        {"minutes": True},
        {"minutes": float("nan")},
        {"business_days": 1.5},
        {"business_days": 0},
        {"business_days": None},
    ],
)
def test_any_other_period_is_refused(within: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"period|business_days"):
        due(datetime(2026, 11, 23, tzinfo=UTC), within, NEW_YORK)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        due(datetime(2026, 11, 23), {"hours": 1}, NEW_YORK)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)), st.integers(1, 30))
def test_a_later_start_is_never_due_earlier_and_more_days_are_always_later(start: datetime, count: int) -> None:
    end = due(start, {"business_days": count}, NEW_YORK)
    local = end.astimezone(ZoneInfo(NEW_YORK))

    assert end > start
    assert end.tzinfo is UTC
    assert (local.hour, local.minute) == (17, 0)
    assert local.weekday() < 5
    assert due(start + timedelta(hours=1), {"business_days": count}, NEW_YORK) >= end
    assert due(start, {"business_days": count + 1}, NEW_YORK) > end


def test_only_business_days_load_the_holidays_of_the_world() -> None:
    code = (
        "import sys; from datetime import UTC, datetime; from doorstep.cases.calendar import due;"
        "due(datetime(2026, 1, 1, tzinfo=UTC), {'hours': 1}, 'UTC'); print('holidays' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
