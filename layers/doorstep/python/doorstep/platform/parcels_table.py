"""The orders table as the rooms `parcels` and `cases` ask for it: parcels, scans, cases, offers, and the way to them.

Everything about one parcel is guarded by the parcel's version. Scans are named by their content and only ever added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from doorstep.cases.case import Case
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.errors import Transient
from doorstep.orders.store import OrderFile
from doorstep.parcels.matching import Pointer
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.registering import Registration
from doorstep.parcels.scan import Scan
from doorstep.platform import keys
from doorstep.platform.aws import client, translated
from doorstep.platform.clock import now
from doorstep.platform.items import Item, from_plain, from_wire, to_plain, to_wire
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.outbox_items import due
from doorstep.platform.parcel_items import parcel_item, read_parcel, scan_item
from doorstep.platform.table import Table

_BATCH: Final = 25  # BatchWriteItem
_TRANSACTION: Final = 100
_TRIES: Final = 5
_MOST_PARCELS: Final = 200  # of one number: more is a placeholder, and every scan of it would write them all
_PARKED_FOR: Final = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class ParcelsTable:
    """Implements `ParcelFinder`, `ScanStore` and `CaseStore`."""

    orders: OrdersTable

    # ---------------------------------------------------------------- parcels

    def order(self, shop: str, order_id: str) -> OrderFile | None:
        """The order, or None."""
        return self.orders.read(shop, order_id)

    def find_parcel(self, shop: str, order_id: str, parcel: str) -> Parcel | None:
        """The parcel of this order, or None."""
        item = self._table.get(keys.order_pk(shop, order_id), keys.parcel_sk(parcel))
        return from_plain(Parcel, item) if item else None

    def register(self, registration: Registration, *, cause: str) -> None:
        """Write order, parcel and pointer as one. Raises `Conflict` when the order moved on, or the parcel exists."""
        pointer = registration.pointer
        append = {
            "TableName": self._table.name,
            "Key": to_wire({"pk": keys.tracking_pk(pointer.tracking_number), "sk": "POINTER"}),
            "UpdateExpression": "SET parcels = list_append(if_not_exists(parcels, :none), :new)",
            "ConditionExpression": "attribute_not_exists(parcels) OR size(parcels) < :most",
            "ExpressionAttributeValues": to_wire({":none": [], ":new": [to_plain(pointer)], ":most": _MOST_PARCELS}),
        }
        writes = self.orders.writes(registration.order, cause=cause)
        parcel = self._table.putting(parcel_item(registration.parcel), "attribute_not_exists(pk)")
        self._table.transact([*writes, parcel, {"Update": append}])

    # ---------------------------------------------------------------- scans

    def pointers(self, tracking_number: str) -> tuple[Pointer, ...]:
        """The parcels of this number; consistent."""
        item = self._table.get(keys.tracking_pk(tracking_number), "POINTER")
        return tuple(from_plain(Pointer, it) for it in item["parcels"]) if item else ()

    def keep_scans(self, pointer: Pointer, scans: Sequence[Scan]) -> None:
        """Write scans of a parcel; a scan that is there already is written over by itself."""
        pk, parcel = keys.order_pk(pointer.shop, pointer.order_id), f"{pointer.carrier}.{pointer.tracking_number}"
        self._write({"PutRequest": {"Item": to_wire(scan_item(pk, keys.scan_sk(parcel), scan))}} for scan in scans)

    def park(self, tracking_number: str, scans: Sequence[Scan]) -> None:
        """Keep scans until their parcel is registered. Raises `Conflict` when it has been by now."""
        pk = keys.tracking_pk(tracking_number)
        expires = int((now() + _PARKED_FOR).timestamp())
        check = {
            "ConditionCheck": {
                "TableName": self._table.name,
                "Key": to_wire({"pk": pk, "sk": "POINTER"}),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        items = [{**scan_item(pk, "SCAN#", scan), "expires": expires} for scan in scans]
        for start in range(0, len(items), _TRANSACTION - 1):
            part = items[start : start + _TRANSACTION - 1]
            self._table.transact([check, *(self._table.putting(item) for item in part)])

    def parked(self, tracking_number: str) -> tuple[Scan, ...]:
        """The scans that wait for their parcel."""
        items = self._table.query(keys.tracking_pk(tracking_number), "SCAN#")
        return tuple(from_plain(Scan, item) for item in items)

    def unpark(self, tracking_number: str, scans: Sequence[Scan]) -> None:
        """Forget scans that were adopted."""
        pk = keys.tracking_pk(tracking_number)
        gone = ({"pk": pk, "sk": scan_item(pk, "SCAN#", scan)["sk"]} for scan in scans)
        self._write({"DeleteRequest": {"Key": to_wire(key)}} for key in gone)

    # ---------------------------------------------------------------- cases

    def read_parcel(self, shop: str, order_id: str, parcel: str, *, scans: bool = False) -> ParcelFile | None:
        """The parcel's file, with its scans when asked for; None when there is no such parcel."""
        return read_parcel(self._table, shop, order_id, parcel, scans=scans)

    def find_case(self, shop: str, order_id: str, case: str) -> Case | None:
        """A case of the order, or None."""
        item = self._table.get(keys.order_pk(shop, order_id), keys.case_sk(case))
        return from_plain(Case, item) if item else None

    def parcels(self, shop: str, order_id: str) -> tuple[Parcel, ...]:
        """The parcels of the order, in the order of their registration."""
        items = self._table.query(keys.order_pk(shop, order_id), "PARCEL#")
        return tuple(sorted((from_plain(Parcel, it) for it in items), key=lambda it: it.registered_at))

    def files(self, shop: str, order_id: str) -> list[ParcelFile]:
        """The files of all parcels of the order, scans included."""
        found = (self.read_parcel(shop, order_id, it.id, scans=True) for it in self.parcels(shop, order_id))
        return [file for file in found if file is not None]

    def commit_case(self, change: CaseChange, *, cause: str) -> None:
        """Write the change as one. Raises `Conflict` when parcel or order have moved on."""
        parcel = change.parcel
        pk = keys.order_pk(parcel.shop, parcel.order_id)
        writes = [self._table.putting(parcel_item(parcel), "version = :seen", {":seen": parcel.version - 1})]
        for case in change.cases:
            sk = keys.case_sk(case.id)
            item = {"pk": pk, "sk": sk, **to_plain(case), **due(pk, sk, case.due_at)}
            # Cases are numbered within the order: another parcel may have taken the number.
            condition = "attribute_not_exists(pk) OR parcel = :parcel"
            writes.append(self._table.putting(item, condition, {":parcel": case.parcel}))
        for offer in change.offers:
            writes.append(self._table.putting({"pk": pk, "sk": keys.offer_sk(offer.id), **to_plain(offer)}))
        writes.extend(self._table.putting(scan_item(pk, keys.scan_sk(parcel.id), scan)) for scan in change.scans)
        if change.order is not None:
            writes.extend(self.orders.writes(change.order, cause=cause))
        writes.extend(self.orders.outbox(pk, change.messages, change.events, cause=cause, moment=now()))
        self._table.transact(writes)

    def cases_at(self, places: Sequence[tuple[str, str]]) -> list[tuple[str, str, Case]]:
        """The cases under these keys (pk, sk), at most 100, in this order: shop, order id, case."""
        if not places:
            return []
        wanted = [to_wire({"pk": pk, "sk": sk}) for pk, sk in places]
        found: dict[tuple[str, str], Item] = {}
        for _ in range(_TRIES):
            with translated("cases"):
                answer = client("dynamodb").batch_get_item(RequestItems={self._table.name: {"Keys": wanted}})
            for item in map(from_wire, answer["Responses"].get(self._table.name, [])):
                found[item["pk"], item["sk"]] = item
            wanted = answer.get("UnprocessedKeys", {}).get(self._table.name, {}).get("Keys", [])
            if not wanted:
                return [(*keys.order_of(pk), from_plain(Case, found[pk, sk])) for pk, sk in places if (pk, sk) in found]
        raise Transient("unavailable", "cases: the table answers in part only")

    # ---------------------------------------------------------------- within

    @property
    def _table(self) -> Table:
        return Table(self.orders.name)

    def _write(self, requests: Iterable[Item]) -> None:
        """Write in batches; what is not taken is offered again a few times. Raises `Transient` when some is left."""
        waiting = list(requests)
        for _ in range(_TRIES + len(waiting) // _BATCH):
            if not waiting:
                return
            part, waiting = waiting[:_BATCH], waiting[_BATCH:]
            with translated("scans"):
                answer = client("dynamodb").batch_write_item(RequestItems={self._table.name: part})
            waiting += answer.get("UnprocessedItems", {}).get(self._table.name, [])
        if waiting:
            raise Transient("unavailable", "scans: the table does not take them all")
