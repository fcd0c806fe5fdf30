"""`sam build` with the Python at hand, and only when something that goes into it has changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from doorstep_cli.compile_data import ensure_compiled
from doorstep_cli.errors import Trouble
from doorstep_cli.ministack import credentials
from doorstep_cli.places import LOCAL, ROOT, STACK_BIN, TEMPLATE

BUILT: Final = LOCAL / "build"
_STAMP: Final = LOCAL / "build.stamp"
_INPUTS: Final = ("functions", "layers")
_IGNORED: Final = frozenset({"__pycache__", "tests"})


def runtime() -> str:
    """The Lambda runtime that this Python stands for, such as `python3.12`."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    """This machine's architecture as Lambda names it."""
    return "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the checkout's build folder: two builds at once would mix."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build() -> str:
    """Build the stack into `.local/build`; returns a fingerprint of everything that went in.

    Raises `Trouble` with SAM's own words when it fails.
    """
    ensure_compiled()
    fingerprint = _fingerprint()
    if (BUILT / "template.yaml").exists() and _STAMP.exists() and _STAMP.read_text() == fingerprint:
        return fingerprint
    _STAMP.unlink(missing_ok=True)
    sam(
        "build",
        "--template-file", str(TEMPLATE),
        "--build-dir", str(BUILT),
        "--cached",
        "--cache-dir", str(LOCAL / "cache"),
        "--parallel",
        "--parameter-overrides", f"PythonRuntime={runtime()} Architecture={architecture()}",
    )  # fmt: skip
    _STAMP.write_text(fingerprint)
    return fingerprint


def sam(command: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run the SAM CLI of `.stack`; returns what it printed. Raises `Trouble` when it fails."""
    program = STACK_BIN / "sam"
    if not program.exists():
        raise Trouble(f"{program} is missing: run `make setup`")
    path = os.pathsep.join([str(STACK_BIN), os.environ.get("PATH", os.defpath)])
    quiet = {"SAM_CLI_TELEMETRY": "0", "__SAM_CLI_APP_DIR": str(LOCAL / "sam"), "PYTHONWARNINGS": "ignore"}
    (LOCAL / "sam").mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [str(program), command, "--config-env", "local", *arguments],  # samconfig.toml is for AWS
        cwd=ROOT,
        env={**os.environ, **credentials(), **quiet, "PATH": path, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Trouble(f"`sam {command}` failed:\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout + done.stderr


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{runtime()} {architecture()}".encode())
    for file in (TEMPLATE, *(path for name in _INPUTS for path in _files(ROOT / name))):
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not _IGNORED & set(path.parts)
        and path.suffix != ".unfinished"
        and path.name != ".manifest.json"
    )
