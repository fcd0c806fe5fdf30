"""From a message and its order to what a letter or an alert tells. The only place that puts the two together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal

from doorstep.address import label
from doorstep.cases.case import Case
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import ParcelFile
from doorstep.messages import parcels
from doorstep.messages.alert import Alert, AlertFacts, write_alert
from doorstep.messages.mail import Letter, LetterFacts, local_moment, write_letter
from doorstep.messages.message import Message
from doorstep.messages.ports import Links, MessageFile
from doorstep.orders.due import ships_unanswered, waiting
from doorstep.orders.order import AddressVersion

_SEVERITY: Final[Mapping[str, Literal["info", "warning", "critical"]]] = {
    "confirmation_overdue": "warning",
    "held_past_ship_by": "critical",
    "buyer_unreachable": "warning",
    "paste_to_buyer": "info",
    "case_step": "warning",  # the case's own takes its place
}


def letter(file: MessageFile, urls: Mapping[str, str], links: Links, rules: Rulebook) -> Letter:
    """The mail that this message stands for, in the buyer's language."""
    message, order = file.message, file.order.order
    policy = rules.policies.of(order.shop)
    address, previous = _address(file, "address_version"), _address(file, "previous_version")
    suggestion, pending = address.suggestion, order.pending_change
    facts = LetterFacts(
        shop_name=policy.name,
        order_id=order.order_id,
        buyer_name=order.buyer.name,
        items=tuple((item.title, item.quantity) for item in order.items),
        address_lines=tuple(label(address.ship_to)),
        suggestion_lines=tuple(label(suggestion)) if suggestion else (),
        issues=tuple(str(issue["message"]) for issue in address.judgement["issues"] if issue["severity"] != "info"),
        confirm_url=urls.get("confirm", ""),
        order_url=urls.get("order", ""),
        deadline=local_moment(order.ship_by, order.buyer.locale, policy.time_zone) if waiting(order) else "",
        code=links.code(order.shop, order.order_id, message.ref.key) if message.template == "one_time_code" else "",
        code_minutes=round(policy.code_valid_minutes),
        previous_lines=tuple(label(previous.ship_to)) if message.facts.get("previous_version") else (),
        reply_to=policy.reply_to,
        if_silent="release" if ships_unanswered(order, policy) else "hold",
        new_lines=tuple(label(pending.proposed.ship_to)) if pending else (),
        shipped=order.shipped_at is not None,
    )
    if file.parcel is not None:
        facts = _with_parcel(facts, message, file.parcel, urls, rules)
    return write_letter(message.template, order.buyer.locale, facts)


def _with_parcel(
    facts: LetterFacts, message: Message, file: ParcelFile, urls: Mapping[str, str], rules: Rulebook
) -> LetterFacts:
    """The same of a message about a parcel: where it is, and what is offered or was chosen."""
    order, offer = file.order.order, file.offer(str(message.facts.get("offer")))
    case, policy = file.case(message.case), rules.policies.of(file.order.order.shop)
    parcel = parcels.shown_parcel(file.parcel, rules, order.buyer.locale)
    expected = file.parcel.expected_delivery_at
    facts = replace(
        facts,
        address_lines=tuple(label(file.label_address.ship_to)),
        carrier=parcel.carrier,
        tracking_number=parcel.number,
        tracking_url=parcel.url,
        expected=local_moment(expected, order.buyer.locale, policy.time_zone) if expected else "",
        kind=case.kind if case else "",
        reason=case.reason if case else "",
        place=parcel.place,
        offer_url=urls.get("offer", ""),
    )
    if offer is None:
        return facts
    new = next((it for it in file.order.addresses if offer.address_version == it.version), None)
    return replace(
        facts,
        options=tuple(parcels.shown_option(option, file.parcel) for option in offer.options),
        until=local_moment(offer.expires_at, order.buyer.locale, policy.time_zone),
        state=str(message.facts.get("state") or offer.state),
        chosen=parcels.shown_option(offer.choice, file.parcel) if offer.choice else None,
        payment_url=parcels.payment_url(offer, order, policy),
        new_lines=tuple(label(new.ship_to)) if new else (),
    )


def alert(file: MessageFile, urls: Mapping[str, str], rules: Rulebook, locale: str) -> Alert:
    """The alert that this message stands for. It names the order; what is personal stays in the order's file."""
    message, order = file.message, file.order.order
    path = f"/orders/{order.shop}/{order.order_id}"
    key = message.facts.get("key")
    facts = AlertFacts(
        shop=order.shop,
        order_id=order.order_id,
        severity=_SEVERITY[message.template],
        reason=str(message.facts.get("reason") or ""),
        next_step_by=order.ship_by if order.state == "held" else None,
        order_value=order.total.amount,
        currency=order.total.currency,
        api_path=path,
        message_path=f"{path}/messages/{key}" if key else "",
    )
    case = file.parcel.case(message.case) if file.parcel else None
    if message.template == "case_step" and file.parcel is not None and case is not None:
        facts = _with_case(facts, message, file.parcel, case, urls, rules)
    return write_alert(message.template, locale, facts)


def _with_case(
    facts: AlertFacts, message: Message, file: ParcelFile, case: Case, urls: Mapping[str, str], rules: Rulebook
) -> AlertFacts:
    """The same of a message about a case: as the case stood when the message was asked for."""
    step = str(message.facts.get("step") or case.step)
    known, due = rules.playbooks.having(case.kind).steps.get(step), message.facts.get("due")
    parcel = parcels.shown_parcel(file.parcel, rules, file.order.order.buyer.locale)
    return replace(
        facts,
        severity=_severity(case.severity),
        reason="",
        next_step_by=datetime.fromisoformat(str(due)) if due else case.step_due_at,
        kind=case.kind,
        case=case.id,
        step=step,
        cause=str(message.facts.get("cause") or ""),
        option=str(message.facts.get("option") or ""),
        carrier=parcel.carrier,
        tracking_number=parcel.number,
        task_url=urls.get("task", ""),
        scan_reason="" if case.origin == "buyer" else str(message.facts.get("reason") or ""),
        waiting_for=known.owner if known else "ops",
        by_buyer=case.origin == "buyer",
    )


def _severity(severity: str) -> Literal["info", "warning", "critical"]:
    return "critical" if severity == "critical" else "info" if severity == "info" else "warning"


def _address(file: MessageFile, fact: str) -> AddressVersion:
    """The address version that a fact of the message names; the one in force where it names none."""
    number = file.message.facts.get(fact)
    found = (address for address in file.order.addresses if address.version == number)
    return next(found, file.order.address)
