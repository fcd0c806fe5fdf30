"""A warehouse as a seller would connect one: a rule of its own on Doorstep's bus, and a queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from doorstep_cli.listening import open_queue

if TYPE_CHECKING:
    from doorstep_cli.stack import LocalStack

_NAME: Final = "warehouse"


class Warehouse:
    """Hears every event on the bus from the moment it was made."""

    def __init__(self, stack: LocalStack) -> None:
        self._sqs = stack.client("sqs")
        self._url, arn = open_queue(self._sqs, _NAME, "events")
        self._sqs.purge_queue(QueueUrl=self._url)
        events, bus = stack.client("events"), stack.outputs["Bus"]
        events.put_rule(Name=_NAME, EventBusName=bus, EventPattern=json.dumps({"source": ["doorstep"]}))
        events.put_targets(Rule=_NAME, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        self._heard: list[dict[str, Any]] = []

    def heard(self, order_id: str = "") -> list[dict[str, Any]]:
        """Every event so far, of one order or of all, as it came over the bus."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                self._heard.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [event for event in self._heard if order_id in {"", event["detail"]["data"].get("order_id", "")}]
