"""What an operator does with a case: record how a step went, put it off with a reason, close it.

Who did it is written down by the name they give; their note stays in the case's history.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from doorstep.cases.case import Case
from doorstep.cases.desk import CaseDesk
from doorstep.cases.docket import Docket
from doorstep.cases.procedure import ANSWERED, book_of, go_to, resolve, settle
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.errors import Conflict, Rejected
from doorstep.fields import Fields

RESOLUTIONS: Final = ("moving", "reshipped", "refunded", "found", "by_seller")
LONGEST_SNOOZE_HOURS: Final = 336
_ONE_LINE: Final = re.compile(r"[^\t\r\n]+")
_DIGITS: Final = re.compile(r"[0-9]+")
_CODE: Final = re.compile(r"[a-z_]{1,40}")
_OFFER_OUTCOMES: Final = ("requested", "fulfilled", "failed")


@dataclass(frozen=True, slots=True)
class Work:
    """What an operator wants recorded. `step` and `seen` (lines of history) say what they had before their eyes."""

    operator: str
    note: str = ""
    outcome: str = ""
    resolution: str = ""
    hours: int = 0
    step: str = ""
    seen: int | None = None


def decode_completion(fields: Fields) -> Work:
    """`{outcome, operator, note?, step?}`. Raises `Rejected`."""
    work = Work(
        operator=_operator(fields),
        note=_note(fields, "note"),
        outcome=fields.text("outcome", max_length=40, pattern=_CODE),
        step=fields.text("step", max_length=40, pattern=_CODE, required=False),
    )
    fields.done()
    return work


def decode_snooze(fields: Fields) -> Work:
    """`{hours, operator, reason}`. Raises `Rejected`."""
    work = Work(
        operator=_operator(fields),
        note=_note(fields, "reason", required=True),
        hours=fields.whole("hours", minimum=1, maximum=LONGEST_SNOOZE_HOURS),
    )
    fields.done()
    return work


def decode_resolution(fields: Fields) -> Work:
    """`{resolution, operator, note?}`. Raises `Rejected`."""
    work = Work(
        operator=_operator(fields), note=_note(fields, "note"), resolution=fields.choice("resolution", RESOLUTIONS)
    )
    fields.done()
    return work


def decode_form(fields: Fields) -> Work:
    """What the forms of the task page post, numbers as text, with what the page showed. Raises `Rejected`."""
    action = fields.choice("action", ("complete", "snooze", "resolve"))
    hours = fields.text("hours", max_length=3, pattern=_DIGITS, required=action == "snooze")
    seen = fields.text("shown_version", max_length=6, pattern=_DIGITS, required=False)
    work = Work(
        operator=_operator(fields),
        note=_note(fields, "note", required=action == "snooze"),
        outcome=fields.text("outcome", max_length=40, pattern=_CODE, required=action == "complete"),
        resolution=fields.choice("resolution", RESOLUTIONS) if action == "resolve" else "",
        hours=int(hours or 0),
        step=fields.text("step", max_length=40, pattern=_CODE, required=False),
        seen=int(seen) if seen else None,
    )
    if action == "snooze" and hours and not 1 <= work.hours <= LONGEST_SNOOZE_HOURS:
        fields.problem("out_of_range", "hours", f"must be from 1 to {LONGEST_SNOOZE_HOURS}")
    fields.done()
    return work


def complete(desk: CaseDesk, file: ParcelFile, case: str, work: Work) -> ParcelFile:
    """Record the outcome of the step the case stands at, and take the next one.

    Raises `Rejected` for an outcome that this step does not have, `Conflict` when the case has moved on.
    """

    def decide(it: ParcelFile) -> CaseChange | None:
        docket, found = _taken_up(desk, it, case, work)
        step = book_of(docket, found).step(found.step)
        if work.outcome not in step.outcomes:
            known = ", ".join(step.outcomes) or "nothing: this step is not ops' to complete"
            raise Rejected.because("unknown_value", "outcome", f"this step may end with: {known}")
        found = docket.put(found, "completed", work.outcome, work.operator, work.note)
        offer = docket.offer_in(found)
        if offer is not None and offer.state in ANSWERED and work.outcome in _OFFER_OUTCOMES:
            if work.outcome == "requested" and offer.state == "accepted":
                docket.move_offer(offer, "requested", by=work.operator)
            elif work.outcome != "requested":
                settle(docket, offer, work.outcome == "fulfilled", by=work.operator)
        chosen = offer.chosen if offer is not None else ""
        go_to(
            docket,
            docket.case(case),
            step.outcomes[work.outcome],
            cause="completed",
            option=chosen,
            outcome=work.outcome,
        )
        return docket.seal()

    return desk.change(file, decide)


def snooze(desk: CaseDesk, file: ParcelFile, case: str, work: Work) -> ParcelFile:
    """Look at the case again in so many hours; its deadline stays what it was, and what was offered to the buyer ends
    when it was said to end."""

    def decide(it: ParcelFile) -> CaseChange | None:
        docket, found = _taken_up(desk, it, case, work)
        until = desk.now + timedelta(hours=work.hours)
        ends = found.step_due_at if book_of(docket, found).step(found.step).owner == "buyer" else None
        due = until if ends is None else min(until, ends)
        docket.put(
            replace(found, snoozed_until=until, due_at=due), "snoozed", str(work.hours), work.operator, work.note
        )
        return docket.seal()

    return desk.change(file, decide)


def close(desk: CaseDesk, file: ParcelFile, case: str, work: Work) -> ParcelFile:
    """Resolve the case by an operator's word. A resolved case stays as it is."""

    def decide(it: ParcelFile) -> CaseChange | None:
        found = it.case(case)
        if found is not None and found.state == "resolved":
            return None
        docket, found = _taken_up(desk, it, case, work)
        resolve(docket, found, work.resolution, by=work.operator, note=work.note)
        return docket.seal()

    return desk.change(file, decide)


def _taken_up(desk: CaseDesk, file: ParcelFile, case: str, work: Work) -> tuple[Docket, Case]:
    docket = Docket(file, desk.rules, desk.now)
    found = docket.case(case)
    if found.state == "resolved":
        raise Conflict("case_resolved", "this case is resolved already")
    if (work.step and work.step != found.step) or (work.seen is not None and work.seen != len(found.history)):
        raise Conflict("step_moved_on", "the case has moved on since it was read; look at it again")
    return docket, found


def _operator(fields: Fields) -> str:
    return fields.text("operator", max_length=60, pattern=_ONE_LINE, hint="must be one line: who did it")


def _note(fields: Fields, name: str, *, required: bool = False) -> str:
    return fields.text(name, max_length=500, required=required)
