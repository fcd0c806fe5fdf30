"""`GET /cases`: which open cases are asked for, and where the next page begins. By due date, oldest first."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

from doorstep.errors import Rejected
from doorstep.fields import Fields
from doorstep.orders.placing import IDENTIFIER
from doorstep.platform import keys

Place = tuple[str, str, str]
"""(due_at, pk, sk) of a case on the by-due index."""
_LIMIT: Final = re.compile(r"[1-9][0-9]?|100")
_DEFAULT_LIMIT: Final = 50
_PLACE: Final = re.compile(r"([0-9TZ:.-]{20,30})\n(ORDER#[A-Za-z0-9._#-]{1,140})\n(CASE#[a-z0-9_-]{1,60})")


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """The shops asked about, how many cases at most, and after which."""

    shops: tuple[str, ...]
    limit: int
    after: Place

    @classmethod
    def decode(cls, parameters: Mapping[str, Any], shops: tuple[str, ...]) -> Self:
        """Read `shop`, `limit`, `next`; without `shop`, all of the caller's. Raises `Rejected`."""
        fields = Fields(parameters)
        shop = fields.text("shop", max_length=64, pattern=IDENTIFIER, required=False)
        limit = fields.text("limit", max_length=3, pattern=_LIMIT, required=False, hint="must be from 1 to 100")
        cursor = fields.text("next", max_length=3000, required=False)
        fields.done()
        return cls((shop,) if shop else shops, int(limit or _DEFAULT_LIMIT), _place(cursor) if cursor else ("", "", ""))

    def page(self, cases: Iterator[Place]) -> tuple[list[Place], str | None]:
        """The places of this page, and the cursor of the next one, or None; it names a case of the caller's own."""
        ours = (place for place in cases if keys.order_of(place[1])[0] in self.shops)
        found = list(islice(ours, self.limit))
        return found, _cursor(found[-1]) if found and next(ours, None) is not None else None


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode("\n".join(place).encode()).decode().rstrip("=")


def _place(cursor: str) -> Place:
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError as error:
        raise _no_cursor() from error
    found = _PLACE.fullmatch(place)
    if found is None:
        raise _no_cursor()
    return found[1], found[2], found[3]


def _no_cursor() -> Rejected:
    return Rejected.because("wrong_format", "next", "must be the `next` of the page before")
