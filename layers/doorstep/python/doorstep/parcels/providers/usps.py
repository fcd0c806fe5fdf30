"""USPS: notifications of a tracking subscription (v3), signed with HMAC, around what the Tracking API answers.

A notification carries the tracking in `payload`, JSON in a string, and signs that string and the time of sending. USPS
sends once, late at times, so any time is accepted: the same scans again change nothing. An answer of the Tracking API
(with its details) is read as the payload is. Codes are in usps.yaml.

Every event has a code. What USPS says of the whole parcel (category, status, summary) is read beside the newest event:
its words refine it, and where its code says nothing the category speaks instead. An event whose time cannot be read is
kept, dated when it was sent, and moves nothing, unless it says what the category says; and it never ends a silence.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from doorstep.errors import Refused, Rejected
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.hearing import blank_scan, hear_each
from doorstep.parcels.providers.homeward import homeward
from doorstep.parcels.providers.local_time import local_moment
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.signatures import hmac_sha256, prove
from doorstep.parcels.scan import Location, Scan
from doorstep.parcels.vocabulary import place_of

_NAME: Final = "usps"
_TRACKING: Final = "TRACKING"
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Usps:
    """The adapter."""

    @property
    def name(self) -> str:
        """`usps`."""
        return _NAME

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """HMAC-SHA256 of the time of sending and the payload, as the strings they are, in Base64."""
        given = call.headers.get("x-hmac") or call.headers.get("hmac-header", "")
        signed = _signed(call.body)
        prove(given, lambda secret: base64.b64encode(hmac_sha256(secret, signed)).decode(), secrets)

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The history in a notification, or in an answer; notifications of other kinds have none."""
        document = reading.document(body)
        sent_at = reading.moment(document.get("timestamp")) or received_at
        blank = replace(blank_scan(_NAME, received_at, archive, carrier=_NAME), occurred_at=sent_at)
        numbered = ((it.get("trackingNumber"), it) for it in _trackings(document))
        return hear_each(numbered, _heard, blank, number_in="trackingNumber")


@dataclass(frozen=True, slots=True)
class _Said:
    """A code, what it means (None: nobody knows), and the words beside it."""

    table: str
    code: str
    meaning: Meaning | None
    words: tuple[str, ...]

    @property
    def refined(self) -> Meaning:
        """What it means in its words."""
        return codes.refined(_NAME, self.meaning, *self.words) if self.meaning else Meaning()


def _signed(body: bytes) -> bytes:
    """What is signed in a notification. Raises `Refused` for what is none."""
    try:
        document = reading.document(body)
    except Rejected as error:
        raise Refused("unauthorized", "this call carries no valid signature") from error
    sent, payload = document.get("timestamp"), document.get("payload")
    if not isinstance(sent, str) or not isinstance(payload, str):
        raise Refused("unauthorized", "this call carries no valid signature")
    return (sent + payload).encode("utf-8", "surrogatepass")


def _trackings(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tracking in a notification, or the answer itself; none for other kinds, and for answers that say why not."""
    if "payload" not in document:
        if "trackingNumber" not in document and "error" not in document:
            raise Rejected.because("not_a_tracking", "payload", "expected a notification or a tracking of USPS")
        return [document] if "trackingNumber" in document else []
    payload, is_other = document["payload"], reading.code(document.get("subscriptionType")) not in {"", _TRACKING}
    try:
        text = payload if isinstance(payload, str) else ""
        tracking = reading.document(text.encode("utf-8", "surrogatepass")) if text else reading.mapping(payload)
    except Rejected:
        if is_other:
            return []
        raise
    return [tracking] if not is_other or "trackingNumber" in tracking else []


def _heard(tracking: Mapping[str, Any], blank: Scan) -> Heard:
    """The events, and what is said of the parcel where the newest of them says nothing."""
    events, whole = reading.members(tracking.get("trackingEvents")), _whole(tracking)
    newest = max(events, key=lambda it: (_when(it) is not None, _when(it) or blank.occurred_at), default=None)
    scans = [_scan(it, whole, blank, is_newest=it is newest) for it in events]
    latest = next((scan for it, scan in zip(events, scans, strict=True) if it is newest), blank)
    if whole.code and (newest is None or _said(newest).meaning in {None, Meaning()}):
        scans.append(_told(whole, replace(blank, occurred_at=latest.occurred_at, location=latest.location)))
    goes_back = reading.moment(tracking.get("returnDateNotice"))
    if (
        goes_back is not None
    ):  # a scan of its own: the notice comes later than the scans it is about, which stay the same
        notice = replace(blank, occurred_at=latest.occurred_at, hold_until=goes_back, code_table="returnDateNotice")
        scans.append(notice)
    each = (whole, *map(_said, events))
    unknown = dict.fromkeys(codes.unmapped(it.table, it.code) for it in each if it.meaning is None)
    return Heard(tuple(homeward(scans, is_return=False)), tuple(unknown))


def _whole(tracking: Mapping[str, Any]) -> _Said:
    """What is said of the parcel as a whole."""
    words = tuple(reading.words(tracking.get(name)) for name in ("status", "statusSummary"))
    return _in_table("statusCategory", tracking, words)


def _said(event: Mapping[str, Any]) -> _Said:
    return _in_table("eventCode", event, (reading.words(event.get("eventType")),))


def _in_table(table: str, fields: Mapping[str, Any], words: tuple[str, ...]) -> _Said:
    code = reading.code(fields.get(table))
    return _Said(table if code else "", code, codes.look_up(_NAME, table, code) if code else Meaning(), words)


def _told(said: _Said, blank: Scan) -> Scan:
    """A scan of this code and these words."""
    meaning = said.refined
    return replace(
        blank,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        text=next(filter(None, said.words), ""),
        code_table=said.table,
        raw_code=said.code,
        reopens=meaning.reopens,
    )


def _scan(event: Mapping[str, Any], whole: _Said, blank: Scan, *, is_newest: bool) -> Scan:
    """One event in our words; the newest one in those of the whole parcel too."""
    said, when = _said(event), _when(event)
    said = replace(said, words=(*said.words, *whole.words)) if is_newest else said
    if when is None and said.refined.milestone != whole.refined.milestone and said.meaning is not None:
        said = replace(said, meaning=Meaning())
    scan = _told(said, replace(blank, occurred_at=when or blank.occurred_at, location=_location(event)))
    signed_by = reading.words(event.get("name"), _LONGEST_NAME) or reading.words(event.get("firm"), _LONGEST_NAME)
    return replace(
        scan,
        is_physical=when is not None and said.refined.is_physical,
        signed_by=signed_by if scan.milestone == "delivered" else "",
    )


def _when(event: Mapping[str, Any]) -> datetime | None:
    """When it was: in UTC, or on the clock of the place with its offset, or on that of its state."""
    local, offset = reading.words(event.get("eventTimestamp")), reading.code(event.get("GMTOffset"))
    sign, hours = offset[:1], offset[1:]
    zoned = f"{local}{sign}{hours.zfill(5) if ':' in hours else hours.zfill(2)}"
    return (
        reading.moment(event.get("GMTTimestamp"))
        or (reading.moment(zoned) if offset else None)
        or local_moment(
            local, state=reading.code(event.get("eventState")), country=reading.code(event.get("eventCountry"))
        )
    )


def _location(event: Mapping[str, Any]) -> Location:
    """Where, as far as it is said."""
    return Location(
        city=reading.words(event.get("eventCity"), _LONGEST_NAME),
        state=reading.words(event.get("eventState"), _LONGEST_NAME),
        postal_code=reading.code(event.get("eventZIP"), 20),
        country=reading.words(event.get("eventCountry"), _LONGEST_NAME),
    )
