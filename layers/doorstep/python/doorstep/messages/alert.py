"""Alerts to ops: a mail's subject and text, attributes for SNS filter policies, and the form Amazon Q shows in a chat.

An alert names the shop and the order by id, and what to do next by when. A person's name, address, e-mail or phone has
no place in it: SNS fans out to mailboxes and chats that nobody here controls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from doorstep.messages import money
from doorstep.messages.catalogue import Texts, texts
from doorstep.messages.moments import told

TEMPLATES: Final = ("confirmation_overdue", "held_past_ship_by", "buyer_unreachable", "paste_to_buyer")
_SUBJECT_LENGTH: Final = 99  # SNS: ASCII, no line breaks, fewer than 100 characters
_ICONS: Final = {"info": "ℹ️", "warning": "⚠️", "critical": "🚨"}


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What an alert tells. `order_value`: minor units; `api_path`: `/orders/<shop>/<order_id>`; `reason`: a code."""

    shop: str
    order_id: str
    severity: Literal["info", "warning", "critical"]
    reason: str
    next_step_by: datetime | None
    order_value: int
    currency: str
    api_path: str
    message_path: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: `subject`, `text` and `attributes` for the ops topic, `chat` (JSON object) for the chat topic."""

    subject: str
    text: str
    attributes: dict[str, str]
    chat: dict[str, object]


def write_alert(template: str, locale: str, facts: AlertFacts) -> Alert:
    """Write one of `TEMPLATES` for ops who read `locale` (zh-CN, en). Raises `KeyError` for another template."""
    if template not in TEMPLATES:
        raise KeyError(f"no such alert: {template}")
    say = texts(locale, "ops")
    title = say.say(
        "layout.title", title=say.sentence(f"alerts.{template}.title"), order=facts.order_id, shop=facts.shop
    )
    happened, steps = _story(template, say, facts)
    value = say.say("layout.value", value=money.told(facts.order_value, facts.currency))
    below = (_deadline(say, facts), value, say.say("layout.file", file=f"GET {facts.api_path}"))
    numbered = (say.say("layout.next_steps_mark", n=n, text=step) for n, step in enumerate(steps, start=1))
    severity = say.sentence(f"severity.{facts.severity}")
    text = (
        f"[{severity}] {title}",
        "",
        say.say("layout.happened", text=happened),
        "",
        say.sentence("layout.next"),
        *numbered,
        "",
    )
    return Alert(
        subject=_subject(template, facts),
        text="\n".join((*text, *below, "")),
        attributes={
            "severity": facts.severity,
            "kind": template,
            "order_value": str(facts.order_value),
            "shop": facts.shop,
        },
        chat=_chat(template, facts, f"{_ICONS[facts.severity]} {title}", "\n".join((happened, *below)), steps),
    )


def _story(template: str, say: Texts, facts: AlertFacts) -> tuple[str, tuple[str, ...]]:
    """What happened and what to do; a reason without a text of its own is told in general words."""
    reasons = say.names(f"alerts.{template}.reasons")
    key = f"alerts.{template}.reasons.{facts.reason if facts.reason in reasons else 'other'}"
    calls = {
        "release": f"POST {facts.api_path}/release",
        "change": f"PUT {facts.api_path}/address",
        "message": f"GET {facts.message_path}",
    }
    return say.sentence(f"{key}.happened"), tuple(step.format(**calls) for step in say.sentences(f"{key}.next"))


def _deadline(say: Texts, facts: AlertFacts) -> str:
    if facts.next_step_by is None:
        return say.sentence("layout.no_deadline")
    return say.say("layout.by", moment=told(facts.next_step_by, say, say.sentence("moment.told_in")))


def _subject(template: str, facts: AlertFacts) -> str:
    """English for every locale, since SNS takes ASCII only: `[critical] held past ship by: order 1001 (my-shop)`."""
    subject = f"[{facts.severity}] {template.replace('_', ' ')}: order {facts.order_id} ({facts.shop})"
    subject = " ".join(re.sub(r"[^\x20-\x7e]", " ", subject).split())
    return subject if len(subject) <= _SUBJECT_LENGTH else subject[: _SUBJECT_LENGTH - 3] + "..."


def _chat(template: str, facts: AlertFacts, title: str, description: str, steps: tuple[str, ...]) -> dict[str, object]:
    """Custom notification schema 1.0 of Amazon Q Developer in chat; alerts of one order form one thread."""
    order = f"{facts.shop}/{facts.order_id}"
    return {
        "version": "1.0",
        "source": "custom",
        "id": f"{order}/{template}/{facts.reason or '-'}",
        "content": {
            "textType": "client-markdown",
            "title": title,
            "description": description,
            "nextSteps": list(steps),
            "keywords": [facts.severity, template, facts.shop],
        },
        "metadata": {
            "threadId": order,
            "summary": title,
            "eventType": template,
            "relatedResources": [order],
            "additionalContext": {
                "severity": facts.severity,
                "reason": facts.reason,
                "order_value": str(facts.order_value),
            },
        },
    }
