"""What a seller's rules for kinds of addresses lead to, and the two flags that are about the label."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from doorstep.address.carrier_rules import carrier_findings, levels, line_too_long, non_latin
from doorstep.address.findings import Finding, verdict_of
from doorstep.address.model import Flags
from doorstep.data import load

FLAGS = tuple(asdict(Flags()))
CODES = [
    (flag, level, code)
    for flag, row in load("address/carrier_rules")["rules"].items()
    for level, code in row["codes"].items()
]


def test_every_flag_of_a_verdict_has_its_rules_and_every_rule_its_flag() -> None:
    assert tuple(load("address/carrier_rules")["rules"]) == FLAGS
    assert all({"allow", "warn", "block"} <= set(levels(flag)) for flag in FLAGS)
    assert levels("color") == ()


@pytest.mark.parametrize(("flag", "level", "code"), CODES)
def test_a_rule_leads_to_the_verdict_it_promises(flag: str, level: str, code: str) -> None:
    (found,) = carrier_findings(replace(Flags(), **{flag: True}), {flag: level})

    assert found.code == code
    assert verdict_of([found]) == {"note": "accept", "warn": "confirm", "block": "fix"}[level]


@pytest.mark.parametrize("flag", FLAGS)
def test_what_is_allowed_or_has_no_rule_is_not_mentioned(flag: str) -> None:
    flagged = replace(Flags(), **{flag: True})

    assert list(carrier_findings(flagged, {flag: "allow"})) == []
    assert list(carrier_findings(flagged, {})) == []


def test_a_rule_is_silent_about_an_address_without_its_flag() -> None:
    strict = dict.fromkeys(FLAGS, "block")

    assert list(carrier_findings(Flags(), strict)) == []
    assert list(carrier_findings(Flags(territory=True), strict)) == [Finding("territory_refused", "state")]


@pytest.mark.parametrize(
    ("lines", "too_long"),
    [
        (("1" * 35, "2" * 35), False),
        (("1" * 36, ""), True),
        (("", "2" * 36), True),
        (("", ""), False),
    ],
)
def test_a_line_is_too_long_when_carriers_would_cut_it(lines: tuple[str, str], too_long: bool) -> None:
    assert line_too_long(*lines) is too_long


@pytest.mark.parametrize(
    ("line", "foreign"),
    [
        ("12 MAIN ST", False),
        ("12 Calle Peñón, Straße", False),
        ("12½ MAIN ST", False),
        ("12 MAIN ST – REAR", False),
        ("北京路 12", True),
        ("12 MAIN ST 🏠", True),
        ("ул. Ленина 5", True),
        ("١٢ MAIN ST", True),
    ],
)
def test_letters_that_no_label_shows_are_found(line: str, foreign: bool) -> None:
    assert non_latin("", line) is foreign
