"""The buyer or the seller vouches for an address: as it stands, corrected, or kept against our advice.

Every path ends the same way: an address version that says who chose it and how, a confirmation, and the order
released to the warehouse. The contact on file is told of every change.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from doorstep.address import TypedAddress
from doorstep.errors import Conflict
from doorstep.orders.change import Draft, LinkUse, OrderChange
from doorstep.orders.due import waiting
from doorstep.orders.order import AddressVersion, Choice, Confirmation, Release
from doorstep.orders.policy import Policy
from doorstep.orders.store import Judge, OrderFile
from doorstep.orders.versions import Author, make_version


def confirm(file: OrderFile, *, author: Author, policy: Policy, now: datetime, token: str = "") -> OrderChange | None:
    """The buyer says that the address is right, and drops a change that waits. None when there is nothing to change."""
    draft = Draft(file.order, now)
    if file.order.confirmation.state == "confirmed":
        draft.order = replace(draft.order, pending_change=None)
        return draft.seal(policy) if file.order.pending_change else None
    draft.announce(
        "Address Confirmed", by=author.by, how=author.how, verdict=file.address.verdict, override=_doubted(file.address)
    )
    _vouch(draft, author)
    return draft.seal(policy, LinkUse(token, "confirmed", now) if token else None)


def propose(
    file: OrderFile, typed: TypedAddress, choice: Choice, *, judge: Judge, author: Author, now: datetime, locale: str
) -> AddressVersion:
    """The version that this address would become, judged but not yet written."""
    number = file.order.address_version + 1
    return make_version(number, typed, judge=judge, locale=locale, author=author, choice=choice, at=now)


def change_address(
    file: OrderFile,
    proposed: AddressVersion,
    *,
    author: Author,
    policy: Policy,
    now: datetime,
    token: str = "",
    ask_buyer: bool = False,
) -> OrderChange:
    """Make `proposed` the address. The buyer's word confirms it; the seller's too, unless the buyer is to be asked."""
    version = replace(proposed, version=file.order.address_version + 1, at=now)
    draft = Draft(file.order, now)
    draft.set_address(version)
    draft.announce("Address Changed", by=author.by, how=author.how, verdict=version.verdict, override=version.override)
    if ask_buyer and file.order.state == "held":
        draft.order = replace(draft.order, confirmation=Confirmation("pending", asked_at=now))
        draft.ask_buyer("confirm_address")
    else:
        if author.by == "buyer":
            draft.announce(
                "Address Confirmed", by=author.by, how=author.how, verdict=version.verdict, override=version.override
            )
        _vouch(draft, author)
        draft.ask_buyer("address_changed", previous_version=file.order.address_version)
    return draft.seal(policy, LinkUse(token, "changed", now) if token else None)


def release(file: OrderFile, *, author: Author, policy: Policy, now: datetime) -> OrderChange | None:
    """The seller ships without waiting for the buyer. None when the order is released already."""
    if file.order.state == "released":
        return None
    draft = Draft(file.order, now)
    _vouch(draft, author)
    return draft.seal(policy)


def ship(file: OrderFile, *, now: datetime) -> Draft:
    """A parcel carries the order now: released, if it was still held, and no longer waiting for anybody."""
    draft = Draft(file.order, now)
    if draft.order.state == "held":
        draft.order = replace(draft.order, state="released", release=Release(now, "shipped"))
        draft.announce("Order Released", reason="shipped", verdict=draft.order.verdict)
    if draft.order.shipped_at is None:
        draft.order = replace(draft.order, shipped_at=now, pending_change=None)
    return draft


def ask_again(file: OrderFile, *, policy: Policy, now: datetime, patient: bool) -> OrderChange | None:
    """Send the mail once more; a fresh link comes with it. None when one was sent a moment ago.

    `patient` is for requests that anybody with an old link can make: those are limited in number, too.
    """
    order = file.order
    last = order.last_resend_at or order.confirmation.asked_at or order.received_at
    sent = order.asked.get("confirm_address", 0) + order.asked.get("order_link", 0)
    if now - last < timedelta(minutes=policy.wait_minutes) or (patient and sent > policy.at_most):
        return None
    draft = Draft(replace(order, last_resend_at=now), now)
    draft.ask_buyer("confirm_address" if waiting(order) else "order_link")
    return draft.seal(policy)


def has_a_label(proposed: AddressVersion) -> bool:
    """Whether there is enough to print on a label: a line, a city, and what the country's sorting goes by."""
    address = proposed.ship_to
    sorts = address.country != "US" or (address.state and address.postal_code)
    return bool(address.line1 and address.city and sorts)


def same_place(file: OrderFile, proposed: AddressVersion) -> bool:
    """Whether this is the address in force already, to the letter of its label."""
    return proposed.ship_to == file.address.ship_to


def suggested(address: AddressVersion) -> TypedAddress:
    """The suggestion on file, as input. Raises `Conflict` when there is none."""
    if address.suggestion is None:
        raise Conflict("no_suggestion", "there is no suggestion for this address")
    return TypedAddress.of(address.suggestion)


def other_country(file: OrderFile, proposed: AddressVersion) -> bool:
    """A parcel's country is fixed by its price and its customs papers (design §4.6: another country, never)."""
    return proposed.standard.country != file.address.standard.country


def _doubted(address: AddressVersion) -> bool:
    return address.override or address.verdict == "fix"


def _vouch(draft: Draft, author: Author) -> None:
    """Record that somebody stands for the address, and release the order if it was held."""
    word: Literal["confirmed", "accepted"] = "confirmed" if author.by == "buyer" else "accepted"
    confirmation = replace(draft.order.confirmation, state=word, by=author.by, how=author.how, at=draft.now)
    draft.order = replace(draft.order, confirmation=confirmation, pending_change=None)
    if draft.order.state == "held":
        draft.order = replace(draft.order, state="released", release=Release(draft.now, word))
        draft.announce("Order Released", reason=word, verdict=draft.order.verdict)
