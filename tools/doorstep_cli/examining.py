"""What can be told of a text file by its bytes: how large it is, a hash of it, and which encoding it must be."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from doorstep_cli.errors import Trouble

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Examined:
    """Bytes, SHA-256, and utf-8-sig, utf-16, or cp1252 for what can be neither."""

    size: int
    digest: str
    encoding: str


def examine(path: Path) -> Examined:
    """Read the file once. Raises `Trouble` when it cannot be read."""
    digest, size, start = hashlib.sha256(), 0, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    encoding = "utf-8-sig"
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                start, size = start or chunk[:2], size + len(chunk)
                digest.update(chunk)
                if encoding == "utf-8-sig":
                    encoding = _tried(decoder, chunk)
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror or error}") from error
    if encoding == "utf-8-sig":
        encoding = _tried(decoder, b"", final=True)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    return Examined(size, digest.hexdigest(), encoding)


def _tried(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> str:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
