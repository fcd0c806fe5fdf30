"""Moments and amounts, told the way people tell them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doorstep.messages import money
from doorstep.messages.moments import local_moment

EVENING = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "zone", "told"),
    [
        ("en", "America/New_York", "Tuesday, November 24, 6:00 PM (Eastern Time)"),
        ("en-GB", "America/Los_Angeles", "Tuesday, November 24, 3:00 PM (Pacific Time)"),
        ("es", "America/New_York", "martes 24 de noviembre, 6:00 p. m. (hora del Este)"),
        ("es-MX", "Pacific/Honolulu", "martes 24 de noviembre, 1:00 p. m. (hora de Hawái)"),
        ("en", "Asia/Shanghai", "Wednesday, November 25, 7:00 AM (Beijing Time)"),
        ("en", "Asia/Kolkata", "Wednesday, November 25, 4:30 AM (UTC+5:30)"),
        ("en", "America/Sao_Paulo", "Tuesday, November 24, 8:00 PM (UTC-3)"),
        ("en", "Nowhere/At_All", "Tuesday, November 24, 11:00 PM (UTC)"),
        ("en", "../../etc/passwd", "Tuesday, November 24, 11:00 PM (UTC)"),
    ],
)
def test_a_moment_is_told_in_the_language_and_the_zone(locale: str, zone: str, told: str) -> None:
    assert local_moment(EVENING, locale, zone) == told


@pytest.mark.parametrize(("hour", "told"), [(0, "12:05 AM"), (11, "11:05 AM"), (12, "12:05 PM"), (13, "1:05 PM")])
def test_noon_and_midnight_are_twelve(hour: int, told: str) -> None:
    assert told in local_moment(datetime(2026, 3, 1, hour, 5, tzinfo=UTC), "en", "UTC")


def test_summer_time_is_minded() -> None:
    assert "2:00 PM (Eastern Time)" in local_moment(datetime(2026, 7, 1, 18, 0, tzinfo=UTC), "en", "America/New_York")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_moment(datetime(2026, 7, 1, 18, 0), "en", "UTC")


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        (125_000, "USD", "USD 1,250.00"),
        (5, "USD", "USD 0.05"),
        (1250, "JPY", "JPY 1,250"),
        (1250, "KWD", "KWD 1.250"),
        (-250, "EUR", "EUR -2.50"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(amount: int, currency: str, told: str) -> None:
    assert money.told(amount, currency) == told
