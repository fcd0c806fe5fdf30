"""Everything that can go wrong, drawn once; each edge (HTTP, batch) maps this tree in one place.

    DoorstepError
    ├── Rejected    the caller can mend it: every problem has a code and a field
    ├── Refused     who are you? missing, wrong or expired credential, or one without this right
    ├── NotFound    no such thing, as far as this caller may know
    ├── Conflict    somebody else was first, or the same id means something else
    ├── Transient   try again later; nothing was lost
    │   └── AnswerLost  it may have been done all the same: try again only what may be done twice
    └── Permanent   trying again cannot help; goes to the dead-letter queue and to ops
        └── Undeliverable    the mail service will never take this very message

No message ever repeats the input: inputs hold personal data, messages end up in logs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class DoorstepError(Exception):
    """The root; `code` is for machines and stable, `message` is for people and carries no input."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field; `field` is a dotted path such as `items.0.quantity`, or "" for the whole."""

    code: str
    field: str
    message: str


class Rejected(DoorstepError):
    """The caller sent something that cannot be used, and can put it right."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        message = f"{first.field}: {first.message}" if first.field else first.message
        super().__init__(first.code if len(self.problems) == 1 else "invalid_input", message)

    @classmethod
    def because(cls, code: str, field: str, message: str) -> Rejected:
        """A rejection for a single problem."""
        return cls([Problem(code, field, message)])


class Refused(DoorstepError):
    """The caller is not who they should be, or may not do this. One answer for every cause."""


class NotFound(DoorstepError):
    """There is no such thing, or the caller may not know of it."""


class Conflict(DoorstepError):
    """The state has moved on since the caller looked, or the id is taken by something else."""


class Transient(DoorstepError):
    """A dependency is slow, throttled or down. Trying again is right, and safe."""


class AnswerLost(Transient):
    """The request went out and no answer came back: whether it was carried out is not known."""


class Permanent(DoorstepError):
    """Will fail the same way every time; a person has to look."""


class Undeliverable(Permanent):
    """The mail service refuses this very message; no other time and no repair would change that."""
