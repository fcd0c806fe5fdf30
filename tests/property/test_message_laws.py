"""Laws of a message: whatever order things arrive in, the gravest receipt decides, and final states never move back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import permutations

from fakes import NOW, FakeLinks, FakeMailer, FakeMessages, FakePager, an_order
from hypothesis import given
from hypothesis import strategies as st

from doorstep.cases.rulebook import Rulebook
from doorstep.errors import AnswerLost, Permanent, Transient, Undeliverable
from doorstep.messages.feedback import Feedback, record
from doorstep.messages.message import LONGEST_PAUSE, MOST_NUDGES, STUCK_AFTER, Message, MessageRef, Receipt
from doorstep.messages.overdue import look_after
from doorstep.messages.sending import Sender
from doorstep.outbox import MessageRequest

GRAVITY: Sequence[Receipt] = ("delivered", "bounced", "complained", "failed")
RECEIPTS = st.lists(st.sampled_from(GRAVITY), max_size=8)
FILE = an_order()
RULES = Rulebook.from_json("{}")


def sent_message() -> Message:
    ref = MessageRef("shop-1", "1001", "-/confirm_address/1")
    request = MessageRequest("confirm_address", "buyer", 1)
    return Message.requested(ref, request, NOW).claimed(NOW).sent(NOW, "email", "mail-1")


def after(receipts: Sequence[Receipt]) -> Message:
    message = sent_message()
    for number, receipt in enumerate(receipts):
        message = message.received(receipt, NOW + timedelta(seconds=number), "") or message
    return message


@given(RECEIPTS)
def test_the_gravest_receipt_decides_in_any_order_and_number(receipts: list[Receipt]) -> None:
    expected = max(receipts, key=GRAVITY.index, default="sent")

    assert after(receipts).state == expected
    assert after([*receipts, *receipts]).state == expected
    for other in list(permutations(receipts))[:24]:
        assert after(other).state == expected


@given(RECEIPTS, RECEIPTS)
def test_a_state_never_moves_back(earlier: list[Receipt], later: list[Receipt]) -> None:
    before, now = after(earlier), after([*earlier, *later])

    order = ["sent", *GRAVITY]
    assert order.index(now.state) >= order.index(before.state)
    assert now.history[: len(before.history)] == before.history


STEPS = st.lists(
    st.sampled_from(
        [
            "send",
            "throttled",
            "refused",
            "no permission",
            "unforeseen",
            "answer lost",
            "killed after sending",
            "sweep",
            "wait",
            *GRAVITY,
            "bounced later",
        ]
    ),
    max_size=25,
)
SENDING = {"send", "throttled", "refused", "no permission", "unforeseen", "answer lost", "killed after sending"}
TEMPLATES = st.sampled_from(["confirm_address", "confirm_address_reminder", "one_time_code", "address_changed"])


@given(TEMPLATES, st.lists(st.sampled_from(["throttled", "no permission", "unforeseen"]), max_size=40))
def test_no_trouble_that_passes_loses_a_mail(template: str, troubles: list[str]) -> None:
    """Each trouble meets all five receives of a note; then the sweeper finds the message when its time has come."""
    store, mailer, now = FakeMessages(FILE), FakeMailer(), [NOW]
    ref = store.add(MessageRequest(template, "buyer", 1))
    sender = Sender(store, mailer, FakePager(), FakeLinks(), RULES, "en", lambda: now[0])
    errors = {
        "throttled": Transient("unavailable", "x"),
        "no permission": Permanent("not_possible", "x"),
        "unforeseen": RuntimeError("a bug"),
    }

    for number, trouble in enumerate(troubles[:MOST_NUDGES]):
        before = now[0]
        mailer.failures.extend([errors[trouble]] * 5)
        for _ in range(5):
            with suppress(Transient, Permanent, RuntimeError):
                sender.send(ref)
        now[0] = store.messages[ref.key].due_at or now[0]
        assert now[0] - before == min(STUCK_AFTER * 2 ** max(number - 1, 0), LONGEST_PAUSE)
        look_after(ref, store=store, now=now[0])
    sender.send(ref)

    assert len(mailer.sent) == 1
    assert store.messages[ref.key].state == "sent"
    assert store.events == []
    assert set(store.messages) == {ref.key}


class Killed(BaseException):
    """The sender died."""


@given(TEMPLATES, STEPS)
def test_no_history_sends_a_mail_oftener_than_its_template_allows(template: str, steps: list[str]) -> None:
    store, mailer, now = FakeMessages(FILE), FakeMailer(), [NOW]
    ref = store.add(MessageRequest(template, "buyer", 1))
    sender = Sender(store, mailer, FakePager(), FakeLinks(), RULES, "en", lambda: now[0])
    unsure = 0  # how often nobody could know whether a mail went out
    finals: list[str] = []

    def kill() -> None:
        raise Killed

    for step in steps:
        mails = len(mailer.sent)
        state = store.messages[ref.key].state
        error = {
            "throttled": Transient("unavailable", "x"),
            "refused": Undeliverable("rejected", "x"),
            "no permission": Permanent("not_possible", "x"),
            "unforeseen": RuntimeError("a bug"),
            "answer lost": AnswerLost("answer_lost", "x"),
        }.get(step)
        mailer.failures.clear()
        mailer.failures.append(error)
        mailer.while_sending = kill if step == "killed after sending" else lambda: None
        if step in SENDING:
            try:
                sender.send(ref)
            except (Transient, Permanent, RuntimeError, Killed):
                unsure += store.messages[ref.key].state == "sending" and state == "created"
        elif step == "sweep":
            look_after(ref, store=store, now=now[0])
        elif step == "wait":
            now[0] += timedelta(minutes=16)
        elif mails:
            kind: Receipt = next((name for name in GRAVITY if name == step), "bounced")
            record(ref, Feedback("mail-1", kind, True, "", ""), store=store, now=now[0])

        message = store.messages[ref.key]
        if step in {"throttled", "no permission", "unforeseen"}:
            assert message.state == state, "what may be repaired changes nothing"
        if state in {"delivered", "bounced", "complained", "failed"}:
            assert len(mailer.sent) == mails, "a final state sends nothing"
            finals.append(state)
        assert (message.due_at is None) == (message.state not in {"created", "sending"})
        alerts = [key for key in store.messages if "buyer_unreachable" in key]
        assert len(alerts) <= 1

    allowed = 1 + unsure if store.messages[ref.key].rules.twice_is_harmless else 1
    assert len(mailer.sent) <= allowed
    assert finals == sorted(finals, key=["failed", *GRAVITY].index) or "failed" in finals
