"""Several processes that answer chunks of rows; what they answer comes out in the order in which the chunks went in."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path
from typing import Final

from doorstep_cli.answering import Answered, Answerer, Row
from doorstep_cli.errors import Trouble

_AHEAD: Final = 3


def in_processes(
    chunks: Iterator[Sequence[Row]], reference: Path | None, locale: str, *, jobs: int, capacity: int
) -> Iterator[Answered]:
    """The answers to all chunks, in order; each process keeps up to `capacity` bytes of streets.

    Raises as `Answerer` does, and `Trouble` when a process ends untimely.
    """
    Answerer(reference, locale).close()  # what it has to say against tables and reference is better said by one process
    spawn = multiprocessing.get_context("spawn")
    arguments = (reference, locale, capacity)
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_start, initargs=arguments) as pool:
        try:
            waiting = deque[Future[Answered]](pool.submit(_answer, chunk) for chunk in islice(chunks, jobs * _AHEAD))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(pool.submit(_answer, chunk) for chunk in islice(chunks, 1))
        except BrokenProcessPool as error:
            raise Trouble("a process ended untimely; run it again, with --jobs 1 if memory is short") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_mine: list[Answerer] = []


def _start(reference: Path | None, locale: str, capacity: int) -> None:
    """Make this process's own answerer. Ctrl-C is the first process's to hear; when that is gone, so is this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    _mine.append(Answerer(reference, locale, capacity=capacity))


def _follow_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _answer(rows: Sequence[Row]) -> Answered:
    return _mine[0].answer(rows)
