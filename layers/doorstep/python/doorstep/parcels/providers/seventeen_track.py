"""17TRACK (API v2.2 and later): notifications signed with the API key, the history told by one or two carriers.

The secret is the API key; `sign` is a SHA-256, not an HMAC, and signs no time, so what came before is proved again: the
same scans, which change nothing. The answer of `gettrackinfo` is read like a notification, each number it accepted; a
number it rejected has no scans. Codes, and the carriers behind 17TRACK's keys, are in seventeen_track.yaml.

A scan belongs to the carrier that told it. Once the carrier of the last mile has the parcel, troubles told by another
one move nothing. An event whose time cannot be read is kept, dated when it was fetched, and moves nothing, unless it
says what the latest status says; and it never ends a silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from doorstep.errors import Rejected
from doorstep.parcels.carriers import canonical
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.hearing import blank_scan, hear_each
from doorstep.parcels.providers.homeward import homeward
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.seventeen_track_legs import DECIDING, Leg, legs, settled, when_of, where
from doorstep.parcels.providers.signatures import prove
from doorstep.parcels.scan import Scan
from doorstep.parcels.vocabulary import place_of

_NAME: Final = "17track"
_RULES: Final = "seventeen_track"


@dataclass(frozen=True, slots=True)
class SeventeenTrack:
    """The adapter."""

    @property
    def name(self) -> str:
        """`17track`."""
        return _NAME

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """SHA-256 of the raw body, a slash and the API key, in hexadecimal."""
        prove(call.headers.get("sign", ""), lambda key: _sign(call.body, key), secrets)

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The histories in a notification, or in an answer of `gettrackinfo`; what is stopped has none, and says so."""
        event, each = _about(reading.document(body))
        numbered = ((it.get("number"), it) for it in each)
        blank = blank_scan(_NAME, received_at, archive)
        return hear_each(numbered, partial(_heard, event), blank, number_in="number")


@dataclass(frozen=True, slots=True)
class _Said:
    """The code that decides; `meaning` is None for one that nobody knows."""

    table: str
    code: str
    meaning: Meaning | None


def _sign(body: bytes, key: str) -> str:
    return hashlib.sha256(body + b"/" + key.encode("utf-8", "surrogatepass")).hexdigest()


def _about(document: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """The event and the one number of a notification; "" and the accepted numbers of an answer."""
    event, data = reading.code(document.get("event")), document.get("data")
    if isinstance(data, dict) and event:
        return event, [data]
    if isinstance(data, dict) and ("code" in document or "accepted" in data):
        return "", reading.members(data.get("accepted"))
    raise Rejected.because("not_an_event", "event", "expected a notification of 17TRACK, or an answer of gettrackinfo")


def _heard(event: str, data: Mapping[str, Any], blank: Scan) -> Heard:
    """What is said of one number."""
    blank = replace(blank, carrier=_carrier(reading.code(data.get("carrier"))))
    info = reading.mapping(data.get("track_info")) or data  # seen in the wild: the latest status directly in `data`
    status, occasion = reading.mapping(info.get("latest_status")), _occasion(event)
    now = _said(status)
    told = legs(info, {} if _is_end(now) else status)  # Expired says nothing of an event
    scans = list(settled(((leg, _scan(it, now, _of(leg, blank))) for leg in told for it in leg.events), told[-1]))
    scans += _unseen(now, scans, _expired(scans, blank))
    scans += _unseen(occasion, scans, blank)
    said = (occasion, now, *(_said(it) for leg in told for it in leg.events))
    unknown = dict.fromkeys(codes.unmapped(it.table, it.code) for it in said if it.meaning is None)
    return Heard(tuple(homeward(scans, is_return=False)), tuple(unknown))


def _said(fields: Mapping[str, Any]) -> _Said:
    """Which code decides, and what it means: the finest there is."""
    table, code = next(((name, it) for name in DECIDING if (it := reading.code(fields.get(name)))), ("", ""))
    return _Said(table, code, codes.look_up(_RULES, table, code) if code else Meaning())


def _occasion(event: str) -> _Said:
    """What the event of a notification says by itself; an answer has none."""
    return _Said("event", event, codes.look_up(_RULES, "event", event) if event else Meaning())


def _scan(event: Mapping[str, Any], now: _Said, blank: Scan) -> Scan:
    """One event in our words."""
    said, when = _said(event), when_of(event)
    text = reading.words(event.get("description"))
    translated = reading.words(reading.mapping(event.get("description_translation")).get("description"))
    meaning = codes.refined(_RULES, said.meaning, text, translated) if said.meaning else Meaning()
    if when is None and said.meaning != now.meaning:
        meaning = Meaning()
    return replace(
        blank,
        occurred_at=when or blank.occurred_at,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        text=text or translated,
        code_table=said.table,
        raw_code=said.code,
        is_physical=when is not None and meaning.is_physical,
        location=where(event),
        reopens=meaning.reopens,
    )


def _unseen(said: _Said, scans: Sequence[Scan], blank: Scan) -> list[Scan]:
    """The end that is stated, if no scan shows it."""
    end = said.meaning if _is_end(said) else None
    if end is None or any(scan.milestone == end.milestone for scan in scans):
        return []
    return [replace(blank, milestone=end.milestone, reason=end.reason, code_table=said.table, raw_code=said.code)]


def _is_end(said: _Said) -> bool:
    return said.meaning is not None and said.meaning.milestone in codes.rules(_RULES)["ends"]


def _expired(scans: Sequence[Scan], blank: Scan) -> Scan:
    """A blank scan of when news had been missing for too long: the same, however often it is heard."""
    patience = timedelta(days=codes.rules(_RULES)["expired_after_days"])
    last = max((scan.occurred_at for scan in scans), default=blank.occurred_at)
    return replace(blank, occurred_at=min(last + patience, blank.occurred_at))


def _of(leg: Leg, blank: Scan) -> Scan:
    """A blank scan of the carrier that told this leg, dated when its news were fetched."""
    carrier = _carrier(leg.key, leg.name) if leg.key or leg.name else blank.carrier
    return replace(blank, carrier=carrier, occurred_at=leg.synced_at or blank.occurred_at)


def _carrier(key: str, name: str = "") -> str:
    carriers: Mapping[str, str] = codes.rules(_RULES)["carriers"]
    return carriers.get(key) or canonical(name)
