"""The command line: what goes wrong is said on stderr, with what to do, and ends with status 2."""

from __future__ import annotations

import argparse
import io
import sys
from functools import partial
from pathlib import Path

import pytest

from doorstep_cli import local, stack
from doorstep_cli.errors import Trouble
from doorstep_cli.main import main
from doorstep_cli.stack import LocalStack


@pytest.fixture
def nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout where no stack was ever started."""
    for module in (local, stack):
        monkeypatch.setattr(module, "LocalStack", partial(LocalStack, tmp_path))


def status(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("keys",),
        ("keys", "issue"),
        ("keys", "revoke", "--merchant", "acme"),
        ("webhooks",),
        ("webhooks", "add"),
        ("up", "--fast"),
    ],
    ids=" ".join,
)
def test_a_command_that_is_not_one_is_answered_with_its_usage(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "usage: doorstep" in said.err


@pytest.mark.parametrize("command", ["up", "down", "status", "demo", "inbox", "keys", "webhooks"])
def test_every_command_says_what_it_is_for(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status("--help") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]

    assert any(line[0] == command and len(line) > 3 for line in lines if line)
    assert status(command, "--help") == 0


@pytest.mark.usefixtures("nothing_up")
@pytest.mark.parametrize(
    "arguments", [("status",), ("status", "--json"), ("inbox",), ("keys", "list"), ("webhooks", "list")], ids=" ".join
)
def test_without_a_stack_one_reads_how_to_start_it(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "doorstep: the local stack is not up: run `doorstep up`\n"


@pytest.mark.usefixtures("nothing_up")
def test_stopping_nothing_is_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    main(["down"])

    assert capsys.readouterr().out == "nothing was running\n"


def fails_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: argparse.Namespace) -> None:
        raise error

    monkeypatch.setattr(local, "_status", fail)


def test_trouble_is_a_sentence_and_not_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails_with(Trouble("no port is free; close some programs"), monkeypatch)

    assert status("status") == 2
    assert capsys.readouterr().err == "doorstep: no port is free; close some programs\n"


def test_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(KeyError("oops"), monkeypatch)

    with pytest.raises(KeyError):
        main(["status"])


def test_ctrl_c_ends_as_shells_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(KeyboardInterrupt(), monkeypatch)

    assert status("status") == 130


def test_a_reader_that_has_seen_enough_gets_no_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    fails_with(BrokenPipeError(), monkeypatch)

    main(["status"])

    assert stderr.closed
