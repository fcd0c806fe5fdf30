"""How a parcel, its scans and all that goes with it stand in the orders table, and how they are read back."""

from __future__ import annotations

from typing import Any

from doorstep.cases.case import Case
from doorstep.cases.offer import Offer
from doorstep.cases.store import ParcelFile
from doorstep.orders.order import AddressVersion, Order
from doorstep.orders.store import OrderFile
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import Scan
from doorstep.platform import keys
from doorstep.platform.items import Item, from_plain, to_plain
from doorstep.platform.outbox_items import due
from doorstep.platform.table import Table
from doorstep.times import stamp


def parcel_item(parcel: Parcel) -> Item:
    """A parcel as it is kept; on the by-due index while its silence may become trouble."""
    pk, sk = keys.order_pk(parcel.shop, parcel.order_id), keys.parcel_sk(parcel.id)
    return {"pk": pk, "sk": sk, **to_plain(parcel), **due(pk, sk, parcel.due_at)}


def scan_item(pk: str, prefix: str, scan: Scan) -> Item:
    """A scan as it is kept: under its time and its name, so that the same scan is the same item."""
    plain: dict[str, Any] = to_plain(scan)
    return {"pk": pk, "sk": f"{prefix}{stamp(scan.occurred_at)}#{scan.digest}", **plain}


def read_parcel(table: Table, shop: str, order_id: str, parcel: str, *, scans: bool = False) -> ParcelFile | None:
    """A parcel's file, in three reads, four with its scans; None when there is no such parcel.

    The parcels come first, in a read of their own: what a version guards is read after it, so that nothing older is
    ever written under it. (A query is no snapshot; within one, what stands first may be older than what stands last.)
    """
    pk = keys.order_pk(shop, order_id)
    parcels = tuple(from_plain(Parcel, it) for it in table.query(pk, "PARCEL#"))
    found = next((it for it in parcels if it.id == parcel), None)
    if found is None:
        return None
    rest = table.between(pk, "OFFER#", "ORDER")  # offers, and the order behind them
    head = next((it for it in rest if it["sk"] == "ORDER"), None)
    if head is None:
        return None
    before = table.between(pk, "ADDRESS#", "CASE$")
    addresses = tuple(from_plain(AddressVersion, it) for it in before if it["sk"].startswith("ADDRESS#"))
    said = table.query(pk, keys.scan_sk(parcel)) if scans else []
    return ParcelFile(
        order=OrderFile(from_plain(Order, head), addresses),
        parcel=found,
        parcels=parcels,
        cases=tuple(from_plain(Case, it) for it in before if it["sk"].startswith("CASE#")),
        offers=tuple(from_plain(Offer, it) for it in rest if it["sk"].startswith("OFFER#")),
        scans=tuple(from_plain(Scan, it) for it in said),
    )
