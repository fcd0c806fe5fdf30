"""What a caller sends, turned into a `TypedAddress`, or into a `Rejected` that names every problem at once.

Only the form is judged here: types, lengths, a country that exists. Any text is legal; its worth is for `assess`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from doorstep.address.model import TypedAddress
from doorstep.errors import Problem
from doorstep.fields import Fields

_LENGTHS: Final = {"line1": 200, "line2": 200, "city": 200, "state": 60, "postal_code": 20}
_ONE_LINE: Final = 500
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")
_HOME: Final = frozenset({"US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA"})


def decode_request(body: object) -> TypedAddress:
    """The body of `POST /addresses/validate`: six fields, or `address` in one line; optional `locale`.

    Raises `Rejected` with every problem found.
    """
    fields = Fields(body)
    typed = decode_address(fields)
    locale = fields.text("locale", max_length=35, required=False, pattern=_LOCALE, hint="a language such as es")
    fields.done()
    return replace(typed, locale=locale)


def decode_address(fields: Fields) -> TypedAddress:
    """An address object inside something bigger; problems are left in `fields`, whose owner calls `done()`."""
    country = _country(fields)
    six = [name for name in _LENGTHS if fields.has(name)]
    if fields.has("address"):
        one_line = fields.text("address", max_length=_ONE_LINE, required=False)
        if six:
            fields.problem("conflicting_fields", "address", "send either address in one line, or line1, city, state…")
        return TypedAddress(country=country, one_line=one_line)
    if not six:
        fields.problem("missing", "line1", "send line1, city, state and postal_code, or address in one line")
    values = {name: fields.text(name, max_length=length, required=False) for name, length in _LENGTHS.items()}
    _explain_number(fields)
    return TypedAddress(country=country, **values)


def _country(fields: Fields) -> str:
    text = fields.text("country", max_length=60, required=False).upper().replace(".", "")
    if not text or text in _HOME:
        return "US"
    from doorstep.address import countries  # only for other countries

    if not countries.is_country(text):
        fields.problem("unknown_country", "country", "expected an ISO 3166 alpha-2 code such as US or DE")
        return "US"
    return text


def _explain_number(fields: Fields) -> None:
    """A postal code sent as a JSON number has lost its leading zeros: say so."""
    for at, problem in enumerate(fields.problems):
        if problem.code == "wrong_type" and problem.field.rpartition(".")[2] == "postal_code":
            hint = 'expected a string, such as "05401": a number loses its leading zero'
            fields.problems[at] = Problem(problem.code, problem.field, hint)
