"""The form in which a ZIP Code or a city of the street reference is kept: "DSR", a version, and compressed JSON.

This module owns the envelope and the keys. What stands inside is written by `gather` and read by `ZipStreets` and
`CityStreets`; an `opened` body is an object, and no more than that is promised.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any, Final

from doorstep.address.names import city_key

LARGEST_BODY: Final = 200_000
"""Bytes; half of what an item of the table may have."""

_MAGIC: Final = b"DSR"
_VERSION: Final = 1
_HEADER: Final = _MAGIC + bytes([_VERSION])
_LEVEL: Final = 6
_MOST_UNPACKED: Final = 16 * 1024 * 1024


class ForeignBlob(ValueError):
    """These bytes were not written by `sealed`, or not by this version, or not all of them are there."""


@dataclass(frozen=True, slots=True)
class Blob:
    """One item of the street table."""

    pk: str
    sk: str
    body: bytes


def sealed(content: dict[str, Any]) -> bytes:
    """The body for `content`; the same content always gives the same bytes."""
    return packed(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "strict"))


def packed(text: bytes) -> bytes:
    """The body for JSON that is already written out."""
    return _HEADER + zlib.compress(text, _LEVEL)


def opened(body: bytes) -> dict[str, Any]:
    """What was `sealed` into `body`.

    Raises `ForeignBlob` for anything else: another kind or version, damaged, not an object, or more than 16 MB.
    """
    if body[: len(_HEADER)] != _HEADER:
        raise ForeignBlob("not a blob of the street reference, or of another version")
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(body[len(_HEADER) :], _MOST_UNPACKED)
    except zlib.error as error:
        raise ForeignBlob("damaged") from error
    if not inflater.eof or inflater.unused_data:
        raise ForeignBlob(
            "larger than any we write" if inflater.unconsumed_tail else "cut off, or with something after"
        )
    try:
        content = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ForeignBlob("not JSON") from error
    if not isinstance(content, dict):
        raise ForeignBlob("not an object")
    return content


def zip_pk(code: str) -> str:
    """The partition of a ZIP Code."""
    return f"ZIP#{code}"


def city_pk(state: str, city: str) -> str:
    """The partition of a city, however its name is spelt."""
    return f"CITY#{state}#{city_key(city)}"


def sk(source: str, file: str, part: int) -> str:
    """The place of one part of one file in a partition; parts count from 0."""
    return f"{source}#{file}#{part:03d}"
