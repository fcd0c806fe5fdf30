"""Findings and what follows from them: the verdict, and the issues in the caller's language.

Which finding leads to which verdict, and what the buyer is told, is data: `findings.yaml` and `messages.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from doorstep.address.model import Coverage, Deliverability, Issue, Verdict
from doorstep.data import load

_GRAVITY: Final[tuple[Verdict, ...]] = ("accept", "confirm", "add_unit", "fix")
_FALLBACK: Final = "en"
_UNITS: Final[dict[str, Deliverability]] = {
    "unit_missing": "missing_unit",
    "unit_not_found": "incorrect_unit",
    "unit_not_needed": "unnecessary_unit",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found about one field of the address."""

    code: str
    field: str


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The gravest of what the findings lead to; accept when there are none."""
    table = load("address/findings")
    return max((table[finding.code]["verdict"] for finding in findings), key=_GRAVITY.index, default="accept")


def deliverability_of(findings: Sequence[Finding], coverage: Coverage) -> Deliverability:
    """What has to be mended cannot be delivered; what is beyond our streets and house numbers we do not know."""
    if not findings:
        return "deliverable" if coverage in ("address", "range") else "unverified"
    codes = {finding.code for finding in findings}
    verdict = verdict_of(findings)
    if verdict == "fix":
        return "undeliverable"
    if unit := next((told for code, told in _UNITS.items() if code in codes), None):
        return unit
    return "deliverable" if verdict == "accept" and coverage in ("address", "range") else "unverified"


def issues_of(findings: Sequence[Finding], locale: str) -> tuple[Issue, ...]:
    """The findings as issues, gravest first, each once, worded for the buyer."""
    table = load("address/findings")
    order = ("error", "warning", "info")
    unique = sorted(dict.fromkeys(findings), key=lambda finding: order.index(table[finding.code]["severity"]))
    return tuple(Issue(one.code, one.field, table[one.code]["severity"], _message(one.code, locale)) for one in unique)


def language_of(locale: str, known: Iterable[str]) -> str:
    """The best of the `known` locales: the same, the same language ("es-MX" → "es"), or English."""
    wanted = locale.replace("_", "-").lower()
    by_name = {name.lower(): name for name in known}
    by_language = {name.partition("-")[0]: name for name in by_name.values()}
    return by_name.get(wanted) or by_language.get(wanted.partition("-")[0]) or _FALLBACK


@lru_cache(maxsize=1_024)
def _message(code: str, locale: str) -> str:
    words = load("address/messages")[code]
    text: str = words[language_of(locale, words)]
    return text
