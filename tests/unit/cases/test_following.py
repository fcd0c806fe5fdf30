"""News of a parcel: what it opens, closes and withdraws, whom it tells, and what comes too late to matter."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fakes import NOW, FakeParcels, case_desk, on_file, placing, shipped, tell
from samples import TRACKING, scan

from doorstep.cases import working
from doorstep.cases.case import Case
from doorstep.cases.offer import Offer
from doorstep.cases.store import ParcelFile
from doorstep.cases.tracking import adopt, hear, look_after
from doorstep.errors import Conflict, Transient
from doorstep.outbox import MessageRequest
from doorstep.parcels.registering import decode_parcel, register_parcel
from doorstep.times import stamp

SECOND = "1ZDSTEP10030000135"
BAD_ADDRESS = ("exception", "address_no_such_number")
MISSED = ("delivery_attempted", "recipient_unavailable")


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def the_case(file: ParcelFile, case: str = "address_problem-1") -> Case:
    found = file.case(case)
    assert found is not None
    return found


def the_offer(file: ParcelFile, offer: str = "address_problem-1.1") -> Offer:
    found = file.offer(offer)
    assert found is not None
    return found


def told(store: FakeParcels) -> list[str]:
    """All messages, as `template` or `template:state` or `template:cause`."""
    said = (it.facts.get("state") or it.facts.get("cause") for it in store.messages)
    return [f"{it.template}:{word}" if word else it.template for it, word in zip(store.messages, said, strict=True)]


def events(store: FakeParcels) -> list[str]:
    return [it.name for it in store.events]


def answered(store: FakeParcels, option: str = "redirect", state: str = "accepted") -> None:
    """The buyer has chosen from the newest offer of the address problem."""
    file = on_file(store)
    case = next(it for it in file.open_cases if it.kind == "address_problem")
    offer = file.offer_in(case)
    assert offer is not None
    of = ("shop-1", "1001")
    store.offers[of][offer.id] = replace(offer, chosen=option, state=state)  # type: ignore[arg-type]
    store.cases[of][case.id] = replace(case, step="carry_out")


def bump(store: FakeParcels) -> None:
    """A rival changes something that is of no matter here."""
    it = on_file(store).parcel
    store.kept["shop-1", "1001"][it.id] = replace(it, version=it.version + 1)


# -------------------------------------------------------------------- the parcel


def test_the_bus_hears_where_the_parcel_is_each_time_it_gets_somewhere() -> None:
    store = shipped()

    tell(store, scan("in_transit", at=hours(-5)), scan(*MISSED, at=hours(-2)))
    tell(store, scan("in_transit", "eta_update", at=hours(-3)))

    (event,) = [it for it in store.events if it.name == "Parcel Milestone Reached"]
    assert event.data == {
        "shop": "shop-1",
        "order_id": "1001",
        "parcel": f"ups.{TRACKING}",
        "carrier": "ups",
        "tracking_number": TRACKING,
        "milestone": "delivery_attempted",
        "reason": "recipient_unavailable",
        "since": stamp(hours(-2)),
        "attempts": 1,
    }


def test_what_has_no_reason_says_so() -> None:
    store = shipped()

    tell(store, scan("in_transit", at=hours(-5)))

    assert store.events[-1].data["reason"] is None


def test_nothing_new_writes_nothing() -> None:
    store = shipped()
    tell(store, scan("in_transit", at=hours(-5)))
    before = list(store.changes)

    tell(store, scan("in_transit", at=hours(-5)))
    look_after(case_desk(store), "shop-1", "1001", f"ups.{TRACKING}")

    assert store.changes == before


def test_a_parcel_is_looked_at_again_when_its_silence_becomes_trouble_or_a_scan_ahead_counts() -> None:
    store = shipped()

    assert tell(store, scan("in_transit", at=hours(-5))).parcel.due_at == hours(43)
    assert tell(store, scan("out_for_delivery", at=hours(30))).parcel.due_at == hours(16)
    assert tell(store, scan("delivered", at=hours(30)), now=hours(31)).parcel.due_at is None


def test_a_cancelled_label_carries_nothing_and_another_scan_may_bring_it_back() -> None:
    store = shipped()
    registered_at = on_file(store).order.order.shipped_at

    assert tell(store, scan("cancelled", at=hours(-2))).order.order.shipped_at is None
    assert tell(store, scan("in_transit", at=hours(-1), reopens=True)).order.order.shipped_at == registered_at


def test_an_order_with_another_parcel_is_still_on_its_way() -> None:
    store = shipped(parcels=({}, {"tracking_number": SECOND}))

    assert tell(store, scan("cancelled", at=hours(-2))).order.order.shipped_at is not None
    second = tell(store, scan("cancelled", at=hours(-2), tracking_number=SECOND))
    assert second.order.order.shipped_at is None


# -------------------------------------------------------------------- a case opens


def test_an_address_problem_asks_the_buyer_and_tells_ops() -> None:
    store = shipped()

    file = tell(store, scan(*BAD_ADDRESS, at=hours(-2)))

    case, offer = the_case(file), the_offer(file)
    assert (case.kind, case.reason, case.state, case.severity) == (
        "address_problem",
        "address_no_such_number",
        "open",
        "critical",
    )
    assert (case.origin, case.opened_by, case.through) == ("carrier", file.scans[0].digest, file.scans[0].position)
    assert (case.step, case.step_since, case.step_due_at, case.due_at) == ("await_buyer", NOW, hours(24), hours(24))
    assert (offer.state, offer.row, offer.expires_at) == ("open", "moving", hours(24))
    assert {it.name for it in offer.options} >= {"redirect", "hold_at_location"}
    assert told(store) == ["offer", "case_step:opened"]
    assert events(store) == ["Parcel Milestone Reached", "Case Opened", "Offer Made"]


def test_messages_carry_codes_ids_and_times_and_are_counted_in_their_case() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-2)))

    offer, alert = store.messages

    assert offer == MessageRequest(
        "offer", "buyer", 1, "address_problem-1", facts={"parcel": f"ups.{TRACKING}", "offer": "address_problem-1.1"}
    )
    assert alert == MessageRequest(
        "case_step",
        "ops",
        1,
        "address_problem-1",
        facts={
            "parcel": f"ups.{TRACKING}",
            "cause": "opened",
            "step": "await_buyer",
            "reason": "address_no_such_number",
            "due": stamp(hours(24)),
        },
    )
    assert [alert.key, offer.key] == ["address_problem-1/case_step/1", "address_problem-1/offer/1"]


def test_where_the_buyer_can_only_wait_ops_is_asked_at_once() -> None:
    store = shipped()

    file = tell(store, scan("in_transit", "address_moved", at=hours(-2), carrier="yunexpress"))
    assert the_case(file).step == "await_buyer"  # the parcel's own carrier decides what is possible

    other = shipped(parcels=({"carrier": "yunexpress"},))
    hear(case_desk(other), other, [scan(*BAD_ADDRESS, at=hours(-2), carrier="yunexpress")])
    (case,) = other.cases["shop-1", "1001"].values()
    assert (case.step, case.offers) == ("contact_carrier", 0)
    assert told(other) == ["case_step:opened"]


def test_silence_opens_a_case_when_its_time_has_come() -> None:
    store = shipped()
    tell(store, scan("in_transit", at=hours(-5)))

    look_after(case_desk(store, now=hours(42.9)), "shop-1", "1001", f"ups.{TRACKING}")
    assert on_file(store).cases == ()
    look_after(case_desk(store, now=hours(43)), "shop-1", "1001", f"ups.{TRACKING}")

    case = the_case(on_file(store), "stalled-1")
    assert (case.reason, case.step) == ("no_scan", "ask_carrier")
    assert on_file(store).parcel.due_at is None
    look_after(case_desk(store, now=hours(44)), "shop-1", "1001", f"ups.{TRACKING}")
    assert told(store) == ["case_step:opened"]


def test_two_troubles_are_two_cases() -> None:
    file = tell(shipped(), scan(*BAD_ADDRESS, at=hours(-5)), scan(*MISSED, at=hours(-1)))

    assert {it.id for it in file.open_cases} == {"address_problem-1", "delivery_attempt_failed-1"}


def test_cases_are_numbered_within_the_order() -> None:
    store = shipped(parcels=({}, {"tracking_number": SECOND}))

    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))
    tell(store, scan(*BAD_ADDRESS, at=hours(-5), tracking_number=SECOND))

    assert {it.id: it.parcel for it in on_file(store).cases} == {
        "address_problem-1": f"ups.{TRACKING}",
        "address_problem-2": f"ups.{SECOND}",
    }


def test_of_two_parcels_that_take_a_number_at_once_one_takes_the_next() -> None:
    store = shipped(parcels=({}, {"tracking_number": SECOND}))
    store.before_commit.append(lambda: tell(store, scan(*BAD_ADDRESS, at=hours(-5), tracking_number=SECOND)))

    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))

    assert {it.id: it.parcel for it in on_file(store).cases} == {
        "address_problem-1": f"ups.{SECOND}",
        "address_problem-2": f"ups.{TRACKING}",
    }


# -------------------------------------------------------------------- late and again


def test_what_was_over_when_we_heard_of_it_opens_nothing() -> None:
    store = shipped()

    tell(store, scan(*BAD_ADDRESS, at=hours(-5)), scan("in_transit", at=hours(-1)))

    assert on_file(store).cases == ()
    assert store.messages == []


def test_late_history_of_a_known_trouble_tells_nobody_anything() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-2)))

    tell(store, scan("exception", "address_moved", at=hours(-4)), scan("in_transit", at=hours(-6)))

    assert told(store) == ["offer", "case_step:opened"]
    assert the_case(on_file(store)).reason == "address_no_such_number"


def test_more_of_the_same_trouble_begins_the_procedure_anew() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-2)))

    file = tell(store, scan("exception", "address_apt_missing", at=hours(10)), now=hours(11))

    case = the_case(file)
    assert (case.reason, case.through) == ("address_apt_missing", max(it.position for it in file.scans))
    assert (case.offers, case.step_due_at, case.round_at) == (2, hours(35), hours(10))
    assert [the_offer(file, f"address_problem-1.{n}").state for n in (1, 2)] == ["withdrawn", "open"]
    assert told(store) == ["offer", "case_step:opened", "offer", "case_step:renewed"]
    assert events(store).count("Offer Withdrawn") == 1
    assert len(file.cases) == 1


def test_the_same_trouble_in_other_words_within_half_a_day_is_nothing_new() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-2)))

    file = tell(store, scan("exception", "address_apt_missing", at=hours(9.9)), now=hours(10))

    case = the_case(file)
    assert (case.reason, case.offers, case.round_at) == ("address_no_such_number", 1, hours(-2))
    assert case.through == max(it.position for it in file.scans)
    assert told(store) == ["offer", "case_step:opened"]


def test_in_other_words_from_another_place_it_is_offered_anew() -> None:
    store = shipped()
    tell(store, scan("info_received", "address_issue", at=hours(-5)))

    file = tell(store, scan(*BAD_ADDRESS, at=hours(-1)))

    assert [(it.row, it.state) for it in file.offers] == [("label_made", "withdrawn"), ("moving", "open")]
    assert told(store) == ["offer", "case_step:opened", "offer", "case_step:renewed"]


def test_after_a_case_has_ended_the_same_trouble_is_a_new_episode() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-9)))
    tell(store, scan("in_transit", at=hours(-5)))

    file = tell(store, scan(*BAD_ADDRESS, at=hours(-1)))

    assert [(it.id, it.state) for it in file.cases] == [
        ("address_problem-1", "resolved"),
        ("address_problem-2", "open"),
    ]


def test_one_kind_of_trouble_says_nothing_of_another() -> None:
    store = shipped()
    file = tell(store, scan(*MISSED, at=hours(-1)))
    work = working.Work("Li", resolution="by_seller")
    working.close(case_desk(store), file, "delivery_attempt_failed-1", work)

    late = tell(store, scan(*BAD_ADDRESS, at=hours(-2)))

    assert [it.id for it in late.open_cases] == ["address_problem-1"]


def test_what_an_operator_closed_stays_closed_until_there_is_news() -> None:
    store = shipped()
    file = tell(store, scan(*BAD_ADDRESS, at=hours(-9)))
    working.close(case_desk(store), file, "address_problem-1", working.Work("Li", resolution="by_seller"))

    tell(store, scan("exception", "address_corrected", at=hours(-8)), scan(*BAD_ADDRESS, at=hours(-10)))
    assert on_file(store).open_cases == ()
    tell(store, scan(*BAD_ADDRESS, at=hours(-1)))
    assert [it.id for it in on_file(store).open_cases] == ["address_problem-2"]


def test_a_trouble_that_late_scans_show_to_be_on_after_all_is_news() -> None:
    store = shipped()
    tell(store, scan("info_received", "address_issue", at=hours(-1)))
    assert tell(store, scan("expired", at=hours(-3))).open_case("address_problem") is None

    file = tell(store, scan("in_transit", at=hours(-2)))

    assert [it.id for it in file.open_cases] == ["address_problem-2"]


# -------------------------------------------------------------------- a case ends


@pytest.mark.parametrize(
    ("milestone", "resolution"),
    [
        ("in_transit", "moved_on"),
        ("out_for_delivery", "moved_on"),
        ("available_for_pickup", "moved_on"),
        ("returning", "moved_on"),
        ("delivered", "delivered"),
        ("returned", "returned"),
        ("cancelled", "cancelled"),
    ],
)
def test_the_parcel_ends_its_trouble_by_going_on(milestone: str, resolution: str) -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))

    file = tell(store, scan(milestone, at=hours(-1)))

    case = the_case(file)
    assert (case.state, case.resolution, case.resolved_at) == ("resolved", resolution, NOW)
    assert (case.due_at, case.step_due_at) == (None, None)
    assert the_offer(file).state == "withdrawn"
    assert told(store)[2:] == ["offer_update:withdrawn"]
    assert events(store)[-1] == "Case Resolved"


def test_an_offer_is_withdrawn_when_what_it_offers_is_no_longer_possible() -> None:
    store = shipped()
    tell(store, scan("info_received", "address_issue", at=hours(-5)))

    file = tell(store, scan("in_transit", "delay", at=hours(-1)))

    case = the_case(file)
    assert (case.state, case.step) == ("open", "watch")
    assert (the_offer(file).row, the_offer(file).state) == ("label_made", "withdrawn")
    assert told(store)[2:] == ["offer_update:withdrawn"]
    assert "Offer Withdrawn" in events(store)


def test_a_search_ends_with_news_of_the_parcel_and_not_only_with_a_sign_of_life() -> None:
    store = shipped()
    tell(store, scan("exception", "lost_investigation", at=hours(-5)))

    still = tell(store, scan("in_transit", "delay", at=hours(-4)), scan("in_transit", at=hours(-9)))
    assert the_case(still, "stalled-1").state == "open"
    file = tell(store, scan("out_for_delivery", at=hours(-1), is_physical=False))
    assert the_case(file, "stalled-1").resolution == "moved_on"


def test_an_offer_that_is_still_possible_stays() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))

    file = tell(store, scan("in_transit", "delay", at=hours(-1)))

    assert the_offer(file).state == "open"
    assert told(store) == ["offer", "case_step:opened"]


# -------------------------------------------------------------------- what the buyer chose


@pytest.mark.parametrize("state", ["accepted", "requested"])
def test_what_the_buyer_chose_goes_on_though_the_parcel_moves(state: str) -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))
    answered(store, state=state)

    file = tell(store, scan("in_transit", at=hours(-1)))

    assert (the_case(file).state, the_offer(file).state) == ("open", state)
    assert told(store) == ["offer", "case_step:opened"]


@pytest.mark.parametrize(
    ("option", "milestone", "state"),
    [
        ("redirect", "delivered", "fulfilled"),
        ("redirect", "returned", "failed"),
        ("redirect", "available_for_pickup", "failed"),
        ("hold_at_location", "available_for_pickup", "fulfilled"),
        ("hold_at_location", "cancelled", "failed"),
        ("cancel_and_reorder", "delivered", "failed"),
    ],
)
def test_in_the_end_it_has_come_true_or_not(option: str, milestone: str, state: str) -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))
    answered(store, option)

    file = tell(store, scan(milestone, at=hours(-1)))

    assert (the_case(file).state, the_offer(file).state) == ("resolved", state)
    assert told(store)[-1] == f"offer_update:{state}"
    settled = next(it for it in store.events if it.name == "Offer Settled")
    assert (settled.data["option"], settled.data["state"]) == (option, state)


def test_more_of_the_same_trouble_leaves_what_the_buyer_chose_and_tells_ops() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))
    answered(store)

    file = tell(store, scan("exception", "address_moved", at=hours(7)), now=hours(8))

    assert (the_offer(file).state, the_case(file).step, the_case(file).offers) == ("accepted", "carry_out", 1)
    assert told(store)[2:] == ["case_step:renewed"]
    assert store.messages[-1].facts["option"] == "redirect"


def test_a_choice_that_comes_true_while_the_trouble_is_on_is_settled() -> None:
    policy = json.dumps({"playbooks": {"address_problem": {"closed_by": ["delivered"]}}})
    store = shipped(policy)
    tell(store, scan(*BAD_ADDRESS, at=hours(-5)), policy=policy)
    answered(store, "hold_at_location")

    file = tell(store, scan("available_for_pickup", at=hours(-1)), policy=policy)

    assert (the_case(file).state, the_offer(file).state) == ("open", "fulfilled")
    again = tell(store, scan("in_transit", at=hours(-9)), policy=policy)
    assert the_offer(again) == the_offer(file)


@pytest.mark.parametrize("option", ["reship", "refund_after_return", "coupon"])
def test_of_money_and_new_goods_no_scan_tells(option: str) -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))
    answered(store, option)

    file = tell(store, scan("delivered", at=hours(-1)))

    assert (the_case(file).state, the_offer(file).state) == ("open", "accepted")


# -------------------------------------------------------------------- silence


def silence(store: FakeParcels, count: float) -> ParcelFile:
    """The parcel's file after it was looked after, so many hours later."""
    look_after(case_desk(store, now=hours(count)), "shop-1", "1001", f"ups.{TRACKING}")
    return on_file(store)


def test_silence_lasts_until_the_next_sign_of_life() -> None:
    store = shipped()
    tell(store, scan("in_transit", at=hours(-5)))
    silence(store, 43)

    notice = tell(store, scan("in_transit", "eta_update", at=hours(44)), now=hours(45))
    assert the_case(notice, "stalled-1").state == "open"
    seen = tell(store, scan("in_transit", at=hours(45)), now=hours(46))
    assert (the_case(seen, "stalled-1").state, the_case(seen, "stalled-1").resolution) == ("resolved", "moved_on")


def test_silence_of_a_parcel_in_trouble_opens_nothing_more() -> None:
    store = shipped()
    tell(store, scan(*BAD_ADDRESS, at=hours(-5)))

    assert [it.kind for it in silence(store, 99).cases] == ["address_problem"]
    assert on_file(store).parcel.due_at is None


def test_after_a_case_is_closed_silence_counts_anew() -> None:
    store = shipped()
    file = tell(store, scan(*BAD_ADDRESS, at=hours(-5)))
    at = case_desk(store, now=hours(99))
    working.close(at, file, "address_problem-1", working.Work("Li", resolution="moving"))

    assert on_file(store).parcel.due_at == hours(99 + 48)
    assert silence(store, 99 + 47.9).open_cases == ()
    assert [it.kind for it in silence(store, 99 + 48).open_cases] == ["stalled"]


def test_silence_that_was_looked_into_is_trouble_again_in_its_time() -> None:
    store = shipped()
    tell(store, scan("in_transit", at=hours(-5)))
    file = silence(store, 43)
    at = case_desk(store, now=hours(50))
    working.close(at, file, "stalled-1", working.Work("Li", resolution="moving"))

    assert silence(store, 60).open_cases == ()
    assert [it.id for it in silence(store, 98).open_cases] == ["stalled-2"]


# -------------------------------------------------------------------- scans on their way in


def test_scans_of_a_parcel_nobody_registered_wait_for_it() -> None:
    store = shipped(parcels=())
    early = [scan("in_transit", at=hours(-5)), scan(*BAD_ADDRESS, at=hours(-2))]

    assert hear(case_desk(store), store, [*early, *early]) == 2
    assert store.changes == []

    new = decode_parcel({"carrier": "ups", "tracking_number": TRACKING, "label_created_at": "2026-11-21T15:00:00Z"})
    file = store.order("shop-1", "1001")
    assert file is not None
    policy = case_desk(store).rules.policies.of("shop-1")
    register_parcel(new, file, store=store, policy=policy, now=NOW, cause="test")
    adopt(case_desk(store), store, TRACKING)

    assert [it.kind for it in on_file(store).open_cases] == ["address_problem"]
    assert store.parked(TRACKING) == ()
    adopt(case_desk(store), store, TRACKING)
    assert told(store) == ["offer", "case_step:opened"]


def test_a_parcel_registered_in_this_very_moment_gets_its_scans() -> None:
    store = shipped()
    pointers = store.pointing.pop(TRACKING)
    store.before_park.append(lambda: store.pointing.update({TRACKING: pointers}))

    assert hear(case_desk(store), store, [scan("in_transit", at=hours(-5))]) == 0

    assert on_file(store).parcel.milestone == "in_transit"


def test_scans_that_never_find_their_parcel_standing_still_come_again() -> None:
    class Restless(FakeParcels):
        def park(self, *_: Any) -> None:
            raise Conflict("moved_on", "registered")

    with pytest.raises(Transient):
        hear(case_desk(store := Restless()), store, [scan("in_transit", at=hours(-5))])


def test_who_joins_a_parcel_that_is_on_its_way_hears_what_was_said_before() -> None:
    store = shipped(parcels=({},))
    tell(store, scan("in_transit", at=hours(-5)))
    change, other = placing(order_id="1002")
    store.orders.commit(change, cause="test")
    body = {"carrier": "ups", "tracking_number": TRACKING, "label_created_at": "2026-11-21T15:00:00Z"}
    policy = case_desk(store).rules.policies.of("shop-1")
    register_parcel(decode_parcel(body), other, store=store, policy=policy, now=NOW, cause="test")

    adopt(case_desk(store), store, TRACKING)

    assert [it.milestone for it in store.parcels("shop-1", "1002")] == ["in_transit"]


def test_two_orders_in_one_parcel_both_hear() -> None:
    store = shipped(parcels=({}, {"carrier": "usps"}))

    hear(case_desk(store), store, [scan("in_transit", at=hours(-5), carrier="ontrac")])

    assert {it.id: it.milestone for it in store.parcels("shop-1", "1001")} == {
        f"ups.{TRACKING}": "in_transit",
        f"usps.{TRACKING}": "in_transit",
    }


def test_of_two_writers_the_second_sees_the_scans_of_the_first() -> None:
    store = shipped()
    store.before_commit.append(lambda: tell(store, scan("delivered", at=hours(-1))))

    file = tell(store, scan("in_transit", at=hours(-5)))

    assert (file.parcel.milestone, file.parcel.progress.scans) == ("delivered", 2)


def test_looking_after_a_parcel_without_scans_does_not_undo_its_first() -> None:
    store = shipped()
    store.before_commit.append(lambda: tell(store, scan("delivered", at=hours(-1)), now=hours(50)))

    look_after(case_desk(store, now=hours(50)), "shop-1", "1001", f"ups.{TRACKING}")

    assert on_file(store).parcel.milestone == "delivered"
    assert store.messages == []


def test_a_parcel_that_never_stands_still_is_told_to_the_queue() -> None:
    store = shipped()
    store.before_commit.extend([lambda: bump(store)] * 5)

    with pytest.raises(Conflict):
        tell(store, scan(*MISSED, at=hours(-1)))

    assert store.changes == []
    assert tell(store, scan(*MISSED, at=hours(-1))).parcel.milestone == "delivery_attempted"


def test_a_parcel_that_is_not_there_is_left_alone() -> None:
    store = shipped()
    before = list(store.changes)

    look_after(case_desk(store), "shop-1", "1001", "ups.9999")

    assert store.changes == before
