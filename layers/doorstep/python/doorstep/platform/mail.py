"""E-mail through SES v2."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final

from doorstep.messages.mail import Letter
from doorstep.messages.message import MessageRef
from doorstep.messages.ports import Envelope
from doorstep.platform.aws import client, translated

_REFUSALS: Final = frozenset({"BadRequestException", "MessageRejected"})
_SEPARATOR: Final = "\n"


@dataclass(frozen=True, slots=True)
class SesMailer:
    """Implements `Mailer`. `sender` may be `Name <address>`."""

    sender: str
    configuration_set: str

    def send(self, letter: Letter, envelope: Envelope) -> str:
        """Send one mail; returns SES's message id.

        Raises `Undeliverable` (`rejected`) only for what SES says of this very mail; a missing permission, a
        paused account or an unverified sender is `Permanent`, and repairable.
        """
        request: dict[str, Any] = {
            "FromEmailAddress": self.sender,
            "Destination": {"ToAddresses": [envelope.to]},
            "Content": {
                "Simple": {
                    "Subject": _utf8(letter.subject),
                    "Body": {"Text": _utf8(letter.text), "Html": _utf8(letter.html)},
                }
            },
            "EmailTags": [{"Name": "message", "Value": to_tag(envelope.message)}],
        }
        if self.configuration_set:
            request["ConfigurationSetName"] = self.configuration_set
        if envelope.reply_to:
            request["ReplyToAddresses"] = [envelope.reply_to]
        with translated("mail", refusals=_REFUSALS):
            return str(client("sesv2").send_email(**request)["MessageId"])


def to_tag(ref: MessageRef) -> str:
    """A message's reference in the characters that an SES tag allows, so that a receipt names its message."""
    plain = _SEPARATOR.join((ref.shop, ref.order_id, ref.key))
    return base64.urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


def from_tag(tag: str) -> MessageRef | None:
    """The reference in a tag; None when it is none of ours."""
    try:
        plain = base64.urlsafe_b64decode(tag + "=" * (-len(tag) % 4)).decode()
        shop, order_id, key = plain.split(_SEPARATOR)
    except ValueError:
        return None
    return MessageRef(shop, order_id, key)


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
