"""UPS: Track Alert (v2), one activity per push, and what the Track API answers.

UPS signs nothing. At the subscription choose a secret as `credential`, with any `credentialType`: UPS sends it with
every push, in the header `credential`, or as a bearer token. What a push says can be confirmed with the Track API.

Which of an activity's codes decides is told in `ups_codes`; codes are in ups.yaml. A push knows nothing of the
activities before it, an answer has them all. Photos and signatures come inside the body and stay in the archive. An
activity whose time cannot be read is kept, dated when it came, and moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.hearing import blank_scan, hear_each
from doorstep.parcels.providers.homeward import homeward
from doorstep.parcels.providers.local_time import local_moment
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.signatures import prove
from doorstep.parcels.providers.ups_codes import NAME, Kind, kind_of, said
from doorstep.parcels.providers.ups_packages import Activity, Package, told
from doorstep.parcels.scan import Scan
from doorstep.parcels.vocabulary import place_of


@dataclass(frozen=True, slots=True)
class Ups:
    """The adapter."""

    @property
    def name(self) -> str:
        """`ups`."""
        return NAME

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """The secret agreed at the subscription, as `credential` or as bearer token."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        prove(call.headers.get("credential", "") or bearer, lambda secret: secret, secrets)

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The one activity of a push, or all of an answer's; an answer that says why it has none has none."""
        blank = blank_scan(NAME, received_at, archive, carrier=NAME)
        return hear_each(told(reading.document(body)), _heard, blank, number_in="trackingNumber")


def _heard(package: Package, blank: Scan) -> Heard:
    """The activities in our words, and what is told of the whole parcel where it belongs."""
    kind = kind_of(blank.tracking_number, (it.status.type for it in package.activities))
    scans = list(homeward((_scan(it, kind, blank) for it in package.activities), is_return=False))
    last = max((index for index, scan in enumerate(scans) if scan.milestone == "delivered"), default=None)
    if last is not None:
        scans[last] = _delivered(scans[last], package)
    unknown = (code for it in package.activities for code in said(it.status, kind).unknown)
    return Heard((*scans, *_kept(package, scans, blank)), tuple(dict.fromkeys(unknown)))


def _scan(activity: Activity, kind: Kind, blank: Scan) -> Scan:
    """One activity in our words."""
    found = said(activity.status, kind)
    meaning = (activity.when and found.meaning) or Meaning()
    return replace(
        blank,
        occurred_at=activity.when or blank.occurred_at,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        text=next(iter(activity.status.words), ""),
        code_table=found.table,
        raw_code=found.code,
        is_physical=meaning.is_physical,
        location=activity.where,
        signed_by=activity.received_by if meaning.milestone == "delivered" else "",
        reopens=meaning.reopens,
    )


def _delivered(scan: Scan, package: Package) -> Scan:
    """The last delivery with the name, and the place in words where no code named it: it may not be the buyer's."""
    meaning = Meaning(scan.milestone, scan.reason, scan.is_physical, scan.reopens)
    if not scan.reason:
        meaning = codes.refined(NAME, meaning, package.left_at)
    received_by = scan.signed_by or package.received_by
    return replace(
        scan,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        signed_by=received_by if meaning.milestone == "delivered" else "",
    )


def _kept(package: Package, scans: Sequence[Scan], blank: Scan) -> Iterator[Scan]:
    """Until when an access point keeps it, to the end of that day: a scan of its own, so the others stay the same."""
    where = scans[-1].location if scans else blank.location
    until = local_moment(package.pickup_by, state=where.state, country=where.country)
    if until is not None and scans:
        yield replace(blank, occurred_at=scans[-1].occurred_at, hold_until=until, code_table="pickupByDate")
