"""`doorstep demo` plays to its end, and tells what it did."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from doorstep_cli.demo import play
from doorstep_cli.narrator import Narrator

pytestmark = pytest.mark.e2e


def test_the_demo_tells_the_whole_story(town: Any) -> None:
    screen = io.StringIO()

    play(town.stack, Narrator(Console(file=screen, width=100, soft_wrap=True)))

    told = screen.getvalue()
    for chapter in (
        "At the checkout",
        "misspelt city",
        "takes a code",
        "do not answer",
        "bounces",
        "keeps the buyer",
        "wrong house number",
        "Nobody at home",
        "falls silent",
    ):
        assert chapter in told
    assert "Order Released" in told
    assert "Offer Accepted" in told
    assert "Case Resolved" in told
    for page in ("confirm", "order", "offers", "tasks"):
        assert f"{town.stack.api_url}/{page}/" in told
