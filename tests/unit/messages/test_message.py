"""The states of a message, and what its templates say about it."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from doorstep.data import load
from doorstep.messages import alert, mail
from doorstep.messages.message import MOST_NUDGES, STUCK_AFTER, Message, MessageRef, Receipt, Template, describe
from doorstep.outbox import MessageRequest

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
REF = MessageRef("shop-1", "1001", "-/confirm_address/1")


def requested() -> Message:
    return Message.requested(REF, MessageRequest("confirm_address", "buyer", 1, facts={"address_version": 1}), NOW)


def sent() -> Message:
    return requested().claimed(NOW).sent(NOW, "email", "mail-1")


def test_every_state_on_the_way_is_looked_after_and_final_ones_are_not() -> None:
    later = NOW + timedelta(minutes=1)

    assert requested().due_at == NOW + STUCK_AFTER
    assert requested().claimed(later).due_at == later + STUCK_AFTER
    assert requested().claimed(NOW).released(later).due_at == later + STUCK_AFTER
    assert sent().due_at is None
    assert requested().failed(NOW, "rejected").due_at is None


def test_each_claim_counts() -> None:
    message = requested()

    twice = message.claimed(NOW).released(NOW).claimed(NOW)

    assert (message.attempts, twice.attempts) == (0, 2)
    assert [entry["state"] for entry in twice.history] == ["sending", "sending"]


@pytest.mark.parametrize(
    ("receipts", "state"),
    [
        (["delivered"], "delivered"),
        (["delivered", "delivered"], "delivered"),
        (["delivered", "complained"], "complained"),
        (["complained", "delivered"], "complained"),
        (["bounced", "delivered"], "bounced"),
        (["complained", "bounced"], "complained"),
        (["failed", "delivered", "bounced", "complained"], "failed"),
    ],
)
def test_the_gravest_receipt_counts(receipts: list[Receipt], state: str) -> None:
    message = sent()

    for receipt in receipts:
        message = message.received(receipt, NOW, "") or message

    assert message.state == state


def test_a_receipt_may_overtake_our_own_record() -> None:
    bounced = requested().claimed(NOW).received("bounced", NOW, "general")

    assert bounced is not None
    assert (bounced.state, bounced.due_at, bounced.reason) == ("bounced", None, "general")


def test_what_the_seller_sees_holds_no_facts() -> None:
    told = describe(sent())

    assert told == {
        "key": "-/confirm_address/1",
        "template": "confirm_address",
        "audience": "buyer",
        "channel": "email",
        "state": "sent",
        "reason": None,
        "history": told["history"],
    }


def test_keys_tell_messages_apart() -> None:
    requests = [
        MessageRequest("buyer_unreachable", "ops", 1),
        MessageRequest("buyer_unreachable", "ops", 2),
        MessageRequest("buyer_unreachable", "ops", 1, case="c1"),
        MessageRequest("buyer_unreachable", "ops", 1, about="confirm_address"),
        MessageRequest("buyer_unreachable", "ops", 1, about="one_time_code"),
    ]

    assert len({request.key for request in requests}) == len(requests)


def test_every_template_has_rules_and_every_rule_a_template() -> None:
    rules = load("messages/templates")

    assert set(rules) == {*mail.TEMPLATES, *alert.TEMPLATES}
    assert len(rules) == len(mail.TEMPLATES) + len(alert.TEMPLATES)
    assert {frozenset(rule) for rule in rules.values()} == {frozenset(member.name for member in fields(Template))}


@pytest.mark.parametrize("template", mail.TEMPLATES)
def test_every_mail_leads_to_the_order(template: str) -> None:
    assert "order" in load("messages/templates")[template]["links"]


@pytest.mark.parametrize("template", alert.TEMPLATES)
def test_an_alert_leads_to_its_task_if_it_has_one_and_is_told_by_no_other(template: str) -> None:
    rules = load("messages/templates")[template]

    assert rules["links"] == (["task"] if template == "case_step" else [])
    assert rules["tell_ops"] is False


def test_a_try_in_vain_does_not_bring_the_next_nudge_forward() -> None:
    message = requested()
    for _ in range(4):
        message = message.nudged(NOW)
    assert message.due_at == NOW + timedelta(minutes=120)

    claimed = message.claimed(NOW)

    assert claimed.due_at == claimed.released(NOW).due_at == message.due_at


def test_nudges_come_ever_more_rarely_and_go_on_for_days() -> None:
    message, at, pauses = requested(), NOW, []

    for _ in range(MOST_NUDGES):
        message = message.nudged(at)
        assert message.due_at is not None
        pauses.append((message.due_at - at) / timedelta(minutes=1))
        at = message.due_at

    assert pauses[:7] == [15, 30, 60, 120, 240, 360, 360]
    assert set(pauses[5:]) == {360}
    assert at - NOW > timedelta(days=4)
