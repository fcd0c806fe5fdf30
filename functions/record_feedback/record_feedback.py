"""Feedback queue (SES → SNS → SQS): what became of each mail."""

import json
from dataclasses import dataclass
from typing import Any

from doorstep.errors import Permanent, Transient
from doorstep.messages.feedback import decode_feedback, record
from doorstep.platform import log
from doorstep.platform.batch import Failures, each_record
from doorstep.platform.clock import now
from doorstep.platform.keyring import Keyring
from doorstep.platform.mail import from_tag
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment

PATIENCE = 3
# What SES says once to a topic that it is told to report to; no JSON, and no report.
GREETING = "Successfully validated SNS topic for Amazon SES event publishing"


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    signing_secret: str


settings = Settings.from_environment()
table = OrdersTable(settings.orders_table, keyring=Keyring(Secret(settings.signing_secret)))


def handler(event: dict[str, Any], context: Any) -> Failures:
    return each_record(event, _record, what="feedback")


def _record(body: dict[str, Any], receive_count: int) -> None:
    if str(body.get("Message", "")).startswith(GREETING):
        return
    feedback = decode_feedback(_notification(body))
    ref = from_tag(feedback.tag) or table.message_of(feedback.provider_id)
    if ref is None and receive_count < PATIENCE:
        raise Transient("too_early", "the message is not recorded yet; a receipt may be faster than its sender")
    if ref is None:
        log.count("UnmatchedFeedback")  # another sender uses the same identity
        return
    news = record(ref, feedback, store=table, now=now())
    log.count(f"Mail{(feedback.receipt or 'other').capitalize()}", int(news))


def _notification(body: dict[str, Any]) -> object:
    """The SES notification inside the SNS envelope; the bare one where raw delivery is on."""
    if "Message" not in body:
        return body
    try:
        return json.loads(body["Message"])
    except ValueError as error:
        raise Permanent("not_json", "the notification is not JSON") from error
