"""Collects what one use case does to a parcel's file, and seals it into a `CaseChange`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from doorstep.cases.case import Case, Entry
from doorstep.cases.offer import Offer, OfferState
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.orders.change import Draft, OrderChange
from doorstep.orders.policy import Policy
from doorstep.outbox import Code, Event, MessageRequest
from doorstep.parcels.parcel import Parcel, Progress
from doorstep.parcels.scan import Scan
from doorstep.parcels.silence import silent_at
from doorstep.times import stamp


class Docket:
    """One change in the making. Cases and offers are looked up here as they have become so far."""

    def __init__(self, file: ParcelFile, rules: Rulebook, now: datetime) -> None:
        self.file = file
        self.rules = rules
        self.now = now
        self.parcel: Parcel = file.parcel
        self.order: OrderChange | None = None
        self._cases: dict[str, Case] = {}
        self._offers: dict[str, Offer] = {}
        self._scans: list[Scan] = []
        self._messages: list[MessageRequest] = []
        self._events: list[Event] = []

    @property
    def policy(self) -> Policy:
        """The policy of the order's shop."""
        return self.rules.policies.of(self.parcel.shop)

    def case(self, case: str) -> Case:
        """The case as it is by now. Raises `KeyError`."""
        found = self._cases.get(case) or self.file.case(case)
        if found is None:
            raise KeyError(case)
        return found

    def put(self, case: Case, what: str = "", detail: str = "", by: str = "doorstep", note: str = "") -> Case:
        """Keep the case as it has become, with a line in its history when there is something to say."""
        if what:
            case = replace(case, history=(*case.history, Entry(self.now, what, detail, by, note)))
        self._cases[case.id] = case
        return case

    def offer_in(self, case: Case) -> Offer | None:
        """The newest offer of the case as it is by now."""
        name = f"{case.id}.{case.offers}"
        return self._offers.get(name) or self.file.offer(name)

    def put_offer(self, offer: Offer) -> None:
        """Keep the offer as it has become."""
        self._offers[offer.id] = offer

    def move_offer(self, offer: Offer, state: OfferState, *, by: str, tell: bool = True) -> Offer:
        """The offer in its next state, noted in its case, and told to the buyer."""
        moved = offer.moved(state, stamp(self.now), by)
        self.put_offer(moved)
        case = self.put(self.case(offer.case), f"offer_{state}", moved.chosen, by)
        if tell:
            self.tell_buyer(case, "offer_update", offer=moved.id, state=state, option=moved.chosen or None)
        return moved

    @property
    def open_cases(self) -> list[Case]:
        """The parcel's cases that are open by now."""
        known = {it.id: it for it in self.file.cases if it.parcel == self.parcel.id} | self._cases
        return [it for it in known.values() if it.state == "open"]

    @property
    def looked_into_at(self) -> datetime | None:
        """When the last case of this parcel was closed: until then somebody was looking into it."""
        known = {it.id: it for it in self.file.cases if it.parcel == self.parcel.id} | self._cases
        return max((it.resolved_at for it in known.values() if it.resolved_at is not None), default=None)

    def proceed(self, progress: Progress) -> None:
        """The parcel has come so far."""
        self.parcel = replace(self.parcel, progress=progress)

    def tell_buyer(self, case: Case, template: str, **facts: Code) -> None:
        """Request a message to the buyer."""
        self._request(case, template, "buyer", facts)

    def tell_ops(self, case: Case, cause: str, option: str = "") -> None:
        """Request an alert: where the case stands, what is next, by when."""
        due = stamp(case.step_due_at) if case.step_due_at else None
        self._request(
            case,
            "case_step",
            "ops",
            {"cause": cause, "step": case.step, "reason": case.reason or None, "option": option or None, "due": due},
        )

    def announce(self, name: str, case: Case | None = None, **data: Code) -> None:
        """Put an event on the bus, with the ids of order, parcel and case."""
        ids: dict[str, Code] = {"shop": self.parcel.shop, "order_id": self.parcel.order_id, "parcel": self.parcel.id}
        if case is not None:
            ids |= {"case": case.id, "kind": case.kind} if name.startswith("Case") else {"case": case.id}
        self._events.append(Event(name, self.now, {**ids, **data}))

    def void_label(self) -> None:
        """The label carries nothing any more: said by a scan of our own, which any later reading of them finds."""
        said = Scan(
            provider="doorstep",
            carrier=self.parcel.carrier,
            tracking_number=self.parcel.tracking_number,
            occurred_at=self.now,
            received_at=self.now,
            milestone="cancelled",
            reason="shipment_cancelled",
            is_physical=False,
        )
        self._scans.append(said)
        progress = replace(self.parcel.progress, milestone=said.milestone, reason=said.reason, since=said.occurred_at)
        self.proceed(replace(progress, scans=progress.scans + 1, pickup=None, signed_by=""))

    def seal(self, *, wakes: datetime | None = None, followed: bool = False) -> CaseChange | None:
        """The finished change, the parcel's version raised; None when nothing has changed.

        A parcel with an open case needs no other deadline; one without is due when its silence would be trouble, or
        when a scan that is dated ahead begins to count (`wakes`; who has not read the scans leaves that as it was).
        """
        self._let_order_follow()
        silent = None if self.open_cases else silent_at(self.parcel, self.policy, after=self.looked_into_at)
        before = None if followed else self.file.parcel.due_at
        moments = [it for it in (wakes, silent, before) if it is not None and it > self.now]
        parcel = replace(self.parcel, due_at=min(moments, default=None))
        if parcel == self.file.parcel and not (self._cases or self._offers or self.order or self._scans):
            return None
        parcel = replace(parcel, version=parcel.version + 1)
        return CaseChange(
            parcel=parcel,
            cases=tuple(self._cases.values()),
            offers=tuple(self._offers.values()),
            order=self.order,
            scans=tuple(self._scans),
            messages=tuple(self._messages),
            events=tuple(self._events),
        )

    def _let_order_follow(self) -> None:
        """An order is shipped while a label carries it: without another parcel a cancelled one undoes that."""
        order = self.order.order if self.order is not None else self.file.order.order
        others = [it for it in self.file.parcels if it.id != self.parcel.id]
        shipped = any(it.live for it in (*others, self.parcel))
        if shipped != bool(order.shipped_at) and self.order is None:
            draft = Draft(replace(order, shipped_at=self.parcel.registered_at if shipped else None), self.now)
            self.order = draft.seal(self.policy)

    def _request(self, case: Case, template: str, audience: Literal["buyer", "ops"], facts: dict[str, Code]) -> None:
        case = self.case(case.id)
        n = case.asked.get(template, 0) + 1
        told = {"parcel": self.parcel.id, **{name: value for name, value in facts.items() if value is not None}}
        self._messages.append(MessageRequest(template, audience, n, case=case.id, facts=told))
        self.put(replace(case, asked={**case.asked, template: n}))
