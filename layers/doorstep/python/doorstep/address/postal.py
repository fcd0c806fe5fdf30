"""The ZIP table: which cities, state and kind a ZIP Code has, and which ZIP Codes a city has.

A read-only SQLite file made when the layer is built; see `tools/doorstep_cli/zip_table.py` for its source.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from doorstep import data
from doorstep.address.names import city_key
from doorstep.errors import Permanent

_EARTH_RADIUS_MILES = 3_958.8
_MUNICIPAL = re.compile(r"^(?:TOWN|CITY|VILLAGE|BOROUGH|TOWNSHIP) OF | (?:CITY|TOWN|VILLAGE|TOWNSHIP|BORO|BOROUGH)$")
PRIMARY, ACCEPTED, UNACCEPTED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class ZipArea:
    """One ZIP Code. `type` is STANDARD, PO BOX, UNIQUE or MILITARY; names are in upper case.

    `names` finds primary and accepted names by their key without blanks.
    """

    code: str
    state: str
    type: str
    city: str
    accepted: tuple[str, ...]
    unaccepted: tuple[str, ...]
    latitude: float
    longitude: float
    active: bool
    names: Mapping[str, str]

    def spelling(self, city: str) -> str:
        """How the table spells `city`, if it is the primary or an accepted name here; otherwise ""."""
        return self.names.get(_squeezed(city), "")

    def municipality(self, city: str) -> str:
        """As `spelling`, for "Town of Barre" and "BARRE CITY" as well."""
        return self.spelling(city) or self.spelling(_MUNICIPAL.sub("", " ".join(city.upper().split())))

    def knows(self, city: str) -> bool:
        """True for a name that is in use here, though the postal service would rather not see it."""
        key = _squeezed(city)
        return any(_squeezed(name) == key for name in self.unaccepted)


def _squeezed(city: str) -> str:
    """ "COEUR D ALENE" is "Coeur d'Alene"."""
    return city_key(city).replace(" ", "")


class PostalTable:
    """A cursor over the ZIP table. Safe to share between threads: nothing is ever written."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known_zip = lru_cache(maxsize=4_096)(self._zip)
        self._known_miles = lru_cache(maxsize=4_096)(self._miles_between)
        self._known_zips_of = lru_cache(maxsize=4_096)(self._zips_of)

    @classmethod
    def open(cls, path: Path | None = None) -> PostalTable:
        """Open the compiled table, or the one at `path`. Raises `Permanent` when it has not been built."""
        path = path or data.compiled("address/zipcodes.sqlite")
        if not path.is_file():
            raise Permanent("data_not_compiled", "address/zipcodes.sqlite has not been built; run `make setup`")
        # immutable: no locks and no journal, as the file of a layer cannot change while we read it.
        return cls(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False))

    def zip(self, code: str) -> ZipArea | None:
        """The ZIP Code (five digits), or None when there is no such one."""
        return self._known_zip(code)

    def zips_of(self, city: str, state: str) -> list[str]:
        """Active ZIP Codes in which `city` is the primary or an accepted name, those with the primary name first."""
        return list(self._known_zips_of(city_key(city), state))

    def _zip(self, code: str) -> ZipArea | None:
        row = self._connection.execute("SELECT * FROM zip WHERE code = ?", (code,)).fetchone()
        if row is None:
            return None
        code, state, kind, city, accepted, unaccepted, latitude, longitude, active = row
        names = [tuple(filter(None, text.split("|"))) for text in (accepted, unaccepted)]
        spellings = {_squeezed(name): name for name in reversed((city, *names[0]))}
        return ZipArea(code, state, kind, city, names[0], names[1], latitude, longitude, bool(active), spellings)

    def _zips_of(self, key: str, state: str) -> tuple[str, ...]:
        rows = self._connection.execute(
            "SELECT city.code FROM city JOIN zip USING (code)"
            " WHERE city.state = ? AND key = ? AND rank <= ? AND active ORDER BY rank, city.code",
            (state, key, ACCEPTED),
        )
        return tuple(code for (code,) in rows)

    def cities_of(self, state: str) -> Sequence[str]:
        """Keys of the primary and accepted city names of a state."""
        rows = self._connection.execute(
            "SELECT DISTINCT key FROM city WHERE state = ? AND rank <= ? ORDER BY key", (state, ACCEPTED)
        )
        return [key for (key,) in rows]

    def miles_between(self, first: str, second: str) -> float | None:
        """Great-circle distance between the centres of two ZIP Codes; None when one of them has no place on the map."""
        return self._known_miles(first, second)

    def _miles_between(self, first: str, second: str) -> float | None:
        places = [area for area in (self.zip(first), self.zip(second)) if area and (area.latitude or area.longitude)]
        if len(places) < 2:
            return None
        (lat1, lon1), (lat2, lon2) = ((math.radians(one.latitude), math.radians(one.longitude)) for one in places)
        chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        return 2 * _EARTH_RADIUS_MILES * math.asin(math.sqrt(min(1.0, chord)))
