"""Every key and token that comes from the one signing secret: address keys, verdict tokens, links, codes, hashes.

Each purpose has a key of its own (HMAC of the secret with the purpose's name), so that nothing made for one is of use
for another. Tokens carry 128 bits and are the same each time they are made, so a mail sent twice holds one link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from doorstep.platform.secret import Secret

if TYPE_CHECKING:  # who judges addresses sends no messages, and starts without them
    from doorstep.messages.message import MessageRef

_TOKEN_BYTES: Final = 16
_CODES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by purpose. Raises `Refused` from every method when no secret is configured."""

    secret: Secret

    def key(self, purpose: str) -> bytes:
        """The key for one purpose."""
        return hmac.digest(self.secret.value().encode(), f"doorstep/{purpose}/1".encode(), hashlib.sha256)

    def link_token(self, purpose: str, ref: MessageRef) -> str:
        """The token of the link for `purpose` in one message, 22 characters that are safe in a URL."""
        mac = self._mac("link", purpose, ref.shop, ref.order_id, ref.key)
        return base64.urlsafe_b64encode(mac[:_TOKEN_BYTES]).rstrip(b"=").decode()

    def code(self, shop: str, order_id: str, key: str) -> str:
        """The one-time code that one message carries: six digits."""
        number = int.from_bytes(self._mac("code", shop, order_id, key)[:8], "big") % _CODES
        return f"{number:06d}"

    def hash_email(self, email: str) -> str:
        """An e-mail address as a keyed hash: joins what concerns one mailbox, tells nobody which."""
        return self._mac("email", email.strip().lower()).hex()[:40]

    def _mac(self, purpose: str, *parts: str) -> bytes:
        return hmac.digest(self.key(purpose), "\n".join(parts).encode(), hashlib.sha256)
