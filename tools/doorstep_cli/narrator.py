"""Tells a story as a timeline: who did what, what came back, and each mail as it was sent."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape

from doorstep_cli.inbox import Received

_COLOURS: Mapping[str, str] = {
    "checkout": "cyan",
    "shop": "blue",
    "carrier": "bright_cyan",
    "buyer": "green",
    "scanner": "magenta",
    "doorstep": "yellow",
    "warehouse": "white",
    "ops": "red",
    "stranger": "magenta",
}


class Narrator:
    """Prints; seconds since the story began stand before each line."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()

    def chapter(self, title: str) -> None:
        """A new part of the story."""
        self._console.print()
        self._console.rule(f"[bold]{escape(title)}[/bold]", align="left")

    def tell(self, who: str, what: str, details: Sequence[str] = ()) -> None:
        """One line of the timeline, with details under it."""
        at = f"{time.monotonic() - self._began:6.1f}s"
        self._console.print(f"[dim]{at}[/dim]  [{_COLOURS[who]}]{who:<9}[/] {escape(what)}")
        for detail in details:
            self._console.print(f"[dim]{'':>19}{escape(detail)}[/dim]")

    def show(self, received: Received, *, most: int | None = None) -> None:
        """A mail or an alert, whole or its first lines; they are left as they are, so that links can be copied."""
        to = f"to {', '.join(received.to)}" if received.to else "to the ops topic"
        text = received.text.strip().splitlines()
        rest = ["", "…"] if most is not None and len(text) > most else []
        lines = (
            f"{received.kind} {to}",
            f"Subject: {received.subject}",
            "",
            *"\n".join(text[:most]).rstrip().splitlines(),
        )
        for line in (*lines, *rest):
            self._console.print(f"{'':>9}[dim]│[/dim] {escape(line)}", overflow="ignore", crop=False)

    def links(self, title: str, links: Mapping[str, str]) -> None:
        """Where to go on by hand."""
        self._console.print()
        self._console.rule(f"[bold]{escape(title)}[/bold]", align="left")
        for name, link in links.items():
            self._console.print(f"[bold]{escape(name)}[/bold]\n    {escape(link)}")
