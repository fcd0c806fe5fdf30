"""How a source spells: whether it abbreviates directions and suffixes, decided over the whole file.

Where it does, a direction or suffix that it spells out belongs to the name: WEST LIBERTY RD, HUNTERS GLEN.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from doorstep.address.words import table
from doorstep.data import load


def abbreviates(streets: Iterable[str]) -> bool:
    """True when most of the directions and suffixes in these streets are abbreviated, or nothing can be said."""
    short = spelt_out = 0
    suffixes, directions = _suffixes(), _directions()
    for street in streets:
        words = street.split()
        evidence = [directions[words.pop()]] if len(words) > 2 and words[-1] in directions else []
        if len(words) > 1 and words[-1] in suffixes and words[0] != "THE":
            evidence.append(suffixes[words.pop()])
        if len(words) > 1 and words[0] in directions:
            evidence.append(directions[words[0]])
        short += evidence.count(True)
        spelt_out += evidence.count(False)
    return short >= spelt_out


@cache
def _suffixes() -> dict[str, bool]:
    """Suffix → whether it is abbreviated; only those whose name and abbreviation differ, and are nothing else."""
    entries = [entry for entry in load("address/suffixes") if entry["name"] != entry["standard"]]
    names = {entry["name"] for entry in load("address/suffixes")}
    return {entry["name"]: False for entry in entries} | {
        entry["standard"]: True for entry in entries if entry["standard"] not in names
    }


@cache
def _directions() -> dict[str, bool]:
    long, short = ("NORTH", "SOUTH", "EAST", "WEST"), table("directionals").values()
    return dict.fromkeys(long, False) | dict.fromkeys(short, True)
