"""`doorstep validate`: one line for each row, in order, whatever stops it on the way."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from doorstep.address import PostalTable, TypedAddress, assess
from doorstep_cli import answering, bulk_run
from doorstep_cli.answering import Answered, Answerer, Row, usual_jobs
from doorstep_cli.main import main
from doorstep_cli.ready_data import ready
from doorstep_cli.reference import build

HEAD = ["id", "line1", "line2", "city", "state", "postal_code", "country"]
STREETS = ("MAIN ST", "ELM ST", "OAK LN", "N CHURCH ST", "VT ROUTE 7")


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Burlington as a register would have it, if it were very small."""
    source = tmp_path / "register.csv"
    rows = [f"{number},{street},,BURLINGTON,VT,05401" for street in STREETS for number in range(2, 60, 2)]
    rows += [f"70,MAIN ST,APT {unit},BURLINGTON,VT,05401" for unit in "ABC"]
    source.write_text("\n".join(["NUMBER,STREET,UNIT,CITY,REGION,POSTCODE", *rows]))
    build([source], tmp_path / "reference", complete=True)
    return tmp_path / "reference"


def write(path: Path, count: int, *, start: int = 0) -> Path:
    """So many addresses, of which some are wrong in one way or another."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for at in range(start, start + count):
            line1 = ("", "x" * 300, "ÄÖÜ \u2028 1", f"{at} ")[at % 4] + STREETS[at % 5].title()
            writer.writerow([f"row-{at}", line1, "", "Burlington", "VT", "05401", ""])
    return path


def validated(source: Path, out: Path, *more: str) -> list[dict[str, Any]]:
    main(["validate", str(source), "--out", str(out), *more])
    return [json.loads(line) for line in out.read_text("ascii").split("\n")[:-1]]


def ends(*arguments: object) -> object:
    with pytest.raises(SystemExit) as ended:
        main(["validate", *map(str, arguments)])
    return ended.value.code


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_CHUNK", 7)


def stopping_after(chunks: int, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answerer does so many chunks, and then something happens."""
    answer, done = Answerer.answer, 0

    def stopping(self: Answerer, rows: Iterable[Row]) -> Answered:
        nonlocal done
        done += 1
        if done > chunks:
            raise error
        return answer(self, rows)

    monkeypatch.setattr(Answerer, "answer", stopping)


# ---------------------------------------------------------------- answers


def test_each_row_has_the_answer_of_the_api_under_its_id_in_order(tmp_path: Path) -> None:
    answers = validated(write(tmp_path / "in.csv", 40), tmp_path / "out.jsonl")

    assert [answer["id"] for answer in answers] == [f"row-{at}" for at in range(40)]
    typed = TypedAddress(line1="3 N Church St", city="Burlington", state="VT", postal_code="05401")
    assert answers[3] == {"id": "row-3", **assess(typed, postal=PostalTable.open()).to_dict()}
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.jsonl"}


def test_with_a_reference_streets_numbers_and_units_are_known(tmp_path: Path, reference: Path) -> None:
    source = tmp_path / "in.csv"
    lines = ["12 Main St", "13 Main St", "70 Main St", "12 Mian St", "Main St"]
    source.write_text("id,line1,city,state,postal_code\n" + "".join(f"7,{it},Burlington,VT,05401\n" for it in lines))

    answers = validated(source, tmp_path / "out.jsonl", "--reference", str(reference))

    assert [answer["verdict"] for answer in answers] == ["accept", "confirm", "add_unit", "confirm", "fix"]
    assert answers[0]["coverage"] == "address"
    assert answers[3]["suggestions"][0]["address"]["line1"] == "12 MAIN ST"


def test_messages_are_in_the_language_asked_for(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", 1)

    english = validated(source, tmp_path / "en.jsonl")
    spanish = validated(source, tmp_path / "es.jsonl", "--locale", "es")

    assert english[0]["issues"]
    assert [it["code"] for it in english[0]["issues"]] == [it["code"] for it in spanish[0]["issues"]]
    assert english[0]["issues"][0]["message"] != spanish[0]["issues"][0]["message"]


def test_the_summary_counts_verdicts_and_says_what_is_wrong_with_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.csv"
    source.write_text('id,address\n1,"149 Church St, Burlington VT 05401"\n1,nothing\n')

    validated(source, tmp_path / "out.jsonl", "--json")

    said = capsys.readouterr()
    assert "rows with the id of an earlier row: 1" in said.err
    assert "2 rows: accept 1, confirm 0, add_unit 0, fix 1; " in said.err
    told = json.loads(said.out)
    assert (told["rows"], told["kept"]) == (2, 0)
    assert told["verdicts"] == {"accept": 1, "confirm": 0, "add_unit": 0, "fix": 1}


def test_several_processes_give_what_one_gives(tmp_path: Path, reference: Path) -> None:
    source = write(tmp_path / "in.csv", 1500)
    validated(source, tmp_path / "one.jsonl", "--reference", str(reference), "--jobs", "1")

    done = subprocess.run(
        [*COMMAND, source, "--out", tmp_path / "two.jsonl", "--reference", reference, "--jobs", "2"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_a_small_file_is_worth_one_process_and_a_large_one_no_more_than_there_are() -> None:
    assert usual_jobs(0) == usual_jobs(1_000_000) == 1
    assert 1 <= usual_jobs(10**12) <= min(8, os.cpu_count() or 1)


def test_a_file_of_no_rows_has_no_answers(tmp_path: Path) -> None:
    assert validated(write(tmp_path / "in.csv", 0), tmp_path / "out.jsonl") == []


# ---------------------------------------------------------------- stopped on the way

COMMAND = [sys.executable, "-m", "doorstep_cli.main", "validate"]


def test_a_killed_run_goes_on_and_ends_in_the_same_bytes(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.csv", 3_000), tmp_path / "out.jsonl"
    partial = tmp_path / "out.jsonl.partial"
    process = subprocess.Popen([*COMMAND, source, "--out", out], stderr=subprocess.DEVNULL)
    while process.poll() is None and not (partial.exists() and partial.stat().st_size):
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert process.returncode == -signal.SIGKILL, "it was done before it could be killed"
    assert not out.exists()

    done = subprocess.run([*COMMAND, source, "--out", out, "--json"], capture_output=True, text=True, check=True)

    assert 0 < json.loads(done.stdout)["kept"] < 3_000
    assert "going on after" in done.stderr
    validated(source, tmp_path / "whole.jsonl")
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not list(tmp_path.glob("*.partial*"))


@pytest.mark.usefixtures("small_chunks")
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = write(tmp_path / "in.csv", 30), tmp_path / "out.jsonl"
    with monkeypatch.context() as patch:
        stopping_after(2, KeyboardInterrupt(), patch)
        assert ends(source, "--out", out) == 130
    assert "stopped after 14 rows; give the same command again to go on" in capsys.readouterr().err
    assert not out.exists()

    validated(source, out, "--json")

    assert json.loads(capsys.readouterr().out)["kept"] == 14
    assert out.read_bytes() == whole(source, tmp_path)


def whole(source: Path, folder: Path, *more: str) -> bytes:
    """What an undisturbed run writes."""
    validated(source, folder / "whole.jsonl", *more)
    return (folder / "whole.jsonl").read_bytes()


@pytest.mark.usefixtures("small_chunks")
def test_wherever_the_file_was_torn_the_next_run_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = write(tmp_path / "in.csv", 9), tmp_path / "out.jsonl"
    partial, wanted = tmp_path / "out.jsonl.partial", whole(source, tmp_path)
    with monkeypatch.context() as patch:
        stopping_after(1, KeyboardInterrupt(), patch)
        assert ends(source, "--out", out) == 130
    note = (tmp_path / "out.jsonl.partial.from").read_bytes()
    kept = partial.read_bytes()

    places = [0, len(kept), kept.index(b"\n"), kept.index(b"\n") + 1, *range(1, len(kept), 211)]
    tails = cycle((b"", b"\0\0\0\0\n", b'{"id": "row-7", "verdict": "acc', b"\xff\n\n"))
    for at, tail in zip(places, tails, strict=False):
        partial.write_bytes(kept[:at] + tail)
        (tmp_path / "out.jsonl.partial.from").write_bytes(note)
        validated(source, out)
        assert out.read_bytes() == wanted


@pytest.mark.parametrize("changed", ["input", "reference", "locale", "engine"])
@pytest.mark.usefixtures("small_chunks")
def test_answers_from_something_else_are_thrown_away(
    changed: str, tmp_path: Path, reference: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = write(tmp_path / "in.csv", 30), tmp_path / "out.jsonl"
    with monkeypatch.context() as patch:
        stopping_after(2, KeyboardInterrupt(), patch)
        assert ends(source, "--out", out, "--reference", reference) == 130
    more = ["--reference", str(reference), *(["--locale", "es"] if changed == "locale" else [])]
    if changed == "input":
        write(source, 30, start=100)
    elif changed == "reference":
        os.utime(reference / "streets.sqlite", (1, 1))
    elif changed == "engine":
        (tmp_path / "address").mkdir()
        monkeypatch.setattr(bulk_run, "PACKAGE", tmp_path)
    capsys.readouterr()

    validated(source, out, *more, "--json")

    said = capsys.readouterr()
    assert "is of another input, reference or version: starting over" in said.err
    assert json.loads(said.out)["kept"] == 0
    assert out.read_bytes() == whole(source, tmp_path, *more)


@pytest.mark.usefixtures("small_chunks")
def test_answers_to_other_rows_are_thrown_away_whatever_the_note_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = write(tmp_path / "in.csv", 30), tmp_path / "out.jsonl"
    with monkeypatch.context() as patch:
        stopping_after(2, KeyboardInterrupt(), patch)
        assert ends(source, "--out", out) == 130
    partial = tmp_path / "out.jsonl.partial"
    partial.write_bytes(partial.read_bytes().replace(b'"row-3"', b'"row-9"'))

    validated(source, out)

    assert "not the answers to these rows: starting over" in capsys.readouterr().err
    assert out.read_bytes() == whole(source, tmp_path)


def test_an_output_that_is_there_stays_until_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = write(tmp_path / "in.csv", 5), tmp_path / "out.jsonl"
    out.write_text("the old one")
    with monkeypatch.context() as patch:
        stopping_after(0, KeyboardInterrupt(), patch)
        assert ends(source, "--out", out) == 130
    assert out.read_text() == "the old one"

    assert len(validated(source, out)) == 5


def test_a_mistake_of_ours_names_the_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(typed: TypedAddress, **_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(answering, "assess", fail)

    with pytest.raises(ZeroDivisionError) as error:
        validated(write(tmp_path / "in.csv", 1), tmp_path / "out.jsonl")
    assert "'row-0'" in error.value.__notes__[0]


# ---------------------------------------------------------------- what cannot be done


def no_reference(folder: Path) -> list[object]:
    return [write(folder / "in.csv", 1), "--out", folder / "out.jsonl", "--reference", folder]


def foreign_reference(folder: Path) -> list[object]:
    (folder / "streets.sqlite").write_text("something else")
    return no_reference(folder)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (lambda it: [it / "absent.csv", "--out", it / "out.jsonl"], "cannot be read"),
        (lambda it: [write(it / "in.csv", 1), "--out", it], "is a folder"),
        (lambda it: [write(it / "in.csv", 1), "--out", it / "no" / "folder" / "out"], "cannot be written"),
        (lambda it: [write(it / "in.csv", 1), "--out", it / "in.csv"], "name another one for the answers"),
        (lambda it: [write(it / "in.csv", 1), "--out", it / "out", "--jobs", "0"], "--jobs"),
        (no_reference, "holds no streets.sqlite: make it with `doorstep reference build"),
        (foreign_reference, "is no street reference"),
    ],
    ids=["no input", "out is a folder", "no folder", "out is in", "no jobs", "no reference", "foreign reference"],
)
def test_what_cannot_be_done_ends_with_2_and_says_what_to_do(
    arguments: Callable[[Path], list[object]], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(*arguments(tmp_path)) == 2

    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
    assert not list(tmp_path.glob("out*"))


def test_a_second_run_into_the_same_output_is_turned_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "in.csv", 1)
    with (tmp_path / "out.jsonl.partial").open("wb") as first:
        fcntl.flock(first, fcntl.LOCK_EX)

        assert ends(source, "--out", tmp_path / "out.jsonl") == 2

    assert "another run is writing" in capsys.readouterr().err


def test_a_damaged_part_of_the_reference_is_told_and_the_rest_is_used(
    tmp_path: Path, reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite3.connect(reference / "streets.sqlite")
    connection.execute("UPDATE item SET body = x'00' WHERE pk = 'ZIP#05401'")
    connection.commit()
    connection.close()

    answers = validated(write(tmp_path / "in.csv", 4), tmp_path / "out.jsonl", "--reference", str(reference))

    assert {answer["coverage"] for answer in answers} == {"zip"}
    assert "1 parts of the street reference are damaged" in capsys.readouterr().err


def test_starting_takes_nothing_that_is_heavy(tmp_path: Path) -> None:
    ready()  # what was changed since the last compilation needs YAML, once
    source = write(tmp_path / "in.csv", 3)
    script = """
import argparse, sys
from doorstep_cli import reference, validate
parser = argparse.ArgumentParser()
commands = parser.add_subparsers()
reference.register(commands), validate.register(commands)
chosen = parser.parse_args()
chosen.run(chosen)
print(" ".join({"boto3", "botocore", "yaml", "rich", "zipcodes", "multiprocessing"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, "validate", source, "--out", tmp_path / "out.jsonl"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "\n"
