"""Builds the ZIP table (SQLite) from the `zipcodes` package, whose own loading takes a second and 150 MB.

Same package, same bytes: rows are sorted, nothing depends on the clock. About 5 MB for 42,789 ZIP Codes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

_SCHEMA = """
CREATE TABLE zip (
    code TEXT PRIMARY KEY, state TEXT NOT NULL, type TEXT NOT NULL, city TEXT NOT NULL,
    accepted TEXT NOT NULL, unaccepted TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL,
    active INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE city (
    state TEXT NOT NULL, key TEXT NOT NULL, rank INTEGER NOT NULL, code TEXT NOT NULL,
    PRIMARY KEY (state, key, rank, code)
) WITHOUT ROWID;
"""

ZipRow = tuple[str, str, str, str, str, str, float, float, int]
CityRow = tuple[str, str, int, str]


def build(path: Path) -> None:
    """Write the table to `path`, replacing what is there only when the new one is whole."""
    zips, cities = _rows()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")  # two programs may build at once
    unfinished.unlink(missing_ok=True)
    connection = sqlite3.connect(unfinished)
    try:
        connection.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF;" + _SCHEMA)
        connection.executemany("INSERT INTO zip VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", zips)
        connection.executemany("INSERT INTO city VALUES (?, ?, ?, ?)", cities)
        connection.commit()
        connection.execute("VACUUM")
    finally:
        connection.close()
    unfinished.replace(path)


def _rows() -> tuple[list[ZipRow], list[CityRow]]:
    import zipcodes  # only the tool needs it, and only here

    from doorstep.address.names import city_key, plain
    from doorstep.address.postal import ACCEPTED, PRIMARY, UNACCEPTED

    def names(texts: list[str]) -> Iterator[str]:
        yield from dict.fromkeys(plain(" ".join(text.split())) for text in texts if text.strip())

    zips: dict[str, ZipRow] = {}
    cities: set[CityRow] = set()
    for entry in sorted(zipcodes.list_all(), key=lambda entry: str(entry["zip_code"])):
        code, state, kind = entry["zip_code"], entry["state"], entry["zip_code_type"]
        city = plain(entry["city"])
        accepted, unaccepted = list(names(entry["acceptable_cities"])), list(names(entry["unacceptable_cities"]))
        latitude, longitude, active = float(entry["lat"] or 0), float(entry["long"] or 0), int(entry["active"])
        joined = "|".join(accepted), "|".join(unaccepted)
        zips[code] = (code, state, kind, city, *joined, latitude, longitude, active)
        ranked = [(PRIMARY, [city]), (ACCEPTED, accepted), (UNACCEPTED, unaccepted)]
        cities |= {(state, city_key(name), rank, code) for rank, group in ranked for name in group if city_key(name)}
    return list(zips.values()), sorted(cities)
