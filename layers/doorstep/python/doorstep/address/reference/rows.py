"""What a source says, row by row: one address, one range of numbers along a side of a street, or a row of no use.

Texts are as the source writes them, in upper case and with single blanks; nothing is interpreted here but the number
of a house, which `comparable` turns into what can be held against a range.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

EVEN, ODD, BOTH = "E", "O", "B"

_LETTERS_FIRST: Final = re.compile(r"([A-Z](?:[0-9A-Z]*[A-Z])?)([0-9]+)(?![0-9])")
_GRID: Final = re.compile(r"([0-9]+[NSEW])([0-9]+)")
_DIGITS_FIRST: Final = re.compile(r"([0-9]+)(?:-([0-9]+))?")


@dataclass(frozen=True, slots=True)
class PointRow:
    """One address; `unit`, `city` and `state` may be "", `zip` has five digits, `state` two letters."""

    number: str
    street: str
    unit: str
    city: str
    state: str
    zip: str


@dataclass(frozen=True, slots=True)
class RangeRow:
    """The numbers that one side of a street may have: `prefix` (letters or "") and `first` to `last`, both included.

    `first` ≤ `last`; `parity` is EVEN, ODD or BOTH.
    """

    street: str
    zip: str
    prefix: str
    first: int
    last: int
    parity: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: its place in the file, from 1, and a code for the reason. It carries no text."""

    line: int
    code: str


SourceRow = PointRow | RangeRow


def squeezed(text: str) -> str:
    """`text` in upper case and with single blanks."""
    return " ".join(text.upper().split())


@lru_cache(maxsize=65_536)
def comparable(number: str) -> tuple[str, int] | None:
    """The prefix and the whole number of a squeezed house number, for comparing; None when it has no digits in front.

    "97A" and "97 1/2" are ("", 97), "N6W23001" and "N6W 23001" are ("N6W", 23001), "38W520" is ("38W", 520). A
    hyphen, as in Queens, separates the cross street from the house and is left out: "34-01" is ("", 3401), which keeps
    the order of the houses.
    """
    if found := _GRID.match(number):
        return found[1], int(found[2])
    if found := _DIGITS_FIRST.match(number):
        return "", int(found[1] + (found[2] or ""))
    if found := _LETTERS_FIRST.match(number.replace(" ", "").replace("-", "")):
        return found[1], int(found[2])
    return None
