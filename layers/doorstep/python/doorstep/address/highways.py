"""Numbered roads: "US HWY 7", "CO RD 5", "I-10", "VT-100", written alike. The whole is the street's name.

Source: USPS Publication 28, appendix F. "ROUTE" is not turned into "HIGHWAY": which of the two a state says is local.
"""

from __future__ import annotations

import re
from typing import Final

from doorstep.address.tokens import Segment
from doorstep.address.words import state_spellings, suffixes, table

_GLUED_ROAD: Final = re.compile(r"([A-Z]{1,3})-(\d+[A-Z]?)")
_ROAD_NUMBER: Final = re.compile(r"\d+[A-Z]?(?:-\d+)?|[A-Z]{1,2}")

_SHORT: Final = 3
_LONG_NAMES: Final = (
    (("FARM", "TO", "MARKET", "ROAD"), "FM"),
    (("FARM", "TO", "MARKET", "RD"), "FM"),
    (("FARM", "TO", "MARKET"), "FM"),
    (("RANCH", "TO", "MARKET"), "RM"),
    (("INTERSTATE", "HIGHWAY"), "INTERSTATE"),
    (("INTERSTATE", "HWY"), "INTERSTATE"),
)


def highway(words: Segment) -> str:
    """The standard name of a numbered road ("US HWY 7" → "US HIGHWAY 7"), or "" when it is none (appendix F)."""
    # Most streets have no number: they are told from roads at once.
    if not any(word.text[:1].isdigit() or len(word.text) < _SHORT or "-" in word.text for word in words):
        return ""
    texts = [text for word in words for text in _unglued(word.text)]
    if len(texts) > 2 and any(text[0].isdigit() for text in texts[:-1]):  # "INTERSTATE 91 ACCESS ROAD"
        texts[-1] = suffixes().get(texts[-1], texts[-1])
    for long, short in _LONG_NAMES:
        if tuple(texts[: len(long)]) == long and len(texts) > len(long):
            texts[: len(long)] = [short]
    old = [texts.pop(0)] if len(texts) > 2 and texts[0] in ("OLD", "NEW") else []
    texts = ["US", *texts[2:]] if texts[:2] == ["U", "S"] else texts
    for length in range(min(3, len(texts) - 2), -1, -1):
        owner, (kind, *rest) = _owner(texts[:length]), texts[length:] or [""]
        numbered = len(rest) > 0 and bool(_ROAD_NUMBER.fullmatch(rest[0])) and rest[0] not in suffixes()
        if owner is None or not numbered:
            continue
        if kind in table("roads") and (length or table("roads")[kind] in ("HIGHWAY", "ROUTE")):
            return " ".join([*old, *owner, table("roads")[kind], *rest])
        if length == 0 and kind in table("road_names") and rest[0][0].isdigit():
            return " ".join([*old, table("road_names")[kind], *rest])
        if length == 0 and kind in state_spellings() and len(kind) == 2 and rest[0][0].isdigit() and len(rest) == 1:
            return " ".join([*old, kind, *rest])
    return ""


def names_road(text: str) -> bool:
    """True for "I-95", "US-7", "VT-100": letters and digits that name a road, not a house."""
    glued = _GLUED_ROAD.fullmatch(text)
    return glued is not None and (glued[1] in table("road_names") or glued[1] in state_spellings())


def _unglued(text: str) -> list[str]:
    """ "VT-100" is two words."""
    glued = _GLUED_ROAD.fullmatch(text)
    return [glued[1], glued[2]] if glued else [text]


def _owner(texts: list[str]) -> list[str] | None:
    """Whose road it is, in standard words; None when these words own no road."""
    if not texts or texts == ["US"]:
        return texts
    if texts[-1] in table("road_owners"):
        before = _owner(texts[:-1])
        return None if before is None else [*before, table("road_owners")[texts[-1]]]
    state = state_spellings().get(" ".join(texts))
    return [state] if state else None
