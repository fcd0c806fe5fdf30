"""Queues of the developer's own beside the stack: made, and opened to the service that is to send into them."""

from __future__ import annotations

import json
from typing import Any

from doorstep_cli.ministack import ACCOUNT, REGION


def open_queue(sqs: Any, name: str, service: str) -> tuple[str, str]:
    """Make the queue, or find it, and let `service` (`sns`, `events`) send to it; returns its URL and ARN."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return url, arn
