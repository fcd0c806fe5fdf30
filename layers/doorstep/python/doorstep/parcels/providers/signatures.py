"""Proof that a webhook comes from who it says: compare in constant time, fail closed, one answer for every cause.

Owns the comparison; what is signed, and how it is written, differs per provider and is given as a function.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Sequence

from doorstep.errors import Refused


def prove(given: str, signed: Callable[[str], str], secrets: Sequence[str]) -> None:
    """Return if `given` is what one of the secrets signs; several are valid while they are being rotated.

    `signed(secret)` is the signature that secret would make. A blank secret never matches, so a stack without a secret
    takes nothing from anybody. Raises `Refused`.
    """
    proved = False
    for secret in secrets:
        if secret.strip():
            # No early exit: how long it takes must not tell which secret it was.
            proved |= hmac.compare_digest(given.encode("utf-8", "replace"), signed(secret).encode())
    if not proved:
        raise Refused("unauthorized", "this call carries no valid signature")


def hmac_sha256(secret: str, signed: bytes) -> bytes:
    """HMAC-SHA256 under the secret as UTF-8; hex or base64 is up to the provider."""
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), signed, hashlib.sha256)


def decomposed(secret: str) -> str:
    """The secret in Unicode form NFKD: an accent is one character or two, depending on who typed it."""
    return unicodedata.normalize("NFKD", secret)
