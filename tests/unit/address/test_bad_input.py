"""Whatever is typed gets an answer: any text, any length, any script, with and without streets to compare it with."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from streets import known, mapped, postal, side, street

from doorstep.address import Assessment, TypedAddress, assess
from doorstep.address.reference import StreetReference

RIGHT: Final = TypedAddress("12 Main St", "Apt 4", "Burlington", "VT", "05401", "US")
FIELDS: Final = ("line1", "line2", "city", "state", "postal_code", "country", "one_line")
LONG: Final = 2_000
REGISTER: Final = known(
    street("MAIN ST", "12 14 97A 9_1/2", units={"20": "APT 1|APT 2"}),
    street("N ELM ST", "1 3"),
    street("US ROUTE 7", "100"),
    street("TWENTY-FIRST ST", "5"),
    street("O'BRIEN LN", "7", code="05408"),
)
MAP: Final = mapped(side("MAIN ST", 1, 99), side("VT ROUTE 127", 1, 9_999), side("A", 1, 9, prefix="N6W"))
REFERENCES: Final = {"nothing known": None, "a register": REGISTER, "a map": MAP}

BAD: Final = {
    "empty": "",
    "blank": " \t ",
    "one letter over and over": "x" * LONG,
    "one digit over and over": "1" * LONG,
    "one word over and over": "Main " * 400,
    "number and street over and over": "12 Main St " * 180,
    "units over and over": "Apt 4 " * 333,
    "boxes over and over": "PO Box 1 " * 222,
    "directions over and over": "N S E W " * 250,
    "routes over and over": "US Route 7 " * 180,
    "commas": "," * LONG,
    "blanks": " " * LONG,
    "line breaks": "\n" * LONG,
    "pound signs": "#" * LONG,
    "hyphens": "-" * LONG,
    "fractions": "1/2 " * 500,
    "open brackets": "(" * LONG,
    "quotes": "'\"" * 1_000,
    "controls": "12\x00 Ma\x07in\x1b[31m St\x7f\x85",
    "only controls": "".join(map(chr, range(32))),
    "NUL": "\x00",
    "lone surrogate": "12 Main \ud800 St",
    "only surrogates": "\udcff\ud800" * 50,
    "invisible": "\u200b\u200d\ufeff\u2060\u00ad",
    "right to left": "شارع الملك ١٢",
    "turned around": "12 \u202eniaM\u202c St",
    "Hebrew": "רחוב הרצל 12",
    "Chinese": "北京市朝阳区建国路12号",
    "Japanese": "〒100-0001 東京都千代田区1-1",
    "Korean": "서울특별시 종로구 12",
    "Thai": "ถนนสุขุมวิท ๑๒",
    "Devanagari digits": "१२ Main St",
    "Arabic digits": "١٢ Main St",
    "full width": "１２ Ｍａｉｎ Ｓｔ",
    "superscripts": "12² Main St №³",
    "Roman numeral": "Ⅻ Main St",
    "ligatures": "12 ﬁeld ﬀ ŉ ǰ ß İ ı St",
    "Zalgo": "12 M̴̛̗a̸͎͝i̵̖͋n̶̰̾ St",
    "combining marks alone": "\u0301" * 100,
    "emoji": "🏠 12 Main St 🚚👨‍👩‍👧‍👦",
    "flags": "🇺🇸" * 100,
    "private use": "\ue000\U0010ffff\ufffe",
    "HTML": "<script>alert(1)</script> 12 <b>Main</b> St &amp; <img src=x onerror=alert(1)>",
    "formula": '=HYPERLINK("http://example.test","12 Main St")',
    "command": "+cmd|' /C calc'!A0",
    "SQL": "12 Main St'; DROP TABLE orders;--",
    "template": "{{7*7}} ${7*7} %s %n #{7*7} {0} \\u0000",
    "path": "../../../../etc/passwd",
    "JSON": '{"line1": "12 Main St"}',
    "escapes": "12\\nMain\\tSt\\x00",
    "number": "12.50",
    "large number": "9" * 400 + " Main St",
    "negative number": "-12 Main St",
    "exponent": "1e309 Main St",
    "not a number": "NaN Infinity None null undefined",
    "regular expression": "(a+)+$ [z-a] \\1 (?P<x>",
    "backtracking": "1-" * 1_000,
    "backtracking with letters": "1A" * 1_000,
    "backtracking with hyphens": "A-1" * 666,
}
# What is left of these without controls and ornaments is an address, or many of them.
READABLE: Final = (
    "controls",
    "lone surrogate",
    "turned around",
    "ligatures",
    "Zalgo",
    "full width",
    "boxes over and over",
)


def verdict(typed: TypedAddress, streets: StreetReference | None) -> Assessment:
    answer = assess(typed, postal=postal(), streets=streets)
    assert json.dumps(answer.to_dict(), ensure_ascii=False).encode("utf-8")
    return answer


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("kind", BAD)
def test_bad_text_in_one_field_gets_an_answer(kind: str, field: str, reference: str) -> None:
    streets = REFERENCES[reference]
    base = TypedAddress() if field == "one_line" else RIGHT

    once = verdict(replace(base, **{field: BAD[kind]}), streets)

    assert once.verdict in ("accept", "confirm", "add_unit", "fix")
    assert all(issue.code and issue.message for issue in once.issues)
    again = verdict(TypedAddress.of(once.address), streets)
    assert again.address == once.address


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("kind", BAD)
def test_bad_text_in_every_field_is_no_address(kind: str, reference: str) -> None:
    text = BAD[kind]

    answer = verdict(TypedAddress(text, text, text, text, text, "US"), REFERENCES[reference])

    assert answer.verdict == "fix"


@pytest.mark.parametrize("kind", [kind for kind in BAD if "Main St" not in BAD[kind] and kind not in READABLE])
def test_bad_text_alone_in_the_first_line_is_not_accepted(kind: str) -> None:
    for streets in REFERENCES.values():
        assert verdict(replace(RIGHT, line1=BAD[kind], line2=""), streets).verdict != "accept"


@pytest.mark.parametrize("field", ["line1", "line2", "city", "one_line"])
@pytest.mark.parametrize("kind", BAD)
def test_no_control_or_half_character_reaches_a_label(kind: str, field: str) -> None:
    base = TypedAddress() if field == "one_line" else RIGHT

    address = verdict(replace(base, **{field: BAD[kind]}), REGISTER).address

    for text in (address.line1, address.line2, address.city, address.state, address.postal_code):
        assert text == text.strip()
        assert text.isprintable(), ascii(text)


_VOCABULARY = """
    12 97A 1/2 9½ N6W23001 39-45 A-3 # #7 & - / , ; . ( ) ' Main St Street Ave Avenue B North SW W. No. Rd Road
    Route RTE US Hwy 7 127 I-95 VT-100 FM RM RR RR-2 HC HC-1 PSC CMR Unit PO P.O. Box Call Drawer General
    Delivery PMB Urb Calle Km Carr Apt Suite Fl 2nd Third Floor Rear Front Upper Lot Stop Dept of c/o Building
    One Two The On Green Broadway Pier Saint O'Brien Twenty-First Elm Burlington Winooski DC Washington VT
    Vermont 05401 05408 05401-1234 USA 北京 🏠 ß
"""
_WORDS = st.sampled_from([*_VOCABULARY.split(), "\x00", "\ud800", "\u202e"])
_ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(_WORDS, max_size=14).map(" ".join),
    st.lists(_WORDS, max_size=8).map("".join),
)
_TYPED = st.builds(
    TypedAddress,
    line1=_ANY_TEXT,
    line2=st.one_of(st.just(""), _ANY_TEXT),
    city=st.one_of(st.sampled_from(["Burlington", "Winooski", ""]), _ANY_TEXT),
    state=st.one_of(st.sampled_from(["VT", "DC", ""]), _ANY_TEXT),
    postal_code=st.one_of(st.sampled_from(["05401", "05408", "20500", ""]), _ANY_TEXT),
    country=st.one_of(st.sampled_from(["US", "US", "US", "", "PR", "CA", "CN"]), _ANY_TEXT),
)
_ONE_LINE = st.one_of(
    _ANY_TEXT, st.builds("{}, {}".format, _ANY_TEXT, st.sampled_from(["Burlington VT 05401", "Washington DC 20500"]))
)
_NAMES = st.sampled_from(
    ["MAIN ST", "N MAIN ST", "ELM LN", "US ROUTE 7", "AVENUE B", "THE GREEN", "ON THE GREEN", "1ST ST", "21ST ST", "SW",
     "TWENTY-FIRST ST", "ST", "N ST", "7", "O'BRIEN RD", "1 MILE RD", "CALLE SOL", "BOX RD", "UNIT RD", "-", "A & B RD"]
)  # fmt: skip
_NUMBERS = st.sampled_from(["1", "12", "97A", "9_1/2", "39-45", "N6W23001", "0", "A-3", "99999999999"])
_REGISTERS = st.builds(
    lambda streets, complete: known(
        *(street(name, numbers, code=code, units=units) for name, numbers, code, units in streets), complete=complete
    ),
    st.lists(
        st.tuples(
            st.one_of(_NAMES, st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(str.upper)),
            st.lists(_NUMBERS, max_size=3).map(" ".join),
            st.sampled_from(["05401", "05408", "20500"]),
            st.dictionaries(_NUMBERS, st.sampled_from(["APT 1", "APT 1|APT 2", "REAR", "3", "北"]), max_size=2),
        ),
        max_size=4,
    ),
    st.booleans(),
)


@settings(max_examples=300)
@given(_TYPED, st.one_of(st.none(), _REGISTERS))
@example(TypedAddress("12 Main St", "", "¼VT", "VT", "05401"), None)
@example(TypedAddress("#", "#", "Burlington", "VT", "05401"), REGISTER)
@example(TypedAddress("12", "Main St", "Burlington", "VT", "05401"), REGISTER)
@example(TypedAddress("Ma\ud800in", "", "Burlington", "VT", "05401"), REGISTER)
def test_any_text_in_any_field_gets_one_lasting_answer(typed: TypedAddress, streets: StreetReference | None) -> None:
    once = verdict(typed, streets)

    assert verdict(TypedAddress.of(once.address), streets).address == once.address


@settings(max_examples=300)
@given(_ONE_LINE, st.one_of(st.none(), _REGISTERS))
@example("12 Main St, 05401", REGISTER)
@example("1 St Washington DC 20500", None)
def test_any_line_gets_one_lasting_answer(line: str, streets: StreetReference | None) -> None:
    once = verdict(TypedAddress(one_line=line), streets)

    assert verdict(TypedAddress.of(once.address), streets).address == once.address


@settings(max_examples=300)
@given(_TYPED, st.one_of(st.none(), _REGISTERS))
def test_only_what_can_be_found_is_suggested(typed: TypedAddress, streets: StreetReference | None) -> None:
    """A suggestion differs in the fields it names, and in no other."""
    answer = verdict(typed, streets)

    for one in answer.suggestions:
        differing = {field for field in FIELDS[:-1] if getattr(one.address, field) != getattr(answer.address, field)}
        assert differing == set(one.changed)
        assert 0 < one.score <= 1
