"""Real addresses from all over the country, typed as people type them: none is blocked, whatever streets are known."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from streets import known, mapped, postal, side, street

from doorstep.address import Assessment, TypedAddress, assess
from doorstep.address.names import plain
from doorstep.address.reference import StreetReference
from doorstep.address.reference.rows import PointRow
from doorstep.address.words import states
from doorstep.data import load

PLACES: Final = Path(__file__).parent / "places"
LISTS: Final = ("government", "institutions", "roads", "islands_and_forces", "forms")
REAL: Final = LISTS[:-1]
GRAVITY: Final = ("accept", "confirm", "add_unit", "fix")
FIELDS: Final = ("line1", "line2", "city", "state", "postal_code")
STREETS: Final = ("QUARTZ HILL RD", "N FERRY LANDING LN", "COUNTY ROAD 977", "XAVIER LOOP", "OLD TANNERY CT")
# A town of this name with this street lies beside it: nobody can tell without the comma.
TWO_WAYS_WITHOUT_COMMAS: Final = {"city-hall-cleveland"}


class Listed(NamedTuple):
    """A row of a list; `verdict` is the gravest that is right without a street reference."""

    id: str
    line1: str
    line2: str
    city: str
    state: str
    postal_code: str
    verdict: str

    @property
    def typed(self) -> TypedAddress:
        return TypedAddress(self.line1, self.line2, self.city, self.state, self.postal_code)

    def in_one_line(self, comma: str) -> TypedAddress:
        place = " ".join(filter(None, [self.state, self.postal_code]))
        line = comma.join(filter(None, [self.line1, self.line2, self.city, place]))
        return TypedAddress(one_line=line if "," in comma else line.replace(",", ""))


@cache
def rows(name: str) -> tuple[Listed, ...]:
    text = (PLACES / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    reader = csv.reader(line for line in text if not line.startswith("#"))
    assert tuple(next(reader)) == Listed._fields
    return tuple(Listed(*row) for row in reader)


def verdict(typed: TypedAddress, streets: StreetReference | None = None) -> Assessment:
    return assess(typed, postal=postal(), streets=streets)


def said(answer: Assessment) -> tuple[str, ...]:
    address = answer.address
    return answer.verdict, *(issue.code for issue in answer.issues), f"{address.line1} / {address.line2}"


def is_house(answer: Assessment) -> bool:
    """True when it was read as a number on a street."""
    number = answer.components.get("house_number")
    return number is not None and number.status != "missing" and "street_name" in answer.components


def place(answer: Assessment) -> tuple[str, str, str]:
    return answer.address.city, answer.address.state, answer.address.postal_code


def with_a_place(name: str) -> Iterator[Listed]:
    """Those whose place stands in fields of its own, each with its comma."""
    return (row for row in rows(name) if row.city and row.postal_code and "," not in row.city + row.postal_code)


def other_streets(row: Listed, kind: str) -> StreetReference:
    """What is known of the ZIP Code of this row: streets, but not its own."""
    code = verdict(row.typed).address.postal_code[:5]
    area = postal().zip(code)
    assert area is not None
    if kind == "map":
        return mapped(*(side(text, 1, 999, code=code) for text in STREETS))
    register = [street(text, "1 45 100", code=code, city=area.city) for text in STREETS]
    return known(*register, complete=kind == "register")


def test_the_lists_are_long_and_reach_everywhere() -> None:
    real = [row for name in REAL for row in rows(name)]
    everything = [row for name in LISTS for row in rows(name)]
    reached = {verdict(row.typed).address.state for row in everything}

    assert len(real) >= 600
    assert len({row.id for row in everything}) == len(everything)
    assert reached >= {code for code, state in states().items() if state.kind in ("state", "district", "territory")}
    assert reached >= {"AA", "AE", "AP", "GU", "VI", "AS", "MP", "PR", "DC"}


def test_every_real_row_has_a_zip_code_of_its_state() -> None:
    wrong = {}
    for row in (row for name in REAL for row in rows(name)):
        area = postal().zip(row.postal_code[:5])
        if area is None or not area.active or area.state != verdict(row.typed).address.state:
            wrong[row.id] = row.postal_code

    assert wrong == {}


@pytest.mark.parametrize("name", LISTS)
def test_nothing_known_means_nothing_blocked(name: str) -> None:
    answers = {row: verdict(row.typed) for row in rows(name)}

    assert {row.id: said(answer) for row, answer in answers.items() if answer.verdict == "fix"} == {}


@pytest.mark.parametrize("name", LISTS)
def test_what_is_right_as_typed_is_accepted(name: str) -> None:
    answers = {row: verdict(row.typed) for row in rows(name)}

    assert {
        row.id: said(answer)
        for row, answer in answers.items()
        if answer.verdict != "fix" and GRAVITY.index(answer.verdict) > GRAVITY.index(row.verdict)
    } == {}


@pytest.mark.parametrize("name", LISTS)
def test_streets_known_elsewhere_change_nothing(name: str) -> None:
    elsewhere = known(street("MAIN ST", "12 14", code="05408"), street("BROADWAY", "1", code="05408"))

    changed = {row.id for row in rows(name) if verdict(row.typed, elsewhere) != verdict(row.typed)}

    assert changed == set()


@pytest.mark.parametrize("kind", ["register", "part of a register", "map"])
@pytest.mark.parametrize("name", LISTS)
def test_a_street_that_the_reference_lacks_is_asked_about_never_refused(name: str, kind: str) -> None:
    before = {row: verdict(row.typed) for row in rows(name)}
    answers = {row: verdict(row.typed, other_streets(row, kind)) for row in rows(name)}

    refused = {row.id: said(one) for row, one in answers.items() if one.verdict == "fix" != before[row].verdict}
    on_a_street = {row: one for row, one in answers.items() if is_house(one)}
    trusted = {row.id: said(one) for row, one in on_a_street.items() if one.verdict == "accept"}
    assert refused == {}
    assert trusted == {}
    assert on_a_street


@pytest.mark.parametrize("name", LISTS)
def test_a_listed_address_is_accepted_as_it_was_typed(name: str) -> None:
    wrong = {}
    for row in rows(name):
        before = verdict(row.typed)
        address, number = before.address, before.components.get("house_number")
        if before.verdict != "accept" or not (number and number.value and address.line1.startswith(f"{number.value} ")):
            continue
        text = address.line1.removeprefix(f"{number.value} ")
        own = PointRow(number.value, text, "", address.city, address.state, address.postal_code[:5])
        answer = verdict(row.typed, known([own]))
        if (answer.verdict, answer.coverage, answer.address) != ("accept", "address", address):
            wrong[row.id] = said(answer)

    assert wrong == {}


@pytest.mark.parametrize("name", LISTS)
def test_one_line_with_commas_says_the_same(name: str) -> None:
    differing = {}
    for row in with_a_place(name):
        fields, line = verdict(row.typed), verdict(row.in_one_line(", "))
        if (line.verdict, line.address) != (fields.verdict, fields.address):
            differing[row.id] = (said(line), said(fields))

    assert differing == {}


@pytest.mark.parametrize("name", LISTS)
def test_one_line_without_commas_finds_its_place_and_is_not_blocked(name: str) -> None:
    blocked, lost = {}, {}
    for row in with_a_place(name):
        fields, line = verdict(row.typed), verdict(row.in_one_line(" "))
        if line.verdict == "fix" != fields.verdict:
            blocked[row.id] = said(line)
        if place(line) != place(fields) and row.id not in TWO_WAYS_WITHOUT_COMMAS:
            lost[row.id] = (*place(line), *said(line))

    assert blocked == {}
    assert lost == {}


@pytest.mark.parametrize("name", LISTS)
def test_case_and_spacing_change_nothing(name: str) -> None:
    changed = {}
    for row in rows(name):
        as_typed = verdict(row.typed)
        for change in (str.upper, str.lower, lambda text: f"  {text.replace(' ', '  ')} "):
            answer = verdict(TypedAddress(*(change(getattr(row, field)) for field in FIELDS)))
            if (answer.verdict, answer.address) != (as_typed.verdict, as_typed.address):
                changed[row.id] = said(answer)

    assert changed == {}


@pytest.mark.parametrize("comma", ["fields", ", ", " "])
@pytest.mark.parametrize("name", LISTS)
def test_standard_form_is_final_and_loses_no_word(name: str, comma: str) -> None:
    unstable, lost = {}, {}
    for row in rows(name):
        typed = row.typed if comma == "fields" else row.in_one_line(comma)
        answer = verdict(typed)
        again = verdict(TypedAddress.of(answer.address))
        if again.address != answer.address:
            unstable[row.id] = (said(answer), said(again))
        if missing := missing_words(typed, answer):
            lost[row.id] = (*missing, *said(answer))

    assert unstable == {}
    assert lost == {}


def missing_words(typed: TypedAddress, answer: Assessment) -> set[str]:
    """The words that are neither in the standard form nor among what the components say was typed."""
    text = " ".join([*(getattr(typed, field) for field in FIELDS), typed.one_line])
    kept = " ".join([*(one.input for one in answer.components.values()), *fields_of(answer)])
    country = {word for name in load("address/words")["countries"] for word in name.split()}
    return {word for word in words(text) - words(kept) - country if not any(word in one for one in words(kept))}


def fields_of(answer: Assessment) -> list[str]:
    return [getattr(answer.address, field) for field in FIELDS]


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", plain(text)))
