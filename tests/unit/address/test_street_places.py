"""The street's ZIP Code, city and state against the ones typed: which two disagree, and what is offered instead."""

from __future__ import annotations

import pytest
from streets import Shelf, codes, judge, known, offered, register, side, street, street_map

TOWNS = known(
    street("ELM ST", "12", city="HARTFORD", code="05001"),
    street("ELM ST", "60", city="NORWICH", code="05001"),
    street("PINE RD", "5", city="HARTLAND", code="05001"),
    street("BAY LN", "4", city="NORWICH", code="05055"),
)
CITY = known(
    street("MAIN ST", "12 14"),
    street("MAPLE LN", "40 42", code="05408"),
    street("BIRCHWOOD DR", "8", code="05408"),
    street("SHORE RD", "500", code="05403", city="SOUTH BURLINGTON"),
)


def at(city: str, code: str, state: str = "VT") -> dict[str, str]:
    return {"city": city, "state": state, "postal_code": code}


@pytest.mark.parametrize(
    ("line1", "city"),
    [
        ("12 Elm St", "Hartford"),
        ("12 Elm St", "White River Junction"),
        ("60 Elm St", "Norwich"),
        ("60 Elm St", "WHITE RIV JCT"),
        ("5 Pine Rd", "hartland"),
    ],
)
def test_the_city_of_the_street_and_the_post_offices_are_both_right(line1: str, city: str) -> None:
    answer = judge(TOWNS, line1, **at(city, "05001"))

    assert (answer.verdict, codes(answer), answer.address.city) == ("accept", [], city.upper())
    assert answer.components["city"].status == "confirmed"


def test_without_a_reference_the_town_was_in_doubt() -> None:
    answer = judge(None, "12 Elm St", **at("Hartford", "05001"))

    assert (answer.verdict, codes(answer)) == ("confirm", ["city_not_in_postal_code"])


@pytest.mark.parametrize(
    ("line1", "typed", "meant"), [("12 Elm St", "Norwich", "HARTFORD"), ("60 Elm St", "Hartford", "NORWICH")]
)
def test_a_number_that_the_other_town_has_shows_the_wrong_city(line1: str, typed: str, meant: str) -> None:
    answer = judge(TOWNS, line1, **at(typed, "05001"))

    assert (answer.verdict, codes(answer)) == ("confirm", ["street_city_conflict"])
    assert offered(answer, "line1", "city", "postal_code") == [f"{line1.upper()} / {meant} / 05001"]
    assert answer.issues[0].field == "city"


def test_a_number_of_neither_town_says_nothing_of_the_city() -> None:
    assert codes(judge(TOWNS, "61 Elm St", **at("Hartford", "05001"))) == ["number_not_found"]


def test_a_town_of_the_zip_code_where_this_street_is_not_stays_in_doubt() -> None:
    answer = judge(TOWNS, "12 Elm St", **at("Hartland", "05001"))

    assert (answer.verdict, codes(answer)) == ("confirm", ["city_not_in_postal_code"])
    assert offered(answer, "city", "postal_code")[0] == "HARTFORD / 05001"


@pytest.mark.parametrize(
    ("line1", "place", "meant"),
    [
        ("40 Maple Ln", ("Burlington", "05401"), "40 MAPLE LN / 05408"),
        ("41 Maple Ln", ("Burlington", "05401"), "41 MAPLE LN / 05408"),
        ("12 Main St", ("Burlington", "05408"), "12 MAIN ST / 05401"),
        ("500 Shore Rd", ("South Burlington", "05401"), "500 SHORE RD / 05403"),
        ("8 Birchwod Dr", ("Burlington", "05401"), "8 BIRCHWOOD DR / 05408"),
    ],
)
def test_a_street_in_another_zip_code_of_the_city_is_offered_there(
    line1: str, place: tuple[str, str], meant: str
) -> None:
    answer = judge(CITY, line1, **at(*place))

    assert answer.verdict == "confirm"
    assert codes(answer)[0] == "street_in_other_postal_code"
    assert answer.issues[0].field == "postal_code"
    assert offered(answer, "line1", "postal_code")[0] == meant


def test_a_listed_number_elsewhere_is_surer_than_an_unlisted_one() -> None:
    listed, unlisted = (judge(CITY, f"{number} Maple Ln", **at("Burlington", "05401")) for number in (40, 41))

    assert listed.suggestions[0].score > unlisted.suggestions[0].score


@pytest.mark.parametrize("line1", ["40 Maple Ln", "40 Maple Lane"])
def test_a_street_in_its_own_zip_code_is_in_no_other(line1: str) -> None:
    assert judge(CITY, line1, **at("Burlington", "05408")).verdict == "accept"


def test_a_street_of_another_city_is_not_looked_for_there() -> None:
    answer = judge(CITY, "500 Shore Rd", **at("Burlington", "05401"))

    assert (codes(answer), answer.suggestions) == (["street_not_found"], ())


def test_two_sources_of_one_zip_code_are_one_place() -> None:
    both = Shelf(
        register(street("MAPLE LN", "2 40", code="05408"), street("MAIN ST", "12")),
        street_map(side("MAPLE LN", 2, 40, code="05408")),
    ).reference()

    answer = judge(both, "40 Maple Ln", **at("Burlington", "05401"))

    assert offered(answer, "postal_code") == ["05408"]


def test_the_same_street_in_two_files_is_one_place() -> None:
    files = [register(street("MAPLE LN", number, code="05408"), file=f"{number}.csv") for number in ("2", "60")]
    streets = Shelf(*files, register(street("MAIN ST", "12"), file="main.csv")).reference()

    answer = judge(streets, "2 Maple Ln", **at("Burlington", "05401"))

    assert offered(answer, "line1", "postal_code") == ["2 MAPLE LN / 05408"]


@pytest.mark.parametrize(
    ("city", "code"), [("Winooski", "city_not_in_postal_code"), ("Brattleboro", "city_postal_code_conflict")]
)
def test_a_wrong_city_is_confirmed_and_the_streets_own_offered_first(city: str, code: str) -> None:
    answer = judge(CITY, "12 Main St", **at(city, "05401"))

    assert (answer.verdict, codes(answer)) == ("confirm", [code])
    assert offered(answer, "city", "postal_code")[0] == "BURLINGTON / 05401"


def test_a_wrong_state_is_fixed_though_the_street_is_known() -> None:
    answer = judge(CITY, "12 Main St", **at("Burlington", "05401", "NH"))

    assert (answer.verdict, codes(answer)) == ("fix", ["state_postal_code_conflict"])
    assert offered(answer, "state") == ["VT"]


def test_a_missing_zip_code_is_found_by_the_street() -> None:
    found, unknown = (judge(CITY, line1, **at("Burlington", "")) for line1 in ("40 Maple Ln", "40 Zinnia Ln"))

    assert (found.verdict, codes(found)) == ("confirm", ["postal_code_inferred"])
    assert offered(found, "line1", "postal_code")[0] == "40 MAPLE LN / 05408"
    assert (unknown.verdict, codes(unknown)) == ("fix", ["postal_code_missing"])


def test_a_map_says_no_city_and_leaves_the_post_offices() -> None:
    streets = Shelf(street_map(side("ELM ST", 1, 99, code="05001"))).reference()

    assert judge(streets, "12 Elm St", **at("White River Junction", "05001")).verdict == "accept"
    assert codes(judge(streets, "12 Elm St", **at("Hartford", "05001"))) == ["city_not_in_postal_code"]
