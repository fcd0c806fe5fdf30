"""Every answer has the shape of the contract: `POST /addresses/validate`, without address_key and verdict_token."""

from __future__ import annotations

from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from doorstep.address import PostalTable, TypedAddress, assess
from doorstep.data import load

ADDRESS_FIELDS: Final = ["line1", "line2", "city", "state", "postal_code", "country"]
FLAGS: Final = [
    "po_box",
    "private_mailbox",
    "military",
    "territory",
    "non_contiguous",
    "rural_route",
    "general_delivery",
    "line_too_long",
    "non_latin",
]
COMPONENTS: Final = [
    "house_number", "predirectional", "street_name", "suffix", "postdirectional", "unit_type", "unit_number",
    "building", "box_type", "box_number", "mailbox_type", "mailbox_number", "extra", "city", "state",
    "postal_code", "plus4",
]  # fmt: skip


def closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


ADDRESS: Final = closed({name: {"type": "string"} for name in ADDRESS_FIELDS})
VERDICT: Final = closed(
    {
        "verdict": {"enum": ["accept", "confirm", "add_unit", "fix"]},
        "deliverability": {
            "enum": ["deliverable", "missing_unit", "unnecessary_unit", "incorrect_unit", "undeliverable", "unverified"]
        },
        "coverage": {"enum": ["address", "range", "zip", "format"]},
        "address": ADDRESS,
        "components": {
            "type": "object",
            "propertyNames": {"enum": COMPONENTS},
            "additionalProperties": closed(
                {
                    "input": {"type": "string"},
                    "value": {"type": "string"},
                    "status": {"enum": ["confirmed", "plausible", "suspicious", "missing", "unexpected"]},
                    "change": {"enum": ["none", "standardized", "corrected", "inferred"]},
                }
            ),
        },
        "issues": {
            "type": "array",
            "items": closed(
                {
                    "code": {"type": "string", "pattern": "^[a-z_]+$"},
                    "field": {"enum": ADDRESS_FIELDS},
                    "severity": {"enum": ["error", "warning", "info"]},
                    "message": {"type": "string", "minLength": 1},
                }
            ),
        },
        "suggestions": {
            "type": "array",
            "maxItems": 3,
            "items": closed(
                {
                    "address": ADDRESS,
                    "changed": {"type": "array", "minItems": 1, "items": {"enum": ADDRESS_FIELDS}},
                    "score": {"type": "number", "minimum": 0, "maximum": 1},
                }
            ),
        },
        "flags": closed({name: {"type": "boolean"} for name in FLAGS}),
    }
)


@pytest.mark.parametrize(
    "typed",
    [
        TypedAddress(),
        TypedAddress("12 Main St", "Bldg 2 Apt 4", "Burlington", "VT", "05401-1234"),
        TypedAddress("12 Main St PMB 3", "c/o Front Desk", "Burlngton", "NH", "05401"),
        TypedAddress("PO Box 5", "12 Main St", "Stowe", "VT", ""),
        TypedAddress("Main St 12", "", "Stowe", "", "99999"),
        TypedAddress("150 Calle A", "Urb Las Flores", "San Juan", "", "00926", "PR"),
        TypedAddress("🏠", "北京", "\x00", "??", "٠٥٤٠١"),
        TypedAddress(one_line="10 Sample Street, London SW1A 2AA", country="GB"),
        TypedAddress("1 Sample Road", "", "", "", "", "XX"),
    ],
)
@pytest.mark.parametrize("locale", ["en", "es", "zh-CN"])
def test_the_answer_has_the_contract_s_shape(typed: TypedAddress, locale: str) -> None:
    answer = assess(typed, postal=PostalTable.open(), locale=locale).to_dict()

    Draft202012Validator(VERDICT).validate(answer)


def test_the_schema_refuses_what_is_not_in_the_contract() -> None:
    answer = assess(TypedAddress(), postal=PostalTable.open()).to_dict()

    assert not Draft202012Validator(VERDICT).is_valid(answer | {"address_id": "x"})
    assert not Draft202012Validator(VERDICT).is_valid(answer | {"verdict": "maybe"})


def test_the_table_of_findings_speaks_the_contract_s_words() -> None:
    rows = load("address/findings").values()

    assert {row["verdict"] for row in rows} <= set(VERDICT["properties"]["verdict"]["enum"])
    assert {row["severity"] for row in rows} == {"error", "warning", "info"}
