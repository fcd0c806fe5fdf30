"""Addresses → lines of answers, in order: in this process, or in several when there is enough to do.

Rows go in chunks. What comes back of a chunk is the text to write and what to count, so that no more than a few chunks
are in memory and the output is the same however many processes made it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from doorstep.address import PostalTable, TypedAddress, assess
from doorstep.address.reference import StreetReference
from doorstep_cli.street_file import StreetFile

Row = tuple[str, TypedAddress]
_CHUNK: Final = 200
_MOST_JOBS: Final = 8
_WORTH_A_PROCESS: Final = 4_000_000  # bytes of input: about ten seconds of work, while starting takes half a second
_CAPACITY: Final = 512_000_000  # bytes of streets kept in memory, by all processes together


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to some rows: whole lines, how often which verdict, and which parts of the reference are damaged."""

    lines: bytes
    verdicts: Counter[str]
    damaged: frozenset[str]


class Answerer:
    """Answers rows. Opens the tables once; `reference` is the folder of a street reference, or None."""

    def __init__(self, reference: Path | None, locale: str, *, capacity: int = _CAPACITY) -> None:
        """Raises `Trouble` when the reference cannot be used, `Permanent` when the ZIP table is not there."""
        self._postal = PostalTable.open()
        self._damaged = set[str]()
        self._file = StreetFile(reference) if reference is not None else None
        self._streets = StreetReference.none()
        if self._file is not None:
            self._streets = StreetReference(self._file.read, capacity=capacity, damaged=self._damaged.add)
        self._locale = locale

    def answer(self, rows: Iterable[Row]) -> Answered:
        """One line for each row, in order."""
        verdicts, lines = Counter[str](), list[str]()
        for row_id, typed in rows:
            try:
                assessment = assess(typed, postal=self._postal, streets=self._streets, locale=self._locale)
            except Exception as error:
                error.add_note(f"This was the row with the id {row_id!r}; please report it.")
                raise
            verdicts[assessment.verdict] += 1
            lines.append(json.dumps({"id": row_id, **assessment.to_dict()}))
        lines.append("")
        return Answered("\n".join(lines).encode("ascii"), verdicts, frozenset(self._damaged))

    def close(self) -> None:
        """Let go of the reference."""
        if self._file is not None:
            self._file.close()


def usual_jobs(size: int) -> int:
    """How many processes an input of `size` bytes is worth on this machine."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(there, _MOST_JOBS, size // _WORTH_A_PROCESS))


def answers(rows: Iterator[Row], reference: Path | None, locale: str, *, jobs: int) -> Iterator[Answered]:
    """The answers to all rows, in order. Raises as `Answerer` does, and `Trouble` when a process ends untimely."""
    chunks = iter(lambda: list(islice(rows, _CHUNK)), [])
    if jobs == 1:
        with closing(Answerer(reference, locale)) as answerer:
            yield from map(answerer.answer, chunks)
    else:
        from doorstep_cli.answering_together import in_processes  # 15 ms to import

        yield from in_processes(chunks, reference, locale, jobs=jobs, capacity=_CAPACITY // jobs)
