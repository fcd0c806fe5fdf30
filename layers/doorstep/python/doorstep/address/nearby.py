"""Spelling that is nearly right: the city or the ZIP Code that was probably meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from doorstep.address.names import city_key

if TYPE_CHECKING:
    from doorstep.address.postal import PostalTable

_AT_MOST: Final = 3


@lru_cache(maxsize=4_096)
def is_near(typed: str, name: str) -> bool:
    """True when `typed` is `name` with a slip or two: one in a short name, two from eight letters on."""
    first, second = city_key(typed).replace(" ", ""), city_key(name).replace(" ", "")
    allowed = 2 if len(second) >= 8 else 1
    return len(second) >= 4 and abs(len(first) - len(second)) <= allowed and edits_between(first, second) <= allowed


def closest_city(typed: str, state: str, postal: PostalTable) -> str:
    """The one city of a state that `typed` is a slip of; "" when there is none, or more than one."""
    near = {name for name in postal.cities_of(state) if is_near(typed, name)} if typed and state else set()
    return near.pop() if len(near) == 1 else ""


def closest_codes(typed: str, codes: Sequence[str], *, edits: int = 2) -> list[str]:
    """At most three of `codes`, those that look most like `typed` first; a single one always counts."""
    if len(codes) == 1:
        return list(codes)
    near = sorted((edits_between(typed[:5], code), code) for code in codes)
    return [code for distance, code in near if distance <= edits][:_AT_MOST]


def edits_between(first: str, second: str) -> int:
    """Letters to insert, leave out, replace or swap with their neighbour."""
    return _distance()(first, second)


def most_alike(text: str, choices: Collection[str], *, edits: int, limit: int) -> list[tuple[str, int]]:
    """The choices that are at most so many edits from `text`, the nearest first, with their number."""
    from rapidfuzz import process

    found = process.extract(text, choices, scorer=_distance(), score_cutoff=edits, limit=limit)
    return [(choice, int(distance)) for choice, distance, _ in found]


@cache
def _distance() -> Callable[..., int]:
    from rapidfuzz.distance import OSA  # 20 ms to import, and most addresses are spelt right

    return OSA.distance
