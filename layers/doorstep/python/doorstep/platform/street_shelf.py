"""The street reference as validations read it: one Query for a ZIP Code or a city, and what was read stays in memory.

It is advice: a table that is slow, throttled or gone never costs anybody a verdict. Whatever goes wrong is `Transient`
here, which `StreetReference` takes for "not known now", and for some seconds after that nobody asks the table again, so
that an outage does not use up the patience of every buyer at a checkout.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from doorstep.address.reference.reference import StreetReference
from doorstep.errors import DoorstepError, Transient
from doorstep.platform import keys, log
from doorstep.platform.aws import client, translated

CAPACITY: Final = 48_000_000  # bytes in memory
FRESH_FOR: Final = 3_600.0  # seconds; after that a new upload is seen
REST: Final = 5.0  # seconds without a question after one that was not answered


@dataclass(slots=True)
class StreetShelf:
    """The street table `table`. One to a process."""

    table: str
    _reference: StreetReference | None = None
    _made_at: float = field(default=float("-inf"))
    _rests_until: float = field(default=float("-inf"))

    def reference(self) -> StreetReference:
        """The reference, with an empty memory once an hour."""
        moment = time.monotonic()
        if self._reference is None or moment - self._made_at > FRESH_FOR:
            self._reference = StreetReference(self.read, capacity=CAPACITY, damaged=_say_damaged)
            self._made_at = moment
        return self._reference

    def read(self, pk: str) -> list[bytes]:
        """The bodies of a partition. Raises `Transient` when they cannot be had now.

        Read at half the price first. Who reads while a file's part is being replaced reads again, consistently.
        """
        if not _can_be_there(pk):
            return []
        for consistent in (False, True, True):
            read = [_part(item) for item in self._asked(pk, consistent=consistent)]
            found = [part for part in read if part]
            if _whole(found):
                if len(found) < len(read):
                    _say_damaged(pk)
                return [part.body for part in found]
        log.count("StreetReferenceUnavailable")
        raise Transient("in_parts", "street reference: this place is being replaced")

    def _asked(self, pk: str, *, consistent: bool) -> list[Mapping[str, Any]]:
        if time.monotonic() < self._rests_until:
            raise Transient("unavailable", "street reference: it did not answer a moment ago")
        try:
            return self._query(pk, consistent=consistent)
        except DoorstepError as error:
            self._rests_until = time.monotonic() + REST
            log.failure(error, what="street reference")
            log.count("StreetReferenceUnavailable")
            raise Transient("unavailable", "street reference: it cannot be read now") from error

    def _query(self, pk: str, *, consistent: bool) -> list[Mapping[str, Any]]:
        request: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ProjectionExpression": "sk, body, edition, parts",
            "ConsistentRead": consistent,
        }
        items: list[Mapping[str, Any]] = []
        with translated("street reference"):
            while True:  # not by a paginator: that reads a description of all services, 10 ms of a cold start
                page = client("dynamodb", "checkout").query(**request)
                items += page["Items"]
                if "LastEvaluatedKey" not in page:
                    return items
                request = request | {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _can_be_there(pk: str) -> bool:
    """Whether the table could hold such a key; it calls others invalid."""
    try:
        return len(pk.encode()) <= keys.LONGEST_PK
    except UnicodeEncodeError:
        return False


@dataclass(frozen=True, slots=True)
class _Part:
    file: str
    edition: str
    parts: int
    body: bytes


def _part(item: Mapping[str, Any]) -> _Part | None:
    """One part of one file; None for an item that is no such thing."""
    try:
        _, file, _ = item["sk"]["S"].split("#")
        return _Part(file, item["edition"]["S"], int(item["parts"]["N"]), bytes(item["body"]["B"]))
    except (KeyError, ValueError):
        return None


def _whole(found: Sequence[_Part]) -> bool:
    """Whether each file's parts are all there, and all of one edition."""
    files: dict[str, list[_Part]] = {}
    for part in found:
        files.setdefault(part.file, []).append(part)
    return all(
        len({(it.edition, it.parts) for it in parts}) == 1 and parts[0].parts == len(parts) for parts in files.values()
    )


def _say_damaged(pk: str) -> None:
    """A partition is a ZIP Code or the name of a city: nothing of whoever asked."""
    log.logger.warning("damaged street reference", pk=pk)
    log.count("DamagedStreetReference")
