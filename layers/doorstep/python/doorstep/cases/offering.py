"""What may be offered to the buyer, by where the parcel is: the table of offers.yaml, read for one parcel.

Owns the decision; the carriers' facts come from `parcels`, who pays and what is never offered from the seller's policy.
Another country is never offered: an intercept works within the carrier's countries, the address entry checks the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from doorstep.cases.offer import Option, Payer
from doorstep.data import load
from doorstep.errors import Permanent
from doorstep.orders.order import Money
from doorstep.orders.policy import Policy
from doorstep.parcels.carriers import Carrier, Intercept

AddressChange = Literal["free_at_once", "free_relabel", "redirect", "no"]
NO_DELAY: Final = (0, 0)


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What counts for an offer. `order_value` is minor units of `currency`; `platform` is where it was sold.

    `country` is where the parcel goes, `ships_from` where it comes from; that and the number may be "" (not known).
    """

    carrier: Carrier
    country: str
    order_value: int
    currency: str
    platform: str
    tracking_number: str = ""
    ships_from: str = ""


def possible(row: str, facts: OfferFacts, policy: Policy) -> tuple[Option, ...]:
    """What may be offered in this row, in the order it is shown; empty when nothing may. Raises `KeyError`."""
    true = _truths(facts)
    found: dict[str, Option] = {}
    for entry in _rows()[row]["options"]:
        if all(true[fact] for fact in entry.get("if", ())) and _allowed(entry["name"], facts, policy):
            option = _option(entry, facts, policy)
            if option is not None:
                found[option.name] = option
    for name, rule in _table()["beside"].items():
        _set_beside(found, name, rule)
    return tuple(found.values())


def row_allows(row: str, option: str) -> bool:
    """Whether an option of this name stands in the row at all."""
    return any(entry["name"] == option for entry in _rows()[row]["options"])


def address_change(row: str) -> AddressChange:
    """How the address can still be changed in this row."""
    return cast(AddressChange, _rows()[row]["address_change"])


def needs_ops(option: str) -> bool:
    """Whether somebody has to carry it out."""
    return bool(_table()["options"][option]["needs_ops"])


def unasked(option: str) -> bool:
    """Whether the buyer may choose it of their own accord."""
    return bool(_table()["options"][option].get("unasked", False))


def voids_label(option: str) -> bool:
    """Whether the parcel is no more once this is done."""
    return bool(_table()["options"][option].get("voids_label", False))


def fulfilled_by(option: str) -> tuple[str, ...]:
    """The milestones that show that it came true; none for what no scan can tell, nor for no choice ("")."""
    return tuple(_table()["options"][option]["fulfilled_by"]) if option else ()


def refuse_unknown(policy: Policy) -> None:
    """Raise `Permanent` when the policy never offers what nobody offers: a misspelling would let the option through."""
    if set(policy.never_offer) - set(_table()["options"]):
        raise Permanent("invalid_policy", "`never_offer` has a name that is not in cases/offers.yaml")


def _truths(facts: OfferFacts) -> dict[str, bool]:
    intercept, hold = facts.carrier.intercept, facts.carrier.hold_at_location
    open_to_it = _open(intercept, facts)
    holds = hold.supported and facts.country in hold.countries
    return {
        "redirect": open_to_it and intercept.redirect,
        "hold": holds,
        "hold_on_the_way": holds and (open_to_it or not hold.by_intercept),
    }


def _open(intercept: Intercept, facts: OfferFacts) -> bool:
    """Whether the carrier takes an intercept for this parcel, both ends of whose way lie in its countries."""
    return (
        intercept.supported
        and {facts.country, facts.ships_from or facts.country} <= intercept.countries
        and (not facts.tracking_number or intercept.numbers.fullmatch(facts.tracking_number) is not None)
    )


def _allowed(name: str, facts: OfferFacts, policy: Policy) -> bool:
    """Whether the seller lets it be offered; money and goods only up to the order value of the policy (0: never)."""
    if name in policy.never_offer:
        return False
    return not _table()["options"][name]["remedy"] or 0 < policy.remedy_up_to_amount >= facts.order_value


def _option(entry: Mapping[str, Any], facts: OfferFacts, policy: Policy) -> Option | None:
    """The option with its fee and delay; None when the fee is not known, or the buyer should pay it and cannot."""
    kind, carrier = _table()["options"][entry["name"]], facts.carrier
    fees = {"none": Money(0, facts.currency), "intercept": carrier.intercept.fee, "hold": carrier.hold_at_location.fee}
    fee, delay = fees[entry.get("fee", "none")], entry.get("delay", "none")
    if fee is None:
        return None
    paid_by = cast(Payer, policy.redirect_paid_by) if fee.amount else "nobody"
    if paid_by == "buyer" and not policy.payment_url:
        return None
    return Option(
        name=entry["name"],
        fee=fee.amount,
        currency=fee.currency,
        paid_by=paid_by,
        delay_days={"none": NO_DELAY, "intercept": carrier.intercept.delay_days}[delay]
        if isinstance(delay, str)
        else tuple(delay),
        takes_address=kind["takes_address"],
        warns=kind["warns"],
    )


def _set_beside(found: dict[str, Option], name: str, rule: Mapping[str, Any]) -> None:
    """Keep `name` only together with the first of its alternatives, and what stands there only for its sake with it."""
    beside = next((other for other in rule["one_of"] if other in found), None)
    if beside is None:
        found.pop(name, None)
    for other in rule["only"]:
        if name not in found or other != beside:
            found.pop(other, None)


def _table() -> Mapping[str, Any]:
    return cast(Mapping[str, Any], load("cases/offers"))


def _rows() -> Mapping[str, Any]:
    return cast(Mapping[str, Any], _table()["rows"])
