"""The word tables of the postal service, read from the data files beside this module and turned for looking up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from doorstep.address.names import plain
from doorstep.data import load


@dataclass(frozen=True, slots=True)
class Designator:
    """A secondary unit designator; `plain` ones are also ordinary words of street names."""

    standard: str
    needs_number: bool
    plain: bool


@dataclass(frozen=True, slots=True)
class State:
    """A state, district, territory or military "state"."""

    code: str
    name: str
    kind: str
    far: bool


@cache
def suffixes() -> Mapping[str, str]:
    """Street suffix as typed → standard abbreviation (Pub 28, C1)."""
    return {
        spelling: entry["standard"]
        for entry in load("address/suffixes")
        for spelling in (entry["name"], entry["standard"], *entry["variants"])
    }


@cache
def designators() -> Mapping[str, Designator]:
    """Unit designator as typed → its standard (Pub 28, C2)."""
    return {
        spelling: Designator(entry["standard"], entry["number"], entry["plain"])
        for entry in load("address/units")
        for spelling in (entry["name"], entry["standard"], *entry["variants"])
    }


@cache
def states() -> Mapping[str, State]:
    """Two-letter abbreviation → state, in the order of the postal service's table."""
    return {e["code"]: State(e["code"], e["name"], e["kind"], e["far"]) for e in load("address/states")}


@cache
def state_spellings() -> Mapping[str, str]:
    """State as typed (upper case, without periods) → two-letter abbreviation (Pub 28, B)."""
    return {
        _state_key(spelling): entry["code"]
        for entry in load("address/states")
        for spelling in (entry["code"], entry["name"], *entry["variants"])
    }


@lru_cache(maxsize=1_024)
def state_code(typed: str) -> str:
    """The abbreviation for a state as typed ("vt", "Vermont", "N. Dak.", "V T"); "" when it is none."""
    key = _state_key(typed)
    return state_spellings().get(key) or (
        state_spellings().get(key.replace(" ", ""), "") if len(key) == len("V T") else ""
    )


def _state_key(text: str) -> str:
    return " ".join(plain(text).replace(".", " ").replace(",", " ").replace("'", "").split())


@cache
def table(name: str) -> Mapping[str, str]:
    """One of the small tables of words.yaml: directionals, roads, road_owners, road_names, numbers."""
    found: Mapping[str, str] = load("address/words")[name]
    return found


@cache
def places() -> frozenset[str]:
    """Words that begin a development, a district or another place of Puerto Rico (Pub 28 §29)."""
    return frozenset(load("address/words")["places"])


@cache
def small_words() -> frozenset[str]:
    """Short words that are no units: "DEPARTMENT OF"."""
    return frozenset(load("address/words")["small_words"])


@cache
def special_words() -> frozenset[str]:
    """Words that may begin a unit, a box, a route or a place in Puerto Rico: without one, a street is all there is."""
    return frozenset(designators()) | places() | frozenset(load("address/words")["box_words"])


@cache
def country_names() -> tuple[tuple[str, ...], ...]:
    """Our own country's names as words, longest first."""
    return tuple(sorted((tuple(name.split()) for name in load("address/words")["countries"]), key=len, reverse=True))
