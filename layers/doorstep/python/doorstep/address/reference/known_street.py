"""A street as the sources know it: how it splits into parts, the cities it goes by, its house numbers and units.

Numbers stay in the compact text they are kept in ("12 14 97A"), which is searched, not unpacked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from doorstep.address.highways import highway
from doorstep.address.reference.rows import comparable
from doorstep.address.reference.street_key import spelt_out
from doorstep.address.tokens import Word
from doorstep.address.words import suffixes, table

_SHORT: Final = frozenset({"N", "S", "E", "W", "NE", "NW", "SE", "SW"})
_LETTERED: Final = frozenset({"AVE", "ST", "RTE", "RD", "CT"})
_SHORTEST_JOINED: Final = 3
NumberStatus = Literal["listed", "within", "outside"]


@dataclass(frozen=True, slots=True)
class StreetParts:
    """A street's parts in standard form (Pub 28 §23); `text` is the whole."""

    predirectional: str
    name: str
    suffix: str
    postdirectional: str

    @property
    def text(self) -> str:
        """The street as it is written."""
        return " ".join(filter(None, (self.predirectional, self.name, self.suffix, self.postdirectional)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A street in one city, from one source. `numbers` is " 12 14 97A "; ranges are (prefix, first, last, parity)."""

    city: str
    numbers: str
    ranges: Sequence[tuple[str, int, int, str]]
    units: Mapping[str, str]
    complete: bool

    def lists(self, number: str) -> bool:
        """True when the source has this very number, with units or without."""
        return f" {number} " in self.numbers or number in self.units or self._lists_otherwise(number)

    def _lists_otherwise(self, number: str) -> bool:
        """ "12301" typed for "123-01", as in Queens."""
        return len(number) >= _SHORTEST_JOINED and f" {number[:-2]}-{number[-2:]} " in self.numbers

    def within(self, number: str) -> bool:
        """True when the number lies in a range of a side of the street, parity included; as digits where hyphenated."""
        if (compared := comparable(number)) is None:
            return False
        prefix, value = compared
        for before, first, last, parity in self.ranges:
            if first <= value <= last and before == prefix and (parity == "B" or (value % 2 == 0) == (parity == "E")):
                return True
        return bool(self.numbers) and not self.complete and self._between(value)

    def _between(self, value: int) -> bool:
        """Among the numbers of a source that does not have them all, to the end of their hundred."""
        known = [one[1] for text in self.numbers.split() if (one := comparable(text))]
        return bool(known) and min(known) // 100 <= value // 100 <= max(known) // 100


@dataclass(slots=True)
class KnownStreet:
    """A street of one ZIP Code, from all sources that have it."""

    parts: StreetParts
    stretches: list[Stretch] = field(default_factory=list)

    def cities(self) -> Iterator[str]:
        """The cities its sources give it, in their spelling."""
        yield from dict.fromkeys(stretch.city for stretch in self.stretches if stretch.city)

    def status(self, number: str) -> NumberStatus:
        """Whether a house number (standard form, "9 1/2") is in a register, in a range, or in neither."""
        number = number.replace(" ", "_")
        if any(stretch.lists(number) for stretch in self.stretches):
            return "listed"
        if any(stretch.complete and not stretch.ranges for stretch in self.stretches):
            return "outside"  # a register that has every number outweighs ranges that have too many
        return "within" if any(stretch.within(number) for stretch in self.stretches) else "outside"

    def cities_of(self, number: str) -> set[str]:
        """The cities in which this very number is listed."""
        number = number.replace(" ", "_")
        return {stretch.city for stretch in self.stretches if stretch.lists(number)}

    def units(self, number: str) -> tuple[list[str], bool]:
        """The units known of a number, as the source writes them, and whether it is listed without one as well."""
        number = number.replace(" ", "_")
        found = dict.fromkeys(
            unit for one in self.stretches if number in one.units for unit in one.units[number].split("|")
        )
        return list(found), any(f" {number} " in stretch.numbers for stretch in self.stretches)


def split_known(text: str, *, abbreviates: bool) -> StreetParts:
    """Split a street as a source writes it.

    Where the source `abbreviates`, a direction or suffix that it spells out belongs to the name: "WEST LIBERTY RD",
    "BROWN HILL E", "HUNTERS GLEN".
    """
    words = text.split()
    directions = _SHORT if abbreviates else table("directionals")
    before = after = suffix = ""
    if len(words) > 1 and words[-1] in directions and not (len(words) == 2 and suffixes().get(words[0]) in _LETTERED):
        after = table("directionals")[words[-1]]
    core = words[:-1] if after else words
    if road := _road(core):
        return StreetParts("", road, "", after)
    if len(core) > 1 and core[0] in directions and not (len(core) == 2 and core[1] in suffixes()):
        before, core = table("directionals")[core[0]], core[1:]
    known = suffixes().get(core[-1], "") if len(core) > 1 and "THE" not in core[:-1] else ""
    if known and not (abbreviates and core[-1] != known and spelt_out()[core[-1]] == core[-1]):
        suffix, core = known, core[:-1]
    return StreetParts(before, " ".join(core), suffix, after)


def _road(words: Sequence[str]) -> str:
    if not any(word[:1].isdigit() for word in words[1:]):
        return ""
    return highway(tuple(Word(word, "") for word in words))
