"""A message that should have moved on: offered again as its template allows, or given up and told."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from fakes import NOW, FakeMessages, an_order

from doorstep.messages.message import LONGEST_PAUSE, MOST_NUDGES, STUCK_AFTER, MessageRef
from doorstep.messages.overdue import look_after
from doorstep.outbox import MessageRequest

LATE = NOW + STUCK_AFTER
HARMLESS = MessageRequest("confirm_address", "buyer", 1)
HARMFUL = MessageRequest("confirm_address_reminder", "buyer", 1)


def keeping(request: MessageRequest, *, claimed: bool) -> tuple[FakeMessages, MessageRef]:
    """A store with one message, created or claimed now."""
    store = FakeMessages(an_order())
    ref = store.add(request)
    if claimed:
        store.messages[ref.key] = store.messages[ref.key].claimed(NOW)
    return store, ref


@pytest.mark.parametrize("request_", [HARMLESS, HARMFUL])
def test_a_message_nobody_took_is_put_before_the_senders_again(request_: MessageRequest) -> None:
    store, ref = keeping(request_, claimed=False)

    look_after(ref, store=store, now=LATE)

    assert store.nudges == [ref.key]
    assert (store.messages[ref.key].state, store.messages[ref.key].due_at) == ("created", LATE + STUCK_AFTER)


def test_before_its_time_nothing_is_done() -> None:
    store, ref = keeping(HARMLESS, claimed=True)

    look_after(ref, store=store, now=LATE - timedelta(milliseconds=1))

    assert store.nudges == []
    assert store.messages[ref.key].state == "sending"


def test_what_may_have_gone_out_goes_out_again_if_twice_is_harmless() -> None:
    store, ref = keeping(HARMLESS, claimed=True)

    look_after(ref, store=store, now=LATE)

    assert store.nudges == [ref.key]
    assert store.messages[ref.key].state == "created"


def test_what_may_have_gone_out_is_given_up_if_twice_is_not_harmless() -> None:
    store, ref = keeping(HARMFUL, claimed=True)

    look_after(ref, store=store, now=LATE)

    assert store.nudges == []
    assert (store.messages[ref.key].state, store.messages[ref.key].reason) == ("failed", "outcome_unknown")
    assert [event.name for event in store.events] == ["Message Failed"]


def test_a_message_is_not_nudged_for_ever() -> None:
    store, ref = keeping(HARMLESS, claimed=False)
    now = LATE

    for _ in range(MOST_NUDGES + 5):
        look_after(ref, store=store, now=now)
        now += LONGEST_PAUSE

    assert len(store.nudges) == MOST_NUDGES
    assert (store.messages[ref.key].state, store.messages[ref.key].reason) == ("failed", "never_sent")
    assert "-/buyer_unreachable.confirm_address/1" in store.messages
    assert len(store.events) == 1


def test_between_two_nudges_the_senders_have_time() -> None:
    store, ref = keeping(HARMLESS, claimed=False)
    now, nudged_at = LATE, [LATE]

    while len(store.nudges) < MOST_NUDGES:
        told = len(store.nudges)
        look_after(ref, store=store, now=now)
        nudged_at += [now] * (len(store.nudges) - told)
        now += timedelta(minutes=5)

    pauses = [after - before for before, after in pairwise(nudged_at[1:])]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (STUCK_AFTER, LONGEST_PAUSE)
    assert nudged_at[-1] - LATE > timedelta(days=3)


def test_a_message_that_moves_while_looked_at_is_left_alone() -> None:
    store, ref = keeping(HARMLESS, claimed=True)

    def sent_meanwhile() -> None:
        store.messages[ref.key] = store.messages[ref.key].sent(NOW, "email", "mail-1")

    store.before_move.append(sent_meanwhile)

    look_after(ref, store=store, now=LATE)

    assert store.messages[ref.key].state == "sent"
    assert store.nudges == []


def test_what_was_sent_is_not_looked_after() -> None:
    store, ref = keeping(HARMLESS, claimed=True)
    store.messages[ref.key] = store.messages[ref.key].sent(NOW, "email", "mail-1")

    look_after(ref, store=store, now=LATE + timedelta(days=30))
    look_after(MessageRef("shop-1", "1001", "-/gone/1"), store=store, now=LATE)

    assert store.messages[ref.key].state == "sent"
    assert store.nudges == []
