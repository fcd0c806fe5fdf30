"""The bodies that DHL sends, read into one form: its divisions have not agreed on one.

Owns the envelopes: Unified Tracking, pushed and pulled, with a `shipments` list; the tracking of eCommerce Americas and
its webhooks, with `packages`; MyDHL of Express, with `shipmentTrackingNumber`. What a code means is told by `dhl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from doorstep.errors import Rejected
from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.local_time import local_moment
from doorstep.parcels.scan import Location

_AMERICAS: Final = "ecommerce"
_EXPRESS: Final = "express"
_LONGEST_NAME: Final = 100
_LONGEST_URL: Final = 1000
_IN_THE_STATES: Final = re.compile(r"(.+?),\s*([A-Z]{2})(?:\s*[,-]\s*(USA?))?")
_AREA: Final = re.compile(r"(.+?)\s*-\s*([A-Z]{2})")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing said of a shipment. `code` is the division's own, `unified` that of all; `words` has no empty ones."""

    when: datetime | None
    code: str = ""
    unified: str = ""
    words: tuple[str, ...] = ()
    location: Location = field(default_factory=Location)
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """One shipment of a body; `whole` is what is said of it as it stands now."""

    number: str
    service: str
    events: tuple[Event, ...]
    whole: Event
    is_return: bool = False
    proof_url: str = ""


def shipments(document: Mapping[str, Any]) -> Iterator[Shipment]:
    """The shipments of a body; none in messages about a subscription, and in answers that say why there is none.

    Raises `Rejected` for what is no body of DHL's.
    """
    if "shipments" in document:
        for shipment in reading.members(document["shipments"]):
            yield _mydhl(shipment) if "shipmentTrackingNumber" in shipment else _unified(shipment)
    elif "packages" in document:
        yield from map(_package, reading.members(document["packages"]))
    elif "id" in document and "events" in document:
        yield _unified(document)
    elif "scope" not in document and not {"title", "status"} <= document.keys():
        raise Rejected.because("not_a_shipment", "shipments", "expected a push of DHL, or its API's answer")


def _unified(shipment: Mapping[str, Any]) -> Shipment:
    proof = reading.mapping(reading.mapping(shipment.get("details")).get("proofOfDelivery"))
    whole = _unified_event(reading.mapping(shipment.get("status")), _name(reading.mapping(proof.get("signed"))))
    return Shipment(
        number=reading.code(shipment.get("id")),
        service=reading.code(shipment.get("service")).lower(),
        events=tuple(_unified_event(it) for it in reading.members(shipment.get("events"))),
        whole=whole,
        is_return=shipment.get("returnFlag") is True,
        proof_url=_url(proof.get("documentUrl")) or _url(proof.get("signatureUrl")),
    )


def _unified_event(event: Mapping[str, Any], signed_by: str = "") -> Event:
    """One of `events`, or the `status`: whether a code or a text stands in `status` differs, even within a division."""
    location = _location(reading.mapping(reading.mapping(event.get("location")).get("address")))
    said = [reading.code(event.get(name), reading.LONGEST_TEXT) for name in ("status", "statusCode")]
    short = [it[: reading.LONGEST_CODE] for it in said]
    code = next((it for it in short if _is_code(it)), "")
    texts = (reading.words(event.get("description")), "" if _is_code(short[0]) else said[0])
    return Event(
        when=local_moment(event.get("timestamp"), state=location.state, country=location.country),
        code=code,
        unified="" if code == short[1] else short[1],
        words=tuple(filter(None, texts)),
        location=location,
        signed_by=signed_by,
    )


def _package(package: Mapping[str, Any]) -> Shipment:
    about = {**package, **reading.mapping(package.get("package"))}
    events = tuple(_package_event(it) for it in reading.members(package.get("events")))
    number = next((it for it in map(reading.code, map(about.get, ("trackingId", "dhlPackageId"))) if it), "")
    return Shipment(number=number, service=_AMERICAS, events=events, whole=Event(None))


def _package_event(event: Mapping[str, Any]) -> Event:
    location = _location({"addressLocality": event.get("location"), **event})
    local = f"{reading.words(event.get('date'))}T{reading.words(event.get('time'))}"
    zone = codes.rules("dhl")["clocks"].get(reading.words(event.get("timeZone")).upper())
    when = local_moment(local, state=location.state, country=location.country)
    if when and zone:
        when = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    names = ("primaryEventDescription", "secondaryEventDescription")
    return Event(
        when=when,
        code=reading.code(event.get("primaryEventId")),
        words=tuple(filter(None, (reading.words(event.get(name)) for name in names))),
        location=location,
    )


def _mydhl(shipment: Mapping[str, Any]) -> Shipment:
    events = tuple(_mydhl_event(it) for it in reading.members(shipment.get("events")))
    return Shipment(
        number=reading.code(shipment.get("shipmentTrackingNumber")), service=_EXPRESS, events=events, whole=Event(None)
    )


def _mydhl_event(event: Mapping[str, Any]) -> Event:
    area = reading.words(next(iter(reading.members(event.get("serviceArea"))), {}).get("description"), _LONGEST_NAME)
    found = _AREA.fullmatch(area)
    offset = reading.words(event.get("GMTOffset"))
    local = f"{reading.words(event.get('date'))}T{reading.words(event.get('time'))}"
    return Event(
        when=reading.moment(f"{local}{offset}") or reading.moment(local),
        code=reading.code(event.get("typeCode")),
        words=tuple(filter(None, (reading.words(event.get("description")),))),
        location=Location(city=found[1], country=found[2]) if found else Location(city=area),
        signed_by=_signature(event.get("signedBy")),
    )


def _is_code(value: str) -> bool:
    return bool(value) and " " not in value and len(value) <= codes.rules("dhl")["longest_code"]


def _name(signed: Mapping[str, Any]) -> str:
    """Who signed. Express fills in the word Delivered where it has no name."""
    full = f"{reading.words(signed.get('givenName'))} {reading.words(signed.get('familyName'))}"
    return _signature(signed.get("name")) if not full.strip() else _signature(full)


def _signature(name: object) -> str:
    said = reading.words(name, _LONGEST_NAME)
    return "" if said.lower() in codes.rules("dhl")["no_names"] else said


def _url(value: object) -> str:
    """Where the proof can be fetched; only over TLS."""
    url = reading.words(value, _LONGEST_URL + 1)
    return url if url.startswith("https://") and len(url) <= _LONGEST_URL else ""


def _location(address: Mapping[str, Any]) -> Location:
    """Where, as far as it is said; in the United States the state stands behind the city."""
    city = reading.words(address.get("addressLocality"), _LONGEST_NAME)
    country = reading.words(address.get("countryCode") or address.get("country"), _LONGEST_NAME)
    found = _IN_THE_STATES.fullmatch(city) if country in {"", "US", "USA"} else None
    return Location(
        city=found[1] if found else city,
        state=found[2] if found else reading.words(address.get("addressRegion"), _LONGEST_NAME),
        postal_code=reading.code(address.get("postalCode"), 20),
        country=country or (found[3] or "" if found else ""),
    )
