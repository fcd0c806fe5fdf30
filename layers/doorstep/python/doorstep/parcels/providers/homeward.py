"""The way back: once a parcel has turned round, a carrier's codes go on as if it were on its way to the buyer.

Providers tell the same steps both ways; which way it goes is in the history before, or in a mark of the shipment. A
parcel out for delivery to the sender is not out for delivery, and can no longer be redirected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from doorstep.data import load
from doorstep.parcels.scan import Scan
from doorstep.parcels.vocabulary import UNSPECIFIED, place_of

_TURNED: Final = ("returning", "returned")


def turned_round(milestone: str, reason: str) -> tuple[str, str]:
    """What a milestone and reason of the way out are on the way back."""
    rules = load("parcels/vocabulary")["way_back"]
    if milestone not in rules["steps"] or reason in rules["graver"]:
        return milestone, reason
    return "returning", reason if milestone in rules["causes_of"] and reason != UNSPECIFIED else ""


def homeward(scans: Iterable[Scan], *, is_return: bool, at_buyers: bool = False) -> Iterator[Scan]:
    """The scans by time, those of the way back marked and told as such: from the first that says so.

    All of them where the provider marks a return shipment (`is_return`) and no scan says when it turned round. Such a
    mark, or the carrier's words, make a delivery one to the sender; without them nobody knows to whom a parcel was
    delivered that was on its way back, and so it moves nothing, unless something else shows it (`at_buyers`).
    """
    each = sorted(scans, key=lambda scan: scan.occurred_at)
    back = is_return and not any(scan.milestone in _TURNED for scan in each)
    for scan in each:
        back = back or scan.milestone in _TURNED
        if not back or (scan.milestone == "delivered" and at_buyers and not is_return):
            yield scan
        elif scan.milestone == "delivered" and not is_return:
            yield replace(scan, milestone="unknown", reason="", place="", direction="return")
        elif scan.milestone == "delivered":
            yield replace(scan, milestone="returned", reason="", place="", direction="return")
        else:
            milestone, reason = turned_round(scan.milestone, scan.reason)
            yield replace(scan, milestone=milestone, reason=reason, place=place_of(reason), direction="return")
