"""What validations ask of the street table: once, when they have to, and never at the price of a verdict."""

from __future__ import annotations

from typing import Any

import pytest
from samples import order
from street_sources import ELM, MAIN, csv
from world import World

from doorstep.platform import aws
from doorstep.platform.street_shelf import FRESH_FOR, REST

TYPED = {"line1": "12 Main St", "city": "Burlington", "state": "VT", "postal_code": "05401"}


@pytest.fixture
def known(world: World) -> World:
    """A world that knows two streets."""
    world.upload("a.csv", csv(*MAIN, *ELM), complete=True)
    world.load_streets()
    world.calls.clear()
    return world


def validate(world: World, **changes: str) -> dict[str, Any]:
    answer = world.api("POST", "/addresses/validate", TYPED | changes)
    assert answer.status == 200
    verdict: dict[str, Any] = answer.json
    return verdict


def questions(world: World) -> int:
    return world.calls.count(("dynamodb", "Query"))


def test_a_validation_asks_once_and_the_next_of_that_zip_code_not_at_all(known: World) -> None:
    assert validate(known)["coverage"] == "address"
    assert questions(known) == 1

    assert validate(known, line1="14 Main Street")["coverage"] == "address"
    assert questions(known) == 1

    assert validate(known, line1="3 Elm St", city="Montpelier", postal_code="05602")["coverage"] == "address"
    assert questions(known) == 2


def test_what_nobody_knows_is_asked_for_once_as_well(known: World) -> None:
    other = {"line1": "1 Main St", "city": "Stowe", "postal_code": "05672"}
    assert validate(known, **other)["coverage"] == "zip"
    asked = questions(known)
    assert asked >= 1

    validate(known, **other)
    assert questions(known) == asked


def test_a_wrong_zip_code_costs_three_questions_at_most(known: World) -> None:
    validate(known, postal_code="05602")

    assert 1 <= questions(known) <= 3


def test_other_countries_and_boxes_ask_nothing(known: World) -> None:
    validate(known, country="CA", city="Toronto", state="ON", postal_code="M5V 2T6")

    assert questions(known) == 0


def test_a_new_upload_is_seen_within_the_hour(known: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [5000.0]
    monkeypatch.setattr("doorstep.platform.street_shelf.time.monotonic", lambda: moment[0])
    assert validate(known, line1="16 Main St")["verdict"] == "confirm"
    known.upload("a.csv", csv(*MAIN, "16,MAIN ST,,BURLINGTON,VT,05401"), complete=True)
    known.load_streets()

    moment[0] += FRESH_FOR + 1

    assert validate(known, line1="16 Main St")["verdict"] == "accept"


@pytest.mark.parametrize("outage", ["ThrottlingException", "AccessDeniedException", "ResourceNotFoundException"])
def test_a_table_that_does_not_answer_costs_the_coverage_and_not_the_verdict(
    known: World, monkeypatch: pytest.MonkeyPatch, outage: str
) -> None:
    from botocore.exceptions import ClientError

    moment = [5000.0]
    monkeypatch.setattr("doorstep.platform.street_shelf.time.monotonic", lambda: moment[0])
    dynamodb = aws.client("dynamodb", "checkout")
    with monkeypatch.context() as patch:
        patch.setattr(dynamodb, "query", _failing(ClientError({"Error": {"Code": outage}}, "Query")))
        down = validate(known)
    assert (down["verdict"], down["coverage"]) == ("accept", "zip")

    moment[0] += REST + 0.1

    assert validate(known)["coverage"] == "address"


def _failing(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


def test_orders_are_judged_by_the_reference_too(known: World) -> None:
    typed = {"line1": "99 Main St", "city": "Burlington", "state": "VT", "postal_code": "05401", "country": "US"}
    placed = known.api("POST", "/orders", order(address=typed))

    assert placed.status == 201
    assert placed.json["verdict"]["verdict"] == "confirm"


def test_a_damaged_entry_is_passed_over(known: World) -> None:
    with known.unwatched():
        known.client("dynamodb").update_item(
            TableName="streets",
            Key={"pk": {"S": "ZIP#05401"}, "sk": {"S": "openaddresses#a.csv#000"}},
            UpdateExpression="SET body = :body",
            ExpressionAttributeValues={":body": {"B": b"DSR\x01nothing"}},
        )

    assert validate(known)["verdict"] == "accept"
    assert validate(known)["coverage"] == "zip"


def test_what_others_wrote_into_the_table_costs_no_verdict(known: World) -> None:
    with known.unwatched():
        known.client("dynamodb").put_item(
            TableName="streets", Item={"pk": {"S": "ZIP#05401"}, "sk": {"S": "by hand"}, "note": {"S": "hello"}}
        )

    assert validate(known)["coverage"] == "address"
