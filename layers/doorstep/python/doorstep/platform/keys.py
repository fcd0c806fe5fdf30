"""The keys of the tables (design §4.4), written down once."""

from __future__ import annotations

import hashlib
import zlib
from typing import Final

SHARDS: Final = 8
CASE_SHARDS: Final = 4
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


def parcel_sk(parcel: str) -> str:
    """One parcel of the order, by its id `<carrier>.<tracking number>`."""
    return "PARCEL#" + parcel.replace(".", "#", 1)


def parcel_of(sk: str) -> str:
    """The id of the parcel that is kept under this key."""
    return sk.removeprefix("PARCEL#").replace("#", ".", 1)


def scan_sk(parcel: str) -> str:
    """What the keys of a parcel's scans begin with; time and name follow."""
    return f"SCAN#{parcel}#"


def case_sk(case: str) -> str:
    """One case of the order."""
    return f"CASE#{case}"


def offer_sk(offer: str) -> str:
    """One offer of the order."""
    return f"OFFER#{offer}"


def tracking_pk(number: str) -> str:
    """Where a tracking number leads to its parcels, and where scans wait that came before theirs."""
    return f"TRACKING#{number}"


def unmapped_pk(day: str) -> str:
    """Where the unknown codes of a day (`2026-11-23`) are kept."""
    return f"UNMAPPED#{day}"


def day_of(pk: str) -> str:
    """The day of such a partition."""
    return pk.removeprefix("UNMAPPED#")


def link_pk(token: str) -> str:
    """Where a link is kept: under the hash of its token, so the table opens no door."""
    return f"LINK#{hashlib.sha256(token.encode()).hexdigest()}"


def due_shard(pk: str, sk: str) -> str:
    """The shard of the by-due index that an item stands in: spread evenly, the same each time. Cases have shards of
    their own, so that they can be listed without reading everything else that is due some day."""
    number = zlib.crc32(f"{pk}|{sk}".encode())
    return f"case-{number % CASE_SHARDS}" if sk.startswith("CASE#") else str(number % SHARDS)


def case_shards() -> list[str]:
    """The shards that hold cases."""
    return [f"case-{number}" for number in range(CASE_SHARDS)]


def shards() -> list[str]:
    """All shards."""
    return [*map(str, range(SHARDS)), *case_shards()]
