"""The bus event `Parcel Scanned`: scans from any system that speaks our vocabulary already, such as a warehouse's own.

A contract, unlike a provider's body: whoever writes it can mend it, so every problem is told at once. The bus carries
codes only (design §4.3): neither texts nor names are taken, whatever the event holds.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, get_args

from doorstep.errors import Rejected
from doorstep.fields import Fields
from doorstep.parcels.carriers import canonical
from doorstep.parcels.providers.provider import Heard
from doorstep.parcels.recognition import plain_number
from doorstep.parcels.scan import MILESTONES, TRACKING_NUMBER, Direction, Location, Scan
from doorstep.parcels.vocabulary import is_physical, is_reason, place_of, reason_with

MOST_SCANS: Final = 100
_DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)
_PROVIDER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/:-]{0,63}")
_NUMBER: Final = re.compile(r"[A-Za-z0-9 -]+")
_ARCHIVE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,511}")
_ONE_LINE: Final = re.compile(r"[^\t\r\n]+")


def decode_scanned(detail: object, *, source: str, received_at: datetime) -> Heard:
    """The scans in the `detail` of an event: its `data` is one scan, or has up to 100 of them in `scans`.

    `source` is the event's, and the provider of scans that name none. Raises `Rejected` with every problem found.
    """
    fields = Fields(detail)
    data = fields.child("data")
    if data is None:
        fields.done()
        raise Rejected.because("missing", "data", "is required")
    each = data.children("scans", minimum=1, maximum=MOST_SCANS) if data.has("scans") else iter((data,))
    scans = [_scan(one, source, received_at) for one in each]
    fields.done()
    return Heard(tuple(sorted(scans, key=lambda scan: scan.occurred_at)))


def _scan(fields: Fields, source: str, received_at: datetime) -> Scan:
    milestone = fields.choice("milestone", MILESTONES)
    reason = reason_with(milestone, _reason(fields))
    place = fields.text("place", max_length=64, required=False)
    if place and place != place_of(place):
        fields.problem("unknown_value", "place", "must be a place of the vocabulary")
    direction = fields.choice("direction", _DIRECTIONS, default="forward")
    return Scan(
        provider=fields.text("provider", max_length=64, required=False, pattern=_PROVIDER) or source,
        carrier=canonical(fields.text("carrier", max_length=64, pattern=_CODE)),
        tracking_number=_number(fields),
        occurred_at=fields.moment("occurred_at") or received_at,
        received_at=received_at,
        milestone=milestone,
        reason=reason,
        place=place or place_of(reason),
        code_table=fields.text("code_table", max_length=64, required=False, pattern=_CODE),
        raw_code=fields.text("raw_code", max_length=64, required=False, pattern=_CODE),
        is_physical=fields.flag("is_physical", default=is_physical(milestone, reason)),
        location=_location(fields.child("location", required=False)),
        direction="return" if direction == "return" else "forward",
        reopens=fields.flag("reopens", default=False),
        archive=fields.text("archive", max_length=512, required=False, pattern=_ARCHIVE),
    )


def _reason(fields: Fields) -> str:
    reason = fields.text("reason", max_length=64, required=False)
    if reason and not is_reason(reason):
        fields.problem("unknown_value", "reason", "must be a reason of the vocabulary")
        return ""
    return reason


def _number(fields: Fields) -> str:
    number = plain_number(fields.text("tracking_number", max_length=64, pattern=_NUMBER, hint="letters and digits"))
    if number and not TRACKING_NUMBER.fullmatch(number):
        fields.problem("wrong_format", "tracking_number", "must have 4 to 40 letters and digits")
    return number


def _location(fields: Fields | None) -> Location:
    if fields is None:
        return Location()
    return Location(
        **{
            name: fields.text(name, max_length=most, required=False, pattern=_ONE_LINE, hint="must be one line")
            for name, most in (("city", 100), ("state", 100), ("postal_code", 20), ("country", 100))
        }
    )
