"""A case whose time has come: the offer expires, the snooze is over, or ops is reminded; nothing before its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fakes import NOW, FakeParcels, case_desk, on_file, shipped, tell
from samples import scan

from doorstep.cases import working
from doorstep.cases.case import Case
from doorstep.cases.overdue import meet_case
from doorstep.cases.working import Work

CASE = "address_problem-1"


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def opened(kind: str = "address_problem") -> FakeParcels:
    store = shipped()
    reasons = {"address_problem": "address_no_such_number", "stalled": "lost_investigation"}
    tell(store, scan("exception", reasons[kind], at=hours(-2)))
    return store


def due(store: FakeParcels, now: datetime, case: str = CASE) -> Case:
    """The case after it was looked at."""
    meet_case(case_desk(store, now=now), "shop-1", "1001", case)
    return the_case(store, case)


def the_case(store: FakeParcels, case: str = CASE) -> Case:
    found = on_file(store).case(case)
    assert found is not None
    return found


def told(store: FakeParcels) -> list[str]:
    said = (it.facts.get("state") or it.facts.get("cause") for it in store.messages)
    return [f"{it.template}:{word}" if word else it.template for it, word in zip(store.messages, said, strict=True)]


def test_nothing_happens_before_its_time() -> None:
    store = opened()
    before = list(store.changes)

    due(store, hours(24) - timedelta(seconds=1))

    assert store.changes == before


def test_an_offer_that_nobody_answered_expires_and_ops_takes_over() -> None:
    store = opened()

    case = due(store, hours(24))

    offer = on_file(store).offer_in(case)
    assert offer is not None
    assert (offer.state, case.step, case.state) == ("expired", "contact_carrier", "open")
    assert told(store)[2:] == ["offer_update:expired", "case_step:expired"]
    assert [event.name for event in store.events][-1] == "Offer Expired"


def test_twice_is_once() -> None:
    store = opened()
    due(store, hours(24))
    before = list(store.changes)

    due(store, hours(24))

    assert store.changes == before


def test_a_step_that_nobody_did_is_told_again_and_counted() -> None:
    store = opened("stalled")
    deadline = the_case(store, "stalled-1").step_due_at
    assert deadline is not None

    case = due(store, deadline, "stalled-1")

    assert (case.step, case.overdue, case.step_due_at) == ("ask_carrier", 1, deadline)
    assert case.due_at is not None
    assert case.due_at - deadline == timedelta(days=1)
    assert told(store) == ["case_step:opened", "case_step:overdue"]
    event = store.events[-1]
    assert (event.name, event.data["step"], event.data["overdue"]) == ("Case Step Due", "ask_carrier", 1)


def test_reminders_go_on_and_grow_rare() -> None:
    store = opened("stalled")
    pauses = []
    for _ in range(8):
        before = the_case(store, "stalled-1").due_at
        assert before is not None
        after = due(store, before, "stalled-1").due_at
        assert after is not None
        pauses.append((after - before) / timedelta(days=1))

    assert the_case(store, "stalled-1").overdue == 8
    assert max(pauses[:5]) <= 4
    assert min(pauses[5:]) >= 7


def test_an_overdue_step_says_what_the_buyer_chose() -> None:
    store = opened()
    case = the_case(store)
    offer = on_file(store).offer_in(case)
    assert offer is not None
    of = ("shop-1", "1001")
    store.offers[of][offer.id] = replace(offer, state="accepted", chosen="redirect")
    store.cases[of][CASE] = replace(case, step="carry_out")

    due(store, hours(24))

    assert store.messages[-1].facts["cause"] == "overdue"
    assert store.messages[-1].facts["option"] == "redirect"


def test_a_snooze_that_is_over_before_the_deadline_wakes_ops() -> None:
    store = opened("stalled")
    deadline = the_case(store, "stalled-1").step_due_at
    working.snooze(case_desk(store), on_file(store), "stalled-1", Work("Li", "later", hours=2))

    case = due(store, hours(2), "stalled-1")

    assert (case.snoozed_until, case.due_at, case.step_due_at, case.overdue) == (None, deadline, deadline, 0)
    assert told(store)[1:] == ["case_step:woken"]


def test_a_snooze_beyond_the_deadline_ends_in_a_reminder() -> None:
    store = opened("stalled")
    working.snooze(case_desk(store), on_file(store), "stalled-1", Work("Li", "later", hours=300))

    assert due(store, hours(100), "stalled-1").overdue == 0
    case = due(store, hours(300), "stalled-1")

    assert (case.overdue, case.snoozed_until) == (1, None)
    assert told(store)[1:] == ["case_step:overdue"]


def test_a_snooze_beyond_the_offers_end_does_not_keep_the_offer_open() -> None:
    store = opened()
    working.snooze(case_desk(store), on_file(store), CASE, Work("Li", "later", hours=30))

    assert due(store, hours(23)).step == "await_buyer"
    assert due(store, hours(24)).step == "contact_carrier"


@pytest.mark.parametrize("how", ["resolved", "not due"])
def test_a_case_that_has_moved_on_is_left_alone(how: str) -> None:
    store = opened()
    if how == "resolved":
        tell(store, scan("delivered", at=hours(-1)))
    else:
        working.snooze(case_desk(store), on_file(store), CASE, Work("Li", "later", hours=5))
    before = list(store.changes)

    due(store, hours(25 if how == "resolved" else 4))

    assert store.changes == before


def test_a_buyer_who_answers_in_this_very_moment_is_heard() -> None:
    store = opened()
    store.before_commit.append(lambda: tell(store, scan("delivered", at=hours(-1))))

    case = due(store, hours(24))

    assert (case.state, case.resolution) == ("resolved", "delivered")
    assert told(store)[2:] == ["offer_update:withdrawn"]


def test_a_case_that_is_gone_is_left_alone() -> None:
    store = opened()
    before = list(store.changes)

    meet_case(case_desk(store), "shop-1", "1001", "stalled-9")

    assert store.changes == before
