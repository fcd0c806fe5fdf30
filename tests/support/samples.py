"""Orders, addresses and notifications as tests send them. Everybody in here is made up."""

from __future__ import annotations

import copy
import json
import re
from datetime import datetime
from typing import Any

from stack_template import ROOT

from doorstep.parcels.scan import Scan
from doorstep.parcels.vocabulary import is_physical

GOOD = {
    "line1": "149 Church Street",
    "line2": "",
    "city": "Burlington",
    "state": "VT",
    "postal_code": "05401",
    "country": "US",
}
"""Verdict `accept`."""
MISSPELT = {**GOOD, "city": "Burlngton"}
"""Verdict `confirm`, with one suggestion: Burlington."""
NUMBERLESS = {**GOOD, "line1": "Church Street"}
"""Verdict `fix`."""
NEARBY = {**GOOD, "line1": "77 Pine St"}
"""Verdict `accept`, same ZIP Code as GOOD."""
FAR_AWAY = {**GOOD, "line1": "350 Fifth Avenue", "city": "New York", "state": "NY", "postal_code": "10001"}
"""Verdict `accept`, 250 miles from GOOD."""
ABROAD = {**GOOD, "line1": "Hauptstrasse 5", "city": "Berlin", "state": "", "postal_code": "10115", "country": "DE"}


def order(order_id: str = "1001", **changes: Any) -> dict[str, Any]:
    """The sample body of `POST /orders` with some members changed; `buyer` is merged, None takes a member away."""
    body: dict[str, Any] = copy.deepcopy(json.loads((ROOT / "events/api/place_order.json").read_text("utf-8")))
    body |= {"order_id": order_id, "address": dict(GOOD)}
    for name, value in changes.items():
        if isinstance(value, dict) and name == "buyer":
            body[name] = {k: v for k, v in {**body[name], **value}.items() if v is not None}
        elif value is None:
            del body[name]
        else:
            body[name] = value
    return body


TRACKING = "1ZDSTEP10030000126"
"""A number that the carrier of the sample parcel takes an intercept for."""


def parcel(**changes: Any) -> dict[str, Any]:
    """The body of `POST …/parcels` with some members changed; None takes a member away."""
    body: dict[str, Any] = {
        "carrier": "UPS",
        "tracking_number": TRACKING,
        "label_created_at": "2026-11-21T15:00:00Z",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def scan(milestone: str, reason: str = "", *, at: datetime, **said: Any) -> Scan:
    """A scan of the sample parcel; physical as the vocabulary has it, unless said otherwise."""
    told = {"provider": "easypost", "carrier": "ups", "tracking_number": TRACKING, "received_at": at}
    physical = is_physical(milestone, reason)
    return Scan(milestone=milestone, reason=reason, occurred_at=at, **{**told, "is_physical": physical, **said})


def code_in(text: str) -> str:
    """The one-time code in a mail."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    assert found, "there is no code in this mail"
    return found[0]


def wrong(code: str) -> str:
    """Six digits that are not this code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def feedback(kind: str, mail_id: str, *, form: str = "eventType", tag: str = "", **more: Any) -> dict[str, Any]:
    """A notification of SES: `Bounce`, `Complaint`, `Delivery` …; `form` as events or as identities have it."""
    mail: dict[str, Any] = {"messageId": mail_id, "destination": ["buyer@example.com"]}
    if tag:
        mail["tags"] = {"message": [tag], "ses:configuration-set": ["doorstep"]}
    return {form: kind, "mail": mail, kind.lower(): {"timestamp": "2026-11-23T15:01:00Z", **more}}


def bounce(mail_id: str, lasting: bool = True, **how: Any) -> dict[str, Any]:
    """A bounce, lasting or passing."""
    recipient = [{"emailAddress": "buyer@example.com", "diagnosticCode": "smtp; 550 no such user"}]
    told = (
        {"bounceType": "Permanent", "bounceSubType": "General"}
        if lasting
        else {
            "bounceType": "Transient",
            "bounceSubType": "MailboxFull",
        }
    )
    return feedback("Bounce", mail_id, bouncedRecipients=recipient, **told, **how)


def complaint(mail_id: str, **how: Any) -> dict[str, Any]:
    """A complaint: the buyer pressed "junk"."""
    return feedback("Complaint", mail_id, complaintFeedbackType="abuse", **how)


def delivery(mail_id: str, **how: Any) -> dict[str, Any]:
    """A delivery."""
    return feedback("Delivery", mail_id, recipients=["buyer@example.com"], **how)
