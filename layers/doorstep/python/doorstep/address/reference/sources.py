"""What somebody uploaded → rows: looks at the first bytes, unpacks within limits, and picks the reader."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from doorstep.address.reference.openaddresses import read_addresses
from doorstep.address.reference.rows import BadRow, SourceRow
from doorstep.address.reference.tiger import DBASE, read_tiger
from doorstep.errors import Rejected

MOST_UNPACKED: Final = 4_000_000_000
"""Bytes; an address file of the largest state has about half of that."""
MOST_RATIO: Final = 200
"""Unpacked to packed; addresses reach about 15. Counts beyond FREE_BYTES."""
FREE_BYTES: Final = 10_000_000

_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_BUFFER: Final = 1 << 17
_PLAIN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE: Final = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
# What the library lets through of a directory that makes no sense.
_NONSENSE: Final = (RuntimeError, ValueError, LookupError, ArithmeticError, OSError, struct.error)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of streets, read as it is iterated, and only once; `kind` is "openaddresses" or "tiger"."""

    kind: str
    rows: Iterator[SourceRow | BadRow]

    def __iter__(self) -> Iterator[SourceRow | BadRow]:
        return self.rows


def open_source(name: str, stream: BinaryIO) -> Source:
    """The source in `stream`, a seekable file; `name` decides where the first bytes do not.

    Raises `Rejected`: `empty_source`, `not_a_street_source`, `damaged_source`, `source_too_large`. Iterating may still
    raise the last two: damage and size show only on the way, and then nothing of the file is to be used.
    """
    size = stream.seek(0, io.SEEK_END)
    start = _first_bytes(stream)
    if start.startswith(_ZIP):
        name, stream = _member(stream)
    elif start.startswith(_GZIP):
        name = name.lower().removesuffix(".gz")
        stream = _bounded(cast(BinaryIO, gzip.GzipFile(fileobj=stream)), size)
    else:
        stream = _bounded(stream, size)
    buffered = cast(io.BufferedReader, stream)
    if buffered.peek(1)[:1] == bytes([DBASE]) or name.lower().endswith(".dbf"):
        return Source("tiger", read_tiger(stream))
    return Source("openaddresses", read_addresses(stream))


def _first_bytes(stream: BinaryIO) -> bytes:
    stream.seek(0)
    start = stream.read(4)
    stream.seek(0)
    return start


def _member(stream: BinaryIO) -> tuple[str, BinaryIO]:
    """The one table or text in a zip archive; archives inside it are none."""
    try:
        archive = zipfile.ZipFile(stream)
        files = [one for one in archive.infolist() if not _hidden(one.filename)]
        usable = [one for one in files if one.filename.lower().endswith((".dbf", ".csv"))] or [
            one for one in files if one.filename.lower().endswith(".txt")
        ]
        if len(usable) != 1:
            message = f"the archive has to hold exactly one .dbf or .csv file, and holds {len(usable)}"
            raise Rejected.because("not_a_street_source", "file", message)
        (one,) = usable
        if one.compress_type not in _PLAIN:
            raise Rejected.because("damaged_source", "file", "the archive is packed in a way that is rarely used")
        return one.filename, _bounded(cast(BinaryIO, archive.open(one)), one.compress_size)
    except (*_DAMAGE, *_NONSENSE) as error:
        raise _damaged() from error


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _bounded(inner: BinaryIO, packed: int) -> BinaryIO:
    return io.BufferedReader(_Bounded(inner, packed), _BUFFER)


class _Bounded(io.RawIOBase):
    """Passes bytes on and counts them: what unpacks beyond all measure is given up before it fills the memory."""

    def __init__(self, inner: BinaryIO, packed: int) -> None:
        self._inner = inner
        self._left = min(MOST_UNPACKED, max(FREE_BYTES, packed * MOST_RATIO))

    def readable(self) -> bool:
        return True

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(into))
        except _DAMAGE as error:
            raise _damaged() from error
        self._left -= len(data)
        if self._left < 0:
            raise _too_large()
        into[: len(data)] = data
        return len(data)


def _damaged() -> Rejected:
    return Rejected.because("damaged_source", "file", "the file is damaged or not all there")


def _too_large() -> Rejected:
    return Rejected.because("source_too_large", "file", "unpacked, the file is larger than an address file can be")
