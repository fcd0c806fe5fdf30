"""An order's file as the seller's systems see it: state, verdict, advice, every address version, every message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from doorstep.orders.order import AddressVersion, Order
from doorstep.orders.store import OrderFile
from doorstep.times import stamp

_ADVICE: Final = {
    "hold": "do not ship yet: the buyer has not confirmed the address",
    "undeliverable": "do not ship to this address: carriers would return the parcel",
    "against_rules": "your address rules say that you do not ship to this kind of address",
    "postal_service_only": "a PO Box or military address: only the postal service delivers there",
    "customs_form": "a military address or a territory: the parcel needs a customs form",
    "surcharge_area": "Alaska, Hawaii or a territory: carriers charge more and take longer",
    "unit_missing": "the building has units and none is given: expect a failed attempt",
}


def whole_file(file: OrderFile, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The answer to `GET /orders/{shop}/{order_id}`; `messages` as the message room describes them."""
    return {
        **summary(file),
        "placed_at": _told(file.order.placed_at),
        "received_at": _told(file.order.received_at),
        "ship_by": _told(file.order.ship_by),
        "platform": file.order.platform,
        "buyer": _buyer(file.order),
        "items": [
            {"sku": item.sku, "title": item.title, "quantity": item.quantity, "value": item.value}
            for item in file.order.items
        ],
        "total": {"amount": file.order.total.amount, "currency": file.order.total.currency},
        "addresses": [_version(address) for address in file.addresses],
        "messages": list(messages),
    }


def summary(file: OrderFile) -> dict[str, Any]:
    """The answer to placing or changing an order: its state, the verdict on its address, and shipping advice."""
    order, address = file.order, file.address
    confirmation, release = order.confirmation, order.release
    return {
        "shop": order.shop,
        "order_id": order.order_id,
        "state": order.state,
        "order_version": order.version,
        "address_version": order.address_version,
        "ship_to": address.ship_to.to_dict(),
        "verdict": dict(address.judgement),
        "override": address.override,
        "confirmation": {
            "state": confirmation.state,
            "asked_at": _told(confirmation.asked_at),
            "reminded_at": _told(confirmation.reminded_at),
            "overdue_at": _told(confirmation.overdue_at),
            "by": confirmation.by,
            "how": confirmation.how,
            "at": _told(confirmation.at),
        },
        "shipped_at": _told(order.shipped_at),
        "release": {"at": _told(release.at), "reason": release.reason} if release else None,
        "advice": [{"code": code, "message": _ADVICE[code]} for code in advice(file)],
    }


def advice(file: OrderFile) -> list[str]:
    """What to heed when shipping to this address, as codes."""
    flags, verdict = file.address.judgement["flags"], file.address.verdict
    grave = {issue["code"] for issue in file.address.judgement["issues"] if issue["severity"] == "error"}
    refused = {code for code in grave if code.endswith("_refused")}
    told = {
        "hold": file.order.state == "held",
        "undeliverable": bool(grave - refused),
        "against_rules": bool(refused),
        "postal_service_only": flags["po_box"] or flags["military"],
        "customs_form": flags["military"] or flags["territory"],
        "surcharge_area": flags["non_contiguous"] or flags["territory"],
        "unit_missing": verdict == "add_unit",
    }
    return [code for code, applies in told.items() if applies]


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def _buyer(order: Order) -> dict[str, Any]:
    buyer, consent = order.buyer, order.buyer.sms_consent
    return {
        "name": buyer.name,
        "email": buyer.email or None,
        "phone": buyer.phone or None,
        "locale": buyer.locale,
        "sms_consent": {"given_at": _told(consent.given_at), "source": consent.source} if consent else None,
    }


def _version(address: AddressVersion) -> dict[str, Any]:
    return {
        "version": address.version,
        "typed": address.typed.to_dict(),
        "ship_to": address.ship_to.to_dict(),
        "verdict": address.verdict,
        "issues": [issue["code"] for issue in address.judgement["issues"]],
        "by": address.by,
        "how": address.how,
        "choice": address.choice,
        "override": address.override,
        "checkout": address.checkout,
        "with_code": address.with_code,
        "at": _told(address.at),
    }
