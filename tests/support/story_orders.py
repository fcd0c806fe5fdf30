"""The afternoon's first half: what happens to orders, from the checkout to the answer, and when nobody answers."""

from __future__ import annotations

import json
import re
from typing import Final

from chronicle import FAR, NEAR, NO_TOKEN, ODD, TOO_MUCH, Chronicle, Scene
from world import ROOT, Mail

CHECKOUT: Final = {"Origin": "https://shop.example.com"}
NOWHERE: Final = {"line1": "1 Main St", "city": "Burlington", "state": "TX", "postal_code": "05401"}
ABROAD: Final = {"line1": "1 Beispielweg", "city": "Berlin", "postal_code": "10115", "country": "DE"}


def _at_the_checkout(world: Chronicle) -> None:
    for code in ("ThrottlingException", ""):
        world.outage = code
        world.api("POST", "/addresses/validate-batch", {"addresses": [NEAR]})
        world.api("POST", "/addresses/validate", NEAR, headers=CHECKOUT)
    for address in (NEAR, ODD, NOWHERE, ABROAD, {"address": "21 Pearl St, Burlington VT 05401", "locale": "es"}):
        world.api("POST", "/addresses/validate", address, headers=CHECKOUT)
    world.api("POST", "/addresses/validate", raw="{", headers=CHECKOUT)
    world.api("POST", "/addresses/validate", raw=TOO_MUCH, headers=CHECKOUT)
    world.api("OPTIONS", "/addresses/validate", headers=CHECKOUT)
    for country in ("US", "DE", "JP", "XX"):
        world.api("GET", f"/addresses/formats/{country}", headers=CHECKOUT)
    world.api("OPTIONS", "/addresses/formats/US", headers=CHECKOUT)
    world.api("POST", "/addresses/validate-batch", {"addresses": [NEAR, {"line1": 7}, ABROAD]})
    world.api("POST", "/addresses/validate-batch", {"addresses": []})
    world.api("POST", "/addresses/validate-batch", raw=TOO_MUCH)


def _at_the_gate(world: Chronicle) -> None:
    request = json.loads((ROOT / "events" / "authorizer" / "request.json").read_text("utf-8"))
    world.invoke("authorize_merchant", request)


def _placing(world: Chronicle) -> None:
    token = world.api("POST", "/addresses/validate", NEAR).json["verdict_token"]
    world.place("1001", NEAR, verdict_token=token)
    world.place("1001", NEAR)
    world.place("1001", ODD)
    world.place("1001", shop="shop-9")
    world.place("not an id")
    world.api("POST", "/orders", raw=TOO_MUCH)
    world.pump()


def _seller(world: Chronicle) -> None:
    _placing(world)
    order_path = "/orders/shop-1/1001"
    for path in (order_path, "/orders/shop-1/0", "/orders/shop-9/1"):
        world.api("GET", path)
    world.api("PUT", f"{order_path}/address", {"address": ODD, "address_version": 1})
    world.api("PUT", f"{order_path}/address", {"address": NEAR, "address_version": 1})
    world.api("PUT", f"{order_path}/address", {"address": NOWHERE})
    world.api("PUT", f"{order_path}/address", raw=TOO_MUCH)
    world.api("PUT", "/orders/shop-1/0/address", {"address": NEAR})
    world.api("PUT", "/orders/shop-9/1/address", {"address": NEAR})
    world.wait(minutes=11)
    for path in (order_path, "/orders/shop-1/0", "/orders/shop-9/1"):
        world.api("POST", f"{path}/confirmation")
        world.api("POST", f"{path}/release")
    world.pump()
    buyer = {"name": "Sample Buyer", "locale": "en"}
    world.place("1002", buyer=buyer)
    world.pump()
    for path in ("shop-1/1002/messages/-/confirm_address/1", "shop-1/1002/messages/-/confirm_address/9"):
        world.api("GET", f"/orders/{path}")
    world.api("GET", "/orders/shop-9/1/messages/-/confirm_address/1")
    world.api("GET", f"{order_path}/messages/-/confirm_address/1")
    world.api("GET", order_path)


def _buyer_confirms(world: Chronicle) -> None:
    world.place("1003", ODD)
    world.pump()
    confirm, order_page = _links(world)
    for path in (confirm, order_page, f"/confirm/{NO_TOKEN}", f"/order/{NO_TOKEN}"):
        world.page("GET", path)
    for path in (confirm, order_page):
        world.page("POST", path, {"action": "dance"})
        world.page("POST", path, raw=TOO_MUCH)
        world.page("POST", path, {"action": "edit", **NOWHERE})
        world.page("POST", path, {"action": "confirm", "shown_version": "7"})
    for path in (f"/confirm/{NO_TOKEN}", f"/order/{NO_TOKEN}"):
        world.page("POST", path, {"action": "confirm"})
    world.page("POST", confirm, {"action": "take_suggestion", "shown_version": "1"})
    world.page("POST", confirm, {"action": "confirm"})
    world.page("GET", confirm)
    world.pump()
    world.wait(minutes=20)
    for path in (confirm, order_page):
        world.page("POST", path, {"action": "resend"})
    world.pump()


def _buyer_corrects(world: Chronicle) -> None:
    world.place("1007", ODD)
    world.pump()
    world.page("POST", _links(world)[0], {"action": "keep", **ODD, "line1": "14 Elm St"})
    world.pump()
    world.place("1004", NEAR)
    world.pump()
    confirm, order_page = _links(world)
    world.page("POST", confirm, {"action": "confirm"})
    world.page("POST", order_page, {"action": "edit", **FAR})
    world.pump()
    world.page("POST", order_page, {"action": "enter_code", "code": "000000"})
    world.page("POST", order_page, {"action": "enter_code", "code": code_in(world.last_mail())})
    world.pump()


def _nobody_answers(world: Chronicle) -> None:
    world.place("1005", NEAR)
    world.place("1006", NOWHERE)
    world.pump()
    world.wait(hours=13)
    world.sweep()
    world.wait(hours=13)
    world.sweep()
    world.wait(hours=60)
    world.sweep()


def _what_became_of_the_mails(world: Chronicle) -> None:
    changes = {"ship_by": "2026-12-24T20:00:00Z"}
    for number, path in enumerate(sorted((ROOT / "events" / "ses").glob("*.json"))):
        buyer = {"name": "Sample Buyer", "email": f"buyer-{number}@example.com", "locale": "en"}
        world.place(f"20{number:02d}", NEAR, buyer=buyer, **changes)
        world.pump()
        notification = json.loads(path.read_text("utf-8"))
        notification["mail"]["messageId"] = world.last_mail().id
        notification["mail"].pop("tags", None)
        world.feedback(notification)
        world.pump()
    buyer = {"name": "Sample Buyer", "email": "gone@example.com", "locale": "en"}
    for order_id in ("2100", "2101"):  # the first bounces, so the second is not sent at all
        world.place(order_id, NEAR, buyer=buyer, **changes)
        world.pump()
        bounce = json.loads((ROOT / "events" / "ses" / "event_bounce_permanent.json").read_text("utf-8"))
        bounce["mail"]["tags"]["message"] = [world.last_mail().tags["message"]]
        world.feedback(bounce)
    world.pump()


def _things_get_stuck(world: Chronicle) -> None:
    world.place("3001", NEAR, ship_by="2026-12-24T20:00:00Z")
    world.forget_stream()
    world.wait(minutes=3)
    world.sweep()
    world.place("3002", NEAR, ship_by="2026-12-24T20:00:00Z")
    world.relay()
    world.empty("messages")
    world.wait(minutes=16)
    world.sweep()


def _aws_is_down(world: Chronicle) -> None:
    world.place("4001", NEAR, ship_by="2026-12-24T20:00:00Z")
    world.pump()
    world.wait(minutes=11)
    links = _links(world)
    for code in ("ThrottlingException", "ValidationException"):
        world.outage = code
        world.place("4002", NEAR)
        world.api("GET", "/orders/shop-1/4001")
        world.api("PUT", "/orders/shop-1/4001/address", {"address": ODD})
        world.api("POST", "/orders/shop-1/4001/release")
        world.api("POST", "/orders/shop-1/4001/confirmation")
        world.api("GET", "/orders/shop-1/4001/messages/-/confirm_address/1")
        for path in links:
            world.page("GET", path)
            world.page("POST", path, {"action": "confirm"})
    world.outage, world.outage_of = "ConditionalCheckFailedException", "TransactWriteItems"
    world.api("POST", "/orders/shop-1/4001/release")
    world.api("POST", "/orders/shop-1/4001/confirmation")
    world.outage = ""


def _links(world: Chronicle) -> tuple[str, str]:
    """The paths of the confirmation page and the order page in the newest mail."""
    mail = world.last_mail()
    return f"/confirm/{mail.token('confirm')}", f"/order/{mail.token('order')}"


def code_in(mail: Mail) -> str:
    """The one-time code in a mail."""
    found = re.search(r"\b(\d{3}) ?(\d{3})\b", mail.text)
    assert found, "the mail carries no code"
    return "".join(found.groups())


SCENES: Final[tuple[Scene, ...]] = (
    _at_the_checkout,
    _at_the_gate,
    _seller,
    _buyer_confirms,
    _buyer_corrects,
    _nobody_answers,
    _what_became_of_the_mails,
    _things_get_stuck,
    _aws_is_down,
)
