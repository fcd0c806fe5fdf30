"""The main job on the deployed stack: checkout, order, mail, page, bus; with real HTTP and real threads."""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doorstep_cli.caller import Caller, browse, call
from doorstep_cli.ses_reports import report_bounce

pytestmark = pytest.mark.e2e


def test_a_checked_order_is_confirmed_from_the_mail_and_the_warehouse_hears_of_it(town: Any) -> None:
    misspelt = {"line1": "233 S Wacker Dr", "line2": "", "city": "Chigaco", "state": "IL", "postal_code": "60606"}
    verdict = town.caller.checkout("POST", "/addresses/validate", misspelt)
    order_id = town.place(
        address={**misspelt, "country": "US"}, verdict_token=verdict.json["verdict_token"], choice="as_entered"
    )

    page = browse("POST", town.link(order_id), {"action": "take_suggestion", "shown_version": "1"})
    events = town.heard(order_id, "Order Released")

    assert verdict.json["verdict"] == "confirm"
    assert page.status == 200
    file = town.file(order_id)
    assert file["state"] == "released"
    assert file["ship_to"]["city"] == "CHICAGO"
    assert [version["checkout"] for version in file["addresses"]] == ["matched", "none"]
    assert file["addresses"][1]["by"] == "buyer"
    names = sorted(event["detail-type"] for event in events)
    assert names == ["Address Changed", "Address Confirmed", "Order Held", "Order Placed", "Order Released"]


def test_clicks_at_once_have_one_winner(town: Any) -> None:
    order_id = town.place()
    url = town.link(order_id)
    fields = {"line1": "150 Church St", "city": "Burlington", "state": "VT", "postal_code": "05401", "country": "US"}
    confirm = {"action": "confirm", "shown_version": "1"}
    edit = {"action": "keep", "shown_version": "1", **fields}

    pages = town.at_once(*[lambda form=form: browse("POST", url, form) for form in [confirm, edit] * 2])
    events = town.heard(order_id, "Order Released")

    assert {page.status for page in pages} <= {200, 409}
    assert [event["detail-type"] for event in events].count("Order Released") == 1
    file = town.file(order_id)
    assert file["confirmation"]["state"] == "confirmed"
    assert len(file["addresses"]) == file["address_version"] <= 2
    assert file["order_version"] == 2


def test_one_order_placed_by_four_calls_at_once_is_one_order_and_one_mail(town: Any) -> None:
    body = town.order()

    replies = town.at_once(*[lambda: town.caller.shop("POST", "/orders", body) for _ in range(4)])
    town.first("mail", body["order_id"])
    town.heard(body["order_id"], "Order Placed")

    assert {reply.status for reply in replies} == {201}
    assert len({reply.text for reply in replies}) == 1
    browse("POST", town.link(body["order_id"]), {"action": "confirm", "shown_version": "1"})
    names = [event["detail-type"] for event in town.heard(body["order_id"], "Order Released")]
    assert names.count("Order Placed") == 1
    assert len(town.inbox("mail", body["order_id"])) == 1


def test_looking_at_a_page_changes_nothing(town: Any) -> None:
    order_id = town.place()
    confirm, order = town.link(order_id), town.link(order_id, "order")
    before = town.file(order_id)

    pages = [browse("GET", url) for url in (confirm, order) for _ in range(3)]

    assert {page.status for page in pages} == {200}
    assert town.file(order_id) == before


def test_ops_is_told_of_a_buyer_who_does_not_answer(town: Any) -> None:
    order_id = town.place(shop="worried-shop")

    def alert() -> Any:
        town.sweep()
        return next(iter(town.inbox("alert", order_id)), None)

    told = town.until(alert, pause=2.0)

    assert told.attributes["kind"] == "confirmation_overdue"
    assert "Address Confirmation Overdue" in [
        event["detail-type"] for event in town.heard(order_id, "Address Confirmation Overdue")
    ]
    assert town.file(order_id, "worried-shop")["state"] == "held"


def test_policy_releases_an_unanswered_order_when_it_must_ship(town: Any) -> None:
    order_id = town.place(ship_by=(datetime.now(UTC) + timedelta(seconds=1)).isoformat())

    def released() -> dict[str, Any] | None:
        town.sweep()
        file: dict[str, Any] = town.file(order_id)
        return file if file["state"] == "released" else None

    file = town.until(released, pause=2.0)

    assert file["release"]["reason"] == "ship_by"
    assert file["confirmation"]["state"] == "pending"
    assert town.heard(order_id, "Order Released")[-1]["detail"]["data"]["reason"] == "ship_by"


def test_a_bounce_reaches_ops_and_stops_the_next_mail(town: Any) -> None:
    order_id = town.place(buyer={"name": "Sample Buyer", "email": "nobody-here@example.com", "locale": "en"})
    report_bounce(town.stack, town.first("mail", order_id))
    alert = town.first("alert", order_id)

    moved = {"address": {**CITY, "line1": "150 Church St"}}
    assert town.caller.shop("PUT", f"/orders/demo-shop/{order_id}/address", moved).status == 200

    def suppressed() -> list[Any] | None:
        states = {message["key"]: message for message in town.file(order_id)["messages"]}
        second = states.get("-/confirm_address/2", {})
        return [second] if second.get("state") == "failed" else None

    (second,) = town.until(suppressed)
    assert alert.attributes["kind"] == "buyer_unreachable"
    assert second["reason"] == "suppressed"
    assert len(town.inbox("mail", order_id)) == 1


def test_without_an_email_address_ops_gets_the_words_to_paste(town: Any) -> None:
    order_id = town.place(buyer={"name": "Sample Buyer", "locale": "es"}, platform="amazon")
    alert = town.first("alert", order_id)

    text = town.caller.shop("GET", f"/orders/demo-shop/{order_id}/messages/-/confirm_address/1").json["text"]
    url = re.search(r"http://\S+/confirm/[\w-]{22}", text)

    assert alert.attributes["kind"] == "paste_to_buyer"
    assert url is not None
    assert browse("GET", url.group()).status == 200


def test_the_checkout_needs_its_key_and_may_be_called_from_its_own_pages(town: Any) -> None:
    url = town.stack.api_url + "/addresses/validate"
    origin = {"Origin": town.stack.origins[0]}
    preflight = call("OPTIONS", url, None, {**origin, "Access-Control-Request-Method": "POST"})
    answer = call(
        "POST", url, b'{"address": "149 Church St, Burlington VT 05401"}', {**origin, "X-Api-Key": town.stack.api_key}
    )
    keyless = Caller(town.stack.api_url).checkout("POST", "/addresses/validate", {"address": "1 Main St"})

    assert preflight.status in {200, 204}
    assert _header(preflight, "Access-Control-Allow-Origin") == town.stack.origins[0]
    assert answer.json["verdict"] == "accept"
    assert _header(answer, "Access-Control-Allow-Origin") == town.stack.origins[0]
    assert keyless.status == 403
    assert _header(keyless, "Access-Control-Allow-Origin")


@pytest.mark.parametrize("key", ["", "wrong", "dsk_" + "x" * 43])
def test_the_sellers_side_needs_a_key_that_is_known(town: Any, key: str) -> None:
    reply = Caller(town.stack.api_url, merchant_key=key).shop("GET", "/orders/demo-shop/1")

    assert reply.status in {401, 403}
    assert "demo-shop" not in reply.text


def test_another_sellers_shop_is_refused(town: Any) -> None:
    reply = town.caller.shop("POST", "/orders", town.order(shop="somebody-else"))

    assert reply.status == 403
    assert reply.json["error"]["code"] == "not_your_shop"


def test_a_body_of_a_megabyte_is_refused_in_words(town: Any) -> None:
    reply = town.caller.shop("POST", "/orders", {"order_id": "x" * 1_000_000})

    assert reply.status == 413
    assert reply.json["error"]["code"] == "body_too_large"


@pytest.mark.parametrize("path", ["confirm", "order", "offers", "tasks"])
@pytest.mark.parametrize("token", ["x" * 22, "short", "%00%00", "a" * 300])
def test_every_page_and_every_error_carries_its_headers(town: Any, path: str, token: str) -> None:
    reply = browse("GET", f"{town.stack.api_url}/{path}/{token}")

    assert reply.status == 404
    assert "default-src 'none'" in _header(reply, "Content-Security-Policy")
    assert _header(reply, "Referrer-Policy") == "no-referrer"
    assert _header(reply, "Cache-Control") == "no-store"
    assert "noindex" in _header(reply, "X-Robots-Tag")


def test_nothing_personal_is_in_logs_queues_or_events(town: Any) -> None:
    canary = {"name": "Zyxwvu O'Brien-Núñez", "email": "zyxwvu.canary@example.com", "phone": "+1 802 555 0199"}
    street = "4711 Canarybird Ln"
    order_id = town.place(buyer={**canary, "locale": "en"}, address={**CITY, "line1": street}, choice="as_entered")
    browse("POST", town.link(order_id), {"action": "edit", "shown_version": "1", "line1": street, "city": "\x00"})
    browse("POST", town.link(order_id), {"action": "confirm", "shown_version": "1"})
    events = town.heard(order_id, "Order Released")

    said = json.dumps(events) + town.logs() + _queues(town)

    for secret in ("Zyxwvu", "zyxwvu.canary", "555 0199", "Canarybird", town.link(order_id).rpartition("/")[2]):
        assert secret not in said, f"{secret} leaked"
    assert order_id in said


CITY = {"line2": "", "city": "Burlington", "state": "VT", "postal_code": "05401", "country": "US"}


def _header(reply: Any, name: str) -> str:
    return next((str(value) for key, value in reply.headers.items() if key.lower() == name.lower()), "")


def _queues(town: Any) -> str:
    with urllib.request.urlopen(f"{town.stack.endpoint}/_ministack/sqs/messages", timeout=10) as answer:
        text: str = answer.read().decode()
    return text
