"""Laws of the street reference: every row is kept and none is made up, and no file, however broken, gets further."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Sequence
from unittest.mock import patch

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from made_sources import csv_text, dbf, edge, gzipped, rows_in, zipped

from doorstep.address import PostalTable
from doorstep.address.reference import bodies
from doorstep.address.reference.blob import ForeignBlob, opened, sealed
from doorstep.address.reference.gather import gather
from doorstep.address.reference.rows import BadRow, PointRow, RangeRow, SourceRow, squeezed
from doorstep.address.reference.sources import Source, open_source
from doorstep.errors import Rejected

POSTAL = PostalTable.open()

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="|_\ufffd"), max_size=12).map(squeezed)
_NUMBERS = st.one_of(
    st.integers(1, 99_999).map(str),
    st.sampled_from(["9 1/2", "97A", "34-01", "N6W23001", "N6W 23001", "1-", "A-1"]),
    st.tuples(_TEXT, st.integers(1, 9).map(str)).map(lambda parts: squeezed("".join(parts))),
)
_ZIPS = st.sampled_from(["05401", "05408", "05443", "05001", "10001"])
_POINTS = st.builds(
    PointRow,
    number=_NUMBERS,
    street=st.one_of(st.sampled_from(["ELM ST", "N MAIN ST", "RTE 7"]), _TEXT.filter(bool)),
    unit=st.one_of(st.sampled_from(["", "", "APT A", "2"]), _TEXT),
    city=st.one_of(st.sampled_from(["", "BURLINGTON", "ST. ALBANS"]), _TEXT),
    state=st.just("VT"),
    zip=_ZIPS,
).map(lambda row: PointRow(row.number, row.street, row.unit, row.city, state_of(row.zip), row.zip))
_RANGES = st.builds(
    lambda street, zip_code, prefix, ends, parity: RangeRow(street, zip_code, prefix, min(ends), max(ends), parity),
    st.sampled_from(["ELM ST", "ASH LN"]),
    _ZIPS,
    st.sampled_from(["", "N6W", "B"]),
    st.tuples(st.integers(0, 10**12), st.integers(1, 10**12)),
    st.sampled_from("EOB"),
)
_BAD = st.builds(BadRow, st.integers(1, 99), st.sampled_from(["no_number", "too_long"]))


def state_of(code: str) -> str:
    area = POSTAL.zip(code)
    assert area is not None
    return area.state


@given(st.lists(st.one_of(_POINTS, _RANGES, _BAD), max_size=40), st.sampled_from([200_000, 350]))
def test_blobs_hold_every_usable_row_and_no_other(rows: Sequence[SourceRow | BadRow], largest: int) -> None:
    assume(any(not isinstance(row, BadRow) for row in rows))
    with patch.object(bodies, "LARGEST_BODY", largest):
        gathered = gather(Source("openaddresses", iter(rows)), file="f", complete=True, postal=POSTAL)
        blobs = list(gathered.blobs())

    usable = {row for row in rows if not isinstance(row, BadRow)}
    found = list(rows_in(blobs))
    assert set(found) == usable
    assert len(found) == len(usable) == gathered.report()["used"]
    assert max((len(blob.body) for blob in blobs), default=0) <= largest
    assert len({(blob.pk, blob.sk) for blob in blobs}) == len(blobs)


@given(st.lists(_POINTS, min_size=1, max_size=20))
def test_every_street_is_in_the_index_of_its_city(rows: Sequence[PointRow]) -> None:
    gathered = gather(Source("openaddresses", iter(rows)), file="f", complete=True, postal=POSTAL)
    contents = [opened(blob.body) for blob in gathered.blobs() if blob.pk.startswith("CITY#")]

    filed = {
        (text, place.split()[0])
        for content in contents
        for text, places in content["streets"].items()
        for place in places.split(";")
    }

    assert filed == {(row.street, row.zip) for row in rows}


@given(st.lists(st.one_of(_POINTS, _RANGES), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_rows_change_no_byte(rows: list[SourceRow], chance: object) -> None:
    again = [*rows, *rows]
    getattr(chance, "shuffle")(again)  # noqa: B009

    first, second = (
        list(gather(Source("tiger", iter(some)), file="f", complete=False, postal=POSTAL).blobs())
        for some in (rows, again)
    )

    assert first == second


@given(
    st.integers(0, 99_999),
    st.integers(0, 99_999),
    st.sampled_from(["", "N6W", "B"]),
    st.sampled_from(["E", "O", "B", ""]),
    st.booleans(),
)
def test_a_range_is_the_same_in_both_directions(start: int, end: int, prefix: str, parity: str, left: bool) -> None:
    side = (f"{prefix}{start}", f"{prefix}{end}", "05401", parity)
    sides = (side, ()) if left else ((), side)

    (row,) = open_source("a.dbf", io.BytesIO(dbf([edge("Elm St", *sides)])))

    if max(start, end):
        expected = RangeRow("ELM ST", "05401", prefix, min(start, end), max(start, end), parity or "B")
        assert row == expected
    else:
        assert row == BadRow(1, "number_zero")


_LINES = [f"{number},Elm St,Apt {number},Burlington,VT,05401" for number in range(60)]
_WHOLE = {
    "csv": csv_text(*_LINES),
    "quoted": csv_text(*(f'"{line.replace(",", chr(34) + "," + chr(34))}"' for line in _LINES)),
    "dbf": dbf([edge("Elm St", ("1", "9", "05401", "O"), ("2", "8", "05401", "E"))] * 20),
}
_WHOLE |= {
    "gz": gzipped(_WHOLE["csv"]),
    "zip": zipped({"README.txt": b"About", "a.csv": _WHOLE["csv"]}),
    "dbf.zip": zipped({"a.dbf": _WHOLE["dbf"]}),
    "gz.dbf": gzipped(_WHOLE["dbf"]),
}


def rows_or_refusal(content: bytes, name: str) -> None:
    """Reads and gathers it all: what comes of it are rows or a refusal, and nothing else."""
    try:
        gathered = gather(open_source(name, io.BytesIO(content)), file="f", complete=True, postal=POSTAL)
    except Rejected:
        return
    report = gathered.report()
    assert report["rows"] == report["used"] + report["repeated"] + sum(report["bad"].values())
    assert len(set(rows_in(gathered.blobs()))) == report["used"]


@settings(max_examples=300)
@given(
    st.sampled_from(sorted(_WHOLE)),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=6), st.integers(0, 6)), max_size=4),
    st.integers(0, 10**6),
    st.sampled_from(["a.csv", "a.dbf", "a.zip", "a"]),
)
def test_a_broken_file_gives_rows_or_a_refusal(
    kind: str, changes: list[tuple[int, bytes, int]], cut: int, name: str
) -> None:
    content = _WHOLE[kind]
    for at, new, replaced in changes:
        at %= len(content) + 1
        content = content[:at] + new + content[at + replaced :]
    if cut % 2:
        content = content[: cut % (len(content) + 1)]

    rows_or_refusal(content, name)


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            b"",
            b"\x1f\x8b",
            b"\x1f\x8b\x08\0",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"\x03y\x09\x12",
            b"NUMBER,STREET,POSTCODE\n",
        ]
    ),
    st.binary(max_size=400),
    st.sampled_from(["a.csv", "a.dbf", "a.zip", ""]),
)
@example(b"NUMBER,STREET,POSTCODE\n", b"1,\0,05401\n2,a\rb,05401\n3,\x0b,05401\n", "a.csv")
@example(b"NUMBER,STREET,POSTCODE\n", b"\x0c1 \xc2\xa0_,\xe2\x80\xa8a,05401\n1_,A,05401\n1 ,A,05401", "a.csv")
def test_any_bytes_give_rows_or_a_refusal(start: bytes, rest: bytes, name: str) -> None:
    rows_or_refusal(start + rest, name)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _JSON))
def test_what_is_sealed_opens_to_the_same(content: dict[str, object]) -> None:
    assert opened(sealed(content)) == content


@given(st.binary(), st.sampled_from([b"", b"DSR\x01"]), st.booleans())
def test_bytes_of_others_are_foreign(text: bytes, start: bytes, packed: bool) -> None:
    with pytest.raises(ForeignBlob):
        opened(start + (zlib.compress(text) if packed else text))


@given(st.dictionaries(st.text(), st.integers(), min_size=1), st.integers(0, 10**6), st.integers(1, 255))
def test_one_changed_byte_is_noticed(content: dict[str, int], at: int, change: int) -> None:
    body = bytearray(sealed(content))
    body[at % len(body)] ^= change

    try:
        found = opened(bytes(body))
    except ForeignBlob:
        return
    assert json.dumps(found) == json.dumps(content)  # a bit of zlib's header that says nothing of the content
