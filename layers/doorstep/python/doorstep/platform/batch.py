"""The edge to SQS: every record by itself, and only those that failed are offered again.

A record that is broken for good fails each time and ends in the dead-letter queue, where an alarm and ops find it;
the rest of its batch is not held up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from doorstep.errors import Permanent
from doorstep.platform import log

Event = Mapping[str, Any]
Failures = dict[str, list[dict[str, str]]]


def each_record(event: Event, work: Callable[[Any, int], None], *, what: str) -> Failures:
    """Call `work(body, receive_count)` for each record's JSON; answers with the partial batch response."""
    failures = []
    for record in event["Records"]:
        try:
            work(_body(record), int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)))
        except Exception as error:
            log.failure(error, what=what)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _body(record: Mapping[str, Any]) -> Any:
    try:
        return json.loads(record["body"])
    except (ValueError, RecursionError) as error:
        raise Permanent("not_json", "the record's body is not JSON") from error
