"""The steps of a case: each with its deadline, its alert and its offer, from the first to the resolution."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import NOW, FakeParcels, case_desk, on_file, shipped, tell
from samples import scan

from doorstep.cases.case import Case
from doorstep.cases.docket import Docket
from doorstep.cases.offer import NEXT, Offer
from doorstep.cases.offering import needs_ops
from doorstep.cases.procedure import accept, go_to, look_again, make_offer, resolve, settle
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import CaseChange
from doorstep.cases.tracking import hear
from doorstep.parcels.parcel import Progress

BAD_ADDRESS = scan("exception", "address_no_such_number", at=NOW - timedelta(hours=2))


def opened(policy: str = "{}") -> FakeParcels:
    store = shipped(policy)
    tell(store, BAD_ADDRESS, policy=policy)
    return store


def docket(store: FakeParcels, *, now: datetime = NOW, **policy: Any) -> Docket:
    return Docket(on_file(store), Rulebook.from_json(json.dumps(policy)), now)


def the_case(it: Docket, case: str = "address_problem-1") -> Case:
    return it.case(case)


def the_offer(it: Docket) -> Offer:
    offer = it.offer_in(the_case(it))
    assert offer is not None
    return offer


def sealed(it: Docket) -> CaseChange:
    change = it.seal()
    assert change is not None
    return change


def told(it: Docket) -> list[tuple[str, Any]]:
    return [(m.template, m.facts.get("cause") or m.facts.get("state")) for m in sealed(it).messages]


# -------------------------------------------------------------------- steps


def test_a_step_has_a_deadline_from_now_and_forgets_the_last_ones() -> None:
    at = docket(opened(), now=NOW + timedelta(hours=30))

    case = go_to(at, the_case(at), "carry_out", cause="answered", option="redirect")

    assert (case.step, case.step_since, case.overdue, case.snoozed_until) == ("carry_out", at.now, 0, None)
    assert case.step_due_at == case.due_at == at.now + timedelta(hours=4)
    assert told(at) == [("case_step", "answered")]


def test_business_days_end_where_the_seller_works() -> None:
    policy = {"default": {"shop": {"time_zone": "Asia/Shanghai"}}}
    at = docket(opened(), **policy)  # Monday, 23:00 in Shanghai

    case = go_to(at, the_case(at), "contact_carrier", cause="expired")

    assert case.step_due_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_ops_is_not_alerted_when_a_quiet_step_begins() -> None:
    at = docket(opened())

    go_to(at, the_case(at), "watch", cause="completed")

    assert told(at) == []
    assert the_case(at).due_at is not None


def test_a_step_that_offers_waits_for_the_buyer_as_long_as_the_offer_stands() -> None:
    policy = {"playbooks": {"address_problem": {"steps": {"await_buyer": {"within": {"hours": 6}}}}}}
    at = docket(opened(json.dumps(policy)), **policy)

    assert the_offer(at).expires_at == the_case(at).step_due_at == NOW + timedelta(hours=6)


def test_a_step_that_has_nothing_to_offer_is_passed_over() -> None:
    policy = {"default": {"offers": {"never_offer": ["redirect", "hold_at_location", "cancel_and_reorder"]}}}
    at = docket(opened(json.dumps(policy)), **policy)

    assert (the_case(at).step, the_case(at).offers) == ("contact_carrier", 0)


def test_where_the_buyer_could_only_wait_no_mail_is_sent() -> None:
    at = docket(opened())
    at.proceed(Progress("out_for_delivery"))
    options = at.rules.options(at.parcel, at.file.order)

    case = go_to(at, the_case(at), "await_buyer", cause="renewed")

    assert options
    assert not any(needs_ops(option.name) for option in options)
    assert (case.step, case.offers) == ("contact_carrier", 1)
    assert told(at) == [("case_step", "renewed")]


def test_no_step_of_that_name_is_an_error_and_not_a_silence() -> None:
    at = docket(opened())

    with pytest.raises(KeyError):
        go_to(at, the_case(at), "no_such_step", cause="completed")


# -------------------------------------------------------------------- offers


def test_an_offer_says_what_is_possible_now_until_when() -> None:
    at = docket(opened())

    offer = make_offer(at, the_case(at), NOW + timedelta(hours=1))

    assert (offer.id, offer.n, offer.case) == ("address_problem-1.2", 2, "address_problem-1")
    assert (offer.row, offer.state, offer.made_at) == ("moving", "open", NOW)
    assert offer.options == at.rules.options(at.parcel, at.file.order)
    assert the_case(at).offers == 2
    assert the_case(at).history[-1].what == "offer_made"
    assert told(at) == [], "who is told of it, the step says"
    assert [it.name for it in sealed(at).events] == ["Offer Made"]


def choose(at: Docket, name: str, version: int = 0) -> Case:
    offer = the_offer(at)
    option = offer.option(name)
    assert option is not None
    return accept(at, the_case(at), offer, option, consent={"by": "buyer"}, version=version)


def test_a_choice_is_kept_with_its_consent_and_handed_to_ops() -> None:
    at = docket(opened())

    case = choose(at, "redirect", 2)

    offer = the_offer(at)
    assert (offer.state, offer.chosen, offer.address_version, offer.consent) == (
        "accepted",
        "redirect",
        2,
        {"by": "buyer"},
    )
    assert case.step == "carry_out"
    assert told(at) == [("offer_update", "accepted"), ("case_step", "answered")]
    assert sealed(at).messages[-1].facts["option"] == "redirect"
    (event,) = sealed(at).events
    assert (event.name, event.data["option"], event.data["address_version"]) == ("Offer Accepted", "redirect", 2)


def test_a_choice_that_needs_nobody_is_only_watched() -> None:
    store = shipped(parcels=({"carrier": "usps"},))
    missed = [scan("delivery_attempted", "final_attempt", at=NOW - timedelta(hours=1), carrier="usps")]
    hear(case_desk(store), store, missed)
    file = store.read_parcel("shop-1", "1001", next(iter(store.kept["shop-1", "1001"])))
    assert file is not None
    at = Docket(file, Rulebook.from_json("{}"), NOW)
    case = file.open_cases[0]
    offer = at.offer_in(case)
    assert offer is not None
    option = offer.option("pick_up")
    assert option is not None

    assert accept(at, case, offer, option, consent={}, version=0).step == "watch"
    assert told(at) == [("offer_update", "accepted")]


@pytest.mark.parametrize(("fulfilled", "state"), [(True, "fulfilled"), (False, "failed")])
def test_the_buyer_and_the_bus_hear_what_became_of_it(fulfilled: bool, state: str) -> None:
    at = docket(opened())
    choose(at, "hold_at_location")

    settle(at, the_offer(at), fulfilled, by="Li")

    assert (the_offer(at).state, the_offer(at).history[-1]["by"]) == (state, "Li")
    assert told(at)[-1] == ("offer_update", state)
    assert sealed(at).events[-1].data["state"] == state


@pytest.mark.parametrize("state", NEXT)
@pytest.mark.parametrize("to", NEXT)
def test_an_offer_moves_only_forward(state: str, to: str) -> None:
    offer = replace(the_offer(docket(opened())), state=state)  # type: ignore[type-var]

    if to in NEXT[state]:
        assert offer.moved(to, "now", "Li").state == to  # type: ignore[arg-type]
    else:
        with pytest.raises(ValueError, match="does not become"):
            offer.moved(to, "now", "Li")  # type: ignore[arg-type]


# -------------------------------------------------------------------- the end


def test_a_case_that_ends_takes_back_what_is_still_offered() -> None:
    at = docket(opened())

    case = resolve(at, the_case(at), "by_seller", by="Li", note="all well")

    assert (case.state, case.resolution, case.resolved_at) == ("resolved", "by_seller", NOW)
    assert (case.due_at, case.step_due_at, case.snoozed_until) == (None, None, None)
    assert the_offer(at).state == "withdrawn"
    assert (case.history[-1].what, case.history[-1].by, case.history[-1].note) == ("resolved", "Li", "all well")
    assert told(at) == [("offer_update", "withdrawn")]
    assert sealed(at).events[-1].data == {
        "shop": "shop-1",
        "order_id": "1001",
        "parcel": at.parcel.id,
        "case": "address_problem-1",
        "kind": "address_problem",
        "resolution": "by_seller",
    }


@pytest.mark.parametrize(
    ("by", "resolution", "state"),
    [
        ("carrier", "moved_on", "failed"),
        ("Li", "refunded", "fulfilled"),
        ("Li", "reshipped", "fulfilled"),
        ("Li", "by_seller", "withdrawn"),
        ("Li", "moving", "withdrawn"),
    ],
)
def test_a_case_that_ends_with_a_choice_under_way_says_what_became_of_it(by: str, resolution: str, state: str) -> None:
    at = docket(opened())
    choose(at, "redirect")

    resolve(at, the_case(at), resolution, by=by)

    assert the_offer(at).state == state
    assert (told(at)[-1] == ("offer_update", state)) == (state != "withdrawn"), (
        "who closes a case speaks for themselves"
    )
    assert sealed(at).events[-2].name == ("Offer Withdrawn" if state == "withdrawn" else "Offer Settled")


def test_a_choice_that_came_true_is_the_address_on_the_label() -> None:
    at = docket(opened())
    choose(at, "redirect", 2)

    settle(at, the_offer(at), True, by="Li")

    assert sealed(at).parcel.address_version == 2


def test_a_choice_that_failed_leaves_the_label_as_it_is() -> None:
    at = docket(opened())
    choose(at, "redirect", 2)

    settle(at, the_offer(at), False, by="Li")

    assert sealed(at).parcel.address_version == 1


def test_a_label_that_is_void_carries_nothing_and_the_order_has_not_been_shipped() -> None:
    store = shipped()
    tell(store, scan("info_received", "address_issue", at=NOW - timedelta(hours=2)))
    at = docket(store)
    choose(at, "cancel")

    settle(at, the_offer(at), True, by="Li")

    change = sealed(at)
    (said,) = change.scans
    assert (said.provider, said.milestone, said.is_physical) == ("doorstep", "cancelled", False)
    assert change.parcel.milestone == "cancelled"
    assert change.order is not None
    assert change.order.order.shipped_at is None
    store.commit_case(change, cause="test")
    assert tell(store, scan("in_transit", "delay", at=NOW - timedelta(hours=1))).parcel.milestone == "cancelled"


def test_an_offer_that_is_over_is_left_as_it_is() -> None:
    at = docket(opened())
    choose(at, "redirect")
    settle(at, the_offer(at), True, by="Li")

    resolve(at, the_case(at), "moving", by="Li")

    assert the_offer(at).state == "fulfilled"
    assert told(at)[-1] == ("offer_update", "fulfilled")


@pytest.mark.parametrize(
    ("outcome", "resolution"),
    [("reshipped", "reshipped"), ("moving", "moving"), ("done", "by_seller"), ("requested", "by_seller")],
)
def test_the_last_step_ends_the_case_with_what_was_recorded_of_the_parcel(outcome: str, resolution: str) -> None:
    at = docket(opened())

    case = go_to(at, the_case(at), "resolved", cause="completed", outcome=outcome)

    assert (case.state, case.resolution) == ("resolved", resolution)


def test_reminders_come_daily_at_first_and_then_once_a_week() -> None:
    case, monday = the_case(docket(opened())), NOW
    days = [
        (look_again(replace(case, overdue=n), monday, "America/New_York") - monday) // timedelta(days=1)
        for n in (0, 4, 5, 9)
    ]

    assert days == [1, 1, 8, 8]  # Tuesday; Tuesday of the week after, for Thursday is Thanksgiving


def test_every_change_raises_the_version_by_one_and_no_change_is_none() -> None:
    store = opened()
    at = docket(store)
    version = on_file(store).parcel.version

    assert at.seal() is None
    at.put(the_case(at), "seen")
    assert sealed(at).parcel.version == version + 1
