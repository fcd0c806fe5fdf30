"""Writing to the street table: batches that fit, what was not taken, and what has to be replaced at once. Manifests."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.address.reference.blob import Blob, sk
from doorstep.errors import Transient
from doorstep.platform import street_writer
from doorstep.platform.street_manifest import Manifest, chunks, name_of
from doorstep.platform.street_writer import Replacement, StreetWriter

FILE = "a.csv"


class BusyTable:
    """Takes `most` writes of a batch, and keeps what it was asked."""

    def __init__(self, most: int = 25) -> None:
        self.most, self.batches, self.transactions, self.taken = most, [], [], []

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:
        ((table, requests),) = RequestItems.items()
        self.batches.append(requests)
        self.taken += requests[: self.most]
        return {"UnprocessedItems": {table: requests[self.most :]} if requests[self.most :] else {}}

    def transact_write_items(self, TransactItems: list[Any]) -> None:
        self.transactions.append(TransactItems)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(street_writer.time, "sleep", slept.append)
    return slept


def writing(monkeypatch: pytest.MonkeyPatch, table: BusyTable, *replacements: Replacement) -> BusyTable:
    monkeypatch.setattr(street_writer, "client", lambda service, pace: table)
    StreetWriter("streets").replace(replacements, "e1")
    return table


def place(pk: str, *sizes: int, before: int = 0) -> Replacement:
    blobs = [Blob(pk, sk("tiger", FILE, n), b"x" * size) for n, size in enumerate(sizes)]
    return Replacement(pk, blobs, frozenset(sk("tiger", FILE, n) for n in range(before)))


def size_of(batch: list[Any]) -> int:
    return sum(len(it["PutRequest"]["Item"]["body"]["B"]) for it in batch)


def test_places_of_one_item_go_in_batches(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    table = writing(monkeypatch, BusyTable(), *(place(f"ZIP#{n:05d}", 100, before=1) for n in range(60)))

    assert [len(batch) for batch in table.batches] == [25, 25, 10]
    assert table.transactions == []
    assert pauses == []


def test_batches_are_small_in_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    table = writing(monkeypatch, BusyTable(), *(place(f"ZIP#{n:05d}", 200_000) for n in range(12)))

    assert all(size_of(batch) <= 1_000_000 for batch in table.batches)
    assert sum(map(len, table.batches)) == 12


def test_what_was_not_taken_is_offered_again_more_slowly(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    table = writing(monkeypatch, BusyTable(most=7), *(place(f"ZIP#{n:05d}", 10) for n in range(25)))

    assert [len(batch) for batch in table.batches] == [25, 18, 11, 4]
    assert len({it["PutRequest"]["Item"]["pk"]["S"] for it in table.taken}) == 25
    assert len(pauses) == 3


def test_a_table_that_takes_nothing_is_left_alone_in_the_end(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    with pytest.raises(Transient):
        writing(monkeypatch, BusyTable(most=0), place("ZIP#05401", 10))

    assert pauses == sorted(pauses)
    assert 10 < sum(pauses) < 60


def test_parts_come_and_go_in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    table = writing(monkeypatch, BusyTable(), place("ZIP#05401", 10, 10, before=3))

    (writes,) = table.transactions
    assert [(kind, _key(kind, it)) for write in writes for kind, it in write.items()] == [
        ("Put", "tiger#a.csv#000"),
        ("Put", "tiger#a.csv#001"),
        ("Delete", "tiger#a.csv#002"),
    ]
    assert {it["Put"]["Item"]["parts"]["N"] for it in writes[:2]} == {"2"}
    assert table.batches == []


def _key(kind: str, write: Any) -> str:
    return str((write["Item"] if kind == "Put" else write["Key"])["sk"]["S"])


def test_a_place_that_is_gone_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    table = writing(monkeypatch, BusyTable(), place("ZIP#05401", before=1), place("ZIP#05402"))

    assert table.batches == [[{"DeleteRequest": {"Key": {"pk": {"S": "ZIP#05401"}, "sk": {"S": "tiger#a.csv#000"}}}}]]


@pytest.mark.parametrize("sizes", [[200_000] * 25, [10] * 101])
def test_what_no_transaction_can_hold_goes_in_batches(monkeypatch: pytest.MonkeyPatch, sizes: list[int]) -> None:
    table = writing(monkeypatch, BusyTable(), place("ZIP#05401", *sizes))

    assert table.transactions == []
    assert sum(map(len, table.batches)) == len(sizes)


# ---------------------------------------------------------------- manifests

PLACES = st.dictionaries(
    st.sampled_from([f"ZIP#{n:05d}" for n in range(12)]),
    st.dictionaries(st.sampled_from(["tiger", "openaddresses"]), st.integers(1, 4), min_size=1),
)


def keys(manifest: Manifest) -> set[tuple[str, str]]:
    return {(pk, key) for pk in manifest.places for key in manifest.sort_keys(pk, FILE)}


@given(PLACES, PLACES)
def test_two_manifests_together_name_what_either_names(one: Any, other: Any) -> None:
    assert keys(Manifest(one) | Manifest(other)) == keys(Manifest(one)) | keys(Manifest(other))


@given(PLACES)
def test_a_manifest_comes_back_as_it_was_packed(places: Any) -> None:
    packed = Manifest(places).packed()

    assert Manifest.unpacked(packed) == Manifest(places)
    assert packed == Manifest(dict(reversed(places.items()))).packed()
    assert b"".join(chunks(packed)) == packed


@given(PLACES)
def test_a_manifest_of_blobs_names_exactly_them(places: Any) -> None:
    wanted = keys(Manifest(places))

    assert keys(Manifest.of(Blob(pk, key, b"") for pk, key in sorted(wanted))) == wanted


def test_manifests_that_differ_have_different_names() -> None:
    assert name_of(Manifest({"ZIP#05401": {"tiger": 1}}).packed()) != name_of(Manifest().packed())
