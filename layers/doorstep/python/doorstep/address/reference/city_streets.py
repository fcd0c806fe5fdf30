"""Which ZIP Codes a city's streets are in: the index behind "this street is in another ZIP Code of that city"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from doorstep.address.nearby import most_alike
from doorstep.address.reference.blob import ForeignBlob
from doorstep.address.reference.street_key import pieces, spelt_out, street_key

_PER_STREET: Final = 700
_MOST_SLIPS: Final = 2
_MOST_ALIKE: Final = 4
_PLACES: Final = re.compile(r"[0-9]{5} [0-9]+ [0-9]+(?:;[0-9]{5} [0-9]+ [0-9]+)*")


class Whereabouts(NamedTuple):
    """A street is in this ZIP Code, with house numbers from `lowest` to `highest`; 0 and 0 when unknown."""

    text: str
    zip: str
    lowest: int
    highest: int

    def reaches(self, number: int) -> bool:
        """True when a house number fits, or nothing speaks against it."""
        return not self.highest or self.lowest <= number <= self.highest


class CityStreets:
    """The streets of one city, merged from all sources. `size` is about what it holds, in bytes."""

    def __init__(self, contents: Iterable[dict[str, Any]]) -> None:
        """`contents`: opened blobs of one city. Raises `ForeignBlob` when one does not hold an index."""
        self.size = 1_000
        self._places: dict[str, str] = {}
        self._by_word: dict[str, list[str]] | None = None
        self._keys: dict[str, str] = {}
        self._state = ""
        for content in contents:
            try:
                self._state = content["state"]
                for text, places in content["streets"].items():
                    if not _PLACES.fullmatch(places):
                        raise ForeignBlob("not the index of a city")
                    before = self._places.get(text)
                    self._places[text] = f"{before};{places}" if before else places
                    self.size += _PER_STREET + len(text) + len(places)
            except (KeyError, TypeError, AttributeError) as error:
                raise ForeignBlob("not the index of a city") from error

    def find(self, key: str) -> list[Whereabouts]:
        """Where the streets with this key are."""
        # A word that is spelt in one way only stands in the text itself: only those few need a key of their own.
        twice = _spelt_twice()
        plain = next((word for word in key.split() if word.isalpha() and word not in twice), "")
        texts = self._words().get(plain, ()) if plain else self._places
        return [place for text in texts if self._key(text) == key for place in self._at(text)]

    def like(self, text: str) -> Iterator[tuple[Whereabouts, int]]:
        """Streets spelt nearly like `text` (as sources write it), with the number of slips."""
        for known, slips in most_alike(text, self._places.keys(), edits=_MOST_SLIPS, limit=_MOST_ALIKE):
            for place in self._at(known):
                yield place, slips

    def _words(self) -> dict[str, list[str]]:
        """Word → the streets in whose name it stands."""
        if self._by_word is None:
            self._by_word = {}
            for text in self._places:
                for word in pieces(text):
                    self._by_word.setdefault(word, []).append(text)
        return self._by_word

    def _key(self, text: str) -> str:
        key = self._keys.get(text)
        if key is None:
            key = self._keys[text] = street_key(text, self._state)
        return key

    def _at(self, text: str) -> Iterator[Whereabouts]:
        found: dict[str, tuple[int, int]] = {}
        for place in self._places[text].split(";"):  # once for each source that has the street
            code, lowest, highest = place.split(" ")
            ends = int(lowest), int(highest)
            before = found.get(code, ends)
            known = [one for one in (before, ends) if one[1]] or [ends]
            found[code] = min(first for first, _ in known), max(last for _, last in known)
        for code, (first, last) in found.items():
            yield Whereabouts(text, code, first, last)


@cache
def _spelt_twice() -> frozenset[str]:
    return frozenset(spelt_out().values()) | {"SAINT"}
