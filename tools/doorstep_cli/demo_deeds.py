"""What the shop, the carrier, a stranger and ops do about a parcel in `doorstep demo`, and what comes of it."""

from __future__ import annotations

import json
from typing import Any, Final

from doorstep_cli.caller import browse
from doorstep_cli.demo_checks import expect, link, until
from doorstep_cli.demo_stage import Stage
from doorstep_cli.errors import Trouble
from doorstep_cli.forms import fill
from doorstep_cli.inbox import Received
from doorstep_cli.webhooks_sender import Tracker, post_webhook

_OPERATOR: Final = "Sample Operator"
_GUESSED: Final = "what a stranger guessed"


def register(stage: Stage, order_id: str, tracker: Tracker, *, shop: str = "demo-shop") -> None:
    """The shop says which parcel the order is in."""
    path = f"/orders/{shop}/{order_id}/parcels"
    expect(stage.caller.shop("POST", path, tracker.registration()), 201)
    stage.narrator.tell("shop", f"POST {path}  {tracker.carrier} {tracker.number}")


def carrier_says(stage: Stage, order_id: str, tracker: Tracker, body: bytes, milestone: str, *, when: str = "") -> None:
    """A webhook arrives; the story goes on when the parcel stands where the last of its scans should put it."""
    expect(post_webhook(stage.stack, body), 200)
    history = json.loads(body)["result"]["tracking_details"]

    def there() -> dict[str, Any] | None:
        (parcel,) = stage.file(order_id)["parcels"]
        known = parcel["scans"]
        worked_in = len(known) == len(history) and known[-1]["occurred_at"] == parcel["since"]
        return parcel if worked_in and parcel["milestone"] == milestone else None

    parcel = until(there, f"{milestone} of {order_id}")
    said = " · ".join(filter(None, (when, history[-1]["message"], history[-1]["tracking_location"]["city"])))
    stage.narrator.tell("carrier", f"POST /webhooks/easypost  {tracker.carrier} {tracker.number}", [said])
    attempts = f"attempts: {parcel['attempts']}" if parcel["attempts"] else ""
    stands = ", ".join(filter(None, (milestone, parcel["reason"], attempts)))
    stage.narrator.tell("doorstep", f"the parcel stands at: {stands}")


def ops_records(stage: Stage, alert: Received, action: str, **typed: str) -> None:
    """An operator opens the task page from the alert and sends one of its forms."""
    url = link(alert, "tasks")
    form = fill(stage.open(url), action, operator=_OPERATOR, **typed)
    expect(browse("POST", url, form), 200)
    said = ", ".join(f"{name}: {value}" for name, value in typed.items())
    stage.narrator.tell("ops", f"opens the task from the alert ({form['step']}): {action}, {said}")


def resolved(stage: Stage, order_id: str) -> None:
    """The case is over, and the warehouse hears so."""
    case = until(
        lambda: next((it for it in stage.file(order_id)["cases"] if it["state"] == "resolved"), None), "the end"
    )
    offers = [f"offer {it['offer']}: {it['chosen'] or 'nothing chosen'}, {it['state']}" for it in case["offers"]]
    stage.narrator.tell("doorstep", f"case {case['case']} is resolved: {case['resolution']}", offers)
    stage.hear(order_id, "Case Resolved", since="Case Opened")


def forge(stage: Stage, order_id: str, body: bytes) -> None:
    """Somebody without the secret sends it: refused, and nothing changes."""
    before = stage.file(order_id)["parcels"]
    reply = expect(post_webhook(stage.stack, body, secret=_GUESSED), 403)
    if stage.file(order_id)["parcels"] != before:
        raise Trouble("a forged webhook changed the parcel")
    told = f"HTTP {reply.status} {reply.json['error']['code']}; nothing changes"
    stage.narrator.tell("stranger", f"POST /webhooks/easypost with a forged signature: {told}")


def send_twice(stage: Stage, order_id: str, body: bytes) -> None:
    """The same webhook again; what it could have set off comes before what it is followed by."""
    before = stage.file(order_id)
    expect(post_webhook(stage.stack, body), 200)
    sqs, url = stage.stack.client("sqs"), stage.stack.outputs["ScansQueue"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def worked_in() -> bool | None:
        waiting = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return True if not any(int(count) for count in waiting.values()) else None

    until(worked_in, "an empty queue of scans")
    if stage.file(order_id) != before:
        raise Trouble("the same webhook changed something")
    stage.narrator.tell("carrier", "POST /webhooks/easypost, the same again: taken, and nothing changes")
