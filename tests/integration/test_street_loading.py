"""Street sources from the bucket to the table: loaded, replaced, removed, refused, and asked about again and again."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from street_sources import ELM, MAIN, OAK, at_rest, body_of, csv, ledger, places, streets, wide, zipped
from world import World, upload_event

from doorstep.address.reference import bodies
from doorstep.address.reference.blob import opened
from doorstep.platform import street_loader, street_manifest, street_writer

TYPED = {"line1": "12 Main St", "city": "Burlington", "state": "VT", "postal_code": "05401"}
WRITES = {"BatchWriteItem", "TransactWriteItems", "PutItem", "DeleteItem"}


def load(world: World, file: str, body: bytes, *, complete: bool | None = None) -> dict[str, Any]:
    """Upload a source, let everything happen that follows, and return what was told about it."""
    world.upload(file, body, complete=complete)
    world.load_streets()
    at_rest(world)
    return world.result(file)


def written(world: World, deed: Callable[[], object]) -> list[str]:
    """The writes to DynamoDB that a deed makes, but for those of the lease."""
    before = len(world.calls)
    deed()
    return [operation for _, operation in world.calls[before:] if operation in WRITES]


# ---------------------------------------------------------------- loading


def test_an_uploaded_register_decides_a_verdict(world: World) -> None:
    assert world.api("POST", "/addresses/validate", TYPED).json["coverage"] == "zip"
    world.wait(minutes=61)
    told = load(world, "vermont.csv.gz", zipped(*MAIN, *ELM), complete=True)
    world._modules.clear()  # as in another process: this one remembers for an hour that nobody knew

    verdict = world.api("POST", "/addresses/validate", TYPED).json
    nowhere = world.api("POST", "/addresses/validate", {**TYPED, "line1": "99 Main St"}).json

    assert (verdict["verdict"], verdict["coverage"], verdict["deliverability"]) == ("accept", "address", "deliverable")
    assert nowhere["verdict"] == "confirm"
    assert (told["status"], told["complete"], told["kind"]) == ("loaded", True, "openaddresses")
    assert (told["rows"], told["used"], told["bad"], told["zips"]) == (4, 4, {}, 2)
    assert told["etag"] == hashlib.md5(zipped(*MAIN, *ELM)).hexdigest()
    assert {"seconds", "at"} <= set(told)


def test_a_source_is_no_register_unless_its_uploader_says_so(world: World) -> None:
    for number, complete in enumerate((None, False, True)):
        assert load(world, f"{number}.csv", csv(*MAIN), complete=complete)["complete"] is (complete is True)

    items = [it for it in world.raw_items("streets") if it["pk"]["S"] == "ZIP#05401"]
    said = {it["sk"]["S"]: opened(body_of(it))["complete"] for it in items}
    assert said == {f"openaddresses#{n}.csv#000": n == 2 for n in range(3)}


def test_the_same_source_again_writes_nothing_and_is_told_again(world: World) -> None:
    load(world, "a.csv", csv(*MAIN))
    before = world.raw_items("streets")
    with world.unwatched():
        world.client("s3").delete_object(Bucket="street-sources", Key="results/a.csv.json")

    writes = written(world, lambda: load(world, "a.csv", csv(*MAIN)))

    assert writes == []
    assert world.raw_items("streets") == before
    assert world.result("a.csv")["status"] == "loaded"


def test_one_event_delivered_three_times_is_one_load(world: World) -> None:
    world.upload("a.csv", csv(*MAIN))
    for _ in range(2):
        world.put("uploads", upload_event("a.csv"))

    assert written(world, world.load_streets).count("BatchWriteItem") == 1
    at_rest(world)
    assert streets(world) == {"05401": {"a.csv": ["MAIN ST 12 14"]}}


def test_a_newer_version_leaves_nothing_of_the_older(world: World) -> None:
    load(world, "a.csv", csv(*MAIN, *ELM, *OAK))
    load(world, "b.csv", csv(*ELM))
    load(world, "a.csv", csv(*OAK, "9,OAK LN,,STOWE,VT,05672"))

    assert streets(world) == {"05602": {"b.csv": ["ELM ST 3"]}, "05672": {"a.csv": ["OAK LN 7 9"]}}
    assert "CITY#VT#BURLINGTON" not in places(world)


def test_the_same_bytes_meant_otherwise_are_loaded_anew(world: World) -> None:
    load(world, "a.csv", csv(*MAIN), complete=False)
    load(world, "a.csv", csv(*MAIN), complete=True)

    (item,) = [it for it in world.raw_items("streets") if it["pk"]["S"] == "ZIP#05401"]
    assert opened(body_of(item))["complete"] is True


def test_the_same_bytes_read_otherwise_are_loaded_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    load(world, "a.csv", csv(*MAIN))
    monkeypatch.setattr(street_loader, "READING", street_loader.READING + 1)

    assert "BatchWriteItem" in written(world, lambda: load(world, "a.csv", csv(*MAIN)))


def test_a_file_may_turn_into_another_kind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    load(world, "a.csv", csv(*MAIN))
    original = street_loader.open_source
    monkeypatch.setattr(street_loader, "open_source", lambda *given: _called_tiger(original(*given)))

    load(world, "a.csv", csv(*OAK, *MAIN))

    assert {it["sk"]["S"] for it in world.raw_items("streets") if it["pk"]["S"] == "ZIP#05401"} == {"tiger#a.csv#000"}


def _called_tiger(source: Any) -> Any:
    return type(source)("tiger", source.rows)


def test_a_ledger_larger_than_an_item_is_kept_in_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(street_manifest, "CHUNK", 20)
    load(world, "a.csv", csv(*MAIN, *ELM, *OAK))
    assert len(world.raw_items("streets", "MANIFEST#")) > 3

    load(world, "a.csv", csv(*ELM))

    assert streets(world) == {"05602": {"a.csv": ["ELM ST 3"]}}


def test_somebody_may_ask_to_look_again(world: World) -> None:
    """As the runbook says, for a table that was lost."""
    with world.unwatched():
        world.client("s3").put_object(Bucket="street-sources", Key="sources/a.csv", Body=csv(*MAIN))
    place = {"bucket": {"name": "street-sources"}, "object": {"key": "sources/a.csv"}}
    world.put("uploads", {"Records": [{"eventName": "ObjectCreated", "s3": place}]})

    world.load_streets()

    assert streets(world) == {"05401": {"a.csv": ["MAIN ST 12 14"]}}


# ---------------------------------------------------------------- removing


def test_what_is_removed_from_the_bucket_is_removed_from_the_table(world: World) -> None:
    load(world, "a.csv", csv(*MAIN, *ELM))
    load(world, "b.csv", csv(*ELM))

    world.take_away("a.csv")
    world.load_streets()

    at_rest(world)
    assert streets(world) == {"05602": {"b.csv": ["ELM ST 3"]}}
    assert world.result("a.csv")["status"] == "removed"


def test_a_renamed_source_is_there_once(world: World) -> None:
    load(world, "a.csv", csv(*MAIN))

    world.upload("b.csv", csv(*MAIN))
    world.take_away("a.csv")
    world.load_streets()

    at_rest(world)
    assert streets(world) == {"05401": {"b.csv": ["MAIN ST 12 14"]}}


def test_a_removed_source_may_come_back(world: World) -> None:
    for _ in range(2):
        load(world, "a.csv", csv(*MAIN))
        world.take_away("a.csv")
        world.load_streets()
        assert places(world) == {}

    assert load(world, "a.csv", csv(*MAIN))["status"] == "loaded"
    assert streets(world) == {"05401": {"a.csv": ["MAIN ST 12 14"]}}


def test_the_removal_of_what_was_never_loaded_is_nothing(world: World) -> None:
    world.take_away("never.csv")
    world.load_streets()

    at_rest(world)
    assert places(world) == {}


@pytest.mark.parametrize("there", [True, False])
def test_events_in_the_wrong_order_end_as_the_bucket_is(world: World, there: bool) -> None:
    with world.unwatched():
        s3 = world.client("s3")
        s3.put_object(Bucket="street-sources", Key="sources/a.csv", Body=csv(*MAIN))
        if not there:
            s3.delete_object(Bucket="street-sources", Key="sources/a.csv")
    for name in ("ObjectRemoved:Delete", "ObjectCreated:Put", "ObjectRemoved:Delete")[: 2 if there else 3]:
        world.put("uploads", upload_event("a.csv", name))
    world.put("uploads", upload_event("a.csv", "ObjectRemoved:Delete" if there else "ObjectCreated:Put"))

    world.load_streets()

    at_rest(world)
    assert streets(world) == ({"05401": {"a.csv": ["MAIN ST 12 14"]}} if there else {})


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_source"),
        (csv(), "empty_source"),
        (csv(",MAIN ST,,BURLINGTON,VT,05401"), "empty_source"),
        (b"just,some\nother,table\n", "not_a_street_source"),
        (gzip.compress(csv(*(f"{n},MAIN ST,,BURLINGTON,VT,05401" for n in range(1, 4000))))[:-40], "damaged_source"),
    ],
)
def test_a_source_that_cannot_be_read_changes_nothing_and_is_told(world: World, body: bytes, code: str) -> None:
    load(world, "a.csv", csv(*MAIN))
    before = [it for it in world.raw_items("streets") if it["sk"]["S"] != "FILE"]

    told = load(world, "a.csv", body)

    assert (told["status"], told["code"]) == ("refused", code)
    assert told["message"]
    assert told["etag"] == hashlib.md5(body).hexdigest()
    assert [it for it in world.raw_items("streets") if it["sk"]["S"] != "FILE"] == before
    assert load(world, "a.csv", csv(*ELM))["status"] == "loaded"
    assert streets(world) == {"05602": {"a.csv": ["ELM ST 3"]}}


def test_the_good_version_again_after_a_refused_one_is_told_as_loaded(world: World) -> None:
    load(world, "a.csv", csv(*MAIN))
    load(world, "a.csv", b"")

    assert written(world, lambda: load(world, "a.csv", csv(*MAIN))) == []
    assert world.result("a.csv")["status"] == "loaded"


def test_a_source_too_large_for_the_disk_is_refused_unread(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.platform import street_sources

    monkeypatch.setattr(street_sources, "MOST_UNPACKED", 50)

    told = load(world, "a.csv", csv(*MAIN))

    assert (told["status"], told["code"]) == ("refused", "source_too_large")


@pytest.mark.parametrize("name", ["a b.csv", "folder/a.csv", "ä.csv", "x" * 129, "a+b.csv", "a#b.csv"])
def test_a_name_that_is_no_plain_name_is_refused(world: World, name: str) -> None:
    world.upload(name, csv(*MAIN))
    world.load_streets()

    assert (world.result(name)["status"], world.result(name)["code"]) == ("refused", "bad_name")
    assert world.raw_items("streets") == []
    assert not any(world.dead.values())


def test_a_very_long_name_is_told_about_under_a_shorter_one(world: World) -> None:
    name = "x" * 1_012
    world.upload(name, csv(*MAIN))
    world.load_streets()

    assert world.result(hashlib.sha256(name.encode()).hexdigest())["code"] == "bad_name"


def test_a_folder_made_in_the_console_is_no_source(world: World) -> None:
    world.upload("", b"")
    world.upload("folder/", b"")
    world.take_away("folder/a.csv")
    world.load_streets()

    with world.unwatched():
        listed = world.client("s3").list_objects_v2(Bucket="street-sources", Prefix="results/")
    assert listed["KeyCount"] == 0
    assert not any(world.dead.values())


def test_the_greeting_of_the_bucket_is_taken(world: World) -> None:
    world.put("uploads", {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "street-sources"})
    world.load_streets()

    assert not any(world.dead.values())
    assert world.calls == []


def foreign() -> list[object]:
    """What is no event of our bucket's sources."""
    other, results = upload_event("a.csv"), upload_event("a.csv")
    other["Records"][0]["s3"]["bucket"]["name"] = "another"
    results["Records"][0]["s3"]["object"]["key"] = "results/a.csv.json"
    return [other, results, {}, [], None, "text", {"Records": 7}, {"Records": [{}]}]


@pytest.mark.parametrize("body", foreign())
def test_what_is_no_event_of_ours_goes_to_the_dead_letters(world: World, body: object) -> None:
    world.put("uploads", json.dumps(body))
    world.load_streets()

    assert len(world.dead["uploads"]) == 1
    assert world.raw_items("streets") == []


def test_a_right_that_was_lost_is_not_taken_for_a_removal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ClientError

    from doorstep.platform import aws

    load(world, "a.csv", csv(*MAIN))
    told = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}

    def refuse(**_: object) -> None:
        raise ClientError(told, "GetObject")  # type: ignore[arg-type]

    monkeypatch.setattr(aws.client("s3", "patient"), "get_object", refuse)
    world.put("uploads", upload_event("a.csv"))
    world.load_streets()

    assert streets(world) == {"05401": {"a.csv": ["MAIN ST 12 14"]}}
    assert len(world.dead["uploads"]) == 1


# ---------------------------------------------------------------- several parts, several at once


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ZIP Code needs two or three items."""
    monkeypatch.setattr(bodies, "LARGEST_BODY", 400)


@pytest.mark.usefixtures("small_parts")
def test_a_zip_code_of_several_parts_is_replaced_at_once(world: World) -> None:
    many, fewer = wide(["05401"], range(1, 2000, 7)), wide(["05401"], range(1, 900, 7))
    load(world, "a.csv", many)
    parts = places(world)["ZIP#05401"]

    writes = written(world, lambda: load(world, "a.csv", fewer))

    assert parts > places(world)["ZIP#05401"] > 1
    assert "TransactWriteItems" in writes
    numbers = [int(n) for line in streets(world)["05401"]["a.csv"] for n in line.split()[2:]]
    assert sorted(numbers) == list(range(1, 900, 7))


@pytest.mark.usefixtures("small_parts")
def test_readers_find_each_zip_code_as_it_was_or_as_it_is(world: World) -> None:
    """Somebody reads before and after each write of a load: never some of both."""
    from doorstep.platform.street_shelf import StreetShelf

    codes = ["05401", "05602", "05672"]
    old, new = wide(codes, range(1, 2000, 7)), wide(codes[:2], range(1, 900, 7))
    load(world, "a.csv", new)
    states = [_read_all(StreetShelf("streets"), codes)]
    load(world, "a.csv", old)
    states.append(_read_all(StreetShelf("streets"), codes))
    seen = []
    original = world._spend

    def look() -> None:
        with world.unwatched():
            seen.append(_read_all(StreetShelf("streets"), codes))
        original()

    world._spend = look  # type: ignore[method-assign]
    load(world, "a.csv", new)

    allowed = {(code, state[code]) for state in states for code in codes}
    assert len(seen) > 10
    assert {(code, found[code]) for found in seen for code in codes} == allowed


def _read_all(shelf: Any, codes: list[str]) -> dict[str, tuple[bytes, ...]]:
    return {code: tuple(shelf.read(f"ZIP#{code}")) for code in codes}


@pytest.mark.usefixtures("small_parts")
def test_what_is_too_large_for_a_transaction_is_written_in_pieces(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(street_writer, "_TRANSACTION", 1)

    writes = written(world, lambda: load(world, "a.csv", wide(["05401"], range(1, 2000, 7))))

    assert "TransactWriteItems" not in writes
    assert places(world)["ZIP#05401"] > 1


def test_progress_is_noted_on_the_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(street_loader, "STEP", 2)
    world.upload("a.csv", csv(*MAIN, *ELM, *OAK))
    world.kill_after(13)  # in the middle of the second step
    world.drain("uploads", "load_street_reference")
    entry, there = ledger(world, "a.csv"), sum(places(world).values())
    assert 0 < int(entry["done"]["N"]) <= there < len(MAIN + ELM + OAK) * 3

    world.wait(minutes=17)
    items = written(world, world.load_streets).count("BatchWriteItem")

    at_rest(world)
    assert items == -(-(sum(places(world).values()) - int(entry["done"]["N"])) // 2)


def test_a_rival_upload_during_a_load_wins_at_once(world: World) -> None:
    def rival() -> None:
        with world.unwatched():
            world.upload("a.csv", csv(*ELM))
            assert world.drain("uploads", "load_street_reference", batch=1) == 1

    world.upload("a.csv", csv(*MAIN))
    world.before_next_write(rival)
    world.drain("uploads", "load_street_reference", batch=1)

    assert world.rival_came
    assert streets(world) == {"05602": {"a.csv": ["ELM ST 3"]}}
    world.load_streets()
    at_rest(world)
    assert streets(world) == {"05602": {"a.csv": ["ELM ST 3"]}}


def test_who_finds_another_at_work_comes_again(world: World) -> None:
    world.upload("a.csv", csv(*MAIN))
    world.kill_after(4)
    world.drain("uploads", "load_street_reference")
    assert "holder" in ledger(world, "a.csv")

    for _ in range(2):
        assert world.drain("uploads", "load_street_reference") == 1
    assert streets(world) == {}
    world.wait(minutes=17)
    world.load_streets()

    at_rest(world)
    assert streets(world) == {"05401": {"a.csv": ["MAIN ST 12 14"]}}
