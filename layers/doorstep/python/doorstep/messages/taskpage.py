"""The page of one case for ops: what happened, what to do by when, and forms to record it. Like the buyers' pages: no
script, nothing loaded from anywhere, their style sheet and so their content security policy.

Every form posts to the page's own address (it holds the token) and carries `shown_version` and `step`, so that nobody
records what has changed meanwhile. The actions: `complete` (outcome, operator, note), `snooze` (hours, operator, note)
and `resolve` (resolution, operator, note).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from doorstep.messages import instructions, pages
from doorstep.messages.catalogue import Texts, languages, texts
from doorstep.messages.rendering import render
from doorstep.messages.taskviews import NOTE_LENGTH, OPERATOR_LENGTH, RESOLUTIONS, SNOOZE_HOURS, TaskView

_TOLD_PROBLEMS: Final = (400, 404, 405, 413, 429)
_SNOOZE_FIRST: Final = 24


def task_page(view: TaskView) -> str:
    """How the case stands, the next step, and, while it is open, the forms."""
    say = texts(view.locale, "ops")
    return _page("task", say, {"view": view, **_told(say, view), **_told_lists(say, view)})


def task_gone_page(locale: str) -> str:
    """The one answer for expired, foreign and garbage links: open the newest alert."""
    return _page("ops_gone", texts(locale, "ops"), {})


def task_problem_page(locale: str, status: int, reference: str = "") -> str:
    """A plain sentence for an HTTP status; one without a sentence of its own is told as 400 or 500, by its class."""
    by_class = 400 if 400 <= status < 500 else 500
    told = status if status in _TOLD_PROBLEMS else by_class
    return _page("ops_problem", texts(locale, "ops"), {"status": told, "reference": reference})


def _told(say: Texts, view: TaskView) -> Mapping[str, object]:
    """The view's codes in words."""
    step, choice = view.step, view.choice
    return {
        "title": say.sentence("task.by_buyer.title")
        if view.by_buyer
        else instructions.kind_told(say, view.kind, "title"),
        "happened": say.sentence("task.by_buyer.happened")
        if view.by_buyer
        else instructions.kind_told(say, view.kind, "happened"),
        "reason": instructions.named(say, "reasons", view.reason),
        "milestone": instructions.named(say, "milestones", view.milestone),
        "resolution": instructions.named(say, "resolutions", view.resolution),
        "step_title": instructions.step_named(say, view.kind, step.name) if step else "",
        "choice_made": instructions.option_named(say, choice.option) if choice else "",
        "choice_state": instructions.named(say, "offer_states", choice.state) if choice else "",
        "choice_payer": instructions.named(say, "payers", choice.paid_by) if choice else "",
        "protection": instructions.protection_told(say, view.protection) if _may_void(view) else "",
    }


def _told_lists(say: Texts, view: TaskView) -> Mapping[str, object]:
    """The lists of the page: what to do, what may be recorded, and what has been."""
    step, option = view.step, view.choice.option if view.choice else ""
    return {
        "to_do": instructions.to_do(say, view.kind, step.name, option=option, carrier=view.carrier, number=view.number)
        if step
        else (),
        "outcomes": [(code, instructions.named(say, "outcomes", code)) for code in step.outcomes] if step else [],
        "resolutions": [(code, instructions.named(say, "resolutions", code)) for code in RESOLUTIONS],
        "offered": [instructions.option_named(say, option) for option in view.offered],
        "scans": [
            (
                scan,
                instructions.named(say, "milestones", scan.milestone),
                instructions.named(say, "reasons", scan.reason),
            )
            for scan in view.scans
        ],
        "history": [
            (
                entry,
                instructions.entry_told(say, view.kind, entry.what, entry.detail),
                instructions.named(say, "authors", entry.by),
            )
            for entry in view.history
        ],
    }


def _may_void(view: TaskView) -> bool:
    """Whether the warning about seller protection belongs on the page: a choice that warns is yet to be carried out."""
    choice = view.choice
    live = view.state == "open" and choice is not None and choice.warns and choice.state in {"accepted", "requested"}
    return bool(view.protection) and live


def _page(template: str, say: Texts, values: Mapping[str, object]) -> str:
    return render(
        f"pages/{template}.html",
        say,
        **{
            "style": pages._STYLE,
            "languages": [texts(language, "ops") for language in languages("ops")],
            "snooze_hours": SNOOZE_HOURS,
            "snooze_first": _SNOOZE_FIRST,
            "operator_length": OPERATOR_LENGTH,
            "note_length": NOTE_LENGTH,
            **values,
        },
    )
