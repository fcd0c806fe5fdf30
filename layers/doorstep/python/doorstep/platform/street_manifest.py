"""What a source's file may have put into the street table: partitions, and how many parts of which kind in each.

A manifest is written before what it names, and never names less than is there: so whatever a load left behind that was
killed, or replaced by another, is found again and taken away. It is kept compressed, in pieces that fit into an item.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from doorstep.address.reference.blob import Blob, sk

CHUNK: Final = 300_000  # bytes; an item may have 400 KB

Parts = Mapping[str, int]  # kind of source → number of parts


@dataclass(frozen=True, slots=True)
class Manifest:
    """Partitions of one file, by key."""

    places: Mapping[str, Parts] = field(default_factory=dict)

    @classmethod
    def of(cls, blobs: Iterable[Blob]) -> Manifest:
        """What these blobs are when they are in the table."""
        places: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for blob in blobs:
            places[blob.pk][blob.sk.partition("#")[0]] += 1
        return cls({pk: dict(parts) for pk, parts in places.items()})

    def __or__(self, other: Manifest) -> Manifest:
        """Whatever stands in either, with the larger number of parts."""
        places = {pk: dict(Counter(self.places.get(pk, {})) | Counter(parts)) for pk, parts in other.places.items()}
        return Manifest({**self.places, **places})

    def sort_keys(self, pk: str, file: str) -> Iterator[str]:
        """The sort keys of the file's parts in a partition."""
        for source, parts in self.places.get(pk, {}).items():
            yield from (sk(source, file, part) for part in range(parts))

    def packed(self) -> bytes:
        """The manifest as bytes; the same manifest always gives the same."""
        return zlib.compress(json.dumps(self.places, separators=(",", ":"), sort_keys=True).encode(), 6)

    @classmethod
    def unpacked(cls, packed: bytes) -> Manifest:
        """The manifest that gave these bytes; none gave the empty ones."""
        return cls(json.loads(zlib.decompress(packed))) if packed else cls()


def name_of(packed: bytes) -> str:
    """What a packed manifest is called: a hash, so that writing it twice is writing it once."""
    return hashlib.sha256(packed).hexdigest()[:16]


def chunks(packed: bytes) -> list[bytes]:
    """The bytes in pieces that fit into an item."""
    return [packed[start : start + CHUNK] for start in range(0, len(packed), CHUNK)]
