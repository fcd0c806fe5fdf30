"""What a form builder is told about each field: words, what the browser fills in, and which keyboard a phone shows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from doorstep.address import formats

MEMBERS = {
    "name", "label", "required", "pattern", "example", "hint", "max_length", "autocomplete", "input_mode",
}  # fmt: skip


def fields(country: str, locale: str = "en") -> dict[str, dict[str, Any]]:
    form: Any = formats(country, locale)
    return {field["name"]: field for field in form["fields"]}


@pytest.mark.parametrize("country", ["US", "DE", "GB", "CA", "JP", "CN", "HK", "IE", "KR", "BR", "IN", "AE"])
@pytest.mark.parametrize("locale", ["en", "es", "zh-CN"])
def test_every_field_has_all_that_a_form_needs(country: str, locale: str) -> None:
    for field in fields(country, locale).values():
        assert set(field) - {"options"} == MEMBERS
        assert field["label"]
        assert field["max_length"] > 0


@pytest.mark.parametrize("country", ["US", "DE", "CN"])
def test_the_browser_knows_what_to_fill_in(country: str) -> None:
    tokens = {name: field["autocomplete"] for name, field in fields(country).items()}

    assert (
        tokens.items()
        <= {
            "line1": "address-line1",
            "line2": "address-line2",
            "city": "address-level2",
            "state": "address-level1",
            "postal_code": "postal-code",
        }.items()
    )


@pytest.mark.parametrize(
    ("country", "keyboard"),
    [
        ("US", "numeric"),
        ("PR", "numeric"),
        ("DE", "numeric"),
        ("CZ", "numeric"),  # the blank may be left out
        ("BR", "numeric"),  # so may the hyphen
        ("MC", "numeric"),
        ("PL", "text"),  # here it may not
        ("LV", "text"),
        ("CA", "text"),
        ("GB", "text"),
    ],
)
def test_a_phone_shows_digits_where_digits_are_enough(country: str, keyboard: str) -> None:
    assert fields(country)["postal_code"]["input_mode"] == keyboard
    assert fields(country)["line1"]["input_mode"] == "text"


@pytest.mark.parametrize("country", ["US", "DE", "GB", "CA", "JP", "CZ", "BR", "PL", "LV", "NL"])
def test_the_example_fits_its_pattern(country: str) -> None:
    code = fields(country)["postal_code"]

    assert code["example"]
    assert re.fullmatch(code["pattern"], code["example"])


def test_a_zip_code_of_nine_digits_needs_no_hyphen() -> None:
    pattern = fields("US")["postal_code"]["pattern"]

    fits = [
        code for code in ("05401", "05401-1234", "054011234", "0540", "05401-", "0540a") if re.fullmatch(pattern, code)
    ]
    assert fits == ["05401", "05401-1234", "054011234"]


def test_what_there_is_to_choose_from_is_listed() -> None:
    assert {"value": "QC", "name": "Quebec"} in fields("CA")["state"]["options"]
    assert "options" not in fields("US")["city"]
