"""A provider's codes and texts in our vocabulary: tables keyed by table and code, refined by what the words prove.

Owns looking up (codes are strings, and the same one means different things in different tables) and the text rules.
Leaves to the provider which of its fields decides.

A provider's YAML holds `tables`: code tables by name. `refined(provider, look_up(…), text, …)` reads the carrier's
words by the rules of texts.yaml, which need no mention there. Where this provider needs more or less, its YAML adds
`turns` and `causes` (tried first) and `open_reasons`, or takes away: `closed_reasons` are reasons its codes say on
purpose, which no words refine; `without` names turns and causes that are not for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from doorstep.data import load
from doorstep.parcels.vocabulary import is_physical, reason_with

_PLAIN_CODE: Final = re.compile(r"[A-Za-z0-9._/-]{1,64}")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says. `physical` is None where the vocabulary decides by milestone and reason."""

    milestone: str = "unknown"
    reason: str = ""
    physical: bool | None = None
    reopens: bool = False

    @property
    def is_physical(self) -> bool:
        """Whether it shows the parcel itself."""
        return is_physical(self.milestone, self.reason) if self.physical is None else self.physical

    def at(self, milestone: str, reason: str) -> Meaning:
        """The same with another milestone and reason; a trouble always gets a reason."""
        return replace(self, milestone=milestone, reason=reason_with(milestone, reason))


def look_up(provider: str, table: str, code: str) -> Meaning | None:
    """What the code means in this table; None for one that nobody knows (yet)."""
    row: Mapping[str, Any] | None = rules(provider)["tables"][table].get(code)
    return None if row is None else Meaning(**row)


def refined(provider: str, meaning: Meaning, *texts: str) -> Meaning:
    """The meaning after reading the carrier's words: another milestone or a finer reason where they prove it."""
    said = " | ".join(_plain(text) for text in texts)
    open_reasons, turned = rules(provider)["open_reasons"], meaning
    turn = next((rule for rule in rules(provider)["turns"] if _turns(rule, meaning, said)), None)
    if turn is not None:
        turned = meaning.at(turn["to"], "")
    elif meaning.reason not in open_reasons:
        return meaning
    causes: Iterable[Mapping[str, Any]] = rules(provider)["causes"]
    cause = next((it["reason"] for it in causes if turned.milestone in it["of"] and _says(it["says"], said)), "")
    return turned.at(turned.milestone, cause or (turn.get("reason", "") if turn else turned.reason))


def unmapped(table: str, code: str) -> str:
    """How an unknown code is named in metrics: `<table>:<code>`, and `*` for one that may be anything, even a name."""
    return f"{table}:{code if _PLAIN_CODE.fullmatch(code) else '*'}"


@cache
def rules(provider: str) -> Mapping[str, Any]:
    """The provider's YAML, with the text rules that hold for it: its own, then the shared ones it does not exclude."""
    shared, own = load("parcels/providers/texts"), load(f"parcels/providers/{provider}")
    without, closed = set(own.get("without", ())), set(own.get("closed_reasons", ()))
    return {
        **own,
        "turns": [*own.get("turns", ()), *(it for it in shared["turns"] if it["name"] not in without)],
        "causes": [*own.get("causes", ()), *(it for it in shared["causes"] if it["reason"] not in without)],
        "open_reasons": [it for it in (*shared["open_reasons"], *own.get("open_reasons", ())) if it not in closed],
    }


def _turns(rule: Mapping[str, Any], meaning: Meaning, said: str) -> bool:
    if meaning.milestone not in rule["from"] or meaning.reason not in rule.get("reasons", [meaning.reason]):
        return False
    if "unless" in rule and _says(rule["unless"], said):
        return False
    return _says(rule["says"], _any_of(tuple(rule["ignoring"])).sub("|", said) if "ignoring" in rule else said)


def _says(patterns: Sequence[str], said: str) -> bool:
    return _any_of(tuple(patterns)).search(said) is not None


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


def _plain(text: str) -> str:
    """Lower case, apostrophes dropped, every other sign a blank."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub("['’]", "", text.lower())).strip()
