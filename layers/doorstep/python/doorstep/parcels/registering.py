"""Takes in a parcel: from now on its tracking number is watched, and the buyer hears where it goes. Twice is once."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from doorstep.errors import Conflict, Rejected
from doorstep.fields import Fields
from doorstep.orders import confirming
from doorstep.orders.change import OrderChange
from doorstep.orders.order import AddressVersion, Money
from doorstep.orders.policy import Policy
from doorstep.orders.store import OrderFile
from doorstep.parcels.carriers import OTHER, canonical
from doorstep.parcels.matching import Pointer
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.recognition import carrier_of, plain_number, typing_error
from doorstep.parcels.scan import TRACKING_NUMBER
from doorstep.parcels.silence import silent_at
from doorstep.parcels.store import ParcelFinder

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_SERVICE: Final = re.compile(r"[^\t\r\n]+")
_CARRIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{1,31}")
_TYPO: Final = "its check digit does not fit: a sign is wrong; `unchecked: true` registers it all the same"
_MOST_MONEY: Final = 10**12
_TRIES: Final = 4
_EARLY: Final = timedelta(hours=24)  # clocks and zones differ


@dataclass(frozen=True, slots=True)
class NewParcel:
    """A decoded `POST …/parcels` body (design §4.9). `digest` is equal for equal payloads."""

    carrier: str
    tracking_number: str
    service: str
    ships_from: str
    label_created_at: datetime
    expected_delivery_at: datetime | None
    signature_required: bool
    insured_value: Money | None
    digest: str


@dataclass(frozen=True, slots=True)
class Registration:
    """A parcel to be written with its order, and the pointer that leads scans to it."""

    order: OrderChange
    parcel: Parcel
    pointer: Pointer


def decode_parcel(body: object) -> NewParcel:
    """Read the body of `POST …/parcels`; a number without a carrier tells it, where it can (recognition).

    Raises `Rejected` with every problem found. A number that must be mistyped is one, unless `unchecked` is true.
    """
    fields = Fields(body)
    label_created_at = fields.moment("label_created_at")
    value = fields.child("insured_value", required=False)
    number = plain_number(fields.text("tracking_number", max_length=60))
    carrier = canonical(
        fields.text("carrier", max_length=32, required=False, pattern=_CARRIER, hint="such as usps or FedEx")
    )
    unchecked = fields.flag("unchecked", default=False)
    if number and not TRACKING_NUMBER.fullmatch(number):
        fields.problem("wrong_format", "tracking_number", "4 to 40 letters and digits; blanks and hyphens are left out")
    elif not unchecked and typing_error(number, carrier):
        fields.problem("tracking_number_typo", "tracking_number", _TYPO)
    parcel = NewParcel(
        carrier=carrier_of(number) if carrier == OTHER else carrier,
        tracking_number=number,
        service=fields.text("service", max_length=100, required=False, pattern=_SERVICE, hint="must be one line"),
        ships_from=fields.text("ships_from", max_length=2, required=False, pattern=_COUNTRY, hint="ISO 3166, as CN"),
        label_created_at=label_created_at or datetime.min,
        expected_delivery_at=fields.moment("expected_delivery_at", required=False),
        signature_required=fields.flag("signature_required", default=False),
        insured_value=_money(value) if value else None,
        digest="",
    )
    fields.done()
    return replace(parcel, digest=_digest(parcel))


def register_parcel(
    new: NewParcel, file: OrderFile, *, store: ParcelFinder, policy: Policy, now: datetime, cause: str
) -> tuple[Parcel, bool]:
    """Register the parcel, or find it registered with the same content; returns it, and whether this call did it.

    Raises `Conflict` when it is registered with another content, or the order never stood still; `Rejected` for a label
    that is still to be made: no scan could count.
    """
    if new.label_created_at > now + _EARLY:
        raise Rejected.because("out_of_range", "label_created_at", "must not lie in the future")
    for attempt in range(_TRIES):
        found = store.find_parcel(file.order.shop, file.order.order_id, f"{new.carrier}.{new.tracking_number}")
        if found is not None:
            if found.payload_digest != new.digest:
                raise Conflict("parcel_exists", "this order already has this parcel, with another content")
            return found, False
        registration = registered(new, file, policy=policy, now=now)
        try:
            store.register(registration, cause=cause)
        except Conflict:
            if attempt == _TRIES - 1:
                raise
            file = store.order(file.order.shop, file.order.order_id) or file
        else:
            return registration.parcel, True
    raise AssertionError("unreachable")


def registered(new: NewParcel, file: OrderFile, *, policy: Policy, now: datetime) -> Registration:
    """What registering changes: the order is on its way, the buyer is told where to, scans find the parcel."""
    order, label = file.order, _on_the_label(file, new.label_created_at)
    parcel = Parcel(
        shop=order.shop,
        order_id=order.order_id,
        carrier=new.carrier,
        tracking_number=new.tracking_number,
        service=new.service,
        ships_from=new.ships_from,
        label_created_at=new.label_created_at,
        registered_at=now,
        address_version=label.version,
        payload_digest=new.digest,
        version=1,
        expected_delivery_at=new.expected_delivery_at,
        signature_required=new.signature_required,
        insured_value=new.insured_value,
    )
    draft = confirming.ship(file, now=now)
    draft.ask_buyer("parcel_shipped", parcel=parcel.id, address_version=label.version)
    draft.announce(
        "Parcel Registered", parcel=parcel.id, carrier=parcel.carrier, tracking_number=parcel.tracking_number
    )
    pointer = Pointer(order.shop, order.order_id, new.carrier, new.tracking_number, new.label_created_at)
    return Registration(draft.seal(policy), replace(parcel, due_at=silent_at(parcel, policy)), pointer)


def _on_the_label(file: OrderFile, made_at: datetime) -> AddressVersion:
    """The address that was in force when the label was made; the first one, for a label made before the order came."""
    then = [it for it in file.addresses if it.at <= made_at]
    return then[-1] if then else file.addresses[0]


def _money(fields: Fields) -> Money:
    return Money(
        amount=fields.whole("amount", minimum=0, maximum=_MOST_MONEY),
        currency=fields.text("currency", max_length=3, pattern=_CURRENCY, hint="three capital letters of ISO 4217"),
    )


def _digest(parcel: NewParcel) -> str:
    value = parcel.insured_value
    said = [
        parcel.service,
        parcel.ships_from,
        parcel.label_created_at.isoformat(),
        parcel.expected_delivery_at.isoformat() if parcel.expected_delivery_at else "",
        parcel.signature_required,
        [value.amount, value.currency] if value else [],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
