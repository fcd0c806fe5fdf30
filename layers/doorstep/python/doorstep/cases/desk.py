"""Where parcels in trouble are worked on: an order desk, the store of cases, the rulebook, and one way to change a file
that others may be changing at the same time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from doorstep.cases.case import Case
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import CaseChange, CaseStore, ParcelFile
from doorstep.errors import Conflict, NotFound
from doorstep.orders.store import OrderFile

_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """One request's view of the room: `now` is its clock, `cause` the id it leaves on everything it sets off."""

    store: CaseStore
    rules: Rulebook
    now: datetime
    cause: str

    def file(self, shop: str, order_id: str, parcel: str, *, scans: bool = False) -> ParcelFile:
        """The parcel's file. Raises `NotFound`."""
        file = self.store.read_parcel(shop, order_id, parcel, scans=scans)
        if file is None:
            raise NotFound("parcel_not_found", "there is no such parcel")
        return file

    def file_of(self, shop: str, order_id: str, case: str) -> tuple[ParcelFile, Case]:
        """The file that a case is about, and the case. Raises `NotFound`."""
        found = self.store.find_case(shop, order_id, case)
        if found is None:
            raise NotFound("case_not_found", "there is no such case")
        file = self.file(shop, order_id, found.parcel)
        return file, file.case(case) or found

    def change(
        self, file: ParcelFile, decide: Callable[[ParcelFile], CaseChange | None], *, scans: bool = False
    ) -> ParcelFile:
        """Decide on the file and commit; when somebody else was faster, look again and decide anew.

        With `scans` it is read again with its scans, for those who decide by them. `decide` returns None when there is
        nothing to change. Returns the file afterwards. Raises what `decide` raises, and `Conflict` when the parcel
        never stood still.
        """
        for attempt in range(_TRIES):
            change = decide(file)
            if change is None:
                return file
            try:
                self.store.commit_case(change, cause=self.cause)
            except Conflict:
                if attempt == _TRIES - 1:
                    raise
                parcel = file.parcel
                file = self.file(parcel.shop, parcel.order_id, parcel.id, scans=scans)
            else:
                return after(file, change)
        raise AssertionError("unreachable")


def after(file: ParcelFile, change: CaseChange) -> ParcelFile:
    """The file once the change is written."""
    cases = {it.id: it for it in (*file.cases, *change.cases)}
    offers = {it.id: it for it in (*file.offers, *change.offers)}
    parcels = tuple(change.parcel if it.id == change.parcel.id else it for it in file.parcels)
    order = file.order
    if change.order is not None:
        address = () if change.order.address is None else (change.order.address,)
        order = OrderFile(change.order.order, order.addresses + address)
    return replace(
        file,
        order=order,
        parcel=change.parcel,
        parcels=parcels,
        cases=tuple(cases.values()),
        offers=tuple(offers.values()),
    )
