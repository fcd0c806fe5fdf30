"""Scans come in: each to the parcels it is about, or aside until its parcel is registered; then the parcel is followed.

Scans are written before anything is made of them, and what is made of them is committed under the parcel's version: who
dies in between finds them at the next try, and of two at once the second sees the first one's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from doorstep.cases.desk import CaseDesk
from doorstep.cases.following import follow
from doorstep.cases.relabelling import relabel
from doorstep.cases.store import ParcelFile
from doorstep.errors import Conflict, NotFound, Transient
from doorstep.parcels.matching import Pointer, about
from doorstep.parcels.scan import Scan
from doorstep.parcels.store import ScanStore

_TRIES: Final = 3


def hear(desk: CaseDesk, store: ScanStore, scans: Iterable[Scan]) -> int:
    """Take in scans of any parcels; returns how many wait for theirs to be registered."""
    by_number: dict[str, dict[str, Scan]] = defaultdict(dict)
    for scan in scans:
        by_number[scan.tracking_number][scan.digest] = scan
    return sum(_hear(desk, store, number, list(said.values())) for number, said in by_number.items())


def adopt(desk: CaseDesk, store: ScanStore, tracking_number: str) -> None:
    """A parcel was registered: the scans that waited for it come in, and those that another parcel of this number got
    before; and the label is looked at."""
    waiting, pointers = store.parked(tracking_number), store.pointers(tracking_number)
    heard = [scan for it in pointers if len(pointers) > 1 for scan in _file(desk, it).scans]
    _give_out(desk, store, pointers, list({scan.digest: scan for scan in (*waiting, *heard)}.values()))
    if waiting:
        store.unpark(tracking_number, waiting)
    for pointer in pointers:
        desk.change(_file(desk, pointer), lambda it: relabel(it, rules=desk.rules, now=desk.now))


def look_after(desk: CaseDesk, shop: str, order_id: str, parcel: str) -> None:
    """Follow a parcel without news: its silence may have become trouble. One that is gone is left alone."""
    try:
        file = desk.file(shop, order_id, parcel, scans=True)
    except NotFound:
        return
    desk.change(file, lambda it: follow(it, rules=desk.rules, now=desk.now), scans=True)


def _hear(desk: CaseDesk, store: ScanStore, number: str, scans: Sequence[Scan]) -> int:
    for _ in range(_TRIES):
        pointers = store.pointers(number)
        if pointers:
            _give_out(desk, store, pointers, scans)
            return 0
        try:
            store.park(number, scans)
        except Conflict:
            continue  # registered in this very moment
        return len(scans)
    raise Transient("contended", "a parcel is being registered while its scans come in")


def _give_out(desk: CaseDesk, store: ScanStore, pointers: Sequence[Pointer], scans: Sequence[Scan]) -> None:
    told: dict[Pointer, list[Scan]] = {pointer: [] for pointer in pointers}
    for scan in scans:
        for pointer in about(scan, pointers):
            told[pointer].append(scan)
    for pointer, said in told.items():
        if said:
            _follow(desk, store, pointer, said)


def _follow(desk: CaseDesk, store: ScanStore, pointer: Pointer, scans: Sequence[Scan]) -> None:
    file = _file(desk, pointer)
    known = {scan.digest for scan in file.scans}
    fresh = list({scan.digest: scan for scan in scans if scan.digest not in known}.values())
    if fresh:
        store.keep_scans(pointer, fresh)
        file = replace(file, scans=(*file.scans, *fresh))
    desk.change(file, lambda it: follow(it, rules=desk.rules, now=desk.now), scans=True)


def _file(desk: CaseDesk, pointer: Pointer) -> ParcelFile:
    parcel = f"{pointer.carrier}.{pointer.tracking_number}"
    return desk.file(pointer.shop, pointer.order_id, parcel, scans=True)
