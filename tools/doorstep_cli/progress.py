"""One line on the terminal that says how far a long piece of work has come; nothing at all where nobody watches."""

from __future__ import annotations

import io
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TextIO

_SECONDS_BETWEEN: Final = 0.1
_WIDTH: Final = 24


class Progress:
    """with Progress("build", total=size) as progress: progress.show(done, count)"""

    def __init__(self, title: str, total: int = 0, *, unit: str = "rows", stream: TextIO | None = None) -> None:
        """`total` in the unit of `done`, or 0 when nobody can know it: then only the time is shown."""
        self._title = title
        self._total = total
        self._unit = unit
        self._stream = stream or sys.stderr
        self.watched = self._stream.isatty()
        self._began = self._drawn = time.monotonic()
        self._first: tuple[int, int] | None = None

    def show(self, done: int, count: int = 0) -> None:
        """Draw the line anew, at most ten times a second. `count` is what the speed is told of; 0 for none."""
        if not self.watched or (now := time.monotonic()) - self._drawn < _SECONDS_BETWEEN:
            return
        if self._first is None:  # what an earlier run had done says nothing of this one's speed
            self._first, self._began = (done, count), self._drawn
        self._drawn = now
        columns = shutil.get_terminal_size().columns
        self._stream.write(f"\r{self._line(done, count, now - self._began)[: columns - 1]}\x1b[K")
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was; what came of the work is for others to say."""
        if self.watched and self._first is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _line(self, done: int, count: int, seconds: float) -> str:
        first_done, first_count = self._first or (0, 0)
        parts = [self._title]
        if self._total:
            share = min(1.0, done / self._total)
            parts.append(f"[{'#' * round(share * _WIDTH):<{_WIDTH}}] {share:4.0%}")
        if count:
            parts.append(f"{count:,} {self._unit}")
            if count > first_count:
                parts.append(f"{(count - first_count) / seconds:,.0f} {self._unit}/s")
        if self._total and done > first_done:
            parts.append(f"{_clock((self._total - done) / (done - first_done) * seconds)} to go")
        elif not self._total:
            parts.append(_clock(seconds))
        return "  ".join(parts)


class WatchedFile(io.FileIO):
    """A file, opened for reading, that tells how far it has been read, in bytes. Put a buffer around it."""

    def __init__(self, path: Path, told: Callable[[int], None]) -> None:
        super().__init__(path)
        self._told = told

    def readinto(self, buffer: bytearray | memoryview) -> int | None:  # type: ignore[override]
        """As ever."""
        count = super().readinto(buffer)
        self._told(self.tell())
        return count


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
