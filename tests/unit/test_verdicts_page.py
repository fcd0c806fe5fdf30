"""docs/verdicts.md says what the data says; its examples are real answers, and its test addresses do as told."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import pytest

from doorstep.address import Flags, PostalTable, assess, decode_request
from doorstep.address import model as words
from doorstep.address.carrier_rules import levels
from doorstep.data import load
from doorstep.orders.policy import Policies

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "verdicts.md").read_text("utf-8")
EXAMPLES = re.findall(r"```json\n(\{[^\n]*\})\n```\n```json\n(.*?)\n```", PAGE, re.S)


def rows(section: str) -> list[list[str]]:
    """The cells of every table row in a section, without heads and rules."""
    (text,) = re.findall(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    tables = re.findall(r"^\|.*\n\|-.*\n((?:\|.*\n)+)", text, re.M)
    return [
        [cell.strip().strip("`") for cell in line[1:-1].split("|")] for table in tables for line in table.splitlines()
    ]


def judged(question: dict[str, Any]) -> dict[str, Any]:
    typed = decode_request(question)
    return assess(typed, postal=PostalTable.open(), locale=typed.locale or "en").to_dict()


def test_every_code_is_explained_with_its_verdict() -> None:
    told = [(code, verdict) for code, verdict, _ in rows("Every code")]

    assert sorted(told) == sorted((code, row["verdict"]) for code, row in load("address/findings").items())


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("The verdict: what the checkout does next", get_args(words.Verdict)),
        ("How much we know", [*get_args(words.Coverage), *get_args(words.Deliverability)]),
        ("Components", [*get_args(words.Status), *get_args(words.Change)]),
    ],
)
def test_every_word_of_a_verdict_is_explained(section: str, words: list[str]) -> None:
    assert [first for first, *_ in rows(section)] == list(words)


def test_every_flag_is_explained_with_its_rules_and_its_default() -> None:
    told = {flag: (rules.split(", "), default) for flag, _, rules, default in rows("Flags and your rules")}

    defaults = Policies.from_json("").of("any-shop").address_rules
    assert told == {flag: (list(levels(flag)), defaults[flag]) for flag in asdict(Flags())}


def test_the_codes_of_rules_are_told_with_the_rule_that_leads_to_them() -> None:
    told = {code: when for code, _, when in rows("Every code")}

    for flag, row in load("address/carrier_rules")["rules"].items():
        for level, code in row["codes"].items():
            assert f"rule `{flag}: {level}`".strip("`") in told[code]


@pytest.mark.parametrize("cells", rows("Test addresses"), ids=lambda cells: " ".join(cells[:2]))
def test_a_test_address_does_what_is_told(cells: list[str]) -> None:
    line1, line2, verdict, deliverability, coverage, issue, suggestions = cells

    answer = judged({"line1": line1, "line2": line2, "city": "Doorstep Test", "state": "VT", "postal_code": "00000"})

    assert [answer["verdict"], answer["deliverability"], answer["coverage"]] == [verdict, deliverability, coverage]
    assert [it["code"] for it in answer["issues"]] == ([issue] if re.fullmatch(r"\w+", issue) else [])
    assert len(answer["suggestions"]) == int(suggestions or 0)


def test_every_line_of_the_test_table_is_told() -> None:
    told = {line1.upper() for line1, *_ in rows("Test addresses")}

    suggested = {
        other["changes"].get("line1")
        for case in load("address/magic")["cases"]
        for other in case.get("suggestions", ())
    }
    assert told == {case["line1"] for case in load("address/magic")["cases"]} - suggested


@pytest.mark.parametrize(("question", "answer"), EXAMPLES, ids=[question[:40] for question, _ in EXAMPLES])
def test_an_example_is_what_is_really_answered(question: str, answer: str) -> None:
    told = json.loads(answer)

    real = judged(json.loads(question))

    assert told == {name: real[name] for name in told}


def test_there_are_examples_of_more_than_one_verdict() -> None:
    assert len({json.loads(answer)["verdict"] for _, answer in EXAMPLES}) >= 3
