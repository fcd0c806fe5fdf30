"""What a scan means: the kind of trouble, if any, and the row of the offer table. Both are data (trouble.yaml)."""

from __future__ import annotations

from functools import cache
from typing import Final

from doorstep.data import load

NO_TROUBLE: Final = ""
_ATTEMPTS: Final = "attempts"


def kind_of(milestone: str, reason: str) -> str:
    """The kind of case (`case.KINDS`) that this news opens or belongs to; "" when it is no trouble."""
    return _meaning(milestone, reason)[0]


def row_of(milestone: str, reason: str, *, attempts_left: int, attempted: bool = False) -> str:
    """The row of the offer table for a parcel of which this is the last news.

    `attempts_left` is how often the carrier will still come. Once it has come (`attempted`), a parcel on its way again
    stands where an attempted one stands: no carrier takes a change of address after the first attempt.
    """
    row = _meaning(milestone, reason)[1]
    if row == _ATTEMPTS or (row == "moving" and attempted):
        return "attempted" if attempts_left > 0 else "pickup"
    return row


def _meaning(milestone: str, reason: str) -> tuple[str, str]:
    """A word that is not in the vocabulary means as much as none."""
    table = _table()
    known = milestone if (milestone, "") in table else "unknown"
    return table.get((known, reason)) or table[known, ""]


@cache
def _table() -> dict[tuple[str, str], tuple[str, str]]:
    data = load("cases/trouble")
    groups: dict[str, list[str]] = data["groups"]
    return {
        (milestone, reason): (entry["kind"], entry["row"])
        for milestone, entries in data["milestones"].items()
        for entry in entries.get("groups") or [{"of": list(groups), **entries["all"]}]
        for group in entry["of"]
        for reason in groups[group]
    }
