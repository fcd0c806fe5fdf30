"""The index of a city: in which of its ZIP Codes a street is, found by key or by a spelling that is nearly right."""

from __future__ import annotations

import pytest
from streets import Shelf, known, register, street

from doorstep.address.reference import Whereabouts

CITY = known(
    street("MAPLE LN", "2 40", code="05408"),
    street("MAPLE LN", "100", code="05401"),
    street("N MAIN ST", "7"),
    street("O'BRIEN LN", "7"),
    street("US ROUTE 7", "7"),
    street("1ST ST", "7"),
    street("BEL AIR", "B7"),
).city("VT", "Burlington")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MAPLE LANE", ["05401 100 100", "05408 2 40"]),
        ("NORTH MAIN STREET", ["05401 7 7"]),
        ("OBRIEN LANE", ["05401 7 7"]),
        ("#US 7", ["05401 7 7"]),
        ("1ST STREET", ["05401 7 7"]),
        ("BEL AIR", ["05401 0 0"]),
        ("MAIN STREET", []),
        ("", []),
    ],
)
def test_the_index_of_a_city_finds_a_street_by_its_key(text: str, found: list[str]) -> None:
    assert CITY is not None
    assert sorted(f"{one.zip} {one.lowest} {one.highest}" for one in CITY.find(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MAPEL LN", [("MAPLE LN", 1)]),
        ("MAPPLE LANE", []),
        ("N MIAN STT", [("N MAIN ST", 2)]),
        ("MAPLE LN", [("MAPLE LN", 0)]),
        ("ZINNIA BLVD", []),
    ],
)
def test_the_index_of_a_city_finds_what_is_spelt_nearly_alike(text: str, found: list[tuple[str, int]]) -> None:
    assert CITY is not None
    assert sorted({(where.text, slips) for where, slips in CITY.like(text)}) == found


@pytest.mark.parametrize(("number", "reached"), [(1, False), (2, True), (40, True), (41, False)])
def test_a_street_reaches_from_its_lowest_number_to_its_highest(number: int, reached: bool) -> None:
    assert Whereabouts("MAPLE LN", "05408", 2, 40).reaches(number) is reached
    assert Whereabouts("MAPLE LN", "05408", 0, 0).reaches(number)


def test_the_numbers_of_several_sources_are_one_stretch() -> None:
    files = [register(street("MAPLE LN", number, code="05408"), file=f"{number}.csv") for number in ("2", "60")]

    city = Shelf(*files).reference().city("VT", "Burlington")

    assert city is not None
    assert city.find("MAPLE LANE") == [Whereabouts("MAPLE LN", "05408", 2, 60)]


def test_a_source_that_knows_no_plain_number_takes_nothing_from_the_others() -> None:
    files = [register(street("MAPLE LN", number, code="05408"), file=f"{number}.csv") for number in ("B7", "40")]

    city = Shelf(*files).reference().city("VT", "Burlington")

    assert city is not None
    assert city.find("MAPLE LANE") == [Whereabouts("MAPLE LN", "05408", 40, 40)]
