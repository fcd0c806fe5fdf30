"""The local AWS as a process: on a port of its own, with nothing of ours in it, and never somebody else's killed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstep_cli import ministack
from doorstep_cli.stack import LocalStack


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A program of somebody else. What it runs is to be seen once it has said something, and not before."""
    command = ["sh", "-c", "echo ready; read -r line"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


@pytest.mark.enable_socket
def test_a_wish_is_granted_when_nobody_listens_there() -> None:
    port = ministack.free_port()

    assert port > 1023
    assert ministack.free_port(port) == port


@pytest.mark.enable_socket
def test_a_port_in_use_is_left_to_its_owner() -> None:
    with socket.create_server(("127.0.0.1", 0)) as owner:
        taken = owner.getsockname()[1]

        assert ministack.free_port(taken) not in {0, taken}


def test_a_directory_asks_for_the_same_ports_each_time(tmp_path: Path) -> None:
    ports = [ministack.usual_port(tmp_path, offset) for offset in (0, 1)]

    assert ports == [ministack.usual_port(tmp_path, offset) for offset in (0, 1)]
    assert ports[1] == ports[0] + 1
    # Above what needs privileges, below what systems hand out for outgoing connections.
    for number in range(500):
        assert 20000 <= ministack.usual_port(tmp_path / str(number), 1) < 32768


def test_nothing_of_the_callers_own_account_reaches_the_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "PYTHONPATH"):
        monkeypatch.setenv(name, "the caller's own")

    variables = ministack.environment(tmp_path, 4566, auth=True)

    assert "the caller's own" not in variables.values()
    assert variables["GATEWAY_PORT"] == "4566"
    assert variables["AUTH"] == "true"
    for name in ("HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR"):
        assert Path(variables[name]).is_dir()
        assert Path(variables[name]).is_relative_to(tmp_path)


def test_a_process_is_ours_by_what_it_runs(bystander: subprocess.Popen[bytes]) -> None:
    assert ministack.ours(bystander.pid, "read -r line")
    assert not ministack.ours(bystander.pid, "ministack")


def test_a_number_that_nobody_has_is_not_ours() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    assert not ministack.ours(gone.pid, "python")
    assert not ministack.ours(-1, "ministack")


def test_stopping_ends_the_whole_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ministack, "_STOP_SECONDS", 0.3)  # an init that collects orphans slowly is not waited for
    with subprocess.Popen(
        ["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, start_new_session=True
    ) as leader:
        assert leader.stdout is not None
        child = int(leader.stdout.readline())

        ministack.stop(leader.pid)

        assert leader.stdout.read() == b""  # nobody holds the other end any more
        assert not ministack.ours(child, "sleep")


def test_who_does_not_listen_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ministack, "_STOP_SECONDS", 0.1)
    with subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo ready; sleep 5; sleep 5"], stdout=subprocess.PIPE, start_new_session=True
    ) as deaf:
        assert deaf.stdout is not None
        assert deaf.stdout.readline() == b"ready\n"

        ministack.stop(deaf.pid)

        assert not ministack.ours(deaf.pid, "trap")
        assert deaf.stdout.read() == b""


def test_stopping_what_is_gone_does_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    gone.wait()

    ministack.stop(gone.pid)


def test_down_never_ends_a_program_that_has_got_the_number_since(
    tmp_path: Path, bystander: subprocess.Popen[bytes]
) -> None:
    (tmp_path / "stack.json").write_text(json.dumps({"pid": bystander.pid, "web_pid": bystander.pid, "port": 1}))
    (tmp_path / "state").mkdir()
    (tmp_path / "build.stamp").write_text("kept")

    assert not LocalStack(tmp_path).running
    assert LocalStack(tmp_path).down() is False

    assert bystander.poll() is None
    assert sorted(os.listdir(tmp_path)) == ["build.stamp"]
