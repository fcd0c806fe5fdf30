"""From a message and its order to what a letter or an alert tells. The only place that puts the two together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from doorstep.address import label
from doorstep.messages.alert import Alert, AlertFacts, write_alert
from doorstep.messages.mail import Letter, LetterFacts, local_moment, write_letter
from doorstep.messages.ports import Links, MessageFile
from doorstep.orders.due import ships_unanswered, waiting
from doorstep.orders.order import AddressVersion
from doorstep.orders.policy import Policy

_SEVERITY: Final[Mapping[str, Literal["info", "warning", "critical"]]] = {
    "confirmation_overdue": "warning",
    "held_past_ship_by": "critical",
    "buyer_unreachable": "warning",
    "paste_to_buyer": "info",
}


def letter(file: MessageFile, urls: Mapping[str, str], links: Links, policy: Policy) -> Letter:
    """The mail that this message stands for, in the buyer's language."""
    message, order = file.message, file.order.order
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
    )
    return write_letter(message.template, order.buyer.locale, facts)


def alert(file: MessageFile, locale: str) -> Alert:
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
    return write_alert(message.template, locale, facts)


def _address(file: MessageFile, fact: str) -> AddressVersion:
    """The address version that a fact of the message names; the one in force where it names none."""
    number = file.message.facts.get(fact)
    found = (address for address in file.order.addresses if address.version == number)
    return next(found, file.order.address)
