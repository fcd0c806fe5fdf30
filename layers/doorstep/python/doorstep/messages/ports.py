"""What this room needs from the outside: where messages are kept, how they go out, and who makes links and codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from doorstep.cases.store import ParcelFile
from doorstep.messages.alert import Alert
from doorstep.messages.mail import Letter
from doorstep.messages.message import Message, MessageRef
from doorstep.orders.link import Purpose
from doorstep.orders.store import OrderFile
from doorstep.outbox import Event, MessageRequest


@dataclass(frozen=True, slots=True)
class MessageFile:
    """A message with the order it speaks of, and the parcel's file when it is about a parcel."""

    message: Message
    order: OrderFile
    parcel: ParcelFile | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom a letter goes, and the names by which its receipts find their way back."""

    to: str
    reply_to: str
    message: MessageRef


class MessageStore(Protocol):
    """Keeps messages. Reads are consistent."""

    def read_message(self, ref: MessageRef) -> MessageFile | None:
        """The message and its order, or None."""

    def move(
        self,
        before: Message,
        after: Message,
        *,
        requests: tuple[MessageRequest, ...] = (),
        events: tuple[Event, ...] = (),
        nudge: bool = False,
    ) -> None:
        """Write `after` if the message still is as `before` was, together with what that sets off; `nudge` puts the
        message before the senders again. Raises `Conflict` when somebody else moved it first."""

    def suppression(self, email: str) -> str:
        """Why this e-mail address gets no more mail (`bounced`, `complained`), or ""."""

    def suppress(self, email: str, reason: str, at: datetime) -> None:
        """Send this address no more mail."""


class Mailer(Protocol):
    """Sends e-mail."""

    def send(self, letter: Letter, envelope: Envelope) -> str:
        """Hand the letter over; returns the service's id for it.

        Raises `Undeliverable` when the service will never take this letter, `AnswerLost` when it may have taken it, and
        any other error when it has not.
        """


class Pager(Protocol):
    """Alerts ops."""

    def page(self, alert: Alert) -> str:
        """Publish the alert; returns the service's id for it. Raises as `Mailer.send` does."""


class Links(Protocol):
    """Makes the tokens that only mails carry: links, and one-time codes."""

    def issue(self, purpose: Purpose, ref: MessageRef, expires_at: datetime, subject: str = "") -> str:
        """The URL for this message and purpose; the same each time. Keeps the hash of its token and its subject."""

    def url(self, purpose: Purpose, ref: MessageRef) -> str:
        """The URL of a link that was issued; changes nothing."""

    def code(self, shop: str, order_id: str, key: str) -> str:
        """The one-time code that this message carries, six digits."""
