"""What every test here has: data compiled before the first of them, no network unless it says so, and `world`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import pytest_socket
import world as worlds
from hypothesis import HealthCheck, settings

from doorstep_cli.compile_data import ensure_compiled

# Powertools reads its names once, when the log room is first imported.
os.environ |= {"POWERTOOLS_SERVICE_NAME": "doorstep", "POWERTOOLS_METRICS_NAMESPACE": "Doorstep"}

NETWORKED = {"e2e", "browser"}

# No deadlines: one example may open the postal table or make the first page, and time says more of the machine anyway.
settings.register_profile("doorstep", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
# The gate tries the same examples each time; whoever works on the code tries new ones with every run.
settings.register_profile("gate", settings.get_profile("doorstep"), derandomize=True)
settings.load_profile("gate" if os.environ.get("CI") == "true" else "doorstep")


def pytest_sessionstart() -> None:
    """Compile what has changed since the last run."""
    ensure_compiled()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies under tests/integration is marked so."""
    for item in items:
        if "integration" in item.path.parts:
            item.add_marker(pytest.mark.integration)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Only the tests that say so (`enable_socket`), and those against the local stack, may open a connection."""
    if NETWORKED & set(request.node.path.parts) or request.node.get_closest_marker("enable_socket"):
        yield
        return
    pytest_socket.disable_socket(allow_unix_socket=True)
    try:
        yield
    finally:
        pytest_socket.enable_socket()


@pytest.fixture
def new_world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., worlds.World]]:
    """Makes the world of this test: `new_world(policy=…, at=…)`. One to a test."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(worlds.new_world(monkeypatch, **how))


@pytest.fixture
def world(new_world: Callable[..., worlds.World]) -> worlds.World:
    """The whole product in this process, with Doorstep's own policy."""
    return new_world()
