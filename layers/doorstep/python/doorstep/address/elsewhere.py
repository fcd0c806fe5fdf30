"""The street in other ZIP Codes of its city: a wrong ZIP Code is the likeliest reason why a street is not found."""

from __future__ import annotations

import re
from typing import Final

from doorstep.address.likelihood import OTHER_ZIP, OUTSIDE, PART, number_cost, score, slips_in
from doorstep.address.names import city_key
from doorstep.address.place import Place, Reading
from doorstep.address.reference import KnownStreet, StreetReference, Whereabouts
from doorstep.address.reference.street_key import street_key

_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_MOST: Final = 3


class Elsewhere:
    """Looks for a street in its city's index; reads the likeliest ZIP Code to see whether it has the house number."""

    def __init__(self, text: str, number: str, state: str, place: Place, streets: StreetReference) -> None:
        """`text`: the street as it reads, `number`: the house number or ""."""
        self._text, self._number, self._state, self._place, self._streets = text, number, state, place, streets

    def readings(self, *, sure: bool = False, spelling: bool = False) -> list[Reading]:
        """Other ZIP Codes for the street, the likeliest first.

        `sure`: only where the house number is known there; `spelling`: also streets that are spelt nearly alike.
        """
        place = self._place
        typed = city_key(place.typed_city)
        city = typed or city_key(place.city)
        index = self._streets.city(self._state, city) if city and self._state else None
        if index is None:
            return []
        found = [(where, 0) for where in index.find(street_key(self._text, self._state))]
        if spelling and not any(where.zip != place.code for where, _ in found):
            found = [(where, slips) for where, slips in index.like(self._text) if slips <= slips_in(self._text)]
        found = [(where, slips) for where, slips in found if where.zip != place.code]
        if not found:
            return []
        here_as_well = OTHER_ZIP if not typed or place.is_postal_city(typed) else 0.0
        digits = _DIGITS.match(self._number.replace("-", ""))
        number = int(digits[0]) if digits else None
        costs = [(slips + here_as_well + self._cost_of(where, number), where) for where, slips in found]
        ranked = sorted(costs, key=lambda one: (one[0], one[1].zip, one[1].text))[:_MOST]
        return self._verified(ranked[0][1], ranked[0][0], ranked, sure=sure)

    def _verified(
        self, best: Whereabouts, cost: float, ranked: list[tuple[float, Whereabouts]], *, sure: bool
    ) -> list[Reading]:
        """The best of them with its number looked up there, and the others as the index has them."""
        others = [] if sure else [self._reading(where, other) for other, where in ranked[1:]]
        there = self._streets.zip(best.zip)
        same = there.find(street_key(best.text, there.state)) if there else ()
        street = next((one for one in same if one.parts.text == best.text), next(iter(same), None))
        if street is None:
            return [] if sure else [self._reading(best, cost), *others]
        against = number_cost(street, self._number)
        return [] if sure and against >= PART else [self._reading(best, cost + against, street), *others]

    def _cost_of(self, where: Whereabouts, number: int | None) -> float:
        far = 0.0 if number is None or where.reaches(number) else OUTSIDE
        return far + 0.01 * sum(mine != theirs for mine, theirs in zip(where.zip, self._place.code, strict=False))

    def _reading(self, where: Whereabouts, cost: float, street: KnownStreet | None = None) -> Reading:
        line = f"{self._number} {street.parts.text if street else where.text}".strip()
        return Reading({"line1": line, "postal_code": where.zip}, score(cost))
