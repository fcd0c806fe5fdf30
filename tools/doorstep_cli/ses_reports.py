"""What SES would report of a mail: ministack keeps silent about mails sent through SES v2, so stories and tests say it.

The shape is SES's own for identity notifications (Amazon SES Developer Guide, "Contents of Amazon SNS notifications").
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from doorstep_cli.inbox import Received

if TYPE_CHECKING:
    from doorstep_cli.stack import LocalStack


def report_bounce(stack: LocalStack, mail: Received) -> None:
    """Publish on the feedback topic that the mailbox of this mail does not exist."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": mail.to[0], "action": "failed", "status": "5.1.1"}],
        "timestamp": at,
        "feedbackId": str(uuid.uuid4()),
    }
    _publish(stack, "Bounce", mail, at, {"bounce": bounce})


def _publish(stack: LocalStack, kind: str, mail: Received, at: str, detail: dict[str, Any]) -> None:
    about = {"timestamp": at, "messageId": mail.id, "source": stack.outputs["MailFrom"], "destination": list(mail.to)}
    note = json.dumps({"notificationType": kind, "mail": about, **detail})
    stack.client("sns").publish(TopicArn=stack.outputs["FeedbackTopic"], Message=note)
