"""Reads the delivery lines of an address: which words are number, street, unit and box, and what is left.

Owns the order in which the rules are asked; each rule lives in a module of its own. Knows nothing of cities and ZIPs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from doorstep.address import labels, units
from doorstep.address.boxes import joined_routes, lone_box, take_box, take_mailbox
from doorstep.address.highways import highway
from doorstep.address.names import plain
from doorstep.address.parts import Box, Delivery, Kind, Part, Street, Unit
from doorstep.address.streets import has_suffix, split_street, street_position, take_number
from doorstep.address.tokens import Segment, segments
from doorstep.address.words import places, special_words, suffixes, table

_ROUNDS: Final = 4
_SPANISH: Final = frozenset({"CALLE", "AVE", "AVENIDA", "CARR", "CARRETERA", "CAMINO", "PASEO"})
_DEVELOPMENTS: Final = frozenset({"URB", "URBANIZACION", "BO", "BARRIO", "COND", "SECT", "SECTOR", "RES", "PARC"})


@dataclass(slots=True)
class _Reading:
    """What has been found so far; turned into a `Delivery` at the end."""

    box: Box | None = None
    mailbox: Unit | None = None
    units: list[Unit] = field(default_factory=list)
    extra: list[Part] = field(default_factory=list)


def read_delivery(line1: str, line2: str) -> Delivery:
    """Read both lines. Never fails: what cannot be placed is in `extra`."""
    found = [*segments(line1), *segments(line2)]
    if len(found) == 1 and (ordinary := read_ordinary(found[0])):
        return ordinary
    reading = _Reading()
    pieces = _without_boxes(joined_routes(found), reading)
    pieces = _with_place_apart(_with_street_joined(_with_number_joined(pieces)))
    at, before, street = _find_street(pieces)
    if at is None and reading.box is None:
        pieces = _without_lone_box(pieces, reading)

    number: Part | None = None
    parts = Street()
    for index, piece in enumerate(pieces):
        if index != at:
            _read_rest(piece, reading, known=at is not None or reading.box is not None)
            continue
        if before:
            _read_rest(before, reading, known=True)
        number, parts = _read_street(street, reading)
    if at is None and reading.box is None and pieces:
        number, parts = _without_street(pieces, reading)

    kind: Kind = "street" if parts.name else "none"
    if reading.box and at is None:
        kind = reading.box.kind
    return Delivery(
        kind=kind,
        number=number,
        street=parts,
        units=units.each_once(reading.units),
        box=reading.box,
        mailbox=reading.mailbox,
        extra=tuple(reading.extra),
        landmark=any(word.text in places() for piece in pieces for word in piece),
    )


def read_ordinary(piece: Segment) -> Delivery | None:
    """Number and street, where that is plainly all there is; None otherwise."""
    if not is_ordinary(piece):
        return None
    return Delivery("street", Part(piece[0].typed, piece[0].text), split_street(piece[1:]))


def is_ordinary(piece: Segment) -> bool:
    """ "12 N Main St": digits, words, a suffix, and no word that may mean something else. Most lines are so, and need
    none of the rules for the others.
    """
    if len(piece) < len(("12", "MAIN", "ST")) or piece[-1].text not in suffixes() or not piece[0].text.isdigit():
        return False
    special = special_words()
    for word in piece[1:]:
        text = word.text
        if text in special or not text.isalpha() or not text.isascii() or (len(text) == 1 and text not in "NSEW"):
            return False
    return True


def read_and_write(line1: str, line2: str) -> tuple[Delivery, tuple[str, str]]:
    """What two delivery lines say, and their standard form, which stays the same when it is standardised again.

    A text that no rule can settle (each reading leads to another) stays as it is, in upper case.
    """
    delivery = reading = read_delivery(line1, line2)
    before = (line1, line2)
    for _ in range(_ROUNDS):
        after = (reading.line1, reading.line2) if reading.line1 else (reading.line2, "")
        if after == before:
            return delivery, after
        before, reading = after, read_delivery(*after)
    return delivery, (_as_typed(line1), _as_typed(line2))


def _as_typed(line: str) -> str:
    """In upper case and on one line, with the same segments."""
    return ", ".join(" ".join(plain(part).split()) for part in line.splitlines() if part.strip())


def standard_lines(line1: str, line2: str) -> tuple[str, str]:
    """The standard form of two delivery lines."""
    return read_and_write(line1, line2)[1]


def _without_street(pieces: list[Segment], reading: _Reading) -> tuple[Part | None, Street]:
    """No piece reads as a street: a lone number is the house number, otherwise the first text stands for the street."""
    number, rest = take_number(pieces[0])
    if number and not rest:
        reading.extra.pop(0)
        return number, Street()
    return None, Street(name=reading.extra.pop(0)) if reading.extra else Street()


def _without_boxes(found: list[Segment], reading: _Reading) -> list[Segment]:
    pieces: list[Segment] = []
    for segment in found:
        around = [segment]
        if reading.mailbox is None:
            reading.mailbox, around = take_mailbox(segment)
        for part in around:
            if reading.box is None:
                reading.box, rest = take_box(part)
                pieces += rest
            else:
                pieces.append(part)
    return pieces


def _without_lone_box(pieces: list[Segment], reading: _Reading) -> list[Segment]:
    for at, piece in enumerate(pieces):
        if box := lone_box(piece):
            reading.box = box
            return [*pieces[:at], *pieces[at + 1 :]]
    return pieces


def _with_number_joined(pieces: list[Segment]) -> list[Segment]:
    """ "123, Main St": a lone number belongs to the street behind the comma."""
    for at, (first, second) in enumerate(pairwise(pieces)):
        lone = len(first) == 1 and take_number(first)[0] is not None and first[0].text[0].isdigit()
        if lone and take_number(second)[0] is None and has_suffix(second):
            return [*pieces[:at], first + second, *pieces[at + 2 :]]
    return pieces


def _with_street_joined(pieces: list[Segment]) -> list[Segment]:
    """ "123 Main St, NW", "210 Sample King, Jr. Blvd": a comma inside a street."""
    for at, (first, second) in enumerate(pairwise(pieces)):
        texts = [word.text for word in second]
        direction = len(texts) <= 2 and all(text in table("directionals") for text in texts) and has_suffix(first)
        junior = texts[0] in ("JR", "SR") and texts[-1] in suffixes() and take_number(first)[0] is not None
        if direction or junior:
            return [*pieces[:at], first + second, *pieces[at + 2 :]]
    return pieces


def _with_place_apart(pieces: list[Segment]) -> list[Segment]:
    """ "150 CALLE A URB LAS GLADIOLAS": the development behind a Puerto Rican street has a line of its own (§29).

    And a house number that stands behind its sign comes to the front.
    """
    parted: list[Segment] = []
    for piece in pieces:
        texts = [word.text for word in piece]
        if len(texts) > 3 and texts[0] in _SPANISH and texts[-2] == "#" and texts[-1].isdigit():
            parted.append((piece[-1], *piece[:-2]))  # "CALLE FORTALEZA # 63"
            continue
        spanish = len(texts) > 3 and texts[0].isdigit() and texts[1] in _SPANISH
        at = next((at for at in range(3, len(texts)) if spanish and texts[at] in _DEVELOPMENTS), len(texts))
        parted += [part for part in (piece[:at], piece[at:]) if part]
    return parted


def _find_street(pieces: list[Segment]) -> tuple[int | None, Segment, Segment]:
    """Which piece holds the street, what stands before it there, and its words. The surest signs are tried first."""
    for sign in (_number_first, _number_behind_unit, _number_behind_name, _no_number):
        for at, piece in enumerate(pieces):
            start = sign(piece)
            if start is not None:
                return at, piece[:start], piece[start:]
    return None, (), ()


def _number_first(piece: Segment) -> int | None:
    """ "12 MAIN ST"."""
    return 0 if _is_street(piece) else None


def _number_behind_unit(piece: Segment) -> int | None:
    """ "APT 4 12 MAIN ST"."""
    if not units.unit_at(piece, 0, after_street=True):
        return None
    _, _, rest = units.take_units(piece, start=0)
    return len(piece) - len(rest) if _is_street(rest) else None


def _number_behind_name(piece: Segment) -> int | None:
    """ "URB LAS FLORES 12 CALLE A", "SAMPLE BUILDING 12 MAIN ST"."""
    start = street_position(piece)
    if not start and len(piece) > 2:
        start = labels.number_position([word.text for word in piece]) or 0
    return start if start and _is_street(piece[start:]) else None


def _no_number(piece: Segment) -> int | None:
    """ "MAIN ST", "MAIN ST 12A", "MAIN ST # 12"."""
    street, found, _ = units.take_units(piece, start=1)
    if not found and len(street) > 2 and street[-1].text[0].isdigit() and units.is_identifier(street[-1].text):
        street = street[:-1]
    return 0 if has_suffix(street) and not units.unit_at(piece, 0, after_street=True) else None


def _is_street(words: Segment) -> bool:
    """A number and at least one word that can be a street's name."""
    number, rest = take_number(words)
    if number is None or not rest or (units.is_unit_alone(rest) and not highway(rest)):
        return False
    worded = any(len(word.text) > 1 and any(map(str.isalpha, word.text)) for word in rest)
    return worded or len(rest) > 1 or has_suffix(rest)


def _read_street(words: Segment, reading: _Reading) -> tuple[Part | None, Street]:
    number, rest = take_number(words)
    street, found, after = units.take_units(rest, start=1)
    if not found:
        street, one = units.trailing_unit(street)
        found = (one,) if one else ()
    reading.units += found
    if after:
        reading.extra.append(units.as_written(after))
    return number, split_street(street)


def _read_rest(piece: Segment, reading: _Reading, *, known: bool) -> None:
    """Units and other text around a street or box; where none is `known`, a lone "4B" is not taken for a unit."""
    before, found, after = units.take_units(piece, start=0)
    if before and found and found[0].kind.value == "#":  # "GATE CODE # 4411"
        before, found, after = piece, (), ()
    if known and not found and not reading.units and (one := units.whole_unit(piece)):
        before, found = (), (one,)
    reading.units += found
    reading.extra += [units.as_written(words) for words in (before, after) if words]
