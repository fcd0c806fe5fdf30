"""The streets of one ZIP Code, merged from all the sources that know it, and ways to find one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from doorstep.address.names import city_key
from doorstep.address.nearby import most_alike
from doorstep.address.reference.blob import ForeignBlob
from doorstep.address.reference.known_street import KnownStreet, Stretch, split_known
from doorstep.address.reference.street_key import any_road, first_word, road_words, street_key

_PER_STREET: Final = 1_400
_MOST_ALIKE: Final = 6
_THIN: Final = 8
_RANGE_WEIGHT: Final = 10


class ZipStreets:
    """An index over the streets of a ZIP Code. Never changed once made; `size` is about what it holds, in bytes.

    `cities`: `city_key` → name of the cities that sources give its streets; `complete`: some source has every address
    here; `knows_units`: some building's units are known.
    """

    def __init__(self, contents: Iterable[dict[str, Any]]) -> None:
        """`contents`: opened blobs of one ZIP Code. Raises `ForeignBlob` when one does not hold streets."""
        self.size = 1_000
        self.state = ""
        self._weight = 0
        self.cities: dict[str, str] = {}
        self.complete = self.knows_units = False
        self._by_key: dict[str, list[KnownStreet]] = {}
        self._first_words: set[str] = set()
        for content in contents:
            try:
                self._add(content)
            except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, IndexError) as error:
                raise ForeignBlob("not the streets of a ZIP Code") from error
        self._by_name: dict[str, list[KnownStreet]] | None = None
        self._lengths: dict[bool, dict[int, list[str]]] = {True: {}, False: {}}

    @property
    def is_thin(self) -> bool:
        """True where only stray rows are known: too little to doubt what is not among them."""
        return self._weight < _THIN

    def find(self, key: str) -> Sequence[KnownStreet]:
        """The streets with exactly this key; of a numbered road also those whose owner one of both leaves open."""
        return self._by_key.get(key, ())

    def find_road(self, key: str) -> list[KnownStreet]:
        """Numbered roads that may be the one of this key: "#STATE 7" and "#ANY 7", not "#US 7"."""
        anyones = any_road(key)
        if not anyones:
            return []
        if key == anyones:
            return [street for one in self._by_key if any_road(one) == key for street in self._by_key[one]]
        return list(self._by_key.get(anyones, ()))

    def named(self, name: str) -> Sequence[KnownStreet]:
        """The streets with this name (spelt out, without directionals and suffix)."""
        return self._names().get(name, ())

    def roads(self, name: str) -> Iterator[KnownStreet]:
        """Numbered roads with the number of this one ("#STATE 2"), whoever owns them."""
        if number := any_road(name):
            for key, streets in self._names().items():
                if any_road(key) == number:
                    yield from streets

    def like(self, text: str, slips: int, *, names: bool) -> Iterator[tuple[KnownStreet, int]]:
        """Streets spelt like `text` but for so many slips, and how many they are: by key, or by `names` alone."""
        table, lengths = self._names() if names else self._by_key, self._lengths[names]
        if not lengths:
            for key in table:
                lengths.setdefault(len(key), []).append(key)
        choices = [key for length in range(len(text) - slips, len(text) + slips + 1) for key in lengths.get(length, ())]
        for key, distance in most_alike(text, choices, edits=slips, limit=_MOST_ALIKE):
            for street in table[key]:
                yield street, distance

    def may_begin_with(self, word: str) -> bool:
        """False when no street here can begin with this word."""
        first = first_word(word)
        return first in self._first_words or first in road_words()

    def streets(self) -> Iterator[KnownStreet]:
        """All of them."""
        for streets in self._by_key.values():
            yield from streets

    def _names(self) -> dict[str, list[KnownStreet]]:
        if self._by_name is None:
            self._by_name = {}
            for street in self.streets():
                self._by_name.setdefault(street_key(street.parts.name, self.state), []).append(street)
        return self._by_name

    def _add(self, content: dict[str, Any]) -> None:
        self.state = content["state"]
        complete, abbreviates = content["complete"] is True, content["abbreviates"] is True
        self.complete = self.complete or complete
        cities = [str(city) for city in content["cities"]]
        self.cities |= {city_key(city): city for city in cities}
        for text, at, numbers, ranges, units in content["streets"]:
            if not isinstance(numbers, str) or not all(isinstance(each, str) for each in units.values()):
                raise TypeError("numbers and units are texts")
            self._weight += numbers.count(" ") + bool(numbers) + len(units) + _RANGE_WEIGHT * len(ranges)
            stretch = Stretch(
                cities[at] if at >= 0 else "",
                f" {numbers} " if numbers else "",
                tuple((str(prefix), int(first), int(last), str(parity)) for prefix, first, last, parity in ranges),
                dict(units.items()),
                complete,
            )
            street = self._street(text, abbreviates=abbreviates)
            street.stretches.append(stretch)
            self.knows_units = self.knows_units or bool(units)
            self.size += (
                _PER_STREET + len(numbers) + 200 * len(ranges) + sum(200 + len(each) for each in units.values())
            )

    def _street(self, text: str, *, abbreviates: bool) -> KnownStreet:
        """The street of this text, made when it is new. Sources that spell it in two ways have one street."""
        key = street_key(text, self.state)
        parts = split_known(text, abbreviates=abbreviates)
        self._first_words.add(first_word(text))
        same = self._by_key.setdefault(key, [])
        for street in same:
            if street.parts == parts:
                return street
        street = KnownStreet(parts)
        same.append(street)
        return street
