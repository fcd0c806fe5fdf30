"""The digest of carriers' codes that nobody knows: once a day, to ops, as an alert that names no order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from doorstep.messages.alert import Alert
from doorstep.messages.catalogue import texts

_KIND: Final = "unknown_codes"
_MOST: Final = 100


def write_digest(day: str, codes: Sequence[tuple[str, str]], locale: str) -> Alert:
    """Tell the codes (provider, `<table>:<code>`) of a day, `2026-11-23`, to ops who read `locale`."""
    say = texts(locale, "ops")
    title = say.say("digest.title", count=len(codes), day=day)
    lines = [say.say("digest.line", provider=provider, code=code) for provider, code in codes[:_MOST]]
    if len(codes) > _MOST:
        lines.append(say.say("digest.more", count=len(codes) - _MOST))
    happened, steps = say.sentence("digest.happened"), say.sentences("digest.next")
    numbered = (say.say("layout.next_steps_mark", n=n, text=step) for n, step in enumerate(steps, start=1))
    text = "\n".join((title, "", happened, "", *lines, "", say.sentence("layout.next"), *numbered, ""))
    return Alert(
        subject=f"[info] {len(codes)} unknown carrier codes on {day}",
        text=text,
        attributes={"severity": "info", "kind": _KIND},
        chat={
            "version": "1.0",
            "source": "custom",
            "id": f"{_KIND}/{day}",
            "content": {
                "textType": "client-markdown",
                "title": title,
                "description": "\n".join((happened, *lines)),
                "nextSteps": list(steps),
                "keywords": ["info", _KIND],
            },
            "metadata": {"threadId": _KIND, "summary": title, "eventType": _KIND},
        },
    )
