"""A link in a mail: what it is for, until when it works, and what was done through it. The token itself is nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from doorstep.errors import NotFound

Purpose = Literal["confirm", "order", "offer", "task"]


@dataclass(frozen=True, slots=True)
class Link:
    """`token_hash` is SHA-256 (hex) of the token; `done` is "" until the link has been used. `subject` is what it is
    about within the order: the id of an offer, or of a case."""

    token_hash: str
    purpose: Purpose
    shop: str
    order_id: str
    message: str
    expires_at: datetime
    done: str = ""
    done_at: datetime | None = None
    subject: str = ""


class LinkStore(Protocol):
    """Finds links by their token; consistent."""

    def find(self, token: str) -> Link | None:
        """The link of this token, expired or not; None for a foreign or garbage one."""


def usable(link: Link | None, purpose: Purpose, now: datetime) -> Link:
    """The link, if it serves this purpose and has not expired. Raises `NotFound`, the same for every other case."""
    if link is None or link.purpose != purpose or now >= link.expires_at:
        raise NotFound("link_not_usable", "this link no longer works")
    return link
