"""Rows → blobs: one for each ZIP Code with its streets, one for each city with where its streets are.

Everything a file holds is in memory here, so each address is one short text in a list, and number texts are shared.
The same file always gives the same blobs. The report counts, and repeats no address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from doorstep.address.names import city_key
from doorstep.address.postal import PostalTable
from doorstep.address.reference.blob import Blob, city_pk, sk, zip_pk
from doorstep.address.reference.bodies import UNIT, Place, Street, city_bodies, zip_bodies
from doorstep.address.reference.rows import BadRow, RangeRow, SourceRow
from doorstep.address.reference.sources import Source
from doorstep.address.reference.spelling import abbreviates
from doorstep.errors import Rejected

MOST_ROWS: Final = 10_000_000
_EXAMPLES: Final = 20

CityId = tuple[str, str]
"""State and key of a city."""


@dataclass(slots=True)
class _Zip:
    """What has come together of a ZIP Code: its state, the names the postal service gives it, and its streets."""

    state: str
    names: tuple[str, ...]
    streets: dict[tuple[str, str], Street] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)


class Gathered:
    """All rows of one file, in order. Made by `gather`."""

    def __init__(self, kind: str, file: str, *, complete: bool, postal: PostalTable) -> None:
        self._kind, self._file, self._complete, self._postal = kind, file, complete, postal
        self._zips: dict[str, _Zip] = {}
        self._numbers: dict[str, str] = {}
        self._bad: Counter[str] = Counter()
        self._examples: list[dict[str, Any]] = []
        self._rows = self._repeated = 0
        self._cities: dict[CityId, tuple[str, list[str]]] = {}

    def report(self) -> dict[str, Any]:
        """What was found, in numbers; `used` and what follows count what is repeated once."""
        streets = [street for area in self._zips.values() for street in area.streets.values()]
        return {
            "kind": self._kind,
            "complete": self._complete,
            "rows": self._rows,
            "used": self._rows - self._bad.total() - self._repeated,
            "repeated": self._repeated,
            "bad": dict(sorted(self._bad.items())),
            "examples": self._examples,
            "zips": len(self._zips),
            "cities": len(self._cities),
            "streets": len(streets),
            "numbers": sum(len({point.partition(UNIT)[0] for point in street.points}) for street in streets),
            "units": sum(UNIT in point for street in streets for point in street.points),
            "ranges": sum(len(street.ranges) for street in streets),
        }

    def blobs(self) -> Iterator[Blob]:
        """The items to write: ZIP Codes in order, then cities in order."""
        origin = {"source": self._kind, "file": self._file}
        usual = abbreviates({text for area in self._zips.values() for text, _ in area.streets})
        for code, area in self._zips.items():
            head = {"zip": code, "state": area.state, **origin, "complete": self._complete, "abbreviates": usual}
            yield from self._parts(zip_pk(code), zip_bodies(head, list(area.streets.values())))
        for (state, key), (name, codes) in self._cities.items():
            places = [place for code in codes for place in self._places(code, key)]
            places.sort(key=lambda place: (place.text, place.zip))
            yield from self._parts(city_pk(state, name), city_bodies({"state": state, "city": name} | origin, places))

    def _parts(self, pk: str, bodies: Iterator[bytes]) -> Iterator[Blob]:
        for part, body in enumerate(bodies):
            yield Blob(pk, sk(self._kind, self._file, part), body)

    def add(self, row: SourceRow | BadRow) -> None:
        """Take in one row. Raises `Rejected` (`source_too_large`) beyond MOST_ROWS."""
        self._rows += 1
        if self._rows > MOST_ROWS:
            message = f"a file may have {MOST_ROWS:,} rows; split it by state or county"
            raise Rejected.because("source_too_large", "file", message)
        if isinstance(row, BadRow):
            self._bad[row.code] += 1
            if len(self._examples) < _EXAMPLES:
                self._examples.append({"line": row.line, "code": row.code})
        elif isinstance(row, RangeRow):
            self._street(row.zip, row.street).ranges.append((row.prefix, row.first, row.last, row.parity))
        else:
            number, unit = _without("_", row.number), _without("|", row.unit)
            point = f"{number}{UNIT}{unit}" if unit else self._numbers.setdefault(number, number)
            self._street(row.zip, row.street, row.city, row.state).points.append(point)

    def settle(self) -> None:
        """Put everything in order once the last row is in."""
        self._numbers.clear()
        self._zips = dict(sorted(self._zips.items()))
        for area in self._zips.values():
            area.streets = dict(sorted(area.streets.items()))
            self._repeated += sum(street.settled() for street in area.streets.values())
        self._cities = self._index()

    def _street(self, code: str, text: str, city: str = "", state: str = "") -> Street:
        area = self._zips.get(code)
        if area is None:
            known = self._postal.zip(code)
            names = (known.city, *known.accepted) if known else ()
            area = self._zips[code] = _Zip(known.state if known else state, names)
        street = area.streets.get((text, city))
        if street is None:
            street = area.streets[text, city] = Street(text, city)
            area.state = area.state or state
            area.states[city] = area.states.get(city) or state
        return street

    def _index(self) -> dict[CityId, tuple[str, list[str]]]:
        """City → one spelling of its name, the postal service's if there is one, and its ZIP Codes."""
        found: dict[CityId, tuple[str, dict[str, None]]] = {}
        named = [(area.state, name, code) for code, area in self._zips.items() for name in area.names]
        named += sorted(
            (state or area.state, name, code)
            for code, area in self._zips.items()
            for name, state in area.states.items()
        )
        for state, name, code in named:
            if state and (key := city_key(name)):
                found.setdefault((state, key), (name, {}))[1][code] = None
        return {city: (name, list(codes)) for city, (name, codes) in sorted(found.items())}

    def _places(self, code: str, key: str) -> Iterator[Place]:
        """The streets of a ZIP Code that belong to a city: all, where it is a name of the ZIP Code itself."""
        area = self._zips[code]
        whole = any(city_key(name) == key for name in area.names)
        reach: dict[str, tuple[int, int]] = {}
        for (text, city), street in area.streets.items():
            if whole or city_key(city) == key:
                low, high = reach.get(text, (0, 0))
                low = min(low, street.lowest) if low and street.lowest else low or street.lowest
                reach[text] = (low, max(high, street.highest))
        for text, (low, high) in reach.items():
            yield Place(text, code, low, high)


def gather(source: Source, *, file: str, complete: bool, postal: PostalTable) -> Gathered:
    """Read all of `source`, once. `file` names it in the keys; `complete`: it has every address of its ZIP Codes.

    Raises `Rejected` as `open_source` does (damage and size show only on the way), and for a source of which not one
    row can be used (`empty_source`): it must not take the place of one that could.
    """
    gathered = Gathered(source.kind, file, complete=complete, postal=postal)
    for row in source:
        gathered.add(row)
    gathered.settle()
    if not gathered.report()["used"]:
        raise Rejected.because("empty_source", "file", "not one row of the file can be used")
    return gathered


def _without(separator: str, text: str) -> str:
    """`text` with blanks for the character that separates such texts where they are kept."""
    return " ".join(text.replace(separator, " ").split()) if separator in text else text
