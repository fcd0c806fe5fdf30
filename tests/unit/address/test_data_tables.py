"""The data files of the room hold what the code asks of them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from doorstep import address
from doorstep.address.words import designators, state_code, states, suffixes
from doorstep.data import load

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
ROOM = Path(address.__file__).parent


def test_every_finding_has_words_in_every_language() -> None:
    messages = load("address/messages")

    assert messages.keys() == load("address/findings").keys()
    assert {frozenset(words) for words in messages.values()} == {frozenset({"en", "es", "zh-CN"})}
    assert all(text.strip() for words in messages.values() for text in words.values())


def test_every_code_that_the_room_reports_is_in_the_table() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.glob("*.py"))

    reported = set(re.findall(r'(?:Finding|found)\(\s*"(\w+)"', source))
    assert reported
    assert reported <= load("address/findings").keys()


def test_every_code_in_the_table_is_reported_by_somebody() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    by_rules = {code for row in load("address/carrier_rules")["rules"].values() for code in row["codes"].values()}
    by_field = {f"{name}_required" for name in ("city", "state", "postal_code")}

    written = {code for code in load("address/findings") if f'"{code}"' in source}
    assert load("address/findings").keys() == written | by_rules | by_field


def test_no_message_repeats_what_was_typed_or_is_longer_than_a_field_can_show() -> None:
    for code, words in load("address/messages").items():
        assert not [text for text in words.values() if "{" in text or "%" in text], code
        assert all(len(text) <= 200 for text in words.values()), code


def test_a_finding_that_changes_the_verdict_is_no_mere_info() -> None:
    for code, row in load("address/findings").items():
        assert (row["severity"] == "info") == (row["verdict"] == "accept"), code
        assert (row["severity"] == "error") == (row["verdict"] == "fix"), code


def test_standard_spellings_stand_for_themselves() -> None:
    assert all(suffixes()[standard] == standard for standard in suffixes().values())
    assert all(designators()[one.standard].standard == one.standard for one in designators().values())
    assert all(state_code(code) == code and state_code(state.name) == code for code, state in states().items())


def test_the_suffix_table_is_the_postal_service_s() -> None:
    path = SHARED / "usps_street_suffixes.csv"
    if not path.is_file():
        pytest.skip("the shared folder with the postal service's tables is not beside this checkout")

    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))

    assert {row["variant"]: row["standard_abbreviation"] for row in rows}.items() <= suffixes().items()
