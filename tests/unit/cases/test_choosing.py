"""What a buyer does about a parcel on its way: by an offer's link or the order's, alone or at once with others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fakes import NOW, FakeParcels, case_desk, desk, on_file, shipped, tell
from samples import ABROAD, FAR_AWAY, GOOD, NEARBY, NUMBERLESS, TRACKING, scan

from doorstep.cases import working
from doorstep.cases.choosing import answer, look
from doorstep.cases.glance import Caller, Glance, behind
from doorstep.cases.offer import Offer
from doorstep.cases.overdue import meet_case
from doorstep.errors import Conflict, NotFound, Rejected
from doorstep.orders.link import Link, Purpose
from doorstep.times import stamp

SECOND = "1ZDSTEP10030000135"
BAD_ADDRESS = ("exception", "address_no_such_number")
OFFER = "address_problem-1.1"
CHEAP = {"amount": 9_000, "currency": "USD"}
DOUBTED = {**NEARBY, "city": "Brlngtn"}


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def link(purpose: Purpose = "offer", subject: str = OFFER) -> Link:
    """A link of the order, good for a week."""
    about = subject if purpose == "offer" else ""
    return Link(f"hash of {purpose}", purpose, "shop-1", "1001", "m", NOW + timedelta(days=7), subject=about)


def asked(policy: str = "{}", **changes: Any) -> FakeParcels:
    """A store whose buyer was asked what to do about a bad address."""
    store = shipped(policy, **{"total": CHEAP, **changes})
    tell(store, scan(*BAD_ADDRESS, at=hours(-2)), policy=policy)
    return store


def moving(policy: str = "{}", **changes: Any) -> FakeParcels:
    """A store whose parcel goes its way."""
    store = shipped(policy, **{"total": CHEAP, **changes})
    tell(store, scan("in_transit", at=hours(-2)), policy=policy)
    return store


def click(
    store: FakeParcels, through: Link | None = None, *, later: float = 0, policy: str = "{}", **form: str
) -> Glance:
    """Press a button, some hours later; the code is always 123456."""
    through, now = through or link(), hours(later)
    at = case_desk(store, now=now, policy=policy)
    caller = Caller(at, desk(store.orders, now=now, policy=policy), through, "en", lambda *_: "123456")
    return answer(caller, behind(at, through, through.purpose)[1], form)


def the_offer(store: FakeParcels, offer: str = OFFER) -> Offer:
    found = on_file(store).offer(offer)
    assert found is not None
    return found


def names(glance: Glance) -> list[str]:
    return [option.name for option in glance.options]


def told(store: FakeParcels) -> list[str]:
    said = (it.facts.get("state") or it.facts.get("cause") for it in store.messages)
    return [f"{it.template}:{word}" if word else it.template for it, word in zip(store.messages, said, strict=True)]


def mails(store: FakeParcels) -> list[str]:
    """The mails about the order itself."""
    return [it.template for change in store.orders.changes for it in change.messages]


# -------------------------------------------------------------------- looking


def test_looking_changes_nothing() -> None:
    for store, through in ((asked(), link()), (asked(), link("order")), (moving(), link("order"))):
        before = (list(store.changes), list(store.orders.changes))
        assert look(case_desk(store), through, through.purpose).show == "offer"
        assert (store.changes, store.orders.changes) == before


def test_an_offers_link_shows_that_offer_whatever_became_of_it() -> None:
    store = asked()
    tell(store, scan("out_for_delivery", at=hours(-1)))

    glance = look(case_desk(store), link(), "offer")

    assert (glance.offer, glance.options) == (the_offer(store), ())
    assert the_offer(store).state == "withdrawn"


def test_an_old_offers_link_leads_to_the_one_that_took_its_place() -> None:
    store = asked()
    tell(store, scan("exception", "address_moved", at=hours(11)), now=hours(12))

    for number in (1, 2):
        glance = look(case_desk(store, now=hours(12)), link(subject=f"address_problem-1.{number}"), "offer")
        assert glance.offer == the_offer(store, "address_problem-1.2")
        assert glance.options == glance.offer.options != ()


def test_only_an_offer_that_took_its_place_is_shown_instead() -> None:
    store = asked()
    tell(store, scan("exception", "address_moved", at=hours(11)), now=hours(12))
    tell(store, scan("out_for_delivery", at=hours(13)), now=hours(14))
    assert look(case_desk(store, now=hours(14)), link(), "offer").offer == the_offer(store)

    expired = asked()
    meet_case(case_desk(expired, now=hours(24)), "shop-1", "1001", "address_problem-1")
    click(expired, link("order"), later=25, action="choose", option="hold_at_location")
    assert look(case_desk(expired, now=hours(26)), link(), "offer").offer == the_offer(expired)


def test_an_offer_that_was_never_made_is_nothing_to_choose_from() -> None:
    glance = look(case_desk(asked()), link(subject="address_problem-1.9"), "offer")

    assert (glance.offer, glance.options) == (None, ())


def test_a_case_that_asks_nobody_does_not_get_in_the_way() -> None:
    store = moving()
    tell(store, scan("exception", "unspecified", at=hours(-1)))
    assert [it.kind for it in on_file(store).open_cases] == ["stalled"]

    glance = look(case_desk(store), link("order"), "order")

    assert glance.offer is None
    assert "redirect" in names(glance)


def test_the_orders_link_shows_the_offer_that_is_open() -> None:
    store = asked()

    glance = look(case_desk(store), link("order"), "order")

    assert (glance.offer, glance.options) == (the_offer(store), the_offer(store).options)


def test_the_orders_link_shows_what_is_possible_when_nothing_was_offered() -> None:
    glance = look(case_desk(moving()), link("order"), "order")

    assert glance.offer is None
    assert "redirect" in names(glance)


def test_when_two_parcels_are_on_their_way_nobody_can_tell_which_is_meant() -> None:
    both = moving(parcels=({}, {"tracking_number": SECOND}))
    tell(both, scan("in_transit", at=hours(-2), tracking_number=SECOND))
    assert look(case_desk(both), link("order"), "order").options == ()

    tell(both, scan("cancelled", at=hours(-1), tracking_number=SECOND))
    glance = look(case_desk(both), link("order"), "order")
    assert "redirect" in names(glance)
    assert glance.file.parcel.tracking_number != SECOND


@pytest.mark.parametrize(
    "milestone", ["delivered", "returned", "returning", "available_for_pickup", "exception", "out_for_delivery"]
)
def test_of_their_own_accord_a_buyer_may_only_do_what_concerns_the_way_there(milestone: str) -> None:
    store = moving()
    tell(store, scan(milestone, "lost" if milestone == "exception" else "", at=hours(-1)))

    offered = names(look(case_desk(store), link("order"), "order"))

    assert not {"reship", "refund", "coupon", "partial_refund", "report_problem", "exchange"} & set(offered)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        link("order"),
        link(subject="address_problem-9.1"),
        link(subject="nonsense"),
        link(subject=""),
        replace(link(), expires_at=NOW),
        replace(link(), order_id="1002"),
    ],
)
def test_links_that_do_not_work_have_one_answer(broken: Link | None) -> None:
    with pytest.raises(NotFound) as caught:
        look(case_desk(asked()), broken, "offer")

    assert (caught.value.code, caught.value.message) == ("link_not_usable", "this link no longer works")


def test_an_order_without_a_parcel_has_nothing_to_show_here() -> None:
    with pytest.raises(NotFound, match="link_not_usable"):
        look(case_desk(shipped(parcels=())), link("order"), "order")


@pytest.mark.parametrize("gone", ["time", "parcel", "case"])
def test_an_offer_whose_time_is_over_or_whose_parcel_has_moved_on_cannot_be_chosen_from(gone: str) -> None:
    store = asked()
    if gone == "parcel":
        tell(store, scan("out_for_delivery", at=hours(-1)))
    if gone == "case":
        working.close(case_desk(store), on_file(store), "address_problem-1", working.Work("Li", resolution="moving"))

    later = 24 if gone == "time" else 0
    assert look(case_desk(store, now=hours(later)), link(), "offer").options == ()
    assert click(store, later=later, action="choose", option="hold_at_location").show == "not_possible"
    assert the_offer(store).chosen == ""


# -------------------------------------------------------------------- choosing


def test_a_choice_is_recorded_with_its_evidence_and_ops_is_told() -> None:
    store = asked()

    glance = click(store, later=1, action="choose", option="hold_at_location")

    offer = the_offer(store)
    option = offer.choice
    assert option is not None
    assert (glance.show, glance.offer, offer.state) == ("recorded", offer, "accepted")
    assert offer.consent == {
        "at": stamp(hours(1)),
        "by": "buyer",
        "how": "offer_link",
        "link": "hash of offer",
        "locale": "en",
        "option": "hold_at_location",
        "fee": option.fee,
        "currency": option.currency,
        "paid_by": option.paid_by,
        "address_before": 1,
    }
    assert told(store)[2:] == ["offer_update:accepted", "case_step:answered"]
    assert on_file(store).cases[0].step == "carry_out"


def test_a_second_click_changes_nothing() -> None:
    store = asked()
    click(store, action="choose", option="hold_at_location")
    before = list(store.changes)

    assert click(store, action="choose", option="hold_at_location").show == "recorded"
    assert click(store, link("order"), action="choose", option="hold_at_location").show == "recorded"
    assert click(store, action="choose", option="redirect").show == "not_possible"
    assert store.changes == before


def test_what_was_not_offered_cannot_be_chosen() -> None:
    store = asked()
    before = list(store.changes)

    for option in ("refund", "no_such_option", "redeliver"):
        assert click(store, action="choose", option=option).show == "not_possible"
    assert store.changes == before


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"action": "refund_me"},
        {"action": "choose"},
        {"action": "choose", "option": "Redirect!"},
        {"action": "choose", "option": "redirect", "shown_version": "one"},
        {"action": "edit", "option": "redirect"},
        {"action": "enter_code"},
    ],
)
def test_a_broken_form_is_refused_and_changes_nothing(form: dict[str, str]) -> None:
    store = asked()
    if form.get("action") == "enter_code":
        click(store, action="edit", option="redirect", **FAR_AWAY)
    before = list(store.changes)

    with pytest.raises(Rejected):
        click(store, **form)
    assert store.changes == before


def test_of_two_clicks_at_once_the_first_counts() -> None:
    store = asked()
    store.before_commit.append(lambda: click(store, action="choose", option="hold_at_location"))

    glance = click(store, action="edit", option="redirect", **NEARBY)

    assert (glance.show, the_offer(store).chosen) == ("not_possible", "hold_at_location")
    assert on_file(store).order.order.address_version == 1


def test_of_two_equal_clicks_at_once_both_hear_that_it_is_recorded() -> None:
    store = asked()
    store.before_commit.append(lambda: click(store, action="choose", option="hold_at_location"))

    assert click(store, action="choose", option="hold_at_location").show == "recorded"
    assert told(store).count("case_step:answered") == 1


def test_of_two_redirects_at_once_one_changes_the_address_and_the_other_sees_it() -> None:
    store = asked()
    store.before_commit.append(lambda: click(store, action="edit", option="redirect", **NEARBY))

    glance = click(store, action="edit", option="redirect", **NEARBY)

    assert (glance.show, glance.offer) == ("moved_on", the_offer(store))
    assert (on_file(store).order.order.address_version, the_offer(store).address_version) == (2, 2)


def test_a_parcel_that_goes_out_for_delivery_in_this_moment_takes_no_choice() -> None:
    store = asked()
    store.before_commit.append(lambda: tell(store, scan("out_for_delivery", at=hours(-1))))

    assert click(store, action="choose", option="hold_at_location").show == "not_possible"
    assert the_offer(store).state == "withdrawn"


def test_news_that_leaves_it_possible_does_not_get_in_the_way() -> None:
    store = asked()
    store.before_commit.append(lambda: tell(store, scan("in_transit", "delay", at=hours(-1))))

    assert click(store, action="choose", option="hold_at_location").show == "recorded"


def test_an_error_that_is_none_of_the_buyers_is_not_swallowed() -> None:
    store = asked()

    def always() -> None:
        it = on_file(store).parcel
        store.kept["shop-1", "1001"][it.id] = replace(it, version=it.version + 1)

    store.before_commit.extend([always] * 5)

    with pytest.raises(Conflict, match="moved_on"):
        click(store, action="choose", option="hold_at_location")


# -------------------------------------------------------------------- by the order's own link


def test_a_buyer_who_comes_by_themselves_gets_a_case_of_their_own() -> None:
    store = moving()

    glance = click(store, link("order"), later=1, action="choose", option="hold_at_location")

    (case,) = on_file(store).cases
    assert (case.id, case.origin, case.reason) == ("address_problem-1", "buyer", "change_requested")
    assert (case.step, glance.show) == ("carry_out", "recorded")
    assert the_offer(store).consent["how"] == "order_link"
    assert told(store) == ["offer_update:accepted", "case_step:answered"], "who asks is not asked"


def test_their_choice_belongs_to_the_case_that_is_open() -> None:
    store = asked()
    meet_case(case_desk(store, now=hours(24)), "shop-1", "1001", "address_problem-1")
    assert the_offer(store).state == "expired"

    click(store, link("order"), later=25, action="choose", option="hold_at_location")

    (case,) = on_file(store).cases
    assert (case.origin, case.offers, case.step) == ("carrier", 2, "carry_out")
    assert the_offer(store, "address_problem-1.2").state == "accepted"


def test_of_two_parcels_the_orders_link_shows_the_one_that_waits_for_the_buyer() -> None:
    store = asked(parcels=({}, {"tracking_number": SECOND}))
    tell(store, scan("in_transit", at=hours(-1), tracking_number=SECOND))

    glance = look(case_desk(store), link("order"), "order")

    assert (glance.offer, glance.file.parcel.tracking_number) == (the_offer(store), TRACKING)


def test_no_scan_ends_what_the_buyer_began_but_a_final_one() -> None:
    store = moving()
    click(store, link("order"), action="choose", option="hold_at_location")

    tell(store, scan("in_transit", at=hours(1)), now=hours(2))
    assert on_file(store).cases[0].state == "open"
    tell(store, scan("available_for_pickup", at=hours(3)), now=hours(4))
    assert (on_file(store).cases[0].state, the_offer(store).state) == ("resolved", "fulfilled")


# -------------------------------------------------------------------- another address


def test_a_redirect_changes_the_address_and_keeps_both_versions_as_evidence() -> None:
    store = asked()

    assert click(store, action="edit", option="redirect", shown_version="1", **NEARBY).show == "recorded"

    offer, order = the_offer(store), on_file(store).order
    assert (offer.chosen, offer.address_version) == ("redirect", 2)
    assert (offer.consent["address_before"], offer.consent["address_after"]) == (1, 2)
    assert order.address.typed.line1 == NEARBY["line1"]
    assert (order.address.by, order.address.how) == ("buyer", "offer_link")
    assert mails(store)[-1] == "address_changed"


def test_an_address_takes_its_option_only() -> None:
    store = asked()

    click(store, action="edit", option="hold_at_location", **NEARBY)

    assert on_file(store).order.order.address_version == 1


@pytest.mark.parametrize(
    ("action", "address", "show"),
    [
        ("edit", ABROAD, "other_country"),
        ("keep", ABROAD, "other_country"),
        ("edit", DOUBTED, "mend"),
        ("edit", NUMBERLESS, "mend"),
        ("edit", GOOD, "same_address"),
        ("choose", GOOD, "same_address"),
        ("keep", {**NUMBERLESS, "postal_code": ""}, "mend"),
    ],
)
def test_an_address_that_cannot_be_used_is_shown_again(action: str, address: dict[str, str], show: str) -> None:
    store = asked()
    before = list(store.changes)

    glance = click(store, action=action, option="redirect", **address)

    assert (glance.show, glance.option) == (show, "redirect")
    assert glance.proposed is not None
    assert glance.proposed.typed.line1 == address["line1"]
    assert (store.changes, the_offer(store).state) == (before, "open")


def test_the_rules_of_the_shop_hold_for_the_new_address_too() -> None:
    policy = json.dumps({"shops": {"shop-1": {"address_rules": {"po_box": "block"}}}})
    box = {**NEARBY, "line1": "PO Box 12"}

    refused, welcome = (
        click(asked(rules), policy=rules, action="edit", option="redirect", **box) for rules in (policy, "{}")
    )

    assert (refused.show, welcome.show) == ("mend", "recorded")


def test_a_buyer_may_insist_on_an_address_that_we_doubt() -> None:
    store = asked()

    assert click(store, action="keep", option="redirect", **DOUBTED).show == "code"  # it has no distance
    assert click(store, action="enter_code", code="123456").show == "recorded"

    address = on_file(store).order.address
    assert (address.override, address.choice, address.ship_to.city) == (True, "as_entered", "Brlngtn")


def test_an_address_that_was_shown_before_another_change_is_not_taken() -> None:
    store = asked()

    assert click(store, action="edit", option="redirect", shown_version="2", **NEARBY).show == "moved_on"
    assert the_offer(store).state == "open"


def test_an_address_that_changes_in_this_very_moment_is_not_written_over() -> None:
    store = asked()

    def rival() -> None:
        click(store, action="edit", option="redirect", **{**NEARBY, "line1": "21 Pearl St"})
        of = ("shop-1", "1001")
        store.offers[of][OFFER] = replace(the_offer(store), state="open", chosen="")

    store.before_commit.append(rival)

    assert click(store, action="edit", option="redirect", **NEARBY).show == "moved_on"
    assert on_file(store).order.address.typed.line1 == "21 Pearl St"


def test_so_many_changes_a_day_are_enough() -> None:
    policy = json.dumps({"default": {"change": {"changes_a_day": 0}}})
    store = asked(policy)

    assert click(store, policy=policy, action="edit", option="redirect", **NEARBY).show == "too_many"
    assert the_offer(store).state == "open"


# -------------------------------------------------------------------- codes


def test_a_change_that_is_grave_waits_for_its_code_and_keeps_the_option() -> None:
    store = asked()

    assert click(store, action="edit", option="redirect", **FAR_AWAY).show == "code"

    pending = on_file(store).order.order.pending_change
    assert pending is not None
    assert (pending.option, the_offer(store).state) == ("redirect", "open")
    assert mails(store)[-1] == "one_time_code"
    assert look(case_desk(store), link(), "offer").show == "code"

    assert click(store, action="enter_code", code="123 456").show == "recorded"
    assert on_file(store).order.address.with_code
    assert (the_offer(store).chosen, the_offer(store).address_version) == ("redirect", 2)
    assert on_file(store).order.order.pending_change is None


def test_the_same_address_again_sends_no_second_code() -> None:
    store = asked()
    click(store, action="edit", option="redirect", **FAR_AWAY)

    assert click(store, action="edit", option="redirect", **FAR_AWAY).show == "code"
    assert mails(store).count("one_time_code") == 1


def test_a_wrong_code_is_counted_and_the_last_try_ends_it() -> None:
    store = asked()
    click(store, action="edit", option="redirect", **FAR_AWAY)

    shows = [click(store, action="enter_code", code="000000").show for _ in range(5)]

    assert shows == ["code_wrong"] * 5
    assert click(store, action="enter_code", code="123456").show == "code_expired"
    assert (the_offer(store).state, on_file(store).order.order.address_version) == ("open", 1)


def test_a_code_is_of_no_use_when_its_time_is_over() -> None:
    store = asked()
    click(store, action="edit", option="redirect", **FAR_AWAY)

    assert click(store, later=1, action="enter_code", code="123456").show == "code_expired"
    assert look(case_desk(store, now=hours(1)), link(), "offer").show == "offer"


def test_a_code_does_not_help_when_the_parcel_has_moved_on() -> None:
    store = asked()
    click(store, action="edit", option="redirect", **FAR_AWAY)
    tell(store, scan("out_for_delivery", at=hours(-1)))

    assert click(store, action="enter_code", code="123456").show == "not_possible"
    assert on_file(store).order.order.address_version == 1


def test_so_many_codes_a_day_are_enough() -> None:
    policy = json.dumps({"default": {"change": {"codes_a_day": 1}}})
    store = asked(policy)
    click(store, policy=policy, action="edit", option="redirect", **FAR_AWAY)

    again = {**FAR_AWAY, "line1": "351 Fifth Avenue"}
    assert click(store, policy=policy, action="edit", option="redirect", **again).show == "too_many"
    assert mails(store).count("one_time_code") == 1


def test_a_change_that_waits_can_be_dropped() -> None:
    store = asked()
    click(store, action="edit", option="redirect", **FAR_AWAY)

    assert click(store, action="confirm").show == "offer"
    assert on_file(store).order.order.pending_change is None
    assert on_file(store).order.order.address_version == 1
    changes = list(store.changes)
    assert click(store, action="confirm").show == "offer"
    assert store.changes == changes


def test_a_code_that_waits_from_before_the_parcel_left_is_of_no_option() -> None:
    store = asked()

    assert click(store, action="enter_code", code="123456").show == "code_expired"


# -------------------------------------------------------------------- taking back


def test_a_choice_can_be_taken_back_until_ops_has_asked_the_carrier() -> None:
    store = asked()
    click(store, action="choose", option="hold_at_location")

    assert click(store, later=1, action="take_back").show == "offer"

    case = on_file(store).cases[0]
    assert (the_offer(store).state, case.step, case.offers) == ("withdrawn", "await_buyer", 2)
    assert the_offer(store, "address_problem-1.2").state == "open"
    assert told(store)[-2:] == ["offer", "case_step:withdrawn"]


def test_with_a_redirect_the_address_goes_back_too() -> None:
    store = asked()
    click(store, action="edit", option="redirect", **NEARBY)

    click(store, later=1, action="take_back")

    order = on_file(store).order
    assert (order.order.address_version, order.address.typed) == (3, order.addresses[0].typed)
    assert (order.address.by, order.address.how) == ("buyer", "offer_link")
    assert mails(store)[-1] == "address_changed"


def test_what_the_buyer_began_is_only_watched_once_they_take_it_back() -> None:
    store = moving()
    click(store, link("order"), action="choose", option="hold_at_location")

    click(store, link("order"), later=1, action="take_back")

    (case,) = on_file(store).cases
    assert (case.state, case.step, the_offer(store).state) == ("open", "watch", "withdrawn")
    assert told(store)[-1] == "case_step:withdrawn"


@pytest.mark.parametrize("state", ["open", "requested", "fulfilled", "failed", "withdrawn", "expired"])
def test_what_is_no_choice_or_was_asked_of_the_carrier_cannot_be_taken_back(state: str) -> None:
    store = asked()
    store.offers["shop-1", "1001"][OFFER] = replace(the_offer(store), state=state)  # type: ignore[arg-type]
    before = list(store.changes)

    assert click(store, action="take_back").show == "not_possible"
    assert store.changes == before


def test_an_operator_who_asks_the_carrier_in_this_moment_is_not_recalled() -> None:
    store = asked()
    click(store, action="choose", option="hold_at_location")
    work = working.Work("Li", outcome="requested")
    store.before_commit.append(lambda: working.complete(case_desk(store), on_file(store), "address_problem-1", work))

    assert click(store, action="take_back").show == "not_possible"
    assert the_offer(store).state == "requested"
