"""A message that should have moved on and did not: offered to the senders again, or given up and told to ops."""

from __future__ import annotations

from datetime import datetime

from doorstep.errors import Conflict
from doorstep.messages.message import MOST_NUDGES, MessageRef
from doorstep.messages.ports import MessageStore
from doorstep.messages.sending import failure, unreachable


def look_after(ref: MessageRef, *, store: MessageStore, now: datetime) -> None:
    """Deal with a message whose time has come.

    `created`: its note to the queue was lost or is in a dead-letter queue; put it there again, for days.
    `sending`: the sender died between the call and the record, so it may have gone out: again if twice is harmless,
    otherwise to ops.
    """
    file = store.read_message(ref)
    if file is None or file.message.due_at is None or file.message.due_at > now:
        return
    message = file.message
    again = message.state == "created" or message.rules.twice_is_harmless
    try:
        if again and message.nudges < MOST_NUDGES:
            store.move(message, message.nudged(now), nudge=True)
        else:
            lost = message.failed(now, "never_sent" if message.state == "created" else "outcome_unknown")
            store.move(message, lost, requests=unreachable(lost), events=(failure(lost, now),))
    except Conflict:
        return  # it moved on while we looked
