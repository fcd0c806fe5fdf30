"""House number and street: where the number ends, and how the street splits into directionals, name and suffix.

Sources: USPS Publication 28 §233 (directionals), §234 (suffixes), §232 (numbers), appendix D (grid, hyphenated and
alphanumeric numbers), appendix F (numbered highways). A directional or suffix word that would leave the street
without a name is its name ("NORTH AVE", "AVENUE B", "THE GREEN").
"""

from __future__ import annotations

import re
from typing import Final

from doorstep.address.highways import highway, names_road
from doorstep.address.parts import Part, Street
from doorstep.address.tokens import Segment, text_of, typed_of
from doorstep.address.units import take_units
from doorstep.address.words import places, suffixes, table

_NUMBER: Final = re.compile(
    r"\d+[A-Z]?|\d+-\d+[A-Z]?|\d+-[A-Z]|\d+[A-Z]-\d+|\d+\.\d+|[NSEW]\d+-?[NSEW]\d+(?:-?[A-Z])?|\d+[NSEW]\d+|[A-Z]{1,2}-?\d+[A-Z]?(?:-\d+)?"
)
_NUMBER_SIGNS: Final = frozenset({"#", "NO", "NUM", "NUMBER"})
_MILE: Final = frozenset({"MILE", "MILEPOST", "MP"})
_MILE_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_GRID: Final = re.compile(r"[NS]\d+ [EW]\d+[A-Z]?|[EW]\d+ [NS]\d+[A-Z]?")
_FRACTION: Final = re.compile(r"\d/\d{1,2}")
_ORDINAL: Final = re.compile(r"\d*(?:1ST|2ND|3RD|\dTH)")


def take_number(words: Segment) -> tuple[Part | None, Segment]:
    """The house number in front, with its fraction, and the rest; no number when a street name begins there."""
    if len(words) > 1 and words[0].text.isdigit() and words[0].text.isascii() and words[1].text.isalpha():
        return Part(words[0].typed, words[0].text), words[1:]  # most numbers are no more than that
    if (
        len(words) > 2
        and words[0].text in table("numbers")
        and (suffix := _split(take_units(words[1:], start=1)[0])[2])
    ):
        # "ONE PENN PLAZA" is number 1; "TWO RIVERS RD" may be a name, so the word stays for the buyer to confirm.
        sure = suffixes()[suffix[0].text] in ("PLZ", "CTR", "SQ", "PL")
        return Part(words[0].typed, table("numbers")[words[0].text] if sure else words[0].text), words[1:]
    if len(words) > 2 and words[0].text in _NUMBER_SIGNS and words[1].text.isdigit() and not words[2].text.isdigit():
        number, rest = take_number(words[1:])  # "No. 123 Main St"
        return (Part(typed_of(words[:2]), number.value), rest) if number else (None, words)
    if len(words) > 2 and words[0].text in _MILE and _MILE_NUMBER.fullmatch(words[1].text) and _split(words[2:])[2]:
        return Part(typed_of(words[:2]), text_of(words[:2])), words[2:]
    if len(words) > 2 and _GRID.fullmatch(f"{words[0].text} {words[1].text}"):  # "S14 W28167 Madison St"
        return Part(typed_of(words[:2]), words[0].text + words[1].text), words[2:]
    if not words or not _NUMBER.fullmatch(words[0].text) or _ORDINAL.fullmatch(words[0].text):
        return None, words
    if not words[0].text[0].isdigit() and names_road(words[0].text):
        return None, words
    end = 2 if len(words) > 2 and _FRACTION.fullmatch(words[1].text) else 1
    return Part(typed_of(words[:end]), text_of(words[:end])), words[end:]


def split_street(words: Segment) -> Street:
    """Split the words of a street (without number and unit) into its parts."""
    if not words:
        return Street()
    before, name, suffix, after = _split(words)
    directions = table("directionals")
    return Street(
        _part(before, "".join([directions[word.text] for word in before])) if before else None,
        _part(name, highway(name) or _name(name)),
        _part(suffix, suffixes()[suffix[0].text]) if suffix else None,
        _part(after, "".join([directions[word.text] for word in after])) if after else None,
    )


def is_ordinal(text: str) -> bool:
    """ "5TH": the name of a street, not a house number."""
    return bool(_ORDINAL.fullmatch(text))


def names_street(words: Segment) -> bool:
    """ "12 PADONIA RD": a whole delivery line."""
    number, rest = take_number(words)
    return number is not None and len(rest) > 1 and bool(_split(rest)[2])


def has_suffix(words: Segment) -> bool:
    """True when the words read as a street by their form alone: a suffix, or a numbered road."""
    return bool(words) and (bool(_split(words)[2]) or bool(highway(words)))


def _name(words: Segment) -> str:
    """The name as typed; only the "AVE" of "AVE B" and "AVE OF THE AMERICAS", which is no suffix, is written out."""
    first, *rest = (word.text for word in words)
    named = (
        bool(rest) and suffixes().get(first) == "AVE" and (rest[0] == "OF" or (len(rest) == 1 and len(rest[0]) <= 2))
    )
    return " ".join(["AVENUE", *rest]) if named else text_of(words)


def street_position(words: Segment) -> int:
    """Where number and street begin behind a Puerto Rican development ("URB X 150 CALLE A"); 0 when nowhere."""
    if words and words[0].text in places():
        for at in range(1, len(words) - 2):
            if _NUMBER.fullmatch(words[at].text) and words[at + 1].text in (
                "CALLE",
                "AVE",
                "AVENIDA",
                "CAMINO",
                "PASEO",
            ):
                return at
    return 0


def _split(words: Segment) -> tuple[Segment, Segment, Segment, Segment]:
    """Predirectional, name, suffix and postdirectional, as words; the name is never empty."""
    directionals = table("directionals")
    before = 0
    while before < len(words) and words[before].text in directionals:
        before += 1
    whole = len(words) - before > 1 and words[-1].text in suffixes()
    before = _directional_length(words[:before], together=whole)
    after = 1 if len(words) - before > 1 and words[-1].text in directionals else 0
    if len(words) - before > 3 and after and words[-2].text in directionals:
        after = _directional_length(words[-2:], together=True)
    core = words[before : len(words) - after]

    if after and _is_name_with_letter(core) and not before:
        return (), words, (), ()
    if road := highway(core):
        return (words[:before], core, (), words[len(words) - after :]) if road else ((), words, (), ())
    if before == 1 and len(core) == 2 and not after and _is_pair(words) and core[-1].text in suffixes():
        return (), words[:2], core[1:], ()
    if before and len(core) == 2 and all(word.text in suffixes() for word in core):  # "WEST STREET EXT"
        return words[: before - 1], words[before - 1 : before + 1], core[1:], words[len(words) - after :]
    if len(core) > 1 and core[-1].text in suffixes() and not any(word.text == "THE" for word in core[:-1]):
        return words[:before], core[:-1], core[-1:], words[len(words) - after :]
    if before and not core:
        return _without_name(words, before)
    if before and len(core) == 1 and core[0].text in suffixes():  # "NORTH AVE", "N EAST ST": the direction is the name
        return words[: before - 1], words[before - 1 : before], core, words[len(words) - after :]
    return words[:before], core, (), words[len(words) - after :]


def _is_pair(words: Segment) -> bool:
    """ "EAST WEST RD": two directionals, spelt out, name the street together."""
    return all(word.text in table("directionals") and len(word.text) > 2 for word in words[:2])


def _without_name(words: Segment, before: int) -> tuple[Segment, Segment, Segment, Segment]:
    """ "WEST", "N WEST": nothing but directionals."""
    return words[: before - 1], words[before - 1 :], (), ()


def _directional_length(words: Segment, *, together: bool) -> int:
    """How many of these directional words are one directional: "N W" is NW.

    `together`: also where they are spelt out, as the street has a name besides; "NORTH EAST END" keeps its own.
    """
    if len(words) < 2:
        return len(words)
    first, second = (table("directionals")[word.text] for word in words[:2])
    both = first in "NS" and second in "EW" and len(first) == len(second) == 1
    short = all(len(word.text) <= 2 for word in words[:2])
    return 2 if both and (short or together) else 1


def _is_name_with_letter(core: Segment) -> bool:
    """ "AVENUE N", "ROUTE E": the letter behind a lone suffix word names the street."""
    return (
        len(core) == 1 and core[0].text in suffixes() and suffixes()[core[0].text] in ("AVE", "ST", "RTE", "RD", "CT")
    )


def _part(words: Segment, value: str) -> Part | None:
    return Part(typed_of(words), value) if words else None
