"""From what was typed to the verdict: the order in which the rules of this room are asked.

United States and territories: delivery lines, then place (ZIP table), then what both together mean. Every other country
goes to `international`, which is imported only then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from doorstep.address.delivery import read_and_write
from doorstep.address.findings import deliverability_of, issues_of, verdict_of
from doorstep.address.model import ADDRESS_FIELDS, Address, Assessment, Component, Flags, Suggestion, TypedAddress
from doorstep.address.names import printable
from doorstep.address.one_line import split_line
from doorstep.address.packed import without_place
from doorstep.address.parts import Delivery, Part
from doorstep.address.place import Place, Reading, judge_place, kind_of_state
from doorstep.address.postal import PostalTable
from doorstep.address.soundness import judge_delivery, number_behind
from doorstep.address.words import states

TERRITORIES: Final = ("PR", "GU", "VI", "AS", "MP")
_MOST_SUGGESTIONS: Final = 3


def assess(typed: TypedAddress, *, postal: PostalTable, locale: str = "en") -> Assessment:
    """What we think of an address, whatever was typed. Never raises for any text."""
    typed = _at_home(_printable(typed))
    if typed.country != "US":
        from doorstep.address import international  # only for other countries: its data and patterns cost 20 ms

        return international.assess(typed, locale=locale)
    typed = split_line(typed, postal) if typed.one_line else _all_in_one_line(typed, postal)
    answer = _assess_us(typed, postal, locale)
    # Standard form may bring a ZIP Code to light behind odd punctuation ("US"05401#"): it is split as well, at once.
    again = _all_in_one_line(TypedAddress.of(answer.address), postal)
    return answer if again == TypedAddress.of(answer.address) else _assess_us(again, postal, locale)


def _printable(typed: TypedAddress) -> TypedAddress:
    """Controls and invisible characters are nobody's address, whoever let them through."""
    texts = {name: printable(getattr(typed, name)).strip() for name in (*ADDRESS_FIELDS, "one_line")}
    single = {name: " ".join(texts[name].split()) for name in ("city", "state", "postal_code", "country")}
    return replace(typed, **(texts | single))


def _all_in_one_line(typed: TypedAddress, postal: PostalTable) -> TypedAddress:
    """A whole address typed into the first line; left alone where that shows neither state nor ZIP Code."""
    lines = [line for line in (typed.line1, typed.line2) if line.strip()]
    if len(lines) != 1 or typed.city or typed.state or typed.postal_code:
        return typed
    split = split_line(replace(typed, one_line=lines[0]), postal)
    return split if split.state or split.postal_code else typed


def _at_home(typed: TypedAddress) -> TypedAddress:
    """Territories are written as countries as well; the postal service knows them as states."""
    country = typed.country.upper() or "US"
    if country in TERRITORIES:
        return replace(typed, country="US", state=typed.state if typed.state.strip() else country)
    return replace(typed, country=country)


def _assess_us(typed: TypedAddress, postal: PostalTable, locale: str) -> Assessment:
    place = judge_place(typed.city, typed.state, typed.postal_code, postal)
    (line1, line2), delivery, standard = _read_lines(typed, place)
    address = Address(*standard, place.city, place.state, place.postal_code, "US")
    findings = [*judge_delivery(delivery, place, (line1, line2)), *place.findings]
    verdict = verdict_of(findings)
    return Assessment(
        verdict=verdict,
        deliverability=deliverability_of(verdict),
        coverage="zip",
        address=address,
        components=_components(delivery, place),
        issues=issues_of(findings, locale),
        suggestions=_suggestions(address, [*_number_in_front(delivery), *place.readings]),
        flags=_flags(delivery, place),
    )


def _read_lines(typed: TypedAddress, place: Place) -> tuple[tuple[str, str], Delivery, tuple[str, str]]:
    """The delivery lines without a repeated city, state and ZIP Code; what they say; their standard form."""
    names = {typed.city, place.city}, {typed.state, place.state}, {typed.postal_code, place.code, place.postal_code}
    lines = without_place(typed.line1, *names), without_place(typed.line2, *names)
    while True:
        delivery, standard = read_and_write(*lines)
        trimmed = without_place(standard[0], *names), without_place(standard[1], *names)
        if trimmed == standard:
            return lines, delivery, standard
        lines = trimmed  # a unit stood behind the repeated city


def _number_in_front(delivery: Delivery) -> list[Reading]:
    """ "MAIN ST 12" read as "12 MAIN ST"."""
    number = number_behind(delivery)
    return [Reading({"line1": f"{number} {delivery.line1}", "line2": ""}, 0.8)] if number and not delivery.extra else []


def _components(delivery: Delivery, place: Place) -> dict[str, Component]:
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
        name: Component(part.input, part.value, "plausible", "none" if part.input == part.value else "standardized")
        for name, part in named
        if part.value
    }
    if delivery.kind in ("street", "none") and delivery.number is None:
        components["house_number"] = Component("", "", "missing")
    if delivery.kind == "none":
        components["street_name"] = Component("", "", "missing")
    if delivery.extra:
        typed = ", ".join(part.input for part in delivery.extra)
        components["extra"] = Component(typed, ", ".join(part.value for part in delivery.extra), "unexpected")
    return components | place.components


def _suggestions(address: Address, readings: list[Reading]) -> tuple[Suggestion, ...]:
    """The other readings as whole addresses, each once, best first."""
    found: dict[Address, Suggestion] = {}
    for reading in sorted(readings, key=lambda reading: -reading.score):
        other = replace(address, **reading.changes)
        if other != address and other not in found:
            changed = tuple(name for name, value in other.to_dict().items() if value != getattr(address, name))
            found[other] = Suggestion(other, changed, reading.score)
    return tuple(found.values())[:_MOST_SUGGESTIONS]


def _flags(delivery: Delivery, place: Place) -> Flags:
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
    )
