"""Many parcels through the deployed local stack: is anything lost, and does a parcel cost more when there are more?

    .venv/bin/python benchmarks/many_parcels.py [--parcels 10000] [--waves 1] [--json]

Eight scans of each parcel, from the first to the door, come as `Parcel Scanned` events of up to 96 scans, put on the
bus in batches: all eight together, or in 2, 4 or 8 waves. From there on it is Doorstep's own way: rule, queue,
`track_parcels`, outbox, relay. Afterwards every parcel must have its eight scans and be delivered, every queue of dead
letters be empty, and no outbox item be left. One order and parcel come in through the API; the others are copies of
their items, written into the table as the parcels come.

The parcels come in ten blocks. Of the last hundred of each block, alone in the stack, all DynamoDB calls are counted,
whichever function made them, and the bytes they write; the local stack records its calls for that. Times of an emulator
say nothing of AWS and are not told, except how long the run took.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from doorstep_cli.caller import Caller
from doorstep_cli.stack import LocalStack
from doorstep_cli.webhooks_sender import usps_number

_SHOP: Final = "demo-shop"
_BLOCKS: Final = 10
_COUNTED: Final = 100  # parcels of a block; the local stack remembers 10,000 calls
_TOGETHER: Final = 96  # scans in an event, which may have 100: no history is torn apart
_PUT: Final = 5  # events in a call: EventBridge takes 256 KB
_PATIENCE: Final = 600.0  # seconds without any progress
_HISTORY: Final = (  # an hour apart: a silence of days would open cases
    ("in_transit", "accepted"),
    ("in_transit", ""),
    ("in_transit", ""),
    ("in_transit", "handoff"),
    ("in_transit", ""),
    ("in_transit", "at_delivery_unit"),
    ("out_for_delivery", ""),
    ("delivered", "front_door"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parcels", type=int, default=10_000, help="a multiple of ten; 300 for a try")
    parser.add_argument("--waves", type=int, choices=(1, 2, 4, 8), default=1, help="in how many parts a history comes")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalStack(Path(folder)) as stack:
        began = time.monotonic()
        figures = run(Yard(stack), arguments.parcels, arguments.waves)
        figures["seconds"] = round(time.monotonic() - began)
        print(json.dumps(figures) if arguments.json else told(figures))
    sys.exit(figures["parcels_whole"] != figures["parcels"] or figures["dead_letters"] + figures["outbox_left"] > 0)


def told(figures: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [f"{figures['parcels']} parcels, {figures['scans_sent']} scans, {figures['seconds']} seconds"]
    for name in ("parcels_whole", "scans_kept", "dead_letters", "outbox_left"):
        lines.append(f"  {name.replace('_', ' '):<16}{figures[name]:>8}")
    lines.append("DynamoDB calls and bytes written of one parcel, by block")
    for block in figures["blocks"]:
        by_call = ", ".join(f"{name} {times:g}" for name, times in block["by_call"].items())
        lines.append(f"  {block['parcels']:>6}  {block['calls']:6.2f} calls  {block['bytes']:6} bytes   {by_call}")
    return "\n".join(lines)


def run(yard: Yard, parcels: int, waves: int) -> dict[str, Any]:
    """Let them all come, block by block."""
    blocks, size = [], parcels // _BLOCKS
    counted = min(_COUNTED, size)
    for number in range(1, _BLOCKS + 1):
        before, last = yard.register(size - counted), yard.register(counted)
        yard.tell(before, waves)
        yard.record(True)
        begun = time.time()
        yard.tell(last, waves)
        yard.record(False)
        calls = yard.recorded(begun)
        by_call = Counter(call["eventName"] for call in calls)
        written = sum(len(json.dumps(it["requestParameters"])) for it in calls if "Write" in it["eventName"])
        each = {name: round(times / counted, 2) for name, times in sorted(by_call.items())}
        block = {"parcels": number * size, "calls": round(len(calls) / counted, 2), "by_call": each}
        blocks.append(block | {"bytes": round(written / counted)})
        print(f"· {number * size} parcels, {block['calls']:.2f} calls each", file=sys.stderr, flush=True)
    kept, whole, left = yard.look()
    sums = {"parcels": size * _BLOCKS, "scans_sent": size * _BLOCKS * len(_HISTORY), "parcels_whole": whole}
    return sums | {"scans_kept": kept, "dead_letters": yard.dead(), "outbox_left": left, "blocks": blocks}


class Yard:
    """A local stack with one parcel, and copies of it."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack, self._table = stack, stack.outputs["OrdersTable"]
        self._dynamodb, self._sqs, self._events = (stack.client(it) for it in ("dynamodb", "sqs", "events"))
        self._dead = [url for name, url in stack.outputs.items() if name.endswith("DeadLetters")]
        self._busy = [url for name, url in stack.outputs.items() if name.endswith("Queue")]
        self._label, self._number, self._order = datetime.now(UTC) - timedelta(hours=9), usps_number(), "M-0"
        self._place()
        mine = (f"ORDER#{_SHOP}#{self._order}", f"TRACKING#{self._number}")
        self._items = [it for it in self._all() if it["pk"]["S"] in mine]
        self._count = 0

    def register(self, count: int) -> list[str]:
        """Copy the parcel with its order; the tracking numbers."""
        numbers, puts = [f"94{uuid.uuid4().int % 10**20:020}" for _ in range(count)], []
        items = json.dumps(self._items)
        for number in numbers:
            self._count += 1
            copy = items.replace(self._number, number).replace(f'{_SHOP}#{self._order}"', f'{_SHOP}#M-{self._count}"')
            copy = copy.replace(f'"S": "{self._order}"', f'"S": "M-{self._count}"')
            puts += [{"PutRequest": {"Item": item}} for item in json.loads(copy)]
        for start in range(0, len(puts), 25):
            answer = self._dynamodb.batch_write_item(RequestItems={self._table: puts[start : start + 25]})
            assert not answer.get("UnprocessedItems")
        return numbers

    def tell(self, numbers: Sequence[str], waves: int) -> None:
        """Put all scans of these parcels on the bus, wave after wave, and wait until nothing is under way."""
        part = len(_HISTORY) // waves
        for wave in range(waves):
            scans = [it for number in numbers for it in self._scans(number, range(wave * part, (wave + 1) * part))]
            entries = [self._event(scans[start : start + _TOGETHER]) for start in range(0, len(scans), _TOGETHER)]
            for start in range(0, len(entries), _PUT):
                assert not self._events.put_events(Entries=entries[start : start + _PUT])["FailedEntryCount"]
            self.settle()

    def settle(self) -> None:
        """Wait until nothing is under way."""
        seen, since, quiet = -1, time.monotonic(), 0
        while quiet < 3:
            waiting = sum(self._waiting(url) for url in self._busy) or self._outbox()
            if waiting != seen:
                seen, since = waiting, time.monotonic()
            quiet = quiet + 1 if waiting == 0 else 0
            if time.monotonic() - since > _PATIENCE:
                raise SystemExit(f"{waiting} messages or outbox items do not get less")
            time.sleep(0.5)

    def record(self, wanted: bool) -> None:
        """Whether the local stack keeps a trail of its calls."""
        self._post("/_ministack/config", {"cloudtrail._recording_enabled": str(wanted).lower()})

    def recorded(self, begun: float) -> list[dict[str, Any]]:
        """The DynamoDB calls since then, but for our own. The trail is told fifty at a time, newest first."""
        found: dict[str, dict[str, Any]] = {}
        until = time.time()
        while True:
            source = {"AttributeKey": "EventSource", "AttributeValue": "dynamodb.amazonaws.com"}
            asked = {"LookupAttributes": [source], "StartTime": begun, "EndTime": until}
            page = [it for it in self._post("/", asked)["Events"] if it["EventId"] not in found]
            if not page:
                return [call for call in found.values() if call["eventName"] != "Scan"]
            found |= {it["EventId"]: json.loads(it["CloudTrailEvent"]) for it in page}
            until = page[-1]["EventTime"]

    def look(self) -> tuple[int, int, int]:
        """Scans kept, parcels that are delivered with all of them, and outbox items, the first parcel left out."""
        scans: Counter[str] = Counter()
        delivered, outbox = set(), 0
        for item in self._all():
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            scans[pk] += sk.startswith("SCAN#")
            outbox += sk.startswith("OUTBOX#")
            if sk.startswith("PARCEL#") and item["progress"]["M"]["milestone"]["S"] == "delivered":
                delivered.add(pk)
        return scans.total(), sum(scans[pk] == len(_HISTORY) for pk in delivered), outbox

    def dead(self) -> int:
        """Messages that nobody could handle."""
        return sum(self._waiting(url) for url in self._dead)

    def _place(self) -> None:
        """The first order and its parcel."""
        caller, now = Caller(self._stack.api_url, self._stack.api_key, self._stack.merchant_key), datetime.now(UTC)
        order = {
            "order_id": self._order,
            "shop": _SHOP,
            "platform": "own",
            "placed_at": now.isoformat(),
            "buyer": {"name": "Sample Buyer", "email": "sample.buyer@example.com", "locale": "en"},
            "address": {"line1": "149 Church St", "city": "Burlington", "state": "VT", "postal_code": "05401"},
            "items": [{"sku": "LAMP-01", "title": "Desk lamp", "quantity": 1, "value": 2599}],
            "total": {"amount": 2599, "currency": "USD"},
            "ship_by": (now + timedelta(days=2)).isoformat(),
        }
        label = {"carrier": "usps", "tracking_number": self._number, "label_created_at": self._label.isoformat()}
        for path, said in (("/orders", order), (f"/orders/{_SHOP}/{self._order}/parcels", label)):
            reply = caller.shop("POST", path, said)
            if reply.status != 201:
                raise SystemExit(f"HTTP {reply.status}: {reply.text}")
        self.settle()

    def _scans(self, number: str, part: range) -> Iterator[dict[str, Any]]:
        for position in part:
            milestone, reason = _HISTORY[position]
            at = (self._label + timedelta(hours=position + 1)).isoformat()
            said = {"carrier": "usps", "tracking_number": number, "occurred_at": at, "milestone": milestone}
            yield said | ({"reason": reason} if reason else {})

    def _event(self, scans: list[dict[str, Any]]) -> dict[str, str]:
        detail = {"metadata": {"event_id": str(uuid.uuid4()), "schema": "1"}, "data": {"scans": scans}}
        bus = self._stack.outputs["Bus"]
        return {"EventBusName": bus, "Source": "dock", "DetailType": "Parcel Scanned", "Detail": json.dumps(detail)}

    def _waiting(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(counts[name]) for name in names)

    def _outbox(self) -> int:
        wanted = {
            "FilterExpression": "begins_with(sk, :outbox)",
            "ExpressionAttributeValues": {":outbox": {"S": "OUTBOX#"}},
        }
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, Select="COUNT", **wanted)
        return sum(page["Count"] for page in pages)

    def _all(self) -> Iterator[dict[str, Any]]:
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ConsistentRead=True):
            yield from page["Items"]

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        headers["X-Amz-Target"] = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
        request = urllib.request.Request(self._stack.endpoint + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


if __name__ == "__main__":
    main()
