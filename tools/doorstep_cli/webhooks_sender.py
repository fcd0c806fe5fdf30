"""Sends webhooks as EasyPost would: the samples of `events/webhooks`, re-dated, under another tracking number, signed.

Every webhook of a tracker repeats its history, so a scan must keep the time it was first told with. The scans known at
the beginning keep their distances, and the newest of them is now; what comes later happens between then and now.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from doorstep_cli.caller import Reply, call
from doorstep_cli.places import ROOT

if TYPE_CHECKING:
    from doorstep_cli.stack import LocalStack

SAMPLES: Final = ROOT / "events" / "webhooks"
_LABEL_BEFORE: Final = timedelta(minutes=5)
_chance: Final = random.SystemRandom()


@dataclass(slots=True)
class Tracker:
    """One parcel as EasyPost follows it. `told` maps the times of the samples to those that were told."""

    carrier: str
    number: str
    told: dict[datetime, datetime]

    @classmethod
    def at(cls, sample: str, *, scans: int | None = None) -> Tracker:
        """A parcel of the sample's carrier whose scans (the first `scans` of them) lead up to this moment."""
        tracker = _sample(sample)["result"]
        moments = [_moment(scan) for scan in tracker["tracking_details"][:scans]]
        shift = datetime.now(UTC) - moments[-1]
        number = ups_number() if tracker["carrier"] == "UPS" else usps_number()
        return cls(tracker["carrier"], number, {moment: moment + shift for moment in moments})

    @property
    def label_created_at(self) -> datetime:
        """When the seller made the label: a little before the first scan."""
        return min(self.told.values()) - _LABEL_BEFORE

    def registration(self) -> dict[str, Any]:
        """What the shop posts to `/orders/{shop}/{order_id}/parcels`."""
        at = self.label_created_at.isoformat()
        return {"carrier": self.carrier, "tracking_number": self.number, "service": "Ground", "label_created_at": at}

    def webhook(self, sample: str, *, scans: int | None = None, then: str = "") -> bytes:
        """The body of a webhook: the history of `sample`, or its first scans, and then the last one of another."""
        event = _sample(sample)
        tracker, history = event["result"], event["result"]["tracking_details"][:scans]
        if then:
            tracker = {**_sample(then)["result"], "id": tracker["id"]}
            history = [*history, {**tracker["tracking_details"][-1], "source": self.carrier}]
        times = self._times([_moment(scan) for scan in history])
        history = [{**scan, "datetime": _text(at)} for scan, at in zip(history, times, strict=True)]
        event |= {"id": f"evt_{uuid.uuid4().hex}", "created_at": _text(times[-1]), "updated_at": _text(times[-1])}
        event["result"] = tracker | {
            "tracking_code": self.number,
            "carrier": self.carrier,
            "status": history[-1]["status"],
            "status_detail": history[-1]["status_detail"],
            "created_at": _text(times[0]),
            "updated_at": _text(times[-1]),
            "est_delivery_date": _text(times[0] + timedelta(days=4)),
            "tracking_details": history,
        }
        return json.dumps(event).encode()

    def _times(self, moments: list[datetime]) -> list[datetime]:
        last, now = max(self.told), datetime.now(UTC)
        since = self.told[last]
        for moment in moments:
            if moment not in self.told:
                self.told[moment] = since + (now - since) * ((moment - last) / (moments[-1] - last))
        return [self.told[moment] for moment in moments]


def post_webhook(stack: LocalStack, body: bytes, *, secret: str | None = None) -> Reply:
    """POST it to the stack, signed with the stack's own secret or with another."""
    signature = sign(body, stack.webhook_secret if secret is None else secret)
    headers = {"Content-Type": "application/json", "X-Hmac-Signature": signature}
    return call("POST", f"{stack.api_url}/webhooks/easypost", body, headers)


def sign(body: bytes, secret: str) -> str:
    """EasyPost's signature, version 1: HMAC-SHA256 of the raw body under the secret in Unicode form NFKD."""
    key = unicodedata.normalize("NFKD", secret).encode()
    return "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def ups_number() -> str:
    """A tracking number of a shipper that does not exist, with UPS's check digit (letters count 2, 3, … modulo 10)."""
    body = f"DSTEP100{_chance.randrange(10**7):07d}"
    values = [int(it) if it.isdigit() else (ord(it) - 63) % 10 for it in body]
    return f"1Z{body}{-(sum(values[0::2]) + 2 * sum(values[1::2])) % 10}"


def usps_number() -> str:
    """A number of 22 digits with the check digit of USPS (Publication 199: modulo 10, weights 3 and 1)."""
    body = f"94001362083301{_chance.randrange(10**7):07d}"
    digits = [int(it) for it in reversed(body)]
    return f"{body}{-(3 * sum(digits[0::2]) + sum(digits[1::2])) % 10}"


def _sample(name: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / f"{name}.json").read_text("utf-8")))


def _moment(scan: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(scan["datetime"])


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
