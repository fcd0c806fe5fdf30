"""The street table as validations read it: whole or not at all, never in the way, and seldom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from doorstep.address.reference.blob import sealed
from doorstep.errors import Transient
from doorstep.platform import aws, street_shelf
from doorstep.platform.street_shelf import FRESH_FOR, REST, StreetShelf


def item(file: str, part: int = 0, edition: str = "e1", parts: int = 1, body: bytes = b"body") -> dict[str, Any]:
    return {
        "sk": {"S": f"tiger#{file}#{part:03d}"},
        "edition": {"S": edition},
        "parts": {"N": str(parts)},
        "body": {"B": body},
    }


class FakeTable:
    """Gives one answer after the other (pages of items, or an error), the last one for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), []
        self.answer: Any = None

    def query(self, **request: Any) -> dict[str, Any]:
        at = int(request.get("ExclusiveStartKey", 0))
        if not at:
            self.asked.append(request)
            self.answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(self.answer, Exception):
            raise self.answer
        pages = self.answer or [[]]
        return {"Items": pages[at]} | ({"LastEvaluatedKey": at + 1} if at + 1 < len(pages) else {})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [1000.0]
    monkeypatch.setattr("doorstep.platform.street_shelf.time.monotonic", lambda: moment[0])
    return moment


@pytest.fixture
def shelf_of(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> Callable[..., tuple[StreetShelf, FakeTable]]:
    def make(*answers: Any) -> tuple[StreetShelf, FakeTable]:
        table = FakeTable(*answers)
        monkeypatch.setattr(street_shelf, "client", lambda service, pace: table)
        return StreetShelf("streets"), table

    return make


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(street_shelf.log, "count", names.append)
    return names


def refusal(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Query")  # type: ignore[typeddict-item]


def test_all_pages_of_all_files_are_read_with_one_cheap_question(shelf_of: Any) -> None:
    shelf, table = shelf_of(
        [[item("a", 0, parts=2, body=b"1")], [item("a", 1, parts=2, body=b"2"), item("b", body=b"3")]]
    )

    assert shelf.read("ZIP#05401") == [b"1", b"2", b"3"]
    (request,) = table.asked
    assert request["ConsistentRead"] is False
    assert request["ExpressionAttributeValues"] == {":pk": {"S": "ZIP#05401"}}


TORN = {
    "two editions": [item("a", 0, "old", 2), item("a", 1, "new", 2)],
    "a part is missing": [item("a", 0, parts=2)],
    "a part too many": [item("a", 0), item("a", 1)],
    "two kinds of one file": [item("a", 0, "old"), {**item("a", 0, "new"), "sk": {"S": "openaddresses#a#000"}}],
}


@pytest.mark.parametrize("torn", TORN.values(), ids=TORN)
def test_who_reads_amid_a_replacement_reads_again_consistently(shelf_of: Any, torn: Any) -> None:
    shelf, table = shelf_of([torn], [[item("a", body=b"new")]])

    assert shelf.read("ZIP#05401") == [b"new"]
    assert [request["ConsistentRead"] for request in table.asked] == [False, True]


@pytest.mark.parametrize("torn", TORN.values(), ids=TORN)
def test_parts_that_do_not_fit_are_not_known_and_others_are_still_asked_for(
    shelf_of: Any, counted: list[str], torn: Any
) -> None:
    shelf, _ = shelf_of([torn], [torn], [torn], [[item("a")]])

    with pytest.raises(Transient):
        shelf.read("ZIP#05401")
    assert counted == ["StreetReferenceUnavailable"]
    assert shelf.read("ZIP#05402") == [b"body"]


def test_what_is_no_part_of_a_file_is_passed_over_and_counted(shelf_of: Any, counted: list[str]) -> None:
    foreign = [{"sk": {"S": "by hand"}}, {**item("b"), "parts": {"N": "1.5"}}, {"sk": item("c")["sk"]}]
    shelf, _ = shelf_of([[*foreign, item("a")]])

    assert shelf.read("ZIP#05401") == [b"body"]
    assert counted == ["DamagedStreetReference"]


@pytest.mark.parametrize(
    "error",
    [
        refusal("ProvisionedThroughputExceededException"),
        refusal("AccessDeniedException"),
        refusal("ResourceNotFoundException"),
        refusal("InternalServerError", 500),
        ConnectTimeoutError(endpoint_url="x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_is_wrong_with_the_table_is_not_known_now(
    shelf_of: Any, counted: list[str], clock: list[float], error: Exception
) -> None:
    shelf, table = shelf_of(error, [[item("a")]])

    with pytest.raises(Transient):
        shelf.read("ZIP#05401")
    assert counted == ["StreetReferenceUnavailable"]

    clock[0] += REST - 0.1
    with pytest.raises(Transient):
        shelf.read("ZIP#05401")
    assert (len(table.asked), len(counted)) == (1, 1)

    clock[0] += 0.2
    assert shelf.read("ZIP#05401") == [b"body"]


@pytest.mark.parametrize("pk", ["CITY#VT#" + "X" * 3000, "CITY#VT#" + "é" * 1100, "CITY#VT#\ud800"])
def test_a_key_that_no_table_can_hold_is_of_nothing(shelf_of: Any, pk: str) -> None:
    shelf, table = shelf_of([[item("a")]])

    assert shelf.read(pk) == []
    assert table.asked == []


def test_the_reference_is_made_once_and_anew_after_an_hour(shelf_of: Any, clock: list[float]) -> None:
    shelf, table = shelf_of([[]])

    first = shelf.reference()
    assert first.zip("05401") is first.zip("05401") is None
    clock[0] += FRESH_FOR
    assert shelf.reference() is first
    assert len(table.asked) == 1

    clock[0] += 1
    second = shelf.reference()
    assert second is not first
    second.zip("05401")
    assert len(table.asked) == 2


def test_a_damaged_entry_is_named_by_its_place_and_counted(
    shelf_of: Any, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(street_shelf.log.logger, "warning", lambda words, **more: said.append(more))
    shelf, _ = shelf_of([[item("a", body=b"DSR\x01damaged"), item("b", body=sealed({"streets": 7}))]])

    shelf.reference().zip("05401")

    assert said == [{"pk": "ZIP#05401"}] * len(said)
    assert counted == ["DamagedStreetReference"] * len(said)
    assert said


def test_the_checkout_does_not_wait_for_long() -> None:
    """Two tries that get no answer, and the pause between them, take less than a third of what the function has."""
    config = aws._PACES["checkout"]

    tries = config.retries["total_max_attempts"]
    assert tries * (config.connect_timeout + config.read_timeout) + (tries - 1) * 1.0 <= 5
