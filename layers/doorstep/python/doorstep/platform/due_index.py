"""The by-due index: what needs attention now, oldest first, shard by shard. There is no scan."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from doorstep.errors import NotFound
from doorstep.platform import keys
from doorstep.platform.aws import client, translated
from doorstep.platform.items import Item, from_wire, to_wire
from doorstep.platform.outbox_items import Entry, read_entry
from doorstep.times import stamp


@dataclass(frozen=True, slots=True)
class DueIndex:
    """The sparse index over everything that has a `due_at`."""

    table: str

    def due(self, now: datetime) -> Iterator[dict[str, str]]:
        """`{pk, sk, due_at}` of all that is due at `now`."""
        for shard in keys.shards():
            yield from self._shard(shard, "due_at <= :moment", stamp(now))

    def cases(self, after: tuple[str, str, str] = ("", "", "")) -> Iterator[tuple[str, str, str]]:
        """(due_at, pk, sk) of every open case, by due date, from after the one named."""
        shards = (self._shard(shard, "due_at >= :moment", after[0] or "0") for shard in keys.case_shards())
        return (key for key in heapq.merge(*map(_sorted, shards)) if key > after)

    def _shard(self, shard: str, condition: str, moment: str) -> Iterator[dict[str, str]]:
        request: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": "by-due",
            "KeyConditionExpression": f"due_shard = :shard AND {condition}",
            "ExpressionAttributeValues": to_wire({":shard": shard, ":moment": moment}),
        }
        with translated("due"):
            for page in client("dynamodb").get_paginator("query").paginate(**request):
                for item in map(from_wire, page["Items"]):
                    yield {"pk": item["pk"], "sk": item["sk"], "due_at": item["due_at"]}

    def outbox_entry(self, pk: str, sk: str) -> Entry:
        """A stuck outbox entry. Raises `NotFound` when the relay has published it after all."""
        with translated("outbox"):
            key = to_wire({"pk": pk, "sk": sk})
            answer = client("dynamodb").get_item(TableName=self.table, Key=key, ConsistentRead=True)
        item: Item | None = answer.get("Item")
        if item is None:
            raise NotFound("published", "the outbox entry is gone")
        return read_entry(from_wire(item))


def _sorted(shard: Iterator[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """The shard by (due_at, pk, sk): the index sorts by the moment alone, and many steps end at the same one."""
    for _, same in groupby(shard, key=lambda it: it["due_at"]):
        yield from sorted((it["due_at"], it["pk"], it["sk"]) for it in same)
