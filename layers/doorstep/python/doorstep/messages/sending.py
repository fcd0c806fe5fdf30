"""Sends one message, once: claim it, write it, hand it over, record what happened.

The claim is a conditional write before SES or SNS is called, so a redelivered queue entry finds it and stops. What dies
between the call and the record is found later (`overdue.py`). Nothing personal leaves by any way but the mail itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from doorstep.cases.rulebook import Rulebook
from doorstep.errors import AnswerLost, Conflict, Transient, Undeliverable
from doorstep.messages import composing
from doorstep.messages.message import Message, MessageRef
from doorstep.messages.ports import Envelope, Links, Mailer, MessageFile, MessageStore, Pager
from doorstep.outbox import Event, MessageRequest

Outcome = Literal["sent", "failed", "not_now", "gone"]


@dataclass(frozen=True, slots=True)
class Sender:
    """Everything sending takes; `clock` gives the moment in UTC."""

    store: MessageStore
    mailer: Mailer
    pager: Pager
    links: Links
    rules: Rulebook
    ops_locale: str
    clock: Callable[[], datetime]

    def send(self, ref: MessageRef) -> Outcome:
        """Send the message if it is still to be sent. `not_now`: somebody else has it, or it has gone out already.

        Raises what went wrong after giving the claim back, so that the queue offers the message again and in the end
        tells ops. Raises `AnswerLost` and keeps the claim when it may have gone out: `overdue.py` decides, as the
        template's rules say.
        """
        file = self.store.read_message(ref)
        if file is None:
            return "gone"
        if file.message.state != "created":
            return "not_now"
        pointless = _pointless(file)
        if pointless:
            self.store.move(file.message, file.message.failed(self.clock(), pointless))
            return "not_now"
        claim = file.message.claimed(self.clock())
        try:
            self.store.move(file.message, claim)
        except Conflict:
            return self._beaten(ref)
        try:
            sent = self._hand_over(replace(file, message=claim))
        except AnswerLost:
            raise  # it may have gone out: the claim stays, and overdue.py decides
        except Undeliverable as error:
            sent = claim.failed(self.clock(), error.code)
        except Exception:
            self.store.move(claim, claim.released(self.clock()))  # nothing went out, whatever it was
            raise
        try:
            self.store.move(claim, sent, requests=_aftermath(sent), events=_news(sent, self.clock()))
        except Conflict:
            self._add_receipt(ref, sent)
        return "failed" if sent.state == "failed" else "sent"

    def _beaten(self, ref: MessageRef) -> Outcome:
        """Somebody else claimed it; if nobody did after all (two claims can undo each other), it is offered again."""
        now = self.store.read_message(ref)
        if now is not None and now.message.state == "created":
            raise Transient("contended", "two senders got into each other's way")
        return "not_now"

    def _add_receipt(self, ref: MessageRef, sent: Message) -> None:
        """A receipt was faster than our own record: keep its state, and add what only we know."""
        file = self.store.read_message(ref)
        if file is not None and not file.message.provider_id:
            known = replace(file.message, channel=sent.channel, provider_id=sent.provider_id, sent_at=sent.sent_at)
            self.store.move(file.message, known)

    def _hand_over(self, file: MessageFile) -> Message:
        message, order = file.message, file.order.order
        policy = self.rules.policies.of(order.shop)
        if message.audience == "ops":
            urls = self._links(message, self.clock() + timedelta(minutes=policy.task_link_valid_minutes))
            provider_id = self.pager.page(composing.alert(file, urls, self.rules, self.ops_locale))
            return message.sent(self.clock(), "page", provider_id)
        if order.buyer.email and self.store.suppression(order.buyer.email):
            return message.failed(self.clock(), "suppressed")
        urls = self._links(message, self.clock() + policy.link_valid)
        if not order.buyer.email:
            return message.sent(self.clock(), "paste", "")
        letter = composing.letter(file, urls, self.links, self.rules)
        provider_id = self.mailer.send(letter, Envelope(order.buyer.email, policy.reply_to, message.ref))
        return message.sent(self.clock(), "email", provider_id)

    def _links(self, message: Message, expires_at: datetime) -> dict[str, str]:
        subject = str(message.facts.get("offer") or message.case)
        return {purpose: self.links.issue(purpose, message.ref, expires_at, subject) for purpose in message.rules.links}


def _pointless(file: MessageFile) -> str:
    """Why the message need not go out, as a code: it asks for what was answered, tells what is no longer so, or would
    have to be pasted and is not worth it. "" when it is to be sent."""
    message, order = file.message, file.order.order
    if message.audience == "buyer" and not order.buyer.email and not message.rules.paste:
        return "no_email"
    return "" if _still_true(file) else "no_longer_needed"


def _still_true(file: MessageFile) -> bool:
    message, order, parcel = file.message, file.order.order, file.parcel
    if "confirm" in message.rules.links:
        return order.confirmation.state == "pending" and order.shipped_at is None
    if parcel is None:
        return True
    offer, found = parcel.offer(str(message.facts.get("offer"))), parcel.case(message.case)
    match message.template:
        case "offer":
            return offer is not None and offer.state == "open"
        case "offer_update":
            return offer is not None and offer.state == message.facts.get("state")
        case "case_step":
            return found is not None and found.state == "open"
        case _:
            return parcel.parcel.live


def _aftermath(message: Message) -> tuple[MessageRequest, ...]:
    """What ops must hear: a text to paste where we have no address, a buyer who cannot be reached."""
    facts = {"key": message.ref.key, "reason": message.reason}
    if message.channel == "paste":
        return (MessageRequest("paste_to_buyer", "ops", message.n, message.case, message.template, facts),)
    return unreachable(message) if message.state == "failed" else ()


def unreachable(message: Message) -> tuple[MessageRequest, ...]:
    """The alert that this message did not reach the buyer, if its template asks for one."""
    if message.audience == "ops" or not message.rules.tell_ops:
        return ()
    reason = message.reason if message.state == "failed" else message.state
    facts = {"key": message.ref.key, "reason": reason}
    return (MessageRequest("buyer_unreachable", "ops", message.n, message.case, message.template, facts),)


def _news(message: Message, now: datetime) -> tuple[Event, ...]:
    return (failure(message, now),) if message.state == "failed" else ()


def failure(message: Message, now: datetime) -> Event:
    """`Message Failed`, for whoever follows the bus."""
    ref = message.ref
    data = {
        "shop": ref.shop,
        "order_id": ref.order_id,
        "message": ref.key,
        "template": message.template,
        "reason": message.reason,
    }
    return Event("Message Failed", now, data)
