"""AfterShip: webhooks signed with HMAC, a message around a Tracking, its checkpoints as scans.

`subtag` decides, `tag` where there is none. The time of a checkpoint may lack its offset: then it is on the clock of
the place. What no checkpoint says (an end, the signature, the proof of delivery) is taken from the tracking itself. The
body may hold the buyer's address, e-mail and telephone number: none is read. Codes are in aftership.yaml.

The API answers one Tracking, or a list of them, in `data`; a list may have other people's mistakes in it, so a tracking
without a usable number spoils it only if there is no other. A checkpoint whose time cannot be read is kept, dated when
AfterShip had it; it moves nothing, unless it says what the tracking says of itself now. What the seller marked as
completed in AfterShip's own pages counts, but nobody scanned it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from doorstep.errors import Rejected
from doorstep.parcels.carriers import canonical
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.hearing import blank_scan, hear_each
from doorstep.parcels.providers.homeward import homeward
from doorstep.parcels.providers.local_time import local_moment
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.signatures import hmac_sha256, prove
from doorstep.parcels.scan import Location, Scan
from doorstep.parcels.vocabulary import place_of

_NAME: Final = "aftership"
_LONGEST_NAME: Final = 100
_LONGEST_URL: Final = 1000
_STATE: Final = re.compile(r",\s*([A-Z]{2})\b")


@dataclass(frozen=True, slots=True)
class AfterShip:
    """The adapter."""

    @property
    def name(self) -> str:
        """`aftership`."""
        return _NAME

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """HMAC-SHA256 of the raw body in base64. No time is signed: what is sent again is the same scans again."""
        given = call.headers.get("aftership-hmac-sha256", "")
        prove(given, lambda secret: base64.b64encode(hmac_sha256(secret, call.body)).decode(), secrets)

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The checkpoints of a webhook's Tracking, or of all that the API answers; other events have no scans."""
        numbered = ((it.get("tracking_number"), it) for it in _trackings(reading.document(body)))
        return hear_each(numbered, _heard, blank_scan(_NAME, received_at, archive), number_in="tracking_number")


@dataclass(frozen=True, slots=True)
class _Said:
    """The code that decides; `meaning` is None for one that nobody knows."""

    table: str
    code: str
    meaning: Meaning | None


def _trackings(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The trackings a document is about; none for events about anything else, which come to the same URL."""
    if "msg" in document:
        event, message = reading.code(document.get("event")), reading.mapping(document["msg"])
        return [message] if "tracking_number" in message or event in {"", "tracking_update"} else []
    data = reading.mapping(document.get("data")) or document
    if isinstance(data.get("trackings"), list):
        return reading.members(data["trackings"])
    tracking = reading.mapping(data.get("tracking")) or data
    if "tracking_number" not in tracking or "event" in document:
        raise Rejected.because("not_a_tracking", "", "expected a webhook of AfterShip, or its API's answer")
    return [tracking]


def _heard(tracking: Mapping[str, Any], blank: Scan) -> Heard:
    """The checkpoints of a tracking, and what it states beside them, dated when it was updated."""
    updated_at = reading.moment(tracking.get("updated_at"))
    blank = replace(blank, carrier=_carrier(tracking.get("slug")), occurred_at=updated_at or blank.occurred_at)
    own = {name: tracking.get(name) for name in ("tag", "subtag", "subtag_message")}
    checkpoints = reading.members(tracking.get("checkpoints")) or [own]
    each = [_scan(checkpoint, _said(own), blank) for checkpoint in checkpoints]
    is_return = reading.code(tracking.get("shipment_direction")) == "return"
    scans = _proved(list(homeward(each, is_return=is_return)), tracking)
    unknown = (codes.unmapped(it.table, it.code) for it in map(_said, checkpoints) if it.meaning is None)
    return Heard((*scans, *_unseen_end(own, scans, blank)), tuple(dict.fromkeys(unknown)))


def _said(fields: Mapping[str, Any]) -> _Said:
    """Which of the two codes decides, and what it means."""
    table = "subtag" if reading.code(fields.get("subtag")) else "tag"
    code = reading.code(fields.get(table))
    return _Said(table, code, codes.look_up(_NAME, table, code) if code else Meaning())


def _scan(checkpoint: Mapping[str, Any], now: _Said, blank: Scan) -> Scan:
    """One checkpoint in our words."""
    said, location = _said(checkpoint), _location(checkpoint)
    state = location.state or "".join(_STATE.findall(reading.words(checkpoint.get("location")))[:1])
    when = local_moment(checkpoint.get("checkpoint_time"), state=state, country=location.country)
    message = reading.words(checkpoint.get("message"))
    meaning = codes.refined(_NAME, said.meaning, message) if said.meaning else Meaning()
    if when is None and said.meaning != now.meaning:
        meaning = Meaning()
    slug = checkpoint.get("slug")
    return replace(
        blank,
        carrier=_carrier(slug) if reading.code(slug) else blank.carrier,
        occurred_at=when or reading.moment(checkpoint.get("created_at")) or blank.occurred_at,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        text=message or reading.words(checkpoint.get("subtag_message")),
        code_table=said.table,
        raw_code=said.code,
        is_physical=when is not None and meaning.is_physical and checkpoint.get("source") != "user",
        location=location,
        reopens=meaning.reopens,
    )


def _unseen_end(own: Mapping[str, Any], scans: Sequence[Scan], blank: Scan) -> Iterator[Scan]:
    """The end that the tracking states, if no scan shows it."""
    said = _said(own)
    if said.meaning is not None and said.code in codes.rules(_NAME)["ends"][said.table]:
        told = said.meaning.milestone, said.meaning.reason
        if not any((it.milestone, it.reason) == told for it in scans):
            yield replace(blank, milestone=told[0], reason=told[1], code_table=said.table, raw_code=said.code)


def _proved(scans: list[Scan], tracking: Mapping[str, Any]) -> list[Scan]:
    """The scans with signature, proof and place at the last delivery; there is one of each to a tracking."""
    last = max((index for index, scan in enumerate(scans) if scan.milestone == "delivered"), default=None)
    if last is not None:
        left = codes.refined(_NAME, Meaning("delivered"), reading.words(tracking.get("delivery_location_type")))
        place = place_of(left.reason) if left.milestone == "delivered" else ""
        scans[last] = replace(
            scans[last],
            signed_by=reading.words(tracking.get("signed_by"), _LONGEST_NAME),
            proof_url=_proof(tracking.get("proof_of_delivery")),
            reason=scans[last].reason or place,
            place=scans[last].place or place,
        )
    return scans


def _proof(proofs: object) -> str:
    """Where the first proof can be fetched; only over TLS."""
    each = reading.members([proofs] if isinstance(proofs, dict) else proofs)
    urls = (reading.words(it.get("url"), _LONGEST_URL + 1) for it in each)
    return next((url for url in urls if url.startswith("https://") and len(url) <= _LONGEST_URL), "")


def _carrier(slug: object) -> str:
    name = reading.code(slug)
    return canonical(codes.rules(_NAME)["slugs"].get(name, name))


def _location(checkpoint: Mapping[str, Any]) -> Location:
    """Where, as far as it is said; newer versions of the API name two of the fields otherwise."""
    return Location(
        city=reading.words(checkpoint.get("city") or checkpoint.get("location"), _LONGEST_NAME),
        state=reading.words(checkpoint.get("state"), _LONGEST_NAME),
        postal_code=reading.code(checkpoint.get("zip") or checkpoint.get("postal_code"), 20),
        country=reading.words(checkpoint.get("country_iso3") or checkpoint.get("country_region"), _LONGEST_NAME),
    )
