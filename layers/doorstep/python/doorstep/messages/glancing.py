"""From what a buyer's visit to a parcel on its way came to, to the page that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from doorstep.address import label
from doorstep.cases.glance import Glance, Show
from doorstep.cases.offer import Offer
from doorstep.cases.procedure import ANSWERED
from doorstep.cases.rulebook import Rulebook
from doorstep.messages import pages, parcels
from doorstep.messages.moments import local_moment
from doorstep.messages.showing import code_view, typed_anew
from doorstep.messages.views import Notice, OfferView, OrderView, ShownAddress
from doorstep.orders.link import Purpose

_NOTICES: Final[Mapping[Show, Notice]] = {
    "moved_on": "changed_meanwhile",
    "code_expired": "code_expired",
    "too_many": "too_many",
    "same_address": "same_address",
    "not_possible": "not_possible",
}
_MEND: Final = ("mend", "other_country")


def page(glance: Glance, purpose: Purpose, *, locale: str, rules: Rulebook) -> str:
    """The HTML that shows this."""
    order = glance.file.order.order
    if glance.show in {"code", "code_wrong"} and order.pending_change is not None:
        policy, wrong = rules.policies.of(order.shop), glance.show == "code_wrong"
        return pages.code_page(code_view(glance.file.order, order.pending_change, locale, policy, wrong=wrong))
    if glance.offer is not None and (purpose == "offer" or glance.offer.state in ANSWERED):
        return pages.offer_page(_offer_view(glance, glance.offer, locale, rules))
    return pages.order_page(_order_view(glance, locale, rules))


def _offer_view(glance: Glance, offer: Offer, locale: str, rules: Rulebook) -> OfferView:
    file, order = glance.file, glance.file.order.order
    policy, case = rules.policies.of(order.shop), file.case(offer.case)
    new = next((it for it in file.order.addresses if it.version == offer.address_version), None)
    # An offer whose time is over, or whose parcel has moved on, is no longer to be had, whether or not that is on file.
    state = offer.state if offer.state != "open" or glance.options else "expired"
    since = datetime.fromisoformat(offer.history[-1]["at"]) if offer.history else offer.made_at
    return OfferView(
        locale=locale,
        shop_name=policy.name,
        order_id=order.order_id,
        kind=case.kind if case else "",
        reason=case.reason if case else "",
        parcel=parcels.shown_parcel(file.parcel, rules, locale),
        state=state,
        options=tuple(parcels.shown_option(option, file.parcel) for option in glance.options),
        current=_current(glance),
        shown_version=order.address_version,
        until=local_moment(offer.expires_at, locale, policy.time_zone),
        chosen=parcels.shown_option(offer.choice, file.parcel) if offer.choice else None,
        new_lines=tuple(label(new.ship_to)) if new else (),
        since=local_moment(since, locale, policy.time_zone),
        payment_url=parcels.payment_url(offer, order, policy),
        edited=_edited(glance, locale),
        edited_option=glance.option if glance.show in _MEND else "",
        notice=_NOTICES.get(glance.show, ""),
        reply_to=policy.reply_to,
    )


def _order_view(glance: Glance, locale: str, rules: Rulebook) -> OrderView:
    file, order = glance.file, glance.file.order.order
    policy, since = rules.policies.of(order.shop), file.parcel.progress.since or order.shipped_at
    return OrderView(
        locale=locale,
        shop_name=policy.name,
        order_id=order.order_id,
        state="delivered" if file.parcel.milestone == "delivered" else "shipped",
        current=_current(glance),
        shown_version=order.address_version,
        since=local_moment(since, locale, policy.time_zone) if since else "",
        items=tuple((item.title, item.quantity) for item in order.items),
        edited=_edited(glance, locale),
        notice=_NOTICES.get(glance.show, ""),
        parcels=tuple(parcels.shown_parcel(it, rules, locale) for it in file.parcels if it.live),
        options=tuple(parcels.shown_option(option, file.parcel) for option in glance.options),
        may_change=False,
        edited_option=glance.option if glance.show in _MEND else "",
        reply_to=policy.reply_to,
    )


def _current(glance: Glance) -> ShownAddress:
    address = glance.file.label_address.ship_to
    return ShownAddress(tuple(label(address)), address.to_dict())


def _edited(glance: Glance, locale: str) -> ShownAddress | None:
    if glance.proposed is None or glance.show not in _MEND:
        return None
    return typed_anew(glance.proposed, locale, elsewhere=glance.show == "other_country")
