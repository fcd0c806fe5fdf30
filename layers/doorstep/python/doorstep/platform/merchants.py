"""Who may call the seller's side: Bearer keys, kept only as hashes, each with the shops it may speak for."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from doorstep.errors import Refused
from doorstep.platform.secret import FRESH_FOR, Secret

# A key that nobody here knows may be a new one: then the secret is read again, but not for every wrong key.
_NEW_KEY_AFTER: Final = 10.0


@dataclass(frozen=True, slots=True)
class Merchant:
    """A seller and its shops."""

    merchant: str
    shops: tuple[str, ...]

    def speaks_for(self, shop: str) -> None:
        """Raise `Refused` for a shop of somebody else, whether or not it exists."""
        if shop not in self.shops:
            raise Refused("not_your_shop", "this key does not speak for that shop")


@dataclass(frozen=True, slots=True)
class Merchants:
    """The merchants secret: `{"merchants": [{"merchant", "shops": […], "keys": ["sha256:<hex>", …]}]}`."""

    secret: Secret

    def holding(self, authorization: str) -> Merchant:
        """The merchant whose key stands in an `Authorization: Bearer …` header; several keys may be valid at once.

        Raises `Refused`, the same for no header, another scheme, an unknown key, and a secret that is empty or broken.
        """
        scheme, _, key = authorization.partition(" ")
        found = self._find(key.strip(), FRESH_FOR) or self._find(key.strip(), _NEW_KEY_AFTER)
        if scheme.lower() != "bearer" or not key.strip() or found is None:
            raise Refused("unauthorized", "a valid key is needed: Authorization: Bearer <key>")
        return found

    def _find(self, key: str, fresh_for: float) -> Merchant | None:
        digest = "sha256:" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        found: Merchant | None = None
        for entry in self._entries(fresh_for):
            for known in entry.get("keys") or ():
                if hmac.compare_digest(digest.encode(), str(known).encode()):
                    found = Merchant(str(entry.get("merchant")), tuple(entry.get("shops") or ()))
        return found

    def _entries(self, fresh_for: float) -> list[Mapping[str, Any]]:
        try:
            entries = json.loads(self.secret.value(fresh_for=fresh_for))["merchants"]
        except (ValueError, KeyError, TypeError) as error:
            raise Refused("unauthorized", "a valid key is needed: Authorization: Bearer <key>") from error
        return [entry for entry in entries or () if isinstance(entry, dict)]
