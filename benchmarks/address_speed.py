"""How long a verdict takes beside `usaddress.tag` of the same address, with the street reference in memory.

    .venv/bin/python benchmarks/address_speed.py [--n 2000] [--rounds 5] [--classes valid,typo]

One process, one run. Told is the median over the addresses of how many times longer Doorstep took, and the 99th
percentile: both are timed one after the other, address by address, and who comes first alternates. Before it begins,
every ZIP Code and city is in memory, and other addresses of the class were answered. "First" is the first time an
address is seen, as at a checkout; what a ZIP Code makes on its first misspelt street is in its 99th percentile. "Again"
is each address's median over further rounds, when caches may know its words. Microseconds hold for the machine and the
moment; the ratio moves less.

usaddress labels words and stops there; `assess` reads, standardises, looks the street up and gives a verdict.
The last row is a batch of 100 as `POST /addresses/validate-batch` answers it, tokens and JSON included, beside 100
times `usaddress.tag`. Network, API and the reading of the table are not in it. Writes build/address_speed.json.
"""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, Final, cast

import usaddress
from address_kit import Kit, arguments_of, one_text, opened, told, typed, written

from doorstep.address import PostalTable, TypedAddress, assess, decode_request
from doorstep.address.reference import StreetReference
from doorstep.platform.judge import AddressJudge

_BATCH: Final = 100
_ONE_LINE: Final = "one line"
Pair = tuple[float, float]


def main() -> None:
    parser = arguments_of(__doc__, n=2_000)
    parser.add_argument("--rounds", type=int, default=5, help="after the first (default: %(default)s)")
    arguments = parser.parse_args()
    postal = PostalTable.open()
    with opened(arguments) as kit:
        rows = {name: asked(kit, name, arguments.n, arguments.seed) for name in kit.classes(arguments.classes)}
        others = {name: asked(kit, name, arguments.n // 4, arguments.seed + 1) for name in rows}
        if "valid" in rows:
            rows[_ONE_LINE], others[_ONE_LINE] = in_one_line(rows["valid"]), in_one_line(others["valid"])
        bodies = kit.bodies()
    gc.collect()
    gc.freeze()  # the points of the kit are no part of what is measured: collections need not look at them
    streets = StreetReference(lambda pk: bodies.get(pk, ()), capacity=10**10)
    for pk in bodies:
        _, *names = pk.split("#")
        _ = streets.city(*names) if len(names) == 2 else streets.zip(*names)
    told(f"in memory: {len(bodies):,} partitions, about {streets.size / 1e6:.0f} MB")
    found = {}
    for name in filter(rows.get, rows):
        told(f"timing: {name}")
        found[name] = measured(others[name], rows[name], arguments.rounds, postal, streets)
    if "valid" in rows:
        found[f"batch of {_BATCH}"] = batches(rows["valid"], postal, streets)
    table(found)
    written("address_speed", {"n": arguments.n, "rounds": arguments.rounds, "classes": found})


def asked(kit: Kit, name: str, n: int, seed: int) -> list[dict[str, str]]:
    """The rows of a class."""
    return [case.row for case in kit.cases(name, n=n, seed=seed)]


def in_one_line(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The same addresses as somebody types them into one field."""
    return [{"address": one_text(row)} for row in rows]


def measured(
    others: Sequence[dict[str, str]],
    rows: Sequence[dict[str, str]],
    rounds: int,
    postal: PostalTable,
    streets: StreetReference,
) -> dict[str, Any]:
    """Both on each row, once and then `rounds` times again."""

    def once(pairs: Sequence[tuple[TypedAddress, str]], shift: int) -> list[Pair]:
        return [
            both(lambda: assess(one, postal=postal, streets=streets), lambda: tag(text), swapped=(at + shift) % 2 == 1)  # noqa: B023
            for at, (one, text) in enumerate(pairs)
        ]

    def pairs(of: Sequence[dict[str, str]]) -> list[tuple[TypedAddress, str]]:
        return [(typed(row), one_text(row)) for row in of]

    once(pairs(others), 0)
    first = once(pairs(rows), 0)
    again = list(zip(*(once(pairs(rows), number) for number in range(1, rounds + 1)), strict=True))
    settled = [tuple(statistics.median(times) for times in zip(*each, strict=True)) for each in again]
    return {"n": len(rows), "first": spread(first), "again": spread(cast(list[Pair], settled))}


def batches(rows: Sequence[dict[str, str]], postal: PostalTable, streets: StreetReference) -> dict[str, Any]:
    """A hundred at a time, in the order of the rows."""
    keyring, shelf = SimpleNamespace(key=lambda purpose: b"k" * 32), SimpleNamespace(reference=lambda: streets)
    judge = AddressJudge(cast(Any, keyring), cast(Any, shelf))

    def answered(batch: Sequence[dict[str, str]]) -> str:
        verdicts = [judge.judge_for_checkout(decode_request(row), "en") for row in batch]
        return json.dumps({"results": verdicts}, ensure_ascii=False)

    cut = [rows[at : at + _BATCH] for at in range(0, len(rows) - _BATCH + 1, _BATCH)]
    if not cut:
        return {"n": 0}
    answered(cut[0])
    times = [
        both(lambda: answered(batch), lambda: [tag(one_text(row)) for row in batch], swapped=at % 2 == 1)  # noqa: B023
        for at, batch in enumerate(cut)
    ]
    return {"n": len(cut), "first": spread(times)}


def both(ours: Callable[[], object], theirs: Callable[[], object], *, swapped: bool) -> Pair:
    """Seconds of ours and of theirs; `swapped`: theirs comes first."""
    if swapped:
        after = timed(theirs)
        return timed(ours), after
    return timed(ours), timed(theirs)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def tag(text: str) -> object:
    """What usaddress makes of it; a label that repeats is how it says that it does not know."""
    try:
        return usaddress.tag(text)
    except usaddress.RepeatedLabelError as error:
        return error


def spread(times: Sequence[Pair]) -> dict[str, float]:
    """Median and 99th percentile of the ratios, and both medians in microseconds."""
    ratios = sorted(ours / theirs for ours, theirs in times)
    ours, theirs = (statistics.median(each) * 1e6 for each in zip(*times, strict=True))
    return {
        "ratio": statistics.median(ratios),
        "ratio_p99": ratios[min(len(ratios) - 1, int(len(ratios) * 0.99))],
        "doorstep_us": ours,
        "usaddress_us": theirs,
    }


def table(found: dict[str, dict[str, Any]]) -> None:
    """As the README has it."""
    print("| class | addresses | × usaddress, first | p99 | × again | p99 | Doorstep µs | usaddress µs |")
    print("|---|---|---|---|---|---|---|---|")
    for name, it in found.items():
        if not it["n"]:
            continue
        first, again = it["first"], it.get("again")
        later = f"{again['ratio']:.2f} | {again['ratio_p99']:.2f}" if again else "– | –"
        micros = f"{first['doorstep_us']:,.0f} | {first['usaddress_us']:,.0f}"
        print(f"| {name} | {it['n']:,} | {first['ratio']:.2f} | {first['ratio_p99']:.2f} | {later} | {micros} |")


if __name__ == "__main__":
    main()
