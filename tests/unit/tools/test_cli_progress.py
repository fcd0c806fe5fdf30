"""The line that says how far: only where somebody watches, and gone when the work is done."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from doorstep_cli import progress
from doorstep_cli.progress import Progress, WatchedFile


class Terminal(io.StringIO):
    """A screen: what was written, and what a person sees in the end."""

    def isatty(self) -> bool:
        return True

    @property
    def drawn(self) -> list[str]:
        return [line.removesuffix("\x1b[K") for line in self.getvalue().split("\r") if line]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    monkeypatch.setenv("COLUMNS", "100")
    return made


def drive(shown: Progress, clock: Clock, *steps: tuple[int, int]) -> None:
    with shown:
        for step in steps:
            clock.now += 1
            shown.show(*step)


def test_it_tells_share_count_speed_and_what_is_left(clock: Clock) -> None:
    screen = Terminal()
    drive(Progress("validate", 1000, stream=screen), clock, (0, 0), (250, 5000))

    assert screen.drawn[-2] == "validate  [######                  ]  25%  5,000 rows  2,500 rows/s  0:06 to go"


def test_what_an_earlier_run_has_done_says_nothing_of_this_ones_speed(clock: Clock) -> None:
    screen = Terminal()
    drive(Progress("validate", 1000, stream=screen), clock, (500, 10_000), (600, 10_200))

    assert "10,200 rows  100 rows/s" in screen.drawn[-2]


def test_without_a_total_the_time_is_told(clock: Clock) -> None:
    screen = Terminal()
    with Progress("loading a.csv", stream=screen) as shown:
        for _ in range(3):
            clock.now += 1800
            shown.show(0)

    assert screen.drawn[-2] == "loading a.csv  1:30:00"


def test_the_line_is_gone_when_the_work_is_done_or_has_failed(clock: Clock) -> None:
    done, failed = Terminal(), Terminal()
    drive(Progress("build", 10, stream=done), clock, (5, 0))
    with pytest.raises(TypeError):
        drive(Progress("build", 10, stream=failed), clock, (5, 0), ("not a number", 0))  # type: ignore[arg-type]

    assert len(done.drawn) == len(failed.drawn) == 2
    assert done.getvalue().endswith("\r\x1b[K")
    assert failed.getvalue().endswith("\r\x1b[K")


def test_it_draws_ten_times_a_second_at_most_and_never_wider_than_the_screen(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    screen = Terminal()
    with Progress("a name that is longer than the screen", 1000, stream=screen) as shown:
        for step in range(1000):
            clock.now += 0.001
            shown.show(step)

    assert 5 <= len(screen.drawn) - 1 <= 10
    assert max(map(len, screen.drawn)) < 20


def test_nobody_watching_nothing_is_written(clock: Clock) -> None:
    log = io.StringIO()
    drive(Progress("build", 10, stream=log), clock, (5, 1), (10, 2))

    assert log.getvalue() == ""


def test_a_watched_file_tells_how_far_it_was_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 1000)
    told: list[int] = []
    with io.BufferedReader(WatchedFile(tmp_path / "file", told.append), 400) as file:
        assert file.read(10) == b"x" * 10
        assert told == [400]
        file.seek(0)
        assert len(file.read(1000)) == 1000

    assert max(told) == 1000
