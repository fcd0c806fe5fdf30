"""Laws of verdicts with a street reference, for made-up registers: the listed is accepted, nothing is made worse."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_registers import REGISTERS, USUAL, WITHOUT_UNITS, WORDS, registers_and_texts, slips, ways_to_type
from streets import Shelf, codes, known, postal, register, street

from doorstep.address import Assessment, TypedAddress, assess, delivery
from doorstep.address.reference import StreetReference, bodies
from doorstep.address.reference.rows import PointRow
from doorstep.address.tokens import segments


def verdict(typed: TypedAddress, streets: StreetReference | None) -> Assessment:
    return assess(typed, postal=postal(), streets=streets)


def usual(rows: Sequence[PointRow], **how: bool) -> StreetReference:
    return known(rows, USUAL, **how)


@settings(max_examples=100)
@given(REGISTERS, st.data())
def test_a_listed_address_is_confirmed_however_it_is_typed(rows: list[PointRow], data: st.DataObject) -> None:
    typed = data.draw(st.sampled_from(rows).flatmap(ways_to_type))

    answer = verdict(typed.address, usual(rows))

    if not typed.row.unit and any(row.unit for row in rows if row.number == typed.row.number):
        assert answer.verdict in ("accept", "add_unit")
        return
    unsure = {name: one.status for name, one in answer.components.items() if one.status != "confirmed"}
    assert (answer.verdict, answer.deliverability, answer.coverage) == ("accept", "deliverable", "address")
    assert (codes(answer), unsure) == ([], {})


@given(REGISTERS, st.data())
def test_a_building_that_is_listed_with_units_alone_asks_for_one(rows: list[PointRow], data: st.DataObject) -> None:
    typed = data.draw(st.sampled_from(rows).map(lambda row: TypedAddress(f"{row.number} {row.street}", "", row.city,
                                                                         row.state, row.zip)))  # fmt: skip
    same = [row for row in rows if (f"{row.number} {row.street}", row.zip) == (typed.line1, typed.postal_code)]

    answer = verdict(typed, usual(rows))

    if all(row.unit for row in same):
        assert answer.verdict == "add_unit"
        assert answer.deliverability == "missing_unit"
    elif not any(row.unit for row in rows):
        assert answer.verdict == "accept"


@settings(max_examples=100)
@given(registers_and_texts())
@example(
    (
        street("S MAIN ST", "2", code="05001", city="NORWICH"),
        TypedAddress("2 S Main St Po", "3", "Norwich", "VT", "05001"),
    )
)
@example((street("NORTH POINT RD", "1"), TypedAddress("1 North Point Rd B Bldg 4", "", "Burlington", "VT", "05401")))
@example(
    (street("W LIBERTY RD", "2"), TypedAddress(one_line="2 W Liberty Rd Building Mile, Ste 1, Burlington, VT 05401"))
)
def test_standardising_twice_is_standardising_once(given_: tuple[list[PointRow], TypedAddress]) -> None:
    rows, typed = given_
    streets = usual(rows)

    once = verdict(typed, streets).address

    assert verdict(TypedAddress.of(once), streets).address == once


@settings(max_examples=100)
@given(WITHOUT_UNITS, st.data())
def test_a_suggested_address_that_is_listed_is_accepted_as_it_stands(rows: list[PointRow], data: st.DataObject) -> None:
    typed = data.draw(st.sampled_from(rows).flatmap(slips))
    streets = usual(rows)
    listed = {(f"{row.number} {row.street}", row.zip) for row in rows}

    answer = verdict(typed, streets)

    for one in (suggestion.address for suggestion in answer.suggestions):
        if (one.line1, one.postal_code) in listed:
            again = verdict(TypedAddress.of(one), streets)
            assert again.address == one
            assert {"house_number", "street_name"} <= {
                n for n, c in again.components.items() if c.status == "confirmed"
            }


@settings(max_examples=100)
@given(registers_and_texts())
def test_a_suggested_street_of_the_reference_is_in_its_own_words(given_: tuple[list[PointRow], TypedAddress]) -> None:
    rows, typed = given_
    streets = usual(rows)
    texts = {row.street for row in rows}

    for one in verdict(typed, streets).suggestions:
        if "line1" in one.changed and one.address.line1.partition(" ")[2] in texts:
            assert verdict(TypedAddress.of(one.address), streets).address.line1 == one.address.line1


@settings(max_examples=100)
@given(registers_and_texts(), st.booleans())
@example((street("1 MILE RD", "2"), TypedAddress("1 Mile Rd", "", "Burlington", "VT", "05401")), False)
def test_no_reference_makes_an_address_one_to_fix(given_: tuple[list[PointRow], TypedAddress], complete: bool) -> None:
    """But for "1 Mile Rd" where a register of all streets has 1 MILE RD and no MILE RD."""
    rows, typed = given_
    is_whole_street = complete and typed.line1.upper() in {row.street for row in rows}

    if verdict(typed, None).verdict != "fix" and not is_whole_street:
        assert verdict(typed, usual(rows, complete=complete)).verdict != "fix"


@given(registers_and_texts(), st.integers(2, 4))
def test_a_register_in_several_files_and_parts_gives_the_same_verdicts(
    given_: tuple[list[PointRow], TypedAddress], files: int
) -> None:
    rows, typed = given_
    whole = verdict(typed, usual(rows))

    with patch.object(bodies, "LARGEST_BODY", 220):
        parts = [register([*rows[at::files], *USUAL], file=f"{at}.csv") for at in range(files)]
    shelf = Shelf(*parts)

    assert verdict(typed, shelf.reference()) == whole


@given(registers_and_texts())
def test_a_verdict_reads_three_partitions_at_most_and_none_again(
    given_: tuple[list[PointRow], TypedAddress],
) -> None:
    rows, typed = given_
    shelf = Shelf(register(rows, USUAL))
    streets = shelf.reference()

    first = verdict(typed, streets)

    assert len(shelf.reads) <= 3
    assert len(set(shelf.reads)) == len(shelf.reads)
    shelf.reads.clear()
    assert verdict(typed, streets) == first
    assert shelf.reads == []


@given(REGISTERS, st.data())
def test_a_listed_address_costs_one_read(rows: list[PointRow], data: st.DataObject) -> None:
    typed = data.draw(st.sampled_from(rows).flatmap(ways_to_type))
    shelf = Shelf(register(rows, USUAL))

    verdict(typed.address, shelf.reference())

    assert shelf.reads == [f"ZIP#{typed.row.zip}"]


_LONGER = ["Main", "Oak", "Two", "Green", "Key", "West", "Saint", "Park", "Old", "Rear", "Unit", "Box", "The", "Calle"]
_ORDINARY = st.builds(
    lambda number, words, suffix: " ".join([number, *words, suffix]),
    st.sampled_from(["12", "1", "99999", "007"]),
    st.lists(st.sampled_from([*_LONGER, "N", "SW", "St", "Ave", "Hwy", "US", "On", "B"]), min_size=1, max_size=5),
    st.sampled_from(["St", "Ave", "Glen", "Ext", "Green", "Rte", "Ln"]),
)


@settings(max_examples=300)
@given(st.one_of(_ORDINARY, st.lists(WORDS, max_size=7).map(" ".join), st.text(max_size=40)))
def test_an_ordinary_line_reads_fast_as_it_reads_in_full(line: str) -> None:
    fast = delivery.read_delivery(line, "")

    with patch.object(delivery, "is_ordinary", lambda piece: False):
        assert delivery.read_delivery(line, "") == fast


def test_lines_are_read_fast_at_all() -> None:
    lines = [f"12 {word} {suffix}" for word, suffix in itertools.product(["Main", "Oak", "Elm"], ["St", "Ave", "Ln"])]

    assert all(delivery.is_ordinary(segments(line)[0]) for line in lines)
