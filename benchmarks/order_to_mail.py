"""How long from `POST /orders` to the mail in SES's hands, on the local stack.

    .venv/bin/python benchmarks/order_to_mail.py [--orders 60] [--json]

The local stack shares its two cores with everything it emulates, so this shows what Doorstep's own path adds (one
transaction, a stream, a queue, three functions), not what AWS would take. Each order waits for the one before.
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
from doorstep_cli.inbox import received
from doorstep_cli.stack import LocalStack

_PATIENCE = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalStack(Path(folder), auth=True) as stack:
        for _ in range(3):
            one(stack)  # cold starts are not what is asked here
        answers, mails = zip(*(one(stack) for _ in range(arguments.orders)), strict=True)
    figures = {"orders": arguments.orders, "answer_ms": spread(answers), "mail_ms": spread(mails)}
    if arguments.json:
        print(json.dumps(figures))
        return
    print(f"{arguments.orders} orders, one after the other, functions warm, AUTH=true (milliseconds)")
    for name, label in (("answer_ms", "POST /orders answered"), ("mail_ms", "mail handed to SES")):
        print(f"  {label:<24} median {figures[name]['median']:6.0f}   p95 {figures[name]['p95']:6.0f}")


def one(stack: LocalStack) -> tuple[float, float]:
    """Place an order; milliseconds until its answer, and until SES took its mail."""
    caller = Caller(stack.api_url, stack.api_key, stack.merchant_key)
    now, order_id = datetime.now(UTC), f"B-{uuid.uuid4().hex[:10]}"
    body = {
        "order_id": order_id,
        "shop": "demo-shop",
        "platform": "own",
        "placed_at": now.isoformat(),
        "buyer": {"name": "Sample Buyer", "email": "sample.buyer@example.com", "locale": "en"},
        "address": {"line1": "149 Church St", "city": "Burlington", "state": "VT", "postal_code": "05401"},
        "items": [{"sku": "LAMP-01", "title": "Desk lamp", "quantity": 1, "value": 2599}],
        "total": {"amount": 2599, "currency": "USD"},
        "ship_by": (now + timedelta(days=2)).isoformat(),
    }
    began, tick = datetime.now(UTC), time.perf_counter()
    reply = caller.shop("POST", "/orders", body)
    answered = (time.perf_counter() - tick) * 1000
    if reply.status != 201:
        raise SystemExit(f"HTTP {reply.status}: {reply.text}")
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        for mail in received(stack):
            if mail.kind == "mail" and order_id in mail.subject:
                taken = datetime.fromisoformat(mail.at)  # by SES's own clock, which is this machine's
                return answered, (taken - began).total_seconds() * 1000
        time.sleep(0.05)
    raise SystemExit("a mail never came")


def spread(values: tuple[float, ...]) -> dict[str, float]:
    return {"median": statistics.median(values), "p95": statistics.quantiles(values, n=20)[-1]}


if __name__ == "__main__":
    main()
