"""What the mail service says became of a mail: read both forms of SES notifications, move the message, stop writing to
addresses that bounce or complain, and tell ops that the buyer cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from doorstep.errors import Conflict, Permanent
from doorstep.messages.message import MessageRef, Receipt
from doorstep.messages.ports import MessageStore
from doorstep.messages.sending import failure, unreachable

_RECEIPTS: Final[Mapping[str, Receipt]] = {
    "Delivery": "delivered",
    "Bounce": "bounced",
    "Complaint": "complained",
    "Reject": "failed",
    "Rendering Failure": "failed",
}
_SUPPRESSING: Final = ("bounced", "complained")


@dataclass(frozen=True, slots=True)
class Feedback:
    """One notification, without the addresses it names. `lasting`: not a bounce that may pass (full mailbox)."""

    provider_id: str
    receipt: Receipt | None
    lasting: bool
    reason: str
    tag: str


def decode_feedback(notification: object) -> Feedback:
    """Read an SES event (`eventType`) or identity notification (`notificationType`). Raises `Permanent` otherwise."""
    if not isinstance(notification, Mapping) or not isinstance(notification.get("mail"), Mapping):
        raise Permanent("not_ses_feedback", "this is no notification of SES")
    kind = str(notification.get("eventType") or notification.get("notificationType") or "")
    mail: Mapping[str, Any] = notification["mail"]
    bounce = notification.get("bounce") or {}
    complaint = notification.get("complaint") or {}
    lasting = kind != "Bounce" or bounce.get("bounceType") != "Transient"
    reason = str(bounce.get("bounceSubType") or complaint.get("complaintFeedbackType") or "")
    tags = mail.get("tags") or {}
    tag = next(iter(tags.get("message") or []), "") if isinstance(tags, Mapping) else ""
    receipt = _RECEIPTS.get(kind)
    told = _code(reason) or ("rejected" if receipt == "failed" else "")
    return Feedback(str(mail.get("messageId") or ""), receipt, lasting, told, str(tag))


def record(ref: MessageRef, feedback: Feedback, *, store: MessageStore, now: datetime) -> bool:
    """Write down what became of the message; True when that was news.

    A lasting bounce or a complaint suppresses the address.
    """
    for _ in range(3):
        file = store.read_message(ref)
        if file is None or feedback.receipt is None:
            return False
        message, email = file.message, file.order.order.buyer.email
        if email and feedback.receipt in _SUPPRESSING and feedback.lasting:
            store.suppress(email, feedback.receipt, now)
        after = message.received(feedback.receipt, now, feedback.reason)
        if after is None:
            return False
        bad = after.state != "delivered"
        told = message.state in _SUPPRESSING  # a complaint about a mail that bounced: ops knows already
        try:
            store.move(
                message,
                after,
                requests=unreachable(after) if bad and not told else (),
                events=(failure(after, now),) if bad else (),
            )
        except Conflict:
            continue
        return True
    raise Conflict("message_busy", "the message kept moving; try again")


def _code(text: str) -> str:
    """The service's sub-type as a code: `MailboxFull` → `mailbox_full`; no free text gets through."""
    letters = "".join("_" + c.lower() if c.isupper() else c for c in text if c.isalnum() and c.isascii())
    return letters.lstrip("_")[:40]
