"""Where tests run in several processes, all that ask what was told stay in one: playing the story takes half a minute.

The tests of a group would stay together by `--dist loadgroup`, but pytest-xdist 3.8 forgets its groups with pytest 9.2.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling


class PlayedOnce(LoadScopeScheduling):
    """Every test by itself, but for those of the modules that ask for the story."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        tests = Path(__file__).parents[1]
        asking = [it for it in tests.rglob("test_*.py") if "\nfrom story import" in it.read_text("utf-8")]
        self._asking = {it.relative_to(config.rootpath).as_posix() for it in asking}

    def _split_scope(self, nodeid: str) -> str:
        return "story" if nodeid.partition("::")[0] in self._asking else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> PlayedOnce | None:
    """Unless another way to share the work was asked for."""
    return PlayedOnce(config, log) if config.getoption("dist") == "load" else None
