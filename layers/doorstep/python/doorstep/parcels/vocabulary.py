"""The words every provider is translated into: reasons, which of them are places, and what a reason says of a scan.

The words are data (vocabulary.yaml), read when first asked for, so that importing the room needs nothing compiled. The
milestones stand in `scan`, beside the noun they belong to. Which word a code means is the providers' business.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from doorstep.data import load

REASONS: Mapping[str, str]
"""All reasons with their meanings."""
PLACES: frozenset[str]
"""The reasons that say where a parcel was left, or waits."""
NOT_PHYSICAL: frozenset[str]
"""The reasons of forecasts, notices and paperwork: they do not show that the parcel moved."""

UNSPECIFIED: Final = "unspecified"


def is_reason(code: str) -> bool:
    """Whether the vocabulary has this reason; "" is none."""
    return code in _words()["REASONS"]


def place_of(reason: str) -> str:
    """The reason again where it names a place of delivery or pickup, otherwise ""."""
    return reason if reason in _words()["PLACES"] else ""


def reason_with(milestone: str, reason: str) -> str:
    """The reason beside this milestone: a trouble always has one, `unspecified` if the source named none."""
    return reason or (UNSPECIFIED if milestone in load("parcels/vocabulary")["needs_reason"] else "")


def is_physical(milestone: str, reason: str) -> bool:
    """Whether a scan of this kind shows the parcel, and so ends a silence; a provider's table may know better."""
    words = load("parcels/vocabulary")
    if milestone in words["physical_at_the_door"] or reason in words["physical_before_the_carrier"]:
        return True
    return milestone not in words["not_physical"]["milestones"] and reason not in words["not_physical"]["reasons"]


@cache
def _words() -> dict[str, Any]:
    words = load("parcels/vocabulary")
    groups: Mapping[str, Mapping[str, str]] = words["reasons"]
    return {
        "REASONS": {code: meaning for group in groups.values() for code, meaning in group.items()},
        "PLACES": frozenset(groups["place"]),
        "NOT_PHYSICAL": frozenset(words["not_physical"]["reasons"]),
    }


def __getattr__(name: str) -> Any:
    if name in {"REASONS", "PLACES", "NOT_PHYSICAL"}:
        return _words()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
