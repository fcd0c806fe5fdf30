"""docs/openapi.yaml against template.yaml (which routes, who may call them) and against what is really answered.

Both ways: nothing is answered that is not written down, and nothing is written down that is never answered.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from routes import ROUTES, Door, Route
from stack_template import ROOT, properties
from story import Exchange, told

SECURITY: Final[Mapping[Door, list[dict[str, list[str]]]]] = {
    "bearer": [{"MerchantKey": []}],
    "public_key": [{"CheckoutKey": []}],
    "open": [],
}
# What API Gateway answers before a function is asked; the tests of the template look at these answers.
AT_THE_DOOR: Final[Mapping[Door, set[str]]] = {"bearer": {"401", "429"}, "public_key": {"403", "429"}, "open": {"429"}}
METHODS: Final = ("get", "put", "post", "options")


@lru_cache(maxsize=1)
def manual() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
    return document


def operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = manual()["paths"][route.path][route.method.lower()]
    return found


def documented(exchange: Exchange) -> dict[str, Any]:
    """What the manual says about the answer of an exchange."""
    responses = manual()["paths"][exchange.route][exchange.method.lower()]["responses"]
    status = exchange.answer.status
    found = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    assert found, f"{exchange.method} {exchange.route} answered {status}, of which the manual knows nothing"
    return resolved(found)


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        target: Any = manual()
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part


def validator(schema: Mapping[str, Any], *, strict: bool) -> Draft202012Validator:
    """A validator that finds the manual's components; a strict one allows no member that is not written down.

    The manual itself leaves room for more, for callers should.
    """
    whole = {"components": {"schemas": manual()["components"]["schemas"]}, **schema}
    return Draft202012Validator(sealed(whole) if strict else whole, format_checker=FormatChecker())


EXTENDED: Final = {"#/components/schemas/Judgement", "#/components/schemas/Order"}


def sealed(part: Any, *, inherited: bool = False) -> Any:
    """The same schema, closed: no object has more members than it names; what extends another closes both."""
    if isinstance(part, list):
        return [sealed(member, inherited=inherited) for member in part]
    if not isinstance(part, dict):
        return part
    closed = {
        name: sealed(member, inherited=name == "allOf" or f"#/components/schemas/{name}" in EXTENDED)
        for name, member in part.items()
    }
    names_members = isinstance(part.get("properties"), dict) and part.get("type") == "object"
    extends = "allOf" in part or part.get("$ref") in EXTENDED
    if (names_members or extends) and not inherited:
        closed["unevaluatedProperties"] = False
    return closed


def test_it_is_openapi() -> None:
    validate(manual())


def test_it_has_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert manual()["info"]["version"] == project["version"]


def test_every_route_of_the_template_is_in_the_manual_and_the_other_way_round() -> None:
    written = {
        (path, method.upper()) for path, item in manual()["paths"].items() for method in METHODS if method in item
    }

    assert written == {(route.path, route.method) for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_the_manual_says_who_may_call(route: Route) -> None:
    assert operation(route)["security"] == SECURITY[route.door]
    assert AT_THE_DOOR[route.door] <= set(operation(route)["responses"])


def test_every_parameter_of_a_path_is_described() -> None:
    for path, item in manual()["paths"].items():
        names = {resolved(it)["name"] for it in item.get("parameters", []) if resolved(it)["in"] == "path"}
        assert names == {part.strip("{}") for part in path.split("/") if part.startswith("{")}


def test_every_answer_is_as_the_manual_says() -> None:
    for exchange in told().exchanges:
        response = documented(exchange)
        kind = exchange.answer.headers.get("Content-Type", "").partition(";")[0]
        if not response.get("content"):
            assert exchange.answer.body == ""
            continue
        assert kind in response["content"], f"{exchange.route} answered {exchange.answer.status} as {kind}"
        said = exchange.answer.json if kind == "application/json" else exchange.answer.body
        validator(response["content"][kind]["schema"], strict=True).validate(said)


def test_every_answer_in_the_manual_is_given() -> None:
    given = {(it.route, it.method, str(it.answer.status)) for it in told().exchanges}
    for route in ROUTES:
        written = set(operation(route)["responses"]) - AT_THE_DOOR[route.door]
        if route.path.startswith("/addresses/formats") or route.method == "OPTIONS":
            written -= {"5XX"}  # these ask nobody, so only API Gateway itself can fail
        for status in written:
            alike = {"500", "502", "503"} if status == "5XX" else {status}
            assert any((route.path, route.method, it) in given for it in alike), f"never seen: {route} {status}"


def test_what_was_taken_is_what_the_manual_asks_for() -> None:
    """A request that was accepted is valid, so the manual does not ask for more than the functions do."""
    for exchange in told().exchanges:
        body = manual()["paths"][exchange.route][exchange.method.lower()].get("requestBody")
        refused_in_part = exchange.route.endswith("-batch") and '"error"' in exchange.answer.body
        if body and exchange.answer.status < 300 and exchange.sent is not None and not refused_in_part:
            (content,) = body["content"].values()
            validator(content["schema"], strict=True).validate(exchange.sent)


def test_headers_that_the_manual_promises_are_sent() -> None:
    replays = [it for it in told().exchanges if it.answer.headers.get("Idempotent-Replay")]
    assert {it.answer.headers["Idempotent-Replay"] for it in replays} == {"true"}
    assert {documented(it)["headers"]["Idempotent-Replay"]["schema"]["const"] for it in replays} == {"true"}
    for exchange in told().exchanges:
        if exchange.answer.status == 503 and exchange.answer.headers["Content-Type"] == "application/json":
            assert exchange.answer.headers["Retry-After"].isdigit()
        if exchange.method == "OPTIONS":
            assert set(documented(exchange)["headers"]) <= set(exchange.answer.headers)


def test_what_api_gateway_answers_itself_has_the_same_form() -> None:
    error = validator({"$ref": "#/components/schemas/Error"}, strict=True)
    for response in properties("Api")["GatewayResponses"].values():
        text = response["ResponseTemplates"]["application/json"].replace("$context.error.messageString", '"Forbidden"')
        error.validate(json.loads(text))


def test_examples_are_valid() -> None:
    seen = 0
    for content in _contents(manual()):
        examples = [it["value"] for it in content.get("examples", {}).values()]
        for example in examples + ([content["example"]] if "example" in content else []):
            validator(content["schema"], strict=True).validate(example)
            seen += 1
    assert seen > 15


def _contents(part: Any) -> Iterator[dict[str, Any]]:
    """Every media type object."""
    if isinstance(part, dict):
        for name, member in part.items():
            if name == "content":
                yield from member.values()
            else:
                yield from _contents(member)
    if isinstance(part, list):
        for member in part:
            yield from _contents(member)


@pytest.mark.parametrize(
    ("schema", "break_it"),
    [
        ("Order", lambda it: it.update(surprise=1)),
        ("Order", lambda it: it["verdict"].update(surprise=1)),
        ("Order", lambda it: it.pop("advice")),
        ("OrderFile", lambda it: it.update(surprise=1)),
        ("OrderFile", lambda it: it["addresses"][0].update(surprise=1)),
        ("OrderFile", lambda it: it.update(state="lost")),
    ],
)
def test_a_schema_notices_what_is_not_in_it(schema: str, break_it: Any) -> None:
    answer = next(
        it.answer.json for it in told().exchanges if it.method == "GET" and it.route == "/orders/{shop}/{order_id}"
    )
    if schema == "Order":
        answer = next(it.answer.json for it in told().exchanges if it.route == "/orders" and it.answer.status == 201)
    check = validator({"$ref": f"#/components/schemas/{schema}"}, strict=True)
    assert check.is_valid(answer)

    break_it(answer)

    assert not check.is_valid(answer)
