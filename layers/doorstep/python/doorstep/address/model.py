"""The nouns of the address room: what was typed, what it says in standard form, and what we think of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["accept", "confirm", "add_unit", "fix"]
Deliverability = Literal[
    "deliverable", "missing_unit", "unnecessary_unit", "incorrect_unit", "undeliverable", "unverified"
]
Coverage = Literal["address", "range", "zip", "format"]
Status = Literal["confirmed", "plausible", "suspicious", "missing", "unexpected"]
Change = Literal["none", "standardized", "corrected", "inferred"]
Severity = Literal["error", "warning", "info"]

ADDRESS_FIELDS = ("line1", "line2", "city", "state", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class Address:
    """An address in six fields; "" where there is none. `country` is ISO 3166 alpha-2."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Address:
        """From our own stored form; unknown keys are ignored, absent ones are ""."""
        return cls(**{name: str(values.get(name) or "") for name in ADDRESS_FIELDS})

    def to_dict(self) -> dict[str, str]:
        """The six fields, in the order of a form."""
        return {name: getattr(self, name) for name in ADDRESS_FIELDS}


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """What somebody typed: six fields, or everything in `one_line`. `locale` is what the caller asked for, or ""."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"
    one_line: str = ""
    locale: str = ""

    @classmethod
    def of(cls, address: Address) -> TypedAddress:
        """An address as if it had been typed again."""
        return cls(**address.to_dict())


@dataclass(frozen=True, slots=True)
class Component:
    """One part of an address: as typed, as it should be written, and how sure we are of it."""

    input: str
    value: str
    status: Status
    change: Change = "none"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to know about the address; `message` says in the caller's locale what to do."""

    code: str
    field: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another reading; `changed` names the fields in which it differs; `score` from 0 to 1."""

    address: Address
    changed: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Flags:
    """What a shipper wants to know at a glance."""

    po_box: bool = False
    private_mailbox: bool = False
    military: bool = False
    territory: bool = False
    non_contiguous: bool = False
    rural_route: bool = False
    general_delivery: bool = False
    line_too_long: bool = False
    non_latin: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything we think of one address."""

    verdict: Verdict
    deliverability: Deliverability
    coverage: Coverage
    address: Address
    components: Mapping[str, Component] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    flags: Flags = Flags()

    def to_dict(self) -> dict[str, object]:
        """The verdict object of the API, without `address_key` and `verdict_token`, which need the secret."""
        return {
            "verdict": self.verdict,
            "deliverability": self.deliverability,
            "coverage": self.coverage,
            "address": self.address.to_dict(),
            "components": {name: _as_dict(component) for name, component in self.components.items()},
            "issues": [_as_dict(issue) for issue in self.issues],
            "suggestions": [
                {"address": one.address.to_dict(), "changed": list(one.changed), "score": one.score}
                for one in self.suggestions
            ],
            "flags": _as_dict(self.flags),
        }


def _as_dict(noun: Component | Issue | Flags) -> dict[str, object]:
    """The members of a flat noun; `asdict` copies each one deeply, and takes five times as long."""
    return {name: getattr(noun, name) for name in noun.__slots__}
