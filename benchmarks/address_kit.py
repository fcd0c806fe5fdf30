"""The evaluation kit for addresses, as the benchmarks beside it use it: its points, its cases, and a street reference.

The kit and the points are not part of this repository: both are named on the command line. The reference is made by
`doorstep reference build` from what the kit keeps of the points, so houses it leaves out are unknown to it as well.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from doorstep.address import TypedAddress
from doorstep_cli import reference
from doorstep_cli.compile_data import ensure_compiled
from doorstep_cli.errors import Trouble
from doorstep_cli.places import ROOT
from doorstep_cli.street_file import StreetFile

SHARED: Final = ROOT.parent / "shared"
POINTS: Final = ("vermont_dev.csv.gz", "baltimore_county.csv.gz")
FIELDS: Final = ("line1", "line2", "city", "state", "postal_code", "country")


def arguments_of(description: str | None, *, n: int) -> argparse.ArgumentParser:
    """A parser with what all of them ask for; `n` is how many cases of a class when nobody says."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kit", type=Path, default=SHARED / "eval" / "address_eval.py", help="the kit's program")
    parser.add_argument(
        "--points",
        type=Path,
        nargs="+",
        default=[SHARED / "data" / name for name in POINTS],
        help="address points: OpenAddresses columns, and the source's own split of the street where parts are compared",
    )
    parser.add_argument("--suffixes", type=Path, default=SHARED / "data" / "usps_street_suffixes.csv")
    parser.add_argument("--reference", type=Path, metavar="DIR", help="use this one (default: made from the points)")
    parser.add_argument("--n", type=int, default=n, help="cases of a class (default: %(default)s)")
    parser.add_argument("--classes", default="", help="of the kit, with commas between (default: all)")
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--holdout", type=float, default=0.05, help="share of points that the reference does not have")
    return parser


@dataclass(frozen=True, slots=True)
class Kit:
    """The kit's module, its world of points, and the folder of the street reference."""

    module: Any
    world: Any
    folder: Path

    def classes(self, chosen: str) -> list[str]:
        """The classes that need nothing but points, or those of them that were asked for."""
        possible = [name for name in self.module.CLASSES if name not in self.module.NEEDS_OPTION]
        wanted = chosen.split(",") if chosen else possible
        if unknown := set(wanted) - set(possible):
            raise SystemExit(f"not a class of the kit that needs points only: {', '.join(sorted(unknown))}")
        return wanted

    def cases(self, name: str, *, n: int, seed: int) -> list[Any]:
        """Cases of a class; the same for the same seed."""
        options = argparse.Namespace(n=n, seed=seed, n_extra=0)
        found: list[Any] = self.module.make_cases(name, self.world, options)
        return found

    def bodies(self) -> dict[str, list[bytes]]:
        """The whole reference in memory, by partition."""
        return {pk: [body for _, body in items] for pk, items in items_of(self.folder).items()}


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[Kit]:
    """The kit with its world and its reference. Ends the program with a message when something is not there."""
    for path in (arguments.kit, *arguments.points):
        if not path.is_file():
            raise SystemExit(f"{path} is not there: name the kit with --kit and address points with --points")
    ensure_compiled()
    module = _module(arguments.kit)
    module.SUFFIXES = module.Suffixes(arguments.suffixes)
    points = [point for path in arguments.points for point in module.read_points(path)[0]]
    world = module.World(points, arguments.seed, arguments.holdout)
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.reference or Path(name) / "reference"
        if arguments.reference is None:
            made = Path(name) / "sources"
            made.mkdir()
            began = time.perf_counter()
            reports = reference.build(module.write_reference(world, made), folder, complete=True)
            rows, took = sum(report["used"] for report in reports), time.perf_counter() - began
            told(f"street reference of {rows:,} addresses made in {took:.1f} s")
        yield Kit(module, world, folder)


def items_of(folder: Path) -> dict[str, list[tuple[str, bytes]]]:
    """Sort keys and bodies of a reference, by partition."""
    import sqlite3

    try:
        with closing(StreetFile(folder)) as file:
            uri = f"{file.path.absolute().as_uri()}?immutable=1"
    except Trouble as trouble:
        raise SystemExit(str(trouble)) from trouble
    found: dict[str, list[tuple[str, bytes]]] = {}
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        for pk, sk, body in connection.execute("SELECT pk, sk, body FROM item ORDER BY pk, sk"):
            found.setdefault(pk, []).append((sk, body))
    return found


def typed(row: dict[str, str]) -> TypedAddress:
    """A row of the kit as it is asked."""
    if "address" in row:
        return TypedAddress(one_line=row["address"])
    return TypedAddress(**{name: row.get(name, "") for name in FIELDS})


def one_text(row: dict[str, str]) -> str:
    """A row of the kit in one line, with the commas that parsers of whole addresses are used to."""
    if "address" in row:
        return row["address"]
    street = " ".join(filter(None, (row.get("line1", ""), row.get("line2", ""))))
    place = " ".join(filter(None, (row.get("state", ""), row.get("postal_code", ""))))
    return ", ".join(filter(None, (street, row.get("city", ""), place)))


def written(name: str, figures: dict[str, Any]) -> None:
    """Keep the figures below build/."""
    path = ROOT / "build" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    told(f"written to {path.relative_to(ROOT)}")


def told(words: str) -> None:
    """Say something beside the table."""
    print(words, file=sys.stderr)


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("address_eval", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    written_before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the kit's folder may be read-only
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written_before
    return module
