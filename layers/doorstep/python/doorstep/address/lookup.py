"""What the street reference says of an address that has been read: number, units and city on a known street.

A street that is not known in its ZIP Code is looked for by `candidates`. No finding made here leads to a refusal: the
reference makes verdicts more careful.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from doorstep.address.candidates import Candidates
from doorstep.address.elsewhere import Elsewhere
from doorstep.address.findings import Finding
from doorstep.address.likelihood import SURE
from doorstep.address.model import Coverage, Status
from doorstep.address.names import city_key
from doorstep.address.parts import Delivery
from doorstep.address.place import Place, Reading
from doorstep.address.reference import KnownStreet, StreetReference, ZipStreets
from doorstep.address.unit_names import nearest_units, unit_key

_CITY_DOUBTS: Final = frozenset({"city_not_in_postal_code", "city_postal_code_conflict", "city_misspelled"})
_STREET_PARTS: Final = frozenset({"predirectional", "street_name", "suffix", "postdirectional"})


@dataclass(slots=True)
class Lookup:
    """What came of looking an address up. `street`, `number` and `unit` say how sure we are of each part."""

    delivery: Delivery
    coverage: Coverage = "zip"
    street: Status = "plausible"
    number: Status = "plausible"
    unit: Status = "plausible"
    findings: list[Finding] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    def found(self, code: str, name: str) -> None:
        """Note a finding about field `name`."""
        self.findings.append(Finding(code, name))

    def status_of(self, component: str) -> Status:
        """How sure we are of a component of the delivery lines."""
        if component == "house_number":
            return self.number
        if component in ("unit_type", "unit_number", "building"):
            return self.unit
        return self.street if component in _STREET_PARTS else "plausible"


def look_up(
    delivery: Delivery,
    place: Place,
    named: KnownStreet | None,
    here: ZipStreets | None,
    streets: StreetReference,
) -> Lookup:
    """Look an address up in the streets `here`, those of its ZIP Code, and where needed in the rest of its city.

    `named`: the street it names, where that has been found already. At most two more partitions are read.
    """
    lookup = Lookup(delivery)
    if delivery.kind != "street" or delivery.street.name is None:
        return lookup
    number = delivery.number.value if delivery.number else ""
    if here is None:
        if place.findings:
            lookup.readings += Candidates(delivery, place, here, streets).elsewhere()
            _infer_code(place, lookup.readings)
        return lookup

    lookup.coverage = "address" if here.complete else "range"
    if named is None:
        lookup.street = lookup.number = "suspicious"
        if city_key(place.typed_city) in here.cities:
            _settle_city(place, here.cities[city_key(place.typed_city)])
        if place.has("state_postal_code_conflict"):  # which streets to look among is the question
            lookup.readings += Elsewhere(delivery.street.text, number, place.state, place, streets).readings()
            return lookup
        candidates = Candidates(delivery, place, here, streets)
        code, name = candidates.search()
        if here.is_thin and code != "street_misspelled":
            lookup.coverage = "zip"
            lookup.street = lookup.number = "plausible"
            return lookup
        lookup.found(code, name)
        lookup.readings += candidates.readings if number else []
        return lookup
    lookup.street = "confirmed"
    _judge_city(lookup, place, named, number)
    if number:
        _judge_number(lookup, named, number)
        _judge_unit(lookup, named, number, here)
    if lookup.number == "suspicious":
        lookup.readings += Candidates(delivery, place, here, streets).with_number(named)
    if any(finding.code in _CITY_DOUBTS for finding in place.findings):
        lookup.readings += Candidates(delivery, place, here, streets).elsewhere()
    return lookup


def _infer_code(place: Place, readings: list[Reading]) -> None:
    """The street is in one ZIP Code of the city only: nobody has to look it up."""
    codes = {reading.changes["postal_code"] for reading in readings}
    if len(codes) == 1 and readings[0].score >= SURE and place.has("postal_code_missing"):
        place.withdraw({"postal_code_missing"})
        place.found("postal_code_inferred", "postal_code")


def _judge_number(lookup: Lookup, street: KnownStreet, number: str) -> None:
    status = street.status(number)
    if status == "outside":
        lookup.number = "suspicious"
        lookup.found("number_not_found", "line1")
        return
    lookup.number = "confirmed" if status == "listed" else "plausible"
    lookup.coverage = "address" if status == "listed" else "range"


def _judge_unit(lookup: Lookup, street: KnownStreet, number: str, here: ZipStreets) -> None:
    known_units, without = street.units(number)
    delivery = lookup.delivery
    typed = unit_key(" ".join(unit.text for unit in delivery.units))
    if not known_units:
        if typed and lookup.number == "confirmed" and here.complete and here.knows_units:
            lookup.unit = "unexpected"
            lookup.found("unit_not_needed", "line2")
        return
    by_key = {unit_key(unit): unit for unit in known_units}
    if unit_key(delivery.line2.replace(",", " ")) in by_key:  # what only a register calls a unit: "GARDEN LEVEL"
        lookup.unit = "confirmed"
        return
    if not typed:
        if delivery.mailbox is None and (not without or len(known_units) > 1):
            lookup.unit = "missing"
            lookup.found("unit_missing", "line2")
        return
    if typed in by_key or unit_key(delivery.units[-1].text) in by_key:
        lookup.unit = "confirmed"
        return
    lookup.unit = "suspicious"
    lookup.found("unit_not_found", "line2")
    lookup.readings += [Reading({"line2": unit}, score) for unit, score in nearest_units(typed, by_key)]


def _judge_city(lookup: Lookup, place: Place, street: KnownStreet, number: str) -> None:
    """The city that the street goes by is right, whatever the postal table thinks of it."""
    typed = city_key(place.typed_city)
    names = {city_key(name): name for name in street.cities()}
    if typed and typed in names:
        _settle_city(place, names[typed])
        others = street.cities_of(number) if number else set()
        if others and not any(city_key(name) == typed for name in others) and not place.is_postal_city(typed):
            lookup.found("street_city_conflict", "city")
            lookup.readings += [Reading({"city": name}, 0.9) for name in sorted(others) if name]
        return
    if any(finding.code in _CITY_DOUBTS for finding in place.findings):
        lookup.readings += [Reading({"city": name}, 0.85) for name in sorted(street.cities_of(number)) if name]


def _settle_city(place: Place, name: str) -> None:
    place.withdraw({*_CITY_DOUBTS, "city_alias"})
    place.city = name
    place.component("city", place.typed_city, name, "confirmed")
