"""`doorstep inbox`: every mail, text message and ops alert that the local stack has sent, oldest first."""

from __future__ import annotations

import argparse
import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from doorstep_cli.deploy import INBOX
from doorstep_cli.errors import Trouble
from doorstep_cli.ministack import ACCOUNT

if TYPE_CHECKING:
    from doorstep_cli.stack import LocalStack

_SECONDS_BETWEEN_LOOKS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Received:
    """One thing that arrived: a `mail`, an `sms` or an `alert`; `html` and `attributes` only where there are any."""

    kind: str
    id: str
    at: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    attributes: dict[str, str]


def received(stack: LocalStack) -> list[Received]:
    """Everything sent so far, oldest first. Looking changes nothing."""
    return sorted([*_mails(stack), *_texts(stack), *_alerts(stack)], key=lambda one: one.at)


def register(commands: Any) -> None:
    """Add `inbox` to the command line."""
    parser = commands.add_parser("inbox", help="mails, text messages and alerts sent by the local stack")
    parser.add_argument("--follow", action="store_true", help="wait for more (Ctrl-C ends)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from doorstep_cli.stack import LocalStack

    stack, seen = LocalStack(), set[str]()
    while True:
        for one in received(stack):
            if one.id not in seen:
                seen.add(one.id)
                print(json.dumps(asdict(one), ensure_ascii=False) if arguments.json else _told(one), flush=True)
        if not arguments.follow:
            break
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    if not seen and not arguments.json:
        print("Nothing has been sent yet.")


def _told(one: Received) -> str:
    to = f" to {', '.join(one.to)}" if one.to else ""
    body = "\n".join(f"    {line}" for line in one.text.strip().splitlines())
    return f"── {one.at}  {one.kind}{to}\n    {one.subject}\n\n{body}\n"


def _mails(stack: LocalStack) -> Iterator[Received]:
    for mail in _peek(stack, "ses/messages", account=ACCOUNT)["messages"].get(ACCOUNT, []):
        at, to, sender = _moment(mail["Timestamp"]), tuple(mail["To"]), {"from": mail["Source"]}
        text, html = mail["BodyText"] or "", mail["BodyHtml"] or ""
        yield Received("mail", mail["MessageId"], at, to, mail["Subject"], text, html, sender)


def _texts(stack: LocalStack) -> Iterator[Received]:
    for number, texts in _peek(stack, "sns/sms-messages", account=ACCOUNT)["sms_messages"].items():
        for text in texts:
            at = text.get("Timestamp") or text.get("timestamp") or 0
            words = text.get("Message") or text.get("message") or ""
            yield Received(
                "sms", str(text.get("MessageId") or f"{number} {at}"), _moment(at), (number,), "", words, "", {}
            )


def _alerts(stack: LocalStack) -> Iterator[Received]:
    url = f"{stack.endpoint}/{ACCOUNT}/{INBOX}"
    topics = {stack.outputs["OpsTopic"]: "alert", stack.outputs["ChatTopic"]: "chat alert"}
    for queues in _peek(stack, "sqs/messages", account=ACCOUNT, QueueUrl=url)["messages"].get(ACCOUNT, {}).values():
        for message in (message for messages in queues.values() for message in messages):
            note = json.loads(message["Body"])
            attributes = {name: value["Value"] for name, value in note.get("MessageAttributes", {}).items()}
            kind = topics.get(note["TopicArn"], "alert")
            yield Received(
                kind,
                note["MessageId"],
                _iso(note["Timestamp"]),
                (),
                note.get("Subject") or "",
                note["Message"],
                "",
                attributes,
            )


def _peek(stack: LocalStack, what: str, **query: str) -> dict[str, Any]:
    url = f"{stack.endpoint}/_ministack/{what}?{urlencode(query)}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the local stack
            return dict(json.load(answer))
    except OSError as error:
        raise Trouble("the local stack does not answer: run `doorstep up`") from error


def _moment(at: float | str) -> str:
    return _iso(at) if isinstance(at, str) else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _iso(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(UTC).isoformat(timespec="milliseconds")
