"""The ZIP table: what it knows, and how it is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep import data
from doorstep.address import PostalTable
from doorstep.errors import Permanent


def test_a_zip_code_knows_its_place(postal: PostalTable) -> None:
    area = postal.zip("05478")

    assert area is not None
    assert (area.code, area.state, area.type, area.city, area.active) == (
        "05478",
        "VT",
        "STANDARD",
        "SAINT ALBANS",
        True,
    )
    assert area.spelling("St. Albans") == "SAINT ALBANS"
    assert area.spelling("Burlington") == ""
    assert postal.zip("00000") is None


def test_a_city_knows_its_zip_codes(postal: PostalTable) -> None:
    assert postal.zips_of("stowe", "VT") == ["05672"]
    assert len(postal.zips_of("St. Paul", "MN")) > 10
    assert postal.zips_of("Stowe", "NH") == []


def test_a_caller_may_change_the_list_it_got(postal: PostalTable) -> None:
    postal.zips_of("Stowe", "VT").clear()

    assert postal.zips_of("Stowe", "VT") == ["05672"]


def test_distances_are_great_circles(postal: PostalTable) -> None:
    assert postal.miles_between("05401", "05401") == 0
    assert 185 < (postal.miles_between("10001", "02108") or 0) < 195  # New York to Boston is 190 miles
    assert postal.miles_between("05401", "09012") is None


def test_missing_data_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="make setup"):
        PostalTable.open(tmp_path / "none.sqlite")
    with pytest.raises(Permanent, match="make setup"):
        data.load("address/none")


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    zip_table = pytest.importorskip("doorstep_cli.zip_table", reason="the build tools are not installed here")
    pytest.importorskip("zipcodes", reason="the build tools are not installed here")

    for name in ("one", "two"):
        zip_table.build(tmp_path / name / "zipcodes.sqlite")

    one, two = ((tmp_path / name / "zipcodes.sqlite").read_bytes() for name in ("one", "two"))
    assert one == two
    assert len(one) < 8_000_000
