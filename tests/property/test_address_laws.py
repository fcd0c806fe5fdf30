"""Laws of the address room, for any text: it answers, standardising twice is standardising once, nothing is lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from doorstep.address import (
    Address,
    Assessment,
    PostalTable,
    TypedAddress,
    address_key,
    assess,
    read_verdict,
    sign_verdict,
)
from doorstep.address.names import plain
from doorstep.data import load
from doorstep.errors import Refused

KEY = b"a test secret of thirty-two bytes"
NOW = datetime(2026, 1, 31, 17, tzinfo=UTC)
POSTAL = PostalTable.open()

_VOCABULARY = """
    12 123 5401 1/2 12½ 97A 39-45 N6W23001 A-3 4B 1º # #7 & - , ; . Main St Street Ave Avenue B N North SW W. Rd Road
    Route RTE US Hwy I-95 VT-100 CR VT County Apt Suite Unit Fl 2nd Floor Rear Front Upper Lot Box PO P.O. POB RR HC PSC
    CMR General Delivery PMB URB Calle Km c/o Building One Two The Green Broadway Park Saint O'Brien-Núñez Burlington
    New York 05401 05401-1234 Vermont PR APO AE AP 09012 96278 USA 北京 🏠 Москва ß ﬁ ŉ ǰ
"""
_WORDS = st.sampled_from([*_VOCABULARY.split(), "\u200b", "\u00a0", "\n"])
_LINES = st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=12).map(" ".join))
_TYPED = st.builds(
    TypedAddress,
    line1=_LINES,
    line2=_LINES,
    city=st.one_of(
        st.sampled_from(["", "Burlington", "St. Albans", "Barre City", "APO", "San Juan", "burlngton"]), _LINES
    ),
    state=st.one_of(st.sampled_from(["", "VT", "vermont", "NH", "PR", "AE", "XX"]), st.text(max_size=10)),
    postal_code=st.one_of(
        st.sampled_from(["", "05401", "5401", "05478-1234", "00926", "09012", "99999"]), st.text(max_size=10)
    ),
    country=st.sampled_from(["US", "US", "US", "PR", "DE", "CN", "GB", "ZZ", ""]),
    one_line=st.one_of(st.just(""), _LINES),
)


@settings(max_examples=400, deadline=None)
@given(_TYPED)
@example(TypedAddress(line1="1 1 1 1 1", line2="# # #"))
@example(TypedAddress(one_line="Main Main St St Apt Apt 5 5 Burlington Burlington VT VT 05401 05401"))
def test_standardising_twice_is_standardising_once(typed: TypedAddress) -> None:
    once = assess(typed, postal=POSTAL).address

    twice = assess(TypedAddress.of(once), postal=POSTAL).address

    assert twice == once


@settings(max_examples=400, deadline=None)
@given(_TYPED, st.sampled_from(["en", "es-MX", "zh-CN", "xx", ""]))
def test_every_text_gets_an_answer(typed: TypedAddress, locale: str) -> None:
    answer = assess(typed, postal=POSTAL, locale=locale)

    assert isinstance(answer, Assessment)
    assert answer.verdict in ("accept", "confirm", "fix")
    assert all(issue.message for issue in answer.issues)
    assert (answer.verdict == "accept") == all(issue.severity == "info" for issue in answer.issues)
    assert [one.score for one in answer.suggestions] == sorted((one.score for one in answer.suggestions), reverse=True)


ELSEWHERE = ("BURLINGTON", "VT", "05401")


def _forms(word: str) -> list[str]:
    """The word, and its standard abbreviations: an abbreviated word is not a lost one."""
    tables = (load("address/suffixes"), load("address/units"))
    entries = [entry for table in tables for entry in table if word in (entry["name"], *entry["variants"])]
    words = [load("address/words")[table] for table in ("directionals", "roads", "road_owners", "numbers")]
    short = [table[word] for table in words if word in table]
    return [word, *(entry["standard"] for entry in entries), *short]


@settings(max_examples=400, deadline=None)
@given(_LINES, _LINES)
@example("", "Burlington VT Building 1")
def test_no_letter_or_digit_of_the_delivery_lines_is_lost(line1: str, line2: str) -> None:
    typed = TypedAddress(line1=line1, line2=line2, city="Burlington", state="VT", postal_code="05401")

    answer = assess(typed, postal=POSTAL)

    kept = " ".join(component.input for component in answer.components.values())
    standard = f"{answer.address.line1} {answer.address.line2}"
    for word in re.findall(r"[^\W_]+", plain(f"{line1} {line2}")):
        assert any(form in plain(kept) or form in standard for form in _forms(word)) or word in ELSEWHERE


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_one_changed_character_fails_the_token(data: st.DataObject) -> None:
    token = sign_verdict(assess(TypedAddress(line1="12 Main St"), postal=POSTAL), key=KEY, issued_at=NOW)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda letter: letter != token[at]))

    with pytest.raises(Refused):
        read_verdict(token[:at] + other + token[at + 1 :], key=KEY, now=NOW, max_age=timedelta(days=1))


@given(st.text(max_size=300))
def test_any_other_text_is_no_token(text: str) -> None:
    with pytest.raises(Refused):
        read_verdict(text, key=KEY, now=NOW, max_age=timedelta(days=1))


@given(st.builds(Address, line1=st.text(), city=st.text()), st.binary(min_size=1), st.binary(min_size=1))
def test_an_address_key_depends_on_address_and_secret_alone(address: Address, one: bytes, other: bytes) -> None:
    assert address_key(address, key=one) == address_key(address, key=one)
    assert (address_key(address, key=one) == address_key(address, key=other)) == (
        one.ljust(64, b"\0") == other.ljust(64, b"\0")
    )
