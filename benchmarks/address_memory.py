"""What the street reference weighs in memory: the estimate that bounds it, beside what a fresh process grows by.

    .venv/bin/python benchmarks/address_memory.py [--reference DIR] [--capacity 48] [--copies 3]

`StreetReference` lets go of what was used longest ago once its own estimate says that it holds `capacity` bytes. The
estimate must not be below what is really taken, or a function runs out of memory. Each line is a process of its own
(address_memory_child.py), started twice; the one that took more counts:

  loaded     every ZIP Code, every city, or both are read and kept, and asked for a misspelt name and a numbered road,
             which makes all the indexes that are made on the way. Per street is what the process grew by.
  validated  addresses of all classes of the kit, from all ZIP Codes, with and without a bound.
  bounded    `--copies` times as many ZIP Codes and cities as there are, under invented names, with the bound: the
             process may not grow with what it has seen.

Resident memory (VmRSS) counts whole pages and what the allocator keeps for later. Writes build/address_memory.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from address_kit import arguments_of, opened, told, written

_CHILD: Final = Path(__file__).with_name("address_memory_child.py")
_RUNS: Final = 2
_UNBOUNDED: Final = 10**12


def main() -> None:
    parser = arguments_of(__doc__, n=1_000)
    parser.add_argument("--capacity", type=float, default=48.0, help="the bound, in MB (default: %(default)s)")
    parser.add_argument("--copies", type=int, default=3, help="of ZIP Codes and cities, for `bounded`")
    arguments = parser.parse_args()
    bound = int(arguments.capacity * 1_000_000)
    with opened(arguments) as kit, tempfile.TemporaryDirectory() as name:
        rows = [case.row for it in kit.classes(arguments.classes) for case in kit.cases(it, n=arguments.n, seed=1)]
        asked = Path(name) / "rows.json"
        asked.write_text(json.dumps(rows), "utf-8")
        here = {"folder": str(kit.folder), "rows": str(asked)}
        kept = {"capacity": _UNBOUNDED, "copies": 1}
        found = {
            "loaded: ZIP Codes": child(here, kept, work="load", kinds=["ZIP"]),
            "loaded: cities": child(here, kept, work="load", kinds=["CITY"]),
            "loaded: both": child(here, kept, work="load", kinds=["ZIP", "CITY"]),
            "validated, no bound": child(here, kept, work="validate"),
            f"validated, {arguments.capacity:g} MB": child(here, kept | {"capacity": bound}, work="validate"),
            f"bounded, {arguments.capacity:g} MB": child(
                here, {"capacity": bound, "copies": arguments.copies}, work="load", kinds=["ZIP", "CITY"]
            ),
        }
    table(found)
    written("address_memory", {"capacity": bound, "copies": arguments.copies, "runs": found})


def child(*given: Mapping[str, Any], work: str, kinds: Sequence[str] = ()) -> dict[str, Any]:
    """What a fresh process found: of several runs, the one that grew most."""
    asked = json.dumps({key: value for each in given for key, value in each.items()} | {"work": work, "kinds": kinds})
    told(f"measuring: {work} {' '.join(kinds)}")
    return max((run(asked) for _ in range(_RUNS)), key=lambda found: int(found["grown"]))


def run(asked: str) -> dict[str, Any]:
    """What one process found."""
    done = subprocess.run([sys.executable, _CHILD], input=asked, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def table(found: Mapping[str, Mapping[str, Any]]) -> None:
    """As the README has it; the estimate is good where the last but two columns are 1 or more."""
    print("| | partitions read | streets | estimate MB | grown MB | estimate ÷ grown | bytes a street | peak MB |")
    print("|---|---|---|---|---|---|---|---|")
    for name, it in found.items():
        ratio, each = it["size"] / it["grown"], f"{it['grown'] / it['streets']:,.0f}" if it["whole"] else "–"
        sizes = f"{it['size'] / 1e6:.1f} | {it['grown'] / 1e6:.1f} | {ratio:.2f}"
        print(f"| {name} | {it['reads']:,} | {it['streets']:,} | {sizes} | {each} | {it['peak'] / 1e6:.0f} |")


if __name__ == "__main__":
    main()
