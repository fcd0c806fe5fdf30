"""Whether a delivery line can be one at all: a number and a street, or a box, route or place that needs none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from doorstep.address.carrier_rules import non_latin
from doorstep.address.findings import Finding
from doorstep.address.labels import looks_like_street
from doorstep.address.model import Status
from doorstep.address.parts import Delivery
from doorstep.address.place import Place, is_military_city, kind_of_state
from doorstep.address.streets import has_suffix, is_ordinal, names_street
from doorstep.address.tokens import segments, text_of
from doorstep.address.words import table

_LONGEST_NUMBER: Final = 6
_SPOT: Final = re.compile(r"^PIER \d+|^[A-Z0-9 ]+ (?:ST|STREET|AVE|AVENUE|RD|ROAD|BLVD|DR|HWY) (?:AND|&|AT) [A-Z0-9]")
_NUMBER_AND_NAME: Final = re.compile(r"(?:^|[A-Z]{3,} )\d{1,5} [A-Z]{3,} [A-Z]{3,}")
_WITHOUT_NUMBERS: Final = ("territory", "associated")


def judge_delivery(
    delivery: Delivery, place: Place, lines: Sequence[str], number: Status = "plausible", street: Status = "plausible"
) -> Iterator[Finding]:
    """What is wrong with the delivery lines, or worth knowing, given where they are.

    `number` and `street` say what the street reference makes of both: a confirmed number need not look like one.
    """
    text = " ".join(lines)
    if non_latin(text):
        readable = any(letter.isascii() and letter.isalpha() for letter in text) or delivery.box is not None
        yield Finding("non_latin_characters" if readable else "unreadable", "line1")
    if delivery.number is None and delivery.line2 + delivery.line1 and _needs_no_number(delivery, place):
        pass
    elif delivery.kind in ("none", "street") and delivery.number is None and _is_spot(lines):
        yield Finding("number_missing_here", "line1")
    elif delivery.kind == "none":
        yield Finding("street_missing", "line1")
    elif delivery.kind == "street":
        if delivery.number is None and street == "confirmed" and not _goes_without_number(place):
            yield Finding("number_after_street" if number_behind(delivery) else "number_missing", "line1")
        elif number != "confirmed":
            yield from _judge_number(delivery, place, lines)
        if delivery.box is not None:
            yield Finding("two_delivery_points", "line1")
    elif delivery.box is not None:
        yield from _judge_box(delivery, place)
    if delivery.extra and delivery.kind != "none":
        second = delivery.kind == "street" and any(
            names_street(one) for part in delivery.extra for one in segments(part.value)
        )
        yield Finding("two_delivery_points" if second else "extra_text", "line2")


def _judge_number(delivery: Delivery, place: Place, lines: Sequence[str]) -> Iterator[Finding]:
    if delivery.number is None:
        yield Finding(_without_number(delivery, place, lines), "line1")
        return
    digits = max(re.findall(r"\d+", delivery.number.value), key=len, default="")  # "W156N8480": each is a number
    if delivery.number.value in table("numbers"):
        yield Finding("number_in_words", "line1")
    elif not digits.strip("0") or (len(digits) > _LONGEST_NUMBER and "-" not in delivery.number.value):
        yield Finding("number_unlikely", "line1")


def _without_number(delivery: Delivery, place: Place, lines: Sequence[str]) -> str:
    """Where the number is missing; a ZIP Code that one organisation has to itself can do without."""
    if number_behind(delivery):
        return "number_after_street"
    words = [segment for line in lines for segment in segments(line)]
    if _goes_without_number(place):
        return "number_missing_here"
    if any(one[0].text[0].isdigit() and not is_ordinal(one[0].text) for one in words):
        return "street_unclear"  # "12Main St", "12/14 Main St": there is a number, only not as we know them
    if not any(has_suffix(segment) or looks_like_street([word.text for word in segment]) for segment in words):
        return "street_unclear" if any(_NUMBER_AND_NAME.search(text_of(one)) for one in words) else "not_an_address"
    return "number_missing"


def _needs_no_number(delivery: Delivery, place: Place) -> bool:
    """Ships and units of the forces, and the developments and kilometre stones of Puerto Rico (§225, §29)."""
    kind = kind_of_state(place.state)
    return (kind == "military" and place.area is not None) or (kind == "territory" and delivery.landmark)


def _goes_without_number(place: Place) -> bool:
    """Where addresses may have none: in the territories, and where one organisation has a ZIP Code to itself."""
    return kind_of_state(place.state) in _WITHOUT_NUMBERS or (place.area is not None and place.area.type == "UNIQUE")


def _is_spot(lines: Sequence[str]) -> bool:
    """ "PIER 39", "MAIN ST AND ELM ST": places that go by no house number."""
    return any(_SPOT.search(text_of(segment)) for line in lines for segment in segments(line))


def number_behind(delivery: Delivery) -> str:
    """The number in "MAIN ST 12A": behind a street that has none in front, and without a designator; or ""."""
    first = delivery.units[0] if delivery.number is None and delivery.units else None
    return first.number.value if first and first.kind.value == "#" and first.number.value[:1].isdigit() else ""


def _judge_box(delivery: Delivery, place: Place) -> Iterator[Finding]:
    if delivery.box is None:
        return
    if "box_number" not in delivery.box.parts and delivery.box.kind != "general_delivery":
        yield Finding("box_number_missing", "line1")
    military = kind_of_state(place.state) == "military" or is_military_city(place.city)
    if delivery.box.kind == "military" and not military:
        yield Finding("military_incomplete", "city")
