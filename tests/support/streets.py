"""A street reference in memory: made-up registers and maps, through the real `gather`, on a shelf that counts reads.

Streets and house numbers are made up; ZIP Codes, their cities and states are real, as the postal table has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from doorstep.address import Assessment, PostalTable, TypedAddress, assess
from doorstep.address.reference import StreetReference
from doorstep.address.reference.blob import Blob
from doorstep.address.reference.gather import gather
from doorstep.address.reference.rows import PointRow, RangeRow, SourceRow
from doorstep.address.reference.sources import Source

HOME: Final = TypedAddress(city="Burlington", state="VT", postal_code="05401")


@cache
def postal() -> PostalTable:
    """The ZIP table, opened once."""
    return PostalTable.open()


def street(
    text: str,
    numbers: str = "",
    *,
    code: str = "05401",
    city: str = "BURLINGTON",
    units: Mapping[str, str] | None = None,
) -> list[PointRow]:
    """The addresses of a street: `numbers` "12 97A 9_1/2" have no unit, `units` gives "APT 1|APT 2" by number."""
    area = postal().zip(code)
    assert area is not None
    pairs = [(number.replace("_", " "), "") for number in numbers.split()]
    pairs += [(number, unit) for number, of in (units or {}).items() for unit in of.split("|")]
    return [PointRow(number, text, unit, city, area.state, code) for number, unit in pairs]


def side(text: str, first: int, last: int, parity: str = "B", *, code: str = "05401", prefix: str = "") -> RangeRow:
    """One side of a street on a map."""
    return RangeRow(text, code, prefix, first, last, parity)


def register(*rows: Iterable[PointRow], file: str = "vt.csv", complete: bool = True) -> list[Blob]:
    """The blobs of a register of addresses, with so many others in each ZIP Code that it is known."""
    given = [row for some in rows for row in some]
    around = {row.zip: row for row in reversed(given)}.values()
    return _gathered(
        "openaddresses", [*given, *(one for row in around for one in neighbours(row))], file, complete=complete
    )


def neighbours(row: PointRow) -> Iterable[PointRow]:
    """Other addresses of a ZIP Code, on a street that is like no other: rows that stand alone prove nothing."""
    return [replace(row, number=str(number), street="XYLOPHONE", unit="") for number in range(9_901, 9_909)]


def stray(*rows: Iterable[PointRow]) -> StreetReference:
    """The reference that these rows make by themselves, as at the edge of a register."""
    given = [row for some in rows for row in some]
    return Shelf(_gathered("openaddresses", given, "edge.csv", complete=True)).reference()


def street_map(*rows: RangeRow, file: str = "map.dbf") -> list[Blob]:
    """The blobs of a map that has ranges only."""
    return _gathered("tiger", rows, file, complete=False)


def _gathered(kind: str, rows: Sequence[SourceRow], file: str, *, complete: bool) -> list[Blob]:
    return list(gather(Source(kind, iter(rows)), file=file, complete=complete, postal=postal()).blobs()) if rows else []


class Shelf:
    """Blobs by partition. `reads` names every partition that was asked for, in order."""

    def __init__(self, *files: Iterable[Blob]) -> None:
        self.bodies: dict[str, list[bytes]] = {}
        self.reads: list[str] = []
        for blob in sorted((blob for file in files for blob in file), key=lambda blob: (blob.pk, blob.sk)):
            self.bodies.setdefault(blob.pk, []).append(blob.body)

    def read(self, pk: str) -> Sequence[bytes]:
        """The bodies of a partition."""
        self.reads.append(pk)
        return self.bodies.get(pk, ())

    def reference(self, **how: Any) -> StreetReference:
        """A reference that has read nothing yet."""
        return StreetReference(self.read, **how)


def known(*rows: Iterable[PointRow], complete: bool = True) -> StreetReference:
    """The reference that one register makes."""
    return Shelf(register(*rows, complete=complete)).reference()


def mapped(*rows: RangeRow) -> StreetReference:
    """The reference that one map makes."""
    return Shelf(street_map(*rows)).reference()


def judge(streets: StreetReference | None, line1: str = "", line2: str = "", **fields: str) -> Assessment:
    """The verdict on an address in Burlington, or where `fields` say; `one_line` stands for itself."""
    base = TypedAddress() if "one_line" in fields else HOME
    return assess(replace(base, line1=line1, line2=line2, **fields), postal=postal(), streets=streets)


def codes(answer: Assessment) -> list[str]:
    """The codes of its issues."""
    return [issue.code for issue in answer.issues]


def offered(answer: Assessment, *names: str) -> list[str]:
    """What its suggestions say, best first; `names` of fields, the first line alone when there are none."""
    return [" / ".join(getattr(one.address, name) for name in names or ("line1",)) for one in answer.suggestions]


def statuses(answer: Assessment, *names: str) -> list[str]:
    """How sure it is of these components."""
    return [answer.components[name].status for name in names]
