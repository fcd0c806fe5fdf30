"""DynamoDB stream → bus and messages queue: publish what transactions left in the outbox, then delete it."""

from dataclasses import dataclass
from typing import Any

from doorstep.platform import log
from doorstep.platform.batch import Failures
from doorstep.platform.bus import Bus, Queue
from doorstep.platform.items import from_wire
from doorstep.platform.outbox_items import read_entry
from doorstep.platform.relay import Relay
from doorstep.platform.settings import Environment


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    bus: str
    messages_queue: str


settings = Settings.from_environment()
relay = Relay(settings.orders_table, Bus(settings.bus), Queue(settings.messages_queue))


def handler(event: dict[str, Any], context: Any) -> Failures:
    numbers = {}
    entries = []
    for record in event["Records"]:
        entry = read_entry(from_wire(record["dynamodb"]["NewImage"]))
        numbers[entry.sk] = record["dynamodb"]["SequenceNumber"]
        entries.append(entry)
    left = relay.publish(entries)
    log.count("OutboxNotTaken", len(left))
    return {"batchItemFailures": [{"itemIdentifier": numbers[entry.sk]} for entry in left]}
