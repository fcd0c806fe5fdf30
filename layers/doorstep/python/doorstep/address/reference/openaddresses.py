"""Address points from a CSV file: OpenAddresses, the National Address Database, and what looks like them.

One line is one address; the header decides which columns hold what (see `columns`). A line that cannot be used becomes
a `BadRow` and never stops the file. A break inside quotation marks is followed for a few lines only, so that a mark
that is never closed costs one address and not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import BinaryIO, Final

from doorstep.address.reference.columns import Reader, readers_of
from doorstep.address.reference.rows import BadRow, PointRow
from doorstep.address.words import state_code
from doorstep.errors import Rejected

LONGEST_LINE: Final = 65_536
_MOST_BREAKS: Final = 5
_SEPARATORS: Final = (",", ";", "\t", "|")
_LONGEST: Final = {"number": 20, "street": 100, "unit": 60, "city": 60}
_ZIP: Final = re.compile(r"([0-9]{5})(?: ?-? ?[0-9]{4})?|([0-9]{4})")
_DIGIT: Final = re.compile(r"[0-9]")
_ZERO: Final = re.compile(r"0+[A-Z]*")


def read_addresses(stream: BinaryIO) -> Iterator[PointRow | BadRow]:
    """The rows of a CSV file of addresses. The header is read at once.

    Raises `Rejected` (`not_a_street_source`, `empty_source`) when the header does not name the columns we need.
    """
    lines = _Lines(stream)
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        raise Rejected.because("empty_source", "file", "the file is empty")
    separator = max(_SEPARATORS, key=header.count)
    names = [name.strip().lower() for name in _split(header, separator)]
    if readers := readers_of(names):
        return _rows(lines, separator, len(names), readers)
    message = "the first line has to name the columns NUMBER, STREET and POSTCODE, or Add_Number, St_Name and Zip_Code"
    raise Rejected.because("not_a_street_source", "file", message)


class _Lines:
    """The lines of a stream, without their ends; what is beyond LONGEST_LINE bytes of one is passed over."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead: deque[str] = deque()
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while (line := self._ahead.popleft() if self._ahead else self._read()) is not None:
            self.number += 1
            yield line

    def peek(self, count: int) -> list[str]:
        """The next lines, at most `count`, which stay where they are."""
        while len(self._ahead) < count and (line := self._read()) is not None:
            self._ahead.append(line)
        return list(self._ahead)[:count]

    def skip(self, count: int) -> None:
        """Leave out lines that have been peeked at."""
        for _ in range(count):
            self._ahead.popleft()
        self.number += count

    def _read(self) -> str | None:
        line = end = self._stream.readline(LONGEST_LINE)
        while len(end) == LONGEST_LINE and not end.endswith(b"\n"):
            end = self._stream.readline(LONGEST_LINE)
        return line.decode("utf-8-sig", "replace").rstrip("\r\n") if line else None


def _split(line: str, separator: str) -> list[str]:
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return []


def _fields(lines: _Lines, line: str, separator: str, width: int) -> list[str]:
    fields = _split(line, separator)
    if len(fields) < width and line.count('"') % 2:
        following = lines.peek(_MOST_BREAKS)
        for count in range(1, len(following) + 1):
            longer = _split("\n".join([line, *following[:count]]), separator)
            if len(longer) == width:
                lines.skip(count)
                return longer
    return fields


def _rows(lines: _Lines, separator: str, width: int, readers: Sequence[Reader]) -> Iterator[PointRow | BadRow]:
    for line in lines:
        number = lines.number
        if not line.strip():
            continue
        fields = _fields(lines, line, separator, width)
        # One column more or less shifts all that follow it; only empty ones at the end are harmless.
        if len(fields) < width or any(fields[width:]):
            yield BadRow(number, "bad_columns")
            continue
        row = _row([read(fields) for read in readers])
        yield BadRow(number, row) if isinstance(row, str) else row


def _row(values: Sequence[str]) -> PointRow | str:
    number, street, unit, city, state, code = values
    if any("\ufffd" in value for value in values):
        return "bad_encoding"
    # Spreadsheets make 12.0 of 12.
    number, code = number.removesuffix(".0"), code.removesuffix(".0")
    if not _DIGIT.search(number):
        return "no_number"
    if _ZERO.fullmatch(number):
        return "number_zero"
    if not street:
        return "no_street"
    if not code:
        return "no_postal_code"
    found = _ZIP.fullmatch(code)
    code = (found[1] or f"0{found[2]}") if found else ""
    if not code.strip("0"):
        return "bad_postal_code"
    if any(len(text) > limit for text, limit in zip(values, _LONGEST.values(), strict=False)):
        return "too_long"
    return PointRow(number, street, unit, city, _state(state), code)


@lru_cache(maxsize=1_024)
def _state(typed: str) -> str:
    return state_code(typed)
