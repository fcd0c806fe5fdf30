"""The activities in what UPS sends: a push is one, an answer of the Track API has all of a parcel, of many parcels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from doorstep.errors import Rejected
from doorstep.parcels.providers import reading
from doorstep.parcels.providers.local_time import local_moment
from doorstep.parcels.providers.ups_codes import Status, status_of
from doorstep.parcels.scan import Location

_LONGEST_NAME: Final = 100
_DAY: Final = re.compile(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOURS: Final = re.compile(r"[0-9]{3,6}")


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity: what it says of itself, when and where it was, and who took the parcel."""

    status: Status
    when: datetime | None
    where: Location
    received_by: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """The activities of one number, and what is told of the parcel as a whole; `pickup_by` is on the clock there."""

    activities: tuple[Activity, ...]
    left_at: str = ""
    received_by: str = ""
    pickup_by: str = ""


def told(document: Mapping[str, Any]) -> Iterator[tuple[object, Package]]:
    """The numbers of a document, each with its package."""
    if "trackResponse" in document:
        for shipment in reading.members(reading.mapping(document["trackResponse"]).get("shipment")):
            for package in reading.members(shipment.get("package")):
                yield package.get("trackingNumber") or shipment.get("inquiryNumber"), _answered(package)
    elif "trackingNumber" in document or "activityStatus" in document:
        yield document.get("trackingNumber"), Package((_pushed(document),))
    elif "errors" not in reading.mapping(document.get("response")):
        raise Rejected.because("not_an_activity", "activityStatus", "expected a push or an answer of UPS")


def _pushed(push: Mapping[str, Any]) -> Activity:
    place, status = reading.mapping(push.get("activityLocation")), reading.mapping(push.get("activityStatus"))
    where = _location(place, place.get("country"))
    when = _when(
        clock(push.get("gmtActivityDate"), push.get("gmtActivityTime")),
        clock(push.get("localActivityDate"), push.get("localActivityTime")),
        push.get("gmtOffset"),
        where,
    )
    delivered = clock(push.get("actualDeliveryDate"), push.get("actualDeliveryTime"))
    return Activity(
        _status(status, status.get("descriptionCode")),
        when or _when("", delivered, push.get("gmtOffset"), where),
        where,
        reading.words(push.get("receivedBy"), _LONGEST_NAME),
    )


def _answered(package: Mapping[str, Any]) -> Package:
    """A package of an answer; its current status speaks where no activity is told."""
    each = [_activity(it) for it in reading.members(package.get("activity"))]
    delivery, now = reading.mapping(package.get("deliveryInformation")), reading.mapping(package.get("currentStatus"))
    if not each and now:
        each.append(Activity(_status(now, now.get("statusCode")), None, Location()))
    return Package(
        tuple(each),
        reading.words(delivery.get("location")),
        reading.words(delivery.get("receivedBy"), _LONGEST_NAME),
        clock(reading.mapping(package.get("accessPointInformation")).get("pickupByDate"), "235959"),
    )


def _activity(activity: Mapping[str, Any]) -> Activity:
    status = reading.mapping(activity.get("status"))
    place = reading.mapping(reading.mapping(activity.get("location")).get("address"))
    where = _location(place, place.get("countryCode") or place.get("country"))
    when = _when(
        clock(activity.get("gmtDate"), activity.get("gmtTime")),
        clock(activity.get("date"), activity.get("time")),
        activity.get("gmtOffset"),
        where,
    )
    return Activity(_status(status, status.get("statusCode")), when, where)


def _status(status: Mapping[str, Any], description_code: object) -> Status:
    return status_of(
        reading.code(status.get("type")),
        reading.code(status.get("code")),
        reading.code(description_code),
        reading.words(status.get("description")),
        reading.words(status.get("simplifiedTextDescription")),
    )


def _when(gmt: str, local: str, offset: object, where: Location) -> datetime | None:
    """When it was: in GMT, or on the clock of the place with its offset, or on that of its state."""
    ahead = reading.code(offset).replace(".", ":")
    return (
        (reading.moment(f"{gmt}Z") if gmt else None)
        or (reading.moment(f"{local}{ahead}") if local and ahead else None)
        or local_moment(local, state=where.state, country=where.country)
    )


def clock(day: object, time: object) -> str:
    """UPS's figures as ISO 8601, "" where one of them says nothing: 20261123 and 91519 are 2026-11-23T09:15:19."""
    date, hours = reading.code(day), reading.code(time).replace(":", "")
    if not _DAY.fullmatch(date) or not _HOURS.fullmatch(hours):
        return ""
    return f"{date.replace('-', '')}T{hours.zfill(6)}"


def _location(place: Mapping[str, Any], country: object) -> Location:
    """Where, as far as it is said."""
    return Location(
        city=reading.words(place.get("city"), _LONGEST_NAME),
        state=reading.words(place.get("stateProvince"), _LONGEST_NAME),
        postal_code=reading.code(place.get("postalCode"), 20),
        country=reading.words(country, _LONGEST_NAME),
    )
