"""`doorstep reference build`: sources become one file that is there whole or not at all."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import sqlite3
from pathlib import Path

import pytest

from doorstep.address import PostalTable
from doorstep.address.reference.gather import gather
from doorstep.address.reference.sources import open_source
from doorstep_cli.errors import Trouble
from doorstep_cli.main import main
from doorstep_cli.named_sources import named, told_apart
from doorstep_cli.reference import build
from doorstep_cli.street_file import StreetFile, new_street_file

HEAD = "NUMBER,STREET,UNIT,CITY,REGION,POSTCODE"
MAIN = ("12,MAIN ST,,BURLINGTON,VT,05401", "14,MAIN ST,,BURLINGTON,VT,05401")
ELM = ("3,ELM ST,,MONTPELIER,VT,05602",)
OAK = ("7,OAK LN,,BURLINGTON,VT,05401",)


def write(path: Path, *rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((HEAD, *rows, "")))
    return path


def items(folder: Path) -> list[tuple[str, str, bytes]]:
    connection = sqlite3.connect(folder / "streets.sqlite")
    found = connection.execute("SELECT pk, sk, body FROM item ORDER BY pk, sk").fetchall()
    connection.close()
    return found


def ends(*arguments: object) -> object:
    with pytest.raises(SystemExit) as ended:
        main(["reference", *map(str, arguments)])
    return ended.value.code


def test_the_file_holds_the_same_keys_and_bytes_as_the_table_on_aws(tmp_path: Path) -> None:
    source = write(tmp_path / "vermont.csv", *MAIN, *ELM)

    build([source], tmp_path / "out", complete=True)

    with source.open("rb") as stream:
        rows = open_source(source.name, stream)
        blobs = gather(rows, file="vermont.csv", complete=True, postal=PostalTable.open()).blobs()
        wanted = sorted((blob.pk, blob.sk, blob.body) for blob in blobs)
    assert items(tmp_path / "out") == wanted
    assert {"ZIP#05401", "ZIP#05602"} < {pk for pk, _, _ in wanted}


def test_what_is_read_back_are_the_bodies_of_one_partition_in_order(tmp_path: Path) -> None:
    write(tmp_path / "b.csv", *OAK)
    write(tmp_path / "a.csv", *MAIN)
    build([tmp_path / "b.csv", tmp_path / "a.csv"], tmp_path, complete=False)

    streets = StreetFile(tmp_path)

    assert streets.read("ZIP#05401") == [body for pk, _, body in items(tmp_path) if pk == "ZIP#05401"]
    assert len(streets.read("ZIP#05401")) == 2
    assert streets.read("ZIP#99999") == []
    streets.close()


def test_each_source_is_told_of_in_a_line_or_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "vermont.csv", *MAIN, *ELM, "0,MAIN ST,,BURLINGTON,VT,05401", ",MAIN ST,,,VT,05401")

    main(["reference", "build", "--out", str(tmp_path / "out"), str(source)])
    said = capsys.readouterr()
    main(["reference", "build", "--complete", "--json", "--out", str(tmp_path / "out"), str(source)])
    told = json.loads(capsys.readouterr().out)

    assert said.out == ("vermont.csv: 5 rows, 3 used, 2 ZIP Codes, 2 streets; bad: no_number 1, number_zero 1\n")
    (report,) = told["sources"]
    assert told["reference"] == str(tmp_path / "out" / "streets.sqlite")
    assert (report["file"], report["rows"], report["used"], report["complete"]) == ("vermont.csv", 5, 3, True)


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    source = write(tmp_path / "vermont.csv", *MAIN, *ELM)
    for name in ("one", "two"):
        build([source], tmp_path / name, complete=True)

    assert (tmp_path / "one/streets.sqlite").read_bytes() == (tmp_path / "two/streets.sqlite").read_bytes()


@pytest.mark.parametrize("bad", ["nothing here", "", "torn", "absent", "folder", "no row"])
def test_a_build_that_fails_leaves_the_old_file_and_says_what_to_do(
    bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path / "good.csv", *MAIN)
    out = tmp_path / "out"
    build([good], out, complete=False)
    before = (out / "streets.sqlite").read_bytes()
    other = tmp_path / "other.csv.gz"
    if bad == "torn":
        many = "\n".join([HEAD, *(f"{n},OAK LN,,,VT,05401" for n in range(1, 20_000))])
        other.write_bytes(gzip.compress(many.encode())[:-2_000])
    elif bad == "folder":
        other.mkdir()
    elif bad == "no row":
        good = write(other, "0,MAIN ST,,,VT,05401")
    elif bad != "absent":
        other.write_text(bad)

    assert ends("build", "--out", out, good, *([other] if bad != "no row" else [])) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("doorstep: ")
    assert "nothing was changed" in said.err
    assert (out / "streets.sqlite").read_bytes() == before
    assert [path.name for path in out.iterdir()] == ["streets.sqlite"]


def test_a_build_that_was_killed_leaves_nothing_that_hinders_the_next(tmp_path: Path) -> None:
    source = write(tmp_path / "good.csv", *MAIN)
    (tmp_path / "streets.sqlite.unfinished").write_bytes(b"half of a file")

    build([source], tmp_path, complete=False)

    assert StreetFile(tmp_path).read("ZIP#05401")
    assert not (tmp_path / "streets.sqlite.unfinished").exists()


def test_two_builds_into_one_folder_do_not_meet(tmp_path: Path) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        with pytest.raises(Trouble, match="another build is writing"), new_street_file(tmp_path):
            pytest.fail("it went on all the same")
    finally:
        os.close(handle)


def test_a_folder_that_cannot_be_written_to_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source = write(tmp_path / "good.csv", *MAIN)

    with pytest.raises(Trouble, match="cannot be written to"):
        build([source], tmp_path / "file" / "folder", complete=False)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "holds no streets.sqlite"),
        (lambda path: path.write_bytes(b"not a database at all" * 100), "is no street reference"),
        (lambda path: path.write_bytes(b""), "is no street reference of this version"),
        (lambda path: sqlite3.connect(path).execute("CREATE TABLE item(pk, sk, body)").connection.close(), "version"),
    ],
    ids=["none", "text", "empty", "another database"],
)
def test_a_file_that_is_not_ours_is_told_from_one_that_is(tmp_path: Path, make: object, said: str) -> None:
    make(tmp_path / "streets.sqlite")  # type: ignore[operator]

    with pytest.raises(Trouble, match=said) as trouble:
        StreetFile(tmp_path)
    assert "doorstep reference build" in str(trouble.value)


def test_a_file_that_lost_its_end_or_its_sense_is_trouble(tmp_path: Path) -> None:
    source = write(tmp_path / "good.csv", *(f"{n},STREET {n} ST,,,VT,{5401 + n % 300:05}" for n in range(1, 3000)))
    build([source], tmp_path, complete=False)
    file = tmp_path / "streets.sqlite"
    whole = file.read_bytes()

    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Trouble, match="not all of one"):
        StreetFile(tmp_path)

    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(Trouble, match="is damaged"):
        StreetFile(tmp_path).read("ZIP#05402")


# ---------------------------------------------------------------- names


def test_sources_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    paths = [write(tmp_path / "us" / state / "statewide.csv", *MAIN) for state in ("vt", "nh")]
    paths.append(write(tmp_path / "My streets (new).csv", *OAK))

    assert [source.name for source in told_apart(paths)] == [
        "vt-statewide.csv",
        "nh-statewide.csv",
        "My-streets-new-.csv",
    ]
    reports = build(paths, tmp_path / "out", complete=False)
    assert [report["file"] for report in reports] == ["vt-statewide.csv", "nh-statewide.csv", "My-streets-new-.csv"]
    assert len(StreetFile(tmp_path / "out").read("ZIP#05401")) == 3


def test_folders_of_one_name_are_told_apart_by_theirs(tmp_path: Path) -> None:
    paths = [write(tmp_path / country / "vt" / "a.csv", *MAIN) for country in ("one", "two")]

    assert [source.name for source in told_apart(paths)] == ["one-vt-a.csv", "two-vt-a.csv"]


def test_a_source_named_twice_is_trouble(tmp_path: Path) -> None:
    source = write(tmp_path / "a.csv", *MAIN)

    with pytest.raises(Trouble, match="named 2 times"):
        told_apart([source, tmp_path / "." / "a.csv"])


def test_names_that_would_replace_each_other_on_a_stack_are_trouble(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"2 sources are called a\.csv"):
        named([tmp_path / "one" / "a.csv", tmp_path / "two" / "a.csv"])
    with pytest.raises(Trouble, match="rename it"):
        named([tmp_path / ("n" * 129)])
