"""Receipts of the mail service: both forms read, recorded once, suppressing where they must."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from fakes import NOW, FakeMessages, an_order
from samples import bounce, complaint, delivery, feedback

from doorstep.errors import Conflict, Permanent
from doorstep.messages.feedback import decode_feedback, record
from doorstep.messages.message import MessageRef
from doorstep.outbox import MessageRequest

CONFIRM = MessageRequest("confirm_address", "buyer", 1)


def sent_message(**changes: Any) -> tuple[FakeMessages, MessageRef]:
    """A store with one message that was sent."""
    store = FakeMessages(an_order(**changes))
    ref = store.add(CONFIRM)
    store.messages[ref.key] = store.messages[ref.key].claimed(NOW).sent(NOW, "email", "mail-1")
    return store, ref


@pytest.mark.parametrize("form", ["eventType", "notificationType"])
@pytest.mark.parametrize(
    ("notification", "receipt", "lasting", "reason"),
    [
        (bounce, "bounced", True, "general"),
        (lambda mail, **how: bounce(mail, lasting=False, **how), "bounced", False, "mailbox_full"),
        (complaint, "complained", True, "abuse"),
        (delivery, "delivered", True, ""),
        (lambda mail, **how: feedback("Open", mail, **how), None, True, ""),
    ],
)
def test_both_forms_say_the_same(form: str, notification: Any, receipt: str, lasting: bool, reason: str) -> None:
    told = decode_feedback(notification("mail-1", form=form, tag="t"))

    assert (told.provider_id, told.receipt, told.lasting, told.reason, told.tag) == (
        "mail-1",
        receipt,
        lasting,
        reason,
        "t",
    )


def test_no_address_and_no_free_text_is_taken_over() -> None:
    told = decode_feedback(
        bounce("mail-1") | {"bounce": {"bounceType": "Permanent", "bounceSubType": "a@b.c <no one>!"}}
    )

    assert told.reason == "abcnoone"
    assert "@" not in repr(told)


@pytest.mark.parametrize("broken", [None, [], "x", {}, {"mail": "x"}, {"eventType": "Bounce"}, {"mail": None}])
def test_what_is_no_feedback_is_for_people(broken: object) -> None:
    with pytest.raises(Permanent, match="not_ses_feedback"):
        decode_feedback(broken)


@pytest.mark.parametrize("tags", [None, {}, {"message": []}, {"other": ["x"]}, "x"])
def test_a_mail_without_our_tag_is_read_all_the_same(tags: object) -> None:
    notification = delivery("mail-1")
    notification["mail"]["tags"] = tags

    assert decode_feedback(notification).tag == ""


def test_a_lasting_bounce_suppresses_and_is_told() -> None:
    store, ref = sent_message()

    assert record(ref, decode_feedback(bounce("mail-1")), store=store, now=NOW)

    assert store.suppressed == {"buyer@example.com": "bounced"}
    assert store.messages[ref.key].state == "bounced"
    assert "-/buyer_unreachable.confirm_address/1" in store.messages
    assert [event.data["reason"] for event in store.events] == ["general"]


def test_a_passing_bounce_is_told_and_suppresses_nothing() -> None:
    store, ref = sent_message()

    record(ref, decode_feedback(bounce("mail-1", lasting=False)), store=store, now=NOW)

    assert store.suppressed == {}
    assert store.messages[ref.key].state == "bounced"


def test_the_same_receipt_again_is_no_news() -> None:
    store, ref = sent_message()
    told = decode_feedback(bounce("mail-1"))

    news = [record(ref, told, store=store, now=NOW) for _ in range(3)]

    assert news == [True, False, False]
    assert len(store.events) == 1


def test_a_lasting_bounce_after_a_passing_one_suppresses_though_it_is_no_news() -> None:
    store, ref = sent_message()

    record(ref, decode_feedback(bounce("mail-1", lasting=False)), store=store, now=NOW)
    record(ref, decode_feedback(bounce("mail-1")), store=store, now=NOW)

    assert store.suppressed == {"buyer@example.com": "bounced"}


def test_a_complaint_after_a_bounce_is_recorded_without_a_second_alert() -> None:
    store, ref = sent_message()

    record(ref, decode_feedback(bounce("mail-1")), store=store, now=NOW)
    record(ref, decode_feedback(complaint("mail-1")), store=store, now=NOW)

    assert store.messages[ref.key].state == "complained"
    assert len(store.messages) == 2


def test_a_message_that_moves_meanwhile_is_read_again() -> None:
    store, ref = sent_message()
    store.failures = deque([Conflict("moved_on", "x"), Conflict("moved_on", "x")])

    assert record(ref, decode_feedback(delivery("mail-1")), store=store, now=NOW)

    assert store.messages[ref.key].state == "delivered"


def test_a_message_that_never_stands_still_is_offered_again() -> None:
    store, ref = sent_message()
    store.failures = deque([Conflict("moved_on", "x")] * 3)

    with pytest.raises(Conflict):
        record(ref, decode_feedback(delivery("mail-1")), store=store, now=NOW)


def test_an_unknown_message_is_no_news() -> None:
    store, _ = sent_message()

    assert not record(MessageRef("shop-1", "1001", "-/gone/1"), decode_feedback(bounce("x")), store=store, now=NOW)
    assert store.suppressed == {}
