"""Times without an offset are on the clock of the place, summer and winter."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from doorstep.data import load
from doorstep.parcels.providers.local_time import local_moment


@pytest.mark.parametrize(
    ("written", "state", "country", "expected"),
    [
        ("2026-11-23T09:15:00", "VT", "USA", "2026-11-23T14:15:00+00:00"),
        ("2026-07-23T09:15:00", "VT", "US", "2026-07-23T13:15:00+00:00"),
        ("2026-11-23 09:15:00", "ca", "", "2026-11-23T17:15:00+00:00"),
        (" 2026-07-23T09:15:00 ", "AZ", "US", "2026-07-23T16:15:00+00:00"),
        ("2026-11-23T09:15:00", "PR", "usa", "2026-11-23T13:15:00+00:00"),
        ("2026-11-23T09:15:00-06:00", "VT", "USA", "2026-11-23T15:15:00+00:00"),
        ("2026-11-23T09:15:00Z", "VT", "USA", "2026-11-23T09:15:00+00:00"),
        ("2026-11-23T09:15:00", "WA", "AUS", "2026-11-23T09:15:00+00:00"),
        ("2026-11-23T09:15:00", "", "USA", "2026-11-23T09:15:00+00:00"),
        ("2026-11-23T09:15:00", "QZ", "USA", "2026-11-23T09:15:00+00:00"),
    ],
)
def test_a_time_without_an_offset_is_read_on_the_clock_of_the_state(
    written: str, state: str, country: str, expected: str
) -> None:
    moment = local_moment(written, state=state, country=country)

    assert moment is not None
    assert moment.isoformat() == expected


@pytest.mark.parametrize("broken", [None, "", "yesterday", 1_795_446_000, ["2026-11-23"], "23/11/2026 09:15"])
def test_what_is_no_time_is_none(broken: object) -> None:
    assert local_moment(broken, state="VT", country="US") is None


def test_every_state_has_a_clock_that_exists() -> None:
    zones = load("parcels/providers/local_time")["zones"]

    assert set(zones) == {state["code"] for state in load("address/states") if state["kind"] != "military"}
    assert all(ZoneInfo(zone) for zone in zones.values())
