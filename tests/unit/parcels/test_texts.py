"""The text rules all providers share, and what a provider may add to them or take away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from doorstep.data import load
from doorstep.parcels.providers import codes
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.scan import MILESTONES
from doorstep.parcels.vocabulary import is_reason

SHARED: Mapping[str, Any] = load("parcels/providers/texts")
NAMES = [*(rule["name"] for rule in SHARED["turns"]), *(rule["reason"] for rule in SHARED["causes"])]
EACH = sorted(
    path.stem
    for path in Path(codes.__file__).parent.glob("*.yaml")
    if "tables" in load(f"parcels/providers/{path.stem}")
)


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The YAML of a provider `invented`, to be filled before it is used."""
    own: dict[str, Any] = {"tables": {}}
    files = {"parcels/providers/invented": own, "parcels/providers/texts": SHARED}
    monkeypatch.setattr(codes, "load", files.__getitem__)
    codes.rules.cache_clear()
    return own


@pytest.fixture(autouse=True)
def _forget() -> Any:
    yield
    codes.rules.cache_clear()


def test_every_shared_rule_has_a_name_of_its_own_and_an_example() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(rule["examples"] for rule in (*SHARED["turns"], *SHARED["causes"]))


@pytest.mark.parametrize("provider", EACH)
def test_what_a_provider_adds_is_in_the_vocabulary_and_what_it_takes_away_exists(provider: str) -> None:
    own = load(f"parcels/providers/{provider}")

    assert set(own.get("without", ())) <= {*NAMES}
    assert set(own.get("closed_reasons", ())) <= {*SHARED["open_reasons"]}
    assert all(is_reason(reason) for reason in own.get("open_reasons", ()))
    assert all(is_reason(rule["reason"]) and {*rule["of"]} <= {*MILESTONES} for rule in own.get("causes", ()))
    assert all({rule["to"], *rule["from"]} <= {*MILESTONES} for rule in own.get("turns", ()))


def test_a_provider_that_says_nothing_of_texts_has_all_shared_rules(invented: dict[str, Any]) -> None:
    found = codes.refined("invented", Meaning("exception", "unspecified"), "No Such Number")

    assert (found.milestone, found.reason) == ("exception", "address_no_such_number")
    assert codes.rules("invented") == invented | SHARED


def test_a_providers_own_rules_come_first(invented: dict[str, Any]) -> None:
    invented["turns"] = [{"to": "returned", "from": ["exception"], "says": ["notice left"]}]
    invented["causes"] = [{"reason": "damaged", "of": ["exception"], "says": ["no such number"]}]

    assert codes.refined("invented", Meaning("exception", "unspecified"), "Notice Left").milestone == "returned"
    assert codes.refined("invented", Meaning("exception", "unspecified"), "No Such Number").reason == "damaged"


def test_a_provider_may_do_without_some(invented: dict[str, Any]) -> None:
    invented["without"] = ["notice_left", "address_vacant"]

    assert codes.refined("invented", Meaning("exception", "unspecified"), "Notice Left").milestone == "exception"
    assert codes.refined("invented", Meaning("exception", "unspecified"), "Vacant").reason == "unspecified"
    assert codes.refined("invented", Meaning("exception", "unspecified"), "Refused").reason == "refused"


def test_a_provider_may_open_reasons_to_the_words_and_close_them(invented: dict[str, Any]) -> None:
    invented["open_reasons"], invented["closed_reasons"] = ["delay"], ["held"]

    assert codes.refined("invented", Meaning("exception", "delay"), "Refused").reason == "refused"
    assert codes.refined("invented", Meaning("exception", "held"), "Refused").reason == "held"
