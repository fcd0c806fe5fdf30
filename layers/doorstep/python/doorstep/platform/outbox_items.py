"""Outbox entries: what a transaction leaves to be published, and how it is read again from the stream or the table.

An entry holds ids and codes only, for it travels through a stream. Its id is the event's id for good, so that a
second publishing can be recognised. It is due two minutes after it was written: by then the relay has deleted it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from doorstep.messages.message import MessageRef
from doorstep.outbox import Event
from doorstep.platform import keys
from doorstep.platform.items import Item, to_plain
from doorstep.times import stamp

_STUCK_AFTER: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """An outbox entry as read: an event for the bus or a note for the messages queue, with the key to delete it by."""

    pk: str
    sk: str
    kind: Literal["event", "message"]
    body: Mapping[str, Any]


def event_entry(pk: str, event: Event, *, cause: str, now: datetime) -> Item:
    """The entry that publishes `event`, about an order."""
    body = enveloped(event, correlation="/".join(keys.order_of(pk)), cause=cause)
    return _entry(pk, body["metadata"]["event_id"], "event", body, now)


def enveloped(event: Event, *, correlation: str, cause: str) -> Item:
    """The event by its name, in the envelope of design §4.3, with an id of its own."""
    metadata = {
        "event_id": str(uuid.uuid4()),
        "schema": event.schema,
        "occurred_at": stamp(event.occurred_at),
        "correlation_id": correlation,
        "causation_id": cause,
    }
    return {"name": event.name, "metadata": metadata, "data": {k: v for k, v in event.data.items() if v is not None}}


def message_entry(pk: str, ref: MessageRef, now: datetime) -> Item:
    """The entry that puts a message before the senders."""
    return _entry(pk, str(uuid.uuid4()), "message", {"shop": ref.shop, "order_id": ref.order_id, "key": ref.key}, now)


def read_entry(item: Mapping[str, Any]) -> Entry:
    """The entry in a plain item."""
    return Entry(item["pk"], item["sk"], item["kind"], item["body"])


def _entry(pk: str, event_id: str, kind: str, body: Mapping[str, Any], now: datetime) -> Item:
    sk = keys.outbox_sk(event_id)
    return {"pk": pk, "sk": sk, "kind": kind, "body": to_plain(body), **due(pk, sk, now + _STUCK_AFTER)}


def due(pk: str, sk: str, at: datetime | None) -> Item:
    """The attributes that put an item on the by-due index; none when nothing is due."""
    if at is None:
        return {}
    return {"due_at": stamp(at), "due_shard": keys.due_shard(pk, sk)}
