"""Playbooks: what is done about each kind of trouble, and what a seller may say otherwise about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from doorstep.cases.case import KINDS
from doorstep.cases.playbook import RESOLVED, Playbooks
from doorstep.cases.rulebook import Rulebook
from doorstep.data import load
from doorstep.errors import Permanent
from doorstep.parcels.scan import MILESTONES
from doorstep.parcels.vocabulary import is_reason

BOOKS = sorted(load("cases/playbooks"))
OUTCOMES = {
    "carry_out": {"requested", "fulfilled", "failed"},
    "confirm_result": {"fulfilled", "failed"},
    "contact_carrier": {"done"},
    "arrange_delivery": {"done"},
    "watch": {"moving", "not_moving"},
    "ask_carrier": {"asked", "moving"},
    "await_carrier": {"found", "lost"},
    "compensate": {"reshipped", "refunded", "found"},
}


def overridden(**kinds: Any) -> Playbooks:
    return Playbooks.from_json(json.dumps({"playbooks": kinds}))


# -------------------------------------------------------------------- Doorstep's own


def test_the_kinds_with_a_playbook_are_kinds_of_trouble() -> None:
    assert set(BOOKS) <= set(KINDS)
    assert Playbooks({}).of("no such kind") is None
    assert Playbooks({}).of("") is None


@pytest.mark.parametrize("kind", BOOKS)
def test_what_ends_a_trouble_are_words_of_the_vocabulary(kind: str) -> None:
    book = Playbooks({}).having(kind)

    assert book.kind == kind
    assert set(book.closed_by) <= set(MILESTONES)
    assert {"delivered", "returned", "cancelled"} <= set(book.closed_by)
    assert all(is_reason(reason) for reason in book.but_not)


@pytest.mark.parametrize("kind", BOOKS)
def test_every_step_is_reached_and_leads_to_an_end(kind: str) -> None:
    book = Playbooks({}).having(kind)
    leads = {name: {*step.outcomes.values(), *step.then.values()} for name, step in book.steps.items()}

    reached, ending = {book.first}, {RESOLVED}
    for _ in leads:
        reached |= {target for name in reached & leads.keys() for target in leads[name]}
        ending |= {name for name, targets in leads.items() if targets & ending}

    assert reached == {*leads, RESOLVED}
    assert ending == {*leads, RESOLVED}


@pytest.mark.parametrize("kind", BOOKS)
def test_who_makes_an_offer_knows_how_every_answer_goes_on(kind: str) -> None:
    for step in Playbooks({}).having(kind).steps.values():
        answers = {"accepted", "nothing_to_do", "withdrawn", "expired", "no_offer"}
        assert set(step.then) == (answers if step.offer else set()), step.name
        assert (step.owner == "buyer") == step.offer
        assert not (step.offer and step.outcomes), "what the buyer has to answer is not ops' to complete"


@pytest.mark.parametrize("kind", BOOKS)
def test_operators_may_record_what_they_were_promised(kind: str) -> None:
    for step in Playbooks({}).having(kind).steps.values():
        assert set(step.outcomes) == (set() if step.offer else OUTCOMES[step.name]), step.name


# -------------------------------------------------------------------- what a seller says otherwise


def test_a_seller_may_change_one_period_and_the_rest_stays() -> None:
    plain = Playbooks({}).having("address_problem")
    book = overridden(address_problem={"steps": {"await_buyer": {"within": {"hours": 12}}}}).having("address_problem")

    assert book.step("await_buyer").within == {"hours": 12}
    assert book.step("await_buyer").then == plain.step("await_buyer").then
    assert {name: it for name, it in book.steps.items() if name != "await_buyer"} == {
        name: it for name, it in plain.steps.items() if name != "await_buyer"
    }
    assert (book.severity, book.first, book.closed_by) == (plain.severity, plain.first, plain.closed_by)


def test_a_period_is_said_anew_as_a_whole() -> None:
    for within in ({"minutes": 0.5}, {"hours": 8_784}, {"business_days": 3}):
        book = overridden(stalled={"steps": {"ask_carrier": {"within": within}}}).having("stalled")
        assert book.step("ask_carrier").within == within


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ({"severity": "info"}, "severity", "info"),
        ({"first": "await_carrier"}, "first", "await_carrier"),
        ({"closed_by": ["delivered"]}, "closed_by", ("delivered",)),
        ({"but_not": []}, "but_not", ()),
    ],
)
def test_every_value_of_a_playbook_can_be_said_otherwise(said: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(overridden(stalled=said).having("stalled"), name) == value
    assert getattr(Playbooks({}).having("stalled"), name) != value


@pytest.mark.parametrize(
    ("kind", "step", "said", "name"),
    [
        ("address_problem", "contact_carrier", {"owner": "buyer"}, "owner"),
        ("address_problem", "watch", {"quiet": False}, "quiet"),
        ("address_problem", "watch", {"outcomes": {"moving": "contact_carrier"}}, "outcomes"),
        ("address_problem", "await_buyer", {"then": {"expired": "watch"}}, "then"),
    ],
)
def test_every_value_of_a_step_can_be_said_otherwise(kind: str, step: str, said: dict[str, Any], name: str) -> None:
    plain = Playbooks({}).having(kind).step(step)
    own = overridden(**{kind: {"steps": {step: said}}}).having(kind).step(step)

    expected = {**getattr(plain, name), **said[name]} if isinstance(said[name], dict) else said[name]
    assert getattr(own, name) == expected != getattr(plain, name)


@pytest.mark.parametrize(
    "said",
    [
        {"no_such_kind": {}},
        {"stalled": 5},
        {"stalled": None},
        {"stalled": {"colour": "red"}},
        {"stalled": {"severity": "dreadful"}},
        {"stalled": {"severity": 5}},
        {"stalled": {"first": "no_such_step"}},
        {"stalled": {"first": "resolved_"}},
        {"stalled": {"first": "resolved"}},
        {"stalled": {"closed_by": "delivered"}},
        {"stalled": {"closed_by": {}}},
        {"stalled": {"but_not": None}},
        {"stalled": {"steps": {"no_such_step": {}}}},
        {"stalled": {"steps": {"ask_carrier": {"owner": "nobody"}}}},
        {"stalled": {"steps": {"ask_carrier": {"offer": True}}}},
        {"stalled": {"steps": {"await_carrier": {"quiet": "yes"}}}},
        {"stalled": {"steps": {"ask_carrier": {"outcomes": {"asked": "nowhere"}}}}},
        {"stalled": {"steps": {"ask_carrier": {"outcomes": {"another": "resolved"}}}}},
        {"address_problem": {"steps": {"await_buyer": {"then": {"expired": "nowhere"}}}}},
        {"address_problem": {"steps": {"await_buyer": {"then": ["watch"]}}}},
        {"address_problem": {"steps": {"await_buyer": {"offer": False}}}},
        {"address_problem": {"steps": {"await_buyer": {"then": {"no_offer": "await_buyer"}}}}},
        {
            "address_problem": {
                "first": "contact_carrier",
                "steps": {"await_buyer": {"then": {"no_offer": "await_buyer"}}},
            }
        },
        {"stalled": {"closed_by": ["deliverd"]}},
        {"stalled": {"closed_by": [5]}},
        {"stalled": {"closed_by": [[]]}},
        {"stalled": {"but_not": ["no such reason"]}},
        {"stalled": {"but_not": [[]]}},
    ],
)
def test_what_does_not_fit_a_playbook_is_refused_at_the_start(said: dict[str, Any]) -> None:
    with pytest.raises(Permanent, match="invalid_policy"):
        overridden(**said)


@pytest.mark.parametrize(
    "within",
    [
        5,
        None,
        [1],
        {"days": 1},
        {"hours": 0},
        {"hours": -1},
        {"hours": 8_785},
        {"hours": "4"},
        {"hours": True},
        {"hours": None},
        {"minutes": 527_041},
        {"minutes": float("nan")},
        {"minutes": float("inf")},
        {"business_days": 1.5},
        {"business_days": 261},
        {"hours": 1, "minutes": 1},
    ],
)
def test_a_period_that_cannot_be_meant_is_refused_at_the_start(within: Any) -> None:
    with pytest.raises(Permanent, match="invalid_policy"):
        overridden(stalled={"steps": {"ask_carrier": {"within": within}}})


def test_what_is_no_object_is_no_playbook() -> None:
    for said in ('{"playbooks": []}', '{"playbooks": "x"}', "[]", "{"):
        with pytest.raises(Permanent, match="invalid_policy"):
            Playbooks.from_json(said)


def test_a_refusal_names_the_place_and_not_the_value() -> None:
    with pytest.raises(Permanent) as caught:
        overridden(stalled={"steps": {"ask_carrier": {"within": {"fortnights": 987}}}})

    assert "stalled.steps.ask_carrier.within" in caught.value.message
    assert "987" not in caught.value.message


@pytest.mark.parametrize(
    "policy",
    [
        '{"playbooks": {"stalled": {"first": "x"}}}',
        '{"carriers": {"ups": {"attempts": 0}}}',
        '{"default": {"offers": {"never_offer": ["refunds"]}}}',
        '{"shops": {"a": {"offers": {"never_offer": ["refunds"]}}}}',
        '{"default": {"parcels": {"silent_after_minutes": 0}}}',
        '{"playbook": {}}',
    ],
)
def test_the_rulebook_refuses_what_any_of_its_rooms_refuses(policy: str) -> None:
    with pytest.raises(Permanent, match="invalid_policy"):
        Rulebook.from_json(policy)
