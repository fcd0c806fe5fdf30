"""What usaddress, a statistical parser, makes of a text; asked only where rules cannot tell.

Nothing it may do reaches a caller: it labels words, we decide; where it fails or counts differently, it has no say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_LONGEST: Final = 100


def labels_of(texts: Sequence[str]) -> list[str]:
    """A label of usaddress for every word; all "" where it cannot say."""
    unknown = [""] * len(texts)
    if not texts or len(texts) > _LONGEST:
        return unknown
    import usaddress  # 20 ms with its model, and half of those who know addresses never judge one

    try:
        labelled = usaddress.parse(" ".join(texts))
    except (IndexError, ValueError, KeyError):  # words of mere punctuation or of digits that are no ASCII digits
        return unknown
    return [label for _, label in labelled] if len(labelled) == len(texts) else unknown


def number_position(texts: Sequence[str]) -> int | None:
    """Where the house number stands behind a building or a name; None when there is none."""
    labels = labels_of(texts)
    if "AddressNumber" not in labels:
        return None
    at = labels.index("AddressNumber")
    return at if any(label.startswith("StreetName") for label in labels[at:]) else None


def city_length(texts: Sequence[str]) -> int:
    """How many words at the end are a city; 0 when none."""
    length = 0
    for label in reversed(labels_of(texts)):
        if label != "PlaceName":
            break
        length += 1
    return length if length < len(texts) else 0


def looks_like_street(texts: Sequence[str]) -> bool:
    """True when some of the words read as a street's name."""
    labels = labels_of(texts)
    return "StreetName" in labels and "Recipient" not in labels and "NotAddress" not in labels
