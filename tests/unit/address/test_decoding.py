"""What a caller may send to have an address judged."""

from __future__ import annotations

import pytest

from doorstep.address import TypedAddress, decode_address, decode_request
from doorstep.errors import Rejected
from doorstep.fields import Fields


def problems(body: object) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as rejected:
        decode_request(body)
    return [(problem.code, problem.field) for problem in rejected.value.problems]


def test_six_fields_or_one_line() -> None:
    six = {"line1": " 12 Main St ", "city": "Burlington", "state": "VT", "postal_code": "05401", "colour": "blue"}

    assert decode_request(six) == TypedAddress("12 Main St", "", "Burlington", "VT", "05401", "US")
    assert decode_request({"address": "12 Main St", "country": "pr", "locale": "es-MX"}) == TypedAddress(
        country="PR", one_line="12 Main St", locale="es-MX"
    )


@pytest.mark.parametrize("country", ["US", "us", "USA", "U.S.A.", "United States", None, ""])
def test_the_united_states_by_any_name(country: str | None) -> None:
    assert decode_request({"line1": "x", "country": country}).country == "US"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, [("not_an_object", "")]),
        ([], [("not_an_object", "")]),
        ({}, [("missing", "line1")]),
        ({"line1": "x", "postal_code": 5401}, [("wrong_type", "postal_code")]),
        ({"line1": ["x"], "city": {}}, [("wrong_type", "line1"), ("wrong_type", "city")]),
        ({"line1": "x" * 201}, [("too_long", "line1")]),
        ({"address": "x" * 501}, [("too_long", "address")]),
        (
            {"line1": "x", "postal_code": "1" * 21, "state": "x" * 61},
            [("too_long", "state"), ("too_long", "postal_code")],
        ),
        ({"line1": "x\x00"}, [("unprintable_characters", "line1")]),
        ({"line1": "x", "country": "XX"}, [("unknown_country", "country")]),
        ({"line1": "x", "country": "../all"}, [("unknown_country", "country")]),
        ({"line1": "x", "address": "y"}, [("conflicting_fields", "address")]),
        ({"line1": "x", "locale": "not a locale"}, [("wrong_format", "locale")]),
    ],
)
def test_every_problem_is_named_at_once(body: object, expected: list[tuple[str, str]]) -> None:
    assert problems(body) == expected


def test_a_postal_code_sent_as_a_number_is_explained() -> None:
    with pytest.raises(Rejected) as rejected:
        decode_request({"line1": "x", "postal_code": 5401})

    assert "leading zero" in rejected.value.problems[0].message


def test_a_nested_address_names_its_path() -> None:
    order = Fields({"address": {"line1": "x", "postal_code": 5401}})

    decode_address(order.child("address") or order)

    assert [problem.field for problem in order.problems] == ["address.postal_code"]


@pytest.mark.parametrize("text", ["🏠", "北京市朝阳区", "شارع", "Москва", "a\nb"])
def test_any_script_is_legal(text: str) -> None:
    assert decode_request({"line1": text}).line1 == text
