"""One message to the buyer or to ops, and the states it goes through.

    created → sending → sent → delivered | bounced | complained
                 └────────────→ failed

A claim (`sending`) comes before SES or SNS is called. A final state never moves back; of the receipts, a graver one
may follow (delivered, then complained).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from doorstep.data import load
from doorstep.orders.link import Purpose
from doorstep.outbox import Code, MessageRequest
from doorstep.times import stamp

State = Literal["created", "sending", "sent", "delivered", "bounced", "complained", "failed"]
Channel = Literal["", "email", "paste", "page"]
Receipt = Literal["delivered", "bounced", "complained", "failed"]

_GRAVITY: Final[Mapping[str, int]] = {
    "created": 0,
    "sending": 0,
    "sent": 0,
    "delivered": 1,
    "bounced": 2,
    "complained": 3,
    "failed": 4,
}
STUCK_AFTER: Final = timedelta(minutes=15)
LONGEST_PAUSE: Final = timedelta(hours=6)
MOST_NUDGES: Final = 20
"""15, 30, 60 … minutes, then every 6 hours: four days, as long as an outage of the mail service may well last."""


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message is: the order it belongs to, and its key within that order."""

    shop: str
    order_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Template:
    """How messages of one kind behave (templates.yaml)."""

    twice_is_harmless: bool
    links: tuple[Purpose, ...]
    tell_ops: bool
    paste: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept. `attempts` rises with each claim and guards every write; `about` is "" or a template."""

    ref: MessageRef
    template: str
    audience: Literal["buyer", "ops"]
    n: int
    facts: Mapping[str, Code]
    state: State
    created_at: datetime
    about: str = ""
    case: str = ""
    channel: Channel = ""
    attempts: int = 0
    nudges: int = 0
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
    provider_id: str = ""
    reason: str = ""
    history: tuple[Mapping[str, str], ...] = field(default_factory=tuple)
    due_at: datetime | None = None

    @classmethod
    def requested(cls, ref: MessageRef, request: MessageRequest, at: datetime) -> Message:
        """The message a room asked for, not yet sent; looked after if nobody picks it up."""
        return cls(
            ref=ref,
            template=request.template,
            audience=request.audience,
            n=request.n,
            facts=dict(request.facts),
            about=request.about,
            case=request.case,
            state="created",
            created_at=at,
            due_at=at + STUCK_AFTER,
        )

    @property
    def rules(self) -> Template:
        """How messages of this template behave."""
        rules = load("messages/templates")[self.template]
        return Template(rules["twice_is_harmless"], tuple(rules["links"]), rules["tell_ops"], rules["paste"])

    def claimed(self, at: datetime) -> Message:
        """Taken by a sender; whoever finds it in this state later knows that the outcome is not known."""
        claim = replace(self, state="sending", attempts=self.attempts + 1, claimed_at=at, due_at=self._look_again(at))
        return claim._noting(at)

    def released(self, at: datetime) -> Message:
        """Given back: nothing went out, and trying again is right."""
        return replace(self, state="created", due_at=self._look_again(at))

    def nudged(self, at: datetime) -> Message:
        """Put before the senders once more."""
        nudged = replace(self, state="created", nudges=self.nudges + 1)
        return replace(nudged, due_at=nudged._look_again(at))

    def sent(self, at: datetime, channel: Channel, provider_id: str) -> Message:
        """Handed to SES, to SNS, or to ops for pasting."""
        sent = replace(self, state="sent", channel=channel, sent_at=at, provider_id=provider_id, due_at=None)
        return sent._noting(at)

    def failed(self, at: datetime, reason: str) -> Message:
        """Will not go out; `reason` is a code."""
        return replace(self, state="failed", reason=reason, due_at=None)._noting(at)

    def received(self, receipt: Receipt, at: datetime, reason: str) -> Message | None:
        """After a receipt of the mail service; None when it tells nothing new (the same again, or a lesser one)."""
        if _GRAVITY[receipt] <= _GRAVITY[self.state]:
            return None
        return replace(self, state=receipt, reason=reason, due_at=None)._noting(at)

    def _look_again(self, at: datetime) -> datetime:
        """When to look after it: the oftener it was nudged in vain, the later, whatever a sender tried meanwhile."""
        doublings = min(max(self.nudges - 1, 0), 10)
        return at + min(STUCK_AFTER * (1 << doublings), LONGEST_PAUSE)

    def _noting(self, at: datetime) -> Message:
        entry = {"state": self.state, "at": stamp(at), "reason": self.reason}
        return replace(self, history=(*self.history, entry))


def describe(message: Message) -> dict[str, Any]:
    """A message as the seller's systems see it."""
    return {
        "key": message.ref.key,
        "template": message.template,
        "audience": message.audience,
        "channel": message.channel or None,
        "state": message.state,
        "reason": message.reason or None,
        "history": [dict(entry) for entry in message.history],
    }
