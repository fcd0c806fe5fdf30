"""What a provider is to the rest of the house, and what goes in and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from doorstep.parcels.scan import Scan


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One call to `/webhooks/{provider}`: header names in lower case, the body as the bytes that were sent, and when it
    came: schemes that sign a time are held to it."""

    provider: str
    headers: Mapping[str, str]
    body: bytes
    path: str
    received_at: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a body said: scans, oldest first, and the codes nobody knows yet, as `<table>:<code>`, each once."""

    scans: tuple[Scan, ...] = ()
    unmapped: tuple[str, ...] = ()


class Provider(Protocol):
    """One source of scans."""

    @property
    def name(self) -> str:
        """The provider in routes, secrets and scans."""

    def verify(self, call: WebhookCall, secrets: Sequence[str]) -> None:
        """Return if one of the valid `secrets` proves this call; raise `Refused`, the same for every cause."""

    def read(self, body: bytes, *, received_at: datetime, archive: str) -> Heard:
        """The scans in a body that was kept as `archive`; a body about something else than parcels has none.

        Raises `Rejected` for what is no body of this provider's, never for unknown codes or missing fields.
        """
