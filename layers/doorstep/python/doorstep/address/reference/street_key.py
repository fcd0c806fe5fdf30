"""One key for the many spellings of a street: "N. Main St", "NORTH MAIN STREET" and "No Main Str" are the same.

A key is for finding, never for showing: directionals, suffixes and numbers in words are spelt out wherever they
stand, so that a slip of the pen stays near it. Numbered roads (Pub 28, appendix F) get keys of their own,
"#US 7 SOUTH", in which the state's own roads are "#STATE" and those of nobody in particular "#ANY".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from doorstep.address.highways import highway
from doorstep.address.names import plain
from doorstep.address.tokens import Word
from doorstep.address.words import state_spellings, states, table
from doorstep.data import load

_COMPASS: Final = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST", "NE": "NORTHEAST", "NW": "NORTHWEST",
                   "SE": "SOUTHEAST", "SW": "SOUTHWEST"}  # fmt: skip
_COMPASS_PAIRS: Final = frozenset((first, second) for first in ("NORTH", "SOUTH") for second in ("EAST", "WEST"))
_DIGIT: Final = re.compile(r"[0-9]")
_JOINING: Final = frozenset({"STREET", "NORTH", "SOUTH", "O", "MC"})
_PUNCTUATION: Final = str.maketrans({"'": "", ".": "", "&": " & "} | dict.fromkeys('-,;:"()[]*', " "))
_KINDS: Final = ("HIGHWAY", "ROUTE", "ROAD")
ANY_ROAD: Final = "#ANY"


@cache
def spelt_out() -> dict[str, str]:
    """Word as it may be written → the long form all its spellings share."""
    words: dict[str, str] = {}
    for entry in load("address/suffixes"):
        for spelling in (entry["name"], entry["standard"], *entry["variants"]):
            words.setdefault(spelling, entry["name"])  # PARK and PARKS share an abbreviation: the first has it
    words |= {typed: _COMPASS[short] for typed, short in table("directionals").items()}
    return words | dict(table("ordinals")) | dict(table("same_words"))


@cache
def endings() -> frozenset[str]:
    """Suffixes, spelt out."""
    return frozenset(entry["name"] for entry in load("address/suffixes"))


def ordinal_ending(number: int) -> str:
    """ "38 ST" is "38TH ST"."""
    return "TH" if number % 100 in (11, 12, 13) else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")


@cache
def road_words() -> frozenset[str]:
    """Words that may stand in front of a road's number."""
    names = [name for name in state_spellings() if " " in name or len(name) > len("VT")]
    return frozenset({*table("roads"), *table("road_names"), *table("road_owners"), *states(), "U", "OLD", "NEW"}) | {
        word for name in names for word in name.split()
    }


@lru_cache(maxsize=1_024)
def street_key(text: str, state: str) -> str:
    """The key of a street, given its text in upper case (without number and unit) and the state it is in."""
    ordinary = text.isascii() and text.replace(" ", "").isalnum()
    texts = text.split() if ordinary else list(pieces(text))
    numbered = _DIGIT.search(text) is not None
    if numbered and (road := _road_key(texts, state)):
        return road
    long = spelt_out()
    texts = [long.get(text, text) for text in texts]
    if not numbered and _JOINING.isdisjoint(texts[:-1]):
        return " ".join(texts)
    at = 0
    while at < len(texts) - 1:
        this, following = texts[at : at + 2]
        if this == "STREET":
            texts[at] = "SAINT"
        elif this.isdecimal() and this.isascii() and following in endings():
            texts[at] += ordinal_ending(int(this))
        elif (this, following) in _COMPASS_PAIRS or (this in ("O", "MC") and following not in endings()):
            texts[at : at + 2] = [this + following]
        at += 1
    return " ".join(texts)


def pieces(text: str) -> Sequence[str]:
    """The words of a text as keys have them: without apostrophes, in two where there is a hyphen."""
    if text.isalnum() and text.isascii():
        return (text,)
    return plain(text).translate(_PUNCTUATION).split()


def first_word(text: str) -> str:
    """The first word of a street, spelt out; streets with different first words have different keys, but for roads."""
    first = (pieces(text.partition(" ")[0]) or [""])[0]
    return spelt_out().get(first, first)


def any_road(key: str) -> str:
    """The key of a numbered road whose owner nobody named: "#US 7" → "#ANY 7"; "" for what is no such road."""
    owner, _, number = key.partition(" ")
    return f"{ANY_ROAD} {number}" if owner.startswith("#") and number[:4] not in ("OLD ", "NEW ") else ""


def _road_key(texts: Sequence[str], state: str) -> str:
    hints = road_words()
    if not any(text in hints for text in texts[:-1]):
        return ""
    long, after = spelt_out(), ""
    if len(texts) > 2 and texts[-1] in table("directionals"):
        texts, after = texts[:-1], f" {long[texts[-1]]}"
    name = (highway(tuple(Word(text, "") for text in texts)) or _by_state_name(texts)).split()
    if not name:
        return ""
    old = f"{name[0]} " if name[0] in ("OLD", "NEW") else ""
    name = name[1:] if old else name
    at = next((at for at, text in enumerate(name) if text[0].isdigit()), len(name) - 1)
    owner = " ".join(text for text in name[:at] if text not in _KINDS)
    if owner in ("SR", "STATE", state):
        owner = "STATE"
    rest = " ".join([name[at], *(long.get(text, text) for text in name[at + 1 :])])
    return f"#{owner or 'ANY'} {old}{rest}{after}"


def _by_state_name(texts: Sequence[str]) -> str:
    """ "VERMONT 113", "NEW YORK 22": a state's road without a word for road."""
    owner = state_spellings().get(" ".join(texts[:-1]), "")
    return f"{owner} {texts[-1]}" if owner and texts[-1][0].isdigit() else ""
