"""Publishes outbox entries and deletes them; the relay calls it from the stream, the sweeper from the by-due index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.platform.aws import client, translated
from doorstep.platform.bus import Bus, Queue
from doorstep.platform.items import to_wire
from doorstep.platform.outbox_items import Entry


@dataclass(frozen=True, slots=True)
class Relay:
    """Outbox → bus and messages queue."""

    table: str
    bus: Bus
    queue: Queue

    def publish(self, entries: Sequence[Entry]) -> list[Entry]:
        """Publish what is for the bus and what is for the senders, then delete what was taken; returns the rest.

        Dying between the two publishes again, with the same event id: subscribers and senders know it by that.
        """
        events = [entry for entry in entries if entry.kind == "event"]
        notes = [entry for entry in entries if entry.kind == "message"]
        left = self.bus.publish(events)
        left += [notes[position] for position in self.queue.send([note.body for note in notes])]
        for entry in entries:
            if entry not in left:
                with translated("outbox"):
                    key = to_wire({"pk": entry.pk, "sk": entry.sk})
                    client("dynamodb").delete_item(TableName=self.table, Key=key)
        return left
