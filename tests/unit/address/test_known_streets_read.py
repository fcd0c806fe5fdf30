"""Delivery lines and one-line addresses read by the streets of their ZIP Code, where rules alone go wrong."""

from __future__ import annotations

import pytest
from streets import codes, judge, known, offered, street

HERE = known(
    street("WEST LIBERTY RD", "1 2"),
    street("W LIBERTY AVE", "1"),
    street("AVENUE B", "3"),
    street("AVENUE N", "3"),
    street("ON THE GREEN", "2"),
    street("LIBERTY ST EXT", "7"),
    street("S W S YOUNG DR", "8"),
    street("NORTH POINT RD", "9"),
    street("BROWN HILL E", "5"),
    street("HUNTERS GLEN", "6"),
    street("EAST WEST RD", "10"),
    street("SEVEN COURTS DR", "12"),
    street("1 MILE RD", "12"),
    street("PENN PLZ", "1"),
    street("JEROME AVE", "11626 11626A 11630"),
    street("O'BRIEN LN", "4"),
    street("ST PAUL ST", "4"),
    street("MT PHILO RD", "4"),
    street("FIRST ST", "4"),
    street("NORTHWEST BLVD", "4"),
    street("FRONT ST", "4"),
    street("SUITE DR", "4"),
)
ROADS = known(
    street("US ROUTE 7", "12"),
    street("VT ROUTE 127", "14"),
    street("VT ROUTE 7A", "16"),
    street("COUNTY ROAD 20", "18"),
    street("OLD ROUTE 5", "20"),
    street("US ROUTE 2 E", "22"),
    street("FM 1200", "24"),
    street("ROUTE 9", "26"),
)
TWO_OWNERS = known(street("US ROUTE 7", "12 15"), street("VT ROUTE 7", "14 15"))


@pytest.mark.parametrize(
    ("typed", "line1", "parts"),
    [
        ("1 West Liberty Rd", "1 WEST LIBERTY RD", ("", "WEST LIBERTY", "RD", "")),
        ("1 W Liberty Road", "1 WEST LIBERTY RD", ("", "WEST LIBERTY", "RD", "")),
        ("1 West Liberty Avenue", "1 W LIBERTY AVE", ("W", "LIBERTY", "AVE", "")),
        ("3 Ave B", "3 AVENUE B", ("", "AVENUE B", "", "")),
        ("3 Avenue N", "3 AVENUE N", ("", "AVENUE N", "", "")),
        ("2 On the Green", "2 ON THE GREEN", ("", "ON THE GREEN", "", "")),
        ("7 Liberty Street Extension", "7 LIBERTY ST EXT", ("", "LIBERTY ST", "EXT", "")),
        ("8 S W S Young Drive", "8 S W S YOUNG DR", ("S", "W S YOUNG", "DR", "")),
        ("9 N Point Rd", "9 NORTH POINT RD", ("", "NORTH POINT", "RD", "")),
        ("5 Brown Hill East", "5 BROWN HILL E", ("", "BROWN HILL", "", "E")),
        ("6 hunters gln", "6 HUNTERS GLEN", ("", "HUNTERS GLEN", "", "")),
        ("10 E West Rd", "10 EAST WEST RD", ("", "EAST WEST", "RD", "")),
        ("12 Seven Courts Drive", "12 SEVEN COURTS DR", ("", "SEVEN COURTS", "DR", "")),
        ("12 1 Mile Road", "12 1 MILE RD", ("", "1 MILE", "RD", "")),
        ("One Penn Plaza", "1 PENN PLZ", ("", "PENN", "PLZ", "")),
        ("4 OBrien Lane", "4 O'BRIEN LN", ("", "O'BRIEN", "LN", "")),
        ("4 O’Brien Ln", "4 O'BRIEN LN", ("", "O'BRIEN", "LN", "")),
        ("4 Saint Paul Street", "4 ST PAUL ST", ("", "ST PAUL", "ST", "")),
        ("4 Mount Philo Rd", "4 MT PHILO RD", ("", "MT PHILO", "RD", "")),
        ("4 1st St", "4 FIRST ST", ("", "FIRST", "ST", "")),
        ("4 North West Blvd", "4 NORTHWEST BLVD", ("", "NORTHWEST", "BLVD", "")),
        ("4 Front Street", "4 FRONT ST", ("", "FRONT", "ST", "")),
        ("4 Suite Drive", "4 SUITE DR", ("", "SUITE", "DR", "")),
    ],
)
def test_a_known_street_is_read_in_its_own_words(typed: str, line1: str, parts: tuple[str, ...]) -> None:
    answer = judge(HERE, typed)

    names = ("predirectional", "street_name", "suffix", "postdirectional")
    found = tuple(answer.components[name].value if name in answer.components else "" for name in names)
    assert (answer.verdict, codes(answer), answer.address.line1) == ("accept", [], line1)
    assert found == parts


@pytest.mark.parametrize(
    ("typed", "line1", "line2"),
    [
        ("11626 A Jerome Ave", "11626A JEROME AVE", ""),
        ("11626a Jerome Ave", "11626A JEROME AVE", ""),
        ("11630 A Jerome Ave", "11630 JEROME AVE", "# A"),
        ("11630 Jerome Ave A", "11630 JEROME AVE", "# A"),
        ("11630 Jerome Ave, Apt A", "11630 JEROME AVE", "APT A"),
        ("6 Hunters Glen Apt 4", "6 HUNTERS GLEN", "APT 4"),
        ("2 On the Green #4", "2 ON THE GREEN", "# 4"),
        ("2 On the Green Bldg 3 Apt 4", "2 ON THE GREEN", "BLDG 3 APT 4"),
        ("4 Front St Rear", "4 FRONT ST", "REAR"),
    ],
)
def test_units_around_a_known_street_are_found(typed: str, line1: str, line2: str) -> None:
    answer = judge(HERE, typed)

    assert (answer.verdict, answer.address.line1, answer.address.line2) == ("accept", line1, line2)


def test_what_was_typed_is_kept_beside_what_it_means() -> None:
    answer = judge(HERE, "1 w. liberty avenue")

    kept = {
        name: (answer.components[name].input, answer.components[name].change) for name in ("predirectional", "suffix")
    }
    assert kept == {"predirectional": ("w.", "standardized"), "suffix": ("avenue", "standardized")}


def test_a_street_that_begins_with_a_number_word_has_no_house_number() -> None:
    answer = judge(HERE, "Seven Courts Dr")

    assert (answer.components["street_name"].value, answer.components["house_number"].status) == (
        "SEVEN COURTS",
        "missing",
    )


@pytest.mark.parametrize(
    ("typed", "line1"),
    [
        ("12 US-7", "12 US ROUTE 7"),
        ("12 U.S. 7", "12 US ROUTE 7"),
        ("12 US Hwy 7", "12 US ROUTE 7"),
        ("12 Rte 7", "12 US ROUTE 7"),
        ("14 VT-127", "14 VT ROUTE 127"),
        ("14 Vermont 127", "14 VT ROUTE 127"),
        ("14 Vermont Route 127", "14 VT ROUTE 127"),
        ("14 State Highway 127", "14 VT ROUTE 127"),
        ("14 SR 127", "14 VT ROUTE 127"),
        ("16 Route 7A", "16 VT ROUTE 7A"),
        ("18 CR 20", "18 COUNTY ROAD 20"),
        ("18 Co Rd 20", "18 COUNTY ROAD 20"),
        ("20 Old Rte 5", "20 OLD ROUTE 5"),
        ("22 US 2 East", "22 US ROUTE 2 E"),
        ("22 Route 2 E", "22 US ROUTE 2 E"),
        ("24 FM 1200", "24 FM 1200"),
        ("26 US Route 9", "26 ROUTE 9"),
        ("26 VT-9", "26 ROUTE 9"),
    ],
)
def test_a_numbered_road_is_known_by_any_of_its_names(typed: str, line1: str) -> None:
    answer = judge(ROADS, typed)

    assert (answer.verdict, answer.address.line1) == ("accept", line1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12 VT Route 7", ["12 US ROUTE 7"]),
        ("14 US Route 127", ["14 VT ROUTE 127"]),
        ("22 Route 2", ["22 US ROUTE 2 E"]),
        ("22 US Route 2 W", ["22 US ROUTE 2 E"]),
    ],
)
def test_a_road_of_another_owner_or_direction_is_offered(typed: str, meant: list[str]) -> None:
    answer = judge(ROADS, typed)

    assert (answer.verdict, offered(answer)[:1]) == ("confirm", meant)


@pytest.mark.parametrize("typed", ["20 New Route 5", "20 Route 5", "26 Route 8"])
def test_another_road_is_another_road(typed: str) -> None:
    assert judge(ROADS, typed).verdict == "confirm"


@pytest.mark.parametrize("typed", ["12 Route 8", "12 Route 17"])
def test_one_road_number_is_no_misspelling_of_another(typed: str) -> None:
    assert codes(judge(ROADS, typed)) == ["street_not_found"]


def test_the_house_number_tells_whose_road_is_meant() -> None:
    assert judge(TWO_OWNERS, "12 Route 7").address.line1 == "12 US ROUTE 7"
    assert judge(TWO_OWNERS, "14 Route 7").address.line1 == "14 VT ROUTE 7"


@pytest.mark.parametrize("number", ["15", "16"])
def test_a_road_that_two_may_own_is_ambiguous(number: str) -> None:
    answer = judge(TWO_OWNERS, f"{number} Route 7")

    assert (answer.verdict, codes(answer)) == ("confirm", ["street_ambiguous"])
    assert sorted(offered(answer)) == [f"{number} US ROUTE 7", f"{number} VT ROUTE 7"]
    assert answer.address.line1 == f"{number} ROUTE 7"


GLEN_ARM = known(
    *(
        street(text, numbers, code="21057", city="GLEN ARM", units={"30": "REAR|B"})
        for text, numbers in {"MANOR RD": "11", "HILL GLEN": "5", "WALKERS": "5", "LONG GREEN PIKE": "12000"}.items()
    )
)


@pytest.mark.parametrize(
    ("typed", "line1", "line2"),
    [
        ("11 Manor Rd Glen Arm MD 21057", "11 MANOR RD", ""),
        ("11 manor road glen arm maryland 21057", "11 MANOR RD", ""),
        ("11 Manor Rd, Glen Arm, MD 21057", "11 MANOR RD", ""),
        ("11, Manor Rd, Glen Arm, MD, 21057", "11 MANOR RD", ""),
        ("11 Manor Rd\nGlen Arm MD 21057", "11 MANOR RD", ""),
        ("5 Hill Glen Glen Arm MD 21057", "5 HILL GLEN", ""),
        ("5 Walkers Glen Arm MD 21057", "5 WALKERS", ""),
        ("12000 Long Green Pike Glen Arm MD 21057", "12000 LONG GREEN PIKE", ""),
        ("11 Manor Rd Apt 2 Glen Arm MD 21057", "11 MANOR RD", "APT 2"),
        ("11 Manor Rd 4 Glen Arm MD 21057", "11 MANOR RD", "# 4"),
        ("11 Manor Rd Bldg 2 Apt 4 Glen Arm MD 21057", "11 MANOR RD", "BLDG 2 APT 4"),
        ("30 Manor Rd, Rear, Glen Arm, MD 21057", "30 MANOR RD", "REAR"),
        ("30 Manor Rd, B, Glen Arm, MD 21057", "30 MANOR RD", "# B"),
        ("30 Manor Rd Rear Glen Arm MD 21057", "30 MANOR RD", "REAR"),
    ],
)
def test_one_line_is_split_behind_the_known_street(typed: str, line1: str, line2: str) -> None:
    answer = judge(GLEN_ARM, one_line=typed)

    address = answer.address
    assert (address.line1, address.line2, address.city) == (line1, line2, "GLEN ARM")
    assert answer.verdict == "accept"
