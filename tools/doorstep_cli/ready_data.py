"""Makes sure that compiled data is there and up to date, at no cost to speak of when it is.

The compiler reads every source and needs YAML. Commands that are to start quickly ask the dates of files first.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from doorstep_cli.places import COMPILED, PACKAGE

_MANIFEST: Final = COMPILED / ".manifest.json"
_CODE: Final = (
    PACKAGE / "address" / "names.py",
    PACKAGE / "address" / "postal.py",
    Path(__file__).with_name("zip_table.py"),
)


def ready() -> None:
    """Compile what has changed, if anything may have. Raises `Trouble` as `ensure_compiled` does."""
    sources = list(PACKAGE.rglob("*.yaml"))
    try:
        made = _MANIFEST.stat().st_mtime
        known = len(json.loads(_MANIFEST.read_bytes()))
    except (FileNotFoundError, ValueError):
        made, known = 0.0, 0
    if known == len(sources) + 1 and all(path.stat().st_mtime <= made for path in (*sources, *_CODE)):
        return
    from doorstep_cli.compile_data import ensure_compiled

    ensure_compiled()
    os.utime(_MANIFEST)  # the next command need not ask again
