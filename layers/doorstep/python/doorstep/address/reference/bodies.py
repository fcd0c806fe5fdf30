"""Streets as they are written down: the contents of ZIP and city blobs, cut so that each fits into an item.

A part has its own list of cities and stands for itself; who reads the parts lays them side by side.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from doorstep.address.reference.blob import LARGEST_BODY, packed
from doorstep.address.reference.rows import comparable

LARGEST_TEXT: Final = 4_000_000
"""Bytes before packing: what packs well must not become more than a reader can hold."""

UNIT: Final = "\t"
"""Between number and unit of a point; squeezed text has no tabs."""

Item = TypeVar("Item")
Range = tuple[str, int, int, str]


@dataclass(slots=True)
class Street:
    """A street of one ZIP Code and one city of the source. Points are "12" or "12\\tAPT A"; both lists may repeat
    themselves until `settled`. `lowest` and `highest` number without letters in front, 0 when there is none."""

    text: str
    city: str
    points: list[str] = field(default_factory=list)
    ranges: list[Range] = field(default_factory=list)
    lowest: int = 0
    highest: int = 0

    def settled(self) -> int:
        """Put everything in order, once; returns how many repetitions there were."""
        before = len(self.points) + len(self.ranges)
        placed = sorted((*(comparable(point.partition(UNIT)[0]) or ("", 0)), point) for point in set(self.points))
        self.points = [point for _, _, point in placed]
        self.ranges = sorted(set(self.ranges))
        plain = [number for prefix, number, _ in placed if number and not prefix]
        plain += [end for prefix, first, last, _ in self.ranges if not prefix for end in (first, last)]
        self.lowest, self.highest = min(plain, default=0), max(plain, default=0)
        return before - len(self.points) - len(self.ranges)

    def halves(self) -> tuple[list[Street], list[Street]]:
        """Two streets that together are this one; it has at least two points or ranges."""
        points, ranges = len(self.points) // 2, (len(self.ranges) + 1) // 2
        return (
            [Street(self.text, self.city, self.points[:points], self.ranges[:ranges])],
            [Street(self.text, self.city, self.points[points:], self.ranges[ranges:])],
        )

    def written(self, cities: Mapping[str, int]) -> list[Any]:
        """The row of this street: text, place of its city or -1, numbers, ranges, number → units."""
        numbers: list[str] = []
        units: dict[str, list[str]] = {}
        for point in self.points:
            number, _, unit = point.partition(UNIT)
            number = number.replace(" ", "_")
            if unit:
                units.setdefault(number, []).append(unit)
            else:
                numbers.append(number)
        place = cities[self.city] if self.city else -1
        return [self.text, place, " ".join(numbers), self.ranges, {each: "|".join(of) for each, of in units.items()}]


@dataclass(frozen=True, slots=True)
class Place:
    """A street's whereabouts in the index of a city."""

    text: str
    zip: str
    lowest: int
    highest: int


def zip_bodies(head: dict[str, Any], streets: Sequence[Street]) -> Iterator[bytes]:
    """The bodies for the streets of a ZIP Code; `head` is what all of them begin with."""

    def content(part: Sequence[Street]) -> dict[str, Any]:
        names = sorted({street.city for street in part if street.city})
        cities = {name: place for place, name in enumerate(names)}
        return head | {"cities": names, "streets": [street.written(cities) for street in part]}

    return _bodies(streets, content, Street.halves)


def city_bodies(head: dict[str, Any], places: Sequence[Place]) -> Iterator[bytes]:
    """The bodies for the index of a city."""

    def content(part: Sequence[Place]) -> dict[str, Any]:
        streets: dict[str, list[str]] = {}
        for place in part:
            streets.setdefault(place.text, []).append(f"{place.zip} {place.lowest} {place.highest}")
        return head | {"streets": {text: ";".join(places) for text, places in streets.items()}}

    return _bodies(places, content, None)


def _bodies(
    items: Sequence[Item],
    content: Callable[[Sequence[Item]], dict[str, Any]],
    halves: Callable[[Item], tuple[Sequence[Item], Sequence[Item]]] | None,
) -> Iterator[bytes]:
    text = json.dumps(content(items), ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) <= LARGEST_TEXT and len(body := packed(text)) <= LARGEST_BODY:
        yield body
    elif len(items) > 1:
        yield from _bodies(items[: len(items) // 2], content, halves)
        yield from _bodies(items[len(items) // 2 :], content, halves)
    elif halves:
        for half in halves(items[0]):
            yield from _bodies(half, content, halves)
