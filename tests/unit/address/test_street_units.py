"""Units as a register knows them: missing, unknown, not needed, and under their many names."""

from __future__ import annotations

import pytest
from streets import codes, judge, known, offered, statuses, street

BUILDINGS = known(
    street(
        "MAIN ST",
        "12 22 30",
        units={
            "20": "APT 1|APT 12|PH",
            "22": "APT 1",
            "24": "REAR|FRNT",
            "26": "APT 1",
            "28": "BLDG 4 APT 3B|BLDG 5 APT 3B",
            "30": "1|2",
        },
    )
)
HOUSES = known(street("MAIN ST", "12"))


@pytest.mark.parametrize("number", ["20", "24", "26", "28", "30"])
def test_a_building_with_units_asks_for_one(number: str) -> None:
    answer = judge(BUILDINGS, f"{number} Main St")

    assert (answer.verdict, answer.deliverability, codes(answer)) == ("add_unit", "missing_unit", ["unit_missing"])
    assert statuses(answer, "house_number", "unit_number") == ["confirmed", "missing"]
    assert answer.address.line2 == ""


def test_a_house_with_one_flat_needs_none() -> None:
    assert judge(BUILDINGS, "22 Main St").verdict == "accept"
    assert judge(BUILDINGS, "22 Main St", "Apt 1").verdict == "accept"


def test_a_name_on_the_second_line_is_no_unit() -> None:
    answer = judge(BUILDINGS, "20 Main St", "c/o Reception")

    assert (answer.verdict, codes(answer)) == ("add_unit", ["unit_missing", "extra_text"])


def test_a_private_mailbox_is_enough() -> None:
    assert judge(BUILDINGS, "20 Main St", "PMB 7").verdict == "accept"


@pytest.mark.parametrize(
    ("number", "unit"),
    [
        ("20", "Apt 1"),
        ("20", "APARTMENT 1"),
        ("20", "#1"),
        ("20", "# 1"),
        ("20", "1"),
        ("20", "Suite 1"),
        ("20", "Unit No. 12"),
        ("20", "Penthouse"),
        ("24", "rear"),
        ("24", "Front"),
        ("28", "Building 4, Apt 3b"),
        ("30", "Apt 2"),
    ],
)
def test_a_unit_is_known_under_any_of_its_names(number: str, unit: str) -> None:
    answer = judge(BUILDINGS, f"{number} Main St", unit)

    assert (answer.verdict, codes(answer)) == ("accept", [])
    assert {component.status for component in answer.components.values()} == {"confirmed"}


@pytest.mark.parametrize("line1", ["20 Main St Apt 12", "20 Main St #12", "20 Main St, 12", "20 Main St 12"])
def test_a_unit_may_stand_behind_the_street(line1: str) -> None:
    answer = judge(BUILDINGS, line1)

    assert (answer.verdict, answer.address.line1, answer.address.line2[-2:]) == ("accept", "20 MAIN ST", "12")


@pytest.mark.parametrize(
    ("number", "unit", "near"),
    [
        ("20", "Apt 11", ["APT 1", "APT 12"]),
        ("20", "Apt 99", []),
        ("24", "Upper", []),
        ("28", "Bldg 6 Apt 3B", ["BLDG 4 APT 3B", "BLDG 5 APT 3B"]),
        ("30", "Apt 3", ["# 1", "# 2"]),
    ],
)
def test_an_unknown_unit_is_confirmed_and_its_neighbours_offered(number: str, unit: str, near: list[str]) -> None:
    answer = judge(BUILDINGS, f"{number} Main St", unit)

    assert (answer.verdict, answer.deliverability) == ("confirm", "incorrect_unit")
    assert codes(answer) == ["unit_not_found"]
    assert offered(answer, "line2") == near
    assert {one.changed for one in answer.suggestions} <= {("line2",)}


def test_a_unit_where_the_register_has_none_is_noted_and_accepted() -> None:
    answer = judge(BUILDINGS, "12 Main St", "Apt 4")

    assert (answer.verdict, answer.deliverability) == ("accept", "unnecessary_unit")
    assert [(issue.code, issue.severity) for issue in answer.issues] == [("unit_not_needed", "info")]
    assert answer.components["unit_number"].status == "unexpected"
    assert answer.address.line2 == "APT 4"


def test_a_register_without_any_units_says_nothing_of_them() -> None:
    answer = judge(HOUSES, "12 Main St", "Apt 4")

    assert (answer.verdict, answer.deliverability, codes(answer)) == ("accept", "deliverable", [])
    assert answer.components["unit_number"].status == "plausible"


def test_a_unit_of_a_house_that_is_not_listed_is_not_judged() -> None:
    answer = judge(BUILDINGS, "99 Main St", "Apt 4")

    assert codes(answer) == ["number_not_found"]


def test_a_register_with_gaps_does_not_call_a_unit_needless() -> None:
    gaps = known(street("MAIN ST", "12", units={"20": "APT 1|APT 2"}), complete=False)

    assert codes(judge(gaps, "12 Main St", "Apt 4")) == []
