"""What a seller decides about kinds of addresses: PO boxes, islands, lines that no label can hold.

Owns the rules (`carrier_rules.yaml`), the findings they lead to and the two flags that are about the label itself; what
a seller has decided is in their policy, the other flags come from reading the address.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from doorstep.address.findings import Finding
from doorstep.address.model import Flags
from doorstep.data import load

ALLOW: Final = "allow"


def carrier_findings(flags: Flags, rules: Mapping[str, str]) -> Iterator[Finding]:
    """What the seller's `rules` (flag → `allow`, `note`, `warn` or `block`) say about an address with these flags.

    A flag without a rule is allowed; rules are checked where they are read (`levels`).
    """
    for flag, level in rules.items():
        if level != ALLOW and getattr(flags, flag):
            row = load("address/carrier_rules")["rules"][flag]
            yield Finding(row["codes"][level], row["field"])


def levels(flag: str) -> tuple[str, ...]:
    """The rules that a seller may set for `flag`; none for what is no flag."""
    row = load("address/carrier_rules")["rules"].get(flag)
    return (ALLOW, *row["codes"]) if row else ()


def line_too_long(*lines: str) -> bool:
    """Whether one of these lines, in standard form, is longer than carriers print."""
    longest: int = load("address/carrier_rules")["longest_line"]
    return max(map(len, lines)) > longest


def non_latin(*lines: str) -> bool:
    """Whether there is a letter, digit or picture that no label in the United States can show.

    Accents are no trouble: carriers print them, or the letter beneath.
    """
    return not "".join(lines).isascii() and any(any(map(_is_foreign, line)) for line in lines)


def _is_foreign(letter: str) -> bool:
    kind = unicodedata.category(letter)
    if letter.isascii() or kind[0] not in "LNS" or kind == "Lm":  # the okina of Ali\u02bbi is written as an apostrophe
        return False
    name = unicodedata.name(letter, "")
    return "LATIN" not in name and "VULGAR FRACTION" not in name
