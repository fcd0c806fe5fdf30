"""Where things are in this checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "layers" / "doorstep" / "python" / "doorstep"
COMPILED: Final = PACKAGE / "compiled"
TEMPLATE: Final = ROOT / "template.yaml"
WEB: Final = ROOT / "web"
LOCAL: Final = ROOT / ".local"
STACK_BIN: Final = ROOT / ".stack" / "bin"
