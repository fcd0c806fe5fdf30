"""A buyer's choice is written down: the offer accepted, with their consent, if it still is possible by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from doorstep.cases.docket import Docket
from doorstep.cases.finding import Trouble
from doorstep.cases.glance import Caller, Glance, glance_at, on_the_table
from doorstep.cases.offer import Offer, Option
from doorstep.cases.procedure import accept, make_offer, open_case
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.errors import Conflict
from doorstep.orders.change import OrderChange
from doorstep.parcels.parcel import Parcel
from doorstep.times import stamp


def record(caller: Caller, file: ParcelFile, name: str, changed: Callable[[ParcelFile], OrderChange] | None) -> Glance:
    """Accept the option, if it still is possible when it is written."""

    def decide(it: ParcelFile) -> CaseChange | None:
        if it.order.order.address_version != file.order.order.address_version:
            raise Conflict("address_moved_on", "the address was changed in the meantime")
        return accepted(caller, it, name, changed(it) if changed else None)

    try:
        return glance_at("recorded", caller, caller.desk.change(file, decide), name)
    except Conflict as error:
        if error.code not in {"not_possible", "address_moved_on"}:
            raise
        now = again(caller, file)
        offer, options = on_the_table(caller.desk, now, caller.link)
        if offer is not None and offer.chosen == name and not changed:
            return Glance("recorded", now, offer, options, name)
        return Glance("moved_on" if error.code == "address_moved_on" else "not_possible", now, offer, options, name)


def accepted(caller: Caller, file: ParcelFile, name: str, order: OrderChange | None) -> CaseChange | None:
    """The change that accepts the option. Raises `Conflict` (`not_possible`) when it is not on the table any more."""
    desk = caller.desk
    offer, options = on_the_table(desk, file, caller.link)
    option = next((it for it in options if it.name == name), None)
    if option is None:
        raise Conflict("not_possible", "this is no longer possible")
    docket = Docket(file, desk.rules, desk.now)
    docket.order = order
    if offer is None:
        offer = _asked_for(docket)
    version = order.order.address_version if order is not None else 0
    accept(
        docket, docket.case(offer.case), offer, option, consent=_consent(caller, file, option, version), version=version
    )
    return docket.seal()


def next_version(file: ParcelFile) -> Parcel:
    """The parcel, one version up: what guards the file."""
    return replace(file.parcel, version=file.parcel.version + 1)


def again(caller: Caller, file: ParcelFile) -> ParcelFile:
    """The file as it is by now."""
    return caller.desk.file(file.parcel.shop, file.parcel.order_id, file.parcel.id)


def _asked_for(docket: Docket) -> Offer:
    """The buyer came by themselves: a case of theirs, or the one that is open, and an offer to choose from."""
    case = docket.file.open_case("address_problem")
    if case is None:
        wish = Trouble("address_problem", "change_requested", "", (stamp(docket.now), ""))
        case = open_case(docket, wish, origin="buyer")
    return make_offer(docket, case, docket.now)


def _consent(caller: Caller, file: ParcelFile, option: Option, version: int) -> dict[str, Any]:
    """Evidence: who agreed to what, when, by which link, in which language, and from which address to which."""
    said: dict[str, Any] = {
        "at": stamp(caller.desk.now),
        "by": "buyer",
        "how": caller.author.how,
        "link": caller.link.token_hash,
        "locale": caller.locale,
        "option": option.name,
        "fee": option.fee,
        "currency": option.currency,
        "paid_by": option.paid_by,
        "address_before": file.order.order.address_version,
    }
    return said | ({"address_after": version} if version else {})
