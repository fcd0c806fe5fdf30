"""Where the delivery line ends in a whole address that is typed in one line: behind a known street and its units."""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.address import units
from doorstep.address.known import belongs_to_street, longest_street
from doorstep.address.names import city_key
from doorstep.address.reference import ZipStreets
from doorstep.address.streets import take_number
from doorstep.address.tokens import Segment, words_of
from doorstep.address.words import designators


def delivery_length(words: Sequence[str], streets: ZipStreets) -> int:
    """How many of the words of a whole address (a "," stands for itself) are number, known street and units; 0 when
    no known street is named, or when what is left reads as no city.
    """
    at, segment = [], []
    for index, typed in enumerate(words):
        for word in words_of(typed) if typed != "," else ():
            at.append(index)
            segment.append(word)
    number, rest = take_number(tuple(segment))
    if number is None:
        return 0
    taken = len(segment) - len(rest)
    street, length = longest_street(rest, number.value, streets)
    if street is None or "," in words[at[taken] : at[taken + length - 1]]:
        return 0
    end = _behind_units(words, at, tuple(segment), taken + length, streets)
    left = segment[end:]
    if left and "," in words[at[end] :]:
        return 0  # "…, Attn Bob, Cockeysville": more than a city is left
    if any(letter.isdigit() for word in left for letter in word.text) or (left and belongs_to_street(left[0].text)):
        return 0
    return at[end] if left else len(words)


def _behind_units(words: Sequence[str], at: Sequence[int], segment: Segment, end: int, streets: ZipStreets) -> int:
    """Where the units behind a street end, which ends at `end`; `at` is where each word of the segment stands."""
    while end < len(segment) and (unit := units.unit_at(segment, end, after_street=True)):
        end = unit[1]
    if end >= len(segment) - 1:
        return end
    # ", B, Glen Arm" and "Rear Glen Arm": a unit without number or designator, where a city is left behind it.
    alone = words[at[end] - 1] == "," and words[at[end] + 1] == "," and units.whole_unit(segment[end : end + 1])
    word = designators().get(segment[end].text)
    rest = city_key(" ".join(one.text for one in segment[end + 1 :]))
    bare = word is not None and not word.needs_number and (words[at[end] + 1] == "," or rest in streets.cities)
    return end + 1 if alone or bare else end
