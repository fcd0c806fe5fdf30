"""What a seller makes of PO boxes and the like holds at the checkout, for orders, and on the buyer's pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from samples import order
from world import World

BOX = {"line1": "PO Box 12", "city": "Burlington", "state": "VT", "postal_code": "05401"}
TEST_BOX = {"line1": "PO Box 4", "city": "Doorstep Test", "state": "VT", "postal_code": "00000"}
POLICY = json.dumps(
    {
        "default": {"address_rules": {"po_box": "warn"}},
        "shops": {"shop-1": {"address_rules": {"po_box": "block"}}},
    }
)
NewWorld = Callable[..., World]


def codes(verdict: dict[str, Any]) -> list[str]:
    return [issue["code"] for issue in verdict["issues"]]


@pytest.mark.parametrize("address", [BOX, TEST_BOX])
def test_the_checkout_is_told_what_all_shops_make_of_it_or_the_one_it_names(
    new_world: NewWorld, address: dict[str, str]
) -> None:
    world = new_world(policy=POLICY)

    everywhere = world.api("POST", "/addresses/validate", address).json
    here = world.api("POST", "/addresses/validate?shop=shop-1", {**address, "locale": "es"}).json
    elsewhere = world.api("POST", "/addresses/validate?shop=shop-2", address).json

    assert (everywhere["verdict"], codes(everywhere)) == ("confirm", ["po_box_doubtful"])
    assert (here["verdict"], codes(here)) == ("fix", ["po_box_refused"])
    assert here["issues"][0]["message"].startswith("Esta tienda no puede enviar")
    assert (elsewhere["verdict"], here["flags"]["po_box"]) == ("confirm", True)


def test_without_rules_a_box_is_as_good_as_a_house(world: World) -> None:
    answer = world.api("POST", "/addresses/validate", BOX).json

    assert (answer["verdict"], answer["flags"]["po_box"], codes(answer)) == ("accept", True, [])


def test_a_batch_follows_the_rules_of_the_shop_it_names(new_world: NewWorld) -> None:
    world = new_world(policy=POLICY)

    (answer,) = world.api("POST", "/addresses/validate-batch?shop=shop-1", {"addresses": [BOX]}).json["results"]

    assert (answer["verdict"], codes(answer)) == ("fix", ["po_box_refused"])


def test_an_order_is_judged_by_the_rules_of_its_shop_and_the_buyers_word_is_kept(new_world: NewWorld) -> None:
    world = new_world(policy=POLICY)

    placed = world.api("POST", "/orders", order(address={**BOX, "country": "US"}, choice="as_entered")).json

    assert [one["code"] for one in placed["advice"]] == ["hold", "against_rules", "postal_service_only"]
    (version,) = world.file()["addresses"]
    assert (version["verdict"], version["issues"]) == ("fix", ["po_box_refused"])
    assert (version["choice"], version["override"]) == ("as_entered", True)


def test_a_seller_who_ships_to_no_box_must_insist_on_one(new_world: NewWorld) -> None:
    world = new_world(policy=POLICY)
    world.api("POST", "/orders", order())

    refused = world.api("PUT", "/orders/shop-1/1001/address", {"address": BOX})
    insisted = world.api("PUT", "/orders/shop-1/1001/address", {"address": BOX, "choice": "as_entered"})

    assert (refused.status, refused.json["error"]["code"]) == (400, "po_box_refused")
    assert (insisted.status, world.file()["addresses"][-1]["override"]) == (200, True)


def test_the_buyers_page_says_what_the_shop_cannot_do(new_world: NewWorld) -> None:
    world = new_world(policy=POLICY)
    world.api("POST", "/orders", order(address={**BOX, "country": "US"}))
    world.pump()
    (mail,) = world.mails()

    page = world.page("GET", f"/confirm/{mail.token('confirm')}")

    assert "This shop cannot ship to a PO box" in page.body


def test_an_address_that_the_buyer_types_anew_is_held_to_the_rules_too(new_world: NewWorld) -> None:
    world = new_world(policy=POLICY)
    world.api("POST", "/orders", order())
    world.pump()
    (mail,) = world.mails()

    page = world.page("POST", f"/confirm/{mail.token('confirm')}", {"action": "edit", **BOX})

    assert "This shop cannot ship to a PO box" in page.body
    assert len(world.file()["addresses"]) == 1


def test_a_test_address_goes_the_way_of_every_order(world: World) -> None:
    address = {"line1": "8 Mispelled St", "city": "Doorstep Test", "state": "VT", "postal_code": "00000"}
    asked = world.api("POST", "/addresses/validate", address).json
    taken = asked["suggestions"][0]["address"]
    token = world.api("POST", "/addresses/validate", taken).json["verdict_token"]

    world.api("POST", "/orders", order(address=taken, verdict_token=token, choice="suggestion"))

    (version,) = world.file()["addresses"]
    assert (version["verdict"], version["checkout"], version["choice"]) == ("accept", "matched", "suggestion")
    assert version["ship_to"]["line1"] == "8 MISSPELLED ST"
