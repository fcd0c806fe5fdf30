"""What this room needs from the outside: a place that keeps orders, and somebody who judges addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from doorstep.address import TypedAddress
from doorstep.orders.change import OrderChange
from doorstep.orders.order import AddressVersion, Order


@dataclass(frozen=True, slots=True)
class OrderFile:
    """An order with all its address versions, oldest first."""

    order: Order
    addresses: tuple[AddressVersion, ...]

    @property
    def address(self) -> AddressVersion:
        """The version in force."""
        return next(address for address in self.addresses if address.version == self.order.address_version)


class OrderStore(Protocol):
    """Keeps orders. Reads are consistent; `commit` is all or nothing."""

    def read(self, shop: str, order_id: str) -> OrderFile | None:
        """The order and its addresses, or None."""

    def commit(self, change: OrderChange, *, cause: str) -> None:
        """Write the change; `cause` is the id of the request or message behind it. Raises `Conflict` when the order has
        another version than expected, or the link was used already."""


class Judge(Protocol):
    """Judges addresses: the postal table, the keyed hash and the signature of verdicts, in one place."""

    def judge(self, typed: TypedAddress, locale: str) -> dict[str, Any]:
        """The verdict object (design §4.1) on what was typed, with its address key."""

    def ruled(self, rules: Mapping[str, str]) -> Judge:
        """The same judge, under a shop's own rules for kinds of addresses (`Policy.address_rules`)."""

    def checkout(self, token: str, judgement: Mapping[str, Any]) -> str:
        """What the checkout's verdict token proves: `none`, `matched`, `other_address` or `not_valid`."""

    def miles_between(self, one: str, other: str) -> float | None:
        """Distance between two ZIP Codes, in miles; None when either is unknown."""
