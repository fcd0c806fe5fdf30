"""The second half of the main job on the deployed stack: webhook, parcel, case, offer, task; every role enforced."""

from __future__ import annotations

import json
from typing import Any

import pytest

from doorstep_cli.caller import browse, call
from doorstep_cli.webhooks_sender import Tracker, post_webhook, sign

pytestmark = pytest.mark.e2e

PROBLEM = "easypost_address_problem"
BURLINGTON = {"line2": "", "city": "Burlington", "state": "VT", "postal_code": "05401"}
WRONG = {**BURLINGTON, "line1": "419 Church St", "country": "US"}
RIGHT = {**BURLINGTON, "line1": "149 Church St"}
FAR = {"line1": "175 5th Ave", "line2": "", "city": "New York", "state": "NY", "postal_code": "10010"}


def test_a_parcel_to_a_wrong_address_is_redirected_and_delivered(town: Any) -> None:
    tracker = Tracker.at(PROBLEM, scans=4)
    order_id = town.place(address=WRONG)
    assert browse("POST", town.link(order_id), {"action": "confirm", "shown_version": "1"}).status == 200
    registered = town.caller.shop("POST", f"/orders/demo-shop/{order_id}/parcels", tracker.registration())
    assert town.says(order_id, tracker.webhook(PROBLEM, scans=4))["milestone"] == "in_transit"
    assert town.file(order_id)["cases"] == []
    assert town.says(order_id, tracker.webhook(PROBLEM))["reason"] == "address_no_such_number"
    opened = town.case(order_id)
    listed = town.caller.shop("GET", "/cases?shop=demo-shop").json["cases"]

    chosen = town.click(town.offer(order_id), "edit", option="redirect", **RIGHT)
    task = town.task(order_id, "answered")
    requested = town.click(task, "complete", outcome="requested", operator="Sample Operator", note="at ups.com")
    fulfilled = town.click(task, "complete", outcome="fulfilled", operator="Sample Operator")
    told = town.offer_mail(order_id, 4)
    delivered = tracker.webhook("easypost_attempt_1", scans=7, then="easypost_delivered")
    assert town.says(order_id, delivered)["milestone"] == "delivered"

    assert registered.json["milestone"] == "info_received"
    assert opened["step"] == "await_buyer"
    assert order_id in [it["order_id"] for it in listed]
    assert [reply.status for reply in (chosen, requested, fulfilled)] == [200, 200, 200]
    case = town.case(order_id, "resolved")
    assert case["resolution"] == "delivered"
    (offer,) = case["offers"]
    assert (offer["state"], offer["chosen"], offer["address_version"]) == ("fulfilled", "redirect", 2)
    assert offer["consent"]["how"] == "offer_link"
    assert town.file(order_id)["ship_to"]["line1"] == "149 CHURCH ST"
    assert [entry["by"] for entry in case["history"] if entry["what"] == "completed"] == ["Sample Operator"] * 2
    assert told.to == ("sample.buyer@example.com",)
    assert len([it for it in town.inbox("mail", order_id) if "/offers/" in it.text]) == 4
    assert [it.attributes["cause"] for it in town.inbox("alert", order_id)] == ["opened", "answered"]
    names = [event["detail-type"] for event in town.heard(order_id, "Case Resolved")]
    for once in ("Parcel Registered", "Case Opened", "Offer Made", "Offer Accepted", "Offer Settled", "Case Resolved"):
        assert names.count(once) == 1, once


def test_two_failed_attempts_end_at_a_counter(town: Any) -> None:
    tracker = Tracker.at("easypost_attempt_2")
    order_id = town.ship(tracker)

    first = town.says(order_id, tracker.webhook("easypost_attempt_1"))
    stale = town.offer(order_id)
    second = town.says(order_id, tracker.webhook("easypost_attempt_2"))
    chosen = town.click(town.offer(order_id, 2), "choose", option="hold_at_location")
    late = browse("POST", stale, {"action": "choose", "option": "redeliver", "shown_version": "1"})
    town.click(town.task(order_id, "answered"), "complete", outcome="requested", operator="Sample Operator")
    waiting = town.says(order_id, tracker.webhook("easypost_available_for_pickup"))

    assert (first["attempts"], second["attempts"]) == (1, 2)
    assert chosen.status == 200
    assert late.status == 409
    assert waiting["milestone"] == "available_for_pickup"
    case = town.case(order_id, "resolved")
    assert [(it["state"], it["chosen"]) for it in case["offers"]] == [
        ("withdrawn", None),
        ("fulfilled", "hold_at_location"),
    ]
    assert case["offers"][1]["address_version"] is None
    assert "Offer Settled" in [event["detail-type"] for event in town.heard(order_id, "Case Resolved")]


def test_a_silent_parcel_is_put_off_with_a_reason_and_ends_with_the_next_scan(town: Any) -> None:
    tracker, shop = Tracker.at("easypost_in_transit"), "silent-shop"
    order_id = town.ship(tracker, shop)
    town.says(order_id, tracker.webhook("easypost_in_transit"), shop)

    def alert() -> Any:
        town.sweep()
        return next((it for it in town.inbox("alert", order_id) if it.attributes["case_kind"] == "stalled"), None)

    told = town.until(alert, pause=1.0)
    task = town.task(order_id, "opened")
    nameless = town.click(task, "snooze", hours="24", operator=" ", note="Snow")
    snoozed = town.click(task, "snooze", hours="24", operator="Sample Operator", note="Snow in Vermont")
    waiting = town.case(order_id, shop=shop)
    town.says(order_id, tracker.webhook("easypost_delivered"), shop)

    assert told.attributes["step"] == "ask_carrier"
    assert nameless.status == 400
    assert snoozed.status == 200
    assert waiting["snoozed_until"] is not None
    case = town.case(order_id, "resolved", shop)
    assert case["resolution"] == "delivered"
    assert "Snow in Vermont" in [entry["note"] for entry in case["history"] if entry["what"] == "snoozed"]


def test_a_redirect_far_away_takes_the_code_that_was_mailed(town: Any) -> None:
    tracker = Tracker.at(PROBLEM)
    order_id = town.ship(tracker, address=WRONG)
    town.says(order_id, tracker.webhook(PROBLEM))
    url = town.offer(order_id)

    asked = town.click(url, "edit", option="redirect", **FAR)
    open_still = town.case(order_id)["offers"][0]["state"]
    code = town.until(lambda: next(iter(_codes(town, order_id)), None))
    wrong = town.click(url, "enter_code", code="000000" if code != "000000" else "111111")
    right = town.click(url, "enter_code", code=code)

    assert [asked.status, wrong.status, right.status] == [200, 200, 200]
    assert open_still == "open"
    offer = town.case(order_id)["offers"][0]
    assert (offer["state"], offer["chosen"], offer["address_version"]) == ("accepted", "redirect", 2)
    assert town.file(order_id)["ship_to"]["city"] == "NEW YORK"


def test_two_choices_at_once_have_one_winner(town: Any) -> None:
    tracker = Tracker.at(PROBLEM)
    order_id = town.ship(tracker, address=WRONG)
    town.says(order_id, tracker.webhook(PROBLEM))
    url = town.offer(order_id)
    hold = {"action": "choose", "option": "hold_at_location", "shown_version": "1"}
    redirect = {"action": "edit", "option": "redirect", "shown_version": "1", **RIGHT, "country": "US"}

    pages = town.at_once(*[lambda form=form: browse("POST", url, form) for form in [hold, redirect] * 2])
    town.alert(order_id, "answered")
    events = town.heard(order_id, "Offer Accepted")

    assert {page.status for page in pages} <= {200, 409}
    offer = town.case(order_id)["offers"][0]
    assert offer["address_version"] == (2 if offer["chosen"] == "redirect" else None)
    assert len(town.file(order_id)["addresses"]) == (2 if offer["chosen"] == "redirect" else 1)
    assert [event["detail-type"] for event in events].count("Offer Accepted") == 1
    assert [it.attributes["cause"] for it in town.inbox("alert", order_id)].count("answered") == 1


def test_a_webhook_four_times_at_once_is_one_case_and_one_mail(town: Any) -> None:
    tracker = Tracker.at(PROBLEM)
    order_id = town.ship(tracker, address=WRONG)
    body = tracker.webhook(PROBLEM)

    replies = town.at_once(*[lambda: post_webhook(town.stack, body) for _ in range(4)])
    town.offer(order_id)
    quiet = town.until(lambda: True if _idle(town) else None)
    before = town.file(order_id)
    post_webhook(town.stack, body)
    town.until(lambda: True if _idle(town) else None)

    assert quiet
    assert {reply.status for reply in replies} == {200}
    assert town.file(order_id) == before
    assert len(before["parcels"][0]["scans"]) == 5
    assert [case["case"] for case in before["cases"]] == ["address_problem-1"]
    assert len([it for it in town.inbox("mail", order_id) if "/offers/" in it.text]) == 1
    assert len(town.inbox("alert", order_id)) == 1


def test_scans_that_come_before_their_parcel_wait_for_it(town: Any) -> None:
    tracker = Tracker.at("easypost_in_transit")
    order_id = town.place()

    assert post_webhook(town.stack, tracker.webhook("easypost_in_transit")).status == 200
    town.until(lambda: True if _idle(town) else None)
    town.caller.shop("POST", f"/orders/demo-shop/{order_id}/parcels", tracker.registration())

    assert town.parcel(order_id, 4)["milestone"] == "in_transit"


@pytest.mark.parametrize("forgery", ["another secret", "another body", "no signature", "empty signature"])
def test_a_forged_webhook_is_refused_and_changes_nothing(town: Any, forgery: str) -> None:
    tracker = Tracker.at(PROBLEM)
    order_id = town.ship(tracker)
    body, url = tracker.webhook(PROBLEM), f"{town.stack.api_url}/webhooks/easypost"

    if forgery == "another secret":
        reply = post_webhook(town.stack, body, secret="x" * 32)
    elif forgery == "another body":
        of_another = sign(tracker.webhook(PROBLEM, scans=4), town.stack.webhook_secret)
        reply = call("POST", url, body, {"X-Hmac-Signature": of_another})
    else:
        reply = call("POST", url, body, {} if forgery == "no signature" else {"X-Hmac-Signature": ""})
    town.until(lambda: True if _idle(town) else None)

    assert reply.status == 403
    assert reply.json["error"]["code"] == "unauthorized"
    assert town.file(order_id)["parcels"][0]["scans"] == []


def test_a_webhook_of_300_kilobytes_is_taken_and_worked_in(town: Any) -> None:
    tracker = Tracker.at("easypost_in_transit")
    order_id = town.ship(tracker)
    body = json.dumps({**json.loads(tracker.webhook("easypost_in_transit")), "padding": "x" * 300_000}).encode()

    assert town.says(order_id, body)["milestone"] == "in_transit"


def test_the_pages_of_an_offer_and_of_a_task_carry_their_headers(town: Any) -> None:
    tracker = Tracker.at(PROBLEM)
    order_id = town.ship(tracker, address=WRONG)
    town.says(order_id, tracker.webhook(PROBLEM))
    before = town.file(order_id)

    pages = [browse("GET", url) for url in (town.offer(order_id), town.task(order_id, "opened")) for _ in range(2)]

    assert {page.status for page in pages} == {200}
    for headers in ({name.lower(): value for name, value in page.headers.items()} for page in pages):
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert "noindex" in headers["x-robots-tag"]
    assert _without_messages(town.file(order_id)) == _without_messages(before)


def test_nothing_personal_of_a_case_is_in_logs_or_events(town: Any) -> None:
    tracker = Tracker.at(PROBLEM)
    buyer = {"name": "Qwortz O'Brien-Núñez", "email": "qwortz.canary@example.com", "locale": "en"}
    order_id = town.ship(tracker, address=WRONG, buyer=buyer)
    town.says(order_id, tracker.webhook(PROBLEM))
    town.click(town.offer(order_id), "edit", option="redirect", **{**RIGHT, "line1": "150 Church St"})
    task = town.task(order_id, "answered")
    town.click(task, "complete", outcome="requested", operator="Vexhalm Operator", note="called, spoke to Brimfold")
    town.says(order_id, tracker.webhook("easypost_attempt_1", scans=7, then="easypost_delivered"))

    said = json.dumps(town.heard(order_id, "Case Resolved")) + town.logs()

    tokens = [url.rpartition("/")[2] for url in (town.offer(order_id), task)]
    for secret in ("Qwortz", "qwortz.canary", "150 C", "Vexhalm", "Brimfold", "J TESTER", *tokens):
        assert secret.lower() not in said.lower(), f"{secret} leaked"
    assert order_id in said


def _codes(town: Any, order_id: str) -> list[str]:
    texts = [it.text for it in town.inbox("mail", order_id)]
    lines = [line.strip().replace(" ", "") for text in texts for line in text.splitlines()]
    return [line for line in lines if len(line) == 6 and line.isdigit()]


def _idle(town: Any) -> bool:
    """Whether nothing waits in the queues between a webhook and a mail."""
    sqs = town.stack.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    urls = [town.stack.outputs[queue] for queue in ("ScansQueue", "MessagesQueue")]
    counts = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in urls]
    return not any(int(count[name]) for count in counts for name in names)


def _without_messages(file: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in file.items() if name != "messages"}
