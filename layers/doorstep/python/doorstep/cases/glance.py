"""What a buyer sees of a parcel on its way: by which link they came, which offer that is about, what can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from doorstep.cases.desk import CaseDesk
from doorstep.cases.offer import Offer, Option
from doorstep.cases.offering import unasked
from doorstep.cases.procedure import ANSWERED
from doorstep.cases.store import ParcelFile
from doorstep.data import load
from doorstep.errors import NotFound
from doorstep.orders.desk import Desk
from doorstep.orders.link import Link, Purpose, usable
from doorstep.orders.order import AddressVersion
from doorstep.orders.versions import Author
from doorstep.orders.visit import CodeOf
from doorstep.parcels.parcel import Parcel

Show = Literal[
    "offer",
    "recorded",
    "mend",
    "other_country",
    "same_address",
    "code",
    "code_wrong",
    "code_expired",
    "too_many",
    "moved_on",
    "not_possible",
]


@dataclass(frozen=True, slots=True)
class Glance:
    """What to show: the parcel's file as it is now, the offer it is about (None on the order's page where there is
    none), the options that may be chosen, and what was typed when it has to be mended."""

    show: Show
    file: ParcelFile
    offer: Offer | None
    options: tuple[Option, ...]
    option: str = ""
    proposed: AddressVersion | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """A buyer with a link. `orders` is the desk of the order room; `code_of` knows the code that a mail carried."""

    desk: CaseDesk
    orders: Desk
    link: Link
    locale: str
    code_of: CodeOf

    @property
    def author(self) -> Author:
        """Who is to be written down: the buyer, and by which kind of link."""
        return Author("buyer", f"{self.link.purpose}_link")


def behind(desk: CaseDesk, link: Link | None, purpose: Purpose) -> tuple[Link, ParcelFile]:
    """The link, and the parcel it is about: an offer's, or of an order the one that is on its way.

    Raises `NotFound`, one answer for every link that does not work, and for an order without a parcel.
    """
    link = usable(link, purpose, desk.now)
    try:
        if purpose == "offer":
            return link, desk.file_of(link.shop, link.order_id, link.subject.rpartition(".")[0])[0]
        parcels = desk.store.parcels(link.shop, link.order_id)
        last = [it for it in parcels if it.live] or list(parcels)
        file = desk.file(link.shop, link.order_id, last[-1].id if last else "")
        return link, _most_in_need(desk, file)
    except NotFound as error:
        raise NotFound("link_not_usable", "this link no longer works") from error


def under_way(parcel: Parcel) -> bool:
    """Whether the parcel still has its end before it."""
    return parcel.milestone not in load("parcels/rules")["ends"]


def _most_in_need(desk: CaseDesk, file: ParcelFile) -> ParcelFile:
    """Of an order's parcels the one that waits for the buyer, or for whom the buyer has chosen; else the one given."""
    asked = {it.case for it in file.offers if it.state in {"open", *ANSWERED}}
    case = next((it for it in reversed(file.cases) if it.state == "open" and it.id in asked), None)
    if case is None or case.parcel == file.parcel.id:
        return file
    return desk.file(file.parcel.shop, file.parcel.order_id, case.parcel)


def on_the_table(desk: CaseDesk, file: ParcelFile, link: Link) -> tuple[Offer | None, tuple[Option, ...]]:
    """The offer that the page is about, and what of it can be chosen now.

    By an offer's link: that offer. By the order's link: an offer that is open or under way; else what is possible now.
    """
    row = desk.rules.row(file.parcel)
    if link.purpose == "offer":
        offer = _newest(file, file.offer(link.subject))
        return offer, _choosable(desk, offer, row)
    for case in file.open_cases:
        offer = file.offer_in(case)
        if offer is not None and offer.state in {"open", *ANSWERED}:
            return offer, _choosable(desk, offer, row)
    if sum(1 for parcel in file.parcels if under_way(parcel)) > 1:
        return None, ()  # which of them is meant, nobody can tell
    return None, tuple(option for option in desk.rules.options(file.parcel, file.order) if unasked(option.name))


def _newest(file: ParcelFile, offer: Offer | None) -> Offer | None:
    """The offer; where it was withdrawn and another took its place in the same case, that one."""
    case = file.case(offer.case) if offer is not None and offer.state == "withdrawn" else None
    newest = file.offer_in(case) if case is not None else None
    return newest if newest is not None and newest.state in {"open", *ANSWERED} else offer


def _choosable(desk: CaseDesk, offer: Offer | None, row: str) -> tuple[Option, ...]:
    if offer is None or offer.state != "open" or offer.row != row or offer.expires_at <= desk.now:
        return ()
    return offer.options


def glance_at(show: Show, caller: Caller, file: ParcelFile, option: str = "") -> Glance:
    """What to show of the file as it is now."""
    offer, options = on_the_table(caller.desk, file, caller.link)
    return Glance(show, file, offer, options, option)
