"""Typed settings per handler: a subclass's fields, in capitals, are exactly its function's environment variables."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from typing import Self

from doorstep.errors import Permanent


@dataclass(frozen=True, slots=True)
class Environment:
    """Base of every handler's `Settings`; all fields are `str`."""

    @classmethod
    def from_environment(cls) -> Self:
        """Read the variables. Raises `Permanent` naming the missing ones: at start, not at the first request."""
        names = [field.name for field in fields(cls)]
        missing = [name.upper() for name in names if name.upper() not in os.environ]
        if missing:
            raise Permanent("missing_settings", "environment variables are missing: " + ", ".join(missing))
        return cls(**{name: os.environ[name.upper()] for name in names})
