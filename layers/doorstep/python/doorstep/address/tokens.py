"""A line as words: each as it was typed and as we read it, in the segments that commas and line breaks make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from doorstep.address.names import plain

_SEPARATORS: Final = re.compile(r"[,;\n|]|\s[-–—]+\s")
EDGES: Final = ".,:!?\"'()[]{}<>*_=+~^`\\$%@-"
_JOINING_PERIOD: Final = re.compile(r"(?<=[A-Z]{2})\.(?=[A-Z]{2})")
_INNER_PERIOD: Final = re.compile(r"(?<!\d)\.|\.(?!\d)")


@dataclass(frozen=True, slots=True)
class Word:
    """`text` is upper case without stray punctuation; `typed` is what stood there."""

    text: str
    typed: str


Segment = tuple[Word, ...]


def segments(line: str) -> list[Segment]:
    """The words of a line, segment by segment; empty segments vanish."""
    line = re.sub(r"(?<=\d)\s+-\s*(?=\d)", "-", line).replace("#", " # ")
    found = (tuple(_words(part)) for part in _SEPARATORS.split(line))
    return [segment for segment in found if segment]


def _words(part: str) -> Iterator[Word]:
    for typed in part.split():
        rest = typed  # one typed word may hold several ("12½", "St.Apt"): the first keeps what was typed
        for text in _INNER_PERIOD.sub("", _JOINING_PERIOD.sub(" ", plain(typed))).split():
            if bare := text if text == "#" else text.strip(EDGES):
                yield Word(bare, rest)
                rest = ""


def text_of(words: Sequence[Word]) -> str:
    """The words as we read them."""
    return " ".join(word.text for word in words)


def typed_of(words: Sequence[Word]) -> str:
    """The words as they were typed."""
    return " ".join(word.typed for word in words if word.typed)
