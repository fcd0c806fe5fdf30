"""What leaves the room signed: the address key, which joins an address across orders, and the verdict token.

Both are HMAC-SHA256 under keys derived from one secret, each with a purpose of its own. A token holds the address
key, the verdict and what the buyer was shown: nothing from which an address could be read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, get_args

from doorstep.address.model import Address, Assessment, Verdict
from doorstep.errors import Permanent, Refused

KEY_VERSION: Final = "k1"
TOKEN_VERSION: Final = "v1"  # noqa: S105 (a name, not a secret)
_CLOCK_SKEW: Final = timedelta(minutes=5)
_LONGEST_TOKEN: Final = 4_096


@dataclass(frozen=True, slots=True)
class Shown:
    """What the checkout got to show: the codes of the issues, and whether there were suggestions."""

    codes: tuple[str, ...]
    suggestions: bool


@dataclass(frozen=True, slots=True)
class VerdictClaim:
    """What a verdict token proves. `issued_at` is UTC, to the second."""

    address_key: str
    verdict: Verdict
    shown: Shown
    issued_at: datetime


def address_key(address: Address, *, key: bytes) -> str:
    """A keyed, versioned name for an address in standard form: equal addresses, equal keys; useless outside.

    The four digits after a ZIP Code are left out: one buyer types them, the next does not.
    """
    values = address.to_dict()
    if address.country == "US":
        values["postal_code"] = address.postal_code[:5]
    text = "\x1f".join(values.values())
    digest = hmac.digest(_derived(key, "address-key"), text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return f"{KEY_VERSION}:{_encode(digest[:18])}"


def sign_verdict(assessment: Assessment, *, key: bytes, issued_at: datetime) -> str:
    """The token a shop passes on with the order, to show what its buyer was told."""
    claim = {
        "k": address_key(assessment.address, key=key),
        "v": assessment.verdict,
        "c": sorted({issue.code for issue in assessment.issues}),
        "s": bool(assessment.suggestions),
        "t": int(issued_at.timestamp()),
    }
    body = _encode(json.dumps(claim, separators=(",", ":")).encode())
    return f"{TOKEN_VERSION}.{body}.{_signature(body, key)}"


def read_verdict(token: str, *, key: bytes, now: datetime, max_age: timedelta) -> VerdictClaim:
    """The claim of a token that we signed not longer ago than `max_age`.

    Raises `Refused`, always the same, for one that is malformed, changed, foreign, too old or from the future.
    """
    claim = _claim(token, key)
    if claim is None or not now - max_age <= claim.issued_at <= now + _CLOCK_SKEW:
        raise Refused("invalid_verdict_token", "The verdict token is not valid. Validate the address again.")
    return claim


def _claim(token: str, key: bytes) -> VerdictClaim | None:
    version, _, rest = token.partition(".")
    body, _, signature = rest.partition(".")
    # Texts are compared, not bytes: several base64 texts decode to the same bytes, and only ours is genuine.
    genuine = hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(body[:_LONGEST_TOKEN], key).encode())
    if not genuine or version != TOKEN_VERSION or len(token) > _LONGEST_TOKEN:
        return None
    claim = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if claim["v"] not in get_args(Verdict):
        return None
    return VerdictClaim(
        address_key=claim["k"],
        verdict=claim["v"],
        shown=Shown(tuple(claim["c"]), claim["s"]),
        issued_at=datetime.fromtimestamp(claim["t"], UTC),
    )


def _signature(body: str, key: bytes) -> str:
    text = f"{TOKEN_VERSION}.{body}".encode("utf-8", "replace")
    return _encode(hmac.digest(_derived(key, "verdict-token"), text, hashlib.sha256))


def _derived(key: bytes, purpose: str) -> bytes:
    if not key:
        raise Permanent("no_signing_secret", "The signing secret is empty; nothing can be signed or checked.")
    return hmac.digest(key, f"doorstep {purpose} 1".encode(), hashlib.sha256)


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
