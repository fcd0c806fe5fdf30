"""Census TIGER/Line: ranges in any direction, sides without numbers, and tables that are not whole."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from made_sources import FIELDS, dbf, edge

from doorstep.address.reference.rows import BadRow, RangeRow
from doorstep.address.reference.tiger import read_tiger
from doorstep.errors import Rejected

REAL = Path(__file__).parents[3] / "shared" / "data" / "tl_2021_30059_addrfeat.dbf"


def read(table: bytes) -> list[RangeRow | BadRow]:
    return list(read_tiger(io.BytesIO(table)))


def one(*side: str, street: str = "Elm St") -> RangeRow | BadRow:
    (row,) = read(dbf([edge(street, side)]))
    return row


def test_each_side_of_a_street_is_a_row() -> None:
    rows = read(dbf([edge("Elm St", ("101", "199", "05401", "O"), ("100", "198", "05403", "E"))]))

    assert rows == [
        RangeRow("ELM ST", "05401", "", 101, 199, "O"),
        RangeRow("ELM ST", "05403", "", 100, 198, "E"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "prefix", "first", "last"),
    [
        ("199", "101", "", 101, 199),
        ("7", "7", "", 7, 7),
        ("34-01", "34-99", "", 3401, 3499),
        ("N6W23001", "N6W23099", "N6W", 23001, 23099),
        ("0", "98", "", 0, 98),
    ],
)
def test_numbers_run_in_any_direction_and_may_have_letters(
    start: str, end: str, prefix: str, first: int, last: int
) -> None:
    assert one(start, end, "05401", "B") == RangeRow("ELM ST", "05401", prefix, first, last, "B")


@pytest.mark.parametrize(("said", "meant"), [("E", "E"), ("O", "O"), ("B", "B"), ("", "B"), ("Z", "B")])
def test_a_side_without_parity_has_both(said: str, meant: str) -> None:
    row = one("1", "9", "05401", said)

    assert isinstance(row, RangeRow)
    assert row.parity == meant


@pytest.mark.parametrize(
    ("side", "street", "code"),
    [
        (("1", "9", ""), "Elm St", "no_postal_code"),
        (("1", "9", "99999"), "Elm St", "no_postal_code"),
        (("1", "9", "0540"), "Elm St", "bad_postal_code"),
        (("1", "9", "0540A"), "Elm St", "bad_postal_code"),
        (("1", "9", "05401"), "", "no_street"),
        (("1", "", "05401"), "Elm St", "no_number"),
        (("A", "B", "05401"), "Elm St", "no_number"),
        (("0", "0", "05401"), "Elm St", "number_zero"),
        (("N1", "S9", "05401"), "Elm St", "bad_range"),
    ],
)
def test_a_side_that_cannot_be_used_is_counted_with_a_reason(side: tuple[str, ...], street: str, code: str) -> None:
    good = edge("Oak St", ("1", "9", "05401", "O"))

    assert read(dbf([good, edge(street, side, ("2", "8", "05401", "E")), good]))[1] == BadRow(2, code)


def test_a_bad_side_does_not_cost_the_other() -> None:
    rows = read(dbf([edge("Elm St", ("1", "9", "99999", "O"), ("2", "8", "05401", "E"))]))

    assert rows == [BadRow(1, "no_postal_code"), RangeRow("ELM ST", "05401", "", 2, 8, "E")]


def test_streets_without_numbers_and_deleted_records_are_no_rows() -> None:
    numbered = edge("Elm St", ("1", "9", "05401", "O"))

    assert read(dbf([edge("Elm St", ("", "", "05401", "")), numbered | {"deleted": "yes"}])) == []


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_names_with_accents_are_read_in_old_and_new_tables(encoding: str) -> None:
    (row,) = read(dbf([edge("Calle Peña", ("1", "9", "00901", "O"))], encoding=encoding))

    assert isinstance(row, RangeRow)
    assert row.street == "CALLE PEÑA"


def test_a_table_without_an_end_mark_is_whole() -> None:
    assert len(read(dbf([edge("Elm St", ("1", "9", "05401", "O"))])[:-1])) == 1


TABLE = dbf([edge("Elm St", ("1", "9", "05401", "O"))] * 3)
HEADER_END = 32 + 32 * len(FIELDS)


def patched(at: int, *, to: bytes) -> bytes:
    return TABLE[:at] + to + TABLE[at + len(to) :]


SINGLE = dbf([edge("Elm St", ("1", "9", "05401", "O"))])
WITH_MORE_THAN_ITS_FIELDS = SINGLE[:10] + struct.pack("<H", 2 + sum(FIELDS.values())) + SINGLE[12:]


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(b"", id="empty"),
        pytest.param(TABLE[:20], id="within the first line"),
        pytest.param(TABLE[:100], id="within the header"),
        pytest.param(TABLE[:-50], id="within the last record"),
        pytest.param(patched(0, to=b"\x30"), id="another kind"),
        pytest.param(patched(4, to=struct.pack("<I", 4)), id="a record less"),
        pytest.param(patched(4, to=struct.pack("<I", 2)), id="a record more"),
        pytest.param(patched(4, to=struct.pack("<I", 0xFFFFFFFF)), id="endless"),
        pytest.param(patched(8, to=struct.pack("<H", 0)), id="no header"),
        pytest.param(patched(10, to=struct.pack("<H", 40)), id="records too short for their fields"),
        pytest.param(WITH_MORE_THAN_ITS_FIELDS, id="records too long for their fields"),
        pytest.param(patched(HEADER_END, to=b" "), id="fields without end"),
        pytest.param(patched(HEADER_END + 1, to=b"?"), id="a record of no kind"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(table: bytes) -> None:
    with pytest.raises(Rejected) as refusal:
        read(table)

    assert refusal.value.code == "damaged_source"


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(Rejected) as refusal:
        read(dbf([], fields={"FULLNAME": 100, "LFROMHN": 12}))

    assert refusal.value.code == "not_a_street_source"


@pytest.mark.skipif(not REAL.is_file(), reason="needs the Census file among the shared data")
def test_a_table_of_the_census_is_read() -> None:
    rows = read(REAL.read_bytes())

    ranges = [row for row in rows if isinstance(row, RangeRow)]
    assert len(ranges) > 800
    assert {row.code for row in rows if isinstance(row, BadRow)} == {"no_postal_code"}
    assert {row.zip[:2] for row in ranges} == {"59"}
    assert all(row.first <= row.last and row.parity in "EOB" and row.street for row in ranges)
