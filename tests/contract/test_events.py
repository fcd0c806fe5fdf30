"""The bus: what is published is what the schemas and docs/events.md say, and so is every sample."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from moto.events.models import EventPattern
from stack_template import ROOT
from story import told

OUT = sorted((ROOT / "docs" / "events").glob("*.schema.json"))
SCHEMAS = [*OUT, ROOT / "docs" / "events" / "in" / "carrier_webhook_received.schema.json"]
"""What others may rely on, and what Doorstep tells itself."""
SAMPLES = [
    *sorted((ROOT / "events" / "bus").glob("*.json")),
    ROOT / "events" / "bus_in" / "carrier_webhook_received.json",
]


@lru_cache(maxsize=1)
def contracts() -> dict[str, Draft202012Validator]:
    """A validator of `detail` for each event, by its name."""
    schemas = [json.loads(path.read_text("utf-8")) for path in SCHEMAS]
    return {schema["title"]: Draft202012Validator(schema, format_checker=FormatChecker()) for schema in schemas}


def announced() -> set[str]:
    """The name of every event that the code makes, read from the code."""
    names = set()
    for path in [*(ROOT / "layers/doorstep/python/doorstep").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in {"announce", "Event"}:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    names.add(first.value)
    return names


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_a_schema(path: Any) -> None:
    schema = json.loads(path.read_text("utf-8"))

    Draft202012Validator.check_schema(schema)
    assert path.name == schema["title"].lower().replace(" ", "_") + ".schema.json"


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_no_schema_has_room_for_free_text_or_unknown_fields(path: Any) -> None:
    for part in _parts(json.loads(path.read_text("utf-8"))):
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
        if part.get("type") == "string":
            assert "pattern" in part, f"any text would pass: {part}"
            assert part["pattern"].startswith("^")
            assert part["pattern"].endswith("$")


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for member in schema.values():
            yield from _parts(member)


def test_everything_published_keeps_to_its_schema() -> None:
    for event in told().events:
        assert event["source"] == "doorstep"
        contracts()[event["detail-type"]].validate(event["detail"])


def test_every_event_in_the_code_has_a_schema_a_producer_and_a_sample() -> None:
    published = {event["detail-type"] for event in told().events}
    sampled = {json.loads(path.read_text("utf-8"))["detail-type"] for path in SAMPLES}

    assert announced() == set(contracts())
    assert published == set(contracts())
    assert sampled == set(contracts())


def test_every_reason_that_a_release_may_give_is_given() -> None:
    released = {e["detail"]["data"]["reason"] for e in told().events if e["detail-type"] == "Order Released"}

    schema = contracts()["Order Released"].schema
    assert released == set(schema["properties"]["data"]["properties"]["reason"]["enum"])


def test_what_news_sets_off_names_the_event_that_brought_it() -> None:
    brought = {event["id"] for event in told().heard}

    assert _causes("Parcel Milestone Reached") - {"pull-easypost"} <= brought
    for name in ("Offer Expired", "Case Step Due"):
        assert _causes(name) == {"deadline"}


def _causes(name: str) -> set[str]:
    return {it["detail"]["metadata"]["causation_id"] for it in told().events if it["detail-type"] == name}


def test_no_two_events_share_an_id_unless_they_are_the_same() -> None:
    seen: dict[str, Any] = {}
    for event in told().events:
        told_before = seen.setdefault(event["detail"]["metadata"]["event_id"], event["detail"])
        assert told_before == event["detail"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_is_what_stands_on_the_bus(path: Any) -> None:
    sample = json.loads(path.read_text("utf-8"))
    published = [event for event in told().events if event["detail-type"] == sample["detail-type"]]

    contracts()[sample["detail-type"]].validate(sample["detail"])
    assert any(set(sample) - {"account"} == set(event) - {"account"} for event in published)
    assert any(sample["detail"]["data"].keys() == event["detail"]["data"].keys() for event in published)
    assert path.name == sample["detail-type"].lower().replace(" ", "_") + ".json"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("data", "name"), "Sample Buyer"),
        (("data", "shop"), "a shop"),
        (("data", "order_version"), 0),
        (("metadata", "schema"), "2"),
        (("metadata", "occurred_at"), "yesterday"),
        (("metadata", "event_id"), "not an id"),
    ],
)
def test_a_schema_refuses_what_is_not_in_the_contract(place: tuple[str, str], value: object) -> None:
    sample = json.loads((ROOT / "events" / "bus" / "order_held.json").read_text("utf-8"))
    sample["detail"][place[0]][place[1]] = value

    assert not contracts()["Order Held"].is_valid(sample["detail"])


# ---------------------------------------------------------------- docs/events.md


def manual() -> str:
    return (ROOT / "docs" / "events.md").read_text("utf-8")


def test_the_manual_names_every_event_with_its_files_and_every_field() -> None:
    names = [json.loads(path.read_text("utf-8"))["title"] for path in OUT]
    lines = {name: next(it for it in manual().splitlines() if it.startswith(f"| `{name}` |")) for name in names}
    for name, line in lines.items():
        slug = name.lower().replace(" ", "_")
        assert f"(events/{slug}.schema.json)" in line
        assert f"(../events/bus/{slug}.json)" in line
        for told_field in contracts()[name].schema["properties"]["data"]["properties"]:
            assert f"`{told_field}`" in line or told_field in {"shop", "order_id"}


def test_the_manual_describes_what_a_webhook_becomes() -> None:
    section = manual().partition("## Webhooks on the bus")[2].partition("\n## ")[0]

    for told_field in contracts()["Carrier Webhook Received"].schema["properties"]["data"]["properties"]:
        assert f"`{told_field}`" in section


def test_the_envelope_in_the_manual_is_a_valid_one() -> None:
    contracts()["Order Released"].validate(_examples()[0])


def test_the_rules_in_the_manual_catch_what_they_promise() -> None:
    warehouse, erp = (EventPattern.load(json.dumps(pattern)) for pattern in _examples()[1:])
    samples = [json.loads(path.read_text("utf-8")) for path in SAMPLES]

    caught = {sample["detail-type"] for sample in samples if warehouse.matches_event(sample)}
    assert caught == {"Order Held", "Order Released", "Address Changed"}
    kept = [e for e in told().events if e["detail"]["data"].get("override") is True]
    assert kept
    assert [event for event in told().events if erp.matches_event(event)] == kept


def _examples() -> list[Any]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", manual(), re.DOTALL)]
