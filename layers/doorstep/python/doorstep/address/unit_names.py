"""Units under their many names: "APT 4", "# 4", "Unit 4" and "4" are one door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from doorstep.address.words import designators

_MOST: Final = 3


def unit_key(text: str) -> str:
    """A unit without its designators, as far as an identifier is left: "BLDG 4 APT 3B" → "4 3B", "REAR" → "REAR"."""
    words = text.upper().replace("#", " ").replace(".", " ").split()
    bare = [word for word in words if word not in designators()]
    return " ".join(bare or words)


def nearest_units(typed: str, by_key: Mapping[str, str]) -> list[tuple[str, float]]:
    """The units that `typed` is one slip away from, each with a score from 0 to 1; at most three."""
    from doorstep.address.nearby import edits_between

    near = sorted((edits_between(typed, key), key) for key in by_key)
    return [(standard_unit(by_key[key]), 0.7) for slips, key in near[:_MOST] if slips <= 1]


def standard_unit(text: str) -> str:
    """A unit as a source writes it, in standard form: "7" → "# 7", "APARTMENT 4" → "APT 4"."""
    words = text.upper().replace("#", " # ").split()
    standard = [designators()[word].standard if word in designators() else word for word in words]
    return " ".join(standard) if words[0] in designators() or words[0] == "#" else f"# {' '.join(standard)}"
