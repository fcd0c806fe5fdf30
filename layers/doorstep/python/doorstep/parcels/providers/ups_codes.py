"""Which of the codes in one activity of UPS decides, and what it means.

An activity has a type (a letter), a description code (three figures, what the buyer is told) and a code of its own,
whose table the type names: why, of an exception; to whom and where, of a delivery. The finer code decides, within
limits: it makes no delivery out of something else, and evidence and forecasts stay what they are. Freight has a table
of description codes with other meanings, and nothing in most activities says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from doorstep.parcels.providers import codes
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.homeward import turned_round

NAME: Final = "ups"
Kind = Literal["parcel", "mail", "freight", "doubtful"]
_VAGUE: Final = ("", "unspecified")
_SOME_PROBLEM: Final = Meaning("exception", "unspecified")
_FIGURES: Final = re.compile(r"[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Status:
    """What an activity says of itself, as UPS wrote it; "" for what it leaves out."""

    type: str
    code: str
    description_code: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """The code that decides, what it means (None: nobody knows), and all codes nobody knows, as for `Heard`."""

    table: str
    code: str
    meaning: Meaning | None
    unknown: tuple[str, ...] = ()


def status_of(type_: str, code: str, description_code: str, *words: str) -> Status:
    """The status; the description code stands in the place of the code at times, or in both."""
    if not description_code and _FIGURES.fullmatch(code):
        description_code = code
    return Status(type_, "" if code == description_code else code, description_code, tuple(filter(None, words)))


def kind_of(number: str, types: Iterable[str]) -> Kind:
    """What is tracked under this number, given the types of what was told of it."""
    rules = codes.rules(NAME)
    if not set(types).isdisjoint(rules["freight_types"]):
        return "freight"
    kinds: tuple[Kind, ...] = ("parcel", "mail")
    return next((kind for kind in kinds if re.fullmatch(rules["numbers"][kind], number)), "doubtful")


def said(status: Status, kind: Kind) -> Said:
    """The code that decides, refined by the words beside it."""
    coarse, fine = _described(status, kind), _finer(status, kind)
    known = [it for it in (coarse, fine) if it is not None]
    found = _decided(coarse, fine) if known else _typed(status)
    unknown = [it for it in known or [found] if it.meaning is None]
    meaning = _worded(status, found.meaning) if found.meaning else None
    if meaning and status.type == codes.rules(NAME)["update"]:
        meaning = meaning.at("unknown", meaning.reason)
    return Said(found.table, found.code, meaning, tuple(codes.unmapped(it.table, it.code) for it in unknown))


def _described(status: Status, kind: Kind) -> Said | None:
    """By the description code, if there is one: that of freight never by the table of parcels."""
    table, code = "freightForwardingCode" if kind == "freight" else "statusDescriptionCode", status.description_code
    meaning = codes.look_up(NAME, table, code)
    if kind == "doubtful" and codes.look_up(NAME, "freightForwardingCode", code):
        meaning = None
    return Said(table, code, meaning) if code else None


def _finer(status: Status, kind: Kind) -> Said | None:
    """By the code, if it is of a table."""
    rules = codes.rules(NAME)
    table = (
        "mailInnovationsCode" if kind == "mail" else rules["code_tables"].get(status.type or _usual_type(status, kind))
    )
    if kind == "freight" or not table or not status.code or status.code in rules["silent"].get(table, ()):
        return None
    return Said(table, status.code, codes.look_up(NAME, table, status.code))


def _usual_type(status: Status, kind: Kind) -> str:
    """The type that activities of this description code have."""
    described = _described(status, kind)
    milestone = described.meaning.milestone if described and described.meaning else ""
    usual: dict[str, str] = codes.rules(NAME)["usual_types"]
    return usual.get(milestone, "")


def _decided(coarse: Said | None, fine: Said | None) -> Said:
    """One of the two, of which there is one at least."""
    if coarse is None or fine is None:
        return coarse or fine or Said("", "", Meaning())
    if fine.meaning is None:
        return coarse
    if coarse.meaning is None:
        return fine
    return _refined(coarse, coarse.meaning, fine, fine.meaning)


def _refined(coarse: Said, told: Meaning, fine: Said, why: Meaning) -> Said:
    """The finer of two that are known, if it may speak."""
    evidence = told.milestone == "unknown" and told.reason != ""
    at_the_sender = told.milestone == "info_received"
    made_up = why.milestone == "delivered" and told.milestone != "delivered" and told != _SOME_PROBLEM
    says_less = why.milestone == told.milestone and why.reason in _VAGUE
    if evidence or at_the_sender or made_up or says_less:
        return coarse
    if told.milestone in ("returning", "returned"):
        why = why.at(*turned_round(why.milestone, why.reason))
    return Said(fine.table, fine.code, why)


def _typed(status: Status) -> Said:
    """By the type, where no code says more. A delivery needs a code: to whom it was is the point."""
    rules: dict[str, Any] = dict(codes.rules(NAME))
    if not status.type:
        return Said("", "", Meaning())
    meaning = codes.look_up(NAME, "activityType", status.type)
    if status.type == rules["delivery"]:
        meaning = Meaning()
    if status.type == rules["moving"] and status.code in rules["on_the_vehicle"]:
        meaning = Meaning("out_for_delivery")
    return Said("activityType", status.type, meaning)


def _worded(status: Status, meaning: Meaning) -> Meaning:
    """The meaning in the words of the activity; a code that names the place of a delivery needs none."""
    if meaning.milestone == "delivered" and meaning.reason:
        return meaning
    return codes.refined(NAME, meaning, *status.words)
