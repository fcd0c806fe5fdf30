"""What a parcel's scans imply, as facts for others: attempts left, where and until when it waits, since when it is
silent or on its way back, and whether a delivery looks false: a score with its reasons, and not what to do about it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from doorstep.address import Address
from doorstep.data import load
from doorstep.parcels.carriers import Carrier
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.scan import Location, Scan
from doorstep.parcels.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How much a delivery looks false: points (0 to 100) and what they are for."""

    score: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def looks_false(self) -> bool:
        """Whether somebody should look."""
        return self.score >= int(load("parcels/suspicion")["looks_false_from"])


@dataclass(frozen=True, slots=True)
class Implied:
    """`pickup_until` is the carrier's own word where it gave one, else its usual time of keeping. `silent_since` is the
    last physical scan (the label, before the first), None once the journey is over."""

    attempts: int
    attempts_left: int
    pickup: Location | None
    pickup_until: datetime | None
    return_started_at: datetime | None
    silent_since: datetime | None
    suspicion: Suspicion


def imply(parcel: Parcel, timeline: Timeline, *, carrier: Carrier, ship_to: Address, buyer: str) -> Implied:
    """The facts that follow from the timeline. `ship_to` is the address on the label, `buyer` the name of the order."""
    progress = timeline.progress
    waits = next((it for it in reversed(timeline.moves) if it.milestone == "available_for_pickup"), None)
    back = next((it for it in timeline.moves if it.milestone in ("returning", "returned")), None)
    over = progress.milestone in load("parcels/rules")["ends"]
    waiting = waits if progress.milestone == "available_for_pickup" else None
    return Implied(
        attempts=progress.attempts,
        attempts_left=max(carrier.attempts - progress.attempts, 0),
        pickup=waiting.location if waiting else None,
        pickup_until=_kept_until(waiting, timeline, carrier) if waiting else None,
        return_started_at=back.occurred_at if back else None,
        silent_since=None if over else progress.moved_at or parcel.label_created_at,
        suspicion=_suspicion(timeline, ship_to, buyer) if progress.milestone == "delivered" else Suspicion(),
    )


def _kept_until(scan: Scan, timeline: Timeline, carrier: Carrier) -> datetime:
    """Until when the carrier says it keeps the parcel; else the end of its usual time, in business days without
    holidays, which errs on the early side."""
    said = [it.hold_until for it in timeline.counted if it.hold_until is not None]
    if said:
        return said[-1]
    days, until = carrier.hold_days.count, scan.occurred_at
    while days > 0:
        until += timedelta(days=1)
        days -= 1 if carrier.hold_days.kind == "calendar" or until.weekday() < 5 else 0
    return until


def _suspicion(timeline: Timeline, ship_to: Address, buyer: str) -> Suspicion:
    """Every sign that the delivery is not one to this buyer at this address, and what they add up to."""
    delivered = next(index for index, scan in enumerate(timeline.moves) if scan.milestone == "delivered")
    scan, before = timeline.moves[delivered], timeline.moves[:delivered]
    last = before[-1] if before else None
    reasons = [
        _elsewhere(scan.location, ship_to),
        "" if any(it.milestone in _AT_THE_DOOR for it in before) else "no_out_for_delivery",
        "was_held" if last is not None and (last.milestone, last.reason) in _HELD else "",
        "was_returning" if last is not None and last.milestone in ("returning", "returned") else "",
        "signed_by_another" if _another(timeline.progress.signed_by, buyer) else "",
    ]
    found = tuple(reason for reason in reasons if reason)
    points: dict[str, int] = load("parcels/suspicion")["points"]
    return Suspicion(min(sum(points[reason] for reason in found), 100), found)


_AT_THE_DOOR = ("out_for_delivery", "delivery_attempted", "available_for_pickup")
_HELD = (("exception", "held"), ("in_transit", "held_at_request"))


def _elsewhere(place: Location, ship_to: Address) -> str:
    """The gravest way in which the place of delivery differs from the address; "" where nothing does, or is said."""
    if place.country and _plain(place.country) not in _HOME.get(ship_to.country, {ship_to.country}):
        return "other_state"
    if _differ(place.state, ship_to.state) and len(place.state.strip()) == len(ship_to.state):
        return "other_state"
    if _differ(place.postal_code[:5], ship_to.postal_code[:5]):
        return (
            "other_postal_code"
            if place.postal_code[:3] != ship_to.postal_code[:3] or not place.city
            else _city(place, ship_to)
        )
    return "" if place.postal_code else _city(place, ship_to)


def _city(place: Location, ship_to: Address) -> str:
    return "other_city" if _differ(place.city, ship_to.city) else ""


_HOME = {"US": {"US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA"}}


def _differ(one: str, other: str) -> bool:
    """Whether both are said and do not agree, spelling of accents, signs and case aside."""
    first, second = _plain(one), _plain(other)
    return bool(first and second) and first != second


def _another(signed_by: str, buyer: str) -> bool:
    """Whether somebody signed whose name has no word, and no initials, in common with the buyer's."""
    rules: dict[str, Any] = load("parcels/suspicion")
    words, names = _plain(signed_by).split(), _plain(buyer).split()
    if (
        not words
        or not names
        or set(words) & set(rules["not_a_name"])
        or any(any(map(str.isdigit, it)) for it in words)
    ):
        return False
    initials = {name[0] for name in names}
    return not set(words) & set(names) and not all(len(it) == 1 and it in initials for it in words)


def _plain(text: str) -> str:
    """Upper case, letters and digits only, without accents."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", bare.upper()).split())
