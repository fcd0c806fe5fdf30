"""Parts of the reference that are damaged or not ours: told, skipped, and no verdict fails for them."""

from __future__ import annotations

import pytest
from streets import Shelf, judge, register, street

from doorstep.address.reference import StreetReference
from doorstep.address.reference.blob import sealed

GOOD = Shelf(register(street("MAIN ST", "12 14"))).bodies["ZIP#05401"][0]
HEAD = {"zip": "05401", "state": "VT", "complete": True, "abbreviates": True, "cities": []}
DAMAGED = {
    "empty": b"",
    "no version": b"DSR",
    "next version": b"DSR\x02" + GOOD[4:],
    "cut off": GOOD[:-1],
    "longer": GOOD + b"x",
    "of somebody else": b"something else",
    "no streets": sealed({"zip": "05401"}),
    "short street": sealed(HEAD | {"streets": [["X"]]}),
    "a number of streets": sealed(HEAD | {"streets": 7}),
    "no such city": sealed(HEAD | {"streets": [["ELM ST", 3, "1", [], {}]]}),
    "no range": sealed(HEAD | {"streets": [["ELM ST", -1, "1", [["", "x", 3, "B"]], {}]]}),
    "street 7": sealed(HEAD | {"streets": [[7, -1, "1", [], {}]]}),
}


@pytest.mark.parametrize("body", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("first", [True, False])
def test_a_damaged_part_is_told_once_and_the_good_parts_count(body: bytes, first: bool) -> None:
    told: list[str] = []
    parts = [body, GOOD] if first else [GOOD, body]
    streets = StreetReference(lambda pk: parts, damaged=told.append)

    assert judge(streets, "12 Main St").coverage == "address"
    assert judge(streets, "12 Main St").verdict == "accept"
    assert told == ["ZIP#05401"]


@pytest.mark.parametrize("body", DAMAGED.values(), ids=DAMAGED)
def test_a_place_whose_only_part_is_damaged_is_not_known(body: bytes) -> None:
    told: list[str] = []
    streets = StreetReference(lambda pk: [body], damaged=told.append)

    answer = judge(streets, "12 Main St")

    assert (answer.verdict, answer.coverage) == ("accept", "zip")
    assert told == ["ZIP#05401"]


@pytest.mark.parametrize(
    "places",
    ["", "05408", "05408 x y", "05408 1", "05408 1 2 3", 7, None],
    ids=["none", "zip", "text", "two", "four", "int", "null"],
)
def test_a_damaged_index_is_told_and_costs_no_verdict(places: object) -> None:
    told: list[str] = []
    index = sealed({"state": "VT", "city": "BURLINGTON", "streets": {"MAPLE LN": places}})
    bodies = {"ZIP#05401": [GOOD], "CITY#VT#BURLINGTON": [index]}
    streets = StreetReference(lambda pk: bodies.get(pk, []), damaged=told.append)

    assert judge(streets, "40 Maple Ln").verdict == "confirm"
    assert told == ["CITY#VT#BURLINGTON"]
