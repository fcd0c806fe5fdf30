"""The steps of a case: how it opens, goes on, and ends. What each step is, the playbook says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from doorstep.cases import calendar
from doorstep.cases.case import Case
from doorstep.cases.docket import Docket
from doorstep.cases.finding import Trouble
from doorstep.cases.offer import Offer, Option
from doorstep.cases.offering import fulfilled_by, needs_ops, voids_label
from doorstep.cases.playbook import RESOLVED, Playbook, Step
from doorstep.data import load
from doorstep.times import stamp

MOST_REMINDERS: Final = 5
RESOLUTIONS: Final = ("moving", "found", "reshipped", "refunded", "fulfilled")
ANSWERED: Final = ("accepted", "requested")
_MADE_GOOD: Final = ("refunded", "reshipped")


def open_case(docket: Docket, trouble: Trouble, *, origin: Literal["carrier", "buyer"] = "carrier") -> Case:
    """Open a case for this trouble, before its first step."""
    book = docket.rules.playbooks.having(trouble.kind)
    n = 1 + sum(1 for known in docket.file.cases if known.kind == trouble.kind)
    case = Case(
        id=f"{trouble.kind}-{n}",
        kind=trouble.kind,
        parcel=docket.parcel.id,
        reason=trouble.reason,
        state="open",
        severity=book.severity if origin == "carrier" else "warning",
        opened_at=docket.now,
        opened_by=trouble.opened_by,
        through=trouble.last,
        round_at=datetime.fromisoformat(trouble.last[0]),
        origin=origin,
    )
    case = docket.put(case, "opened", trouble.reason, origin)
    docket.announce("Case Opened", case, severity=case.severity, reason=case.reason or None)
    return case


def begin(docket: Docket, trouble: Trouble) -> Case:
    """Open a case and take its first step."""
    case = open_case(docket, trouble)
    return go_to(docket, case, book_of(docket, case).first, cause="opened")


def renew(docket: Docket, case: Case, trouble: Trouble) -> None:
    """More of the same trouble. Soon after the last it is the same news in other words: nothing new, unless what was
    offered is no longer possible. Later, what the buyer has chosen goes on, and ops hears of it; without a choice the
    procedure begins anew."""
    case, at = replace(case, through=trouble.last), datetime.fromisoformat(trouble.last[0])
    offer = docket.offer_in(case)
    stands = offer is None or offer.state != "open" or offer.row == docket.rules.row(docket.parcel)
    if stands and case.round_at is not None and at - case.round_at < same_news():
        docket.put(case)
        return
    case = docket.put(replace(case, reason=trouble.reason, round_at=at), "renewed", trouble.reason, "carrier")
    if offer is not None and offer.state in ANSWERED:
        docket.tell_ops(case, "renewed", offer.chosen)
        return
    if offer is not None and offer.state == "open":
        recall(docket, case, offer, by="doorstep")  # a new one takes its place
    go_to(docket, docket.case(case.id), book_of(docket, case).first, cause="renewed")


def go_to(docket: Docket, case: Case, name: str, *, cause: str, option: str = "", outcome: str = "") -> Case:
    """Take the step of this name: offer, alert ops, set the deadline. `resolved` ends the case, as the outcome that led
    there says; where a seller's playbook ends with one that says nothing of the parcel, by the seller's word."""
    if name == RESOLVED:
        return resolve(docket, case, outcome if outcome in RESOLUTIONS else "by_seller", by="doorstep")
    step = book_of(docket, case).step(name)
    case = docket.case(case.id)
    offer = _offer_at(docket, case, step) if step.offer else None
    if step.offer and offer is None:
        return go_to(docket, docket.case(case.id), step.then["no_offer"], cause=cause)
    case = docket.case(case.id)
    due = offer.expires_at if offer else calendar.due(docket.now, step.within, docket.policy.time_zone)
    case = replace(case, step=name, step_since=docket.now, step_due_at=due, due_at=due, overdue=0, snoozed_until=None)
    case = docket.put(case, "step", name)
    if offer is not None:
        docket.tell_buyer(case, "offer", offer=offer.id)
    if not step.quiet:
        docket.tell_ops(case, cause, option)
    return docket.case(case.id)


def resolve(docket: Docket, case: Case, resolution: str, *, by: str, note: str = "") -> Case:
    """The case is over: what is still offered is withdrawn, what was chosen has come true or not.

    When an operator ends it, what was chosen counts as done where money or goods went out; of anything else they have
    spoken with the buyer, or will: we take it back without a word of ours.
    """
    offer = docket.offer_in(case)
    if offer is not None and offer.state == "open":
        recall(docket, case, offer, by=by, tell=True)
    elif offer is not None and offer.state in ANSWERED:
        if by == "carrier" or resolution in _MADE_GOOD:
            settle(docket, offer, resolution in _MADE_GOOD or came_true(docket, offer), by=by)
        else:
            recall(docket, case, offer, by=by)
    case = docket.case(case.id)
    case = replace(
        case,
        state="resolved",
        resolved_at=docket.now,
        resolution=resolution,
        due_at=None,
        step_due_at=None,
        snoozed_until=None,
    )
    case = docket.put(case, "resolved", resolution, by, note)
    docket.announce("Case Resolved", case, resolution=resolution)
    return case


def accept(
    docket: Docket, case: Case, offer: Offer, option: Option, *, consent: Mapping[str, Any], version: int
) -> Case:
    """The buyer has chosen: recorded with their consent, and handed to ops when there is something to carry out."""
    chosen = replace(offer, chosen=option.name, address_version=version, consent=dict(consent))
    chosen = docket.move_offer(chosen, "accepted", by="buyer")
    docket.announce("Offer Accepted", case, offer=chosen.id, option=option.name, address_version=version or None)
    then = next(step.then for step in book_of(docket, case).steps.values() if step.then)
    after = then["accepted" if needs_ops(option.name) else "nothing_to_do"]
    return go_to(docket, docket.case(case.id), after, cause="answered", option=option.name)


def make_offer(docket: Docket, case: Case, expires_at: datetime) -> Offer:
    """A new offer of what is possible now, not told to anybody yet."""
    n = case.offers + 1
    offer = Offer(
        id=f"{case.id}.{n}",
        case=case.id,
        n=n,
        row=docket.rules.row(docket.parcel),
        options=docket.rules.options(docket.parcel, docket.file.order),
        state="open",
        made_at=docket.now,
        expires_at=expires_at,
        history=({"state": "open", "at": stamp(docket.now), "by": "doorstep"},),
    )
    docket.put_offer(offer)
    case = docket.put(replace(case, offers=n), "offer_made", " ".join(option.name for option in offer.options))
    docket.announce("Offer Made", case, offer=offer.id, row=offer.row)
    return offer


def withdraw(docket: Docket, case: Case, offer: Offer) -> None:
    """The parcel has moved on, so that what was offered is no longer possible; the case waits how it goes."""
    recall(docket, case, offer, by="carrier", tell=True)
    step = book_of(docket, case).step(case.step)
    if "withdrawn" in step.then:
        go_to(docket, docket.case(case.id), step.then["withdrawn"], cause="withdrawn")


def settle(docket: Docket, offer: Offer, fulfilled: bool, *, by: str) -> None:
    """What the buyer chose was done, or could not be."""
    state = "fulfilled" if fulfilled else "failed"
    docket.move_offer(offer, "fulfilled" if fulfilled else "failed", by=by)
    if fulfilled and offer.address_version:
        docket.parcel = replace(docket.parcel, address_version=offer.address_version)
    if fulfilled and voids_label(offer.chosen) and docket.parcel.live:
        docket.void_label()
    docket.announce("Offer Settled", docket.case(offer.case), offer=offer.id, option=offer.chosen, state=state)


def same_news() -> timedelta:
    """How long after trouble began more of it is the same news: carriers tell one thing in several scans."""
    return timedelta(hours=load("parcels/rules")["attempt_hours"])


def came_true(docket: Docket, offer: Offer) -> bool:
    """Whether the parcel is where the chosen option should bring it."""
    return docket.parcel.milestone in fulfilled_by(offer.chosen)


def book_of(docket: Docket, case: Case) -> Playbook:
    """The playbook of the case."""
    return docket.rules.playbooks.having(case.kind)


def recall(docket: Docket, case: Case, offer: Offer, *, by: str, tell: bool = False) -> None:
    """The offer is no longer to be had, or what was chosen is not to be done."""
    docket.move_offer(offer, "withdrawn", by=by, tell=tell)
    docket.announce("Offer Withdrawn", case, offer=offer.id)


def _offer_at(docket: Docket, case: Case, step: Step) -> Offer | None:
    """The offer that this step makes; None where the buyer could only wait."""
    options = docket.rules.options(docket.parcel, docket.file.order)
    if not any(needs_ops(option.name) for option in options):
        return None
    return make_offer(docket, case, calendar.due(docket.now, step.within, docket.policy.time_zone))


def look_again(case: Case, now: datetime, time_zone: str) -> datetime:
    """When an overdue step is looked at next: every business day at first, then once a week."""
    days = 1 if case.overdue < MOST_REMINDERS else 5
    return calendar.due(now, {"business_days": days}, time_zone)
