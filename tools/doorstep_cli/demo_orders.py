"""The first half of `doorstep demo`: an address at the checkout, and an order until its address is settled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from doorstep_cli.caller import browse
from doorstep_cli.demo_checks import (
    CITY_HALL,
    FLATIRON,
    LINK,
    WILLIS_TOWER,
    expect,
    found,
    link,
    one_line,
    state,
)
from doorstep_cli.demo_stage import Stage
from doorstep_cli.errors import Trouble
from doorstep_cli.forms import fill
from doorstep_cli.ses_reports import report_bounce


def checkout(stage: Stage) -> None:
    """The checkout asks about addresses."""
    tell = stage.narrator.tell
    stage.narrator.chapter("At the checkout")
    for typed in ({**FLATIRON, "line1": "5th Avenue"}, WILLIS_TOWER, CITY_HALL):
        reply = expect(stage.caller.checkout("POST", "/addresses/validate", typed), 200)
        notes = [f"{issue['severity']}: {issue['message']}" for issue in reply.json["issues"]]
        notes += [f"did you mean: {one_line(it['address'])}" for it in reply.json["suggestions"][:1]]
        tell("checkout", f"{one_line(typed)}  →  {reply.json['verdict']}", notes)


def confirmed_by_the_buyer(stage: Stage) -> None:
    """An order with a misspelt city, mended by the buyer from the mail."""
    tell = stage.narrator.tell
    stage.narrator.chapter("An order with a misspelt city")
    order_id = stage.place(WILLIS_TOWER)
    confirm = link(stage.mail("confirm", order_id, show=None), "confirm")
    page = [stage.open(confirm) for _ in range(3)][-1]
    if stage.file(order_id)["state"] != "held":
        raise Trouble("a GET released the order")
    tell("scanner", "a mail scanner opens the link three times: nothing changes")
    expect(browse("POST", confirm, fill(page, "take_suggestion")), 200)
    tell("buyer", "opens the link, sees the address and the suggestion, clicks “Use this address”")
    file = stage.wait_for_release(order_id)
    tell("doorstep", f"version 2: {one_line(file['ship_to'])}", [_authorship(file)])
    expect(browse("POST", confirm, fill(page, "confirm")), 200)
    tell("buyer", "clicks once more, on the page as it was: sees what was recorded, nothing changes")
    stage.hear(order_id, "Order Released")


def changed_with_a_code(stage: Stage) -> None:
    """A change to a place far away takes a one-time code."""
    tell = stage.narrator.tell
    stage.narrator.chapter("A change to a place far away takes a code")
    order_id = stage.place(CITY_HALL)
    confirm = link(stage.mail("confirm", order_id), "confirm")
    page = expect(browse("POST", confirm, fill(stage.open(confirm), "edit", **FLATIRON)), 200).text
    tell("buyer", f"changes the address to {one_line(FLATIRON)}")
    mail = stage.mail(r"^\s*\d{3} ?\d{3}\s*$", order_id, show=8)
    code = found(r"^\s*(\d{3} ?\d{3})\s*$", mail.text)
    wrong = "000000" if code.replace(" ", "") != "000000" else "111111"
    page = expect(browse("POST", confirm, fill(page, "enter_code", code=wrong)), 200).text
    tell("buyer", "mistypes the code: counted, five tries in all")
    expect(browse("POST", confirm, fill(page, "enter_code", code=code)), 200)
    tell("buyer", "enters the right code")
    file = stage.wait_for_release(order_id)
    tell("doorstep", f"version 2: {one_line(file['ship_to'])}", [_authorship(file)])


def never_answered(stage: Stage) -> None:
    """Reminder, alert to ops, and what policy does at `ship_by`: three shops, since each has its own policy."""
    tell = stage.narrator.tell
    stage.narrator.chapter("Buyers who do not answer (policies of seconds instead of hours)")
    order_id = stage.place(CITY_HALL, shop="hurried-shop", locale="es")
    stage.mail("confirm", order_id, show=6)
    reminder = stage.in_time(lambda: stage.received("mail", order_id, skip=1), f"a reminder about {order_id}")
    tell("doorstep", f"reminds the buyer: {reminder.subject}")
    order_id = stage.place(CITY_HALL, shop="worried-shop")
    alert = stage.in_time(lambda: stage.received("alert", order_id), f"an alert about {order_id}")
    tell("doorstep", f"SNS took an alert: {alert.subject}")
    stage.narrator.show(alert)
    released = expect(stage.caller.shop("POST", f"/orders/worried-shop/{order_id}/release"), 200).json
    tell("ops", f"POST /orders/worried-shop/{order_id}/release", [state(released)])
    order_id = stage.place(CITY_HALL, ship_in=timedelta(seconds=2))
    file = stage.in_time(lambda: stage.released(order_id), f"the release of {order_id}")
    tell("doorstep", "ship_by has come: policy releases the order", [state(file)])


def mail_that_bounces(stage: Stage) -> None:
    """The buyer's address does not exist: ops hears of it."""
    stage.narrator.chapter("A mail that bounces")
    order_id = stage.place(CITY_HALL, email=f"nobody-{uuid.uuid4().hex[:6]}@example.com")
    report_bounce(stage.stack, stage.mail("confirm", order_id))
    stage.narrator.tell("doorstep", "SES reports that the mailbox does not exist")
    stage.alert(order_id, show=8)
    mail = next(it for it in stage.file(order_id)["messages"] if it["template"] == "confirm_address")
    states = [f"{entry['state']} at {entry['at']}" for entry in mail["history"]]
    stage.narrator.tell("doorstep", "what became of the mail", states)


def marketplace_keeps_the_address(stage: Stage) -> None:
    """No e-mail address: ops gets the same words to paste."""
    stage.narrator.chapter("A marketplace that keeps the buyer's e-mail address")
    order_id = stage.place(CITY_HALL, email=None, platform="amazon")
    stage.alert(order_id, show=8)
    path = f"/orders/demo-shop/{order_id}/messages/-/confirm_address/1"
    text = expect(stage.caller.shop("GET", path), 200).json["text"]
    stage.narrator.tell("ops", f"GET {path}, to paste into the marketplace's messaging")
    url = found(LINK.format(purpose="confirm"), text)
    expect(browse("POST", url, fill(stage.open(url), "confirm")), 200)
    stage.narrator.tell("buyer", "confirms from the marketplace's message")
    stage.wait_for_release(order_id)


def _authorship(file: Mapping[str, Any]) -> str:
    version = file["addresses"][-1]
    return f"by {version['by']}, through {version['how']}, as {version['choice']}, at {version['at']}"
