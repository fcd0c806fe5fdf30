"""From what was typed to the verdict: the order in which the rules of this room are asked.

United States and territories: delivery lines, then place (ZIP table), then what both together mean. Every other country
goes to `international`, which is imported only then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from doorstep.address.carrier_rules import carrier_findings, line_too_long, non_latin
from doorstep.address.delivery import read_and_write, read_delivery, read_ordinary
from doorstep.address.findings import deliverability_of, issues_of, verdict_of
from doorstep.address.known import read_known
from doorstep.address.lookup import Lookup, find_named, look_up
from doorstep.address.magic import magic
from doorstep.address.model import ADDRESS_FIELDS, Address, Assessment, Component, Flags, Suggestion, TypedAddress
from doorstep.address.names import printable
from doorstep.address.one_line import split_line
from doorstep.address.packed import without_place
from doorstep.address.parts import Delivery, Part
from doorstep.address.place import Place, Reading, judge_place, kind_of_state
from doorstep.address.postal import PostalTable
from doorstep.address.reference import KnownStreet, StreetReference, ZipStreets
from doorstep.address.soundness import judge_delivery, number_behind
from doorstep.address.tokens import segments
from doorstep.address.words import states

TERRITORIES: Final = ("PR", "GU", "VI", "AS", "MP")
_MOST_SUGGESTIONS: Final = 3
_ZIP_DIGITS: Final = 5
_ROUNDS: Final = 4
_BLANKS: Final = re.compile(r"^ |  |\| | \|")
_SINGLE: Final = frozenset({"city", "state", "postal_code", "country"})
_TEXTS: Final = (*ADDRESS_FIELDS, "one_line")


def assess(
    typed: TypedAddress,
    *,
    postal: PostalTable,
    streets: StreetReference | None = None,
    locale: str = "en",
    rules: Mapping[str, str] | None = None,
) -> Assessment:
    """What we think of an address, whatever was typed. Never raises for any text.

    `streets` is what is known of streets, nothing when left out; `rules` are the seller's, by flag (`carrier_rules`).
    """
    typed = _at_home(_printable(typed))
    if answer := magic(typed, locale, rules):
        return answer
    if typed.country != "US":
        from doorstep.address import international  # only for other countries: its data and patterns cost 20 ms

        return international.assess(typed, locale=locale, rules=rules or {})
    streets = streets or StreetReference.none()
    typed = split_line(typed, postal, streets) if typed.one_line else _all_in_one_line(typed, postal, streets)
    answer = _assess_us(typed, postal, streets, locale, rules or {})
    if answer.address.city or answer.address.state or answer.address.postal_code:
        return answer
    # Standard form may bring a ZIP Code to light behind odd punctuation ("US"05401#"): it is split as well, at once.
    again = _all_in_one_line(TypedAddress.of(answer.address), postal, streets)
    return (
        answer if again == TypedAddress.of(answer.address) else _assess_us(again, postal, streets, locale, rules or {})
    )


def _printable(typed: TypedAddress) -> TypedAddress:
    """Controls and invisible characters are nobody's address, whoever let them through."""
    whole = (
        f"{typed.line1}|{typed.line2}|{typed.city}|{typed.state}|{typed.postal_code}|{typed.country}|{typed.one_line}"
    )
    if whole.isascii() and whole.isprintable() and not (_BLANKS.search(whole) or whole[-1:] == " "):
        return typed
    changed = {}
    for name in _TEXTS:
        text: str = getattr(typed, name)
        clean = printable(text).strip()
        if name in _SINGLE and (not clean.isascii() or " " in clean):
            clean = " ".join(clean.split())
        if clean != text:
            changed[name] = clean
    return replace(typed, **changed) if changed else typed


def _all_in_one_line(typed: TypedAddress, postal: PostalTable, streets: StreetReference) -> TypedAddress:
    """A whole address typed into the first line; left alone where that shows neither state nor ZIP Code."""
    lines = [line for line in (typed.line1, typed.line2) if line.strip()]
    if len(lines) != 1 or typed.city or typed.state or typed.postal_code:
        return typed
    split = split_line(replace(typed, one_line=lines[0]), postal, streets)
    return split if split.state or split.postal_code else typed


def _at_home(typed: TypedAddress) -> TypedAddress:
    """Territories are written as countries as well; the postal service knows them as states."""
    country = typed.country.upper() or "US"
    if country in TERRITORIES:
        return replace(typed, country="US", state=typed.state if typed.state.strip() else country)
    return typed if country == typed.country else replace(typed, country=country)


@dataclass(frozen=True, slots=True)
class _Read:
    """The delivery lines, what they say, their standard form, and the known street they name."""

    lines: tuple[str, str]
    delivery: Delivery
    standard: tuple[str, str]
    street: KnownStreet | None = None


def _assess_us(
    typed: TypedAddress, postal: PostalTable, streets: StreetReference, locale: str, rules: Mapping[str, str]
) -> Assessment:
    place = judge_place(typed.city, typed.state, typed.postal_code, postal)
    here = streets.zip(place.code) if len(place.code) == _ZIP_DIGITS else None
    if here and place.area is None:
        place.is_known_after_all(here.state, here.cities)
    read = _read(typed, place, here)
    lookup = look_up(read.delivery, place, read.street, here, streets)
    sound = judge_delivery(read.delivery, place, read.lines, lookup.number, lookup.street)
    flags = _flags(read, place)
    found = [*sound, *lookup.findings, *place.findings]
    findings = [*found, *carrier_findings(flags, rules)] if rules else found
    address = Address(*read.standard, place.city, place.state, place.postal_code, "US")
    return Assessment(
        verdict=verdict_of(findings),
        deliverability=deliverability_of(found, lookup.coverage),
        coverage=lookup.coverage,
        address=address,
        components=_components(lookup, place),
        issues=issues_of(findings, locale),
        suggestions=_suggestions(address, [*_number_in_front(read.delivery), *lookup.readings, *place.readings]),
        flags=flags,
    )


def _read(typed: TypedAddress, place: Place, here: ZipStreets | None) -> _Read:
    """The delivery lines in a standard form that stays the same when it is standardised again."""
    read = _read_once(typed, place, here)
    for _ in range(_ROUNDS if here else 0):
        if read.standard == read.lines:
            break
        again = _read_once(replace(typed, line1=read.standard[0], line2=read.standard[1]), place, here)
        if again.standard == read.standard:
            break
        read = again
    return read


def _read_once(typed: TypedAddress, place: Place, here: ZipStreets | None) -> _Read:
    """Reads the delivery lines by the streets of their ZIP Code; by rules where those do not know the street."""
    if here and (found := read_known(typed.line1, typed.line2, here)):
        delivery, street = found
        return _Read((typed.line1, typed.line2), delivery, (delivery.line1, delivery.line2), street)
    read = _read_ordinary(typed) or _read_by_rules(typed, place)
    settled = _settled(read) if here else None
    if here and settled and (named := find_named(settled, here)):
        delivery, street = named
        return _Read(read.lines, delivery, (delivery.line1, delivery.line2), street)
    return read


def _read_ordinary(typed: TypedAddress) -> _Read | None:
    """ "12 Main St" needs few of the rules; None for what is not as plain as that, or may end with a state."""
    pieces = segments(typed.line1) if not typed.line2 else ()
    delivery = read_ordinary(pieces[0]) if len(pieces) == 1 and pieces[0][-1].text not in states() else None
    return _Read((typed.line1, ""), delivery, (delivery.line1, "")) if delivery else None


def _settled(read: _Read) -> Delivery | None:
    """What the standard form says; None where it says something else each time it is read."""
    delivery = read.delivery
    if read.lines != read.standard and (delivery.line1, delivery.line2) != read.standard:
        delivery = read_delivery(*read.standard)
    return delivery if (delivery.line1, delivery.line2) == read.standard else None


def _read_by_rules(typed: TypedAddress, place: Place) -> _Read:
    """The delivery lines without a repeated city, state and ZIP Code."""
    names = {typed.city, place.city}, {typed.state, place.state}, {typed.postal_code, place.code, place.postal_code}
    lines = without_place(typed.line1, *names), without_place(typed.line2, *names)
    while True:
        delivery, standard = read_and_write(*lines)
        if standard == lines:
            return _Read(lines, delivery, standard)
        trimmed = without_place(standard[0], *names), without_place(standard[1], *names)
        if trimmed == standard:
            return _Read(lines, delivery, standard)
        lines = trimmed  # a unit stood behind the repeated city


def _number_in_front(delivery: Delivery) -> list[Reading]:
    """ "MAIN ST 12" read as "12 MAIN ST"."""
    number = number_behind(delivery)
    return [Reading({"line1": f"{number} {delivery.line1}", "line2": ""}, 0.8)] if number and not delivery.extra else []


def _components(lookup: Lookup, place: Place) -> dict[str, Component]:
    delivery = lookup.delivery
    named: list[tuple[str, Part]] = [("house_number", delivery.number)] if delivery.number else []
    named += delivery.street.named()
    if delivery.units:
        *outer, inner = delivery.units
        named += [("unit_type", inner.kind), ("unit_number", inner.number)]
        if outer:
            typed = " ".join(" ".join(filter(None, (unit.kind.input, unit.number.input))) for unit in outer)
            named.append(("building", Part(typed, " ".join(unit.text for unit in outer))))
    if delivery.box:
        named += delivery.box.parts.items()
    if delivery.mailbox:
        named += [("mailbox_type", delivery.mailbox.kind), ("mailbox_number", delivery.mailbox.number)]
    components = {
        name: Component(
            part.input, part.value, lookup.status_of(name), "none" if part.input == part.value else "standardized"
        )
        for name, part in named
        if part.value
    }
    if delivery.kind in ("street", "none") and delivery.number is None:
        components["house_number"] = Component("", "", "missing")
    if lookup.unit == "missing":
        components["unit_number"] = Component("", "", "missing")
    if delivery.kind == "none":
        components["street_name"] = Component("", "", "missing")
    if delivery.extra:
        typed = ", ".join(part.input for part in delivery.extra)
        components["extra"] = Component(typed, ", ".join(part.value for part in delivery.extra), "unexpected")
    return components | place.components


def _suggestions(address: Address, readings: list[Reading]) -> tuple[Suggestion, ...]:
    """The other readings as whole addresses, each once, best first."""
    found: dict[Address, Suggestion] = {}
    typed = address.to_dict()
    for reading in sorted(readings, key=lambda reading: -reading.score):
        changes = reading.changes
        changed = tuple([name for name in ADDRESS_FIELDS if name in changes and changes[name] != typed[name]])
        if changed and (other := Address(**{**typed, **changes})) not in found:
            found[other] = Suggestion(other, changed, reading.score)
            if len(found) == _MOST_SUGGESTIONS:
                break
    return tuple(found.values())


def _flags(read: _Read, place: Place) -> Flags:
    delivery = read.delivery
    state = states().get(place.state)
    kind = kind_of_state(place.state)
    box = delivery.box.kind if delivery.box else ""
    return Flags(
        po_box=box == "po_box",
        private_mailbox=delivery.mailbox is not None,
        military=kind == "military" or box == "military" or bool(place.area and place.area.type == "MILITARY"),
        territory=kind in ("territory", "associated"),
        non_contiguous=state is not None and state.far,
        rural_route=box in ("rural_route", "highway_contract"),
        general_delivery=box == "general_delivery",
        line_too_long=line_too_long(*read.standard),
        non_latin=non_latin(*read.lines),
    )
