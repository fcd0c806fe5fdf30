"""Carriers: one code for each however it is called, and what is known of it as dated data (carriers.yaml).

Owns the facts and a seller's overrides of them; what may be offered because of them is decided in `cases`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal
from urllib.parse import quote

from doorstep.data import load
from doorstep.errors import Permanent
from doorstep.orders.order import Money
from doorstep.orders.policy import parameter
from doorstep.parcels.overriding import merged
from doorstep.parcels.scan import CARRIER

OTHER: Final = "other"
_WORD_ENDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class HoldDays:
    """How long a parcel that could not be delivered waits before it goes back."""

    count: int
    kind: Literal["calendar", "business"]


@dataclass(frozen=True, slots=True)
class Intercept:
    """What the sender may order while the parcel is on its way. `fee` is None where nobody knows it; `delay_days` is
    (least, most); both ends must lie in `countries`; `numbers` is a pattern."""

    supported: bool
    redirect: bool
    fee: Money | None
    delay_days: tuple[int, ...]
    countries: frozenset[str]
    numbers: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class HoldAtLocation:
    """Whether a parcel may wait at a counter; `by_intercept`: while it is on its way only as an intercept."""

    supported: bool
    by_intercept: bool
    fee: Money | None
    countries: frozenset[str]


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier. `name` is for people, "" where there is none; `attempts` is how often it comes to the door."""

    code: str
    name: str
    tracking_url: str
    attempts: int
    hold_days: HoldDays
    intercept: Intercept
    hold_at_location: HoldAtLocation

    def track(self, number: str) -> str:
        """The carrier's own page about this tracking number; "" when it has none, or there is no number."""
        return self.tracking_url.replace("{number}", quote(number, safe="")) if number else ""


class Carriers:
    """All carriers, a seller's overrides applied."""

    def __init__(self, overrides: Mapping[str, Any]) -> None:
        table: Mapping[str, Mapping[str, Any]] = load("parcels/carriers")
        self._rows = {code: merged(table[OTHER], row, overrides.get(code, {}), code) for code, row in table.items()}
        for code in sorted(set(overrides) - set(table)):
            row = merged(table[OTHER], {}, overrides[code], code)
            if canonical(code) != code or not row["name"]:
                raise Permanent(
                    "invalid_policy", "a carrier that is not in parcels/carriers.yaml takes a code and a name"
                )
            self._rows[code] = row
        for code in self._rows:
            self.of(code)

    @classmethod
    def from_json(cls, text: str) -> Carriers:
        """From the stack parameter `Policy` (its member `carriers`). Raises `Permanent` when that is not usable."""
        overrides = parameter(text).get("carriers", {})
        if not isinstance(overrides, Mapping):
            raise Permanent("invalid_policy", "`carriers` must be a JSON object")
        return cls(overrides)

    def of(self, code: str) -> Carrier:
        """The carrier of this canonical code; one that is not in the table is like `other`, under its own name."""
        row = self._rows.get(code) or {**self._rows[OTHER], "name": code.replace("_", " ").title()}
        intercept, hold = row["intercept"], row["hold_at_location"]
        return Carrier(
            code=code,
            name=row["name"],
            tracking_url=row["tracking_url"],
            attempts=row["attempts"]["count"],
            hold_days=HoldDays(row["hold_days"]["count"], row["hold_days"]["kind"]),
            intercept=Intercept(
                supported=intercept["supported"],
                redirect=intercept["redirect"],
                fee=_money(intercept["fee"]),
                delay_days=tuple(intercept["delay_days"]),
                countries=frozenset(intercept["countries"]),
                numbers=re.compile(intercept["numbers"]),
            ),
            hold_at_location=HoldAtLocation(
                supported=hold["supported"],
                by_intercept=hold["by_intercept"],
                fee=_money(intercept["fee"] if hold["fee"] == "intercept" else hold["fee"]),
                countries=frozenset(hold["countries"]),
            ),
        )


def canonical(name: str) -> str:
    """The code of a carrier, however a provider or a shop calls it: "UPSSurePost" → `ups`, "Speedy Post" →
    `speedy_post`, `other` for none and for what makes no code."""
    known = _aliases().get(_plain(name))
    if known:
        return known
    code = _WORD_ENDS.sub("_", name.strip()).strip("_").lower()
    return _aliases().get(_plain(code), code) if CARRIER.fullmatch(code) else OTHER


def tracking_url(code: str, number: str) -> str:
    """The page of this carrier about this number as the table has it, without overrides; "" when there is none."""
    return _known().of(code).track(number)


@cache
def _known() -> Carriers:
    return Carriers({})


@cache
def _aliases() -> dict[str, str]:
    table = load("parcels/carriers")
    return {
        _plain(name): code for code, row in table.items() for name in (code, row.get("name") or code, *row["aliases"])
    }


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _money(value: Mapping[str, Any] | None) -> Money | None:
    return Money(value["amount"], value["currency"]) if value else None
