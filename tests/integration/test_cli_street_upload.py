"""`doorstep reference load` and `remove`, against the bucket and the function behind it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from street_sources import ELM, MAIN, OAK, csv, streets
from world import World, upload_event

from doorstep_cli import deploy, stack, street_upload
from doorstep_cli.errors import Trouble
from doorstep_cli.main import main
from doorstep_cli.named_sources import NamedSource
from doorstep_cli.street_upload import StreetBucket, summary

BUCKET = "street-sources"


class Loading:
    """What S3 does in the background: as soon as somebody waits, the events come and the function runs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: dict[str, Any] = {}
        self.pauses = 0

    def pause(self, seconds: float) -> None:
        self.pauses += 1
        assert self.pauses < 20, "it waits for what will never come"
        for name in self.there():
            self.world.put("uploads", upload_event(name))
        with redirect_stdout(io.StringIO()):  # where a function's metrics go
            self.world.load_streets()

    def there(self) -> Sequence[str]:
        with self.world.unwatched():
            listed = self.world.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="sources/")
        return [it["Key"].removeprefix("sources/") for it in listed.get("Contents", [])]


@pytest.fixture
def loading(world: World, monkeypatch: pytest.MonkeyPatch) -> Loading:
    """The command meets this world's bucket, however it asks for it."""
    made = Loading(world)
    bucket = StreetBucket(world.client("s3"), BUCKET, pause=made.pause)
    monkeypatch.setattr("doorstep_cli.reference.bucket_of", lambda stack_name, name: bucket)
    return made


def write(folder: Path, name: str, *rows: str) -> str:
    (folder / name).write_bytes(csv(*rows))
    return str(folder / name)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    main(["reference", "load", "--json", *arguments])
    sources: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["sources"]
    return sources


def ends(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(["reference", *arguments])
    return ended.value.code


def test_what_is_loaded_is_in_the_table_when_the_command_ends(
    world: World, loading: Loading, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["reference", "load", write(tmp_path, "a.csv", *MAIN), write(tmp_path, "b.csv", *ELM, "0,X ST,,,VT,05602")])

    assert capsys.readouterr().out == (
        "a.csv: 2 rows, 2 used, 1 ZIP Codes, 1 streets; none bad\n"
        "b.csv: 3 rows, 2 used, 1 ZIP Codes, 1 streets; bad: number_zero 1\n"
    )
    assert set(streets(world)) == {"05401", "05602"}


@pytest.mark.usefixtures("loading")
def test_the_result_that_is_waited_for_is_that_of_this_upload(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path, "a.csv", *MAIN)
    assert [it["complete"] for it in told(capsys, source)] == [False]

    assert [it["complete"] for it in told(capsys, "--complete", source)] == [True]
    write(tmp_path, "a.csv", *MAIN, *OAK)
    assert [(it["complete"], it["rows"]) for it in told(capsys, source)] == [(False, 3)]
    assert [(it["complete"], it["rows"]) for it in told(capsys, source)] == [(False, 3)]


def test_a_source_that_cannot_be_read_is_not_even_uploaded(
    world: World, loading: Loading, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.csv").write_text("nothing here")

    assert ends("load", write(tmp_path, "a.csv", *MAIN), str(tmp_path / "bad.csv")) == 2

    assert "nothing was changed" in capsys.readouterr().err
    assert loading.there() == []


def test_a_source_that_the_stack_refuses_ends_with_2_and_the_good_one_is_told(
    world: World, loading: Loading, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doorstep_cli.reference.check", lambda sources: None)  # as if only the end of it were bad
    (tmp_path / "bad.csv").write_text("nothing here")

    assert ends("load", write(tmp_path, "a.csv", *MAIN), str(tmp_path / "bad.csv")) == 2

    said = capsys.readouterr()
    assert said.out.splitlines()[1] == "bad.csv: refused (not_a_street_source)"
    assert "refused: bad.csv" in said.err
    assert set(streets(world)) == {"05401"}


def test_who_does_not_wait_is_told_what_was_uploaded(
    loading: Loading, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (told_of,) = told(capsys, "--no-wait", write(tmp_path, "My points.csv", *MAIN))

    assert (told_of["file"], told_of["status"]) == ("My-points.csv", "uploaded")
    assert loading.there() == ["My-points.csv"]
    assert loading.pauses == 0


@pytest.mark.usefixtures("loading")
def test_a_result_that_is_late_is_said_to_be_late(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ends("load", "--minutes", "0", write(tmp_path, "a.csv", *MAIN)) == 2

    assert f"s3://{BUCKET}/results/a.csv.json" in capsys.readouterr().err


def test_what_is_removed_is_forgotten_and_the_rest_stays(
    world: World, loading: Loading, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["reference", "load", write(tmp_path, "a.csv", *MAIN), write(tmp_path, "b.csv", *ELM)])

    main(["reference", "remove", "a.csv"])

    assert "removed a.csv" in capsys.readouterr().out
    assert loading.there() == ["b.csv"]
    world.put("uploads", upload_event("a.csv", "ObjectRemoved:Delete"))
    world.load_streets()
    assert set(streets(world)) == {"05602"}


def test_a_name_that_is_not_there_removes_nothing(
    loading: Loading, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["reference", "load", "--no-wait", write(tmp_path, "a.csv", *MAIN)])

    assert ends("remove", "a.csv", "c.csv") == 2

    assert "there is no source 'c.csv' in street-sources; there are: a.csv" in capsys.readouterr().err
    assert loading.there() == ["a.csv"]


def test_the_bytes_that_were_sent_are_told(world: World, tmp_path: Path) -> None:
    source = tmp_path / "large.csv"
    source.write_bytes(csv(*MAIN) + b" " * 20_000_000)
    heard: list[int] = []

    StreetBucket(world.client("s3"), BUCKET).upload(NamedSource(source, "large.csv"), complete=True, told=heard.append)

    assert max(heard) == source.stat().st_size
    with world.unwatched():
        kept = world.client("s3").head_object(Bucket=BUCKET, Key="sources/large.csv")
    assert kept["Metadata"] == {"complete": "true"}


# ---------------------------------------------------------------- which bucket


class Stack:
    """The local stack, or one before there were street references."""

    outputs: dict[str, str]

    def client(self, service: str) -> str:
        return f"local {service}"


def test_the_bucket_is_named_or_a_stacks_or_the_local_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    outputs = {"StreetSourcesBucket": "of-the-stack"}
    monkeypatch.setattr(boto3, "client", lambda service: f"aws {service}")
    monkeypatch.setattr(deploy, "outputs_of", lambda client, name: outputs)
    monkeypatch.setattr(Stack, "outputs", {"StreetSourcesBucket": "local"}, raising=False)
    monkeypatch.setattr(stack, "LocalStack", Stack)

    assert street_upload.bucket_of(None, "named").name == "named"
    assert street_upload.bucket_of("prod", None).name == "of-the-stack"
    assert street_upload.bucket_of(None, None).name == "local"
    monkeypatch.setattr(Stack, "outputs", {})
    with pytest.raises(Trouble, match="deploy it again"):
        street_upload.bucket_of(None, None)


def test_what_aws_refuses_is_trouble(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(stack_name: str, name: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObject")

    monkeypatch.setattr("doorstep_cli.reference.bucket_of", refuse)

    assert ends("remove", "a.csv") == 2
    assert "AccessDenied" in capsys.readouterr().err


def test_a_result_without_counts_is_told_by_its_state() -> None:
    assert summary({"status": "removed"}) == "removed"
    assert summary({"status": "refused", "code": "bad_name"}) == "refused (bad_name)"
