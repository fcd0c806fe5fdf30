"""Deliveries without a street: PO boxes, rural and highway contract routes, military post, General Delivery.

Patterns run over the words of one segment as we read them, so they know neither case nor punctuation.
Sources: USPS Publication 28 §24 (rural routes), §25 (highway contract routes), §26 (General Delivery),
§28 (PO boxes, private mailboxes), §225 (military and diplomatic post).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from doorstep.address.parts import Box, Kind, Part, Unit
from doorstep.address.tokens import Segment, text_of, typed_of

_NUMBER_SIGN: Final = r"(?:(?:NO|NUM|NUMBER|#) )*"
_BOX_NUMBER: Final = r"\d[\dA-Z]*(?:-[\dA-Z]+)*"
_ID: Final = rf"{_NUMBER_SIGN}(?P<id>{_BOX_NUMBER}|[A-Z]{{1,2}}(?:-?\d[\dA-Z]*)?)"
_BOX_ID: Final = rf"{_NUMBER_SIGN}(?P<id>{_BOX_NUMBER}|[A-Z](?:-?\d+)?)"
_BOX: Final = rf"(?:BOX|BX|BUZON|#) ?{_BOX_ID}"
_ROUTE: Final = r"(?:(?:NO|#) )?(?P<route>\d+[A-Z]?)"
_RURAL: Final = r"RR|R R|RURAL (?:ROUTE|RTE|RT|DELIVERY)|RFD(?: ROUTE| RTE| RT)?|R ?D"
_CONTRACT: Final = r"HCR?|H C|HIGHWAY CONTRACT(?: ROUTE| RTE)?|STAR (?:ROUTE|RTE|RT)"
_FORCES: Final = r"PSC|CMR|OMC|UMR"
_POST_OFFICE: Final = (
    r"P ?O[ -]?(?:BOX|BX|DRAWER)|POST(?:AL)? OFFICE (?:BOX|BX|DRAWER)|APARTADO(?: POSTAL)?|APDO|LOCK ?BOX"
    r"|CALL(?:ER)? BOX|P ?O ?B(?=[ \d])"
)
_GENERAL: Final = r"GENERAL DELIVERY|GEN(?:ERAL)? DEL(?:IVERY)?|LISTA DE CORREOS|ENTREGA GENERAL"


def _pattern(kind: Kind, name: str, words: str) -> tuple[Kind, str, re.Pattern[str]]:
    return kind, name, re.compile(rf"(?:^|(?<= )){words}(?= |$)")


_PATTERNS: Final = (
    _pattern("rural_route", "RR", rf"(?:{_RURAL})[ -]?{_ROUTE} {_BOX}"),
    _pattern("rural_route", "RR", rf"^(?:ROUTE|RTE|RT) {_ROUTE} (?:BOX|BX) {_BOX_ID}"),
    _pattern("highway_contract", "HC", rf"(?:{_CONTRACT})[ -]?{_ROUTE} {_BOX}"),
    _pattern("rural_route", "RR", rf"^(?:RR|R R|RURAL (?:ROUTE|RTE|RT)|RFD)[ -]?{_ROUTE}$"),
    _pattern("highway_contract", "HC", rf"^(?:HCR?|HIGHWAY CONTRACT(?: ROUTE| RTE)?)[ -]?{_ROUTE}$"),
    _pattern(
        "military",
        "",
        rf"(?P<unit>{_FORCES}|UNIT)[ -]?{_ROUTE} (?:BOX|BX) ?{_NUMBER_SIGN}(?P<id>[\dA-Z]+(?:-[\dA-Z]+)*)",
    ),
    _pattern("military", "", rf"^(?P<unit>{_FORCES}) {_ROUTE}$"),
    _pattern("po_box", "PO BOX", rf"(?:{_POST_OFFICE}) ?{_ID}"),
    _pattern("po_box", "PO BOX", r"^P ?O[ -]?(?:BOX|BX) (?P<id>[A-Z]+)$"),  # "P.O. Box LBJ"
    _pattern("general_delivery", "GENERAL DELIVERY", rf"(?:{_GENERAL})"),
)
# None of the patterns above can match without one of these; most lines have none of them.
_HINT: Final = re.compile(
    r"BOX|BX|BUZON|#|P ?O ?B|RR|R R|RURAL|RFD|HC|H C|HIGHWAY CON|STAR|PSC|CMR|OMC|UMR|OFFICE|DRAWER|CALL|APARTADO|APDO"
    r"|DEL|LISTA|ENTREGA"
)
_ROUTE_ALONE: Final = re.compile(rf"(?:{_RURAL}|{_CONTRACT}|{_FORCES}|ROUTE|RTE|RT)[ -]?{_ROUTE}")
_UNIT_ALONE: Final = re.compile(r"UNIT \d+")
_BOX_FIRST: Final = re.compile(r"(?:BOX|BX|BUZON|#) ?\S")
# Only where no street is named: "12 MAIN ST, BOX 45" is a mailbox of that house.
_LONE_BOX: Final = re.compile(rf"(?:P ?O|BOX|BX|BIN|DRAWER|(?:FIRM )?CALLER(?: BOX)?) {_ID}")
_MAILBOX: Final = re.compile(
    r"(?:^|(?<= ))(?:PMB|PRIVATE MAIL ?BOX) ?(?:(?:NO|#) )*(?P<id>[\dA-Z]+(?:-[\dA-Z]+)*)(?= |$)"
)


def joined_routes(segments: Sequence[Segment]) -> list[Segment]:
    """ "RR 2, Box 152" is one delivery in two segments, or two lines; so is "Unit 2050, Box 4190" at the very front."""
    joined: list[Segment] = []
    for at, segment in enumerate(segments):
        before = text_of(joined[-1]) if joined else ""
        route = _ROUTE_ALONE.fullmatch(before) or (at == 1 and _UNIT_ALONE.fullmatch(before))
        if route and _BOX_FIRST.match(text_of(segment)):
            joined[-1] += segment
        else:
            joined.append(segment)
    return joined


def take_box(segment: Segment) -> tuple[Box | None, list[Segment]]:
    """The first box or route in a segment, and what stands before and after it."""
    text = text_of(segment)
    for kind, name, pattern in _PATTERNS if _HINT.search(text) else ():
        if (match := pattern.search(text)) and not _is_highway(kind, text, match):
            words, around = _cut(segment, text, match)
            return _box(kind, name, match, typed_of(words)), around
    return None, [segment]


def lone_box(segment: Segment) -> Box | None:
    """A segment that is nothing but "BOX 45", "DRAWER C": a PO box (§28), provided there is no street."""
    match = _LONE_BOX.fullmatch(text_of(segment))
    return _box("po_box", "PO BOX", match, typed_of(segment)) if match else None


def take_mailbox(segment: Segment) -> tuple[Unit | None, list[Segment]]:
    """A private mailbox (Pub 28 §284) at a commercial mail receiving agency, and the rest of the segment."""
    text = text_of(segment)
    if not (match := _MAILBOX.search(text)):
        return None, [segment]
    words, around = _cut(segment, text, match)
    return Unit(Part(typed_of(words[:-1]), "PMB"), Part(typed_of(words[-1:]), match["id"])), around


def _is_highway(kind: Kind, text: str, match: re.Match[str]) -> bool:
    # "123 RD 5 BOX 7" begins with a house number: a road, not a rural route.
    return kind == "rural_route" and bool(re.match(r"\d", text[: match.start()]))


def _box(kind: Kind, name: str, match: re.Match[str], typed: str) -> Box:
    found = match.groupdict()
    unit, route, box = found.get("unit") or name, found.get("route"), found.get("id")
    first = f"{unit} {route}" if route else unit
    text = " ".join(filter(None, (first, f"BOX {box}" if box and route else box)))
    if not box:
        return Box(kind, text, {"box_type": Part(typed, first)})
    before, _, last = typed.rpartition(" ")
    return Box(kind, text, {"box_type": Part(before or last, first), "box_number": Part(last, box)})


def _cut(segment: Segment, text: str, match: re.Match[str]) -> tuple[Segment, list[Segment]]:
    start = text.count(" ", 0, match.start())
    end = start + text.count(" ", match.start(), match.end()) + 1
    return segment[start:end], [part for part in (segment[:start], segment[end:]) if part]
