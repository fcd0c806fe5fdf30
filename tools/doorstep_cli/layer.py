"""Puts the layer `doorstep` together for `sam build`: sources with their bytecode, templates and compiled data.

A layer cannot be written to, so without bytecode every cold start would compile the sources anew. Bytecode belongs to
one version of Python and is ignored by the others, so it is made for each runtime whose Python is at hand: the one
that `sam build` needs is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from doorstep_cli.compile_data import ensure_compiled
from doorstep_cli.errors import Trouble
from doorstep_cli.places import PACKAGE

# What people read or tools leave behind; functions load the compiled form.
_LEFT_OUT: Final = shutil.ignore_patterns("*.yaml", "*.pyc", "__pycache__", "tests", "*.md", ".*", "*.unfinished")
_OTHERS: Final = ("python3.11", "python3.12", "python3.13")


def assemble(artifacts: Path) -> None:
    """Write the layer's content to `artifacts/python/doorstep`. Raises `Trouble` when something cannot be compiled."""
    ensure_compiled()
    package = artifacts / "python" / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=_LEFT_OUT, dirs_exist_ok=True)
    if not _compiled(sys.executable, package):
        raise Trouble("the sources of the layer cannot be compiled; see above")
    for python in filter(None, map(shutil.which, _OTHERS)):
        _compiled(python, package)  # one that is on the PATH and does not run is none that sam could use


def _compiled(python: str, package: Path) -> bool:
    """Bytecode that is valid whatever date a file gets, with the names that files have in Lambda."""
    command = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    places = ["-s", str(package.parent), "-p", "/opt/python", str(package)]
    done = subprocess.run([*command, *places], check=False, stderr=subprocess.DEVNULL)
    return done.returncode == 0


if __name__ == "__main__":
    try:
        assemble(Path(sys.argv[1]))
    except Trouble as _trouble:
        print(f"doorstep: {_trouble}", file=sys.stderr)
        sys.exit(2)
