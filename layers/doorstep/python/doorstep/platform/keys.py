"""The keys of the tables (design §4.4), written down once."""

from __future__ import annotations

import hashlib
import zlib
from typing import Final

SHARDS: Final = 8
LONGEST_PK: Final = 2048  # bytes, DynamoDB's own limits
LONGEST_SK: Final = 1024


def order_pk(shop: str, order_id: str) -> str:
    """The partition of one order of one shop."""
    return f"ORDER#{shop}#{order_id}"


def order_of(pk: str) -> tuple[str, str]:
    """Shop and order id of a partition."""
    _, shop, order_id = pk.split("#", 2)
    return shop, order_id


def address_sk(version: int) -> str:
    """One address version; the number is padded so that versions sort."""
    return f"ADDRESS#{version:06d}"


def message_sk(key: str) -> str:
    """One message of the order."""
    return f"MESSAGE#{key}"


def outbox_sk(event_id: str) -> str:
    """One outbox entry; it carries the event id, which stays the same however often it is published."""
    return f"OUTBOX#{event_id}"


def link_pk(token: str) -> str:
    """Where a link is kept: under the hash of its token, so the table opens no door."""
    return f"LINK#{hashlib.sha256(token.encode()).hexdigest()}"


def due_shard(pk: str, sk: str) -> str:
    """The shard of the by-due index that an item stands in: spread evenly, the same each time."""
    return str(zlib.crc32(f"{pk}|{sk}".encode()) % SHARDS)
