"""The words of the room are complete, and say what a scan shows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from doorstep.data import load
from doorstep.parcels import vocabulary
from doorstep.parcels.scan import MILESTONES
from doorstep.parcels.vocabulary import NOT_PHYSICAL, PLACES, REASONS, is_physical, is_reason, place_of, reason_with

SHARED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers"


def reviewed(name: str) -> Path:
    """A file of the review that the tables were made from."""
    if not (SHARED / name).is_file():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    return SHARED / name


def lists_of_reasons() -> Iterator[str]:
    words: Mapping[str, Mapping[str, list[str]]] = load("parcels/vocabulary")
    yield from words["not_physical"]["reasons"]
    yield from words["physical_before_the_carrier"]
    yield from words["way_back"]["graver"]


def lists_of_milestones() -> Iterator[str]:
    words: Mapping[str, Mapping[str, list[str]]] = load("parcels/vocabulary")
    yield from words["not_physical"]["milestones"]
    yield from words["physical_at_the_door"]
    yield from words["needs_reason"]
    yield from words["way_back"]["steps"]
    yield from words["way_back"]["causes_of"]


def test_every_word_has_a_meaning_and_stands_once() -> None:
    groups = load("parcels/vocabulary")["reasons"]

    assert len(REASONS) == sum(map(len, groups.values())) == 104
    assert all(meaning.strip() for meaning in REASONS.values())
    assert tuple(load("parcels/vocabulary")["milestones"]) == MILESTONES


def test_the_rules_speak_of_words_that_exist() -> None:
    assert set(lists_of_reasons()) <= REASONS.keys()
    assert set(lists_of_milestones()) <= set(MILESTONES)
    assert REASONS.keys() > PLACES
    assert not PLACES & NOT_PHYSICAL


def test_a_code_is_a_reason_or_it_is_not() -> None:
    assert is_reason("refused")
    assert not is_reason("")
    assert not is_reason("delivered")


@pytest.mark.parametrize(
    ("milestone", "reason", "expected"),
    [
        ("exception", "", "unspecified"),
        ("delivery_attempted", "", "unspecified"),
        ("exception", "refused", "refused"),
        ("in_transit", "", ""),
        ("delivered", "", ""),
    ],
)
def test_a_trouble_always_has_a_reason(milestone: str, reason: str, expected: str) -> None:
    assert reason_with(milestone, reason) == expected


@pytest.mark.parametrize(
    ("milestone", "reason", "expected"),
    [
        ("in_transit", "", True),
        ("in_transit", "missort", True),
        ("exception", "address_issue", True),
        ("in_transit", "predicted", False),
        ("in_transit", "eta_update", False),
        ("in_transit", "delay", False),
        ("unknown", "claim_paid", False),
        ("info_received", "", False),
        ("info_received", "partner_possession", True),
        ("info_received", "acceptance_pending", False),
        ("delivery_attempted", "payment_due", True),
        ("delivered", "delay", True),
        ("cancelled", "shipment_cancelled", False),
    ],
)
def test_forecasts_and_paperwork_do_not_show_the_parcel(milestone: str, reason: str, expected: bool) -> None:
    assert is_physical(milestone, reason) is expected


def test_a_place_is_a_place_and_a_cause_is_none() -> None:
    assert place_of("locker") == "locker"
    assert place_of("refused") == ""


def test_the_module_has_no_other_words() -> None:
    with pytest.raises(AttributeError):
        vocabulary.MILESTONES  # noqa: B018 - asking is the test


def test_it_is_the_vocabulary_of_the_review() -> None:
    text = reviewed("vocabulary.md").read_text("utf-8").partition("## Synonyms")[0]
    words = re.findall(r"^\| (\w+) \| \d+ \|", text, re.MULTILINE)

    assert set(words) == {*REASONS, *MILESTONES}


def test_every_code_of_the_review_can_be_said_in_it() -> None:
    with reviewed("status_codes.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))

    assert len(rows) > 1000
    assert {row["milestone"] for row in rows} <= set(MILESTONES)
    assert {row["reason"] for row in rows} - {""} <= REASONS.keys()
    assert not [row for row in rows if reason_with(row["milestone"], row["reason"]) != row["reason"]]
