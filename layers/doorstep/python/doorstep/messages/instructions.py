"""What a case's codes mean to ops, and what to do at a step: shared by the alert and the task page.

Texts are found by code. A code without a text of its own (a step a seller has added, a carrier's new word) is told in
general words or as it stands: an alert that cannot be written helps nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from doorstep.messages.catalogue import Texts

_OTHER: Final = "other"
_TABLE_OF_DETAIL: Final[Mapping[str, str]] = {
    "opened": "reasons",
    "renewed": "reasons",
    "completed": "outcomes",
    "resolved": "resolutions",
}


def named(say: Texts, table: str, code: str) -> str:
    """The text of `code` in a table such as `reasons` or `outcomes`; the code itself when it has none."""
    return str(say.names(table).get(code, code))


def option_named(say: Texts, option: str) -> str:
    """What an option does, in a few words."""
    return say.sentence(f"options.{option}.name") if option in say.names("options") else option


def kind_told(say: Texts, kind: str, part: str) -> str:
    """The `title` of a kind of case, or what has `happened` when one opens."""
    return say.sentence(f"kinds.{kind if kind in say.names('kinds') else _OTHER}.{part}")


def step_named(say: Texts, kind: str, step: str) -> str:
    """What a step is about."""
    return say.sentence(f"{_step(say, kind, step)}.title")


def to_do(say: Texts, kind: str, step: str, *, option: str, carrier: str, number: str) -> tuple[str, ...]:
    """What to do at this step, one sentence a line; what to carry out depends on the option the buyer chose."""
    carrying_out = step == "carry_out" and option in say.names("options")
    key = f"options.{option}.do" if carrying_out else f"{_step(say, kind, step)}.do"
    known = {"carrier": carrier or say.sentence("layout.some_carrier"), "number": number}
    return tuple(" ".join(sentence.format(**known).split()) for sentence in say.sentences(key))


def protection_told(say: Texts, platform: str) -> str:
    """What a redirect does to the seller protection of a platform."""
    return say.sentence(f"protection.{platform if platform in say.names('protection') else _OTHER}")


def entry_told(say: Texts, kind: str, what: str, detail: str) -> str:
    """A line of a case's history: what happened, and which step, option, reason or outcome it was."""
    event = named(say, "entries", what)
    if not detail:
        return event
    if what == "snoozed" and detail.isdigit():
        told = say.say("task.forms.for_hours", hours=detail)
    elif what in {"step", "overdue"}:
        told = step_named(say, kind, detail) if _knows(say, kind, detail) else detail
    elif what.startswith("offer_"):
        told = ", ".join(option_named(say, option) for option in detail.replace(",", " ").split())
    else:
        told = named(say, _TABLE_OF_DETAIL[what], detail) if what in _TABLE_OF_DETAIL else detail
    return say.say("task.history.joined", what=event, detail=told)


def _step(say: Texts, kind: str, step: str) -> str:
    return f"steps.{kind}.{step}" if _knows(say, kind, step) else f"steps.{_OTHER}.{_OTHER}"


def _knows(say: Texts, kind: str, step: str) -> bool:
    of_kind = say.names("steps").get(kind)
    return isinstance(of_kind, dict) and step in of_kind
