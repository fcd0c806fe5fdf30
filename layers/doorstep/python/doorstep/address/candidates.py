"""Streets that may have been meant: spelt alike in the ZIP Code, of another direction or suffix, elsewhere in the city.

Every candidate has a cost: slips of the pen, parts that differ, a house number that does not fit, a city that was not
typed. The cheapest comes first.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from doorstep.address.elsewhere import Elsewhere
from doorstep.address.likelihood import OTHER_CITY, OUTSIDE, PART, SHORT_NAME, SURE, number_cost, score, slips_in
from doorstep.address.names import city_key
from doorstep.address.parts import Delivery
from doorstep.address.place import Place, Reading
from doorstep.address.reference import KnownStreet, StreetReference, ZipStreets
from doorstep.address.reference.street_key import street_key

_MOST: Final = 3
_MOVED: Final = 0.5


class Candidate(NamedTuple):
    """A street that may be meant; `slips` in its spelling, `parts` of it that differ."""

    street: KnownStreet
    slips: int
    parts: float
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
        rivals = [one for one in near if not one.slips and one.cost - near[0].cost < PART / 2]
        return ("street_ambiguous" if len(rivals) > 1 else "street_parts_differ"), "line1"

    def with_number(self, street: KnownStreet) -> list[Reading]:
        """Other streets of the same name that have the house number which `street` does not have."""
        near = [
            one
            for one in self._near(spelling=False)
            if one.street is not street and number_cost(one.street, self._number) < PART
        ]
        return [self._reading(one) for one in near if not one.slips] + self.elsewhere(sure=True)

    def elsewhere(self, *, sure: bool = False, spelling: bool = False) -> list[Reading]:
        """The street in other ZIP Codes of the city, as `Elsewhere` finds it."""
        search = Elsewhere(self._text, self._number, self._state, self._place, self._streets)
        return search.readings(sure=sure, spelling=spelling)

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
            and min((one.cost for one in found.values()), default=OUTSIDE + PART) >= PART + OUTSIDE
        ):
            self._add_spelt_alike(found, name, self._here)
        return sorted(found.values(), key=lambda one: (one.cost, one.street.parts.text))[:_MOST]

    def _add_spelt_alike(self, found: dict[int, Candidate], name: str, here: ZipStreets) -> None:
        allowed = slips_in(name)
        for street, slips in here.like(name, allowed, names=True) if allowed else ():
            # In a short name two slips leave little of it: then the house number must speak for the street.
            if slips < allowed or len(name) > SHORT_NAME or number_cost(street, self._number) < PART:
                self._add(found, street, slips, self._differing(street))
        if not any(one.slips for one in found.values()):
            for street, slips in here.like(self._key, allowed, names=False):
                if slips < allowed or number_cost(street, self._number) < PART:
                    self._add(found, street, slips, 0)

    def _add(self, found: dict[int, Candidate], street: KnownStreet, slips: int, parts: float) -> None:
        cost = (
            slips + PART * parts + number_cost(street, self._number) + (0.0 if self._is_in_city(street) else OTHER_CITY)
        )
        before = found.get(id(street))
        if before is None or cost < before.cost:
            found[id(street)] = Candidate(street, slips, parts, cost)

    def _differing(self, street: KnownStreet) -> float:
        """How many of directionals and suffix differ from what was typed; a direction that has moved is half of one."""
        ours, theirs = self._street, street.parts
        before = ours.predirectional.value if ours.predirectional else ""
        after = ours.postdirectional.value if ours.postdirectional else ""
        directions: float = (before != theirs.predirectional) + (after != theirs.postdirectional)
        if directions == len(("before", "after")) and before + after == theirs.predirectional + theirs.postdirectional:
            directions = _MOVED
        return directions + ((ours.suffix.value if ours.suffix else "") != theirs.suffix)

    def _is_in_city(self, street: KnownStreet) -> bool:
        return self._is_postal or any(city_key(name) == self._city for name in street.cities())

    def _reading(self, candidate: Candidate) -> Reading:
        street = candidate.street
        changes = {"line1": self._line(street.parts.text)}
        names = {city_key(name): name for name in street.cities()}
        if city := names.get(self._city):
            changes["city"] = city
        elif names and not self._is_in_city(street):
            changes["city"] = next(iter(names.values()))
        return Reading(changes, score(candidate.cost))

    def _line(self, street: str) -> str:
        return " ".join(filter(None, (self._number, street)))
