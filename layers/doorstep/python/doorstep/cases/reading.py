"""Parcels and cases as the seller's systems see them: where each stands, what is due, and everything that happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from doorstep.cases.case import Case
from doorstep.cases.offer import Offer, Option
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import ParcelFile
from doorstep.parcels import timeline
from doorstep.parcels.implied import imply
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import Scan
from doorstep.parcels.timeline import Timeline
from doorstep.times import stamp


def describe_parcel(parcel: Parcel, rules: Rulebook) -> dict[str, Any]:
    """The answer to registering a parcel."""
    progress, value = parcel.progress, parcel.insured_value
    return {
        "id": parcel.id,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": rules.carriers.of(parcel.carrier).track(parcel.tracking_number) or None,
        "service": parcel.service or None,
        "ships_from": parcel.ships_from or None,
        "label_created_at": stamp(parcel.label_created_at),
        "registered_at": stamp(parcel.registered_at),
        "expected_delivery_at": _told(parcel.expected_delivery_at),
        "signature_required": parcel.signature_required,
        "insured_value": {"amount": value.amount, "currency": value.currency} if value else None,
        "address_version": parcel.address_version,
        "milestone": progress.milestone,
        "reason": progress.reason or None,
        "since": _told(progress.since),
        "moved_at": _told(progress.moved_at),
        "attempts": progress.attempts,
        "pickup": _location(progress.pickup) if progress.pickup else None,
    }


def describe_parcel_file(file: ParcelFile, rules: Rulebook, now: datetime) -> dict[str, Any]:
    """A parcel in its order's file: the same, with what its scans imply, and every scan, oldest first."""
    read = timeline.read(file.scans, label_created_at=file.parcel.label_created_at, now=now)
    counted = {scan.digest for scan in read.counted}
    each = sorted((*read.counted, *read.set_aside), key=lambda scan: scan.position)
    return {
        **describe_parcel(file.parcel, rules),
        "implied": _implied(file, read, rules),
        "scans": [_scan(scan, counted=scan.digest in counted) for scan in each],
    }


def describe_case(file: ParcelFile, case: Case, rules: Rulebook) -> dict[str, Any]:
    """A case with its offers and its history."""
    step = rules.playbooks.having(case.kind).steps.get(case.step)
    offers = [it for it in file.offers if it.case == case.id]
    return {
        **case_line(file.parcel.shop, file.parcel.order_id, case, rules),
        "reason": case.reason or None,
        "state": case.state,
        "origin": case.origin,
        "opened_at": stamp(case.opened_at),
        "opened_by": case.opened_by or None,
        "resolved_at": _told(case.resolved_at),
        "resolution": case.resolution or None,
        "outcomes": list(step.outcomes) if step is not None and case.state == "open" else [],
        "offers": [_offer(offer) for offer in sorted(offers, key=lambda it: it.n)],
        "history": [
            {"at": stamp(it.at), "what": it.what, "detail": it.detail or None, "by": it.by, "note": it.note or None}
            for it in case.history
        ],
    }


def case_line(shop: str, order_id: str, case: Case, rules: Rulebook) -> dict[str, Any]:
    """A case in a list: what is due, by when, whose turn it is."""
    step = rules.playbooks.having(case.kind).steps.get(case.step)
    return {
        "shop": shop,
        "order_id": order_id,
        "case": case.id,
        "kind": case.kind,
        "parcel": case.parcel,
        "severity": case.severity,
        "step": case.step or None,
        "owner": step.owner if step is not None and case.state == "open" else None,
        "step_due_at": _told(case.step_due_at),
        "overdue": case.overdue,
        "snoozed_until": _told(case.snoozed_until),
    }


def _implied(file: ParcelFile, read: Timeline, rules: Rulebook) -> dict[str, Any]:
    facts = imply(
        file.parcel,
        read,
        carrier=rules.carriers.of(file.parcel.carrier),
        ship_to=file.label_address.ship_to,
        buyer=file.order.order.buyer.name,
    )
    doubt = facts.suspicion
    return {
        "attempts_left": facts.attempts_left,
        "pickup_until": _told(facts.pickup_until),
        "return_started_at": _told(facts.return_started_at),
        "silent_since": _told(facts.silent_since),
        "suspicion": {"score": doubt.score, "looks_false": doubt.looks_false, "reasons": list(doubt.reasons)},
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "offer": offer.id,
        "state": offer.state,
        "options": [_option(option) for option in offer.options],
        "chosen": offer.chosen or None,
        "made_at": stamp(offer.made_at),
        "expires_at": stamp(offer.expires_at),
        "address_version": offer.address_version or None,
        "consent": dict(offer.consent) or None,
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "fee": {"amount": option.fee, "currency": option.currency} if option.fee else None,
        "paid_by": option.paid_by,
        "delay_days": list(option.delay_days),
    }


def _scan(scan: Scan, *, counted: bool) -> dict[str, Any]:
    return {
        "occurred_at": stamp(scan.occurred_at),
        "received_at": stamp(scan.received_at),
        "milestone": scan.milestone,
        "reason": scan.reason or None,
        "provider": scan.provider,
        "code_table": scan.code_table or None,
        "raw_code": scan.raw_code or None,
        "text": scan.text or None,
        "location": _location(scan.location),
        "is_physical": scan.is_physical,
        "counted": counted,
    }


def _location(location: Any) -> dict[str, str]:
    return {
        "city": location.city,
        "state": location.state,
        "postal_code": location.postal_code,
        "country": location.country,
    }


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)
