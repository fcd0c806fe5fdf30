"""Which columns of a table of addresses hold what: those of OpenAddresses and of the National Address Database.

The order, the case and other columns do not matter. What is missing (unit, city, state) reads as "".
National Address Database: https://www.transportation.gov/gis/nad/nad-schema, releases 21 to 23, and 3 with older names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from doorstep.address.reference.rows import squeezed

Reader = Callable[[Sequence[str]], str]
"""Takes the fields of a line and gives one value, squeezed."""

_NEEDED: Final = ("number", "street", "zip")
_NOT_SAID: Final = {"NOT STATED", "UNKNOWN", "UNINCORPORATED"}

# For each value: the column that must be there → the columns that make it up; the first that is not empty counts.
_Columns = Mapping[str, Mapping[str, Sequence[str]]]
_OPENADDRESSES: Final[_Columns] = {
    "number": {"number": ["number"]},
    "street": {"street": ["street"]},
    "unit": {"unit": ["unit"]},
    "city": {"city": ["city"]},
    "state": {"region": ["region"]},
    "zip": {"postcode": ["postcode"]},
}
_STREET_PARTS: Final = ("premod", "predir", "pretyp", "presep", "", "postyp", "posdir", "posmod")
_NAD: Final[_Columns] = {
    "number": {"addno_full": ["addno_full"], "add_number": ["addnum_pre", "add_number", "addnum_suf"]},
    "street": {
        "stnam_full": ["stnam_full"],
        "st_name": [f"st_{part}" if part else "st_name" for part in _STREET_PARTS],
        "streetname": [f"stn_{part}" if part else "streetname" for part in _STREET_PARTS],
    },
    "unit": {"unit": ["unit"], "subaddress": ["subaddress"]},
    "city": {name: [name] for name in ("post_city", "post_comm", "inc_muni")},
    "state": {"state": ["state"]},
    "zip": {"zip_code": ["zip_code"]},
}


def readers_of(names: Sequence[str]) -> list[Reader]:
    """Readers of number, street, unit, city, state and ZIP Code for a header in lower case; none if it lacks one."""
    for layout in (_OPENADDRESSES, _NAD):
        values = {value: _reader(value, choices, names) for value, choices in layout.items()}
        if all(values[value] for value in _NEEDED):
            return [reader or _nothing for reader in values.values()]
    return []


def _reader(value: str, choices: Mapping[str, Sequence[str]], names: Sequence[str]) -> Reader | None:
    places = [[names.index(c) for c in columns if c in names] for key, columns in choices.items() if key in names]
    if not places:
        return None
    if len(choices) == 1 and len(places[0]) == 1:
        (place,) = places[0]
        return lambda fields: squeezed(fields[place])
    join = _whole_number if value == "number" else " ".join

    def first_said(fields: Sequence[str]) -> str:
        for found in places:
            text = join([word for place in found if (word := squeezed(fields[place])) and word not in _NOT_SAID])
            if text:
                return text
        return ""

    return first_said


def _whole_number(parts: list[str]) -> str:
    # "N6W" 23001, 97 "A" and 12 "-B" are written as one word, 12 "1/2" as two.
    text = ""
    for part in parts:
        text += f" {part}" if text[-1:].isdigit() and part[0].isdigit() else part
    return text


def _nothing(fields: Sequence[str]) -> str:
    return ""
