"""The event bus and the queues: hands over in batches, and says which entries were not taken."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from doorstep.errors import Transient
from doorstep.outbox import Event
from doorstep.platform.aws import client, translated
from doorstep.platform.outbox_items import Entry, enveloped

_BATCH: Final = 10
_T = TypeVar("_T")
SOURCE: Final = "doorstep"


@dataclass(frozen=True, slots=True)
class Bus:
    """The EventBridge bus."""

    name: str

    def publish(self, entries: Sequence[Entry]) -> list[Entry]:
        """Put events on the bus; returns those that were not taken."""
        failed: list[Entry] = []
        for batch in _batches(entries):
            try:
                with translated("bus"):
                    answer = client("events").put_events(Entries=[self._event(entry) for entry in batch])
            except Transient:
                failed.extend(batch)
                continue
            results = answer.get("Entries", [])
            failed.extend(entry for entry, result in zip(batch, results, strict=True) if result.get("ErrorCode"))
        return failed

    def announce(self, event: Event, *, correlation: str, cause: str) -> None:
        """Put one event on the bus at once, where no transaction could carry it. Raises `Transient` when not taken."""
        entry = Entry("", "", "event", enveloped(event, correlation=correlation, cause=cause))
        if self.publish([entry]):
            raise Transient("not_taken", "the bus did not take the event")

    def _event(self, entry: Entry) -> dict[str, str]:
        detail = {"metadata": entry.body["metadata"], "data": entry.body["data"]}
        return {
            "EventBusName": self.name,
            "Source": SOURCE,
            "DetailType": entry.body["name"],
            "Detail": json.dumps(detail, default=int),
        }


@dataclass(frozen=True, slots=True)
class Queue:
    """An SQS queue."""

    url: str

    def send(self, bodies: Sequence[Mapping[str, Any]]) -> list[int]:
        """Send messages; returns the positions of those that were not taken."""
        failed: list[int] = []
        for batch in _batches(list(enumerate(bodies))):
            entries = [{"Id": str(position), "MessageBody": json.dumps(body, default=int)} for position, body in batch]
            try:
                with translated("queue"):
                    answer = client("sqs").send_message_batch(QueueUrl=self.url, Entries=entries)
            except Transient:
                failed.extend(position for position, _ in batch)
                continue
            failed.extend(int(result["Id"]) for result in answer.get("Failed", []))
        return failed


def _batches(members: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (members[start : start + _BATCH] for start in range(0, len(members), _BATCH))
