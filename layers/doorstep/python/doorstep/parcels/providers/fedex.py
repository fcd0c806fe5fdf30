"""FedEx: Advanced Integrated Visibility pushes what the Track API answers, signed with HMAC over the body.

FedEx's own pages disagree on how the signature is written, so Base64 and hexadecimal are both accepted. A body repeats
the whole history of its numbers. One number can have several results, the legs of its way: their events are one
history.

Which code of an event decides is told in `fedex_events`; codes are in fedex.yaml. What FedEx says of the parcel now
(latest status) is heard where no event shows it. An event whose time cannot be read is kept, dated when it came, and
moves nothing, unless it says what the latest status says; and it never ends a silence.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from doorstep.errors import Refused, Rejected
from doorstep.parcels.providers import reading
from doorstep.parcels.providers.fedex_events import NAME
from doorstep.parcels.providers.fedex_legs import location, said_of, scans_of
from doorstep.parcels.providers.hearing import blank_scan, hear_each
from doorstep.parcels.providers.homeward import homeward
from doorstep.parcels.providers.provider import Heard, WebhookCall
from doorstep.parcels.providers.signatures import hmac_sha256, prove
from doorstep.parcels.recognition import plain_number
from doorstep.parcels.scan import Scan


@dataclass(frozen=True, slots=True)
class FedEx:
    """The adapter."""

    @property
    def name(self) -> str:
        """`fedex`."""
        return NAME

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """HMAC-SHA256 of the raw body, keyed with the security token of the webhook project."""
        given = call.headers.get("fdx-signature", "")
        try:
            prove(given, lambda secret: base64.b64encode(hmac_sha256(secret, call.body)).decode(), secrets)
        except Refused:
            prove(given, lambda secret: hmac_sha256(secret, call.body).hex(), secrets)

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The histories in a push or an answer; a number FedEx does not know has none."""
        blank = blank_scan(NAME, received_at, archive, carrier=NAME)
        return hear_each(_told(reading.document(body)).items(), _heard, blank, number_in="trackingNumber")


def _told(document: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """The results of each number."""
    output = reading.mapping(document.get("output")) or document
    if "completeTrackResults" not in output:
        if "errors" in document or "alerts" in output:
            return {}
        raise Rejected.because("not_a_tracking", "output.completeTrackResults", "expected a push or an answer of FedEx")
    found: dict[str, list[Mapping[str, Any]]] = {}
    for complete in reading.members(output["completeTrackResults"]):
        for result in reading.members(complete.get("trackResults")):
            own = reading.code(reading.mapping(result.get("trackingNumberInfo")).get("trackingNumber"))
            number = plain_number(own or reading.code(complete.get("trackingNumber")))
            found.setdefault(number, []).append(result)
    return found


def _heard(results: Sequence[Mapping[str, Any]], blank: Scan) -> Heard:
    """All legs as one history."""
    legs = [(result, said_of(result)) for result in results]
    scans = {scan.digest: scan for result, told in legs for scan in scans_of(result, told, blank)}.values()
    has_turned = any(scan.milestone in ("returning", "returned") for scan in scans)
    is_return = any(_is_marked(it) or (has_turned and _is_back(it)) for it in results)
    at_buyers = any(_is_there(it) for it in results)
    each = (_unsigned(scan) for scan in homeward(scans, is_return=is_return, at_buyers=at_buyers))
    return Heard(tuple(each), tuple(dict.fromkeys(code for _, told in legs for it in told for code in it.unknown)))


def _is_marked(result: Mapping[str, Any]) -> bool:
    """Whether FedEx says that it is a return."""
    return any(reading.mapping(result.get("returnDetail")).values())


def _is_back(result: Mapping[str, Any]) -> bool:
    """Whether it was delivered in the city it came from, and that is not where it should go."""
    delivered, sender, buyer = _cities(result)
    return all(delivered) and delivered == sender and all(buyer) and buyer != sender


def _is_there(result: Mapping[str, Any]) -> bool:
    """Whether it was delivered in the city it should go to, and that is not where it came from."""
    delivered, sender, buyer = _cities(result)
    return all(delivered) and delivered == buyer and buyer != sender


def _cities(result: Mapping[str, Any]) -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    """City and state of the delivery, of the sender and of the buyer; "" where it is not said."""
    delivered = reading.mapping(result.get("deliveryDetails")).get("actualDeliveryAddress")
    sender, buyer = (
        reading.mapping(result.get(party)).get("address") for party in ("shipperInformation", "recipientInformation")
    )
    return _city(delivered), _city(sender), _city(buyer)


def _city(address: object) -> tuple[str, str]:
    where = location(reading.mapping(address))
    return where.city.upper(), where.state.upper()


def _unsigned(scan: Scan) -> Scan:
    """Who signs for what came back is not the buyer."""
    return scan if scan.milestone == "delivered" else replace(scan, signed_by="")
