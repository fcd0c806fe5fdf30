"""EasyPost: webhooks signed with HMAC (v1), an Event around a Tracker, the tracker's history as scans.

Every webhook repeats the whole history, so a scan depends on what was said until then, and heard again it is the same
scan. What no scan says (a tracker cancelled, closed, without scans, the signature) is taken from the tracker itself.
Codes and texts are in easypost.yaml.

A detail whose time cannot be read is kept, dated when the tracker was updated. Where it stood in the history is not
known, so it moves nothing, unless it says what the tracker says of itself now; and it never ends a silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from doorstep.errors import Rejected
from doorstep.parcels.carriers import canonical
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.hearing import blank_scan, hear_each
from doorstep.parcels.providers.homeward import homeward, turned_round
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.signatures import decomposed, hmac_sha256, prove
from doorstep.parcels.scan import Location, Scan
from doorstep.parcels.vocabulary import place_of

_NAME: Final = "easypost"
_PREFIX: Final = "hmac-sha256-hex="
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class EasyPost:
    """The adapter."""

    @property
    def name(self) -> str:
        """`easypost`."""
        return _NAME

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """HMAC-SHA256 of the raw body in hexadecimal, keyed with the webhook's secret in its NFKD form."""
        given = call.headers.get("x-hmac-signature", "")
        prove(given, lambda secret: _PREFIX + hmac_sha256(decomposed(secret), call.body).hex(), secrets)

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The history of the Tracker in an Event, or of the one or several that the API answers; other events have no
        scans."""
        numbered = ((it.get("tracking_code"), it) for it in _trackers(reading.document(body)))
        return hear_each(numbered, _heard, blank_scan(_NAME, received_at, archive), number_in="tracking_code")


@dataclass(frozen=True, slots=True)
class _Said:
    """The code that decides; `meaning` is None for one that nobody knows."""

    table: str
    code: str
    meaning: Meaning | None
    goes_back: bool


def _trackers(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The trackers a document is about; none for events about anything else, which come to the same URL."""
    if document.get("object") == "Tracker":
        return [document]
    if "object" not in document and isinstance(document.get("trackers"), list):
        return reading.members(document["trackers"])
    if document.get("object") != "Event":
        raise Rejected.because("not_an_event", "object", "expected an Event or Trackers of EasyPost")
    tracker, description = reading.mapping(document.get("result")), reading.words(document.get("description"))
    about_one = tracker.get("object") == "Tracker" and (not description or description.startswith("tracker."))
    return [tracker] if about_one else []


def _heard(tracker: Mapping[str, Any], blank: Scan) -> Heard:
    """The history of a tracker, and what it states beside it, dated when it was updated."""
    updated_at = reading.moment(tracker.get("updated_at"))
    blank = replace(
        blank,
        carrier=canonical(reading.code(tracker.get("carrier"))),
        occurred_at=updated_at or blank.occurred_at,
    )
    own = {name: tracker.get(name) for name in ("status", "status_detail")}
    now = _said(own)
    details = reading.members(tracker.get("tracking_details")) or [own]
    each = [_scan(detail, now, blank) for detail in details]
    scans = _signed(list(homeward(each, is_return=tracker.get("is_return") is True)), tracker)
    unknown = (codes.unmapped(it.table, it.code) for it in map(_said, details) if it.meaning is None)
    return Heard((*scans, *_unseen_end(own, scans, blank)), tuple(dict.fromkeys(unknown)))


def _said(fields: Mapping[str, Any]) -> _Said:
    """Which of the two codes decides, and what it means."""
    rules = codes.rules(_NAME)
    status, detail = reading.code(fields.get("status")), reading.code(fields.get("status_detail"))
    silent = not detail or detail in rules["silent"]
    coarser = detail in rules["status_decides"].get(status, ())
    by_status = not detail or (silent and status not in {"", *rules["silent"]}) or coarser
    table, code = ("status", status) if by_status else ("status_detail", detail)
    meaning = codes.look_up(_NAME, table, code) if code else Meaning()
    return _Said(table, code, meaning, status in rules["goes_back"])


def _scan(detail: Mapping[str, Any], now: _Said, blank: Scan) -> Scan:
    """One detail in our words."""
    said, when = _said(detail), reading.moment(detail.get("datetime"))
    message, description = reading.words(detail.get("message")), reading.words(detail.get("description"))
    meaning = codes.refined(_NAME, said.meaning, message, description) if said.meaning else Meaning()
    if said.goes_back:
        meaning = meaning.at(*turned_round(meaning.milestone, meaning.reason))
    if when is None and said.meaning != now.meaning:
        meaning = Meaning()
    return replace(
        blank,
        occurred_at=when or blank.occurred_at,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        text=message or description,
        code_table=said.table,
        raw_code=said.code,
        is_physical=when is not None and meaning.is_physical,
        location=_location(reading.mapping(detail.get("tracking_location"))),
        reopens=meaning.reopens,
    )


def _unseen_end(own: Mapping[str, Any], scans: Sequence[Scan], blank: Scan) -> Iterator[Scan]:
    """The end that the tracker states, if no scan shows it."""
    for table, ends in codes.rules(_NAME)["ends"].items():
        code = reading.code(own.get(table))
        meaning = codes.look_up(_NAME, table, code) if code in ends else None
        if meaning is not None:
            if not any((it.milestone, it.reason) == (meaning.milestone, meaning.reason) for it in scans):
                yield replace(
                    blank, milestone=meaning.milestone, reason=meaning.reason, code_table=table, raw_code=code
                )
            return


def _signed(scans: list[Scan], tracker: Mapping[str, Any]) -> list[Scan]:
    """The scans with the signature at the last delivery; there is one signature to a tracker."""
    last = max((index for index, scan in enumerate(scans) if scan.milestone == "delivered"), default=None)
    if last is not None:
        scans[last] = replace(scans[last], signed_by=reading.words(tracker.get("signed_by"), _LONGEST_NAME))
    return scans


def _location(place: Mapping[str, Any]) -> Location:
    """Where, as far as it is said."""
    return Location(
        city=reading.words(place.get("city"), _LONGEST_NAME),
        state=reading.words(place.get("state"), _LONGEST_NAME),
        postal_code=reading.code(place.get("zip"), 20),
        country=reading.words(place.get("country"), _LONGEST_NAME),
    )
