"""Reads delivery lines by the streets of their ZIP Code, and by rules where those do not know the street."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from doorstep.address.delivery import read_and_write, read_delivery, read_ordinary
from doorstep.address.known import find_named, read_known
from doorstep.address.model import TypedAddress
from doorstep.address.packed import without_place
from doorstep.address.parts import Delivery
from doorstep.address.place import Place
from doorstep.address.reference import KnownStreet, ZipStreets
from doorstep.address.tokens import segments
from doorstep.address.words import states

_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Lines:
    """The delivery lines as typed, what they say, their standard form, and the known street they name."""

    typed: tuple[str, str]
    delivery: Delivery
    standard: tuple[str, str]
    street: KnownStreet | None = None


def read_lines(typed: TypedAddress, place: Place, here: ZipStreets | None) -> Lines:
    """The delivery lines in a standard form that stays the same when it is standardised again."""
    read = _read_once(typed, place, here)
    for _ in range(_ROUNDS if here else 0):
        if read.standard == read.typed:
            break
        again = _read_once(replace(typed, line1=read.standard[0], line2=read.standard[1]), place, here)
        if again.standard == read.standard:
            break
        read = again
    return read


def _read_once(typed: TypedAddress, place: Place, here: ZipStreets | None) -> Lines:
    """Reads the delivery lines by the streets of their ZIP Code; by rules where those do not know the street."""
    if here and (found := read_known(typed.line1, typed.line2, here)):
        delivery, street = found
        return Lines((typed.line1, typed.line2), delivery, (delivery.line1, delivery.line2), street)
    read = _read_ordinary(typed) or _read_by_rules(typed, place)
    settled = _settled(read) if here else None
    if here and settled and (named := find_named(settled, here)):
        delivery, street = named
        return Lines(read.typed, delivery, (delivery.line1, delivery.line2), street)
    return read


def _read_ordinary(typed: TypedAddress) -> Lines | None:
    """ "12 Main St" needs few of the rules; None for what is not as plain as that, or may end with a state."""
    pieces = segments(typed.line1) if not typed.line2 else ()
    delivery = read_ordinary(pieces[0]) if len(pieces) == 1 and pieces[0][-1].text not in states() else None
    return Lines((typed.line1, ""), delivery, (delivery.line1, "")) if delivery else None


def _settled(read: Lines) -> Delivery | None:
    """What the standard form says; None where it says something else each time it is read."""
    delivery = read.delivery
    if read.typed != read.standard and (delivery.line1, delivery.line2) != read.standard:
        delivery = read_delivery(*read.standard)
    return delivery if (delivery.line1, delivery.line2) == read.standard else None


def _read_by_rules(typed: TypedAddress, place: Place) -> Lines:
    """The delivery lines without a repeated city, state and ZIP Code."""
    names = {typed.city, place.city}, {typed.state, place.state}, {typed.postal_code, place.code, place.postal_code}
    lines = without_place(typed.line1, *names), without_place(typed.line2, *names)
    while True:
        delivery, standard = read_and_write(*lines)
        if standard == lines:
            return Lines(lines, delivery, standard)
        trimmed = without_place(standard[0], *names), without_place(standard[1], *names)
        if trimmed == standard:
            return Lines(lines, delivery, standard)
        lines = trimmed  # a unit stood behind the repeated city
