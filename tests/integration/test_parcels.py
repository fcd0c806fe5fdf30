"""A seller registers a parcel: from then on its number is watched, and the buyer knows where it goes."""

from __future__ import annotations

from typing import Any

import pytest
from samples import GOOD, NEARBY, NUMBERLESS, order
from shipping import (
    MOVING,
    PARCEL,
    UPS,
    USPS,
    WRONG_NUMBER,
    at_rest,
    case,
    hear,
    messages,
    order_link,
    parcel,
    parcel_file,
    register,
    scan,
    ship,
    wrong_address,
)
from world import World

PARCELS = "/orders/shop-1/1001/parcels"


@pytest.fixture
def placed(world: World) -> World:
    """A world with one order."""
    world.api("POST", "/orders", order())
    world.pump()
    return world


def test_a_registered_parcel_is_answered_with_all_that_is_known(placed: World) -> None:
    answer = placed.api(
        "POST",
        PARCELS,
        parcel(
            service="Ground",
            ships_from="US",
            expected_delivery_at="2026-11-25T22:00:00Z",
            signature_required=True,
            insured_value={"amount": 2599, "currency": "USD"},
        ),
    )

    assert answer.status == 201
    assert answer.json == {
        "id": PARCEL,
        "carrier": "ups",
        "tracking_number": UPS,
        "tracking_url": f"https://www.ups.com/track?tracknum={UPS}",
        "service": "Ground",
        "ships_from": "US",
        "label_created_at": "2026-11-22T10:00:00.000Z",
        "registered_at": "2026-11-23T15:00:00.000Z",
        "expected_delivery_at": "2026-11-25T22:00:00.000Z",
        "signature_required": True,
        "insured_value": {"amount": 2599, "currency": "USD"},
        "address_version": 1,
        "milestone": "info_received",
        "reason": None,
        "since": None,
        "moved_at": None,
        "attempts": 0,
        "pickup": None,
    }


def test_the_buyer_is_told_where_it_goes_with_a_link_to_the_order(placed: World) -> None:
    register(placed)
    placed.pump()

    mail = placed.mails()[-1]
    assert mail.to == "buyer@example.com"
    assert "149 CHURCH ST" in mail.text
    assert f"https://www.ups.com/track?tracknum={UPS}" in mail.text
    page = placed.page("GET", order_link(placed))
    assert (page.status, UPS in page.body, 'value="change_address"' in page.body) == (200, True, True)
    at_rest(placed)


def test_registering_twice_is_once(placed: World) -> None:
    first = register(placed)
    placed.pump()
    before, mails = placed.snapshot(), len(placed.mails())

    again = register(placed, number="1z dstep1 0030-000126", carrier="United Parcel Service")
    placed.pump()

    assert (again.status, again.headers.get("Idempotent-Replay")) == (201, "true")
    assert "Idempotent-Replay" not in first.headers
    assert again.json == first.json
    assert placed.snapshot() == before
    assert len(placed.mails()) == mails


@pytest.mark.parametrize(
    "other", [{"service": "Express"}, {"signature_required": True}, {"label_created_at": "2026-11-22T10:00:01Z"}]
)
def test_another_content_under_the_same_number_is_refused(placed: World, other: dict[str, Any]) -> None:
    register(placed)
    before = placed.snapshot()

    answer = register(placed, **other)

    assert (answer.status, answer.json["error"]["code"]) == (409, "parcel_exists")
    assert placed.snapshot() == before


def test_two_at_once_register_one_parcel(placed: World) -> None:
    rivals: list[int] = []
    placed.before_next_write(lambda: rivals.append(register(placed).status))

    answer = register(placed)
    placed.pump()

    assert ([answer.status], answer.headers.get("Idempotent-Replay")) == (rivals, "true")
    assert messages(placed) == ["-/confirm_address/1", "-/parcel_shipped/1"]
    assert placed.event_names().count("Parcel Registered") == 1
    at_rest(placed)


def test_a_label_made_before_the_address_changed_is_made_anew(placed: World) -> None:
    link = f"/confirm/{placed.mails()[0].token('confirm')}"
    placed.before_next_write(lambda: placed.page("POST", link, {"action": "edit", **NEARBY}))

    answer = register(placed)
    placed.pump()

    assert (answer.status, answer.json["address_version"]) == (201, 1)
    assert placed.file()["release"]["reason"] == "confirmed"
    found = case(placed)
    assert (found["reason"], found["step"], found["offers"][0]["chosen"]) == (
        "address_changed",
        "carry_out",
        "change_address",
    )
    at_rest(placed)


def test_an_order_nobody_knows_has_no_parcels(world: World) -> None:
    answer = register(world, "404")

    assert (answer.status, answer.json["error"]["code"]) == (404, "order_not_found")
    assert world.raw_items("orders") == []


def test_another_sellers_order_is_out_of_reach(placed: World) -> None:
    before = placed.snapshot()

    answers = [
        placed.api("POST", PARCELS, parcel(), key="other-key"),
        placed.api("POST", "/orders/shop-9/1001/parcels", parcel()),
    ]

    assert [answer.status for answer in answers] == [403, 403]
    assert placed.snapshot() == before


def test_shipping_releases_an_order_that_was_held(world: World) -> None:
    world.api("POST", "/orders", order(address=NUMBERLESS))
    world.pump()

    register(world)
    world.pump()
    world.wait(days=4)
    world.sweep()

    file = world.file()
    assert (file["state"], file["release"]["reason"]) == ("released", "shipped")
    assert world.event_names().count("Order Released") == 1
    assert [it["attributes"]["kind"] for it in world.alerts() if it["attributes"]["kind"] != "case_step"] == []
    assert "-/confirm_address_reminder/1" not in messages(world)


def test_a_confirmation_still_to_be_sent_is_not_sent_once_the_parcel_is_on_its_way(world: World) -> None:
    world.api("POST", "/orders", order())
    register(world)
    world.pump()

    assert messages(world) == ["-/parcel_shipped/1"]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"tracking_number": None}, "tracking_number", "missing"),
        ({"tracking_number": "12"}, "tracking_number", "wrong_format"),
        ({"tracking_number": "1Z#'\"<>"}, "tracking_number", "wrong_format"),
        ({"tracking_number": 7}, "tracking_number", "wrong_type"),
        ({"tracking_number": "1" * 61}, "tracking_number", "too_long"),
        ({"label_created_at": None}, "label_created_at", "missing"),
        ({"label_created_at": "yesterday"}, "label_created_at", "wrong_format"),
        ({"label_created_at": "2026-11-22T10:00:00"}, "label_created_at", "wrong_format"),
        ({"label_created_at": "2026-11-25T15:00:00Z"}, "label_created_at", "out_of_range"),
        ({"ships_from": "China"}, "ships_from", ""),
        ({"carrier": "<b>"}, "carrier", "wrong_format"),
        ({"service": "two\nlines"}, "service", "wrong_format"),
        ({"signature_required": "yes"}, "signature_required", "wrong_type"),
        ({"insured_value": {"amount": -1, "currency": "USD"}}, "insured_value.amount", "out_of_range"),
        ({"insured_value": {"amount": 1, "currency": "dollar"}}, "insured_value.currency", ""),
    ],
)
def test_a_bad_body_is_refused_and_changes_nothing(
    placed: World, changes: dict[str, Any], field: str, code: str
) -> None:
    before = placed.snapshot()
    body = {name: value for name, value in (parcel() | changes).items() if value is not None}

    answer = placed.api("POST", PARCELS, body)

    assert answer.status == 400
    (problem,) = answer.json["error"]["problems"]
    assert problem["field"] == field
    assert problem["code"] == code or not code
    assert placed.snapshot() == before


@pytest.mark.parametrize("raw", ["", "null", "[]", "{", '"x"', "[" * 5000])
def test_what_is_no_object_is_refused(placed: World, raw: str) -> None:
    assert placed.api("POST", PARCELS, raw=raw).status == 400


def test_the_orders_file_shows_parcel_scans_and_cases(world: World) -> None:
    wrong_address(world)

    file = world.file()

    (shown,) = file["parcels"]
    assert (shown["id"], shown["milestone"], shown["reason"]) == (PARCEL, "exception", "address_no_such_number")
    assert [(it["milestone"], it["occurred_at"], it["counted"]) for it in shown["scans"]] == [
        ("in_transit", "2026-11-23T08:00:00.000Z", True),
        ("exception", "2026-11-23T12:00:00.000Z", True),
    ]
    (found,) = file["cases"]
    assert (found["case"], found["parcel"], found["state"], found["step"]) == (
        "address_problem-1",
        PARCEL,
        "open",
        "await_buyer",
    )
    assert found == world.api("GET", "/orders/shop-1/1001/cases/address_problem-1").json


def test_a_shipped_orders_address_is_no_longer_changed_through_the_api(placed: World) -> None:
    register(placed)

    answer = placed.api("PUT", "/orders/shop-1/1001/address", {"address": NEARBY})

    assert (answer.status, answer.json["error"]["code"]) == (409, "already_shipped")


def test_a_cancelled_label_lets_the_address_change_again(world: World) -> None:
    ship(world)
    hear(world, scan("cancelled", "23T10:00", "shipment_cancelled"))

    answer = world.api("PUT", "/orders/shop-1/1001/address", {"address": NEARBY, "ask_buyer": False})
    again = register(world, number="1ZDSTEP10030000199", label_created_at="2026-11-23T15:00:00Z")
    world.pump()

    assert (answer.status, again.status, again.json["address_version"]) == (200, 201, 2)
    assert "77 PINE ST" in world.mails()[-1].text
    assert world.api("PUT", "/orders/shop-1/1001/address", {"address": GOOD}).status == 409
    at_rest(world)


def test_a_cancelled_label_beside_a_live_parcel_leaves_the_order_shipped(world: World) -> None:
    ship(world)
    register(world, number=USPS, carrier="USPS")
    hear(world, scan("cancelled", "23T10:00", "shipment_cancelled"))

    assert world.api("PUT", "/orders/shop-1/1001/address", {"address": NEARBY}).status == 409
    page = world.page("GET", order_link(world))
    assert (USPS in page.body, UPS in page.body) == (True, False)


def test_a_label_that_is_used_after_all_ships_the_order_again(world: World) -> None:
    ship(world)
    hear(world, scan("cancelled", "23T10:00", "shipment_cancelled"))

    hear(world, scan("in_transit", "23T11:00", "accepted", reopens=True))

    assert parcel_file(world)["milestone"] == "in_transit"
    assert world.api("PUT", "/orders/shop-1/1001/address", {"address": NEARBY}).status == 409


def test_two_orders_in_one_parcel_are_both_told(world: World) -> None:
    ship(world, "1001")
    ship(world, "1002", address=NEARBY)

    hear(world, scan(*MOVING))
    hear(world, scan(*WRONG_NUMBER))

    for order_id, street in (("1001", "149 CHURCH ST"), ("1002", "77 PINE ST")):
        assert len(parcel_file(world, order_id=order_id)["scans"]) == 2
        assert case(world, order_id=order_id)["case"] == "address_problem-1"
        (mail,) = [it for it in world.mails() if "/offers/" in it.text and order_id in it.subject]
        assert street in mail.text
    at_rest(world)


def test_an_order_that_joins_a_parcel_later_knows_what_was_said_before(world: World) -> None:
    ship(world, "1001")
    hear(world, scan(*MOVING))

    ship(world, "1002")

    assert parcel_file(world, order_id="1002")["milestone"] == "in_transit"


def test_a_number_used_again_leaves_the_old_parcel_alone(world: World) -> None:
    ship(world, "1001")
    hear(world, scan("delivered", "23T14:00"))
    world.wait(days=200)
    world.api("POST", "/orders", order("1002", placed_at="2027-06-10T10:00:00Z", ship_by="2027-06-20T10:00:00Z"))
    register(world, "1002", label_created_at="2027-06-10T10:00:00Z")
    world.pump()

    hear(world, scan("in_transit", "2027-06-11T08:00:00Z"))

    old, new = parcel_file(world, order_id="1001"), parcel_file(world, order_id="1002")
    assert (old["milestone"], len(old["scans"])) == ("delivered", 1)
    assert (new["milestone"], len(new["scans"])) == ("in_transit", 1)


def test_a_late_scan_of_the_number_before_counts_for_the_old_parcel(world: World) -> None:
    ship(world, "1001")
    hear(world, scan("in_transit", "23T08:00"))
    world.wait(days=90)
    world.api("POST", "/orders", order("1002", placed_at="2027-02-20T10:00:00Z", ship_by="2027-02-25T10:00:00Z"))
    register(world, "1002", label_created_at="2027-02-20T10:00:00Z")
    world.pump()

    hear(world, scan("delivered", "24T14:00"))

    assert parcel_file(world, order_id="1001")["milestone"] == "delivered"
    assert parcel_file(world, order_id="1002")["milestone"] == "info_received"


def test_an_orders_second_parcel_has_troubles_of_its_own(world: World) -> None:
    wrong_address(world)
    register(world, number=USPS, carrier="USPS")
    world.pump()

    hear(world, scan("in_transit", "23T09:00", number=USPS, carrier="usps"))
    hear(world, scan("exception", "23T13:00", "address_unknown_recipient", number=USPS, carrier="usps"))

    cases = {it["case"]: (it["parcel"], it["reason"]) for it in world.file()["cases"]}
    assert cases == {
        "address_problem-1": (PARCEL, "address_no_such_number"),
        "address_problem-2": (f"usps.{USPS}", "address_unknown_recipient"),
    }
    assert messages(world).count("address_problem-2/offer/1") == 1
    at_rest(world)


def test_two_parcels_of_an_order_in_trouble_at_once_are_two_cases(world: World) -> None:
    ship(world)
    register(world, number=USPS, carrier="USPS")
    world.pump()
    second = scan("exception", "23T12:30", "address_moved", number=USPS, carrier="usps")
    world.before_next_write(lambda: hear(world, second), after=1)  # the first write is the scan's own

    hear(world, scan(*WRONG_NUMBER))

    assert world.rival_came
    cases = {it["parcel"]: it["case"] for it in world.file()["cases"]}
    assert sorted(cases) == [PARCEL, f"usps.{USPS}"]
    assert sorted(cases.values()) == ["address_problem-1", "address_problem-2"]
    at_rest(world)


def test_a_carrier_nobody_told_us_of_is_watched_all_the_same(placed: World) -> None:
    answer = register(placed, carrier="Some Courier", number="SC000001")
    placed.pump()

    assert (answer.status, answer.json["carrier"], answer.json["tracking_url"]) == (201, "some_courier", None)
    hear(placed, scan("in_transit", "23T08:00", number="SC000001", carrier="some_courier"))
    assert parcel_file(placed)["milestone"] == "in_transit"


def test_a_parcel_without_a_carrier_hears_what_the_carrier_says(world: World) -> None:
    world.api("POST", "/orders", order())
    register(world, carrier=None)
    world.pump()

    hear(world, scan(*MOVING))

    assert parcel_file(world)["milestone"] == "in_transit"
