"""What an order costs in AWS calls and write units, counted while the whole product runs in one process on moto.

    .venv/bin/python benchmarks/aws_calls.py [--json]

Two lives are played: one without trouble (placed, confirmed, shipped, six scans to the door), and one with a redirect
(a wrong house number, the buyer's choice, two steps of ops). Every webhook brings one new scan. Calls are counted where
botocore makes them. Write units are computed from what was written (item size, rounded up to 1 KB, doubled in a
transaction, one more where the item stands in the by-due index), for moto has no real figures.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

import pytest  # noqa: E402
from world import World, new_world  # noqa: E402

from doorstep_cli.forms import fill  # noqa: E402
from doorstep_cli.webhooks_sender import Tracker  # noqa: E402

QUIET, TROUBLE = "easypost_delivered", "easypost_address_problem"
ADDRESS = {"line1": "149 Church St", "line2": "", "city": "Burlington", "state": "VT", "postal_code": "05401"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    patch = pytest.MonkeyPatch()
    with redirect_stdout(sys.stderr), new_world(patch) as world:  # functions print their metrics
        meter = Meter(world)
        for run in ("warm", "counted"):  # the first time connections are made and secrets read
            meter.stages.clear()
            without_trouble(world, meter, f"{run}-1")
            with_a_redirect(world, meter, f"{run}-2")
    patch.undo()
    stages = meter.stages
    quiet, trouble = (sum_of(stages, life) for life in ("quiet", "redirect"))
    told = {
        "placed and mailed": stages["quiet: placed"],
        "confirmed": stages["quiet: confirmed"],
        "parcel registered": stages["quiet: registered"],
        "scan, no case": stages["quiet: scan 4"],
        "scan opens a case": stages["redirect: scan 5"],
        "life, no trouble": quiet,
        "life, redirect": trouble,
    }
    if arguments.json:
        print(json.dumps({name: it.plain() for name, it in told.items()}))
        return
    rows = sorted(trouble.calls | quiet.calls)
    widths = {name: max(len(name), 6) + 2 for name in told}
    print(f"{'call':<34}" + "".join(f"{name:>{width}}" for name, width in widths.items()))
    for call in rows:
        counts = "".join(f"{it.calls[call]:>{widths[name]}}" for name, it in told.items())
        print(f"{' '.join(call):<34}{counts}")
    for label, total in (("all calls", lambda it: it.calls.total()), ("DynamoDB write units", lambda it: it.units)):
        print(f"{label:<34}" + "".join(f"{total(it):>{widths[name]}}" for name, it in told.items()))


def without_trouble(world: World, meter: Meter, order_id: str) -> None:
    """An order whose parcel arrives."""
    tracker, alerts = Tracker.at(QUIET, scans=1), len(world.alerts())
    placed(world, meter, "quiet", order_id, tracker)
    for scans in range(1, 7):
        heard(world, meter, f"quiet: scan {scans}", tracker.webhook(QUIET, scans=scans))
    assert len(world.alerts()) == alerts, "a life without trouble alerts nobody"


def with_a_redirect(world: World, meter: Meter, order_id: str) -> None:
    """An order whose parcel is redirected by the buyer, carried out by ops in two steps."""
    tracker = Tracker.at(TROUBLE, scans=1)
    placed(world, meter, "redirect", order_id, tracker)
    for scans in range(1, 6):
        heard(world, meter, f"redirect: scan {scans}", tracker.webhook(TROUBLE, scans=scans))
    offer = f"/offers/{world.mails()[-1].token('offers')}"
    form = fill(world.page("GET", offer).body, "edit", option="redirect", **ADDRESS)
    assert world.page("POST", offer, form).status == 200
    world.pump()
    meter.stage("redirect: chosen")
    with world.unwatched():
        (token,) = re.findall(r"/tasks/(\S{22})", world.alerts()[-1]["text"])
    for outcome in ("requested", "fulfilled"):
        page = world.page("GET", f"/tasks/{token}").body
        form = fill(page, "complete", outcome=outcome, operator="Sample Operator")
        assert world.page("POST", f"/tasks/{token}", form).status == 200
        world.pump()
        meter.stage(f"redirect: {outcome}")
    heard(world, meter, "redirect: delivered", tracker.webhook(TROUBLE, then=QUIET))


def placed(world: World, meter: Meter, life: str, order_id: str, tracker: Tracker) -> None:
    """Placed, confirmed from the mail, shipped."""
    order = json.loads((ROOT / "events" / "api" / "place_order.json").read_text("utf-8"))
    address = {**ADDRESS, "line1": "419 Church St"} if life == "redirect" else order["address"]
    assert world.api("POST", "/orders", {**order, "order_id": order_id, "address": address}).status == 201
    world.pump()
    meter.stage(f"{life}: placed")
    confirm = f"/confirm/{world.mails()[-1].token('confirm')}"
    assert world.page("POST", confirm, fill(world.page("GET", confirm).body, "confirm")).status == 200
    world.pump()
    meter.stage(f"{life}: confirmed")
    shop = order["shop"]
    assert world.api("POST", f"/orders/{shop}/{order_id}/parcels", tracker.registration()).status == 201
    world.pump()
    meter.stage(f"{life}: registered")


def heard(world: World, meter: Meter, stage: str, body: bytes) -> None:
    """Half a day later a webhook comes, and all that follows from it."""
    world.wait(hours=12)
    assert world.webhook(body).status == 200
    world.pump()
    meter.stage(stage)


@dataclass
class Count:
    """Calls and write units of one stage."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    units: int = 0

    def plain(self) -> dict[str, Any]:
        by_call = {" ".join(call): times for call, times in sorted(self.calls.items())}
        return {"calls": by_call, "all_calls": self.calls.total(), "write_units": self.units}


class Meter:
    """Reads calls from the world, and adds up DynamoDB write units from the requests themselves."""

    def __init__(self, world: World) -> None:
        from botocore.client import BaseClient

        self.stages: dict[str, Count] = {}
        self._world, self._units = world, 0
        counted = BaseClient._make_api_call

        def call(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if client.meta.service_model.service_name == "dynamodb" and not world._ignoring:
                self._units += _units(operation, arguments)
            return counted(client, operation, arguments)

        world.monkeypatch.setattr(BaseClient, "_make_api_call", call)

    def stage(self, name: str) -> None:
        """What was done since the last stage is this one's."""
        self.stages[name] = Count(Counter(self._world.calls), self._units)
        self._world.calls.clear()
        self._units = 0


def sum_of(stages: dict[str, Count], life: str) -> Count:
    whole = Count()
    for name, count in stages.items():
        if name.startswith(f"{life}:"):
            whole.calls += count.calls
            whole.units += count.units
    return whole


def _units(operation: str, request: dict[str, Any]) -> int:
    if operation == "TransactWriteItems":
        return sum(_in_transaction(*next(iter(write.items()))) for write in request["TransactItems"])
    if operation == "BatchWriteItem":
        puts = [
            write.get("PutRequest", {}).get("Item", {}) for part in request["RequestItems"].values() for write in part
        ]
        return sum(_size(item) + _on_index(item) for item in puts)
    if operation == "PutItem":
        return _size(request["Item"]) + _on_index(request["Item"])
    if operation == "UpdateItem":
        return _size(request["ExpressionAttributeValues"])
    return 2 if operation == "DeleteItem" else 0  # only outbox items are deleted: from the table and from the index


def _in_transaction(kind: str, write: dict[str, Any]) -> int:
    item = write.get("Item", write.get("ExpressionAttributeValues", {})) if kind != "ConditionCheck" else {}
    return 2 * _size(item) + _on_index(item)


def _size(item: dict[str, Any]) -> int:
    """Kilobytes of an item, as they are billed; JSON is a little longer than DynamoDB's own count."""
    return max(1, math.ceil(sum(len(name) + len(json.dumps(value)) - 8 for name, value in item.items()) / 1024))


def _on_index(item: dict[str, Any]) -> int:
    return int("due_at" in item)


if __name__ == "__main__":
    main()
