"""From what a buyer's visit came to, to the page that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from doorstep.address import Address, TypedAddress, label
from doorstep.messages import pages
from doorstep.messages.catalogue import texts
from doorstep.messages.moments import local_moment
from doorstep.messages.views import (
    CodeView,
    ConfirmView,
    Notice,
    OrderState,
    OrderView,
    Recorded,
    RecordedView,
    ShownAddress,
    ShownIssue,
    ShownSuggestion,
)
from doorstep.orders.confirming import has_a_label
from doorstep.orders.due import ships_unanswered, waiting
from doorstep.orders.link import Purpose
from doorstep.orders.order import AddressVersion, Order, PendingChange
from doorstep.orders.policy import Policy
from doorstep.orders.store import Judge, OrderFile
from doorstep.orders.visit import Answer, Show

_NOTICES: Final[Mapping[Show, Notice]] = {
    "moved_on": "changed_meanwhile",
    "code_expired": "code_expired",
    "too_many": "too_many",
}


def page(answer: Answer, purpose: Purpose, *, locale: str, policy: Policy, judge: Judge) -> str:
    """The HTML that shows this answer."""
    order = answer.file.order
    if answer.show in {"code", "code_wrong"} and order.pending_change is not None:
        view = code_view(answer.file, order.pending_change, locale, policy, wrong=answer.show == "code_wrong")
        return pages.code_page(view)
    if answer.show == "recorded" and not (purpose == "order" and answer.again):
        return pages.recorded_page(_recorded_view(answer, locale, policy))
    current = _shown(answer.file, locale, judge)
    edited = _edited(answer, locale)
    notice = _NOTICES.get(answer.show, "")
    items = tuple((item.title, item.quantity) for item in order.items)
    if purpose == "order":
        state, since = _state(order)
        return pages.order_page(
            OrderView(
                locale=locale,
                shop_name=policy.name,
                order_id=order.order_id,
                state=state,
                current=current,
                shown_version=order.address_version,
                since=local_moment(since, locale, policy.time_zone),
                items=items,
                edited=edited,
                notice=notice,
            )
        )
    return pages.confirm_page(
        ConfirmView(
            locale=locale,
            shop_name=policy.name,
            order_id=order.order_id,
            current=current,
            shown_version=order.address_version,
            items=items,
            deadline=local_moment(order.ship_by, locale, policy.time_zone) if waiting(order) else "",
            if_silent="release" if ships_unanswered(order, policy) else "hold",
            edited=edited,
            notice=notice,
        )
    )


def _shown(file: OrderFile, locale: str, judge: Judge) -> ShownAddress:
    """The address in force. Until the buyer confirms it our doubts stand beside it, whatever the checkout was told; it
    is judged once more, so that they are told in the page's language."""
    address = file.address
    if file.order.confirmation.state == "confirmed" or address.verdict == "accept":
        return ShownAddress(tuple(label(address.ship_to)), address.ship_to.to_dict())
    return _described(address.ship_to.to_dict(), judge.judge(TypedAddress.of(address.typed), locale))


def _edited(answer: Answer, locale: str) -> ShownAddress | None:
    proposed = answer.proposed
    return None if proposed is None else typed_anew(proposed, locale, elsewhere=answer.show == "other_country")


def typed_anew(proposed: AddressVersion, locale: str, *, elsewhere: bool) -> ShownAddress:
    """What a buyer has typed and we doubt, as they typed it; `elsewhere`: in another country, which cannot be."""
    shown = _described(proposed.typed.to_dict(), proposed.judgement)
    if elsewhere:
        sentence = texts(locale).sentence("pages.problems.other_country")
        return ShownAddress(shown.lines, shown.address, (ShownIssue("country", "error", sentence),), may_insist=False)
    return replace(shown, may_insist=has_a_label(proposed))


def _described(address: Mapping[str, str], judgement: Mapping[str, Any]) -> ShownAddress:
    return ShownAddress(
        lines=tuple(label(Address.from_dict(dict(address)))),
        address=address,
        issues=tuple(
            ShownIssue(str(issue["field"]), issue["severity"], str(issue["message"])) for issue in judgement["issues"]
        ),
        suggestions=tuple(
            ShownSuggestion(
                tuple(label(Address.from_dict(suggestion["address"]))),
                suggestion["address"],
                tuple(suggestion["changed"]),
            )
            for suggestion in judgement["suggestions"][:2]
        ),
    )


def code_view(file: OrderFile, pending: PendingChange, locale: str, policy: Policy, *, wrong: bool) -> CodeView:
    """The page that asks for the code of a change that waits."""
    return CodeView(
        locale=locale,
        shop_name=policy.name,
        order_id=file.order.order_id,
        lines=tuple(label(pending.proposed.ship_to)),
        current_lines=tuple(label(file.address.ship_to)),
        shown_version=file.order.address_version,
        minutes=round(policy.code_valid_minutes),
        wrong=wrong,
        tries_left=max(policy.code_tries - pending.tries, 0),
        option=pending.option,
    )


def _recorded_view(answer: Answer, locale: str, policy: Policy) -> RecordedView:
    file = answer.file
    at = file.order.confirmation.at or file.address.at
    return RecordedView(
        locale=locale,
        shop_name=policy.name,
        order_id=file.order.order_id,
        what=_what(file.address),
        at=local_moment(at, locale, policy.time_zone),
        lines=tuple(label(file.address.ship_to)),
        again=answer.again,
    )


def _what(address: AddressVersion) -> Recorded:
    if address.by != "buyer" or address.how == "checkout":
        return "confirmed"
    told: Mapping[str, Recorded] = {"suggestion": "suggestion_taken", "as_entered": "kept"}
    return told.get(address.choice, "changed")


def _state(order: Order) -> tuple[OrderState, datetime]:
    if waiting(order):
        return "waiting", order.confirmation.asked_at or order.received_at
    if order.confirmation.at is not None and order.confirmation.state == "confirmed":
        return "confirmed", order.confirmation.at
    return "released", order.release.at if order.release else order.received_at
