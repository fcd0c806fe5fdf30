"""Alerts through SNS: a topic for people and systems, with attributes to filter by, and one in the form of chats."""

from __future__ import annotations

import json
from dataclasses import dataclass

from doorstep.messages.alert import Alert
from doorstep.platform.aws import client, translated


@dataclass(frozen=True, slots=True)
class SnsPager:
    """Implements `Pager`."""

    ops_topic: str
    chat_topic: str

    def page(self, alert: Alert) -> str:
        """Publish to both topics; returns the id on the ops topic."""
        attributes = {name: _attribute(name, value) for name, value in alert.attributes.items() if value}
        with translated("alert"):
            sns = client("sns")
            answer = sns.publish(
                TopicArn=self.ops_topic, Subject=alert.subject, Message=alert.text, MessageAttributes=attributes
            )
            sns.publish(
                TopicArn=self.chat_topic,
                Message=json.dumps(alert.chat, ensure_ascii=False),
                MessageAttributes=attributes,
            )
        return str(answer["MessageId"])


def _attribute(name: str, value: str) -> dict[str, str]:
    return {"DataType": "Number" if name == "order_value" else "String", "StringValue": value}
