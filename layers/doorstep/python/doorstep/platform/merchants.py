"""Who may call the seller's side: Bearer keys, kept only as hashes, each with the shops it may speak for."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorstep.errors import Refused
from doorstep.platform.secret import Secret


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
        digest = "sha256:" + hashlib.sha256(key.strip().encode("utf-8", "replace")).hexdigest()
        found: Merchant | None = None
        for entry in self._entries():
            for known in entry.get("keys") or ():
                if hmac.compare_digest(digest.encode(), str(known).encode()):
                    found = Merchant(str(entry.get("merchant")), tuple(entry.get("shops") or ()))
        if scheme.lower() != "bearer" or not key.strip() or found is None:
            raise Refused("unauthorized", "a valid key is needed: Authorization: Bearer <key>")
        return found

    def _entries(self) -> list[Mapping[str, Any]]:
        try:
            entries = json.loads(self.secret.value())["merchants"]
        except (ValueError, KeyError, TypeError) as error:
            raise Refused("unauthorized", "a valid key is needed: Authorization: Bearer <key>") from error
        return [entry for entry in entries or () if isinstance(entry, dict)]
