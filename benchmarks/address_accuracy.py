"""Addresses of the evaluation kit, judged by Doorstep, usaddress and usaddress-scourgify on the same inputs.

    .venv/bin/python benchmarks/address_accuracy.py [--n 5000] [--classes valid,typo] [--python …/scourgify/bin/python]

Doorstep is asked twice: with a street reference made from the kit's points, and without one. Cases and measures are the
kit's own; its README says how they are made. Beside each share stands its 95 % Wilson interval.
"–" is what a library does not offer: usaddress writes no standard form, usaddress-scourgify names no parts, neither
suggests or asks for a unit. How their answers are taken for verdicts: address_others.py. A last table asks for boxes,
routes and military mail (address_mailboxes.yaml): ours, and chosen for being usual, so no shares of anybody's traffic.

The cases come from the same points as the reference: this shows what Doorstep makes of a good register, not how good
anybody's register is. Writes build/address_accuracy.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

import address_others
import yaml
from address_kit import Kit, arguments_of, opened, told, typed, written

from doorstep.address import PostalTable, assess
from doorstep.address.reference import StreetReference

ENGINES: Final = ("Doorstep", "Doorstep, no reference", "usaddress", "scourgify")
_MAILBOXES: Final = Path(__file__).with_name("address_mailboxes.yaml")
_BOXES: Final = ("PO Box", "Street Address")
# What a library does not offer is not counted against it.
_NOT_OFFERED: Final = {
    "usaddress": ("standard form", "suggestion", "add_unit", "issue on"),
    "scourgify": ("parse", "suggestion", "add_unit", "issue on"),
}
Answers = dict[str, dict[str, Any]]


def main() -> None:
    parser = arguments_of(__doc__, n=5_000)
    parser.add_argument("--python", type=Path, help="an interpreter that has usaddress-scourgify already")
    arguments = parser.parse_args()
    python = arguments.python or address_others.environment()
    postal = PostalTable.open()
    with opened(arguments) as kit:
        bodies = kit.bodies()
        streets = StreetReference(lambda pk: bodies.get(pk, ()), capacity=10**10)
        ask = askers(postal, streets, python)
        classes = {}
        for name in kit.classes(arguments.classes):
            told(f"asking: {name}")
            if cases := kit.cases(name, n=arguments.n, seed=arguments.seed):
                classes[name] = {engine: measured(kit, name, cases, asker) for engine, asker in ask.items()}
        mailboxes = boxes(kit, postal, streets, python)
    for name, by_engine in classes.items():
        table(name, by_engine)
    table("boxes, routes, military", mailboxes)
    written("address_accuracy", {"n": arguments.n, "seed": arguments.seed, "classes": classes, "mailboxes": mailboxes})


def askers(
    postal: PostalTable, streets: StreetReference, python: Path, kinds: Sequence[str] = ("Street Address",)
) -> dict[str, Callable[[Sequence[Mapping[str, str]]], list[Any]]]:
    """For each engine, what answers a list of rows."""

    def doorstep(reference: StreetReference | None) -> Callable[[Sequence[Mapping[str, str]]], list[Any]]:
        return lambda rows: [assess(typed(dict(row)), postal=postal, streets=reference).to_dict() for row in rows]

    return {
        "Doorstep": doorstep(streets),
        "Doorstep, no reference": doorstep(None),
        "usaddress": lambda rows: [address_others.usaddress_says(row, kinds) for row in rows],
        "scourgify": lambda rows: address_others.scourgify_says(rows, python),
    }


def measured(
    kit: Kit, name: str, cases: Sequence[Any], asker: Callable[[Sequence[Mapping[str, str]]], list[Any]]
) -> dict[str, Any]:
    """The kit's measures of one engine's answers."""
    answers = of_cases(cases, asker([case.row for case in cases]))
    again = [case for case in cases if case.plain]
    plain = of_cases(again, asker([case.plain for case in again])) if name == "written_differently" else {}
    items: dict[str, Any] = kit.module.measure(name, cases, answers, plain).items
    return {measure: {it: item[it] for it in ("hits", "n", "share", "interval_95")} for measure, item in items.items()}


def of_cases(cases: Sequence[Any], answers: Sequence[dict[str, Any]]) -> Answers:
    """Answers by the id of their case."""
    return {case.id: answer for case, answer in zip(cases, answers, strict=True)}


def boxes(kit: Kit, postal: PostalTable, streets: StreetReference, python: Path) -> dict[str, dict[str, Any]]:
    """By engine: of each kind of mailbox, what is accepted, and what is written as Publication 28 has it."""
    told_of = yaml.safe_load(_MAILBOXES.read_text("utf-8"))
    rows: dict[str, list[tuple[dict[str, str], str]]] = {}
    for name, kind in told_of["kinds"].items():
        asked = product(kind["forms"], told_of["places"][kind["places"]], told_of["numbers"])
        every = [({"line1": form.format(**of), "line2": "", **at}, line.format(**of)) for (form, line), at, of in asked]
        rows[name] = list({str(each): each for each in every}.values())
    found: dict[str, dict[str, Any]] = {}
    for engine, asker in askers(postal, streets, python, _BOXES).items():
        metrics = kit.module.Metrics()
        for name, asked_rows in rows.items():
            answers = asker([row for row, _ in asked_rows])
            metrics.add(f"{name}: accept", (it["verdict"] == "accept" for it in answers))
            lines = (" ".join(f"{it['address']['line1']} {it['address']['line2']}".split()) for it in answers)
            wanted = (line for _, line in asked_rows)
            metrics.add(f"{name}: standard form", (ours == theirs for ours, theirs in zip(lines, wanted, strict=True)))
        found[engine] = metrics.items
    return found


def table(name: str, by_engine: Mapping[str, Mapping[str, Any]]) -> None:
    """One class, as the README has it."""
    print(f"\n| {name} | cases | {' | '.join(ENGINES)} |\n|---|---|{'---|' * len(ENGINES)}")
    for measure, first in by_engine[ENGINES[0]].items():
        if first["n"]:
            shares = (share(engine, measure, by_engine[engine][measure]) for engine in ENGINES)
            print(f"| {measure} | {first['n']:,} | {' | '.join(shares)} |")


def share(engine: str, measure: str, item: Mapping[str, Any]) -> str:
    """ "98.72 % (98.37–99.00)": the share, and its interval."""
    if offered(engine, measure):
        low, high = item["interval_95"]
        return f"{100 * item['hits'] / item['n']:.2f} % ({100 * low:.2f}–{100 * high:.2f})"
    return "–"


def offered(engine: str, measure: str) -> bool:
    """Whether this is asked of an engine at all."""
    if engine in _NOT_OFFERED and measure == "confirm":
        return False
    return not any(word in measure for word in _NOT_OFFERED.get(engine, ()))


if __name__ == "__main__":
    main()
