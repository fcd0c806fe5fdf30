"""Puts what a source says about a place into the street table, in place of what an older version of the file said.

A ZIP Code or a city whose parts are several is replaced in one transaction, so readers see the old or the new. Each
item also says which edition it is of and how many parts there are, and a reader who finds some of both reads again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from doorstep.address.reference.blob import Blob
from doorstep.errors import Transient
from doorstep.platform.aws import client, translated
from doorstep.platform.items import Item, to_wire

_BATCH: Final = 25  # BatchWriteItem
_BATCH_BYTES: Final = 1_000_000  # it takes 16 MB; less at once is less to offer again when the table is busy
_TRANSACTION: Final = 100
_TRANSACTION_BYTES: Final = 3_800_000  # of 4 MB
_ITEM_BYTES: Final = 2_500  # keys, edition and numbers, at most
_TRIES: Final = 10  # in a row, without one item taken
_LONGEST_PAUSE: Final = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a file says of one partition now, and the sort keys of what it may have said before."""

    pk: str
    blobs: Sequence[Blob]
    before: frozenset[str]

    @property
    def gone(self) -> list[str]:
        """Sort keys of parts that are no more."""
        return sorted(self.before - {blob.sk for blob in self.blobs})

    @property
    def size(self) -> int:
        """Bytes, at most."""
        return sum(_ITEM_BYTES + len(blob.body) for blob in self.blobs)


@dataclass(frozen=True, slots=True)
class StreetWriter:
    """The street table `table`."""

    table: str

    def replace(self, replacements: Iterable[Replacement], edition: str) -> None:
        """Write these partitions. Raises `Transient` when the table does not take them all; doing it again is safe."""
        single: list[tuple[Item, int]] = []
        for it in replacements:
            puts = [(put_item(blob, edition, len(it.blobs)), _ITEM_BYTES + len(blob.body)) for blob in it.blobs]
            deletes = [{"pk": it.pk, "sk": sk} for sk in it.gone]
            if 1 < len(puts) + len(deletes) <= _TRANSACTION and it.size <= _TRANSACTION_BYTES:
                self._transact([item for item, _ in puts], deletes)
                continue
            # One item needs no transaction. What is too large for one (no place of a real source is) goes in pieces:
            # its readers find parts of two editions, and take it for not known until all are there.
            single += [({"PutRequest": {"Item": to_wire(item)}}, size) for item, size in puts]
            single += [({"DeleteRequest": {"Key": to_wire(key)}}, _ITEM_BYTES) for key in deletes]
        for batch in _batches(single):
            self._write(batch)

    def _transact(self, puts: Sequence[Item], deletes: Sequence[Item]) -> None:
        writes: list[Item] = [{"Put": {"TableName": self.table, "Item": to_wire(item)}} for item in puts]
        writes += [{"Delete": {"TableName": self.table, "Key": to_wire(key)}} for key in deletes]
        with translated("street reference"):
            client("dynamodb", "patient").transact_write_items(TransactItems=writes)

    def _write(self, batch: Sequence[Item]) -> None:
        """Write a batch; what is not taken is offered again, more slowly each time."""
        waiting, tries = list(batch), 0
        while waiting:
            with translated("street reference"):
                answer = client("dynamodb", "patient").batch_write_item(RequestItems={self.table: waiting})
            left = answer.get("UnprocessedItems", {}).get(self.table, [])
            tries = 0 if len(left) < len(waiting) else tries + 1
            waiting = left
            if tries >= _TRIES:
                raise Transient("unavailable", "street reference: the table does not take them all")
            if waiting:
                time.sleep(min(_LONGEST_PAUSE, 0.2 * 2**tries))


def put_item(blob: Blob, edition: str, parts: int) -> dict[str, Any]:
    """The item of one part."""
    return {"pk": blob.pk, "sk": blob.sk, "body": blob.body, "edition": edition, "parts": parts}


def _batches(requests: Iterable[tuple[Item, int]]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    total = 0
    for request, size in requests:
        if batch and (len(batch) == _BATCH or total + size > _BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(request)
        total += size
    if batch:
        yield batch
