"""Every row of the contract's verdict table, and every finding of the street reference, with made-up streets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streets import Shelf, codes, judge, known, mapped, offered, register, side, statuses, stray, street, street_map

REGISTER = known(
    street("MAIN ST", "12 14 22 97A 9_1/2", units={"20": "APT 1|APT 12", "22": "APT 1", "26": "REAR"}),
    street("N ELM ST", "5 7"),
    street("S ELM ST", "5 9"),
    street("OAK ST", "1 3"),
    street("OAK AVE", "1 5"),
    street("EVERGREEN TER", "742"),
    street("MAPLE LN", "40 42", code="05408"),
)
MAP = mapped(side("MAIN ST", 2, 98, "E"), side("MAIN ST", 101, 199, "O"), side("MAPLE LN", 2, 40, code="05408"))
PARTLY = known(street("MAIN ST", "12 14 150"), complete=False)


@pytest.mark.parametrize(
    ("line1", "line2"),
    [("12 Main St", ""), ("97a Main St", ""), ("9 1/2 Main St", ""), ("20 Main St", "Apt 1"), ("26 Main St", "Rear")],
)
def test_a_listed_address_is_deliverable(line1: str, line2: str) -> None:
    answer = judge(REGISTER, line1, line2)

    assert (answer.verdict, answer.deliverability, answer.coverage) == ("accept", "deliverable", "address")
    assert (answer.issues, answer.suggestions) == ((), ())
    assert {component.status for component in answer.components.values()} == {"confirmed"}


@pytest.mark.parametrize("number", ["12", "98", "101", "103A", "12 1/2"])
def test_a_number_in_a_range_is_plausible(number: str) -> None:
    answer = judge(MAP, f"{number} Main St")

    assert (answer.verdict, answer.deliverability, answer.coverage) == ("accept", "deliverable", "range")
    assert statuses(answer, "house_number", "street_name") == ["plausible", "confirmed"]


@pytest.mark.parametrize("number", ["13", "100", "102", "201", "1"])
def test_a_number_outside_every_range_is_confirmed(number: str) -> None:
    answer = judge(MAP, f"{number} Main St")

    assert (answer.verdict, answer.deliverability, answer.coverage) == ("confirm", "unverified", "range")
    assert codes(answer) == ["number_not_found"]
    assert statuses(answer, "house_number", "street_name") == ["suspicious", "confirmed"]


@pytest.mark.parametrize("number", ["16", "97", "97B", "9", "200"])
def test_a_number_that_is_not_in_a_complete_register_is_confirmed(number: str) -> None:
    answer = judge(REGISTER, f"{number} Main St")

    assert (answer.verdict, codes(answer), answer.coverage) == ("confirm", ["number_not_found"], "address")


@pytest.mark.parametrize(
    ("number", "verdict"), [("12", "accept"), ("16", "accept"), ("199", "accept"), ("201", "confirm")]
)
def test_a_register_with_gaps_knows_hundreds(number: str, verdict: str) -> None:
    answer = judge(PARTLY, f"{number} Main St")

    assert (answer.verdict, answer.coverage) == (verdict, "address" if number == "12" else "range")


def test_a_complete_register_outweighs_a_map() -> None:
    both = Shelf(
        register(street("MAIN ST", "12")), street_map(side("MAIN ST", 2, 98, "E"), side("PINE ST", 1, 9))
    ).reference()

    assert codes(judge(both, "16 Main St")) == ["number_not_found"]
    assert (judge(both, "5 Pine St").verdict, judge(both, "5 Pine St").coverage) == ("accept", "range")


def test_a_place_that_no_source_covers_is_accepted_and_not_verified() -> None:
    answer = judge(REGISTER, "12 Main St", city="Stowe", postal_code="05672")

    assert (answer.verdict, answer.deliverability, answer.coverage) == ("accept", "unverified", "zip")
    assert statuses(answer, "house_number", "street_name") == ["plausible", "plausible"]


def test_a_street_that_is_nowhere_is_confirmed() -> None:
    answer = judge(REGISTER, "12 Zinnia Blvd")

    assert (answer.verdict, codes(answer), answer.suggestions) == ("confirm", ["street_not_found"], ())
    assert set(statuses(answer, "house_number", "street_name", "suffix")) == {"suspicious"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("742 Evergren Ter", "742 EVERGREEN TER"),
        ("742 Evergeren Terrace", "742 EVERGREEN TER"),
        ("742 Evergreeen Ter", "742 EVERGREEN TER"),
        ("12 Mian St", "12 MAIN ST"),
        ("12 Maine St", "12 MAIN ST"),
        ("16 Maine Streete", "16 MAIN ST"),
    ],
)
def test_a_misspelt_street_is_offered_in_the_right_spelling(typed: str, meant: str) -> None:
    answer = judge(REGISTER, typed)

    assert (answer.verdict, codes(answer)) == ("confirm", ["street_misspelled"])
    assert offered(answer)[0] == meant
    assert answer.address.line1 != meant


def test_a_misspelt_short_name_is_mended_where_only_ranges_are_known() -> None:
    answer = judge(MAP, "12 Mian St")

    assert (codes(answer), offered(answer)) == (["street_misspelled"], ["12 MAIN ST"])


@pytest.mark.parametrize("line1", ["742 Evergreen Terrace", "742 evergreen ter.", "742 EVERGREEN TERR"])
def test_another_abbreviation_is_no_misspelling(line1: str) -> None:
    answer = judge(REGISTER, line1)

    assert (answer.verdict, codes(answer), answer.address.line1) == ("accept", [], "742 EVERGREEN TER")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("5 Elm St", ["5 N ELM ST", "5 S ELM ST"]),
        ("6 Elm St", ["6 N ELM ST", "6 S ELM ST"]),
        ("5 E Elm St", ["5 N ELM ST", "5 S ELM ST"]),
        ("1 Oak", ["1 OAK AVE", "1 OAK ST"]),
        ("1 Oak Blvd", ["1 OAK AVE", "1 OAK ST"]),
    ],
)
def test_what_several_streets_may_be_is_ambiguous(typed: str, meant: list[str]) -> None:
    answer = judge(REGISTER, typed)

    assert (answer.verdict, codes(answer)) == ("confirm", ["street_ambiguous"])
    assert sorted(offered(answer)) == meant
    assert len({one.score for one in answer.suggestions}) == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7 Elm St", ["7 N ELM ST", "7 S ELM ST"]),
        ("9 Elm St", ["9 S ELM ST", "9 N ELM ST"]),
        ("3 Oak Ln", ["3 OAK ST", "3 OAK AVE"]),
        ("742 Evergreen", ["742 EVERGREEN TER"]),
        ("742 N Evergreen Ter", ["742 EVERGREEN TER"]),
        ("742 Evergreen Ter N", ["742 EVERGREEN TER"]),
    ],
)
def test_the_house_number_tells_which_street_is_meant(typed: str, meant: list[str]) -> None:
    answer = judge(REGISTER, typed)

    assert (answer.verdict, codes(answer), offered(answer)) == ("confirm", ["street_parts_differ"], meant)


@pytest.mark.parametrize(("typed", "meant"), [("7 S Elm St", "7 N ELM ST"), ("5 Oak St", "5 OAK AVE")])
def test_a_number_of_the_street_of_the_same_name_is_offered_there(typed: str, meant: str) -> None:
    answer = judge(REGISTER, typed)

    assert (codes(answer), offered(answer)) == (["number_not_found"], [meant])


@pytest.mark.parametrize("line1", ["5 N Elm St", "5 South Elm Street", "1 Oak Street", "1 Oak Ave"])
def test_a_street_with_namesakes_is_accepted_when_it_is_typed_in_full(line1: str) -> None:
    assert judge(REGISTER, line1).verdict == "accept"


@pytest.mark.parametrize(
    ("line1", "code"),
    [("Main St", "number_missing"), ("742", "street_missing"), ("hello", "not_an_address"), ("", "not_an_address")],
)
def test_what_is_no_address_is_still_to_be_fixed(line1: str, code: str) -> None:
    answer = judge(REGISTER, line1)

    assert (answer.verdict, answer.deliverability) == ("fix", "undeliverable")
    assert code in codes(answer) or "street_missing" in codes(answer)


def test_a_street_whose_name_begins_with_a_number_lacks_one_only_where_all_streets_are_known() -> None:
    assert judge(None, "1 Mile Rd").verdict == "accept"
    assert judge(known(street("1 MILE RD", "2"), complete=False), "1 Mile Rd").verdict == "confirm"
    assert judge(known(street("1 MILE RD", "2"), complete=True), "1 Mile Rd").verdict == "fix"


def test_a_box_is_none_of_the_street_references_business() -> None:
    shelf = Shelf(register(street("MAIN ST", "12")))

    answer = judge(shelf.reference(), "PO Box 12")

    assert (answer.verdict, answer.coverage) == ("accept", "zip")


def test_stray_rows_do_not_make_a_zip_code_known() -> None:
    edge = stray(street("CHURCH ST", "1 3"))

    assert (judge(edge, "100 College St").verdict, judge(edge, "100 College St").coverage) == ("accept", "zip")
    assert codes(judge(edge, "1 Chruch St")) == ["street_misspelled"]
    assert codes(judge(edge, "99 Church St")) == ["number_not_found"]


def test_a_zip_code_that_is_new_to_the_table_needs_more_than_a_stray_row() -> None:
    rows = [replace(row, zip="05999") for row in street("CHURCH ST", "1 3")]

    assert judge(stray(rows), "1 Church St", postal_code="05999").verdict == "fix"
    assert judge(known(rows), "1 Church St", postal_code="05999").verdict == "accept"


@pytest.mark.parametrize(
    "line1",
    [
        "12Main St",
        "12/14 Main St",
        "12&14 Main St",
        "12BIS Main St",
        "Main St 12A",
        "Main St # 12",
        "Main St 12, Apt 5",
    ],
)
@pytest.mark.parametrize("streets", [None, known(street("MAIN ST", "12 14"))])
def test_a_number_that_is_there_in_some_way_is_asked_about_not_missing(streets: Any, line1: str) -> None:
    assert judge(streets, line1).verdict == "confirm"


def test_a_listed_number_behind_its_street_is_offered_in_front() -> None:
    answer = judge(known(street("DOGWOOD RD", "8824A")), "Dogwood Rd 8824A")

    assert (codes(answer), offered(answer)) == (["number_after_street"], ["8824A DOGWOOD RD"])


def test_an_organisation_with_a_zip_code_to_itself_may_do_without_a_number() -> None:
    campus = known(street("COLCHESTER AVE", "16", code="05405"))

    assert judge(campus, "Colchester Ave", postal_code="05405").verdict == "confirm"


def test_a_direction_that_has_moved_is_nearer_than_another_direction() -> None:
    town = known(street("1ST AVE SE", "111"), street("SW 1ST AVE", "111"), street("1ST AVE NE", "111"))

    assert offered(judge(town, "111 SE 1st Ave"))[0] == "111 1ST AVE SE"


def test_two_streets_in_one_address_are_asked_about() -> None:
    assert codes(judge(None, "12 Main St", "14 Oak Ave")) == ["two_delivery_points"]


@pytest.mark.parametrize("text", ["፩ St", "12 ፩ St", "12 ٣ Ave"])
def test_digits_without_a_value_are_letters(text: str) -> None:
    assert judge(known(street("MAIN ST", "12")), text).verdict in ("confirm", "fix")


def test_words_behind_a_known_street_are_kept_apart() -> None:
    answer = judge(known(street("YORK RD", "10001")), "10001 York Rd behind the church")

    assert (answer.verdict, codes(answer)) == ("accept", ["extra_text"])
    assert (answer.address.line1, answer.address.line2) == ("10001 YORK RD", "BEHIND THE CHURCH")


def test_a_unit_named_by_a_letter_of_the_compass_is_a_unit_where_it_is_listed() -> None:
    mall = known(street("SHAWAN RD", units={"118": "E|F"}))

    assert judge(mall, "118 Shawan Rd", "E").verdict == "accept"
    assert judge(mall, "118 Shawan Rd E").verdict == "accept"


def test_a_hyphen_is_not_ignored_where_numbers_have_none() -> None:
    assert codes(judge(known(street("YORK RD", "10001")), "100-01 York Rd")) == ["number_not_found"]
    assert codes(judge(known(street("34TH AVE", "100-01")), "10001 34th Ave")) == []


@pytest.mark.parametrize("streets", [None, known(street("OAK ST", units={"12": "APT 1|APT 2"}))])
def test_a_unit_on_both_lines_is_one_unit(streets: Any) -> None:
    answer = judge(streets, "12 Oak St Bldg 3 Apt 1", "Apt 1")

    assert answer.address.line2 == "BLDG 3 APT 1"
