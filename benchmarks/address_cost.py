"""What a million validations cost on AWS at list prices, from what the function was counted to use.

    .venv/bin/python benchmarks/address_cost.py [--n 300] [--classes valid,typo] [--wait 5] [--reference DIR]

Each address of the kit goes through the whole function in this process, from API Gateway's event to its answer, against
address_stub.py: once with an empty memory and once again. Counted are the partitions that it reads and the read units
they cost (4 KB each, rounded up for each Query, half price as they are eventually consistent), processor time, and
the bytes of the answer. A hit is an address whose partitions are all in memory; shares of hits mix both.

Lambda bills time, and gives 512 MB only 512/1769 of a processor: processor time counts that much longer, each Query
waits `--wait` milliseconds more (an assumption: DynamoDB promises single digits), and the mean is rounded up to a whole
millisecond. Whether Lambda's processors are as fast as this one is not known here. Cold starts, logs, traces, secrets,
the storage of the reference and every free tier are left out. Prices and their sources: address_prices.yaml.
Writes build/address_cost.json.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import address_stub
import yaml
from address_kit import arguments_of, items_of, opened, told, written

from doorstep.platform.aws import client
from doorstep.platform.street_shelf import StreetShelf
from doorstep_cli.places import ROOT

_PRICES: Final = Path(__file__).with_name("address_prices.yaml")
_EVENT: Final = ROOT / "events" / "api" / "validate_address.json"
_MEMORY: Final = 0.5  # GB, as template.yaml gives the function
_SHARE: Final = 512 / 1769  # of a processor: Lambda gives a whole one with 1,769 MB
_UNIT: Final = 4096
_HITS: Final = (0.0, 0.5, 0.9)
_MILLION: Final = 1_000_000


def main() -> None:
    parser = arguments_of(__doc__, n=300)
    parser.add_argument("--wait", type=float, default=5.0, help="milliseconds of a Query (default: %(default)s)")
    arguments = parser.parse_args()
    prices = yaml.safe_load(_PRICES.read_text("utf-8"))
    with opened(arguments) as kit, address_stub.running(kit.folder) as port:
        os.environ.update(address_stub.environment(port))
        function, meter = imported(), Meter(kit.folder)
        found = {}
        for name in kit.classes(arguments.classes):
            told(f"counting: {name}")
            rows = [case.row for case in kit.cases(name, n=arguments.n, seed=arguments.seed)]
            found[name] = counted(function, meter, rows)
    wait = arguments.wait
    costs = {name: {str(hit): cost(it, hit, wait, prices["aws"]) for hit in _HITS} for name, it in found.items()}
    table(found, costs, prices)
    written("address_cost", {"n": arguments.n, "wait_ms": wait, "counted": found, "usd": costs, "prices": prices})


class Meter:
    """Hears every Query of this process and knows what it costs."""

    def __init__(self, folder: Path) -> None:
        items = address_stub.table_items(items_of(folder))
        self._bytes = {pk: sum(map(item_bytes, of)) for pk, of in items.items()}
        self.queries = 0
        self.units = 0.0
        client("dynamodb", "checkout").meta.events.register("provide-client-params.dynamodb.Query", self._heard)

    def _heard(self, params: Mapping[str, Any], **_: Any) -> None:
        pk = params["ExpressionAttributeValues"][":pk"]["S"]
        whole = max(1, math.ceil(self._bytes.get(pk, 0) / _UNIT))
        self.queries += 1
        self.units += whole if params["ConsistentRead"] else whole / 2


def item_bytes(item: Mapping[str, Any]) -> int:
    """The size of an item as DynamoDB counts it: names and values, a small number 2 bytes."""
    return sum(len(name) + (2 if isinstance(value, int) else len(value)) for name, value in item.items())


def imported() -> ModuleType:
    """The function, with the environment that it finds."""
    sys.path.insert(0, str(ROOT / "functions" / "validate_address"))
    import validate_address

    return validate_address


def counted(function: Any, meter: Meter, rows: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Means over the rows: Queries, read units and processor milliseconds without memory, milliseconds with, bytes."""
    event = json.loads(_EVENT.read_text("utf-8"))
    empty, full, size = [], [], []
    answered(function, event)  # clients and imports are a cold start's
    meter.queries, meter.units = 0, 0.0
    for row in rows:
        function.judge = replace(function.judge, streets=StreetShelf(os.environ["STREET_TABLE"]))
        asked = event | {"body": json.dumps(row if "address" not in row else {"address": row["address"]})}
        took, answer = answered(function, asked)
        empty.append(took)
        full.append(statistics.median(answered(function, asked)[0] for _ in range(3)))
        size.append(len(answer["body"].encode()))
    return {
        "n": len(rows),
        "queries": meter.queries / len(rows),
        "read_units": meter.units / len(rows),
        "ms_empty": statistics.mean(empty),
        "ms_full": statistics.mean(full),
        "bytes_out": statistics.mean(size),
    }


def answered(function: ModuleType, event: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
    """Milliseconds of this processor, and the answer."""
    began = time.process_time()
    answer: dict[str, Any] = function.handler(dict(event), None)
    took = (time.process_time() - began) * 1000
    assert answer["statusCode"] in {200, 400}, answer  # 400: more than an address can be, and paid for as well
    return took, answer


def cost(
    it: Mapping[str, float], hits: float, wait: float, prices: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """US dollars for a million, by what they are paid for; `hits` is the share that needs no Query."""
    misses = 1 - hits
    empty, full = (math.ceil(ms) for ms in (it["ms_empty"] / _SHARE + it["queries"] * wait, it["ms_full"] / _SHARE))
    seconds = (misses * empty + hits * full) / 1000
    paid = {
        "api_gateway": prices["rest_request"]["per_million"],
        "bytes_out": it["bytes_out"] * _MILLION / 1e9 * prices["bytes_out"]["per_gb"],
        "lambda_requests": prices["lambda_request"]["per_million"],
        "lambda_time": seconds * _MEMORY * _MILLION * prices["lambda_gb_second"]["each"],
        "dynamodb": misses * it["read_units"] * prices["read_request_unit"]["per_million"],
    }
    return paid | {"all": sum(paid.values())}


def table(found: Mapping[str, Mapping[str, float]], costs: Mapping[str, Mapping[str, Any]], prices: Any) -> None:
    """As the README has it."""
    print("| counted per validation | Queries | read units | CPU ms, memory empty | full | bytes out |")
    print("|---|---|---|---|---|---|")
    for name, it in found.items():
        ms = f"{it['ms_empty']:.2f} | {it['ms_full']:.2f}"
        print(f"| {name} | {it['queries']:.2f} | {it['read_units']:.2f} | {ms} | {it['bytes_out']:,.0f} |")
    shares = " | ".join(f"{hit:.0%} hits" for hit in _HITS)
    print(f"\n| USD for a million | {shares} | of it API Gateway | bytes out | Lambda, 50% hits | DynamoDB, 50% hits |")
    print("|---|---|---|---|---|---|---|---|")
    for name, by_hits in costs.items():
        totals = " | ".join(f"{by_hits[str(hit)]['all']:.2f}" for hit in _HITS)
        half = by_hits["0.5"]
        of_lambda = half["lambda_requests"] + half["lambda_time"]
        paid = (half["api_gateway"], half["bytes_out"], of_lambda, half["dynamodb"])
        print(f"| {name} | {totals} | {' | '.join(f'{each:.2f}' for each in paid)} |")
    for other in prices["others"]:
        print(f"\n{other['name']}, USD for a thousand: {other['per_thousand']} ({other['source']})")


if __name__ == "__main__":
    main()
