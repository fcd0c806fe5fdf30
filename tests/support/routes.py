"""The routes of template.yaml and who may call each, for the tests of the contract and of the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from stack_template import template

Door = Literal["bearer", "public_key", "open"]


@dataclass(frozen=True, order=True)
class Route:
    """`door`: a merchant's Bearer key, the checkout's public key, or nothing at all."""

    path: str
    method: str
    door: Door
    function: str


def routes(stack: Mapping[str, Any]) -> Iterator[Route]:
    """Every route of the stack."""
    for name, resource in stack["Resources"].items():
        for event in (resource.get("Properties") or {}).get("Events", {}).values():
            if event["Type"] == "Api":
                yield _route(name, event["Properties"])


def _route(function: str, api: Mapping[str, Any]) -> Route:
    auth = api.get("Auth", {})
    door: Door = "open" if auth.get("Authorizer") == "NONE" else "bearer"
    if auth.get("ApiKeyRequired"):
        assert door == "open", "a route has one door"
        door = "public_key"
    return Route(api["Path"], api["Method"].upper(), door, function)


ROUTES: Final = tuple(sorted(routes(template())))
