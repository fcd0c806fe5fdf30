"""Small street sources for tests, in the formats in which they are published, and the rows back out of blobs.

All streets in them are made up.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence

from doorstep.address.reference.blob import Blob, opened
from doorstep.address.reference.rows import PointRow, RangeRow, SourceRow

HEADER = "NUMBER,STREET,UNIT,CITY,REGION,POSTCODE"
FIELDS = {
    "TLID": 10, "FULLNAME": 100, "LFROMHN": 12, "LTOHN": 12, "RFROMHN": 12, "RTOHN": 12, "ZIPL": 5, "ZIPR": 5,
    "PARITYL": 1, "PARITYR": 1,
}  # fmt: skip


def csv_text(*lines: str, header: str = HEADER, end: str = "\n") -> bytes:
    """An OpenAddresses file of these lines."""
    return "".join(f"{line}{end}" for line in (header, *lines)).encode()


def dbf(records: Iterable[Mapping[str, str]], fields: Mapping[str, int] = FIELDS, encoding: str = "utf-8") -> bytes:
    """A dBase III table; what a record does not name is blank, and "deleted" marks it so."""
    rows = list(records)
    width = 1 + sum(fields.values())
    head = struct.pack("<B3BIHH20x", 3, 121, 9, 18, len(rows), 32 + 32 * len(fields) + 1, width)
    described = b"".join(struct.pack("<11sc4xB15x", name.encode(), b"C", size) for name, size in fields.items())
    body = b"".join(
        (b"*" if "deleted" in row else b" ")
        + b"".join(row.get(name, "").encode(encoding).ljust(size) for name, size in fields.items())
        for row in rows
    )
    return head + described + b"\r" + body + b"\x1a"


def edge(street: str, left: Sequence[str] = (), right: Sequence[str] = ()) -> dict[str, str]:
    """A record of TIGER: a street with (from, to, ZIP, parity) on its left and right."""
    sides = {"L": (*left, *[""] * 4), "R": (*right, *[""] * 4)}
    return {"FULLNAME": street} | {
        name: value
        for side, (start, end, code, parity, *_) in sides.items()
        for name, value in {
            f"{side}FROMHN": start,
            f"{side}TOHN": end,
            f"ZIP{side}": code,
            f"PARITY{side}": parity,
        }.items()
    }


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def gzipped(content: bytes) -> bytes:
    """A gz file."""
    return gzip.compress(content, mtime=0)


def rows_in(blobs: Iterable[Blob]) -> Iterator[SourceRow]:
    """The rows that the ZIP blobs of a file were made of."""
    for content in (opened(blob.body) for blob in blobs if blob.pk.startswith("ZIP#")):
        for text, at, numbers, ranges, units in content["streets"]:
            city = content["cities"][at] if at >= 0 else ""
            pairs = [(number, "") for number in numbers.split()]
            pairs += [(number, unit) for number, of in units.items() for unit in of.split("|")]
            for number, unit in pairs:
                yield PointRow(number.replace("_", " "), text, unit, city, content["state"], content["zip"])
            for prefix, first, last, parity in ranges:
                yield RangeRow(text, content["zip"], prefix, first, last, parity)
