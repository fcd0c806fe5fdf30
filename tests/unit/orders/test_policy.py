"""What a seller may decide, and what is refused before anything starts."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import pytest

from doorstep.address import Flags
from doorstep.errors import Permanent
from doorstep.orders.policy import Policies


def test_without_overrides_the_defaults_hold() -> None:
    policy = Policies.from_json("").of("any-shop")

    assert (policy.ask, policy.remind_after_minutes, policy.code_tries) == ("always", 720, 5)
    assert (policy.codes_a_day, policy.changes_a_day) == (5, 10)
    assert policy.name == "any-shop"
    assert policy.release_at_ship_by == ("accept", "confirm", "add_unit")


def test_without_overrides_a_parcel_may_be_silent_for_two_days_and_the_seller_pays() -> None:
    policy = Policies.from_json("").of("any-shop")

    assert (policy.silent_after_minutes, policy.unhanded_after_minutes) == (48 * 60, 96 * 60)
    assert (policy.redirect_paid_by, policy.payment_url, policy.never_offer) == ("seller", "", ())
    assert (policy.remedy_up_to_amount, policy.task_link_valid_minutes) == (30_000, 14 * 24 * 60)


def test_what_other_rooms_read_stands_beside_and_is_left_to_them() -> None:
    told = {"carriers": {"ups": 5}, "playbooks": 7}

    assert Policies.from_json(json.dumps(told)).of("a") == Policies.from_json("").of("a")


@pytest.mark.parametrize(
    "url",
    ["", "https://pay.example.com", "https://pay.example.com/{shop}/{order}", "https://pay.example.com/?o={offer}"],
)
def test_a_payment_link_may_name_shop_order_and_offer(url: str) -> None:
    policy = Policies.from_json(json.dumps({"default": {"offers": {"payment_url": url}}})).of("a")

    assert policy.payment_url == url


def test_the_shops_word_counts_before_the_sellers() -> None:
    policies = Policies.from_json(
        json.dumps(
            {
                "default": {"confirmation": {"remind_after_minutes": 1, "overdue_after_minutes": 2}},
                "shops": {"a": {"confirmation": {"remind_after_minutes": 0.5}, "shop": {"name": "A"}}},
            }
        )
    )

    assert (policies.of("a").remind_after_minutes, policies.of("a").overdue_after_minutes) == (0.5, 2)
    assert (policies.of("b").remind_after_minutes, policies.of("b").overdue_after_minutes) == (1, 2)
    assert (policies.of("a").name, policies.of("b").name) == ("A", "b")


def test_without_overrides_every_kind_of_address_is_welcome() -> None:
    rules = Policies.from_json("").of("any-shop").address_rules

    assert set(rules) == set(asdict(Flags()))
    assert {flag: rule for flag, rule in rules.items() if rule != "allow"} == {"line_too_long": "note"}


def test_a_shop_has_its_own_rules_for_kinds_of_addresses_beside_the_sellers() -> None:
    policies = Policies.from_json(
        json.dumps(
            {
                "default": {"address_rules": {"po_box": "warn", "military": "block"}},
                "shops": {"a": {"address_rules": {"po_box": "block"}}},
            }
        )
    )

    assert (policies.of("a").address_rules["po_box"], policies.of("a").address_rules["military"]) == ("block", "block")
    assert (policies.of("b").address_rules["po_box"], policies.of("b").address_rules["territory"]) == ("warn", "allow")


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"po_box": "never"}, "`address_rules.po_box` must be one of allow, warn, block"),
        ({"po_box": True}, "`address_rules.po_box` must be one of allow, warn, block"),
        ({"po_box": ["warn"]}, "`address_rules.po_box` must be one of allow, warn, block"),
        ({"po_box": "note"}, "`address_rules.po_box` must be one of allow, warn, block"),
        ({"line_too_long": "cut"}, "`address_rules.line_too_long` must be one of allow, note, warn, block"),
        ({"boxes": "block"}, "the policy has an unknown member in `address_rules`"),
    ],
)
def test_a_rule_that_does_not_exist_is_refused_with_those_that_do(rules: object, told: str) -> None:
    with pytest.raises(Permanent, match=re.escape(told)):
        Policies.from_json(json.dumps({"shops": {"a": {"address_rules": rules}}}))


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        '"x"',
        '{"defaults": {}}',
        '{"default": {"confirm": {}}}',
        '{"default": {"confirmation": {"remind_after": 5}}}',
        '{"default": {"confirmation": 5}}',
        '{"default": {"confirmation": {"remind_after_minutes": 0}}}',
        '{"default": {"confirmation": {"remind_after_minutes": -1}}}',
        '{"default": {"confirmation": {"remind_after_minutes": "5"}}}',
        '{"default": {"confirmation": {"ask": "sometimes"}}}',
        '{"default": {"confirmation": {"release_at_ship_by": ["maybe"]}}}',
        '{"default": {"shop": {"time_zone": "Mars/Olympus"}}}',
        '{"default": {"change": {"code_valid_minutes": 0}}}',
        '{"shops": {"a": {"resend": {"often": 1}}}}',
        '{"default": []}',
        '{"shops": []}',
        '{"shops": {"a": 7}}',
        '{"default": {"change": {"code_tries": "five"}}}',
        '{"default": {"change": {"code_over_amount": null}}}',
        '{"default": {"confirmation": {"release_at_ship_by": 5}}}',
        '{"default": {"confirmation": {"remind_after_minutes": true}}}',
        '{"default": {"shop": {"name": 5}}}',
        '{"default": {"shop": {"name": "My\\nShop"}}}',
        '{"default": {"shop": {"reply_to": "shop@example.com\\r\\nBcc: all@example.com"}}}',
        '{"default": {"change": {"codes_a_day": -1}}}',
        '{"default": {"change": {"changes_a_day": "ten"}}}',
        '{"default": {"shop": {"time_zone": 5}}}',
        '{"default": {"confirmation": {"overdue_after_minutes": 1e300}}}',
        '{"default": {"parcels": {"silent_after_minutes": 0}}}',
        '{"default": {"parcels": {"unhanded_after_minutes": "96"}}}',
        '{"default": {"parcels": {"silent_after": 5}}}',
        '{"default": {"offers": {"redirect_paid_by": "nobody"}}}',
        '{"default": {"offers": {"payment_url": "http://pay.example.com"}}}',
        '{"default": {"offers": {"payment_url": "https://pay.example.com/{buyer}"}}}',
        '{"default": {"offers": {"payment_url": "https://pay.example.com/a b"}}}',
        '{"default": {"offers": {"payment_url": 5}}}',
        '{"default": {"offers": {"never_offer": "refund"}}}',
        '{"default": {"offers": {"never_offer": [5]}}}',
        '{"default": {"offers": {"never_offer": ["re fund"]}}}',
        '{"default": {"offers": {"remedy_up_to_amount": -1}}}',
        '{"default": {"offers": {"remedy_up_to_amount": true}}}',
        '{"default": {"tasks": {"task_link_valid_minutes": 0}}}',
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(broken: str) -> None:
    with pytest.raises(Permanent, match="invalid_policy"):
        Policies.from_json(broken)
