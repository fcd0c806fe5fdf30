"""How to ask for an address in a country: the fields of its form, in order, with words in the buyer's language."""

from __future__ import annotations

import re
from typing import Final

from doorstep.address.findings import language_of
from doorstep.address.words import states
from doorstep.data import load
from doorstep.errors import NotFound

LENGTHS: Final = {"line1": 200, "line2": 200, "city": 200, "state": 60, "postal_code": 20}
# What a browser fills in, in the words of the HTML standard (autofill detail tokens).
AUTOCOMPLETE: Final = {
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "state": "address-level1",
    "postal_code": "postal-code",
}
_US_ZIP: Final = r"[0-9]{5}(-?[0-9]{4})?"
# Nothing that a buyer must type but digits: a blank or hyphen may be left out, and so may the second half of a ZIP+4.
_ZIP4: Final = r"\(\?:\[ \\-\]\(\\d\{4\}\)\)\?"
_ONLY_DIGITS: Final = re.compile(rf"(?:{_ZIP4}|\\d|\[[0-9-]+\]|[0-9]|\{{[0-9,]+\}}|[ -]\?|\(\?:|[()|?])+")


def formats(country: str, locale: str) -> dict[str, object]:
    """The form for `country` (ISO alpha-2), worded in `locale`. Raises `NotFound` for a country we do not know."""
    code = country.strip().upper()
    if code == "US":
        return {"country": "US", "fields": _us_fields(locale)}
    from doorstep.address import countries  # only for other countries

    if not countries.is_country(code):
        raise NotFound("unknown_country", "There is no such country; use an ISO 3166 alpha-2 code such as US or DE.")
    return {"country": code, "fields": countries.form_fields(code, locale)}


def form_field(
    name: str,
    kind: str,
    locale: str,
    *,
    required: bool,
    pattern: str = "",
    example: str = "",
    options: list[dict[str, str]] | None = None,
) -> dict[str, object]:
    """One field of a form; `kind` says which words it goes by ("province", "zip").

    `pattern` is a regular expression for the whole value, in capitals or not; "" for none.
    """
    texts = load("address/forms")[kind]
    words = texts[language_of(locale, texts)]
    field: dict[str, object] = {
        "name": name,
        "label": words["label"],
        "required": required,
        "pattern": pattern,
        "example": example,
        "hint": words["hint"],
        "max_length": LENGTHS[name],
        "autocomplete": AUTOCOMPLETE[name],
        "input_mode": "numeric" if _ONLY_DIGITS.fullmatch(pattern) else "text",
    }
    return field | ({"options": options} if options else {})


def _us_fields(locale: str) -> list[dict[str, object]]:
    options = [{"value": state.code, "name": state.name} for state in states().values()]
    return [
        form_field("line1", "line1", locale, required=True, example="123 Main St"),
        form_field("line2", "line2", locale, required=False, example="Apt 4"),
        form_field("city", "city", locale, required=True),
        form_field("state", "state", locale, required=True, pattern="[A-Z]{2}", options=options),
        form_field("postal_code", "zip", locale, required=True, pattern=_US_ZIP, example="12345"),
    ]
