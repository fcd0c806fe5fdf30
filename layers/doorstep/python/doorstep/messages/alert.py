"""Alerts to ops: a mail's subject and text, attributes for SNS filter policies, and the form Amazon Q shows in a chat.

An alert names the shop and the order by id, and what to do next by when. A person's name, address, e-mail or phone has
no place in it: SNS fans out to mailboxes and chats that nobody here controls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from doorstep.messages import instructions, money
from doorstep.messages.catalogue import Texts, texts
from doorstep.messages.moments import told

TEMPLATES: Final = ("confirmation_overdue", "held_past_ship_by", "buyer_unreachable", "paste_to_buyer", "case_step")
_SUBJECT_LENGTH: Final = 99  # SNS: ASCII, no line breaks, fewer than 100 characters
_ICONS: Final = {"info": "ℹ️", "warning": "⚠️", "critical": "🚨"}


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """What an alert tells. `order_value`: minor units; `api_path`: `/orders/<shop>/<order_id>`; `reason`: a code.

    What follows `message_path` belongs to `case_step`: the case's `kind`, id and step, the `cause` of this alert, the
    `option` the buyer chose, the carrier's name, the reason of the scan, for whom the case waits, and whether the
    buyer began it, without trouble that the carrier knows of.
    """

    shop: str
    order_id: str
    severity: Literal["info", "warning", "critical"]
    reason: str
    next_step_by: datetime | None
    order_value: int
    currency: str
    api_path: str
    message_path: str = ""
    kind: str = ""
    case: str = ""
    step: str = ""
    cause: str = ""
    option: str = ""
    carrier: str = ""
    tracking_number: str = ""
    task_url: str = ""
    scan_reason: str = ""
    waiting_for: Literal["", "buyer", "ops"] = ""
    by_buyer: bool = False


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
    title = say.say("layout.title", title=_title(template, say, facts), order=facts.order_id, shop=facts.shop)
    happened, steps = (_case_story if template == "case_step" else _story)(template, say, facts)
    below = _below(template, say, facts)
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
        attributes=_attributes(template, facts),
        chat=_chat(template, facts, f"{_ICONS[facts.severity]} {title}", "\n".join((happened, *below)), steps),
    )


def _title(template: str, say: Texts, facts: AlertFacts) -> str:
    if facts.by_buyer:
        return say.sentence("task.by_buyer.title")
    if template == "case_step" and facts.kind:
        return instructions.kind_told(say, facts.kind, "title")
    return say.sentence(f"alerts.{template}.title")


def _attributes(template: str, facts: AlertFacts) -> dict[str, str]:
    """What a subscription may filter by; what does not apply is left out, since SNS takes no empty value."""
    attributes = {
        "severity": facts.severity,
        "kind": template,
        "order_value": str(facts.order_value),
        "shop": facts.shop,
        "case_kind": facts.kind,
        "step": facts.step,
        "cause": facts.cause,
        "owner": facts.waiting_for,
    }
    return {name: value for name, value in attributes.items() if value}


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


def _case_story(template: str, say: Texts, facts: AlertFacts) -> tuple[str, tuple[str, ...]]:
    """The same of a case: told by cause, kind and reason; what to do stands with the step, or the option chosen."""
    causes = say.names(f"alerts.{template}.reasons")
    cause = facts.cause if facts.cause in causes else "other"
    happened = say.say(
        f"alerts.{template}.reasons.{cause}.happened", option=instructions.option_named(say, facts.option)
    )
    if facts.cause == "opened":
        happened = instructions.kind_told(say, facts.kind, "happened")
    told = [happened]
    if facts.scan_reason:
        told.append(say.say("layout.reason", reason=instructions.named(say, "reasons", facts.scan_reason)))
    if facts.step:
        told.append(say.say("layout.step", step=instructions.step_named(say, facts.kind, facts.step)))
    steps = instructions.to_do(
        say, facts.kind, facts.step, option=facts.option, carrier=facts.carrier, number=facts.tracking_number
    )
    if facts.step == "carry_out" and facts.option == "redirect":
        steps = (say.sentence("layout.redirect_warning"), *steps)
    return "\n".join(told), (*steps, _where_to_record(say, facts))


def _where_to_record(say: Texts, facts: AlertFacts) -> str:
    """The task page, if this recipient has a link to it; the buyer's turn is only to be looked at."""
    if not facts.task_url:
        return say.say("layout.task_by_api", url=f"{facts.api_path}/cases/{facts.case}")
    return say.say("layout.task_to_read" if facts.waiting_for == "buyer" else "layout.task", url=facts.task_url)


def _below(template: str, say: Texts, facts: AlertFacts) -> tuple[str, ...]:
    value = say.say("layout.value", value=money.told(facts.order_value, facts.currency))
    lines = [_deadline(say, facts), value]
    if template == "case_step" and facts.tracking_number:
        carrier = facts.carrier or say.sentence("layout.some_carrier")
        lines.append(say.say("layout.parcel", carrier=carrier, number=facts.tracking_number))
    return (*lines, say.say("layout.file", file=f"GET {facts.api_path}"))


def _deadline(say: Texts, facts: AlertFacts) -> str:
    if facts.next_step_by is None:
        return say.sentence("layout.no_deadline")
    return say.say("layout.by", moment=told(facts.next_step_by, say, say.sentence("moment.told_in")))


def _subject(template: str, facts: AlertFacts) -> str:
    """English for every locale, since SNS takes ASCII only: `[critical] held past ship by: order 1001 (my-shop)`;
    of a case, its kind and the cause."""
    kind = "request of the buyer" if facts.by_buyer else facts.kind
    of_case = ", ".join(filter(None, (kind, facts.cause))) if template == "case_step" else ""
    about = of_case or template
    subject = f"[{facts.severity}] {about.replace('_', ' ')}: order {facts.order_id} ({facts.shop})"
    subject = " ".join(re.sub(r"[^\x20-\x7e]", " ", subject).split())
    return subject if len(subject) <= _SUBJECT_LENGTH else subject[: _SUBJECT_LENGTH - 3] + "..."


def _chat(template: str, facts: AlertFacts, title: str, description: str, steps: tuple[str, ...]) -> dict[str, object]:
    """Custom notification schema 1.0 of Amazon Q Developer in chat; alerts of a case, or of an order, form a thread."""
    order = f"{facts.shop}/{facts.order_id}"
    thread = f"{order}/{facts.case}" if facts.case else order
    about = [facts.step, facts.cause] if template == "case_step" else [facts.reason]
    return {
        "version": "1.0",
        "source": "custom",
        "id": "/".join((thread, template, *(code or "-" for code in about))),
        "content": {
            "textType": "client-markdown",
            "title": title,
            "description": description,
            "nextSteps": list(steps),
            "keywords": [word for word in (facts.severity, template, facts.kind, facts.shop) if word],
        },
        "metadata": {
            "threadId": thread,
            "summary": title,
            "eventType": template,
            "relatedResources": [order],
            "additionalContext": {
                **_attributes(template, facts),
                "reason": facts.scan_reason or facts.reason,
            },
        },
    }
