"""Which code of a FedEx event decides, and what it means.

An event has a type, and a trouble or delay an exception code that says why; the exceptions of Express and Ground are
two lists with opposite meanings, so the carrier code of the result names the table, and without one it is not read.
The words of the event refine what its code says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from doorstep.parcels.providers import codes, reading
from doorstep.parcels.providers.codes import Meaning
from doorstep.parcels.providers.homeward import turned_round

NAME: Final = "fedex"


@dataclass(frozen=True, slots=True)
class Said:
    """The code that decides, what it means (None: nobody knows), the words beside it, and all codes nobody knows."""

    table: str
    code: str
    meaning: Meaning | None
    words: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def said_by_event(event: Mapping[str, Any], carried_by: str) -> Said:
    """What an event of a history says."""
    return _said(
        (reading.code(event.get("eventType")), reading.code(event.get("derivedStatusCode"))),
        (carried_by, reading.code(event.get("exceptionCode"))),
        (event.get("eventDescription"), event.get("exceptionDescription")),
        event.get("delayDetail"),
    )


def said_by_status(status: Mapping[str, Any], carried_by: str) -> Said:
    """What is said of the parcel now."""
    details = reading.members(status.get("ancillaryDetails"))[:1]
    reasons = [(reading.code(it.get("reason")), it.get("reasonDescription")) for it in details] or [("", None)]
    exception, why = reasons[0]
    return _said(
        (reading.code(status.get("code")), reading.code(status.get("derivedCode"))),
        (carried_by, exception),
        (status.get("description"), why),
        status.get("delayDetail"),
    )


def _said(types: tuple[str, str], exception: tuple[str, str], words: tuple[object, object], delay: object) -> Said:
    """By the type (its own, else the derived one), the exception (who carries it, and its code) and the words."""
    coarse = _typed(*types)
    fine = _exception(coarse.code, *exception)
    text = tuple(filter(None, map(reading.words, words)))
    unknown = [codes.unmapped(it.table, it.code) for it in (coarse, fine) if it is not None and it.meaning is None]
    said, meaning = coarse, coarse.meaning
    if fine is not None and fine.meaning is not None:
        said, meaning = fine, fine.meaning
        if coarse.code in codes.rules(NAME)["goes_back"]:
            meaning = meaning.at(*turned_round(meaning.milestone, meaning.reason))
    if meaning is not None:
        meaning = _delayed(codes.refined(NAME, meaning, *text), delay)
    return Said(said.table, said.code, meaning, text, tuple(unknown))


def _typed(event_type: str, derived: str) -> Said:
    """By the type; a derived code means the same as one, but for those of its own table."""
    if event_type or not derived:
        meaning = codes.look_up(NAME, "eventType", event_type) if event_type else Meaning()
        return Said("eventType" if event_type else "", event_type, meaning)
    own = codes.look_up(NAME, "derivedStatusCode", derived)
    return Said("derivedStatusCode", derived, own or codes.look_up(NAME, "eventType", derived))


def _exception(event_type: str, carried_by: str, code: str) -> Said | None:
    """What the exception says, if it is of a list we have and beside an event that leaves it to the exception."""
    table = codes.rules(NAME)["exception_tables"].get(carried_by, "")
    if not table or not code or event_type not in codes.rules(NAME)["exception_decides"]:
        return None
    return Said(table, code, codes.look_up(NAME, table, code))


def _delayed(meaning: Meaning, delay: object) -> Meaning:
    """A mere delay with the kind that is told beside it."""
    kind = codes.rules(NAME)["delay_types"].get(reading.code(reading.mapping(delay).get("type")))
    return meaning.at(meaning.milestone, kind) if kind and meaning.reason == "delay" else meaning
