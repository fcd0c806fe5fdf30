"""A buyer takes a choice back, or a choice that somebody made with a forwarded link: possible until ops has asked the
carrier. The address goes back to what it was, ops hears that nothing is to be done, and the choice is open again."""

from __future__ import annotations

from dataclasses import replace

from doorstep.cases.docket import Docket
from doorstep.cases.glance import Caller, Glance, glance_at, on_the_table
from doorstep.cases.offer import Offer
from doorstep.cases.procedure import book_of, go_to, recall
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.errors import Conflict
from doorstep.orders import confirming
from doorstep.orders.change import OrderChange

_GONE = "not_possible"


def take_back(caller: Caller, file: ParcelFile) -> Glance:
    """Undo the choice that is on the table. `not_possible` once the carrier has been asked."""

    def decide(it: ParcelFile) -> CaseChange | None:
        offer = on_the_table(caller.desk, it, caller.link)[0]
        if offer is None or offer.state != "accepted":
            raise Conflict(_GONE, "there is no choice that could be taken back")
        docket = Docket(it, caller.desk.rules, caller.desk.now)
        docket.order = _as_before(caller, it, offer)
        recall(docket, docket.case(offer.case), offer, by="buyer")
        case = docket.case(offer.case)
        first = book_of(docket, case).first
        if case.origin == "carrier":
            go_to(docket, case, first, cause="withdrawn")
        else:
            docket.tell_ops(case, "withdrawn")
            go_to(docket, docket.case(case.id), book_of(docket, case).step(first).then["withdrawn"], cause="withdrawn")
        return docket.seal()

    try:
        return glance_at("offer", caller, caller.desk.change(file, decide))
    except Conflict as error:
        if error.code != _GONE:
            raise
        parcel = file.parcel
        return glance_at("not_possible", caller, caller.desk.file(parcel.shop, parcel.order_id, parcel.id))


def _as_before(caller: Caller, file: ParcelFile, offer: Offer) -> OrderChange | None:
    """The address that was in force before the choice, as a new version; None when the choice changed none."""
    before = next((it for it in file.order.addresses if it.version == offer.consent.get("address_before")), None)
    if not offer.address_version or before is None:
        return None
    again = replace(before, by="buyer", how=caller.author.how, with_code=False)
    policy = caller.orders.policies.of(file.parcel.shop)
    return confirming.change_address(file.order, again, author=caller.author, policy=policy, now=caller.desk.now)
