"""What one order costs in AWS calls and write units, counted while the whole product runs in one process on moto.

    .venv/bin/python benchmarks/aws_calls.py [--json]

Calls are counted where botocore makes them. Write units are computed from what was written (item size, rounded up to
1 KB, doubled in a transaction, one more where the item stands in the by-due index), for moto has no real figures.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

import pytest  # noqa: E402
from world import World, new_world  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    patch = pytest.MonkeyPatch()
    with new_world(patch) as world:
        units = Units(world)
        order = json.loads((ROOT / "events" / "api" / "place_order.json").read_text("utf-8"))
        world.api("POST", "/orders", order)
        world.pump()
        world.calls.clear()
        units.total = 0  # the first order made the connections and read the secrets; count the second
        world.api("POST", "/orders", {**order, "order_id": "1002"})
        world.pump()
        placed, placed_units = Counter(world.calls), units.total
        token = world.mails()[-1].token("confirm")
        world.page("GET", f"/confirm/{token}")
        world.page("POST", f"/confirm/{token}", {"action": "confirm", "shown_version": "1"})
        world.pump()
        whole, whole_units = Counter(world.calls), units.total
    patch.undo()
    if arguments.json:
        figures = {
            "placed": _plain(placed),
            "whole": _plain(whole),
            "units": {"placed": placed_units, "whole": whole_units},
        }
        print(json.dumps(figures))
        return
    print(f"{'call':<34}{'placed and mailed':>18}{'… and confirmed':>18}")
    for call in sorted(whole):
        print(f"{call[0] + ' ' + call[1]:<34}{placed[call]:>18}{whole[call]:>18}")
    print(f"{'all calls':<34}{sum(placed.values()):>18}{sum(whole.values()):>18}")
    print(f"{'DynamoDB write units':<34}{placed_units:>18.0f}{whole_units:>18.0f}")


class Units:
    """Adds up DynamoDB write units from the requests themselves."""

    def __init__(self, world: World) -> None:
        from botocore.client import BaseClient

        self.total = 0
        counted = BaseClient._make_api_call

        def call(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if client.meta.service_model.service_name == "dynamodb" and not world._ignoring:
                self.total += _units(operation, arguments)
            return counted(client, operation, arguments)

        world.monkeypatch.setattr(BaseClient, "_make_api_call", call)


def _units(operation: str, request: dict[str, Any]) -> int:
    if operation == "TransactWriteItems":
        writes = [next(iter(write.values())) for write in request["TransactItems"]]
        return sum(2 * _size(write.get("Item", {})) + _on_index(write.get("Item", {})) for write in writes)
    if operation == "PutItem":
        return _size(request["Item"]) + _on_index(request["Item"])
    return 2 if operation == "DeleteItem" else 0  # only outbox items are deleted: from the table and from the index


def _size(item: dict[str, Any]) -> int:
    """Kilobytes of an item, as they are billed; JSON is a little longer than DynamoDB's own count."""
    return max(1, math.ceil(sum(len(name) + len(json.dumps(value)) - 8 for name, value in item.items()) / 1024))


def _on_index(item: dict[str, Any]) -> int:
    return int("due_at" in item)


def _plain(counter: Counter[tuple[str, str]]) -> dict[str, int]:
    return {" ".join(call): times for call, times in counter.items()}


if __name__ == "__main__":
    main()
