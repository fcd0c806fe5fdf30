"""Every five minutes: find what is due, and hand each to the deadlines queue."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from doorstep.errors import Transient
from doorstep.platform import log
from doorstep.platform.bus import Queue
from doorstep.platform.clock import now
from doorstep.platform.due_index import DueIndex
from doorstep.platform.settings import Environment

MOST_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    deadlines_queue: str


settings = Settings.from_environment()
index, queue = DueIndex(settings.orders_table), Queue(settings.deadlines_queue)


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What is left over, or not taken by the queue, is still due and found by the next run."""
    due = list(islice(index.due(now()), MOST_AT_ONCE))
    left = queue.send(due)
    log.count("DeadlinesDue", len(due))
    if left:
        raise Transient("queue_unavailable", "the deadlines queue did not take everything")
    return {"due": len(due)}
