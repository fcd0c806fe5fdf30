"""Splits an address typed in one line: from the end, ZIP Code, state and city; before them stands the delivery line.

A known street says where the delivery line ends, otherwise the ZIP table which words are a city; where neither knows,
usaddress is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from doorstep.address.labels import city_length
from doorstep.address.line_end import delivery_length
from doorstep.address.model import TypedAddress
from doorstep.address.names import readable
from doorstep.address.nearby import is_near
from doorstep.address.postal import PostalTable, ZipArea
from doorstep.address.reference import StreetReference
from doorstep.address.tokens import EDGES
from doorstep.address.words import country_names, designators, state_code, suffixes

_ZIP: Final = re.compile(r"[0-9]{5}(?:-[0-9]{4})?|[0-9]{9}")
_STATE_AND_ZIP: Final = re.compile(r"([A-Za-z]{2})?[-.]?([0-9]{5}(?:-[0-9]{4})?|[0-9]{9})\.?")
_LONGEST_CITY: Final = 5
_COMMA: Final = ","


def split_line(typed: TypedAddress, postal: PostalTable, streets: StreetReference) -> TypedAddress:
    """The six fields of a one-line address, as far as they can be told apart."""
    words = _without_country(_words(readable(typed.one_line)))
    words, code = _take_code(words)
    words, state = _take_state(words)
    if not code:  # "…, 05401 VT"
        words, code = _take_code(words)
    words, code = (words, code) if code else _take_code_before_city(words)
    here = streets.zip(code[:5]) if code else None
    if here and (length := delivery_length(words, here)):
        words, city = words[:length], words[length:]
    else:
        words, city = _take_city(words, state_code(state), postal.zip(code[:5]) if code else None, postal)
    return TypedAddress(line1=_joined(words), city=_joined(city), state=state, postal_code=code, country=typed.country)


def _words(line: str) -> list[str]:
    """Words without stray punctuation, and a "," for each separator."""
    spaced = re.sub(r"\s*(?:[,;\n|(){}\[\]]|\s-+\s)[\s,;\n|(){}\[\]]*", f" {_COMMA} ", line)
    return [bare for word in spaced.split() if (bare := word if word == _COMMA else word.strip(EDGES))]


def _joined(words: Sequence[str]) -> str:
    return " ".join(words).replace(" ,", ",").strip(", ")


def _trimmed(words: Sequence[str]) -> list[str]:
    end = len(words)
    while end and words[end - 1] in (_COMMA, "."):
        end -= 1
    return list(words[:end])


def _without_country(words: list[str]) -> list[str]:
    words = _trimmed(words)
    for name in country_names():
        end = tuple(word.upper().replace(".", "") for word in words[-len(name) :])
        if len(words) > len(name) and end == name:
            return _trimmed(words[: -len(name)])
    return words


def _take_code(words: list[str]) -> tuple[list[str], str]:
    words = _trimmed(words)
    if len(words) > 2 and re.fullmatch(r"[0-9]{4}", words[-1]) and re.fullmatch(r"[0-9]{5}", words[-2]):
        return _trimmed(words[:-2]), f"{words[-2]}-{words[-1]}"
    if len(words) > 1 and (match := _STATE_AND_ZIP.fullmatch(words[-1])):
        rest = words[:-1] + ([match[1]] if match[1] else [])
        return _trimmed(rest), match[2]
    return words, ""


def _take_state(words: list[str]) -> tuple[list[str], str]:
    for length in (4, 3, 2, 1):
        code = state_code(" ".join(words[-length:])) if len(words) > length and _COMMA not in words[-length:] else ""
        if code:
            # "Washington DC" is a state as people type it, but its first word is the city.
            shortest = next(fewer for fewer in range(1, length + 1) if state_code(" ".join(words[-fewer:])) == code)
            return _trimmed(words[:-shortest]), " ".join(words[-shortest:])
    return words, ""


def _take_code_before_city(words: list[str]) -> tuple[list[str], str]:
    """ "12 Main St, 05401 Burlington": a ZIP Code behind a comma or a suffix, followed by words only."""
    for at in range(len(words) - 2, 1, -1):
        if any(letter.isdigit() for letter in words[at + 1]):
            return words, ""
        if _ZIP.fullmatch(words[at]):
            return words[:at] + words[at + 1 :], words[at]
    return words, ""


def _take_city(words: list[str], state: str, area: ZipArea | None, postal: PostalTable) -> tuple[list[str], list[str]]:
    words = _trimmed(words)
    last = len(words) - words[::-1].index(_COMMA) if _COMMA in words else 0
    tail = words[last:]
    named = any(known(tail) for known in _known(state, area, postal)) if last else False
    if named or (last and not _has_digit(tail) and tail[0].upper().strip(".") not in designators()):
        return _trimmed(words[:last]), tail
    if not (area or state):
        return words, []
    length = _known_length(tail, state, area, postal) or _length_behind_street(tail) or city_length(tail)
    return (_trimmed(words[:-length]), words[-length:]) if length else (words, [])


def _known_length(words: list[str], state: str, area: ZipArea | None, postal: PostalTable) -> int:
    """How many words at the end are a city that the table knows; 0 when none."""
    for known in _known(state, area, postal):
        lengths = [length for length in range(1, min(_LONGEST_CITY + 1, len(words))) if known(words[-length:])]
        # "Route 313 W Arlington": a single letter belongs to the street where the rest is a city as well.
        lengths = [length for length in lengths if len(words[-length]) > 1 or length - 1 not in lengths]
        lengths = [length for length in lengths if _leaves_street(words[:-length])] or lengths
        if not lengths:
            continue
        longest = lengths[-1]
        # "West Fairlee" is a town of its own, even where the ZIP Code also goes by "Fairlee".
        longer = words[-longest - 1 :] if len(words) > longest + 1 else []
        compass = longer and longer[0].upper() in ("NORTH", "SOUTH", "EAST", "WEST")
        return longest + 1 if compass and state and postal.zips_of(" ".join(longer), state) else longest
    return 0


def _known(state: str, area: ZipArea | None, postal: PostalTable) -> Iterator[Callable[[Sequence[str]], bool]]:
    """Ways to know a city, the surest first: a name of the ZIP Code, then a postal city of the state, then a slip."""
    if area is not None:
        yield lambda words: bool(area.municipality(" ".join(words))) or area.knows(" ".join(words))
    if state:
        yield lambda words: bool(postal.zips_of(" ".join(words), state))
    if area is not None:
        yield lambda words: is_near(" ".join(words), area.city)


def _length_behind_street(words: Sequence[str]) -> int:
    """How many words stand behind the last one that ends a street or a unit: a place that no table knows."""
    for at in range(len(words) - 1, 2, -1):
        if _leaves_street(words[:at]):
            return len(words) - at
    return 0


def _has_digit(words: Sequence[str]) -> bool:
    return any(letter.isdigit() for word in words for letter in word)


def _leaves_street(words: Sequence[str]) -> bool:
    """True when what would be left ends like a delivery line: a suffix, a unit, a box, a number."""
    rest = _trimmed(words)
    last = rest[-1].upper().strip(".") if rest else ""
    return bool(rest) and (last in suffixes() or any(letter.isdigit() for letter in last) or words[-1] == _COMMA)
