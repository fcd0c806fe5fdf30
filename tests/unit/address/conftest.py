"""The ZIP table, opened once, and a short way to assess an address."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doorstep.address import Assessment, PostalTable, TypedAddress, assess

Assess = Callable[..., Assessment]


@pytest.fixture(scope="session")
def postal() -> PostalTable:
    return PostalTable.open()


@pytest.fixture(scope="session")
def judged(postal: PostalTable) -> Assess:
    """Assess an address that is right but for what the test changes."""

    def judge(locale: str = "en", **fields: str) -> Assessment:
        right = {"line1": "12 Main St", "city": "Burlington", "state": "VT", "postal_code": "05401"}
        return assess(TypedAddress(**(right | fields)), postal=postal, locale=locale)

    return judge


@pytest.fixture(scope="session")
def one_line(postal: PostalTable) -> Assess:
    def judge(line: str, country: str = "US") -> Assessment:
        return assess(TypedAddress(one_line=line, country=country), postal=postal)

    return judge
