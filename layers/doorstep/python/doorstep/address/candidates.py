"""Streets that may have been meant: spelt alike in the ZIP Code, of another direction or suffix, elsewhere in the city.

Every candidate has a cost: slips of the pen, parts that differ, a house number that does not fit, a city that was not
typed. The cheapest comes first.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from doorstep.address.names import city_key
from doorstep.address.parts import Delivery
from doorstep.address.place import Place, Reading
from doorstep.address.reference import KnownStreet, StreetReference, Whereabouts, ZipStreets
from doorstep.address.reference.street_key import street_key

_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_MOST: Final = 3
_SHORT_NAME: Final = 5
SURE: Final = 0.9
_PART: Final = 0.6
_ELSEWHERE: Final = 0.7
_UNKNOWN_NUMBER: Final = {"listed": 0.0, "within": 0.1, "outside": 0.9}


class Candidate(NamedTuple):
    """A street that may be meant; `slips` in its spelling, `parts` of it that differ."""

    street: KnownStreet
    slips: int
    parts: int
    cost: float


class Candidates:
    """Looks for the street of an address. Reads the city's index and one more ZIP Code at most."""

    def __init__(self, delivery: Delivery, place: Place, here: ZipStreets | None, streets: StreetReference) -> None:
        """`here`: the streets of the ZIP Code that was typed, None where they are not known."""
        self._street, self._place, self._here, self._streets = delivery.street, place, here, streets
        self._number = delivery.number.value if delivery.number else ""
        self._state = here.state if here else place.state
        self._city = city_key(place.typed_city)
        self._is_postal = place.is_postal_city(self._city)
        self._text = delivery.street.text
        self._key = street_key(self._text, self._state)
        self.readings: list[Reading] = []

    def search(self) -> tuple[str, str]:
        """What to say of a street that is not in its ZIP Code: a code and the field; fills `readings`."""
        other = self.elsewhere()
        # The city was typed for another ZIP Code, one that has this street: no need to look for slips here.
        certain = bool(other) and not self._is_postal and other[0].score >= SURE
        near = self._near(spelling=not certain)
        other = other or ([] if near else self.elsewhere(spelling=True))
        self.readings = [self._reading(one) for one in near] + other
        if other and (not near or other[0].score >= self.readings[0].score):
            return "street_in_other_postal_code", "postal_code"
        if not near:
            return "street_not_found", "line1"
        if near[0].slips:
            return "street_misspelled", "line1"
        rivals = [one for one in near if not one.slips and one.cost - near[0].cost < _PART / 2]
        return ("street_ambiguous" if len(rivals) > 1 else "street_parts_differ"), "line1"

    def with_number(self, street: KnownStreet) -> list[Reading]:
        """Other streets of the same name that have the house number which `street` does not have."""
        near = [
            one for one in self._near(spelling=False) if one.street is not street and self._fits(one.street) < _PART
        ]
        return [self._reading(one) for one in near if not one.slips] + self.elsewhere(sure=True)

    def elsewhere(self, *, sure: bool = False, spelling: bool = False) -> list[Reading]:
        """The street in other ZIP Codes of the city.

        `sure`: only where the house number is known there; `spelling`: also streets that are spelt nearly alike.
        """
        city = self._city or city_key(self._place.city)
        index = self._streets.city(self._state, city) if city and self._state else None
        if index is None:
            return []
        found = [(where, 0) for where in index.find(self._key)]
        if spelling and not any(where.zip != self._place.code for where, _ in found):
            found = [(where, slips) for where, slips in index.like(self._text) if slips <= _slips_in(self._text)]
        found = [(where, slips) for where, slips in found if where.zip != self._place.code]
        if not found:
            return []
        here_as_well = _ELSEWHERE if self._is_postal or not self._city else 0.0
        digits = _DIGITS.match(self._number.replace("-", ""))
        number = int(digits[0]) if digits else None
        costs = [(slips + here_as_well + self._cost_of(where, number), where) for where, slips in found]
        ranked = sorted(costs, key=lambda one: (one[0], one[1].zip, one[1].text))[:_MOST]
        readings = [self._reading_at(where, cost) for cost, where in ranked]
        return self._verified(ranked[0][1], ranked[0][0], readings, sure=sure)

    def _verified(self, best: Whereabouts, cost: float, readings: list[Reading], *, sure: bool) -> list[Reading]:
        """The best of the readings, with the number looked up there: one more partition is read."""
        there = self._streets.zip(best.zip)
        same = there.find(street_key(best.text, there.state)) if there else ()
        street = next((one for one in same if one.parts.text == best.text), next(iter(same), None))
        if street is None:
            return [] if sure else readings
        fits = self._fits(street)
        if sure:
            return [self._reading_at(best, cost, street)] if fits < _PART else []
        return [self._reading_at(best, cost + fits, street), *readings[1:]]

    def _near(self, *, spelling: bool = True) -> list[Candidate]:
        """Streets of this ZIP Code that may be meant, the likeliest first."""
        if self._here is None:
            return []
        found: dict[int, Candidate] = {}
        name = street_key(self._street.name.value, self._state) if self._street.name else ""
        for street in self._here.named(name):
            self._add(found, street, 0, self._differing(street))
        for street in self._here.roads(name):
            self._add(found, street, 0, 1 + self._differing(street))
        # One road number is no slip of another.
        if (
            spelling
            and not name.startswith("#")
            and min((one.cost for one in found.values()), default=_MOST) >= _PART + _UNKNOWN_NUMBER["outside"]
        ):
            self._add_spelt_alike(found, name, self._here)
        return sorted(found.values(), key=lambda one: (one.cost, one.street.parts.text))[:_MOST]

    def _add_spelt_alike(self, found: dict[int, Candidate], name: str, here: ZipStreets) -> None:
        allowed = _slips_in(name)
        for street, slips in here.like(name, allowed, names=True) if allowed else ():
            # In a short name two slips leave little of it: then the house number must speak for the street.
            if slips < allowed or len(name) > _SHORT_NAME or self._fits(street) < _PART:
                self._add(found, street, slips, self._differing(street))
        if not any(one.slips for one in found.values()):
            for street, slips in here.like(self._key, allowed, names=False):
                if slips < allowed or self._fits(street) < _PART:
                    self._add(found, street, slips, 0)

    def _add(self, found: dict[int, Candidate], street: KnownStreet, slips: int, parts: int) -> None:
        cost = slips + _PART * parts + self._fits(street) + (0.0 if self._is_in_city(street) else 0.1)
        before = found.get(id(street))
        if before is None or cost < before.cost:
            found[id(street)] = Candidate(street, slips, parts, cost)

    def _differing(self, street: KnownStreet) -> int:
        """How many of directionals and suffix are others than were typed."""
        ours, theirs = self._street, street.parts
        return (
            ((ours.predirectional.value if ours.predirectional else "") != theirs.predirectional)
            + ((ours.suffix.value if ours.suffix else "") != theirs.suffix)
            + ((ours.postdirectional.value if ours.postdirectional else "") != theirs.postdirectional)
        )

    def _fits(self, street: KnownStreet) -> float:
        return _UNKNOWN_NUMBER[street.status(self._number)] if self._number else 0.0

    def _is_in_city(self, street: KnownStreet) -> bool:
        return self._is_postal or any(city_key(name) == self._city for name in street.cities())

    def _cost_of(self, where: Whereabouts, number: int | None) -> float:
        far = 0.0 if number is None or where.reaches(number) else _UNKNOWN_NUMBER["outside"]
        return far + 0.01 * sum(mine != theirs for mine, theirs in zip(where.zip, self._place.code, strict=False))

    def _reading(self, candidate: Candidate) -> Reading:
        street = candidate.street
        changes = {"line1": self._line(street.parts.text)}
        names = {city_key(name): name for name in street.cities()}
        if city := names.get(self._city):
            changes["city"] = city
        elif names and not self._is_in_city(street):
            changes["city"] = next(iter(names.values()))
        return Reading(changes, _score(candidate.cost))

    def _reading_at(self, where: Whereabouts, cost: float, street: KnownStreet | None = None) -> Reading:
        line = self._line(street.parts.text if street else where.text)
        return Reading({"line1": line, "postal_code": where.zip}, _score(cost))

    def _line(self, street: str) -> str:
        return " ".join(filter(None, (self._number, street)))


def _score(cost: float) -> float:
    """1 for no cost at all, less and less with more of it."""
    return round(max(0.1, 0.97 - 0.12 * cost), 2)


def _slips_in(name: str) -> int:
    """How many slips a name of this length may have."""
    length = len(name)
    return 0 if length < 3 else 1 if length < _SHORT_NAME else 2 if length < 12 else 3
