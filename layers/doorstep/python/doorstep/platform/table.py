"""One DynamoDB table: reads that are consistent, writes that are one, and their errors in our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorstep.platform import keys
from doorstep.platform.aws import client, translated
from doorstep.platform.items import Item, from_wire, to_wire


@dataclass(frozen=True, slots=True)
class Table:
    """The table `name`; items are plain dicts here."""

    name: str

    def get(self, pk: str, sk: str) -> Item | None:
        """One item, consistently; None when there is none."""
        if len(pk.encode()) > keys.LONGEST_PK or len(sk.encode()) > keys.LONGEST_SK:
            return None  # DynamoDB would call the request invalid; what can have no item has none
        with translated("read"):
            answer = client("dynamodb").get_item(
                TableName=self.name, Key=to_wire({"pk": pk, "sk": sk}), ConsistentRead=True
            )
        item = answer.get("Item")
        return from_wire(item) if item else None

    def query(self, pk: str, prefix: str) -> list[Item]:
        """The items of a partition whose sort key begins with `prefix`."""
        return self._query("begins_with(sk, :from)", {":pk": pk, ":from": prefix})

    def between(self, pk: str, first: str, last: str) -> list[Item]:
        """The items of a partition from one sort key to another."""
        return self._query("sk BETWEEN :from AND :to", {":pk": pk, ":from": first, ":to": last})

    def _query(self, condition: str, values: Mapping[str, str]) -> list[Item]:
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": f"pk = :pk AND {condition}",
            "ExpressionAttributeValues": to_wire(values),
            "ConsistentRead": True,
        }
        with translated("query"):
            pages = client("dynamodb").get_paginator("query").paginate(**request)
            return [from_wire(item) for page in pages for item in page["Items"]]

    def putting(
        self, item: Item, condition: str = "", values: Item | None = None, names: dict[str, str] | None = None
    ) -> Item:
        """A write of one item, for a transaction."""
        put: Item = {"TableName": self.name, "Item": to_wire(item)}
        if condition:
            put["ConditionExpression"] = condition
        if values:
            put["ExpressionAttributeValues"] = to_wire(values)
        if names:
            put["ExpressionAttributeNames"] = names
        return {"Put": put}

    def transact(self, writes: Sequence[Item]) -> None:
        """Write all or nothing. Raises `Conflict` when a condition fails."""
        with translated("transaction"):
            client("dynamodb").transact_write_items(TransactItems=list(writes))
