"""Compiled data: what was written as YAML beside the code, read back as JSON when it is first needed.

YAML is for people and takes long to parse; `make setup`, the tests and the layer build compile every data file once
into `doorstep/compiled/`, mirroring its path. This module only reads; who compiles is `tools/doorstep_cli`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from doorstep.errors import Permanent

COMPILED: Final = Path(__file__).parent / "compiled"


@cache
def load(name: str) -> Any:
    """The compiled table `name`, such as "orders/policy". The result is shared: read it, never change it.

    Raises `Permanent` when the data has not been compiled.
    """
    try:
        return json.loads(compiled(f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Permanent("data_not_compiled", f"doorstep/compiled/{name}.json is missing; run `make setup`") from error


def compiled(file: str) -> Path:
    """Where the compiled `file`, such as "address/zipcodes.sqlite", is to be found."""
    return COMPILED / file
