"""A parcel, an option and an offer as mails and pages show them: codes stay codes, moments and amounts become text."""

from __future__ import annotations

from doorstep.cases.offer import Offer, Option
from doorstep.cases.rulebook import Rulebook
from doorstep.messages import money
from doorstep.messages.moments import local_moment
from doorstep.messages.views import ShownOption, ShownParcel
from doorstep.orders.order import Order
from doorstep.orders.policy import Policy
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import Location

_AT_A_COUNTER = frozenset({"pick_up", "pickup_details"})


def shown_parcel(parcel: Parcel, rules: Rulebook, locale: str) -> ShownParcel:
    """Where the parcel is, with the carrier's name and its tracking page."""
    carrier, since = rules.carriers.of(parcel.carrier), parcel.progress.since
    zone = rules.policies.of(parcel.shop).time_zone
    return ShownParcel(
        carrier=carrier.name,
        number=parcel.tracking_number,
        url=carrier.track(parcel.tracking_number),
        milestone=parcel.milestone,
        since=local_moment(since, locale, zone) if since else "",
        place=place(parcel.progress.pickup),
    )


def shown_option(option: Option, parcel: Parcel) -> ShownOption:
    """The option in words and figures that need no reckoning."""
    least, most = (*option.delay_days, 0, 0)[:2]
    return ShownOption(
        name=option.name,
        fee=money.told(option.fee, option.currency) if option.fee else "",
        paid_by=option.paid_by,
        delay=(least, most),
        place=place(parcel.progress.pickup) if option.name in _AT_A_COUNTER else "",
        takes_address=option.takes_address,
        warns=option.warns,
    )


def place(location: Location | None) -> str:
    """A place in one line, as far as the carrier names it: `Burlington, VT 05401`."""
    if location is None:
        return ""
    region = " ".join(part for part in (location.state, location.postal_code) if part)
    return ", ".join(part for part in (location.city.title(), region) if part)


def payment_url(offer: Offer, order: Order, policy: Policy) -> str:
    """Where the buyer pays for what was chosen; "" when the buyer does not pay, or the seller has no such page."""
    if offer.choice is None or offer.choice.paid_by != "buyer":
        return ""
    ids = {"shop": order.shop, "order": order.order_id, "offer": offer.id}
    url = policy.payment_url
    for name, value in ids.items():
        url = url.replace("{" + name + "}", value)
    return url
