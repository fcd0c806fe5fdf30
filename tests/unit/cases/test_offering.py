"""Every cell of the offer table: where the parcel is × what may be offered × what has to be true for it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.cases.offer import Option
from doorstep.cases.offering import (
    OfferFacts,
    address_change,
    fulfilled_by,
    needs_ops,
    possible,
    refuse_unknown,
    row_allows,
    unasked,
    voids_label,
)
from doorstep.data import load
from doorstep.errors import Permanent
from doorstep.orders.order import Money
from doorstep.orders.policy import Policies, Policy
from doorstep.parcels.carriers import Carriers
from doorstep.parcels.scan import MILESTONES

ROWS = (
    "none",
    "label_made",
    "moving",
    "out_for_delivery",
    "attempted",
    "pickup",
    "refused",
    "going_back",
    "delivered",
    "gone",
)
OPTIONS = (
    "change_address",
    "redirect",
    "hold_at_location",
    "cancel",
    "cancel_and_reorder",
    "wait",
    "pickup_details",
    "redeliver",
    "pick_up",
    "reship_after_return",
    "refund_after_return",
    "exchange",
    "redeliver_with_concession",
    "reship",
    "partial_refund",
    "refund",
    "coupon",
    "report_problem",
)
REMEDIES = {"reship", "refund", "partial_refund", "coupon", "reship_after_return", "refund_after_return"}
PAY = "https://pay.example.com/{order}"
CARRIERS = Carriers({})
FACTS = OfferFacts(CARRIERS.of("ups"), country="US", order_value=5000, currency="USD", platform="own")
NUMBERS = {"usps": "9400136208330123456787", "ups": "1ZDSTEP10030000126"}


def policy(**said: Any) -> Policy:
    values = {"redirect_paid_by": "seller", "payment_url": "", "never_offer": (), "remedy_up_to_amount": 30000}
    return cast(Policy, SimpleNamespace(**(values | said)))


def facts(carrier: str = "ups", **said: Any) -> OfferFacts:
    return replace(FACTS, carrier=CARRIERS.of(carrier), **said)


def redirecting(*, holds: bool = True, fee: int = 2100) -> OfferFacts:
    """Of a carrier that redirects within the United States, and holds parcels or does not."""
    ours = CARRIERS.of("ups")
    intercept = replace(ours.intercept, fee=Money(fee, "USD"))
    return (
        facts(carrier="ups")
        if holds and fee == 2100
        else replace(
            FACTS,
            carrier=replace(
                ours, intercept=intercept, hold_at_location=replace(ours.hold_at_location, supported=holds)
            ),
        )
    )


def names(row: str, of: OfferFacts = FACTS, **said: Any) -> tuple[str, ...]:
    return tuple(option.name for option in possible(row, of, policy(**said)))


def only(row: str, name: str, of: OfferFacts = FACTS, **said: Any) -> Option:
    return next(option for option in possible(row, of, policy(**said)) if option.name == name)


@pytest.mark.parametrize(
    ("row", "change", "options"),
    [
        ("none", "free_at_once", ["cancel"]),
        ("label_made", "free_relabel", ["change_address", "hold_at_location", "cancel"]),
        ("moving", "redirect", ["redirect", "hold_at_location", "cancel_and_reorder"]),
        ("out_for_delivery", "no", ["wait", "pickup_details"]),
        ("attempted", "no", ["redeliver", "hold_at_location"]),
        ("pickup", "no", ["pick_up", "reship_after_return", "refund_after_return"]),
        ("refused", "no", ["redeliver_with_concession", "exchange", "refund_after_return"]),
        ("going_back", "no", ["reship", "refund"]),
        ("delivered", "no", ["report_problem"]),
        ("gone", "no", ["reship", "partial_refund", "refund", "coupon"]),
    ],
)
def test_the_table_is_the_design_s(row: str, change: str, options: list[str]) -> None:
    assert address_change(row) == change
    assert [name for name in OPTIONS if row_allows(row, name)] == [name for name in OPTIONS if name in options]
    assert [entry["name"] for entry in load("cases/offers")["rows"][row]["options"]] == options


def test_the_table_has_these_rows_and_options_and_no_others() -> None:
    table = load("cases/offers")

    assert tuple(table["rows"]) == ROWS
    assert set(table["options"]) == set(OPTIONS)
    for kind in table["options"].values():
        always = {"takes_address", "warns", "remedy", "needs_ops", "fulfilled_by"}
        assert always <= kind.keys() <= {*always, "unasked", "voids_label"}
        assert set(kind["fulfilled_by"]) <= set(MILESTONES)


# What is offered: row × carrier, for an order of 50 USD that the seller pays everything for.
@pytest.mark.parametrize(
    ("row", "carrier", "offered"),
    [
        ("none", "ups", ["cancel"]),
        ("none", "other", ["cancel"]),
        ("label_made", "ups", ["change_address", "hold_at_location", "cancel"]),
        ("label_made", "usps", ["change_address", "hold_at_location", "cancel"]),
        ("label_made", "fedex", ["change_address", "hold_at_location", "cancel"]),
        ("label_made", "other", ["change_address", "cancel"]),
        ("moving", "ups", ["redirect", "hold_at_location"]),
        ("moving", "usps", ["hold_at_location"]),
        ("moving", "fedex", ["hold_at_location"]),
        ("moving", "dhl_express", []),
        ("moving", "other", []),
        ("out_for_delivery", "ups", ["wait", "pickup_details"]),
        ("out_for_delivery", "other", ["wait", "pickup_details"]),
        ("attempted", "ups", ["redeliver", "hold_at_location"]),
        ("attempted", "usps", ["redeliver", "hold_at_location"]),
        ("attempted", "other", ["redeliver"]),
        ("pickup", "ups", ["pick_up", "reship_after_return", "refund_after_return"]),
        ("pickup", "other", ["pick_up", "reship_after_return", "refund_after_return"]),
        ("refused", "ups", ["redeliver_with_concession", "exchange", "refund_after_return"]),
        ("going_back", "ups", ["reship", "refund"]),
        ("delivered", "ups", ["report_problem"]),
        ("gone", "ups", ["reship", "partial_refund", "refund", "coupon"]),
        ("gone", "other", ["reship", "partial_refund", "refund", "coupon"]),
    ],
)
def test_what_is_offered_where(row: str, carrier: str, offered: list[str]) -> None:
    assert list(names(row, facts(carrier))) == offered


@pytest.mark.parametrize(
    ("country", "offered"), [("US", True), ("PR", True), ("CA", False), ("GB", False), ("", False)]
)
def test_a_redirect_only_where_the_carrier_intercepts(country: str, offered: bool) -> None:
    assert ("redirect" in names("moving", facts("ups", country=country))) is offered
    assert ("hold_at_location" in names("moving", facts("ups", country=country))) is offered


@pytest.mark.parametrize(("ships_from", "offered"), [("", True), ("US", True), ("PR", True), ("CN", False)])
def test_a_parcel_from_another_country_is_not_intercepted(ships_from: str, offered: bool) -> None:
    assert names("moving", facts("ups", ships_from=ships_from)) == (("redirect", "hold_at_location") if offered else ())
    assert names("moving", facts("fedex", ships_from=ships_from)) == ("hold_at_location",), "that is no intercept"


@pytest.mark.parametrize(
    ("carrier", "number", "offered"),
    [
        ("ups", NUMBERS["ups"], True),
        ("ups", "92612903029511573030094531", False),  # Mail Innovations
        ("usps", NUMBERS["usps"], True),
        ("usps", "9205590164917312751089", False),
        ("usps", "9305589674000215423911", False),
    ],
)
def test_a_number_that_is_not_open_for_it_is_not_intercepted(carrier: str, number: str, offered: bool) -> None:
    assert bool(names("moving", facts(carrier, tracking_number=number))) is offered


def test_a_redirect_costs_what_the_carrier_takes_and_comes_later() -> None:
    redirect = only("moving", "redirect")

    assert (redirect.fee, redirect.currency, redirect.paid_by, redirect.delay_days) == (2100, "USD", "seller", (1, 3))
    assert (redirect.takes_address, redirect.warns) == (True, True)


def test_holding_is_free_with_one_carrier_and_an_intercept_with_another() -> None:
    free, paid = only("moving", "hold_at_location"), only("moving", "hold_at_location", facts("usps"))

    assert (free.fee, free.paid_by) == (0, "nobody")
    assert (paid.fee, paid.currency, paid.paid_by) == (1945, "USD", "seller")
    assert not paid.takes_address
    assert not paid.warns


@pytest.mark.parametrize("row", ["label_made", "attempted"])
@pytest.mark.parametrize("carrier", ["usps", "ups", "fedex"])
def test_on_a_new_label_and_after_an_attempt_holding_is_free(row: str, carrier: str) -> None:
    assert only(row, "hold_at_location", facts(carrier)).paid_by == "nobody"


def test_a_change_before_the_parcel_leaves_is_free_but_can_void_the_protection_too() -> None:
    change = only("label_made", "change_address")

    assert (change.fee, change.paid_by, change.delay_days) == (0, "nobody", (0, 0))
    assert (change.takes_address, change.warns) == (True, True)


def test_what_the_buyer_pays_takes_a_payment_link() -> None:
    assert names("moving", redirect_paid_by="buyer") == ("hold_at_location",), "free, so it stays"
    assert names("moving", facts("usps"), redirect_paid_by="buyer") == ()
    assert names("moving", redirect_paid_by="buyer", payment_url=PAY) == ("redirect", "hold_at_location")
    assert only("moving", "redirect", redirect_paid_by="buyer", payment_url=PAY).paid_by == "buyer"
    assert only("moving", "hold_at_location", redirect_paid_by="buyer", payment_url=PAY).paid_by == "nobody"


def test_a_free_redirect_is_paid_by_nobody() -> None:
    assert only("moving", "redirect", redirecting(fee=0), redirect_paid_by="buyer").paid_by == "nobody"


def test_what_nobody_knows_the_price_of_is_not_offered() -> None:
    ours = CARRIERS.of("fedex")
    unpriced = replace(FACTS, carrier=replace(ours, intercept=replace(ours.intercept, redirect=True)))

    assert ours.intercept.fee is None
    assert names("moving", unpriced) == ("hold_at_location",)


def test_where_the_carrier_cannot_hold_a_redirect_stands_beside_cancel_and_order_again() -> None:
    assert names("moving", redirecting(holds=False)) == ("redirect", "cancel_and_reorder")
    assert names("moving", never_offer=("hold_at_location",)) == ("redirect", "cancel_and_reorder")


def test_a_redirect_never_stands_alone() -> None:
    assert names("moving", never_offer=("hold_at_location", "cancel_and_reorder")) == ()
    assert names("moving", redirecting(holds=False), never_offer=("cancel_and_reorder",)) == ()
    assert names("moving", redirecting(holds=False), never_offer=("redirect",)) == ()
    assert names("moving", redirecting(holds=False), redirect_paid_by="buyer") == ()


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("name", OPTIONS)
def test_what_a_seller_never_offers_is_never_offered(row: str, name: str) -> None:
    assert name not in names(row, redirecting(holds=False), never_offer=(name,))
    assert name not in names(row, never_offer=(name,))


@pytest.mark.parametrize("row", ROWS)
def test_money_and_goods_are_offered_up_to_the_seller_s_amount(row: str) -> None:
    everything = names(row, facts(order_value=30000), remedy_up_to_amount=30000)

    assert REMEDIES & set(everything) == {name for name in REMEDIES if row_allows(row, name)}
    for order_value, limit in ((30001, 30000), (1, 0), (0, 0)):
        offered = names(row, facts(order_value=order_value), remedy_up_to_amount=limit)
        assert offered == tuple(name for name in everything if name not in REMEDIES)


def test_free_options_are_told_in_the_order_s_currency() -> None:
    assert only("gone", "refund", facts(currency="EUR")).currency == "EUR"
    assert only("moving", "redirect", facts(currency="EUR")).currency == "USD", "the carrier's"


def test_a_redelivery_comes_on_one_of_the_next_days() -> None:
    assert only("attempted", "redeliver").delay_days == (1, 2)


@pytest.mark.parametrize("name", OPTIONS)
def test_somebody_carries_out_all_but_what_the_buyer_does_alone(name: str) -> None:
    assert needs_ops(name) is (name not in {"wait", "pickup_details", "pick_up"})


@pytest.mark.parametrize(
    ("name", "milestones"),
    [
        ("redirect", ("delivered",)),
        ("hold_at_location", ("available_for_pickup", "delivered")),
        ("redeliver", ("delivered",)),
        ("redeliver_with_concession", ("delivered",)),
        ("wait", ("delivered",)),
        ("pickup_details", ("delivered",)),
        ("pick_up", ("delivered",)),
        ("change_address", ("cancelled",)),
        ("cancel", ("cancelled",)),
        ("cancel_and_reorder", ("returning", "returned")),
        ("reship_after_return", ()),
        ("refund_after_return", ()),
        ("exchange", ()),
        ("reship", ()),
        ("partial_refund", ()),
        ("refund", ()),
        ("coupon", ()),
        ("report_problem", ()),
        ("", ()),
    ],
)
def test_which_scans_show_that_it_came_true(name: str, milestones: tuple[str, ...]) -> None:
    assert fulfilled_by(name) == milestones


@pytest.mark.parametrize("name", OPTIONS)
def test_of_their_own_accord_a_buyer_may_change_the_way_and_nothing_that_costs_goods_or_money(name: str) -> None:
    own = {"change_address", "redirect", "hold_at_location", "cancel", "cancel_and_reorder", "redeliver"}

    assert unasked(name) is (name in own)
    assert not (unasked(name) and load("cases/offers")["options"][name]["remedy"])


@pytest.mark.parametrize("name", OPTIONS)
def test_a_label_is_void_once_it_was_made_anew_or_cancelled(name: str) -> None:
    assert voids_label(name) is (name in {"change_address", "cancel"})


def test_a_misspelt_option_in_never_offer_is_refused() -> None:
    refuse_unknown(policy(never_offer=("coupon", "redirect")))

    with pytest.raises(Permanent, match="invalid_policy"):
        refuse_unknown(policy(never_offer=("cupon",)))


def test_there_is_no_other_row() -> None:
    with pytest.raises(KeyError):
        possible("elsewhere", FACTS, policy())


anything = st.builds(
    OfferFacts,
    carrier=st.sampled_from(
        [
            *(CARRIERS.of(code) for code in ("usps", "ups", "fedex", "dhl_express", "other")),
            redirecting(holds=False).carrier,
            redirecting(fee=0).carrier,
        ]
    ),
    country=st.sampled_from(["US", "PR", "CA", "CN", ""]),
    order_value=st.integers(0, 100_000),
    currency=st.sampled_from(["USD", "EUR"]),
    platform=st.sampled_from(["own", "amazon", "ebay"]),
    tracking_number=st.sampled_from(["", *NUMBERS.values(), "9205590164917312751089"]),
    ships_from=st.sampled_from(["", "US", "CN"]),
)
policies = st.builds(
    policy,
    redirect_paid_by=st.sampled_from(["seller", "buyer"]),
    payment_url=st.sampled_from(["", PAY]),
    never_offer=st.sets(st.sampled_from(OPTIONS), max_size=4).map(tuple),
    remedy_up_to_amount=st.integers(0, 100_000),
)


@given(st.sampled_from(ROWS[ROWS.index("out_for_delivery") :]), anything, policies)
def test_once_it_is_out_for_delivery_no_change_of_address_is_offered(row: str, of: OfferFacts, rules: Policy) -> None:
    assert address_change(row) == "no"
    assert not any(option.takes_address or option.warns for option in possible(row, of, rules))


@given(st.sampled_from(ROWS), anything, policies)
def test_nobody_pays_what_is_free_and_no_buyer_without_a_payment_link(row: str, of: OfferFacts, rules: Policy) -> None:
    for option in possible(row, of, rules):
        assert (option.fee == 0) == (option.paid_by == "nobody")
        assert option.paid_by != "buyer" or rules.payment_url
        assert option.fee == 0 or option.paid_by == rules.redirect_paid_by


@given(st.sampled_from(ROWS), anything, policies)
def test_every_redirect_has_a_safer_way_beside_it_and_every_option_its_place(
    row: str, of: OfferFacts, rules: Policy
) -> None:
    offered = [option.name for option in possible(row, of, rules)]

    assert len(set(offered)) == len(offered)
    assert all(row_allows(row, name) for name in offered)
    assert not set(offered) & set(rules.never_offer)
    assert ("redirect" in offered) <= (len({"hold_at_location", "cancel_and_reorder"} & set(offered)) == 1)
    assert ("cancel_and_reorder" in offered) <= ("redirect" in offered)
    if "redirect" in offered:
        assert of.country in of.carrier.intercept.countries


def test_by_default_the_seller_pays_and_remedies_end_at_the_policy_s_amount() -> None:
    rules = Policies.from_json("").of("my-shop")

    assert [(option.name, option.paid_by) for option in possible("moving", FACTS, rules)] == [
        ("redirect", "seller"),
        ("hold_at_location", "nobody"),
    ]
    assert possible("going_back", replace(FACTS, order_value=rules.remedy_up_to_amount + 1), rules) == ()
    refuse_unknown(rules)
