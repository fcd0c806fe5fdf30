"""What an operator does with a case: how a step went, later, done; with their name, and only on what they have seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes import NOW, FakeParcels, case_desk, on_file, shipped, tell
from samples import scan

from doorstep.cases import working
from doorstep.cases.case import Case
from doorstep.cases.desk import CaseDesk
from doorstep.cases.docket import Docket
from doorstep.cases.playbook import Playbooks
from doorstep.cases.procedure import accept
from doorstep.cases.store import ParcelFile
from doorstep.cases.working import Work
from doorstep.errors import Conflict, NotFound, Rejected
from doorstep.fields import Fields

CASE = "address_problem-1"


def opened() -> FakeParcels:
    store = shipped()
    tell(store, scan("exception", "address_no_such_number", at=NOW - timedelta(hours=2)))
    return store


def answered(option: str = "hold_at_location") -> FakeParcels:
    """A store whose buyer has chosen."""
    store = opened()

    def decide(it: ParcelFile) -> Any:
        docket = Docket(it, case_desk(store).rules, NOW)
        offer = docket.offer_in(docket.case(CASE))
        assert offer is not None
        chosen = offer.option(option)
        assert chosen is not None
        accept(docket, docket.case(CASE), offer, chosen, consent={}, version=0)
        return docket.seal()

    case_desk(store).change(on_file(store), decide)
    return store


def at_step(store: FakeParcels, step: str) -> FakeParcels:
    """The case stands at this step."""
    case = store.cases["shop-1", "1001"][CASE]
    store.cases["shop-1", "1001"][CASE] = replace(case, step=step)
    return store


def the_case(store: FakeParcels, case: str = CASE) -> Case:
    found = on_file(store).case(case)
    assert found is not None
    return found


def offer_state(store: FakeParcels) -> str:
    offer = on_file(store).offer_in(the_case(store))
    assert offer is not None
    return offer.state


def complete(store: FakeParcels, outcome: str, later: float = 0, **said: Any) -> None:
    at = case_desk(store, now=NOW + timedelta(hours=later))
    working.complete(at, on_file(store), CASE, Work("Li", outcome=outcome, **said))


def told(store: FakeParcels) -> list[str]:
    said = (it.facts.get("state") or it.facts.get("cause") for it in store.messages)
    return [f"{it.template}:{word}" if word else it.template for it, word in zip(store.messages, said, strict=True)]


# -------------------------------------------------------------------- what is read


def problems(decode: Callable[[Fields], Work], body: Any) -> dict[str, str]:
    with pytest.raises(Rejected) as caught:
        decode(Fields(body))
    return {problem.field: problem.code for problem in caught.value.problems}


def test_a_completion_names_outcome_and_operator() -> None:
    body = {"outcome": "done", "operator": "Li Wei", "note": "Asked.\nThey look.", "step": "contact_carrier"}

    assert working.decode_completion(Fields(body)) == Work(
        "Li Wei", "Asked.\nThey look.", "done", step="contact_carrier"
    )
    assert working.decode_completion(Fields({"outcome": "done", "operator": "Li"})) == Work("Li", outcome="done")
    assert problems(working.decode_completion, {}) == {"outcome": "missing", "operator": "missing"}


def test_a_snooze_has_an_end_and_a_reason() -> None:
    body = {"hours": 336, "operator": "Li", "reason": "holiday"}

    assert working.decode_snooze(Fields(body)) == Work("Li", "holiday", hours=336)
    for hours, code in ((0, "out_of_range"), (337, "out_of_range"), ("4", "wrong_type"), (None, "missing")):
        assert problems(working.decode_snooze, {**body, "hours": hours}) == {"hours": code}
    assert problems(working.decode_snooze, {**body, "reason": ""}) == {"reason": "missing"}


def test_a_resolution_is_one_that_an_operator_can_know() -> None:
    for resolution in working.RESOLUTIONS:
        said = {"resolution": resolution, "operator": "Li"}
        assert working.decode_resolution(Fields(said)) == Work("Li", resolution=resolution)
    for resolution in ("delivered", "moved_on", "", None):
        said = {"resolution": resolution, "operator": "Li"}
        assert problems(working.decode_resolution, said).keys() == {"resolution"}


@pytest.mark.parametrize(
    ("operator", "code"),
    [(None, "missing"), ("  ", "missing"), ("Li\nWei", "wrong_format"), ("x" * 61, "too_long"), (5, "wrong_type")],
)
@pytest.mark.parametrize(
    ("decode", "body"),
    [
        (working.decode_completion, {"outcome": "done"}),
        (working.decode_snooze, {"hours": 1, "reason": "later"}),
        (working.decode_resolution, {"resolution": "moving"}),
        (working.decode_form, {"action": "complete", "outcome": "done"}),
    ],
)
def test_who_did_it_is_one_line(
    decode: Callable[[Fields], Work], body: dict[str, Any], operator: Any, code: str
) -> None:
    assert problems(decode, {**body, "operator": operator}) == {"operator": code}


@pytest.mark.parametrize(
    ("form", "work"),
    [
        (
            {"action": "complete", "outcome": "done", "step": "watch", "shown_version": "7"},
            Work("Li", outcome="done", step="watch", seen=7),
        ),
        ({"action": "snooze", "hours": "24", "note": "later"}, Work("Li", "later", hours=24)),
        ({"action": "snooze", "hours": "1", "note": "later"}, Work("Li", "later", hours=1)),
        ({"action": "snooze", "hours": "336", "note": "later"}, Work("Li", "later", hours=336)),
        ({"action": "complete", "outcome": "done", "hours": "999"}, Work("Li", outcome="done", hours=999)),
        ({"action": "resolve", "resolution": "found"}, Work("Li", resolution="found")),
        ({"action": "resolve", "resolution": "found", "hours": "", "outcome": ""}, Work("Li", resolution="found")),
    ],
)
def test_a_form_of_the_task_page_says_the_same_in_text(form: dict[str, str], work: Work) -> None:
    assert working.decode_form(Fields({"operator": "Li", **form})) == work


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"action": "dance"}, "action"),
        ({"action": "complete"}, "outcome"),
        ({"action": "complete", "outcome": "Done!"}, "outcome"),
        ({"action": "complete", "outcome": "done", "shown_version": "x"}, "shown_version"),
        ({"action": "snooze", "note": "later"}, "hours"),
        ({"action": "snooze", "note": "later", "hours": "0"}, "hours"),
        ({"action": "snooze", "note": "later", "hours": "337"}, "hours"),
        ({"action": "snooze", "note": "later", "hours": "-4"}, "hours"),
        ({"action": "snooze", "hours": "4"}, "note"),
        ({"action": "resolve"}, "resolution"),
        ({"action": "resolve", "resolution": "delivered"}, "resolution"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused(form: dict[str, str], field: str) -> None:
    assert field in problems(working.decode_form, {"operator": "Li", **form})


# -------------------------------------------------------------------- completing


@pytest.mark.parametrize("kind", ["address_problem", "delivery_attempt_failed", "stalled"])
def test_every_outcome_leads_where_the_playbook_says(kind: str) -> None:
    says = {
        "address_problem": scan("exception", "address_moved", at=NOW - timedelta(hours=2)),
        "delivery_attempt_failed": scan("delivery_attempted", "business_closed", at=NOW - timedelta(hours=2)),
        "stalled": scan("exception", "lost_investigation", at=NOW - timedelta(hours=2)),
    }
    for step in Playbooks({}).having(kind).steps.values():
        for outcome, leads_to in step.outcomes.items():
            store = shipped()
            case = tell(store, says[kind]).cases[0]
            store.cases["shop-1", "1001"][case.id] = replace(case, step=step.name)
            working.complete(case_desk(store), on_file(store), case.id, Work("Li", outcome=outcome))
            after = the_case(store, case.id)
            if leads_to == "resolved":
                assert (after.state, after.resolution) == ("resolved", outcome)
            else:
                assert (after.state, after.step) == ("open", leads_to)


def test_who_did_what_stands_in_the_history() -> None:
    store = at_step(opened(), "contact_carrier")

    complete(store, "done", later=3, note="They look for it.")

    entry = next(it for it in the_case(store).history if it.what == "completed")
    assert (entry.at, entry.detail, entry.by, entry.note) == (
        NOW + timedelta(hours=3),
        "done",
        "Li",
        "They look for it.",
    )


def test_an_outcome_that_the_step_does_not_have_is_refused_with_those_it_has() -> None:
    store = at_step(opened(), "carry_out")
    before = list(store.changes)

    with pytest.raises(Rejected) as caught:
        complete(store, "done")

    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("unknown_value", "outcome")
    assert "requested, fulfilled, failed" in problem.message
    assert store.changes == before


def test_the_buyers_turn_is_not_ops_to_complete() -> None:
    with pytest.raises(Rejected, match="nothing"):
        complete(opened(), "done")


@pytest.mark.parametrize(
    ("outcomes", "states", "step"),
    [
        (["requested"], ["accepted", "requested"], "confirm_result"),
        (["requested", "fulfilled"], ["accepted", "requested", "fulfilled"], "watch"),
        (["requested", "failed"], ["accepted", "requested", "failed"], "contact_carrier"),
        (["fulfilled"], ["accepted", "fulfilled"], "watch"),
        (["failed"], ["accepted", "failed"], "contact_carrier"),
    ],
)
def test_the_buyer_hears_how_their_choice_goes_on(outcomes: list[str], states: list[str], step: str) -> None:
    store = answered()

    for outcome in outcomes:
        complete(store, outcome)

    assert the_case(store).step == step
    assert offer_state(store) == states[-1]
    assert [word for word in told(store) if word.startswith("offer_update")] == [f"offer_update:{it}" for it in states]
    settled = [event.data["state"] for event in store.events if event.name == "Offer Settled"]
    assert settled == [it for it in states if it in {"fulfilled", "failed"}]


def test_the_carrier_asked_once_more_is_no_news_to_the_buyer() -> None:
    store = answered()
    complete(store, "requested")
    at_step(store, "carry_out")

    complete(store, "requested")

    assert (offer_state(store), told(store).count("offer_update:requested")) == ("requested", 1)


def test_ops_is_told_of_the_next_step_with_what_was_chosen() -> None:
    store = answered()

    complete(store, "failed")

    facts = store.messages[-1].facts
    assert (facts["cause"], facts["step"], facts["option"]) == ("completed", "contact_carrier", "hold_at_location")


def test_a_watch_that_shows_that_it_moves_ends_the_case() -> None:
    store = at_step(opened(), "watch")

    complete(store, "moving")

    assert (the_case(store).state, the_case(store).resolution) == ("resolved", "moving")


# -------------------------------------------------------------------- putting off, closing


def test_a_snooze_moves_the_look_and_not_the_deadline() -> None:
    store = opened()
    due = the_case(store).step_due_at

    working.snooze(case_desk(store), on_file(store), CASE, Work("Li", "holiday", hours=5))

    case = the_case(store)
    assert (case.snoozed_until, case.due_at, case.step_due_at) == (NOW + timedelta(hours=5),) * 2 + (due,)
    assert (case.history[-1].what, case.history[-1].detail, case.history[-1].note) == ("snoozed", "5", "holiday")
    assert told(store) == ["offer", "case_step:opened"]


def test_what_was_offered_to_the_buyer_ends_when_it_was_said_to_whoever_puts_the_case_off() -> None:
    store = opened()
    due = the_case(store).step_due_at

    working.snooze(case_desk(store), on_file(store), CASE, Work("Li", "holiday", hours=300))

    assert the_case(store).due_at == due


def test_an_operator_closes_a_case_with_a_reason() -> None:
    store = opened()

    working.close(case_desk(store), on_file(store), CASE, Work("Li", "new label", resolution="reshipped"))

    case = the_case(store)
    assert (case.state, case.resolution, case.history[-1].by, case.history[-1].note) == (
        "resolved",
        "reshipped",
        "Li",
        "new label",
    )
    assert offer_state(store) == "withdrawn"


def test_closing_again_changes_nothing() -> None:
    store = opened()
    working.close(case_desk(store), on_file(store), CASE, Work("Li", resolution="found"))
    before = list(store.changes)

    working.close(case_desk(store), on_file(store), CASE, Work("Wu", resolution="refunded", seen=1))

    assert store.changes == before


# -------------------------------------------------------------------- on what was seen

_Deed = Callable[[CaseDesk, ParcelFile, str, Work], ParcelFile]
DEEDS: list[tuple[_Deed, dict[str, Any]]] = [
    (working.complete, {"outcome": "done"}),
    (working.snooze, {"hours": 4}),
    (working.close, {"resolution": "found"}),
]


@pytest.mark.parametrize(("deed", "said"), DEEDS)
@pytest.mark.parametrize("seen", [{"step": "watch"}, {"seen": 1}])
def test_who_had_something_else_before_their_eyes_is_asked_to_look_again(
    deed: _Deed, said: dict[str, Any], seen: dict[str, Any]
) -> None:
    store = at_step(opened(), "contact_carrier")
    before = list(store.changes)

    with pytest.raises(Conflict, match="step_moved_on"):
        deed(case_desk(store), on_file(store), CASE, Work("Li", **said, **seen))
    assert store.changes == before


@pytest.mark.parametrize(("deed", "said"), DEEDS)
def test_what_was_seen_may_be_acted_on(deed: _Deed, said: dict[str, Any]) -> None:
    store = at_step(opened(), "contact_carrier")
    seen = {"step": "contact_carrier", "seen": len(the_case(store).history)}

    deed(case_desk(store), on_file(store), CASE, Work("Li", **said, **seen))

    assert len(the_case(store).history) > seen["seen"]  # type: ignore[operator]


@pytest.mark.parametrize(("deed", "said"), DEEDS[:2])
def test_a_resolved_case_is_left_alone(deed: _Deed, said: dict[str, Any]) -> None:
    store = opened()
    working.close(case_desk(store), on_file(store), CASE, Work("Li", resolution="found"))

    with pytest.raises(Conflict, match="case_resolved"):
        deed(case_desk(store), on_file(store), CASE, Work("Li", **said))


def test_of_two_operators_at_once_the_second_looks_again() -> None:
    store = at_step(opened(), "contact_carrier")
    store.before_commit.append(lambda: complete(store, "done"))

    with pytest.raises(Conflict, match="step_moved_on"):
        complete(store, "done", step="contact_carrier")
    assert the_case(store).step == "watch"


def test_a_case_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="case_not_found"):
        case_desk(opened()).file_of("shop-1", "1001", "address_problem-9")
