"""Streets as sources write them: their keys, their parts, and which house numbers they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from doorstep.address.reference import KnownStreet, StreetParts
from doorstep.address.reference.known_street import NumberStatus, Stretch, split_known
from doorstep.address.reference.street_key import any_road, street_key


@pytest.mark.parametrize(
    "spellings",
    [
        ["W LIBERTY RD", "WEST LIBERTY RD", "WEST LIBERTY ROAD", "W. LIBERTY RD"],
        ["ST PAUL ST", "SAINT PAUL STREET", "ST. PAUL ST"],
        ["MT PHILO RD", "MOUNT PHILO ROAD"],
        ["1ST ST", "FIRST STREET"],
        ["N W BLVD", "NORTHWEST BLVD", "NW BOULEVARD", "NORTH WEST BLVD"],
        ["O'BRIEN LN", "OBRIEN LANE"],
        ["TWENTY-FIRST ST", "TWENTY FIRST ST"],
        ["AVE B", "AVENUE B"],
        ["LIBERTY ST EXT", "LIBERTY STREET EXTENSION"],
        ["US ROUTE 7", "US-7", "US HWY 7", "U S 7"],
        ["VT ROUTE 127", "VT-127", "STATE HIGHWAY 127", "SR 127", "VERMONT ROUTE 127", "VERMONT 127"],
        ["ROUTE 7", "RTE 7", "HWY 7"],
        ["US ROUTE 2 E", "US 2 EAST"],
        ["COUNTY ROAD 20", "CR 20", "CO RD 20"],
        ["I-89", "INTERSTATE 89", "IH 89"],
    ],
)
def test_spellings_of_one_street_share_a_key(spellings: list[str]) -> None:
    assert len({street_key(text, "VT") for text in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MAIN ST", "MAIN AVE"),
        ("MAIN ST", "N MAIN ST"),
        ("MAIN ST N", "N MAIN ST"),
        ("LIBERTY ST", "LIBERTY ST EXT"),
        ("US ROUTE 7", "VT ROUTE 7"),
        ("US ROUTE 7", "ROUTE 7"),
        ("US ROUTE 7", "US ROUTE 7A"),
        ("US ROUTE 2", "US ROUTE 2 E"),
        ("ROUTE 7", "OLD ROUTE 7"),
        ("OLD ROUTE 7", "NEW ROUTE 7"),
        ("COUNTY ROAD 20", "ROUTE 20"),
        ("AVENUE B", "AVENUE C"),
        ("21ST ST", "22ND ST"),
    ],
)
def test_different_streets_have_different_keys(one: str, other: str) -> None:
    assert street_key(one, "VT") != street_key(other, "VT")


@pytest.mark.parametrize("state", ["NY", "NH"])
def test_a_states_own_name_owns_its_roads(state: str) -> None:
    assert street_key(f"{state} ROUTE 22", state) == street_key("STATE ROUTE 22", state)
    assert street_key("VT ROUTE 22", state) != street_key("STATE ROUTE 22", state)


def test_a_road_of_nobody_in_particular_is_known_from_any_owner() -> None:
    assert any_road(street_key("US ROUTE 7", "VT")) == any_road(street_key("VT 7", "VT")) == street_key("RTE 7", "VT")
    assert any_road(street_key("MAIN ST", "VT")) == any_road(street_key("OLD US ROUTE 7", "VT")) == ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("MAIN ST", ("", "MAIN", "ST", "")),
        ("N MAIN ST", ("N", "MAIN", "ST", "")),
        ("MAIN ST NW", ("", "MAIN", "ST", "NW")),
        ("WEST LIBERTY RD", ("", "WEST LIBERTY", "RD", "")),
        ("W LIBERTY RD", ("W", "LIBERTY", "RD", "")),
        ("HUNTERS GLEN", ("", "HUNTERS GLEN", "", "")),
        ("HUNTERS GLN", ("", "HUNTERS", "GLN", "")),
        ("BROWN HILL E", ("", "BROWN HILL", "", "E")),
        ("LIBERTY ST EXT", ("", "LIBERTY ST", "EXT", "")),
        ("ON THE GREEN", ("", "ON THE GREEN", "", "")),
        ("NORTH AVE", ("", "NORTH", "AVE", "")),
        ("N EAST ST", ("N", "EAST", "ST", "")),
        ("E ST", ("", "E", "ST", "")),
        ("AVENUE B", ("", "AVENUE B", "", "")),
        ("AVENUE N", ("", "AVENUE N", "", "")),
        ("BROADWAY", ("", "BROADWAY", "", "")),
        ("US ROUTE 7", ("", "US ROUTE 7", "", "")),
        ("US HWY 7 S", ("", "US HIGHWAY 7", "", "S")),
        ("RIDGE", ("", "RIDGE", "", "")),
    ],
)
def test_a_source_that_abbreviates_means_what_it_spells_out(text: str, parts: tuple[str, ...]) -> None:
    assert split_known(text, abbreviates=True) == StreetParts(*parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("MAIN STREET", ("", "MAIN", "ST", "")),
        ("NORTH MAIN STREET", ("N", "MAIN", "ST", "")),
        ("MAIN STREET SOUTHWEST", ("", "MAIN", "ST", "SW")),
        ("HUNTERS GLEN", ("", "HUNTERS", "GLN", "")),
        ("NORTH AVENUE", ("", "NORTH", "AVE", "")),
        ("ON THE GREEN", ("", "ON THE GREEN", "", "")),
        ("AVENUE B", ("", "AVENUE B", "", "")),
        ("US ROUTE 7 SOUTH", ("", "US ROUTE 7", "", "S")),
    ],
)
def test_a_source_that_spells_out_is_put_in_standard_form(text: str, parts: tuple[str, ...]) -> None:
    assert split_known(text, abbreviates=False) == StreetParts(*parts)


def stretch(
    numbers: str = "",
    ranges: Sequence[tuple[str, int, int, str]] = (),
    units: Mapping[str, str] | None = None,
    *,
    city: str = "",
    complete: bool = False,
) -> Stretch:
    return Stretch(city, f" {numbers} " if numbers else "", ranges, units or {}, complete)


def known_street(*stretches: Stretch) -> KnownStreet:
    return KnownStreet(StreetParts("", "MAIN", "ST", ""), list(stretches))


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("2", "within"),
        ("98", "within"),
        ("50A", "within"),
        ("50 1/2", "within"),
        ("3", "outside"),
        ("100", "outside"),
        ("101", "within"),
        ("150", "outside"),
        ("300", "within"),
        ("301", "within"),
        ("N6W23001", "within"),
        ("N6W23000", "outside"),
        ("N7W23001", "outside"),
        ("B12", "within"),
        ("12B", "within"),
        ("ONE", "outside"),
        ("", "outside"),
    ],
)
def test_a_range_has_a_prefix_two_ends_and_a_parity(number: str, status: NumberStatus) -> None:
    ranges = [
        ("", 2, 98, "E"), ("", 101, 199, "O"), ("", 300, 310, "B"), ("N6W", 23001, 23099, "O"), ("B", 10, 20, "E"),
    ]  # fmt: skip

    assert known_street(stretch(ranges=ranges)).status(number) == status


@pytest.mark.parametrize(
    ("number", "status"), [("34-01", "within"), ("34-02", "outside"), ("3401", "within"), ("34", "outside")]
)
def test_a_hyphenated_number_is_compared_as_digits(number: str, status: NumberStatus) -> None:
    assert known_street(stretch(ranges=[("", 3401, 3499, "O")])).status(number) == status


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("12", "listed"),
        ("97A", "listed"),
        ("9 1/2", "listed"),
        ("34-01", "listed"),
        ("20", "listed"),
        ("97", "outside"),
        ("9", "outside"),
        ("1/2", "outside"),
        ("2", "outside"),
    ],
)
def test_a_complete_register_lists_its_numbers_and_no_other(number: str, status: NumberStatus) -> None:
    register = stretch("12 97A 9_1/2 34-01", units={"20": "APT 1"}, complete=True)

    assert known_street(register).status(number) == status


@pytest.mark.parametrize(
    ("number", "status"),
    [("105", "listed"), ("100", "within"), ("399", "within"), ("99", "outside"), ("400", "outside")],
)
def test_a_register_with_gaps_reaches_to_the_end_of_its_hundreds(number: str, status: NumberStatus) -> None:
    assert known_street(stretch("105 310")).status(number) == status


def test_any_source_may_list_a_number_and_a_complete_one_overrules_ranges() -> None:
    ranges = stretch(ranges=[("", 1, 99, "B")])
    complete, gaps = stretch("12", complete=True), stretch("14")

    assert known_street(complete, ranges, gaps).status("14") == "listed"
    assert known_street(complete, ranges).status("16") == "outside"
    assert known_street(gaps, ranges).status("16") == "within"


def test_units_of_all_sources_are_put_together() -> None:
    street = known_street(
        stretch("20", units={"9_1/2": "A"}), stretch(units={"20": "APT 1|APT 2"}), stretch(units={"20": "APT 2|PH"})
    )

    assert street.units("20") == (["APT 1", "APT 2", "PH"], True)
    assert street.units("9 1/2") == (["A"], False)
    assert street.units("7") == ([], False)


def test_the_cities_of_a_street_and_of_a_number() -> None:
    street = known_street(stretch("12", city="HARTFORD"), stretch("12 60", city="NORWICH"), stretch("5"))

    assert list(street.cities()) == ["HARTFORD", "NORWICH"]
    assert street.cities_of("60") == {"NORWICH"}
    assert street.cities_of("12") == {"HARTFORD", "NORWICH"}
