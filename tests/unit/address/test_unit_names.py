"""Units under their many names."""

from __future__ import annotations

import pytest

from doorstep.address.unit_names import nearest_units, standard_unit, unit_key


@pytest.mark.parametrize("text", ["APT 4", "# 4", "#4", "Unit 4", "4", "STE. 4", "apartment # 4"])
def test_one_door_has_one_key(text: str) -> None:
    assert unit_key(text) == "4"


@pytest.mark.parametrize(
    ("text", "key"), [("BLDG 4 APT 3B", "4 3B"), ("REAR", "REAR"), ("", ""), ("FRNT # 2", "2"), ("4 B", "4 B")]
)
def test_other_doors_have_other_keys(text: str, key: str) -> None:
    assert unit_key(text) == key


@pytest.mark.parametrize(
    ("text", "standard"),
    [("7", "# 7"), ("#7", "# 7"), ("APARTMENT 4", "APT 4"), ("BUILDING 4 UNIT B", "BLDG 4 UNIT B"), ("REAR", "REAR")],
)
def test_a_unit_of_a_source_is_written_in_standard_form(text: str, standard: str) -> None:
    assert standard_unit(text) == standard


def test_neighbours_are_one_slip_away_and_three_at_most() -> None:
    by_key = {key: f"APT {key}" for key in ("1", "2", "3", "4", "11", "22A")}

    near = nearest_units("5", by_key)

    assert len(near) == 3
    assert {unit for unit, _ in near} <= {"APT 1", "APT 2", "APT 3", "APT 4"}
    assert nearest_units("99", by_key) == []
