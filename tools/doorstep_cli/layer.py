"""Puts the layer `doorstep` together for `sam build`: sources, templates and compiled data, nothing else."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from doorstep_cli.compile_data import ensure_compiled
from doorstep_cli.errors import Trouble
from doorstep_cli.places import PACKAGE

# What people read or tools leave behind; functions load the compiled form.
_LEFT_OUT: Final = shutil.ignore_patterns("*.yaml", "*.pyc", "__pycache__", "tests", "*.md", ".*", "*.unfinished")


def assemble(artifacts: Path) -> None:
    """Write the layer's content to `artifacts/python/doorstep`. Raises `Trouble` when data cannot be compiled."""
    ensure_compiled()
    shutil.copytree(PACKAGE, artifacts / "python" / PACKAGE.name, ignore=_LEFT_OUT, dirs_exist_ok=True)


if __name__ == "__main__":
    try:
        assemble(Path(sys.argv[1]))
    except Trouble as _trouble:
        print(f"doorstep: {_trouble}", file=sys.stderr)
        sys.exit(2)
