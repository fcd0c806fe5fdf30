"""What all adapters do alike: find the parcels of a body by their numbers, and tell what is said of each as one.

Leaves to the adapter where a body has its parcels, and what is said of one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from doorstep.errors import Rejected
from doorstep.parcels.providers import reading
from doorstep.parcels.providers.provider import Heard
from doorstep.parcels.recognition import plain_number
from doorstep.parcels.scan import TRACKING_NUMBER, Scan

T = TypeVar("T")


def blank_scan(provider: str, received_at: datetime, archive: str, *, carrier: str = "") -> Scan:
    """A scan that says nothing yet, dated when its body came."""
    return Scan(
        provider=provider,
        carrier=carrier,
        tracking_number="",
        occurred_at=received_at,
        received_at=received_at,
        milestone="unknown",
        is_physical=False,
        archive=archive,
    )


def hear_each(
    parcels: Iterable[tuple[object, T]], heard: Callable[[T, Scan], Heard], blank: Scan, *, number_in: str
) -> Heard:
    """What is heard of all `parcels`: scans, oldest first, and the codes nobody knows, each once.

    `parcels` are numbers as the provider writes them, each with what it says of it; `heard` reads that, and fills in
    `blank`, which has the number by then. A parcel without a usable number says nothing. Raises `Rejected`, with the
    name of the field `number_in`, when none of them has one.
    """
    numbered = [(plain_number(reading.code(number)), said) for number, said in parcels]
    usable = [(number, said) for number, said in numbered if TRACKING_NUMBER.fullmatch(number)]
    if numbered and not usable:
        raise Rejected.because("unusable_tracking_number", number_in, "expected 4 to 40 letters and digits")
    each = [heard(said, replace(blank, tracking_number=number)) for number, said in usable]
    scans = sorted((scan for one in each for scan in one.scans), key=lambda scan: scan.occurred_at)
    return Heard(tuple(scans), tuple(dict.fromkeys(code for one in each for code in one.unmapped)))
