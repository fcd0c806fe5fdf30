"""Sending: claimed first, sent once, and whatever fails on the way is either given back or told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress

import pytest
from fakes import NOW, Clock, FakeLinks, FakeMailer, FakeMessages, FakePager, an_order, answered

from doorstep.cases.rulebook import Rulebook
from doorstep.errors import AnswerLost, Conflict, Permanent, Transient, Undeliverable
from doorstep.messages import composing
from doorstep.messages.feedback import Feedback, record
from doorstep.messages.message import STUCK_AFTER, MessageRef
from doorstep.messages.sending import Sender
from doorstep.outbox import MessageRequest

CONFIRM = MessageRequest("confirm_address", "buyer", 1, facts={"address_version": 1})
OVERDUE = MessageRequest("confirmation_overdue", "ops", 1, facts={"reason": "not_confirmed"})


class Office:
    """A sender with everything it takes."""

    def __init__(self, *requests: MessageRequest, **changes: object) -> None:
        self.store = FakeMessages(an_order(**changes))
        self.refs = [self.store.add(request) for request in requests or (CONFIRM,)]
        self.mailer, self.pager, self.links, self.clock = FakeMailer(), FakePager(), FakeLinks(), Clock()
        self.rules = Rulebook.from_json("{}")
        self.sender = Sender(self.store, self.mailer, self.pager, self.links, self.rules, "en", self.clock)

    @property
    def ref(self) -> MessageRef:
        return self.refs[0]

    def state(self, key: str = CONFIRM.key) -> str:
        return self.store.messages[key].state


def test_a_message_is_sent_and_recorded() -> None:
    office = Office()

    assert office.sender.send(office.ref) == "sent"

    message = office.store.messages[CONFIRM.key]
    assert (message.state, message.channel, message.provider_id, message.sent_at) == ("sent", "email", "mail-1", NOW)
    ((_, envelope),) = office.mailer.sent
    assert (envelope.to, envelope.message) == ("buyer@example.com", office.ref)


def test_a_second_note_sends_nothing() -> None:
    office = Office()
    office.sender.send(office.ref)

    assert office.sender.send(office.ref) == "not_now"

    assert len(office.mailer.sent) == 1


def test_a_note_without_a_message_is_dropped() -> None:
    office = Office()

    assert office.sender.send(MessageRef("shop-1", "1001", "-/nothing/1")) == "gone"


def test_of_two_senders_one_sends() -> None:
    office = Office()
    office.store.before_move.append(lambda: None if office.mailer.sent else _send_as_rival(office))

    assert office.sender.send(office.ref) == "not_now"

    assert len(office.mailer.sent) == 1
    assert office.state() == "sent"


def _send_as_rival(office: Office) -> None:
    assert office.sender.send(office.ref) == "sent"


def test_the_claim_stands_before_the_mail_is_handed_over() -> None:
    office = Office()
    seen: list[str] = []
    office.mailer.while_sending = lambda: seen.append(office.state())

    office.sender.send(office.ref)

    assert seen == ["sending"]


def test_what_may_pass_is_given_back() -> None:
    office = Office()
    office.mailer.failures = deque([Transient("unavailable", "throttled")])

    with pytest.raises(Transient):
        office.sender.send(office.ref)

    assert office.state() == "created"
    assert office.sender.send(office.ref) == "sent"
    assert office.store.messages[CONFIRM.key].attempts == 2


def test_a_lost_answer_keeps_the_claim() -> None:
    office = Office()
    office.mailer.failures = deque([AnswerLost("answer_lost", "timeout")])

    with pytest.raises(AnswerLost):
        office.sender.send(office.ref)

    assert office.state() == "sending"
    assert office.sender.send(office.ref) == "not_now"
    assert office.mailer.sent == []


def test_a_refused_mail_fails_and_ops_and_the_bus_hear_of_it() -> None:
    office = Office()
    office.mailer.failures = deque([Undeliverable("rejected", "no")])

    assert office.sender.send(office.ref) == "failed"

    assert set(office.store.messages) == {CONFIRM.key, "-/buyer_unreachable.confirm_address/1"}
    (event,) = office.store.events
    assert (event.name, event.data["reason"], event.data["message"]) == ("Message Failed", "rejected", CONFIRM.key)


def test_a_reminder_that_fails_is_not_told_to_ops() -> None:
    reminder = MessageRequest("confirm_address_reminder", "buyer", 1)
    office = Office(reminder)
    office.mailer.failures = deque([Undeliverable("rejected", "no")])

    office.sender.send(office.ref)

    assert set(office.store.messages) == {reminder.key}
    assert [event.name for event in office.store.events] == ["Message Failed"]


@pytest.mark.parametrize("error", [Undeliverable("rejected", "no"), Permanent("not_possible", "no")])
def test_an_alert_that_cannot_be_sent_is_not_told_by_another_alert(error: Permanent) -> None:
    office = Office(OVERDUE)
    office.pager.failures = deque([error])

    with suppress(Permanent):
        office.sender.send(office.ref)

    assert set(office.store.messages) == {OVERDUE.key}


def test_an_alert_that_takes_a_repair_waits_for_it() -> None:
    office = Office(OVERDUE)
    office.pager.failures = deque([Permanent("not_possible", "no such topic")])

    with pytest.raises(Permanent):
        office.sender.send(office.ref)

    assert office.state(OVERDUE.key) == "created"
    assert office.sender.send(office.ref) == "sent"
    assert len(office.pager.alerts) == 1


@pytest.mark.parametrize(
    "error", [Permanent("not_possible", "no permission"), Conflict("moved_on", "odd"), RuntimeError("a bug")]
)
def test_whatever_goes_wrong_before_handing_over_is_told_and_gives_the_claim_back(error: Exception) -> None:
    office = Office()
    office.mailer.failures = deque([error])

    with pytest.raises(type(error)):
        office.sender.send(office.ref)

    assert office.state() == "created"
    assert office.store.messages[CONFIRM.key].due_at == NOW + STUCK_AFTER
    assert office.store.events == []
    assert set(office.store.messages) == {CONFIRM.key}
    assert office.sender.send(office.ref) == "sent"
    assert len(office.mailer.sent) == 1


def test_a_letter_that_cannot_be_written_gives_the_claim_back(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    with monkeypatch.context() as broken:
        broken.setattr(composing, "letter", lambda *_: {}["a sentence nobody wrote"])
        with pytest.raises(KeyError):
            office.sender.send(office.ref)

    assert office.state() == "created"
    assert office.sender.send(office.ref) == "sent"


def test_a_suppressed_address_gets_no_mail() -> None:
    office = Office()
    office.store.suppress("buyer@example.com", "bounced", NOW)

    assert office.sender.send(office.ref) == "failed"

    assert office.mailer.sent == []
    assert office.store.messages[CONFIRM.key].reason == "suppressed"
    assert "-/buyer_unreachable.confirm_address/1" in office.store.messages
    assert office.links.issued == {}, "no link is made that nobody will get"


def test_a_code_comes_with_a_link_to_the_page_that_asks_for_it() -> None:
    office = Office(MessageRequest("one_time_code", "buyer", 1))

    assert office.sender.send(office.ref) == "sent"

    ((letter, _),) = office.mailer.sent
    (url,) = office.links.issued
    assert "/order/" in url
    assert url in letter.text
    assert url in letter.html


def test_without_an_address_ops_gets_it_to_paste() -> None:
    office = Office(buyer={"email": None})

    assert office.sender.send(office.ref) == "sent"

    assert office.store.messages[CONFIRM.key].channel == "paste"
    assert "-/paste_to_buyer.confirm_address/1" in office.store.messages
    assert sorted(office.links.issued) == [
        "https://shop.example.com/confirm/-_confirm_address_1",
        "https://shop.example.com/order/-_confirm_address_1",
    ]


@pytest.mark.parametrize("template", ["confirm_address", "confirm_address_reminder"])
def test_a_question_that_was_answered_is_not_asked(template: str) -> None:
    office = Office(MessageRequest(template, "buyer", 1))
    office.store.order = answered(office.store.order)

    assert office.sender.send(office.ref) == "not_now"

    assert office.mailer.sent == []
    message = office.store.messages[f"-/{template}/1"]
    assert (message.state, message.reason) == ("failed", "no_longer_needed")
    assert office.store.events == []


def test_what_is_no_question_is_sent_though_answered() -> None:
    office = Office(MessageRequest("address_changed", "buyer", 1, facts={"previous_version": 1}))
    office.store.order = answered(office.store.order)

    assert office.sender.send(office.ref) == "sent"
    ((letter, _),) = office.mailer.sent
    assert "right address back" in letter.text, "nothing has shipped yet"


def _with_receipt(office: Office, receipt: str) -> Callable[[], None]:
    def arrive() -> None:
        feedback = Feedback("mail-1", receipt, True, "general", "")  # type: ignore[arg-type]
        record(office.ref, feedback, store=office.store, now=NOW)

    return arrive


@pytest.mark.parametrize("receipt", ["delivered", "bounced"])
def test_a_receipt_that_overtakes_the_record_keeps_its_state_and_gets_the_id(receipt: str) -> None:
    office = Office()
    office.mailer.while_sending = _with_receipt(office, receipt)

    assert office.sender.send(office.ref) == "sent"

    message = office.store.messages[CONFIRM.key]
    assert (message.state, message.provider_id, message.channel) == (receipt, "mail-1", "email")


def test_a_record_that_cannot_be_written_is_tried_by_nobody_but_the_sweeper() -> None:
    office = Office()
    office.store.failures = deque([None, Transient("unavailable", "throttled")])

    with pytest.raises(Transient):
        office.sender.send(office.ref)

    assert len(office.mailer.sent) == 1
    assert office.state() == "sending"
    assert office.sender.send(office.ref) == "not_now"


def test_claims_that_undid_each_other_are_offered_again() -> None:
    office = Office()
    office.store.failures = deque([Conflict("moved_on", "both")])

    with pytest.raises(Transient):
        office.sender.send(office.ref)

    assert office.state() == "created"
