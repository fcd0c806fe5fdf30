"""What this room needs from the outside: the whole file of one parcel, and one way to change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from doorstep.cases.case import Case
from doorstep.cases.offer import Offer
from doorstep.orders.change import OrderChange
from doorstep.orders.order import AddressVersion
from doorstep.orders.store import OrderFile
from doorstep.outbox import Event, MessageRequest
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import Scan


@dataclass(frozen=True, slots=True)
class ParcelFile:
    """A parcel with its order, the order's other parcels, and everything that happened to it.

    `cases` and `offers` are those of the whole order (cases are numbered within it); `scans` are this parcel's, and
    empty where they were not asked for.
    """

    order: OrderFile
    parcel: Parcel
    parcels: tuple[Parcel, ...]
    cases: tuple[Case, ...]
    offers: tuple[Offer, ...]
    scans: tuple[Scan, ...] = ()

    @property
    def label_address(self) -> AddressVersion:
        """The address that the parcel goes to: that of its label, or what was carried out since."""
        versions = {it.version: it for it in self.order.addresses}
        return versions.get(self.parcel.address_version, self.order.address)

    def open_case(self, kind: str) -> Case | None:
        """The open case of this kind and parcel; there is at most one."""
        return next((it for it in self.open_cases if it.kind == kind), None)

    @property
    def open_cases(self) -> tuple[Case, ...]:
        """This parcel's open cases."""
        return tuple(it for it in self.cases if it.parcel == self.parcel.id and it.state == "open")

    def case(self, case: str) -> Case | None:
        """A case by its id."""
        return next((it for it in self.cases if it.id == case), None)

    def offer(self, offer: str) -> Offer | None:
        """An offer by its id."""
        return next((it for it in self.offers if it.id == offer), None)

    def offer_in(self, case: Case) -> Offer | None:
        """The newest offer of a case."""
        return self.offer(f"{case.id}.{case.offers}")


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One change to a parcel's file, committed whole or not at all. The parcel is always written, one version up: that
    guards its cases and offers too. `order` is the change of the order that goes with it, `scans` is what we say."""

    parcel: Parcel
    cases: tuple[Case, ...] = ()
    offers: tuple[Offer, ...] = ()
    order: OrderChange | None = None
    scans: tuple[Scan, ...] = ()
    messages: tuple[MessageRequest, ...] = ()
    events: tuple[Event, ...] = ()


class CaseStore(Protocol):
    """Keeps parcels with their cases and offers. Reads are consistent; `commit_case` is all or nothing."""

    def read_parcel(self, shop: str, order_id: str, parcel: str, *, scans: bool = False) -> ParcelFile | None:
        """The parcel's file, with its scans when asked for; or None."""

    def find_case(self, shop: str, order_id: str, case: str) -> Case | None:
        """A case of the order by its id, or None."""

    def parcels(self, shop: str, order_id: str) -> tuple[Parcel, ...]:
        """The parcels of the order, in the order of their registration."""

    def commit_case(self, change: CaseChange, *, cause: str) -> None:
        """Write the change. Raises `Conflict` when parcel or order have moved on."""
