"""All codes that were reviewed, of every carrier and provider, by the function that `doorstep codes` uses."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from doorstep.parcels.providers import codes
from doorstep.parcels.scan import MILESTONES
from doorstep.parcels.vocabulary import is_reason
from doorstep_cli.codes import _SOURCES, meaning_of, vocabularies

REVIEWED: Final = Path(__file__).resolve().parents[4] / "shared" / "reference" / "carriers" / "status_codes.csv"
ROWS: Final[Mapping[str, int]] = {
    "17track": 40,
    "aftership": 54,
    "dhl_ecommerce_europe": 33,
    "dhl_ecommerce_us": 95,
    "dhl_express": 44,
    "dhl_parcel_de": 11,
    "dhl_unified": 5,
    "easypost": 38,
    "fedex": 65,
    "fedex_express": 12,
    "fedex_ground": 1,
    "shippo": 33,
    "ups": 499,
    "usps": 73,
}
# (source, vocabulary, code): what it means here, and why it is not what the review says.
DEVIATIONS: Final[Mapping[tuple[str, str, str], tuple[str, str, str]]] = {}


@cache
def reviewed() -> tuple[Mapping[str, str], ...]:
    if not REVIEWED.is_file():
        pytest.skip("the shared folder with the reviewed code tables is not beside this checkout")
    with REVIEWED.open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


@pytest.mark.parametrize("source", ROWS)
def test_every_reviewed_code_means_what_the_review_says(source: str) -> None:
    rows = [row for row in reviewed() if row["source"] == source]
    wrong: dict[tuple[str, str, str], object] = {}
    for row in rows:
        key = source, row["vocabulary"], row["code"]
        meaning = meaning_of(*key)
        expected = DEVIATIONS[key][:2] if key in DEVIATIONS else (row["milestone"], row["reason"])
        if meaning is None or (meaning.milestone, meaning.reason) != expected:
            wrong[key] = meaning

    assert not wrong
    assert len(rows) == ROWS[source]


def test_no_source_of_the_review_is_left_out() -> None:
    assert {row["source"] for row in reviewed()} == {*ROWS} == {*_SOURCES}
    assert len(reviewed()) == sum(ROWS.values()) == 1003


def test_a_deviation_is_one() -> None:
    stated = {(row["source"], row["vocabulary"], row["code"]): (row["milestone"], row["reason"]) for row in reviewed()}

    for key, (milestone, reason, why) in DEVIATIONS.items():
        assert stated[key] != (milestone, reason)
        assert why


@pytest.mark.parametrize("source", ROWS)
def test_every_code_of_ours_is_in_the_vocabulary(source: str) -> None:
    file, _ = _SOURCES[source]
    for vocabulary, table in vocabularies(source).items():
        for code in codes.rules(file)["tables"][table]:
            meaning = meaning_of(source, vocabulary, code)
            assert meaning is not None, (vocabulary, code)
            assert meaning.milestone in MILESTONES
            assert meaning.reason == "" or is_reason(meaning.reason)


@pytest.mark.parametrize("source", ROWS)
@pytest.mark.parametrize("code", ["", "no-such-code", "ОК", "\ud800", "0" * 100])
def test_a_code_nobody_knows_has_no_meaning(source: str, code: str) -> None:
    assert [meaning_of(source, vocabulary, code) for vocabulary in (*vocabularies(source), "no such vocabulary")] == [
        None for _ in (*vocabularies(source), "no such vocabulary")
    ]
