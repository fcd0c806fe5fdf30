"""The second afternoon: parcels are registered, carriers and warehouses tell of them, and some fall silent."""

from __future__ import annotations

import json
from typing import Any, Final

from chronicle import FAR, NEAR, TOO_MUCH, Chronicle, Scene, answer, parcel
from world import ROOT

UPS: Final = "1ZDSTEP10030000126"
USPS: Final = "9400136208330123456787"
TOO_LONG: Final = b'"' + b"9" * 3 * 1024 * 1024 + b'"'


def webhook(name: str, provider: str = "easypost") -> Any:
    """A sample of `events/webhooks/`."""
    return json.loads((ROOT / "events" / "webhooks" / f"{provider}_{name}.json").read_text("utf-8"))


def _registering(world: Chronicle) -> None:
    world.place("1001", NEAR)
    world.pump()
    path, body = "/orders/shop-1/1001/parcels", parcel(UPS, carrier="UPS")
    for sent in (body, body, {**body, "service": "Ground"}, {"tracking_number": "1"}, {}):
        world.api("POST", path, sent)
    mistyped = {**body, "tracking_number": f"{UPS[:-1]}7"}
    world.api("POST", path, mistyped)
    world.api("POST", path, {**mistyped, "unchecked": True})
    world.api(
        "POST", path, {**body, "tracking_number": "1ZDSTEP10030009994", "label_created_at": "2027-01-01T00:00:00Z"}
    )
    world.api("POST", path, raw=TOO_MUCH)
    world.api("POST", "/orders/shop-1/0/parcels", body)
    world.api("POST", "/orders/shop-9/1/parcels", body)
    world.pump()
    sample = json.loads((ROOT / "events" / "api" / "register_parcel.json").read_text("utf-8"))
    world.place("1002", NEAR, buyer={"name": "Sample Buyer", "locale": "es"})
    world.api("POST", "/orders/shop-1/1002/parcels", json.loads(sample["body"]))
    world.pump()


def _shipped_orders_stay_as_they_are(world: Chronicle) -> None:
    world.ship("1001", UPS)
    first = world.mails()[0]
    world.api("PUT", "/orders/shop-1/1001/address", {"address": FAR})
    world.api("GET", "/orders/shop-1/1001/messages/-/parcel_shipped/1")
    for path in (f"/confirm/{first.token('confirm')}", f"/order/{first.token('order')}"):
        world.page("GET", path)
        world.page("POST", path, {"action": "confirm"})
        world.page("POST", path, {"action": "choose", "option": "refund"})


def _providers_call(world: Chronicle) -> None:
    world.ship("1001", UPS)
    body = webhook("address_problem")
    world.webhook("{")
    world.webhook(body, secret="another")
    world.webhook(body, headers={})
    world.webhook(body, name="nobody")
    world.webhook(TOO_LONG)
    for name in ("in_transit", "address_problem", "address_problem", "other_event", "unknown_code"):
        assert world.webhook(webhook(name)).status == 200
        world.pump()


def _a_warehouse_tells(world: Chronicle) -> None:
    world.scan("1ZDSTEP10030000779", "in_transit", "accepted", raw_code="HANDED-OVER", code_table="dock")  # parked
    world.ship("1003", "1ZDSTEP10030000779")  # adopted
    world.scan("1ZDSTEP10030000779", "out_for_delivery")
    world.scan("1ZDSTEP10030000779", "delivered", "front_door", location={"city": "Burlington", "state": "VT"})


def _a_label_is_cancelled(world: Chronicle) -> None:
    path = world.ship("1004", "1ZDSTEP10030000886")
    world.scan("1ZDSTEP10030000886", "cancelled", "shipment_cancelled")
    world.api("PUT", f"{path}/address", {"address": {**NEAR, "line1": "14 Pearl St"}})
    world.pump()


def _nobody_hears_of_a_parcel(world: Chronicle) -> None:
    world.ship("1005", "1ZDSTEP10030000993")
    world.scan("1ZDSTEP10030000993", "in_transit", "accepted")
    world.wait(hours=49)
    world.sweep()
    world.scan("1ZDSTEP10030000993", "in_transit")


def _codes_nobody_knows(world: Chronicle) -> None:
    """They are told on the day after."""
    world.webhook(webhook("unknown_code"))
    world.pump()
    world.wait(hours=24)
    world.sweep()


def _a_proof_is_kept(world: Chronicle) -> None:
    """A delivery with its proof, told twice: the second time the proof is there."""
    world.trust("webhooks", dhl="dhl-webhook-secret")
    world.web["webpod.dhl.com"] = answer(b"%PDF-1.4 sample", "application/pdf")
    world.place("1006", NEAR)
    label = {"carrier": "DHL Express", "label_created_at": "2026-11-16T15:00:00Z"}
    world.api("POST", "/orders/shop-1/1006/parcels", parcel("7777777770", **label))
    for _ in range(2):
        called = world.webhook(
            webhook("express_delivered", "dhl"), name="dhl", headers={"X-Webhook-Token": "dhl-webhook-secret"}
        )
        assert called.status == 200
        world.pump()


def _a_provider_is_asked(world: Chronicle) -> None:
    """Silent for two days, but the provider knows more: nobody has to be told."""
    world.decide({"default": {"parcels": {"pull_with": "easypost"}}})
    world.trust("pulls", easypost="sample-key")
    tracker = webhook("out_for_delivery")["result"]
    scanned = [{**it, "datetime": "2026-11-25T13:00:00Z"} for it in tracker["tracking_details"][-1:]]
    known = {"trackers": [{**tracker, "tracking_code": UPS, "carrier": "UPS", "tracking_details": scanned}]}
    world.web["api.easypost.com"] = answer(json.dumps(known).encode(), "application/json")
    world.ship("1007", UPS)
    world.scan(UPS, "in_transit", "accepted")
    world.wait(hours=49)
    world.sweep()


def _aws_is_down(world: Chronicle) -> None:
    world.ship("1001", UPS)
    for code in ("ThrottlingException", "ValidationException"):
        world.outage = code
        world.api("POST", "/orders/shop-1/1001/parcels", parcel(UPS, carrier="UPS"))
        world.webhook(webhook("delivered"))
    world.outage = ""


SCENES: Final[tuple[Scene, ...]] = (
    _registering,
    _shipped_orders_stay_as_they_are,
    _providers_call,
    _a_warehouse_tells,
    _a_label_is_cancelled,
    _nobody_hears_of_a_parcel,
    _codes_nobody_knows,
    _a_proof_is_kept,
    _a_provider_is_asked,
    _aws_is_down,
)
