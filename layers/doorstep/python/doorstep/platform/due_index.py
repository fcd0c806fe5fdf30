"""The by-due index: what needs attention now, oldest first, shard by shard. There is no scan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
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
        pages = client("dynamodb").get_paginator("query")
        for shard in range(keys.SHARDS):
            request: dict[str, Any] = {
                "TableName": self.table,
                "IndexName": "by-due",
                "KeyConditionExpression": "due_shard = :shard AND due_at <= :now",
                "ExpressionAttributeValues": to_wire({":shard": str(shard), ":now": stamp(now)}),
            }
            with translated("due"):
                for page in pages.paginate(**request):
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
