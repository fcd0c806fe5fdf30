"""The fresh process of address_memory.py: reads what to do as JSON, and writes how much it grew by.

Before the first look at its memory, everything that has nothing to do with the size of the reference is there: the
engine has answered addresses without one, and the matching of misspelt names is imported. Bodies are read from the file
one at a time, as a function reads them from the table.
"""

from __future__ import annotations

import gc
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from doorstep.address import PostalTable, TypedAddress, assess
from doorstep.address.reference import StreetReference
from doorstep.address.reference.blob import city_pk, opened, zip_pk
from doorstep_cli.street_file import StreetFile

_FIELDS = ("line1", "line2", "city", "state", "postal_code", "country")


def main() -> None:
    asked = json.load(sys.stdin)
    rows = [typed(row) for row in json.loads(Path(asked["rows"]).read_text("utf-8"))]
    postal = PostalTable.open()
    with closing(StreetFile(Path(asked["folder"]))) as file:
        places = copied(partitions(Path(asked["folder"])), asked["copies"])
        reads: set[str] = set()

        def read(pk: str) -> list[bytes]:
            reads.add(pk)
            return file.read(places.get(pk, pk))

        warmed_up(rows, postal, file, places)
        reference = StreetReference(read, capacity=asked["capacity"])
        before = status("VmRSS")
        if asked["work"] == "load":
            load(reference, places, asked["kinds"])
        else:
            for row in rows:
                assess(row, postal=postal, streets=reference)
        gc.collect()
        found = {"grown": status("VmRSS") - before, "peak": status("VmHWM"), "size": reference.size}
        whole = asked["work"] == "load" and reference.size < asked["capacity"] * 0.9
        print(json.dumps(found | {"whole": whole} | counted(file, places, reads)))


def typed(row: dict[str, str]) -> TypedAddress:
    """A row of the kit as it is asked."""
    if "address" in row:
        return TypedAddress(one_line=row["address"])
    return TypedAddress(**{name: row.get(name, "") for name in _FIELDS})


def partitions(folder: Path) -> list[str]:
    """The keys of all ZIP Codes and cities."""
    import sqlite3

    with closing(sqlite3.connect(folder / "streets.sqlite")) as connection:
        return [pk for (pk,) in connection.execute("SELECT DISTINCT pk FROM item ORDER BY pk")]


def copied(pks: list[str], copies: int) -> dict[str, str]:
    """Every partition under its own name, and under as many invented ones as are missing to so many copies."""
    places = {pk: pk for pk in pks}
    for number in range(1, copies):
        for pk in pks:
            kind, *names = pk.split("#")
            other = zip_pk(f"{names[0]}{number}") if kind == "ZIP" else city_pk(names[0], f"{names[1]} copy{number}")
            places[other] = pk
    return places


def warmed_up(rows: list[TypedAddress], postal: PostalTable, file: StreetFile, places: dict[str, str]) -> None:
    """Whatever is imported, opened or kept without a reference, and one ZIP Code of it that is let go of again."""
    process.extract("MAIN", ["MAIN", "MAINE"], scorer=OSA.distance, score_cutoff=1)
    for row in rows[:: max(1, len(rows) // 2_000)]:
        assess(row, postal=postal)
    reference = StreetReference(file.read)
    for kind in ("ZIP", "CITY"):
        ask(reference, next(pk for pk in places if pk.startswith(kind)))
    del reference
    gc.collect()


def load(reference: StreetReference, places: dict[str, str], kinds: list[str]) -> None:
    """Ask every partition of these kinds."""
    for pk in places:
        if pk.split("#")[0] in kinds:
            ask(reference, pk)


def ask(reference: StreetReference, pk: str) -> None:
    """Read a partition, and have it make every index that it makes on the way."""
    kind, *names = pk.split("#")
    if kind == "ZIP":
        streets = reference.zip(names[0])
        assert streets
        for names_only in (True, False):
            list(streets.like("MIAN", 2, names=names_only))
    else:
        city = reference.city(names[0], names[1])
        assert city
        city.find("MAIN STREET")
        city.find("#ANY 7")
        list(city.like("MIAN ST"))


def counted(file: StreetFile, places: dict[str, str], reads: set[str]) -> dict[str, Any]:
    """How many partitions were read, and the streets in them."""
    streets = sum(len(opened(body)["streets"]) for pk in reads for body in file.read(places.get(pk, pk)))
    return {"reads": len(reads), "streets": streets}


def status(name: str) -> int:
    """A line of the process's status, in bytes."""
    for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) * 1024
    raise SystemExit("address_memory.py needs /proc, as Linux has it")


if __name__ == "__main__":
    main()
