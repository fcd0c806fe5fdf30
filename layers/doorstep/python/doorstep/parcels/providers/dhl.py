"""DHL: Unified Tracking, pushed and pulled, and what eCommerce Americas and Express send themselves (`dhl_shapes`).

DHL signs nothing. With a subscription to the push you choose a header and a token that DHL then sends with each call:
take `X-Webhook-Token` and a secret made for this. Where no header can be chosen (eCommerce Americas) end the URL with
`?token=` and the secret; a secret in a URL ends in access logs, so use the header where there is the choice.

The division's own code decides, in the table of its `service`. Only where there is none `statusCode` does, which some
divisions set to delivered at a parcel shop or back at the sender: words refine both. Where Express sends neither they
speak alone. The newest event is told again in `status`, which counts where no event is told for that moment. An event
whose time cannot be read is kept, dated as `status` is; it moves nothing, unless it says what that says. Codes and
texts are in dhl.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from doorstep.parcels.carriers import canonical
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.dhl_shapes import Event, Shipment, shipments
from doorstep.parcels.providers.hearing import blank_scan, hear_each
from doorstep.parcels.providers.homeward import homeward
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.signatures import prove
from doorstep.parcels.scan import Scan
from doorstep.parcels.vocabulary import place_of

_NAME: Final = "dhl"
_UNIFIED: Final = "dhl_unified"


@dataclass(frozen=True, slots=True)
class Dhl:
    """The adapter."""

    @property
    def name(self) -> str:
        """`dhl`."""
        return _NAME

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """The token of the header, or of the URL where there is no header."""
        given = call.headers.get("x-webhook-token") or call.query.get("token", "")
        prove(given, lambda secret: secret, secrets)

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The histories of all shipments in a body; messages about the subscription itself have none."""
        numbered = ((it.number, it) for it in shipments(reading.document(body)))
        return hear_each(numbered, _heard, blank_scan(_NAME, received_at, archive), number_in="id")


@dataclass(frozen=True, slots=True)
class _Said:
    """The code that decides, what it means (None: nobody knows), and what it means in its words."""

    table: str
    code: str
    meaning: Meaning | None
    refined: Meaning


def _heard(shipment: Shipment, blank: Scan) -> Heard:
    """The history of a shipment, and its status where no event tells it."""
    division: Mapping[str, Any] = codes.rules(_NAME)["services"].get(shipment.service, {})
    table, whole = division.get("table", ""), shipment.whole
    blank = replace(
        blank,
        carrier=division.get("carrier") or canonical(f"dhl {shipment.service}".strip()),
        occurred_at=whole.when or blank.occurred_at,
    )
    now = _said(whole, table)
    events = shipment.events
    if (now.code or now.refined != Meaning()) and (
        not events or (whole.when and all(it.when != whole.when for it in events))
    ):
        events = (*events, whole)
    said = [_of_the_whole(event, _said(event, table), whole, table) for event in events]
    scans = [_scan(event, it, now, blank) for event, it in zip(events, said, strict=True)]
    unknown = dict.fromkeys(codes.unmapped(it.table, it.code) for it in said if it.meaning is None)
    return Heard(tuple(_proved(list(homeward(scans, is_return=shipment.is_return)), shipment)), tuple(unknown))


def _said(event: Event, table: str) -> _Said:
    """Which of the codes decides, and what it means."""
    table = table or ("" if event.unified else _UNIFIED)
    if table and event.code:
        return _refined(table, event.code, codes.look_up(_NAME, table, event.code), event.words)
    unified = codes.look_up(_NAME, _UNIFIED, event.unified.lower()) if event.unified else Meaning()
    return _refined(_UNIFIED if event.unified else "", event.unified, _spoken(event, table) or unified, event.words)


def _spoken(event: Event, table: str) -> Meaning | None:
    """What the division's code would say whose text stands in its place; not against a statusCode nobody knows."""
    texts: Mapping[str, str] = codes.rules(_NAME)["spoken"].get(table, {})
    known = not event.unified or event.unified.lower() in codes.rules(_NAME)["tables"][_UNIFIED]
    code = next((texts[it] for it in map(_plain, event.words) if it in texts), "") if known else ""
    return codes.look_up(_NAME, table, code) if code else None


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def _refined(table: str, code: str, meaning: Meaning | None, words: Sequence[str]) -> _Said:
    """A code with its words, which tell nothing new where it means nothing or names the place of a delivery."""
    if meaning is None or (code and meaning.milestone == "unknown") or place_of(meaning.reason):
        return _Said(table, code, meaning, meaning or Meaning())
    refined = codes.refined(_NAME, meaning, *words)
    # Words alone say first what it is about, and then to whom, where and why.
    return _Said(table, code, meaning, refined if code else codes.refined(_NAME, refined, *words))


def _of_the_whole(event: Event, said: _Said, whole: Event, table: str) -> _Said:
    """What the shipment's status says of its newest event, if that says nothing itself."""
    if said.code or said.refined != Meaning() or event.when is None or event.when != whole.when:
        return said
    return _said(replace(whole, words=event.words or whole.words), table)


def _scan(event: Event, said: _Said, now: _Said, blank: Scan) -> Scan:
    """One event in our words."""
    dated = event.when is not None
    meaning = said.refined if dated or said.refined == now.refined else Meaning()
    return replace(
        blank,
        occurred_at=event.when or blank.occurred_at,
        milestone=meaning.milestone,
        reason=meaning.reason,
        place=place_of(meaning.reason),
        text=next(iter(event.words), ""),
        code_table=said.table,
        raw_code=said.code,
        is_physical=dated and meaning.is_physical,
        location=event.location,
        signed_by=event.signed_by if meaning.milestone == "delivered" else "",
        reopens=meaning.reopens,
    )


def _proved(scans: list[Scan], shipment: Shipment) -> list[Scan]:
    """The scans with signature and proof at the last delivery; there is one of each to a shipment."""
    last = max((i for i, scan in enumerate(scans) if scan.milestone in ("delivered", "returned")), default=None)
    if last is not None:
        signed_by = scans[last].signed_by or shipment.whole.signed_by
        scans[last] = replace(scans[last], signed_by=signed_by, proof_url=shipment.proof_url)
    return scans
