"""Reads delivery lines by the streets that are known in their ZIP Code: the surest reading there is.

"11626 A JEROME AVE", "123 WEST LIBERTY RD" and "12 ON THE GREEN" need no rules where the street is known. Lines that
say more than number, street and units are left to `delivery`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from doorstep.address import units
from doorstep.address.parts import Delivery, Part, Street, Unit
from doorstep.address.reference import KnownStreet, StreetParts, ZipStreets
from doorstep.address.reference.street_key import street_key
from doorstep.address.streets import take_number
from doorstep.address.tokens import Segment, segments, text_of, typed_of
from doorstep.address.unit_names import unit_key
from doorstep.address.words import suffixes, table

_LONGEST_STREET: Final = 9
_LONGEST_NUMBER: Final = 3


class _Read(NamedTuple):
    """Number, unit letter behind it, street, the words from the street on, and how many of them are the street."""

    number: Part | None
    letter: Segment
    street: KnownStreet
    words: Segment
    length: int


def read_known(line1: str, line2: str, streets: ZipStreets) -> tuple[Delivery, KnownStreet] | None:
    """What the lines say, and the street they name; None when they do not read as number, known street and units."""
    first, rest = segments(line1), segments(line2)
    if not first:
        first, rest = rest, ()
    if not first:
        return None
    read = _read(first[0], streets)
    others = first[1:]
    if read is None and others:  # "12 MARTIN LUTHER KING, JR BLVD": a comma inside a name
        read, others = _read(tuple(word for piece in first for word in piece), streets), ()
    if read is None:
        return None
    number, letter, street, words, length = read
    listed = {unit_key(unit) for unit in street.units(number.value)[0]} if number else set()
    if (read_units := _units([words[length:], letter, *others, *rest], listed)) is None:
        return None
    found, extra = read_units
    if number is None and len(found) == 1 and _is_calle_number(street, found[0]):
        number, found = found[0].number, []
    parts = _street_of(street.parts, typed_of(words[:length]))
    return Delivery("street", number, parts, units.each_once(found), extra=tuple(extra)), street


def _is_calle_number(street: KnownStreet, unit: Unit) -> bool:
    """ "CALLE FORTALEZA # 63": in Puerto Rico the house number may stand behind its sign."""
    return (
        street.parts.name.startswith("CALLE ")
        and unit.kind.value == "#"
        and street.status(unit.number.value) == "listed"
    )


def _read(piece: Segment, streets: ZipStreets) -> _Read | None:
    number, words = take_number(piece)
    if number is None and piece[0].text[:1].isdigit():  # what only a register calls a number: "12AB", "12&14"
        return _as_listed(Part(piece[0].typed, piece[0].text), piece[1:], 0, streets) or _whole(piece, streets)
    if number is None or number.value.isalpha():  # "SEVEN COURTS DR" before "SEVEN, Courts Dr"
        found = _whole(piece, streets)
        if found or number is None:
            return found
    street, length = longest_street(words, number.value, streets)
    if street:
        return _Read(number, (), street, words, length)
    found = _as_listed(number, words, 1, streets) or _with_letter(number, words, streets)
    # "1 MILE RD" is house 1 on a road that a source with holes may not have; where all are known, it has no number.
    return found or (_whole(piece, streets) if streets.complete else None)


def _whole(piece: Segment, streets: ZipStreets) -> _Read | None:
    """A street without a number: "MAIN ST", "1 MILE RD"."""
    street, length = longest_street(piece, "", streets)
    return _Read(None, (), street, piece, length) if street else None


def _as_listed(number: Part, words: Segment, fewest: int, streets: ZipStreets) -> _Read | None:
    """A number that goes on for `fewest` words or more, as a register has it: "97 A" (or "97A"), "12 REAR"."""
    for more in range(fewest, min(_LONGEST_NUMBER, len(words))):
        if not streets.may_begin_with(words[more].text):
            continue
        street, length = longest_street(words[more:], "", streets)
        if street is None:
            continue
        tail = text_of(words[:more])
        for value in (f"{number.value} {tail}".strip(), number.value + tail):
            if street.status(value) == "listed":
                typed = f"{number.input} {typed_of(words[:more])}".strip()
                return _Read(Part(typed, value), (), street, words[more:], length)
    return None


def _with_letter(number: Part, words: Segment, streets: ZipStreets) -> _Read | None:
    """ "11626 A JEROME AVE": the letter between number and street is a unit."""
    if len(words) < 2 or len(words[0].text) != 1 or words[0].text in table("directionals"):
        return None
    street, length = longest_street(words[1:], number.value, streets)
    return _Read(number, words[:1], street, words[1:], length) if street else None


def find_named(delivery: Delivery, streets: ZipStreets) -> tuple[Delivery, KnownStreet] | None:
    """What rules have read, in the words of the known street that it names; None when it names none."""
    if delivery.kind != "street" or delivery.street.name is None:
        return None
    street = _choose(delivery.street.text, delivery.number.value if delivery.number else "", streets)
    if street is None:
        return None
    typed = " ".join(part.input for _, part in delivery.street.named() if part.input)
    return delivery.with_street(_street_of(street.parts, typed)), street


def _street_of(parts: StreetParts, typed: str) -> Street:
    """The parts of a known street, each with the words that were typed for it, as far as that can be told."""
    values = (parts.predirectional, parts.name, parts.suffix, parts.postdirectional)
    counts = [len(value.split()) for value in values]
    words = typed.split()
    if len(words) != sum(counts):
        inputs = ["", typed, "", ""]
    else:
        inputs = []
        for count in counts:
            inputs.append(" ".join(words[:count]))
            words = words[count:]
    made = [Part(text, value) if value else None for text, value in zip(inputs, values, strict=True)]
    return Street(*made)


def longest_street(words: Segment, number: str, streets: ZipStreets) -> tuple[KnownStreet | None, int]:
    """The longest beginning of these words that is a street, and how many words that is."""
    if not words or not streets.may_begin_with(words[0].text):
        return None, 0
    texts = [word.text for word in words]
    for length in range(min(len(texts), _LONGEST_STREET), 0, -1):
        if street := _choose(" ".join(texts[:length]), number, streets):
            return street, length
    return None, 0


def _choose(text: str, number: str, streets: ZipStreets) -> KnownStreet | None:
    """One street out of those with a key: one that has the number, then the one that is written like this."""
    key = street_key(text, streets.state)
    found: Sequence[KnownStreet] = streets.find(key)
    if not found and key.startswith("#"):
        found = streets.find_road(key)
        if len(found) > 1:  # "ROUTE 7" may be the state's or the nation's: the house number must tell
            found = [street for street in found if number and street.status(number) == "listed"]
            return found[0] if len(found) == 1 else None
    if len(found) > 1:
        found = sorted(found, key=lambda one: (one.status(number) != "listed", one.parts.text != text))
    return found[0] if found else None


def _units(pieces: Sequence[Segment], listed: Collection[str]) -> tuple[list[Unit], list[Part]] | None:
    """The units in these pieces, of which the first stands behind the street, and words that are none; None when the
    street may go on. `listed`: the units of the house as registers name them ("E" may be one).
    """
    found: list[Unit] = []
    extra: list[Part] = []
    for at, piece in enumerate(pieces):
        before, these, after = units.take_units(piece, start=0) if piece else ((), (), ())
        lone = units.whole_unit(piece) if not found and not these else None
        if lone and (not belongs_to_street(piece[0].text) or unit_key(lone.text) in listed):
            found.append(lone)
            continue
        if (before or after) and at == 0 and any(belongs_to_street(word.text) for word in (*before, *after)):
            return None
        if at and (before or after):
            return None  # what a line of its own says is for the rules
        found += these
        extra += [units.as_written(words) for words in (before, after) if words]
    return found, extra


def belongs_to_street(text: str) -> bool:
    """ "MAIN ST N" is not unit N."""
    return text in table("directionals") or text in suffixes()
