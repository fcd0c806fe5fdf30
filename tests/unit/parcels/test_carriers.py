"""Carriers: one code for every name, dated facts, and what a seller may say otherwise."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.data import load
from doorstep.errors import Permanent
from doorstep.orders.order import Money
from doorstep.parcels.carriers import Carriers, HoldDays, canonical, tracking_url
from doorstep.parcels.overriding import CERTAINTIES
from doorstep.parcels.scan import CARRIER

GROUPS = ("attempts", "hold_days", "intercept", "hold_at_location")


def carriers(**overrides: Any) -> Carriers:
    return Carriers.from_json(json.dumps({"carriers": overrides}))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("USPS", "usps"),
        ("usps", "usps"),
        ("UPS", "ups"),
        ("UPSSurePost", "ups"),
        ("UPSMailInnovations", "ups"),
        ("UPSDAP", "ups"),
        ("FedEx", "fedex"),
        ("Fed Ex", "fedex"),
        ("FedExSmartPost", "fedex"),
        ("DHLExpress", "dhl_express"),
        ("dhl_express", "dhl_express"),
        ("DHL", "dhl_express"),
        ("DHL eCommerce", "dhl_ecommerce"),
        ("dhl-ecommerce", "dhl_ecommerce"),
        ("OnTrac", "ontrac"),
        ("LaserShipV2", "lasership"),
        ("AmazonShipping", "amazon"),
        ("YunExpress", "yunexpress"),
        ("GOFO", "gofo"),
        ("UniUni", "uniuni"),
        ("SpeedX", "speedx"),
        ("China Post", "china_post"),
        ("4PX", "fourpx"),
        ("Speedy Post", "speedy_post"),
        ("AustraliaPost", "australia_post"),
        ("  Canada-Post ", "canada_post"),
        ("", "other"),
        ("other", "other"),
        ("unknown", "other"),
        ("17track", "other"),
        ("X", "other"),
        ("顺丰", "other"),
        ("a" * 33, "other"),
    ],
)
def test_a_carrier_has_one_code_however_it_is_called(name: str, code: str) -> None:
    assert canonical(name) == code


@given(st.text(max_size=40))
def test_a_code_is_a_code_and_stays_what_it_is(name: str) -> None:
    code = canonical(name)

    assert CARRIER.fullmatch(code)
    assert canonical(code) == code


def test_no_alias_is_claimed_by_two_carriers() -> None:
    table = load("parcels/carriers")

    claims = [
        (re.sub(r"[\W_]", "", name).lower(), code)
        for code, row in table.items()
        for name in {code, row.get("name") or code, *row["aliases"]}
    ]

    assert all(canonical(name) == code for name, code in claims)
    assert len(dict(claims)) == len(set(claims))


def test_every_fact_says_since_when_from_where_and_how_sure() -> None:
    for code, row in load("parcels/carriers").items():
        for group in GROUPS:
            if group in row:
                fact = row[group]
                assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?|undated", fact["as_of"]), (code, group)
                assert fact["source"].strip(), (code, group)
                assert fact["certainty"] in CERTAINTIES, (code, group)


def test_the_table_itself_fits_what_is_asked_of_overrides() -> None:
    table = load("parcels/carriers")

    for code, row in table.items():
        said = {name: value for name, value in row.items() if name != "aliases" and value != ""}
        assert carriers(**{code: said}).of(code) == carriers().of(code)


def test_what_the_carriers_do_as_published() -> None:
    usps, ups, fedex = (carriers().of(code) for code in ("usps", "ups", "fedex"))

    assert (usps.attempts, ups.attempts, fedex.attempts) == (2, 3, 3)
    assert usps.hold_days == HoldDays(15, "calendar")
    assert ups.hold_days == HoldDays(5, "business")
    assert usps.intercept.supported
    assert not usps.intercept.redirect, "to another address only through the commercial gateway"
    assert usps.intercept.fee == usps.hold_at_location.fee == Money(1945, "USD")
    assert (ups.intercept.redirect, ups.intercept.fee, ups.intercept.delay_days) == (True, Money(2100, "USD"), (1, 3))
    assert ups.hold_at_location.fee == Money(0, "USD")
    assert fedex.intercept.fee is None, "nobody could tell"


@pytest.mark.parametrize("code", ["other", "gofo", "speedy_post", "dhl_ecommerce"])
def test_of_a_carrier_nobody_knows_little_is_expected(code: str) -> None:
    carrier = carriers().of(code)

    assert carrier.code == code
    assert carrier.attempts == 1
    assert not carrier.intercept.supported
    assert not carrier.hold_at_location.supported


def test_names_for_people() -> None:
    assert [carriers().of(code).name for code in ("usps", "fourpx", "speedy_post", "other")] == [
        "USPS",
        "4PX",
        "Speedy Post",
        "",
    ]


def test_a_tracking_page_has_the_number_quoted() -> None:
    assert tracking_url("usps", "9400136208330123456787") == (
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=9400136208330123456787"
    )
    assert tracking_url("ups", "1Z/&?#").endswith("tracknum=1Z%2F%26%3F%23")
    assert tracking_url("other", "123456") == ""
    assert tracking_url("speedy_post", "123456") == ""
    assert tracking_url("usps", "") == ""


def test_every_tracking_page_is_safe_to_link() -> None:
    for code in load("parcels/carriers"):
        url = tracking_url(code, "AB12")
        assert url == "" or (url.startswith("https://") and url.count("AB12") == 1 and "{" not in url), code


def test_a_seller_says_one_value_otherwise_and_the_rest_stands() -> None:
    ours = carriers(usps={"intercept": {"fee": {"amount": 1700}}})

    assert ours.of("usps").intercept.fee == Money(1700, "USD")
    assert ours.of("usps").hold_at_location.fee == Money(1700, "USD"), "holding is an intercept there"
    assert ours.of("usps").intercept.supported
    assert ours.of("usps").attempts == 2
    assert ours.of("ups") == carriers().of("ups")


def test_a_seller_may_know_what_we_do_not() -> None:
    ours = carriers(
        fedex={"intercept": {"redirect": True, "fee": {"amount": 1500, "currency": "USD"}}},
        my_courier={"name": "My Courier", "attempts": {"count": 4}, "tracking_url": "https://example.com/{number}"},
        other={"attempts": {"count": 2}},
    )

    assert ours.of("fedex").intercept.fee == Money(1500, "USD")
    assert (ours.of("my_courier").name, ours.of("my_courier").attempts) == ("My Courier", 4)
    assert ours.of("my_courier").track("A 1") == "https://example.com/A%201"
    assert ours.of("speedy_post").attempts == 2


def test_a_seller_who_changes_a_fact_is_its_source() -> None:
    assert load("parcels/carriers")["ups"]["attempts"]["source"] == "ups.com"
    assert carriers(ups={"attempts": {"count": 1}})._rows["ups"]["attempts"] == {
        "count": 1,
        "as_of": "",
        "source": "the seller",
        "certainty": "seller",
    }


def test_without_overrides_the_table_holds() -> None:
    assert Carriers.from_json("").of("ups") == Carriers.from_json('{"default": {}}').of("ups") == carriers().of("ups")


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        '{"carriers": []}',
        '{"carriers": {"usps": 5}}',
        '{"carriers": {"usps": {"aliases": ["x"]}}}',
        '{"carriers": {"usps": {"fees": {}}}}',
        '{"carriers": {"usps": {"name": ""}}}',
        '{"carriers": {"usps": {"name": "a\\nb"}}}',
        '{"carriers": {"usps": {"tracking_url": "http://example.com/{number}"}}}',
        '{"carriers": {"usps": {"tracking_url": "https://example.com/"}}}',
        '{"carriers": {"usps": {"tracking_url": "javascript:alert({number})"}}}',
        '{"carriers": {"usps": {"attempts": 2}}}',
        '{"carriers": {"usps": {"attempts": {"count": 0}}}}',
        '{"carriers": {"usps": {"attempts": {"count": true}}}}',
        '{"carriers": {"usps": {"attempts": {"count": 1.5}}}}',
        '{"carriers": {"usps": {"attempts": {"often": 2}}}}',
        '{"carriers": {"usps": {"hold_days": {"count": -1}}}}',
        '{"carriers": {"usps": {"hold_days": {"kind": "lunar"}}}}',
        '{"carriers": {"usps": {"intercept": {"supported": "yes"}}}}',
        '{"carriers": {"usps": {"intercept": {"fee": 1945}}}}',
        '{"carriers": {"usps": {"intercept": {"fee": "intercept"}}}}',
        '{"carriers": {"usps": {"intercept": {"fee": {"amount": -1}}}}}',
        '{"carriers": {"usps": {"intercept": {"fee": {"amount": 19.45}}}}}',
        '{"carriers": {"usps": {"intercept": {"fee": {"amount": 1945, "currency": "usd"}}}}}',
        '{"carriers": {"usps": {"intercept": {"fee": {"amount": 1945, "tax": 1}}}}}',
        '{"carriers": {"fedex": {"intercept": {"fee": {"amount": 1500}}}}}',
        '{"carriers": {"usps": {"intercept": {"delay_days": [3, 1]}}}}',
        '{"carriers": {"usps": {"intercept": {"delay_days": [1]}}}}',
        '{"carriers": {"usps": {"intercept": {"delay_days": "1-3"}}}}',
        '{"carriers": {"usps": {"intercept": {"countries": "US"}}}}',
        '{"carriers": {"usps": {"intercept": {"countries": ["USA"]}}}}',
        '{"carriers": {"usps": {"intercept": {"numbers": "("}}}}',
        '{"carriers": {"usps": {"intercept": {"certainty": "sure"}}}}',
        '{"carriers": {"upss": {"attempts": {"count": 2}}}}',
        '{"carriers": {"my_courier": 5}}',
        '{"carriers": {"My Courier": {"name": "My Courier"}}}',
        '{"carriers": {"DHL": {"name": "DHL"}}}',
    ],
)
def test_an_override_that_cannot_be_meant_is_refused(broken: str) -> None:
    with pytest.raises(Permanent, match="invalid_policy"):
        Carriers.from_json(broken)
