"""Makes an address version out of what somebody typed, what we think of it, and what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.address import Address, TypedAddress
from doorstep.orders.order import Actor, AddressVersion, Choice
from doorstep.orders.store import Judge


@dataclass(frozen=True, slots=True)
class Author:
    """Who says what the address is, and by which way (`checkout`, `confirm_link`, `order_link`, `api`)."""

    by: Actor
    how: str


def make_version(
    number: int,
    typed: TypedAddress,
    *,
    judge: Judge,
    locale: str,
    author: Author,
    choice: Choice,
    at: datetime,
) -> AddressVersion:
    """The address version `number`, judged. It counts as an override when a doubted address was kept as entered."""
    judgement = judge.judge(typed, locale)
    return AddressVersion(
        version=number,
        typed=as_written(typed),
        judgement=judgement,
        by=author.by,
        how=author.how,
        choice=choice,
        override=choice == "as_entered" and judgement["verdict"] != "accept",
        at=at,
    )


def as_written(typed: TypedAddress) -> Address:
    """What was typed, field by field; a one-line address stands in line 1."""
    return Address(
        line1=typed.line1 or typed.one_line,
        line2=typed.line2,
        city=typed.city,
        state=typed.state,
        postal_code=typed.postal_code,
        country=typed.country,
    )
