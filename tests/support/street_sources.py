"""Street sources as tests upload them: made up, a few rows each, and what of them stands in the table."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable
from typing import Any

from world import World

from doorstep.address.reference.blob import opened

HEAD = "NUMBER,STREET,UNIT,CITY,REGION,POSTCODE"
MAIN = ("12,MAIN ST,,BURLINGTON,VT,05401", "14,MAIN ST,,BURLINGTON,VT,05401")
ELM = ("3,ELM ST,,MONTPELIER,VT,05602", "5,ELM ST,APT 1,MONTPELIER,VT,05602")
OAK = ("7,OAK LN,,STOWE,VT,05672",)


def csv(*rows: str) -> bytes:
    """An address file with these rows."""
    return "\n".join((HEAD, *rows, "")).encode()


def zipped(*rows: str) -> bytes:
    """The same, packed; the same rows always give the same bytes."""
    return gzip.compress(csv(*rows), mtime=0)


def wide(zips: Iterable[str], numbers: Iterable[int], street: str = "MAPLE AVE") -> bytes:
    """An address file with these numbers in each of these ZIP Codes."""
    kept = list(numbers)
    return csv(*(f"{number},{street},,,VT,{code}" for code in zips for number in kept))


def streets(world: World) -> dict[str, dict[str, list[str]]]:
    """Which file says what of which ZIP Code: `{"05401": {"a.csv": ["MAIN ST 12 14"]}}`."""
    found: dict[str, dict[str, list[str]]] = {}
    for item in world.raw_items("streets"):
        if item["pk"]["S"].startswith("ZIP#"):
            content = opened(body_of(item))
            lines = found.setdefault(content["zip"], {}).setdefault(content["file"], [])
            lines += [f"{street[0]} {street[2]}".strip() for street in content["streets"]]
    return {code: {file: sorted(lines) for file, lines in files.items()} for code, files in sorted(found.items())}


def body_of(item: dict[str, Any]) -> bytes:
    """The body of an item in DynamoDB's notation."""
    return bytes(item["body"]["B"])


def places(world: World) -> Counter[str]:
    """How many items each partition of the table has, but for the ledger's."""
    found = Counter(item["pk"]["S"] for item in world.raw_items("streets"))
    return Counter({pk: count for pk, count in found.items() if not pk.startswith("FILE#")})


def ledger(world: World, file: str) -> dict[str, Any]:
    """The file's entry in the ledger, in DynamoDB's notation."""
    (found,) = [it for it in world.raw_items("streets", "FILE") if it["pk"]["S"] == f"FILE#{file}"]
    return found


def at_rest(world: World) -> None:
    """Nobody is at work on any file, nothing is under way, and no manifest but the last is kept."""
    for item in world.raw_items("streets", "FILE"):
        assert not {"holder", "held_until", "again", "coming", "done"} & set(item), item
        manifests = {
            it["sk"]["S"].split("#")[1] for it in world.raw_items("streets", "MANIFEST#") if it["pk"] == item["pk"]
        }
        assert manifests == ({item["manifest"]["S"]} if "manifest" in item else set())
    assert not any(world.dead.values())
    assert world.errors == []
