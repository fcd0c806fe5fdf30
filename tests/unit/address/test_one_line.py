"""An address in one line, taken apart from its end."""

from __future__ import annotations

import pytest

from .conftest import Assess


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("123 N Main St Apt 4B, Burlington, VT 05401", ("123 N MAIN ST", "APT 4B", "BURLINGTON", "VT", "05401")),
        ("123 main st #7 burlington vt 05401-1234", ("123 MAIN ST", "# 7", "BURLINGTON", "VT", "05401-1234")),
        ("123 Main St, Burlington, Vermont 05401, USA", ("123 MAIN ST", "", "BURLINGTON", "VT", "05401")),
        ("123 Main St\nBurlington VT\n05401", ("123 MAIN ST", "", "BURLINGTON", "VT", "05401")),
        ("1 Main St, 05401 Burlington", ("1 MAIN ST", "", "BURLINGTON", "VT", "05401")),
        ("1 Main St Burlington VT05401", ("1 MAIN ST", "", "BURLINGTON", "VT", "05401")),
        ("350 Fifth Ave Fl 21 New York, NY 10118", ("350 FIFTH AVE", "FL 21", "NEW YORK", "NY", "10118")),
        ("842 E 1700 S Salt Lake City UT 84105", ("842 E 1700 S", "", "SALT LAKE CITY", "UT", "84105")),
        ("97 Abbie Ln West Fairlee VT 05045", ("97 ABBIE LN", "", "WEST FAIRLEE", "VT", "05045")),
        ("11 Sample Rd, Upper Falls, MD 21156", ("11 SAMPLE RD", "", "UPPER FALLS", "MD", "21156")),
        ("5 North Rd Royalton VT 05032", ("5 NORTH RD", "", "ROYALTON", "VT", "05032")),
        ("PSC 3 Box 4 APO AE 09012", ("PSC 3 BOX 4", "", "APO", "AE", "09012")),
        ("150 Calle A San Juan PR 00926", ("150 CALLE A", "", "SAN JUAN", "PR", "00926")),
        ("100 N Main Street Salt Lake City Utah", ("100 N MAIN ST", "", "SALT LAKE CITY", "UT", "")),
    ],
)
def test_each_part_finds_its_field(one_line: Assess, line: str, fields: tuple[str, ...]) -> None:
    address = one_line(line).address

    assert (address.line1, address.line2, address.city, address.state, address.postal_code) == fields


def test_the_first_field_may_hold_it_all(judged: Assess) -> None:
    answer = judged(line1="12 Main St, Burlington VT 05401", city="", state="", postal_code="")

    assert (answer.verdict, answer.address.line1, answer.address.city) == ("accept", "12 MAIN ST", "BURLINGTON")


@pytest.mark.parametrize(
    "line", ["", " ", ",,,", "lorem ipsum dolor sit", "x9 " * 100, "12 Main St", "{{7*7}}", "٠٥٤٠١"]
)
def test_a_line_that_is_no_address_is_fixed(one_line: Assess, line: str) -> None:
    assert one_line(line).verdict == "fix"


def test_a_foreign_line_is_split_at_its_commas_for_the_buyer_to_check(one_line: Assess) -> None:
    answer = one_line("10 Sample Street, London SW1A 2AA", "GB")

    assert (answer.verdict, answer.address.city, answer.address.postal_code) == ("confirm", "LONDON", "SW1A 2AA")
    assert answer.issues[0].code == "one_line_unclear"
