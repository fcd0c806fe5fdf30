"""From what was typed to the verdict: the order in which the rules of this room are asked.

United States and territories: delivery lines, then place (ZIP table), then what both together mean. Every other country
goes to `international`, which is imported only then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from doorstep.address.answer import components_of, flags_of, number_in_front, suggestions_of
from doorstep.address.carrier_rules import carrier_findings
from doorstep.address.findings import deliverability_of, issues_of, verdict_of
from doorstep.address.lookup import look_up
from doorstep.address.magic import magic
from doorstep.address.model import ADDRESS_FIELDS, Address, Assessment, TypedAddress
from doorstep.address.names import printable
from doorstep.address.one_line import split_line
from doorstep.address.place import judge_place
from doorstep.address.postal import PostalTable
from doorstep.address.reading import read_lines
from doorstep.address.reference import StreetReference
from doorstep.address.soundness import judge_delivery

TERRITORIES: Final = ("PR", "GU", "VI", "AS", "MP")
_ZIP_DIGITS: Final = 5
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


def _assess_us(
    typed: TypedAddress, postal: PostalTable, streets: StreetReference, locale: str, rules: Mapping[str, str]
) -> Assessment:
    place = judge_place(typed.city, typed.state, typed.postal_code, postal)
    here = streets.zip(place.code) if len(place.code) == _ZIP_DIGITS else None
    if here and place.area is None and not here.is_thin:
        place.is_known_after_all(here.state, here.cities)
    read = read_lines(typed, place, here)
    lookup = look_up(read.delivery, place, read.street, here, streets)
    sound = judge_delivery(read.delivery, place, read.typed, lookup.number, lookup.street)
    flags = flags_of(read, place)
    found = [*sound, *lookup.findings, *place.findings]
    findings = [*found, *carrier_findings(flags, rules)] if rules else found
    address = Address(*read.standard, place.city, place.state, place.postal_code, "US")
    return Assessment(
        verdict=verdict_of(findings),
        deliverability=deliverability_of(found, lookup.coverage),
        coverage=lookup.coverage,
        address=address,
        components=components_of(lookup, place),
        issues=issues_of(findings, locale),
        suggestions=suggestions_of(address, [*number_in_front(read.delivery), *lookup.readings, *place.readings]),
        flags=flags,
    )
