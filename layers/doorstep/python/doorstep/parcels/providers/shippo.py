"""Shippo: a `track_updated` event around a Track, its history as scans.

Two proofs, and either is enough. By default Shippo signs nothing: make a secret, and end the webhook's URL (of at most
199 characters) with `?token=` and that secret. A secret in a URL ends in access logs, so for an account that Shippo has
set up for it there is HMAC, at most five minutes old: `Shippo-Auth-Signature: t=<seconds>,v1=<hex>`, over the time, a
dot and the body.

`substatus` decides: troubles stand under the status TRANSIT. RETURNED means on the way back as well as back, so the
sender has the parcel only where a delivery is told beside it. A status whose time cannot be read is kept, dated when
Shippo had it; it moves nothing, unless it says what the Track says of itself now. Codes are in shippo.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from doorstep.errors import Refused, Rejected
from doorstep.parcels.carriers import canonical
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.hearing import blank_scan, hear_each
from doorstep.parcels.providers.homeward import homeward, turned_round
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.signatures import hmac_sha256, prove
from doorstep.parcels.scan import Location, Scan
from doorstep.parcels.vocabulary import place_of

_NAME: Final = "shippo"
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_TOLERANCE: Final = 300
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Shippo:
    """The adapter."""

    @property
    def name(self) -> str:
        """`shippo`."""
        return _NAME

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """The signature where there is a good one, otherwise the token of the URL."""
        try:
            _signed(call, secrets)
        except Refused:
            prove(call.query.get("token", ""), lambda secret: secret, secrets)

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The history of the Track in an event, or of a Track as the API answers it; other events have no scans."""
        numbered = ((_number(it), it) for it in _tracks(reading.document(body)))
        return hear_each(numbered, _heard, blank_scan(_NAME, received_at, archive), number_in="tracking_number")


@dataclass(frozen=True, slots=True)
class _Said:
    """The code that decides; `meaning` is None for one that nobody knows."""

    table: str
    code: str
    meaning: Meaning | None
    goes_back: bool


def _signed(call: WebhookCall, secrets: Sequence[str]) -> None:
    parts = (part.strip().partition("=") for part in call.headers.get("shippo-auth-signature", "").split(","))
    fields = {name: value for name, _, value in parts}
    time, given = fields.get("t", ""), fields.get("v1", "")
    if not _SECONDS.fullmatch(time) or abs(call.received_at.timestamp() - int(time)) > _TOLERANCE:
        raise Refused("unauthorized", "this call carries no valid signature")
    prove(given, lambda secret: hmac_sha256(secret, f"{time}.".encode() + call.body).hex(), secrets)


def _tracks(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The Track a document is about; none for events about anything else, which come to the same URL."""
    if {"event", "data"} <= document.keys():
        return [reading.mapping(document["data"])] if document["event"] == "track_updated" else []
    if "event" in document or not {"tracking_number", "tracking_status", "tracking_history"} <= document.keys():
        raise Rejected.because("not_an_event", "event", "expected an event or a Track of Shippo")
    return [document]


def _number(track: Mapping[str, Any]) -> str:
    return reading.code(track.get("tracking_number")).replace("_", "")  # test: SHIPPO_DELIVERED


def _heard(track: Mapping[str, Any], blank: Scan) -> Heard:
    """The history of a Track, and its latest status where that is not in it."""
    blank = replace(blank, carrier=canonical(reading.code(track.get("carrier"))))
    latest = reading.mapping(track.get("tracking_status"))
    told = reading.members(track.get("tracking_history"))
    now = _said(latest)
    scans = [_scan(status, now, blank) for status in told]
    if latest:
        scan = _scan(latest, now, blank)
        if not any(_same(scan, it) for it in scans):
            scans.append(scan)
    unknown = (codes.unmapped(it.table, it.code) for it in map(_said, (*told, latest)) if it.meaning is None)
    return Heard(tuple(homeward(scans, is_return=False)), tuple(dict.fromkeys(unknown)))


def _same(scan: Scan, other: Scan) -> bool:
    """Whether both tell one thing: the latest status stands in the history too, sometimes with other words."""
    return (scan.occurred_at, scan.code_table, scan.raw_code) == (other.occurred_at, other.code_table, other.raw_code)


def _said(fields: Mapping[str, Any]) -> _Said:
    """Which of the two codes decides, and what it means."""
    rules, status, finer = codes.rules(_NAME), reading.code(fields.get("status")), fields.get("substatus")
    substatus = reading.code(finer.get("code") if isinstance(finer, dict) else finer)
    by_status = not substatus or (substatus in rules["silent"] and status != "")
    table, code = ("status", status) if by_status else ("substatus", substatus)
    meaning = codes.look_up(_NAME, table, code) if code else Meaning()
    return _Said(table, code, meaning, status in rules["goes_back"])


def _scan(status: Mapping[str, Any], now: _Said, blank: Scan) -> Scan:
    """One status in our words."""
    said, when = _said(status), reading.moment(status.get("status_date"))
    details = reading.words(status.get("status_details"))
    finer = reading.words(reading.mapping(status.get("substatus")).get("text"))
    meaning = codes.refined(_NAME, said.meaning, details) if said.meaning else Meaning()
    if said.goes_back:
        meaning = _going_back(meaning)
    if when is None and said.meaning != now.meaning:
        meaning = Meaning()
    return replace(
        blank,
        occurred_at=when or reading.moment(status.get("object_created")) or blank.occurred_at,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        text=details or finer,
        code_table=said.table,
        raw_code=said.code,
        is_physical=when is not None and meaning.is_physical,
        location=_location(reading.mapping(status.get("location"))),
        reopens=meaning.reopens,
    )


def _going_back(meaning: Meaning) -> Meaning:
    """On the way back a delivery is one to the sender."""
    if meaning.milestone == "delivered":
        return meaning.at("returned", "")
    return meaning.at(*turned_round(meaning.milestone, meaning.reason))


def _location(place: Mapping[str, Any]) -> Location:
    """Where, as far as it is said."""
    return Location(
        city=reading.words(place.get("city"), _LONGEST_NAME),
        state=reading.words(place.get("state"), _LONGEST_NAME),
        postal_code=reading.code(place.get("zip"), 20),
        country=reading.words(place.get("country"), _LONGEST_NAME),
    )
