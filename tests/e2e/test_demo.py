"""`doorstep demo` plays to its end on a stack of its own, beside the other one, and tells what it did."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from doorstep_cli.demo import play
from doorstep_cli.narrator import Narrator

pytestmark = pytest.mark.e2e


def test_the_demo_tells_the_whole_story(open_stack: Any) -> None:
    page = io.StringIO()

    play(open_stack, Narrator(Console(file=page, width=100, soft_wrap=True)))

    told = page.getvalue()
    for chapter in (
        "At the checkout",
        "misspelt city",
        "takes a code",
        "do not answer",
        "bounces",
        "keeps the buyer",
    ):
        assert chapter in told
    assert "Order Released" in told
    assert f"{open_stack.api_url}/confirm/" in told
