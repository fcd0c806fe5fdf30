"""Codes of carriers that nobody knows: written down by day, each once, and told to ops the day after in one digest.

An item of the day stands on the by-due index until its digest has gone out; what is told twice does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from doorstep.errors import Conflict
from doorstep.platform import keys
from doorstep.platform.aws import client, translated
from doorstep.platform.items import to_wire
from doorstep.platform.outbox_items import due
from doorstep.platform.table import Table

DIGEST: Final = "DIGEST"
_KEPT_FOR: Final = timedelta(days=90)
_AFTER_MIDNIGHT: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class UnknownCodes:
    """The orders table, where it keeps them: partition `UNMAPPED#<day>`, days in UTC."""

    table: str

    def note(self, provider: str, codes: Sequence[str], now: datetime) -> None:
        """Write down codes (`<table>:<code>`) of a provider; known ones of the same day change nothing."""
        pk, day = keys.unmapped_pk(f"{now:%Y-%m-%d}"), datetime.combine(now.date(), time(), UTC)
        expires = int((now + _KEPT_FOR).timestamp())
        for code in codes:
            self._put({"pk": pk, "sk": f"CODE#{provider}#{code}", "expires": expires})
        if codes:
            tomorrow = due(pk, DIGEST, day + timedelta(days=1) + _AFTER_MIDNIGHT)
            self._put({"pk": pk, "sk": DIGEST, "expires": expires, **tomorrow})

    def of(self, pk: str) -> list[tuple[str, str]]:
        """The codes of a day: provider and `<table>:<code>`, sorted. Empty when its digest has gone out."""
        if Table(self.table).get(pk, DIGEST) is None:
            return []
        parts = (item["sk"].split("#", 2) for item in Table(self.table).query(pk, "CODE#"))
        return [(provider, code) for _, provider, code in parts]

    def told(self, pk: str) -> None:
        """The digest of the day has gone out."""
        with translated("digest"):
            key = to_wire({"pk": pk, "sk": DIGEST})
            client("dynamodb").delete_item(TableName=self.table, Key=key)

    def _put(self, item: dict[str, object]) -> None:
        try:
            with translated("unknown code"):
                client("dynamodb").put_item(
                    TableName=self.table, Item=to_wire(item), ConditionExpression="attribute_not_exists(pk)"
                )
        except Conflict:
            pass  # written down before
