"""Test addresses: what an integrator types to see a verdict of each kind, on any stack and with any data.

Owns recognising them and their answers (`magic.yaml`, which says why no buyer can have one); an address in their city
that is none of them is judged like every other, and so is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from doorstep.address.carrier_rules import carrier_findings
from doorstep.address.delivery import read_and_write
from doorstep.address.findings import Finding, deliverability_of, issues_of, verdict_of
from doorstep.address.model import Address, Assessment, Component, Flags, Status, Suggestion, TypedAddress
from doorstep.address.parts import Delivery
from doorstep.address.words import state_code
from doorstep.data import load

_PREFIX: Final = "0000"
_ONE_LINE: Final = re.compile(r"(.+?)(?:,(.+))?,\s*([^,]+?),?\s+([A-Za-z]{2})\s+(0000\d)\s*")


def magic(typed: TypedAddress, locale: str, rules: Mapping[str, str] | None = None) -> Assessment | None:
    """The answer to a test address, under the seller's `rules`; None, at once, for every other address."""
    if not typed.postal_code.startswith(_PREFIX) and _PREFIX not in typed.one_line:
        return None
    typed = _split(typed)
    city, known = " ".join(typed.city.upper().split()), load("address/magic")
    if (
        typed.country.upper() not in ("", "US")
        or city != known["city"]
        or typed.postal_code not in known["postal_codes"]
    ):
        return None
    delivery, (line1, line2) = read_and_write(typed.line1, typed.line2)
    state = state_code(typed.state) or " ".join(typed.state.upper().split())
    address = Address(line1, line2, city, state, typed.postal_code)
    case = next((case for case in known["cases"] if _fits(case, address)), None)
    return None if case is None else _answer(case, typed, address, delivery, locale, rules or {})


def _split(typed: TypedAddress) -> TypedAddress:
    """A test address in one line, in its fields."""
    match = _ONE_LINE.fullmatch(typed.one_line)
    if not match:
        return typed
    line1, line2, city, state, code = (part.strip() for part in match.groups(default=""))
    return replace(typed, one_line="", line1=line1, line2=line2, city=city, state=state, postal_code=code)


def _fits(case: Mapping[str, Any], address: Address) -> bool:
    wanted = case["line1"], case.get("postal_code", address.postal_code), case.get("unit", bool(address.line2))
    return wanted == (address.line1, address.postal_code, bool(address.line2))


def _answer(
    case: Mapping[str, Any],
    typed: TypedAddress,
    address: Address,
    delivery: Delivery,
    locale: str,
    rules: Mapping[str, str],
) -> Assessment:
    flags, coverage = Flags(**case.get("flags", {})), case["coverage"]
    found = [Finding(*one) for one in case.get("findings", {}).items()]
    findings = [*found, *carrier_findings(flags, rules)]
    certain: Status = "plausible" if coverage == "zip" else "confirmed"
    status = case.get("status", {})
    components = {
        name: Component(before, after, status.get(name, certain), "none" if before == after else "standardized")
        for name, before, after in _named(typed, address, delivery)
    }
    absent = {name: Component("", "", "missing") for name, how in status.items() if how == "missing"}
    return Assessment(
        verdict=verdict_of(findings),
        deliverability=deliverability_of(found, coverage),
        coverage=coverage,
        address=address,
        components=components | absent,
        issues=issues_of(findings, locale),
        suggestions=tuple(
            Suggestion(replace(address, **other["changes"]), tuple(other["changes"]), other["score"])
            for other in case.get("suggestions", ())
        ),
        flags=flags,
    )


def _named(typed: TypedAddress, address: Address, delivery: Delivery) -> Iterator[tuple[str, str, str]]:
    """Each part of the address there is: its name, as typed, as we write it."""
    parts = {"house_number": delivery.number} if delivery.number else {}
    parts |= delivery.street.named()
    if delivery.box:
        parts |= delivery.box.parts
    for unit in delivery.units[-1:]:
        parts |= {"unit_type": unit.kind, "unit_number": unit.number}
    yield from ((name, part.input, part.value) for name, part in parts.items() if part.value)
    places = ((name, getattr(typed, name), getattr(address, name)) for name in ("city", "state", "postal_code"))
    yield from (place for place in places if place[2])
