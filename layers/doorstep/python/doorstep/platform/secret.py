"""Secrets, read from Secrets Manager once in a while, never from the environment."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from doorstep.errors import Refused
from doorstep.platform.aws import client, translated

FRESH_FOR: Final = 300.0


@dataclass(slots=True)
class Secret:
    """One secret, kept in memory for five minutes, so that a rotation is noticed without a deployment."""

    arn: str
    _value: str = ""
    _read_at: float = field(default=float("-inf"))

    def value(self, *, fresh_for: float = FRESH_FOR) -> str:
        """The secret's text, read at most `fresh_for` seconds ago.

        Raises `Refused` when there is none: without a secret nothing is let through.
        """
        if time.monotonic() - self._read_at > fresh_for:
            with translated("secret"):
                answer = client("secretsmanager").get_secret_value(SecretId=self.arn)
            self._value, self._read_at = str(answer.get("SecretString") or ""), time.monotonic()
        if not self._value:
            raise Refused("not_configured", "no secret is configured")
        return self._value
