"""A step whose time has come: the offer expires, the snooze is over, or ops is reminded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from doorstep.cases.desk import CaseDesk
from doorstep.cases.docket import Docket
from doorstep.cases.procedure import book_of, go_to, look_again
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.errors import NotFound


def meet_case(desk: CaseDesk, shop: str, order_id: str, case: str) -> None:
    """Do what is due on a case; a case that is gone or has moved on is left alone."""
    try:
        file, found = desk.file_of(shop, order_id, case)
    except NotFound:
        return
    desk.change(file, lambda it: meet(it, found.id, rules=desk.rules, now=desk.now))


def meet(file: ParcelFile, case: str, *, rules: Rulebook, now: datetime) -> CaseChange | None:
    """What is due on this case; None when nothing is (any more)."""
    found = file.case(case)
    if found is None or found.state != "open" or found.due_at is None or found.due_at > now:
        return None
    docket = Docket(file, rules, now)
    step = book_of(docket, found).steps.get(found.step)
    offer = docket.offer_in(found)
    if found.snoozed_until is not None and found.step_due_at is not None and found.step_due_at > now:
        found = docket.put(replace(found, snoozed_until=None, due_at=found.step_due_at))
        docket.tell_ops(found, "woken")
    elif step is not None and step.offer and offer is not None and offer.state == "open":
        docket.move_offer(offer, "expired", by="doorstep")
        docket.announce("Offer Expired", docket.case(case), offer=offer.id)
        go_to(docket, docket.case(case), step.then["expired"], cause="expired")
    else:
        again = look_again(found, now, docket.policy.time_zone)
        found = replace(found, overdue=found.overdue + 1, snoozed_until=None, due_at=again)
        found = docket.put(found, "overdue", found.step)
        docket.announce("Case Step Due", found, step=found.step, overdue=found.overdue)
        docket.tell_ops(found, "overdue", offer.chosen if offer is not None else "")
    return docket.seal()
