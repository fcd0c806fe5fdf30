"""How long from a carrier's webhook that means trouble to the buyer's offer in SES's hands, on the local stack.

    .venv/bin/python benchmarks/webhook_to_mail.py [--parcels 60] [--json]

On the way: signature, archive, bus, queue, scans, case, offer, one transaction, the outbox's stream, a queue. The local
stack shares its two cores with everything it emulates, so this shows what Doorstep's own path adds, not what AWS would
take. Each parcel waits for the one before; orders are placed and parcels registered before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from doorstep_cli.caller import Caller
from doorstep_cli.inbox import Received, received
from doorstep_cli.stack import LocalStack
from doorstep_cli.webhooks_sender import Tracker, post_webhook

_PATIENCE = 60.0
_SAMPLE = "easypost_address_problem"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalStack(Path(folder), auth=True) as stack:
        for _ in range(3):
            one(stack)  # cold starts are not what is asked here
        answers, mails = zip(*(one(stack) for _ in range(arguments.parcels)), strict=True)
    figures = {"parcels": arguments.parcels, "answer_ms": spread(answers), "mail_ms": spread(mails)}
    if arguments.json:
        print(json.dumps(figures))
        return
    print(f"{arguments.parcels} parcels, one after the other, functions warm, AUTH=true (milliseconds)")
    for name, label in (("answer_ms", "webhook answered"), ("mail_ms", "offer handed to SES")):
        print(f"  {label:<24} median {figures[name]['median']:6.0f}   p95 {figures[name]['p95']:6.0f}")


def one(stack: LocalStack) -> tuple[float, float]:
    """One parcel's trouble; milliseconds until the webhook was answered, and until SES took the offer."""
    tracker = Tracker.at(_SAMPLE)
    order_id = shipped(stack, tracker)
    awaited(stack, order_id, "/order/", 2)  # the second is "is being shipped": nothing else is under way now
    body = tracker.webhook(_SAMPLE)
    began, tick = datetime.now(UTC), time.perf_counter()
    reply = post_webhook(stack, body)
    answered = (time.perf_counter() - tick) * 1000
    if reply.status != 200:
        raise SystemExit(f"HTTP {reply.status}: {reply.text}")
    mail = awaited(stack, order_id, "/offers/", 1)
    taken = datetime.fromisoformat(mail.at)  # by SES's own clock, which is this machine's
    return answered, (taken - began).total_seconds() * 1000


def shipped(stack: LocalStack, tracker: Tracker) -> str:
    """Place an order and register its parcel; returns the order's id."""
    caller = Caller(stack.api_url, stack.api_key, stack.merchant_key)
    now, order_id = datetime.now(UTC), f"B-{uuid.uuid4().hex[:10]}"
    body = {
        "order_id": order_id,
        "shop": "demo-shop",
        "platform": "own",
        "placed_at": now.isoformat(),
        "buyer": {"name": "Sample Buyer", "email": "sample.buyer@example.com", "locale": "en"},
        "address": {"line1": "419 Church St", "city": "Burlington", "state": "VT", "postal_code": "05401"},
        "items": [{"sku": "LAMP-01", "title": "Desk lamp", "quantity": 1, "value": 2599}],
        "total": {"amount": 2599, "currency": "USD"},
        "ship_by": (now + timedelta(days=2)).isoformat(),
    }
    for path, said in (("/orders", body), (f"/orders/demo-shop/{order_id}/parcels", tracker.registration())):
        reply = caller.shop("POST", path, said)
        if reply.status != 201:
            raise SystemExit(f"HTTP {reply.status}: {reply.text}")
        awaited(stack, order_id, "/order/", 1)  # a mail that asks for a confirmation is not sent any more once it ships
    return order_id


def awaited(stack: LocalStack, order_id: str, link: str, count: int) -> Received:
    """The mail of this number about the order that has such a link."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        about = [it for it in received(stack) if it.kind == "mail" and order_id in it.subject and link in it.text]
        if len(about) >= count:
            return about[count - 1]
        time.sleep(0.05)
    raise SystemExit(f"a mail with a link to {link} never came")


def spread(values: tuple[float, ...]) -> dict[str, float]:
    return {"median": statistics.median(values), "p95": statistics.quantiles(values, n=20)[-1]}


if __name__ == "__main__":
    main()
