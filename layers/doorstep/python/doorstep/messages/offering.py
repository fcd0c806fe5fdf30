"""How an offer is told, in mails and on pages alike: what happened, what an option costs, what comes next."""

from __future__ import annotations

from typing import Final

from doorstep.messages.catalogue import Texts
from doorstep.messages.views import ShownOption

# They give the buyer money: telling that they cost nothing would be odd.
_MONEY_BACK: Final = {"cancel", "cancel_and_reorder", "refund_after_return", "partial_refund", "refund", "coupon"}
_UNDER_WAY: Final = {"accepted", "requested"}


def kind_told(catalogue: Texts, kind: str) -> str:
    """The kind of case whose words tell this one: itself, or `other`."""
    return kind if kind in catalogue.names("offers") else "other"


def what_happened(catalogue: Texts, kind: str, reason: str) -> str:
    """The key of the sentence that says what happened: the carrier's reason, or what all cases of the kind share."""
    if reason in catalogue.names("offers.reasons"):
        return f"offers.reasons.{reason}"
    return f"offers.{kind_told(catalogue, kind)}.intro"


def what_next(state: str, chosen: ShownOption | None) -> str:
    """The key of the sentence that says what happens now; "" when there is nothing to add."""
    by_option = {"accepted": "next", "fulfilled": "done"}
    if state in by_option:
        return f"options.{chosen.name}.{by_option[state]}" if chosen else ""
    return f"offers.states.{state}.next"


def terms(catalogue: Texts, option: ShownOption, state: str = "open") -> tuple[str, ...]:
    """What the option costs and who pays, how much later the parcel arrives, and where it waits: plain sentences.

    Only what still counts in this state of the offer: what has been done, or cannot be, has no price any more.
    """
    told = []
    if state == "open" or state in _UNDER_WAY:
        told += _cost(catalogue, option, state) + _delay(catalogue, option)
    if option.place and state not in {"failed", "withdrawn", "expired"}:
        told.append(catalogue.say("offers.terms.place", place=option.place))
    return tuple(told)


def to_pay(option: ShownOption | None, state: str, payment_url: str) -> bool:
    """Whether the buyer is asked to pay now."""
    return bool(payment_url) and option is not None and option.paid_by == "buyer" and state in _UNDER_WAY


def _cost(catalogue: Texts, option: ShownOption, state: str) -> list[str]:
    if not option.fee or option.paid_by == "nobody":
        return [] if option.name in _MONEY_BACK else [catalogue.sentence("offers.terms.free")]
    told = [catalogue.say(f"offers.terms.{option.paid_by}_pays", fee=option.fee)]
    if option.paid_by == "buyer" and state == "open":
        told.append(catalogue.sentence("offers.terms.link_follows"))
    return told


def _delay(catalogue: Texts, option: ShownOption) -> list[str]:
    least, most = option.delay
    if most < 1:
        return []
    if most == 1:
        return [catalogue.sentence("offers.terms.one_day_later")]
    if least == most:
        return [catalogue.say("offers.terms.days_later", days=most)]
    return [catalogue.say("offers.terms.between_days_later", least=max(least, 1), most=most)]
