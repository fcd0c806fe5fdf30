"""The street reference as the rules ask for it: a ZIP Code's streets, a city's index, the last ones kept in memory.

Where the bytes come from (a table, a file) is the business of whoever passes `read`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from doorstep.address.reference.blob import ForeignBlob, city_pk, opened, zip_pk
from doorstep.address.reference.city_streets import CityStreets
from doorstep.address.reference.zip_streets import ZipStreets
from doorstep.errors import Transient

Found = ZipStreets | CityStreets | None
_EMPTY: Final = 300


class StreetReference:
    """Reads each partition once and keeps what was used last, up to `capacity` bytes. Not for several threads."""

    def __init__(
        self,
        read: Callable[[str], Sequence[bytes]],
        *,
        capacity: int = 48_000_000,
        damaged: Callable[[str], None] = lambda pk: None,
    ) -> None:
        """`read` gives the bodies of a partition; `damaged` is told of partitions in which one is not ours."""
        self._read, self._damaged = read, damaged
        self._capacity, self._size = capacity, 0
        self._kept: OrderedDict[str, Found] = OrderedDict()

    @classmethod
    def none(cls) -> StreetReference:
        """The reference that knows nothing."""
        return cls(lambda pk: ())

    def zip(self, code: str) -> ZipStreets | None:
        """The streets of a ZIP Code (five digits); None where no source knows it."""
        found = self._get(zip_pk(code), ZipStreets)
        return found if isinstance(found, ZipStreets) else None

    def city(self, state: str, city: str) -> CityStreets | None:
        """The index of a city, however its name is spelt; None where no source knows it."""
        found = self._get(city_pk(state, city), CityStreets)
        return found if isinstance(found, CityStreets) else None

    @property
    def size(self) -> int:
        """About how many bytes are kept."""
        return self._size

    def _get(self, pk: str, kind: Callable[[Iterable[dict[str, Any]]], ZipStreets | CityStreets]) -> Found:
        if pk in self._kept:
            self._kept.move_to_end(pk)
            return self._kept[pk]
        try:
            bodies = self._read(pk)
        except Transient:
            return None  # not known now; who reads has said so, and the next address asks again
        found = self._made(pk, bodies, kind)
        self._kept[pk] = found
        self._size += found.size if found else _EMPTY
        while self._size > self._capacity and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._size -= gone.size if gone else _EMPTY
        return found

    def _made(
        self, pk: str, bodies: Sequence[bytes], kind: Callable[[Iterable[dict[str, Any]]], ZipStreets | CityStreets]
    ) -> Found:
        whole, found = [], None
        for body in bodies:
            try:
                content = opened(body)
                found = kind([content])
            except ForeignBlob:
                self._damaged(pk)
            else:
                whole.append(content)
        return kind(whole) if len(whole) > 1 else found
