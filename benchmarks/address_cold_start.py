"""A cold start of `validate_address` and its first answer, beside what any function on these libraries begins with.

    .venv/bin/python benchmarks/address_cold_start.py [--runs 25] [--reference DIR]

Each run is a fresh process (address_cold_children.py), and the contestants take turns:

  doorstep   imports functions/validate_address and answers one address of the kit: reads the secret and the streets of
             the ZIP Code, gives the verdict with its token.
  libraries  imports Powertools' Logger and usaddress and makes a DynamoDB client. Nothing is asked, nothing answered.
  with calls the same, and reads the same secret and the same streets, as whoever keeps them there has to.

Told is the median of the ratios of neighbours. Timed is from the first line of the program on: the interpreter's own
start is the same for all and not in it. AWS is address_stub.py, which answers at once.

Twice: with everything compiled before, as on a developer's machine, and from the layers as `sam build` makes them,
where every cold start compiles the code of the layers (there is no bytecode in them, and a function cannot write any).
boto3 is Lambda's own and compiled in both. Writes build/address_cold_start.json.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import files
from pathlib import Path
from typing import Any, Final

import address_stub
from address_kit import arguments_of, opened, told, written

from doorstep_cli.layer import assemble
from doorstep_cli.places import ROOT

_CHILDREN: Final = Path(__file__).with_name("address_cold_children.py")
_PINS: Final = ROOT / "layers" / "dependencies" / "requirements.txt"
_CONTESTANTS: Final = ("doorstep", "libraries", "with calls")


def main() -> None:
    parser = arguments_of(__doc__, n=200)
    parser.add_argument("--runs", type=int, default=25, help="of each contestant (default: %(default)s)")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        kit = stack.enter_context(opened(arguments))
        port = stack.enter_context(address_stub.running(kit.folder))
        rows = [case.row for case in kit.cases("valid", n=arguments.n, seed=arguments.seed)]
        layers = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours, theirs = as_deployed(layers)
        site = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
        homes = {
            "compiled": [str(ROOT / "layers" / "doorstep" / "python"), *site],
            "as deployed": [str(ours), str(theirs), *site],
        }
        found = {}
        for name, paths in homes.items():
            told(f"starting: {name}")
            found[name] = measured(paths, rows, arguments.runs, port, write=name == "compiled")
    table(found)
    written("address_cold_start", {"runs": arguments.runs, "homes": found})


def as_deployed(folder: Path) -> tuple[Path, Path]:
    """Both layers as they are uploaded: sources, and no bytecode."""
    assemble(folder / "doorstep")
    site = folder / "dependencies"
    for line in _PINS.read_text("utf-8").splitlines():
        name, found, _ = line.partition("==")
        if not found:
            continue
        for file in files(name) or ():
            if file.suffix != ".pyc" and ".." not in file.parts:
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), target)
    return folder / "doorstep" / "python", site


def measured(paths: Sequence[str], rows: Sequence[Any], runs: int, port: int, *, write: bool) -> dict[str, Any]:
    """All contestants in turns; the first turn, which compiles and fills the disk's cache, does not count."""
    times: dict[str, list[dict[str, float]]] = {name: [] for name in _CONTESTANTS}
    for number in range(runs + 1):
        turn = _CONTESTANTS if number % 2 else _CONTESTANTS[::-1]
        for name in turn:
            took = child(name, paths, rows[number % len(rows)], port, write=write)
            if number:
                times[name].append(took)
    ratios = {
        name: [a["all"] / b["all"] for a, b in zip(times["doorstep"], times[name], strict=True)]
        for name in _CONTESTANTS[1:]
    }
    return {
        "ms": {
            name: {step: statistics.median(run[step] for run in of) * 1000 for step in of[0]}
            for name, of in times.items()
        },
        "ratio": {name: statistics.median(of) for name, of in ratios.items()},
        "ratio_range": {name: [min(of), max(of)] for name, of in ratios.items()},
    }


def child(name: str, paths: Sequence[str], row: dict[str, str], port: int, *, write: bool) -> dict[str, float]:
    """Seconds of each step of one process."""
    asked = json.dumps({"who": name, "paths": list(paths), "row": row, "root": str(ROOT)})
    flags = ["-I", "-S", *([] if write else ["-B"])]
    done = subprocess.run(
        [sys.executable, *flags, _CHILDREN, asked],
        env=address_stub.environment(port),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return took


def table(found: dict[str, dict[str, Any]]) -> None:
    """As the README has it."""
    print(
        "| | Doorstep ÷ libraries | from–to | ÷ with calls | Doorstep ms | its imports | libraries ms | with calls ms |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, it in found.items():
        low, high = it["ratio_range"]["libraries"]
        ratios = f"{it['ratio']['libraries']:.2f} | {low:.2f}–{high:.2f} | {it['ratio']['with calls']:.2f}"
        ms = it["ms"]
        own = f"{ms['doorstep']['all']:.0f} | {ms['doorstep']['imports']:.0f}"
        print(f"| {name} | {ratios} | {own} | {ms['libraries']['all']:.0f} | {ms['with calls']['all']:.0f} |")


if __name__ == "__main__":
    main()
