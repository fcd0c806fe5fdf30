"""A CSV file of addresses, row by row: whatever a spreadsheet or a shop has written, each row is a `TypedAddress`.

The columns are found by their names, in any order and case. Nothing is cut or refused within a row: what is wrong with
an address is for the assessment to say. What looks wrong with the file is counted, for the end.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from doorstep.address import TypedAddress, decode_address
from doorstep.fields import Fields
from doorstep_cli.errors import Trouble
from doorstep_cli.examining import examine
from doorstep_cli.progress import WatchedFile

if TYPE_CHECKING:
    from _csv import Reader

EXPECTED: Final = "id,line1,line2,city,state,postal_code,country or id,address"
_LINES: Final = ("line1", "line2", "city", "state", "postal_code")
_KNOWN: Final = frozenset({"id", "address", "country", *_LINES})
_DELIMITERS: Final = (",", ";", "\t")
_BUFFER: Final = 1 << 16
_LONGEST_CELL: Final = 2**31 - 1
_MOST_BREAKS: Final = 20


class TypedRows:
    """The rows of one file. Iterate it once or more; `warnings` tell what the last time has shown."""

    def __init__(self, path: Path) -> None:
        """Read the file's bytes once, for `digest`, `size` and the encoding; then its header.

        Raises `Trouble`, with what to do, for no such file, an empty one, and a header that names too little or too
        much.
        """
        self._path = path
        self.position = 0
        """Bytes that the last iteration has read so far, or a little more."""
        found = examine(path)
        self.size, self.digest, self.encoding = found.size, found.digest, found.encoding
        with self._opened() as text:
            header = next((line for line in text if line.strip("\r\n \t,;")), "")
        if not header:
            raise Trouble(f"{path} is empty: its first line must name the columns, {EXPECTED}")
        # A column's name may hold a line break; ours do not, so the first line is enough to tell what parts the cells.
        self._delimiter = max(_DELIMITERS, key=lambda it: len(_KNOWN & set(_names(_cells(header, it)))))
        with self._opened() as text:
            self._columns(_rows(_reader(text, self._delimiter)))
        self._seen: Counter[str] = Counter()

    def __iter__(self) -> Iterator[tuple[str, TypedAddress]]:
        """Each row's id and address, in order. Lines without any cell are none."""
        self._seen = Counter()
        ids: set[int] = set()
        with self._opened() as text:
            reader = _reader(text, self._delimiter)
            rows = _rows(reader)
            columns, width = self._columns(rows)
            at = {name: columns[name] for name in columns if name not in ("id", "country")}
            id_at, country_at = columns["id"], columns.get("country", -1)
            line = reader.line_num
            for cells in rows:
                breaks, line = reader.line_num - line - 1, reader.line_num
                if not cells:
                    continue
                if len(cells) != width or breaks > _MOST_BREAKS:
                    self._seen["long"] += len(cells) > width
                    self._seen["breaks"] += breaks > _MOST_BREAKS
                    cells.extend([""] * (width - len(cells)))
                row_id = cells[id_at]
                self._seen["nameless"] += not row_id
                known = len(ids)
                ids.add(hash(row_id))  # of millions of ids the hashes will do: a warning is all that hangs on them
                self._seen["twice"] += len(ids) == known and bool(row_id)
                texts = {name: cells[place] for name, place in at.items()}
                if "address" in texts:
                    texts["one_line"] = texts.pop("address")
                yield row_id, TypedAddress(**texts, country=_country(cells[country_at]) if country_at >= 0 else "US")

    def warnings(self) -> Iterator[str]:
        """What looks wrong with the file, each in a sentence."""
        if self.encoding == "cp1252":
            yield "the file is not UTF-8 and was read as Windows-1252: save it as UTF-8 if letters look wrong"
        for name, words in (
            ("nameless", "without an id: {}; each was answered, with an empty one"),
            ("twice", "with the id of an earlier row: {}; each was answered, in the order of the file"),
            ("long", "with more cells than the header: {}; is a comma in an address not in quotation marks?"),
            ("breaks", f"over more than {_MOST_BREAKS} lines: {{}}; is a quotation mark never closed?"),
        ):
            if self._seen[name]:
                yield f"rows {words.format(self._seen[name])}"

    def _opened(self) -> io.TextIOWrapper:
        raw = io.BufferedReader(WatchedFile(self._path, self._at), _BUFFER)
        return io.TextIOWrapper(raw, self.encoding, errors="replace", newline="")

    def _at(self, position: int) -> None:
        self.position = position

    def _columns(self, rows: Iterator[list[str]]) -> tuple[dict[str, int], int]:
        """Where each of our columns is, and how many there are in all."""
        names = _names(next(filter(any, rows), []))
        ours = [name for name in names if name in _KNOWN]
        if twice := sorted({name for name in ours if ours.count(name) > 1}):
            raise Trouble(f"{self._path} has two columns {' and '.join(twice)}: rename or remove one")
        if "id" not in ours:
            raise Trouble(f"{self._path} has no column id: the first line must name the columns, {EXPECTED}")
        lines = [name for name in ours if name in _LINES]
        if "address" in ours and lines:
            raise Trouble(
                f"{self._path} has address beside {', '.join(lines)}: a column address holds all in one line; "
                "rename it to line1 if it holds number and street only"
            )
        if "address" not in ours and not lines:
            raise Trouble(f"{self._path} has no column of addresses that we know: name them {EXPECTED}")
        return {name: names.index(name) for name in ours}, len(names)


@lru_cache(maxsize=512)
def _country(text: str) -> str:
    """The country as the API takes it ("USA" is US); what it would refuse, as it is."""
    fields = Fields({"country": text, "line1": ""})
    country = decode_address(fields).country
    return text if fields.problems else country


def _reader(lines: io.TextIOBase | Sequence[str], delimiter: str) -> Reader:
    return csv.reader(lines, delimiter=delimiter)


def _rows(reader: Reader) -> Iterator[list[str]]:
    """All rows. The module's limit would end the file at one long cell, and it is everybody's: it is lifted briefly."""
    while True:
        usual = csv.field_size_limit(_LONGEST_CELL)
        try:
            cells = next(reader, None)
        finally:
            csv.field_size_limit(usual)
        if cells is None:
            return
        yield cells


def _cells(line: str, delimiter: str) -> list[str]:
    return next(_rows(_reader([line], delimiter)), [])


def _names(header: Sequence[str]) -> list[str]:
    return ["_".join(name.replace("-", " ").replace("_", " ").lower().split()) for name in header]
