"""Fields that hold more than they should: "Burlington, VT 05401" as the city, or once more behind the street."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from doorstep.address.names import plain
from doorstep.address.words import state_code

_HINT: Final = re.compile(r"\d|(?:^|\s)\S{2}\.?$")  # without a digit or a word of two letters nothing is packed
_CITY_AND_ZIP: Final = re.compile(r"(.+?)[,\s]+(\d{5}(?:-\d{4})?)")


def unpacked(city: str, state: str, postal_code: str) -> tuple[str, str, str]:
    """What stands behind the city moves to its own field, where that is empty or says the same."""
    while (shorter := _one_less(city, state, postal_code)) != (city, state, postal_code):
        city, state, postal_code = shorter
    return city, state, postal_code


def _one_less(city: str, state: str, postal_code: str) -> tuple[str, str, str]:
    city = city.strip(" .,")
    if city.isalpha() or not (_HINT.search(city) or city.partition(",")[1]):
        return city, state, postal_code
    match = _CITY_AND_ZIP.fullmatch(city)
    if match and postal_code.strip() in ("", match[2], match[2][:5]):
        return match[1], state, postal_code.strip() or match[2]
    words = city.replace(",", " ").split()
    for length in (3, 2, 1):
        if len(words) <= length:
            continue
        typed = " ".join(words[-length:])
        # "Kansas City, Missouri", but not "Fort Washington": a state's full name counts only behind a comma.
        code = state_code(typed) if len(words[-1].strip(".")) == 2 or "," in city else ""
        if code and (state_code(state) == code or not state.strip()):
            return " ".join(words[:-length]), state.strip() or typed, postal_code
    return city, state, postal_code


def without_place(line: str, cities: Collection[str], states: Collection[str], codes: Collection[str]) -> str:
    """A line without the city, with state or ZIP Code, where they stand in it although they have their own fields."""
    words = line.split()
    last = _bare(words[-1]) if words else ""
    if not any(last == _last_word(value) for values in (codes, states) for value in values if value):
        return line
    found: list[Collection[str]] = []
    for values in (codes, states, cities):
        if values is cities and not found:
            return line
        for value in sorted(values, key=len, reverse=True):
            wanted = [_bare(word) for word in value.split()]
            if wanted and [_bare(word) for word in words[-len(wanted) :]] == wanted:
                words = words[: -len(wanted)]
                found.append(values)
                break
    # A street may be called like a city or a state: only together are they a repetition.
    return " ".join(words).rstrip(",") if cities in found and len(found) > 1 else line


@lru_cache(maxsize=4_096)
def _last_word(value: str) -> str:
    return _bare(value.rsplit(maxsplit=1)[-1]) if value.strip() else ""


def _bare(word: str) -> str:
    return plain(word).replace(".", "").strip(",;")
