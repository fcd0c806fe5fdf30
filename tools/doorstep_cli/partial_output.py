"""Output that survives being stopped: lines go into OUT.partial, and the next run goes on behind the last whole one.

A small file beside it says what the lines were made from; when anything of that has changed, they are thrown away. OUT
itself is there only when it is whole.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from doorstep_cli.errors import Trouble

# Our own lines begin so; reading them back whole would take as long as half the answers.
_ANSWER: Final = re.compile(rb'\{"id": ("(?:[^"\\]|\\.)*"), "verdict": "([a-z_]+)", .*\}\n')
_BUFFER: Final = 1 << 18


class PartialOutput:
    """with PartialOutput(out, made_from) as output: … output.add(line) … output.finish()"""

    def __init__(self, out: Path, made_from: str) -> None:
        """Raises `Trouble` when the place cannot be written to, or another run is writing there."""
        self._out = out
        self._partial = out.with_name(f"{out.name}.partial")
        self._note = out.with_name(f"{out.name}.partial.from")
        self._made_from = made_from
        self.stale = False
        """True when lines were there that were made from something else."""
        if out.is_dir():
            raise Trouble(f"{out} is a folder: name a file, such as {out / 'answers.jsonl'}")
        try:
            self._file = io.BufferedRandom(
                io.FileIO(os.open(self._partial, os.O_RDWR | os.O_CREAT, 0o666), "r+"), _BUFFER
            )
        except OSError as error:
            raise Trouble(f"{out} cannot be written: {error.strerror or error}") from error

    def __enter__(self) -> Self:
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise self._taken() from error
        if not self._partial.exists() or not os.path.samestat(os.fstat(self._file.fileno()), self._partial.stat()):
            self._file.close()
            raise self._taken()  # that run has just ended, and this file is its output now
        if self._noted() != self._made_from:
            self.stale = self._file.seek(0, io.SEEK_END) > 0
            self.start_over()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def answered(self) -> Iterator[tuple[str, str]]:
        """Id and verdict of each whole line that is there. What stands behind the last of them is cut off."""
        end = self._file.seek(0)
        for line in self._file:
            answer = _ANSWER.fullmatch(line)
            if answer is None:
                break
            end += len(line)
            yield str(json.loads(answer[1])), answer[2].decode()
        self._file.seek(end)
        self._file.truncate()

    def start_over(self) -> None:
        """Throw away what is there, and note what the lines to come are made from."""
        self._file.seek(0)
        self._file.truncate()
        self._note.write_text(self._made_from, encoding="utf-8")

    def add(self, line: bytes) -> None:
        """Append one line, with its line break."""
        self._file.write(line)

    def finish(self) -> None:
        """The output is whole: give it its name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._partial.replace(self._out)
        self._note.unlink(missing_ok=True)

    def _taken(self) -> Trouble:
        return Trouble(f"another run is writing {self._out}: wait for it to end, or name another file")

    def _noted(self) -> str:
        try:
            return self._note.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
