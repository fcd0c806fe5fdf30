"""A line as words: each as it was typed and as we read it, in the segments that commas and line breaks make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from doorstep.address.names import plain

_SEPARATORS: Final = re.compile(r"[,;\n|(){}\[\]]|\s(?:[-–—]+|/)\s")
_RANGE: Final = re.compile(r"(?<=\d)\s+-\s*(?=\d)")  # "112 - 10 Bronx Rd"
_FRACTION: Final = re.compile(r"(?<=\d)-(?=\d/\d)")  # "123-1/2 Main St"
EDGES: Final = ".,:!?\"'()[]{}<>*_=+~^`\\$%@-"
_JOINING_PERIOD: Final = re.compile(r"(?<=[A-Z]{2})\.(?=[A-Z]{2})")
_INNER_PERIOD: Final = re.compile(r"(?<!\d)\.|\.(?!\d)")


class Word(NamedTuple):  # there are many: a tuple is made in a third of the time
    """`text` is upper case without stray punctuation; `typed` is what stood there."""

    text: str
    typed: str


Segment = tuple[Word, ...]


@lru_cache(maxsize=64)
def segments(line: str) -> tuple[Segment, ...]:
    """The words of a line, segment by segment; empty segments vanish. One verdict asks several times for the same."""
    if not line:
        return ()
    line = _FRACTION.sub(" ", _RANGE.sub("-", line)).replace("#", " # ")
    found = (tuple(words_of(part)) for part in _SEPARATORS.split(line))
    return tuple(segment for segment in found if segment)


def words_of(part: str) -> Iterator[Word]:
    """The words of a segment."""
    for typed in part.split():
        if typed.isalnum() and typed.isascii():
            yield Word(typed.upper(), typed)
            continue
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
