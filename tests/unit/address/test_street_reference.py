"""The reference in memory: what is read when, what is kept, and what is done with parts that are broken."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from streets import Shelf, codes, judge, register, side, street, street_map

from doorstep.address.reference import StreetReference, ZipStreets
from doorstep.address.reference.blob import sealed
from doorstep.errors import Permanent, Transient

HERE = register(street("MAIN ST", "12 14"), street("MAPLE LN", "40", code="05408"))


def found(streets: StreetReference, code: str, key: str = "MAIN STREET") -> bool:
    here = streets.zip(code)
    return here is not None and bool(here.find(key))


def test_a_partition_is_read_once() -> None:
    shelf = Shelf(HERE)
    streets = shelf.reference()

    assert streets.zip("05401") is streets.zip("05401")
    assert streets.city("VT", "Burlington") is streets.city("VT", "BURLINGTON")
    assert shelf.reads == ["ZIP#05401", "CITY#VT#BURLINGTON"]


def test_that_nothing_is_known_is_kept_as_well() -> None:
    shelf = Shelf(HERE)
    streets = shelf.reference()

    assert streets.zip("05672") is None
    assert streets.zip("05672") is None
    assert shelf.reads == ["ZIP#05672"]


@pytest.mark.parametrize(
    ("line1", "code", "reads"),
    [
        ("12 Main St", "05401", ["ZIP#05401"]),
        ("99 Main St", "05401", ["ZIP#05401", "CITY#VT#BURLINGTON"]),
        ("40 Maple Ln", "05401", ["ZIP#05401", "CITY#VT#BURLINGTON", "ZIP#05408"]),
        ("40 Maple Ln", "05408", ["ZIP#05408"]),
        ("12 Main St", "05672", ["ZIP#05672", "CITY#VT#BURLINGTON", "ZIP#05401"]),
        ("PO Box 7", "05401", ["ZIP#05401"]),
        ("12 Main St", "9999", ["CITY#VT#BURLINGTON", "ZIP#05401"]),
    ],
)
def test_what_a_verdict_reads(line1: str, code: str, reads: list[str]) -> None:
    shelf = Shelf(HERE)
    streets = shelf.reference()

    judge(streets, line1, postal_code=code)

    assert shelf.reads == reads
    judge(streets, line1, postal_code=code)
    assert shelf.reads == reads


def test_an_address_abroad_reads_nothing() -> None:
    shelf = Shelf(HERE)

    judge(shelf.reference(), "Hauptstr. 1", city="Berlin", state="", postal_code="10115", country="DE")

    assert shelf.reads == []


def many(count: int) -> tuple[Shelf, list[str]]:
    """ZIP Codes of the same size, each with a street."""
    zips = [f"{code:05}" for code in range(5001, 5001 + count)]
    head = {"state": "VT", "complete": True, "abbreviates": True, "cities": []}
    shelf = Shelf()
    for code in zips:
        shelf.bodies[f"ZIP#{code}"] = [sealed(head | {"zip": code, "streets": [["MAIN ST", -1, "12 " * 300, [], {}]]})]
    return shelf, zips


def test_what_is_kept_is_bounded_in_bytes_and_the_oldest_goes_first() -> None:
    shelf, zips = many(10)
    one = StreetReference(shelf.read)
    one.zip(zips[0])
    streets = StreetReference(shelf.read, capacity=3 * one.size)
    for code in zips[:3]:
        streets.zip(code)
    shelf.reads.clear()

    streets.zip(zips[0])
    streets.zip(zips[3])
    streets.zip(zips[0])
    streets.zip(zips[1])

    assert shelf.reads == [f"ZIP#{zips[3]}", f"ZIP#{zips[1]}"]


def test_the_size_never_exceeds_the_capacity_by_more_than_the_last() -> None:
    shelf, zips = many(10)
    streets = StreetReference(shelf.read, capacity=5_000)
    empty = streets.size

    sizes = []
    for code in zips:
        streets.zip(code)
        sizes.append(streets.size)

    assert empty == 0
    assert max(sizes) <= 5_000


def test_one_partition_larger_than_the_capacity_is_still_kept() -> None:
    shelf, zips = many(2)
    streets = StreetReference(shelf.read, capacity=1)

    assert streets.zip(zips[0]) is streets.zip(zips[0])
    assert streets.zip(zips[1]) is not None
    assert shelf.reads == [f"ZIP#{code}" for code in zips]


def test_what_nobody_knows_costs_something_too() -> None:
    streets = StreetReference(lambda pk: (), capacity=10_000)
    for number in range(1_000):
        streets.zip(f"{number:05}")

    assert 0 < streets.size <= 10_000


def test_what_could_not_be_read_is_asked_for_again() -> None:
    shelf, down = Shelf(HERE), [True]

    def read(pk: str) -> Sequence[bytes]:
        if down[0]:
            raise Transient("table_unavailable", "the table does not answer")
        return shelf.read(pk)

    streets = StreetReference(read)
    without = judge(streets, "16 Main St")
    down[0] = False
    after = judge(streets, "16 Main St")

    assert (without.verdict, without.coverage) == ("accept", "zip")
    assert (after.verdict, codes(after)) == ("confirm", ["number_not_found"])


def test_an_index_that_could_not_be_read_costs_the_suggestions_only() -> None:
    shelf = Shelf(HERE)

    def read(pk: str) -> Sequence[bytes]:
        if pk.startswith("CITY#"):
            raise Transient("table_unavailable", "the table does not answer")
        return shelf.read(pk)

    answer = judge(StreetReference(read), "40 Maple Ln")

    assert (answer.verdict, codes(answer), answer.suggestions) == ("confirm", ["street_not_found"], ())


def test_a_mistake_of_ours_is_not_hidden() -> None:
    def read(pk: str) -> Sequence[bytes]:
        raise Permanent("no_such_table", "the table does not exist")

    with pytest.raises(Permanent):
        StreetReference(read).zip("05401")


def test_no_reference_knows_nothing() -> None:
    assert StreetReference.none().zip("05401") is None
    assert StreetReference.none().city("VT", "Burlington") is None


def test_the_sources_of_a_zip_code_are_merged() -> None:
    streets = Shelf(
        register(street("MAIN ST", "12"), street("ELM ST", "1", city="WINOOSKI"), file="a.csv"),
        register(street("MAIN STREET", "14", units={"20": "APT 1|APT 2"}), file="b.csv", complete=False),
        street_map(side("MAIN ST", 1, 99)),
    ).reference()

    here = streets.zip("05401")

    assert isinstance(here, ZipStreets)
    (main,) = here.find("MAIN STREET")
    assert [main.status(number) for number in ("12", "14", "20", "16")] == ["listed", "listed", "listed", "outside"]
    assert here.cities == {"BURLINGTON": "BURLINGTON", "WINOOSKI": "WINOOSKI"}
    assert (here.complete, here.knows_units) == (True, True)
