"""What a room has to tell others, written in the same transaction as its own change.

Two kinds of records: an `Event` goes to the bus (ids and codes only, never a name, address or free text), a
`MessageRequest` becomes a message item plus a note to the messages queue. Nothing here sends anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Code = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the past tense (`Order Held`), with the ids and codes a subscriber needs."""

    name: str
    occurred_at: datetime
    data: Mapping[str, Code]
    schema: str = "1"


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """Please tell the buyer, or ops, `template`; the n-th time for this order and case ("" when there is no case).

    `about` names the template of another message when this one is about that (such as: it could not be delivered).
    `facts` holds codes, ids and times that the text needs; personal data is read from the order when it is sent.
    """

    template: str
    audience: Literal["buyer", "ops"]
    n: int
    case: str = ""
    about: str = ""
    facts: Mapping[str, Code] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Unique within the order: `<case or ->/<template>[.<about>]/<n>`."""
        return f"{self.case or '-'}/{self.template}{'.' + self.about if self.about else ''}/{self.n}"
