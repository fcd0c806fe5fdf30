"""From YAML to what functions read: a text stays a text, and nothing is made twice or left behind."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doorstep_cli import compile_data
from doorstep_cli.compile_data import ZIP_TABLE, ensure_compiled
from doorstep_cli.errors import Trouble

Write = Callable[[str, str], Path]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package, whose ZIP table is three bytes."""
    folder = tmp_path / "doorstep"
    (folder / "address").mkdir(parents=True)
    monkeypatch.setattr(compile_data, "PACKAGE", folder)
    monkeypatch.setattr(compile_data, "COMPILED", folder / "compiled")

    def build(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"zip")

    monkeypatch.setattr(compile_data.zip_table, "build", build)
    return folder


@pytest.fixture
def write(package: Path) -> Write:
    def _write(name: str, text: str) -> Path:
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def compiled(package: Path, name: str) -> Any:
    return json.loads((package / "compiled" / name).read_text(encoding="utf-8"))


def test_the_path_of_a_source_is_the_path_of_its_outcome(package: Path, write: Write) -> None:
    write("messages/texts/zh-CN.yaml", "hello: 你好")

    assert sorted(ensure_compiled()) == [ZIP_TABLE, "messages/texts/zh-CN.json"]
    assert compiled(package, "messages/texts/zh-CN.json") == {"hello": "你好"}
    assert "你好" in (package / "compiled/messages/texts/zh-CN.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("NO", "NO"),  # Norway
        ("no", "no"),
        ("on", "on"),  # and so is Ontario
        ("Y", "Y"),
        ("05401", "05401"),
        ("00501", "00501"),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("True", "True"),
        ("'7'", "7"),
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("0.5", 0.5),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_a_value_is_what_a_reader_takes_it_for(package: Path, write: Write, typed: str, meant: object) -> None:
    write("a.yaml", f"value: {typed}")

    ensure_compiled()

    value = compiled(package, "a.json")["value"]
    assert value == meant
    assert type(value) is type(meant)


def test_a_code_stays_a_text_as_a_key_and_in_a_list(package: Path, write: Write) -> None:
    write("a.yaml", "NO: Norway\n05401: [ON, NO, 05401]")

    ensure_compiled()

    assert compiled(package, "a.json") == {"NO": "Norway", "05401": ["ON", "NO", "05401"]}


@pytest.mark.parametrize(
    "text",
    ["a: 1\nb: 2\na: 3", "deep:\n  - {a: 1, a: 2}", "1: one\n'1': one again"],
    ids=["same", "deep", "same in JSON"],
)
def test_a_key_that_stands_twice_is_refused_by_file_and_line(package: Path, write: Write, text: str) -> None:
    source = write("a.yaml", text)

    with pytest.raises(Trouble, match="key stands twice") as refused:
        ensure_compiled()

    assert str(source) in str(refused.value)
    assert "line" in str(refused.value)
    assert not (package / "compiled/a.json").exists()


def test_what_cannot_be_read_leaves_the_last_good_outcome(package: Path, write: Write) -> None:
    write("a.yaml", "a: 1")
    ensure_compiled()
    write("a.yaml", "a: [1")

    for _ in range(2):  # it is not taken for done the second time
        with pytest.raises(Trouble, match=r"a\.yaml is not valid YAML"):
            ensure_compiled()

    assert compiled(package, "a.json") == {"a": 1}


def test_yaml_makes_data_and_never_objects(write: Write) -> None:
    write("a.yaml", "a: !!python/object/apply:os.getcwd []")

    with pytest.raises(Trouble):
        ensure_compiled()


def test_what_has_not_changed_is_skipped_whatever_its_date(write: Write) -> None:
    source = write("a.yaml", "a: 1")
    ensure_compiled()

    os.utime(source, (2_000_000_000, 2_000_000_000))

    assert ensure_compiled() == []


def test_what_has_changed_is_made_again_and_nothing_else(package: Path, write: Write) -> None:
    old = write("a.yaml", "a: 1")
    write("b.yaml", "b: 1")
    ensure_compiled()

    at = old.stat().st_mtime
    write("a.yaml", "a: 2")
    os.utime(old, (at, at))  # as a checkout of another branch within the same second

    assert ensure_compiled() == ["a.json"]
    assert compiled(package, "a.json") == {"a": 2}


def test_what_was_deleted_is_made_again(package: Path, write: Write) -> None:
    write("a.yaml", "a: 1")
    ensure_compiled()

    (package / "compiled/a.json").unlink()

    assert ensure_compiled() == ["a.json"]


def test_the_outcome_of_a_removed_source_goes(package: Path, write: Write) -> None:
    gone = write("a.yaml", "a: 1")
    write("b.yaml", "b: 1")
    ensure_compiled()

    gone.unlink()

    assert ensure_compiled() == []
    assert not (package / "compiled/a.json").exists()
    assert (package / "compiled/b.json").exists()


def test_a_broken_manifest_means_everything_again(package: Path, write: Write) -> None:
    write("a.yaml", "a: 1")
    everything = ensure_compiled()

    (package / "compiled/.manifest.json").write_text("{")

    assert ensure_compiled() == everything


def test_a_change_in_how_names_are_read_makes_a_new_zip_table(package: Path, write: Write) -> None:
    write("address/names.py", "one = 1")
    ensure_compiled()

    write("address/names.py", "one = 2")

    assert ensure_compiled() == [ZIP_TABLE]


def test_nothing_unfinished_is_left(package: Path, write: Write) -> None:
    write("a.yaml", "a: 1")
    ensure_compiled()

    names = {path.relative_to(package).as_posix() for path in (package / "compiled").rglob("*") if path.is_file()}

    assert names == {"compiled/.manifest.json", "compiled/a.json", f"compiled/{ZIP_TABLE}"}
