"""One visit through one link: who speaks, what an answer is, and how a change is recorded when others click too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from doorstep.errors import Conflict, Transient
from doorstep.orders.change import OrderChange
from doorstep.orders.desk import Desk
from doorstep.orders.link import Link
from doorstep.orders.order import AddressVersion
from doorstep.orders.store import OrderFile
from doorstep.orders.versions import Author

Show = Literal[
    "address",
    "recorded",
    "mend",
    "code",
    "code_wrong",
    "code_expired",
    "moved_on",
    "other_country",
    "too_many",
    "shipped",
]
CodeOf = Callable[[str, str, str], str]
"""The one-time code that the message (shop, order id, message key) carried."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show of the order as it is now; `proposed` waits to be mended; `again` when nothing was done."""

    show: Show
    file: OrderFile
    proposed: AddressVersion | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A buyer at our desk, come by a link."""

    desk: Desk
    link: Link
    locale: str
    code_of: CodeOf

    @property
    def author(self) -> Author:
        """Who is to be written down: the buyer, and by which kind of link."""
        return Author("buyer", f"{self.link.purpose}_link")

    @property
    def use(self) -> str:
        """A confirmation link is used once; the order link stays open."""
        return self.link.token_hash if self.link.purpose == "confirm" else ""

    def record(
        self,
        file: OrderFile,
        decide: Callable[[OrderFile], OrderChange | None],
        came_true: Callable[[OrderFile], bool],
    ) -> Answer:
        """Commit what `decide` says. When somebody else was faster: `recorded` if what the buyer wanted `came_true`,
        `moved_on` if another address is in force. Raises `Transient` when neither is so."""
        try:
            return Answer("recorded", self.desk.change(file, decide))
        except Conflict as error:
            now = self.desk.file(file.order.shop, file.order.order_id)
            if came_true(now):
                return Answer("recorded", now, again=True)
            if now.order.shipped_at and not file.order.shipped_at:
                return Answer("shipped", now)
            if now.order.address_version != file.order.address_version or now.order.confirmation.state == "confirmed":
                return Answer("moved_on", now)
            raise Transient("contended", "the order never stood still; nothing was changed") from error


def same_address(now: OrderFile, seen: OrderFile) -> None:
    """Raise `Conflict` when another address is in force than the one the buyer saw, or the parcel is on its way."""
    if now.order.address_version != seen.order.address_version or bool(now.order.shipped_at) != bool(
        seen.order.shipped_at
    ):
        raise Conflict("address_moved_on", "the address was changed in the meantime")
