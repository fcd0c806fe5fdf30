"""Census TIGER/Line ADDRFEAT: a dBase III table with one record per piece of street, and the numbers on either side.

Layout of the table: a header of 32 bytes (version, date, count of records, length of header and of a record), 32 bytes
per field, then records of fixed width. Fields: TIGER/Line Technical Documentation, "Address Range-Feature".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from doorstep.address.reference.rows import BOTH, EVEN, ODD, BadRow, RangeRow, comparable, squeezed
from doorstep.errors import Rejected

DBASE: Final = 0x03

_HEADER: Final = struct.Struct("<B3xIHH20x")
_FIELD: Final = struct.Struct("<11sc4xB15x")
_END_OF_FIELDS: Final = b"\r"
_KEPT, _DELETED, _END_OF_FILE = b" ", b"*", b"\x1a"
_SIDES: Final = (("LFROMHN", "LTOHN", "ZIPL", "PARITYL"), ("RFROMHN", "RTOHN", "ZIPR", "PARITYR"))
_NEEDED: Final = {"FULLNAME", *(name for side in _SIDES for name in side[:3])}
_NO_ZIP: Final = {"", "99999", "00000"}

Record = dict[str, str]


def read_tiger(stream: BinaryIO) -> Iterator[RangeRow | BadRow]:
    """The rows of an ADDRFEAT table: one for each side of a piece of street that has numbers.

    The header is read at once. Raises `Rejected`: `not_a_street_source` when it is a table of something else,
    `damaged_source` when it is not a whole table; if records are missing, that is known only on the way.
    """
    count, length, fields = _header(stream)
    if missing := _NEEDED - fields.keys():
        message = f"a table of address ranges also has the fields {', '.join(sorted(missing))}"
        raise Rejected.because("not_a_street_source", "file", message)
    used = {name: place for name, place in fields.items() if name in _NEEDED or name.startswith("PARITY")}
    return _rows(_records(stream, count, length, used))


def _header(stream: BinaryIO) -> tuple[int, int, dict[str, slice]]:
    head = stream.read(_HEADER.size)
    if len(head) < _HEADER.size or head[0] != DBASE:
        raise _damaged("it does not begin as a dBase III table does")
    _, count, header_length, record_length = _HEADER.unpack(head)
    rest = stream.read(max(0, header_length - _HEADER.size))
    fields: dict[str, slice] = {}
    at, start = 0, 1
    while rest[at : at + 1] not in (_END_OF_FIELDS, b""):
        if len(rest) < at + _FIELD.size:
            raise _damaged("its header is cut off")
        name, _, width = _FIELD.unpack_from(rest, at)
        fields[name.split(b"\0")[0].decode("ascii", "replace").upper()] = slice(start, start + width)
        at, start = at + _FIELD.size, start + width
    if rest[at : at + 1] != _END_OF_FIELDS or len(rest) != header_length - _HEADER.size or start != record_length:
        raise _damaged("its header contradicts itself")
    return count, record_length, fields


def _records(stream: BinaryIO, count: int, length: int, fields: dict[str, slice]) -> Iterator[tuple[int, Record]]:
    for number in range(1, count + 1):
        record = stream.read(length)
        if len(record) < length or record[:1] not in (_KEPT, _DELETED):
            raise _damaged("it has fewer records than its header says")
        if record[:1] == _KEPT:
            yield number, {name: _text(record[place]) for name, place in fields.items()}
    if stream.read(2) not in (b"", _END_OF_FILE):
        raise _damaged("it has more records than its header says")


def _text(value: bytes) -> str:
    # Tables are in UTF-8 since 2015 and in Latin-1 before; what is valid UTF-8 by chance does not occur in names.
    value = value.strip(b" \0")
    try:
        return squeezed(value.decode("utf-8"))
    except UnicodeDecodeError:
        return squeezed(value.decode("latin-1"))


def _rows(records: Iterator[tuple[int, Record]]) -> Iterator[RangeRow | BadRow]:
    for number, record in records:
        for first, last, code, parity in _SIDES:
            if record[first] or record[last]:
                row = _side(record["FULLNAME"], record[first], record[last], record[code], record.get(parity, ""))
                yield BadRow(number, row) if isinstance(row, str) else row


def _side(street: str, start: str, end: str, code: str, parity: str) -> RangeRow | str:
    if not street:
        return "no_street"
    if code in _NO_ZIP:
        return "no_postal_code"
    if not (len(code) == 5 and code.isascii() and code.isdigit()):
        return "bad_postal_code"
    one, other = comparable(start), comparable(end)
    if one is None or other is None:
        return "no_number"
    if one[0] != other[0]:
        return "bad_range"
    first, last = sorted((one[1], other[1]))
    if not last:
        return "number_zero"
    return RangeRow(street, code, one[0], first, last, parity if parity in (EVEN, ODD) else BOTH)


def _damaged(why: str) -> Rejected:
    return Rejected.because("damaged_source", "file", f"the table cannot be read: {why}")
