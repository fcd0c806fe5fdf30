"""What is told of an address that has been judged: its parts, other readings of it as whole addresses, and flags."""

from __future__ import annotations

from typing import Final

from doorstep.address.carrier_rules import line_too_long, non_latin
from doorstep.address.lookup import Lookup
from doorstep.address.model import ADDRESS_FIELDS, Address, Component, Flags, Suggestion
from doorstep.address.parts import Delivery, Part
from doorstep.address.place import Place, Reading, kind_of_state
from doorstep.address.reading import Lines
from doorstep.address.soundness import number_behind
from doorstep.address.words import states

_MOST_SUGGESTIONS: Final = 3


def number_in_front(delivery: Delivery) -> list[Reading]:
    """ "MAIN ST 12" read as "12 MAIN ST"."""
    number = number_behind(delivery)
    if not number or delivery.extra:
        return []
    rest = " ".join(unit.text for unit in delivery.units[1:])
    return [Reading({"line1": f"{number} {delivery.line1}", "line2": rest}, 0.8)]


def components_of(lookup: Lookup, place: Place) -> dict[str, Component]:
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


def suggestions_of(address: Address, readings: list[Reading]) -> tuple[Suggestion, ...]:
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


def flags_of(read: Lines, place: Place) -> Flags:
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
        non_latin=non_latin(*read.typed),
    )
