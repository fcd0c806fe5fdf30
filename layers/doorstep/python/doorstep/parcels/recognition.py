"""How a tracking number is written, whose it is, and whether it was mistyped: by its shape and its check digit.

Owns reading the number (recognition.yaml). Leaves to `registering` what follows from it. A check digit says that a
number is wrong, never that a parcel exists; and a number that nobody here knows is no error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from doorstep.data import load
from doorstep.parcels.carriers import OTHER

_SURE: Final = ("specification", "official", "second_hand", "doubtful")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A format that the number has the shape of. `checked`: the format has a check digit; `valid_check`: it is right,
    None where there is none. `family` names the services that use the format, for people."""

    carrier: str
    format: str
    certainty: str
    checked: bool
    valid_check: bool | None
    family: str = ""

    @property
    def rank(self) -> tuple[int, int]:
        """The smaller the better: a right check digit, then none, then a wrong one; among equals the surer source."""
        return (True, None, False).index(self.valid_check), _SURE.index(self.certainty)


def plain_number(number: str) -> str:
    """A tracking number as we write it: capitals and digits, without the blanks and hyphens that people put in, and
    without the 420 and ZIP Code that a barcode of USPS puts before it (Publication 199)."""
    plain = re.sub(r"[\s-]+", "", number).upper()
    routing = load("parcels/recognition")["routing"]
    behind = [plain[it.end() :] for prefix in routing["prefixes"] if (it := _compiled(prefix).match(plain))]
    read = [(it.rank, rest) for rest in behind for it in _candidates(rest) if it.format in routing["formats"]]
    return min(read, key=lambda it: it[0])[1] if read else plain


def recognise(number: str) -> tuple[Candidate, ...]:
    """Every format the number has the shape of, the best first; blanks, hyphens and small letters do not matter."""
    return tuple(sorted(_candidates(plain_number(number)), key=lambda it: it.rank))


def carrier_of(number: str) -> str:
    """The carrier the number clearly names; `other` when two are equally likely, or its best reading is in doubt."""
    candidates = recognise(number)
    if not candidates or candidates[0].valid_check is False or candidates[0].certainty == "doubtful":
        return OTHER
    best = {it.carrier for it in candidates if it.rank == candidates[0].rank}
    return best.pop() if len(best) == 1 else OTHER


def typing_error(number: str, carrier: str = OTHER) -> bool:
    """Whether the number has the shape of formats with a check digit, fits none without, and fails every check.

    Who names the carrier knows more: then only that carrier's formats are asked, for what is wrong for one may be an
    ordinary number of another. `carrier` is a canonical code; `other` asks all formats.
    """
    asked = [it for it in recognise(number) if carrier in (OTHER, it.carrier)]
    return bool(asked) and all(it.valid_check is False for it in asked)


def check_digit(body: str, check: str) -> str:
    """What the rule `check` of the table makes of these digits and capitals; "10" and the like where it has no sign."""
    rule = load("parcels/recognition")["checks"][check]
    weights, modulus = rule["weights"], rule["modulus"]
    rest = sum(_value(sign) * weights[at % len(weights)] for at, sign in enumerate(reversed(body))) % modulus
    result = str(modulus - rest if rule["complement"] else rest)
    return str(rule["stands_for"].get(result, result))


def _candidates(plain: str) -> list[Candidate]:
    found = [_read(name, row, shape) for name, row in _formats().items() if (shape := _shape(row).fullmatch(plain))]
    return [it for it in found if it is not None]


def _read(name: str, row: Mapping[str, Any], shape: re.Match[str]) -> Candidate | None:
    carrier = row.get("carrier") or load("parcels/recognition")["operators"].get(shape["country"])
    if carrier is None:
        return None
    checked = "check" in row
    right = shape["check"] == check_digit(row.get("before", "") + shape["body"], row["check"]) if checked else None
    return Candidate(carrier, name, row["certainty"], checked, right, row["family"])


def _value(sign: str) -> int:
    return int(sign) if sign.isdigit() else (ord(sign) - ord("A") + 2) % 10


def _formats() -> Mapping[str, Mapping[str, Any]]:
    formats: Mapping[str, Mapping[str, Any]] = load("parcels/recognition")["formats"]
    return formats


def _shape(row: Mapping[str, Any]) -> re.Pattern[str]:
    return _compiled(row["pattern"])


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
