"""Starts and stops ministack, the local AWS: one process group per directory, on a port and in folders of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zlib
from pathlib import Path
from typing import Final

from doorstep_cli.errors import Trouble
from doorstep_cli.places import STACK_BIN

REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 3


def environment(directory: Path, port: int, *, auth: bool) -> dict[str, str]:
    """The variables that ministack and its functions run with: none of the caller's own credentials or settings."""
    folder = {name: str(directory / name) for name in ("state", "s3", "tmp", "home")}
    for path in folder.values():
        Path(path).mkdir(parents=True, exist_ok=True)
    return {
        "PATH": f"{STACK_BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "HOME": folder["home"],
        "TMPDIR": folder["tmp"],
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "MINISTACK_REGION": REGION,
        "STATE_DIR": folder["state"],
        "S3_DATA_DIR": folder["s3"],
        "AUTH": "true" if auth else "false",
        "LAMBDA_EXECUTOR": "local",
        "SFTP_ENABLED": "0",  # these listen on ports of their own: two checkouts would collide
        "IOT_MTLS_ENABLED": "0",
        **credentials(),
    }


def credentials() -> dict[str, str]:
    """What clients of the local stack sign with: ministack's root, and nothing from the user's own configuration."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def free_port(wish: int = 0) -> int:
    """`wish` when nobody listens there, else any port that is free."""
    for port in (wish, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Trouble("no port is free on this machine; close some programs and try again")


def usual_port(directory: Path, offset: int = 0) -> int:
    """The port a directory asks for first: always the same for it, so that addresses survive a restart."""
    return 20000 + 2 * (zlib.crc32(str(directory).encode()) % 6000) + offset


def start(directory: Path, port: int, *, auth: bool) -> int:
    """Start ministack and wait until it answers; returns its process id, which is its process group's as well.

    Raises `Trouble` with the end of its log when it does not come up.
    """
    program = STACK_BIN / "ministack"
    if not program.exists():
        raise Trouble(f"{program} is missing: run `make setup`")
    log = directory / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(program)],
            cwd=directory,
            env=environment(directory, port, auth=auth),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if healthy(port):
            return leave_running(process)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    stop(process.pid)
    raise Trouble(
        f"ministack did not start; the end of {log}:\n"
        + "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
    )


def leave_running(process: subprocess.Popen[bytes]) -> int:
    """The id of a process that outlives this program. Popen would warn of that, so it is told that it has ended."""
    process.returncode = 0
    return process.pid


def healthy(port: int) -> bool:
    """True when ministack answers on `port`."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(pid: int) -> None:
    """End the process group that `pid` leads, gently first; nothing to do when it is gone."""
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.killpg(pid, number)
            deadline = time.monotonic() + _STOP_SECONDS
            while time.monotonic() < deadline:
                _reap(pid)
                os.killpg(pid, 0)
                time.sleep(0.05)
    except (ProcessLookupError, PermissionError):
        return


def ours(pid: int, word: str) -> bool:
    """True when `pid` runs and its command line holds `word`: a number from a file may be another program by now."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        command = found.stdout
    return word in command


def remove(directory: Path, names: tuple[str, ...]) -> None:
    """Delete folders and files below `directory`; what is not there is left out."""
    for name in names:
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # somebody else's child
