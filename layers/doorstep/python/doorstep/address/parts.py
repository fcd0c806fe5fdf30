"""What a delivery line is made of: its named parts, the kind of place it names, and what is left over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

Kind = Literal["street", "po_box", "rural_route", "highway_contract", "military", "general_delivery", "none"]


@dataclass(frozen=True, slots=True)
class Part:
    """A named part: as typed and as we write it."""

    input: str
    value: str


@dataclass(frozen=True, slots=True)
class Box:
    """A box, route or other delivery without a street; `text` is its standard form."""

    kind: Kind
    text: str
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Unit:
    """A secondary unit: "APT 4", "REAR", "# 7"; `kind` is its designator, `number` may be ""."""

    kind: Part
    number: Part

    @property
    def text(self) -> str:
        """The unit in standard form."""
        return " ".join(filter(None, (self.kind.value, self.number.value)))


@dataclass(frozen=True, slots=True)
class Street:
    """A thoroughfare split as in Pub 28 §23. A highway's whole name is the street name."""

    predirectional: Part | None = None
    name: Part | None = None
    suffix: Part | None = None
    postdirectional: Part | None = None

    @property
    def text(self) -> str:
        """The street as it is written."""
        parts = (self.predirectional, self.name, self.suffix, self.postdirectional)
        return " ".join([part.value for part in parts if part is not None])

    def named(self) -> Iterator[tuple[str, Part]]:
        """The parts there are, in the order they are written."""
        parts = (
            ("predirectional", self.predirectional),
            ("street_name", self.name),
            ("suffix", self.suffix),
            ("postdirectional", self.postdirectional),
        )
        yield from ((name, part) for name, part in parts if part is not None)


@dataclass(frozen=True)
class Delivery:
    """The delivery lines of an address, read. `extra` is what no rule could place, in the order it was typed."""

    kind: Kind
    number: Part | None = None
    street: Street = Street()
    units: tuple[Unit, ...] = ()
    box: Box | None = None
    mailbox: Unit | None = None
    extra: tuple[Part, ...] = ()
    landmark: bool = False

    @cached_property
    def line1(self) -> str:
        """The delivery line in standard form: number and street, or the box."""
        if self.kind != "street" and self.box is not None:
            return self.box.text
        street = self.street.text
        return f"{self.number.value} {street}".rstrip() if self.number else street

    @cached_property
    def line2(self) -> str:
        """Units, private mailbox, a second delivery point, and everything left over: nothing typed is lost."""
        if not (self.units or self.mailbox or self.extra or self.box):
            return ""
        second = [self.box.text] if self.kind == "street" and self.box is not None else []
        units = [unit.text for unit in (*self.units, *([self.mailbox] if self.mailbox else []))]
        return ", ".join(filter(None, [" ".join([*units, *second]), *(part.value for part in self.extra)]))

    def with_street(self, street: Street) -> Delivery:
        """The same with its street in other words."""
        return replace(self, street=street)
