"""Secondary units: found in the words of a line, whatever their spelling ("#7", "Apt.4B", "2nd Floor", "Ste 100").

Source: USPS Publication 28 §213 and appendix C2. A designator that is also an ordinary word ("FRONT ST",
"KEY WEST AVE") counts only where it cannot belong to the street.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from doorstep.address.highways import highway
from doorstep.address.parts import Part, Unit
from doorstep.address.tokens import Segment, text_of, typed_of
from doorstep.address.words import Designator, designators, small_words, suffixes, table

_IDENTIFIER: Final = re.compile(
    r"\d[\dA-Z]*(?:[-/.][\dA-Z]+)*|[A-Z]{1,2}|[A-Z]{1,4}-?\d[\dA-Z]*(?:[-/][\dA-Z]+)*|[A-Z]-[A-Z\d]+"
)
_GLUED: Final = re.compile(r"(APT|APTO|STE|SUITE|UNIT|BLDG|RM|ROOM|FL|LOT|SPC|TRLR|PH)[-.:]?(\d[\dA-Z]*(?:-[\dA-Z]+)*)")
_ORDINAL: Final = re.compile(r"(\d+)(?:ST|ND|RD|TH|ER|DO|TO)")
_MOST_FILLERS: Final = 4
_LONGEST_ROAD: Final = 6
_FILLERS: Final = frozenset({"#", "NO", "NUM", "NUMBER", "NUMERO"})


def unit_at(words: Segment, at: int, *, after_street: bool) -> tuple[Unit, int] | None:
    """The unit that begins at word `at`, and where it ends; None when none does.

    `after_street`: the words before it make a whole street, or there are none.
    """
    word = words[at]
    if glued := _GLUED.fullmatch(word.text):
        kind = designators()[glued[1]].standard
        return Unit(Part(word.typed, kind), Part(word.typed, glued[2])), at + 1
    if found := _floor(words, at):
        return found
    if word.text == "#" or (word.text in _FILLERS and after_street and _is_number(words, at + 1)):
        return _numbered(words, at, Designator("#", True, False), after_street=True)
    designator = designators().get(word.text)
    if designator is None:
        return None
    return _numbered(words, at, designator, after_street) or _bare(words, at, designator, after_street)


def _is_number(words: Segment, at: int) -> bool:
    """ "MAIN ST NO 210": "NO" may be a direction as well."""
    return at < len(words) and words[at].text[0].isdigit()


def is_unit_alone(words: Segment) -> bool:
    """True for "APT 4" and "# 4"; "LOWER 40" may be a street."""
    designator = designators().get(words[0].text)
    return (designator is None or not designator.plain) and unit_at(words, 0, after_street=False) is not None


def is_identifier(text: str) -> bool:
    """True for what may stand after a designator: "4B", "12", "C", "A-3"."""
    return bool(_IDENTIFIER.fullmatch(text)) and text not in small_words()


def _floor(words: Segment, at: int) -> tuple[Unit, int] | None:
    """ "2ND FLOOR", written "FL 2"."""
    ordinal = _ORDINAL.fullmatch(table("ordinals").get(words[at].text, words[at].text))
    if not ordinal or at + 1 >= len(words):
        return None
    designator = designators().get(words[at + 1].text)
    if designator is None or designator.standard != "FL":
        return None
    return Unit(Part(words[at + 1].typed, "FL"), Part(words[at].typed, ordinal[1])), at + 2


def _numbered(words: Segment, at: int, designator: Designator, after_street: bool) -> tuple[Unit, int] | None:
    end = at + 1
    while end < min(len(words), at + _MOST_FILLERS) and words[end].text in _FILLERS:
        end += 1
    if end >= len(words):
        return None
    number = words[end]
    digits = any(letter.isdigit() for letter in number.text)
    fits = is_identifier(number.text) and (digits or after_street or not designator.plain)
    # "APT REAR", "UNIT MAIN": a word, if it is the last one and cannot make a street of "SUITE DR".
    last = end == len(words) - 1 and number.text not in suffixes()
    if not fits and not (designator.needs_number and not designator.plain and last and number.text.isalnum()):
        return None
    if number.text in suffixes() and not digits:
        return None
    value = ordinal[1] if designator.standard == "FL" and (ordinal := _ORDINAL.fullmatch(number.text)) else number.text
    return Unit(Part(typed_of(words[at:end]), designator.standard), Part(number.typed, value)), end + 1


def _bare(words: Segment, at: int, designator: Designator, after_street: bool) -> tuple[Unit, int] | None:
    """ "REAR", "BSMT", "PH": designators that need no number, at the end or before another unit."""
    unnumbered = (
        designator.needs_number and not designator.plain and at == len(words) - 1 and at > 0
    )  # "12 MAIN ST APT"
    if not after_street or (designator.needs_number and not unnumbered):
        return None
    if at + 1 < len(words) and words[at + 1].text not in designators() and words[at + 1].text != "#":
        return None
    return Unit(Part(words[at].typed, designator.standard), Part("", "")), at + 1


def take_units(words: Segment, *, start: int) -> tuple[Segment, tuple[Unit, ...], Segment]:
    """Split words into what stands before their units, the units, and what follows; no unit begins before `start`."""
    for at in range(start, len(words)):
        if not _may_begin(words[at].text):
            continue
        found = unit_at(words, at, after_street=at == 0 or _ends_street(words, at) or _is_road(words, at))
        if found is None:
            continue
        units, end = [found[0]], found[1]
        while end < len(words) and (more := unit_at(words, end, after_street=True)):
            units.append(more[0])
            end = more[1]
        return words[:at], tuple(units), words[end:]
    return words, (), ()


def _may_begin(text: str) -> bool:
    """False for words with which no unit begins."""
    return text in designators() or text in _FILLERS or text in table("ordinals") or any(map(str.isdigit, text))


def _is_road(words: Segment, end: int) -> bool:
    return 1 < end <= _LONGEST_ROAD and bool(highway(words[:end]))


def each_once(found: Iterable[Unit]) -> tuple[Unit, ...]:
    """The units in order; "Apt 1" on both lines is one apartment."""
    kept: dict[str, Unit] = {}
    for unit in found:
        kept.setdefault(unit.text, unit)
    return tuple(kept.values())


def trailing_unit(words: Segment) -> tuple[Segment, Unit | None]:
    """A unit without designator after the suffix, "MAIN ST 4B" or "MAIN ST N B"; written with a pound sign (§213.2)."""
    if len(words) < 3 or highway(words) or (words[0].text in table("directionals") and highway(words[1:])):
        return words, None
    *street, last = words
    if not _ends_street(words, len(street)) or not is_identifier(last.text) or last.text in suffixes():
        return words, None
    if last.text in table("directionals") or (len(last.text) > 1 and not any(c.isdigit() for c in last.text)):
        return words, None
    return tuple(street), Unit(Part("", "#"), Part(last.typed, last.text))


def whole_unit(words: Segment) -> Unit | None:
    """A line of its own that is nothing but an identifier: "4B"."""
    if len(words) == 1 and is_identifier(words[0].text) and words[0].text not in designators():
        return Unit(Part("", "#"), Part(words[0].typed, words[0].text))
    return None


def _ends_street(words: Segment, end: int) -> bool:
    """True when the words before `end` read as a street that is complete: name and suffix, perhaps a directional."""
    if end > 1 and words[end - 1].text in table("directionals"):
        end -= 1
    return end > 1 and words[end - 1].text in suffixes()


def as_written(words: Segment) -> Part:
    """Words that no rule could place, kept as they are."""
    return Part(typed_of(words), text_of(words))
