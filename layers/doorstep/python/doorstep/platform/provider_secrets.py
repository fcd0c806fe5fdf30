"""What we share with providers, secrets they sign with or keys to ask them with: up to two of each provider are valid
at once, so that one can be exchanged in peace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from doorstep.errors import Refused
from doorstep.platform.secret import FRESH_FOR, Secret


@dataclass(frozen=True, slots=True)
class ProviderSecrets:
    """The secret `{"providers": {"<name>": ["<newest>", "<older>"]}}`."""

    secret: Secret

    def of(self, provider: str, *, fresh_for: float = FRESH_FOR) -> Sequence[str]:
        """The valid ones of a provider, the newest first; with none of them it is neither let in nor asked."""
        try:
            known = json.loads(self.secret.value(fresh_for=fresh_for))["providers"].get(provider) or ()
        except (ValueError, KeyError, TypeError, AttributeError, Refused):
            return ()
        return tuple(it for it in known if isinstance(it, str) and it) if isinstance(known, list) else ()
