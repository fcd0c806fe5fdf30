"""Test addresses answer as their table says, again when chosen or typed anew, and stay out of everybody's way."""

from __future__ import annotations

import pytest

from doorstep.address import PostalTable, TypedAddress
from doorstep.address.magic import magic
from doorstep.address.model import Address, Assessment
from doorstep.address.words import states
from doorstep.data import load

CASES = load("address/magic")["cases"]


def at(line1: str, line2: str = "", *, code: str = "00000", city: str = "Doorstep Test") -> TypedAddress:
    return TypedAddress(line1, line2, city, "VT", code)


def answer(typed: TypedAddress, **rules: str) -> Assessment:
    found = magic(typed, "en", rules)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("line1", "line2", "verdict", "deliverability", "coverage", "codes"),
    [
        ("1 Deliverable St", "", "accept", "deliverable", "address", []),
        ("2 Range St", "", "accept", "deliverable", "range", []),
        ("3 Unverified St", "", "accept", "unverified", "zip", []),
        ("PO Box 4", "", "accept", "unverified", "zip", []),
        ("5 Single House St", "Apt 1", "accept", "unnecessary_unit", "address", ["unit_not_needed"]),
        ("5 Single House St", "", "accept", "deliverable", "address", []),
        ("6 Missing Unit St", "", "add_unit", "missing_unit", "address", ["unit_missing"]),
        ("6 Missing Unit St", "Apt 1", "accept", "deliverable", "address", []),
        ("7 Unknown Unit St", "Apt 1", "confirm", "incorrect_unit", "address", ["unit_not_found"]),
        ("7 Unknown Unit St", "", "add_unit", "missing_unit", "address", ["unit_missing"]),
        ("8 Mispelled St", "", "confirm", "unverified", "address", ["street_misspelled"]),
        ("9 Two Streets St", "", "confirm", "unverified", "address", ["street_ambiguous"]),
        ("10 Other ZIP St", "", "confirm", "unverified", "address", ["street_in_other_postal_code"]),
        ("11 Unknown Street St", "", "confirm", "unverified", "address", ["street_not_found"]),
        ("12 Unknown Number St", "", "confirm", "unverified", "range", ["number_not_found"]),
        ("Missing Number St", "", "fix", "undeliverable", "address", ["number_missing"]),
        ("13 Wrong State St", "", "fix", "undeliverable", "zip", ["state_postal_code_conflict"]),
    ],
)
def test_each_test_address_leads_where_it_says(
    line1: str, line2: str, verdict: str, deliverability: str, coverage: str, codes: list[str]
) -> None:
    found = answer(at(line1, line2))

    assert (found.verdict, found.deliverability, found.coverage) == (verdict, deliverability, coverage)
    assert [issue.code for issue in found.issues] == codes


def test_every_verdict_deliverability_and_coverage_at_home_can_be_tried() -> None:
    found = [answer(at(line1, line2)) for line1 in {case["line1"] for case in CASES} for line2 in ("", "Apt 1")]

    assert {one.verdict for one in found} == {"accept", "confirm", "add_unit", "fix"}
    assert {one.deliverability for one in found} == {
        "deliverable",
        "missing_unit",
        "unnecessary_unit",
        "incorrect_unit",
        "undeliverable",
        "unverified",
    }
    assert {one.coverage for one in found} == {"address", "range", "zip"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['line1']} {case.get('unit', '')}")
def test_no_case_is_hidden_by_one_before_it(case: dict[str, object]) -> None:
    typed = at(str(case["line1"]), "APT 4" if case.get("unit") else "", code=str(case.get("postal_code", "00001")))

    found = answer(typed)

    assert [issue.code for issue in found.issues] == list(case.get("findings", {}))  # type: ignore[call-overload]
    assert found.coverage == case["coverage"]


def test_a_suggestion_that_is_taken_is_accepted() -> None:
    offered = [one for case in CASES for one in answer(at(case["line1"])).suggestions]

    assert len(offered) >= 4
    for one in offered:
        assert answer(TypedAddress.of(one.address)).verdict == "accept"


def test_the_standard_form_typed_anew_has_the_same_answer() -> None:
    first = answer(at(" 8  mispelled street ", "apt. 4", city=" doorstep  TEST"))

    assert first.address == Address("8 MISPELLED ST", "APT 4", "DOORSTEP TEST", "VT", "00000")
    again = answer(TypedAddress.of(first.address))
    assert (again.address, again.issues, again.suggestions) == (first.address, first.issues, first.suggestions)


@pytest.mark.parametrize(
    "line",
    ["7 Unknown Unit St, Apt 4, Doorstep Test, VT 00000", "7 Unknown Unit St Apt 4, doorstep test VT 00000"],
)
def test_a_test_address_may_come_in_one_line(line: str) -> None:
    found = answer(TypedAddress(one_line=line))

    assert (found.verdict, found.address.line2) == ("confirm", "APT 4")
    assert found.components["unit_number"].status == "suspicious"


def test_the_components_say_which_part_is_in_doubt() -> None:
    found = answer(at("Missing Number St"))

    assert found.components["house_number"].status == "missing"
    assert found.components["street_name"].status == "confirmed"


def test_the_sellers_rules_hold_for_the_test_box() -> None:
    assert answer(at("PO Box 4")).flags.po_box
    assert answer(at("PO Box 4"), po_box="warn").verdict == "confirm"
    refused = answer(at("PO Box 4"), po_box="block")
    assert (refused.verdict, [issue.code for issue in refused.issues]) == ("fix", ["po_box_refused"])
    assert refused.deliverability == "unverified"


@pytest.mark.parametrize(
    "typed",
    [
        at("1 Deliverable St", city="Burlington"),
        at("1 Deliverable St", code="05401"),
        at("1 Deliverable St", code="00009"),
        at("1 Nowhere St"),
        at("Doorstep Test 00000"),
        TypedAddress("1 Deliverable St", "", "Doorstep Test", "", "00000", "DE"),
        TypedAddress(one_line="10000 00000 0000"),
        TypedAddress(one_line="1 Deliverable St, Burlington, VT 05401"),
        TypedAddress(),
    ],
)
def test_nothing_else_is_a_test_address(typed: TypedAddress) -> None:
    assert magic(typed, "en") is None


def test_no_buyer_lives_there() -> None:
    table, known = PostalTable.open(), load("address/magic")

    assert [code for code in known["postal_codes"] if table.zip(code) is not None] == []
    assert [state for state in states() if table.zips_of(known["city"], state)] == []
