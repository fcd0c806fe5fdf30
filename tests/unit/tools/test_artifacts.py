"""What goes to Lambda: the ZIP table, the same bytes each time, and the layer with nothing in it that nobody loads."""

from __future__ import annotations

import marshal
import sqlite3
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from doorstep_cli import compile_data, layer, zip_table
from doorstep_cli.places import PACKAGE

TAG: Final = str(sys.implementation.cache_tag)


def entry(code: str, city: str, **other: Any) -> dict[str, Any]:
    """One ZIP Code, as the package `zipcodes` lists it."""
    return {
        "zip_code": code,
        "state": "VT",
        "zip_code_type": "STANDARD",
        "city": city,
        "acceptable_cities": [],
        "unacceptable_cities": [],
        "lat": "44.4",
        "long": "-73.2",
        "active": True,
        **other,
    }


SAMPLE = [
    entry("05401", "Burlington", unacceptable_cities=["Btv", "Btv"]),
    entry("05478", "Saint Albans", acceptable_cities=["Saint Albans Bay", " "]),
    entry("05403", "South Burlington", lat="", long=None),
]


def listed(monkeypatch: pytest.MonkeyPatch, entries: list[dict[str, Any]]) -> None:
    import zipcodes

    monkeypatch.setattr(zipcodes, "list_all", lambda: entries)


def test_the_order_in_which_zip_codes_come_does_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(monkeypatch, SAMPLE)
    zip_table.build(tmp_path / "one.sqlite")
    listed(monkeypatch, SAMPLE[::-1])
    zip_table.build(tmp_path / "two.sqlite")

    assert (tmp_path / "one.sqlite").read_bytes() == (tmp_path / "two.sqlite").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"one.sqlite", "two.sqlite"}


def test_a_city_is_found_by_each_of_its_names_the_best_known_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(monkeypatch, SAMPLE)
    zip_table.build(tmp_path / "table.sqlite")

    connection = sqlite3.connect(tmp_path / "table.sqlite")
    ranks = dict(connection.execute("SELECT key, rank FROM city").fetchall())
    places = connection.execute("SELECT code, latitude FROM zip ORDER BY code").fetchall()
    connection.close()

    assert len(ranks) == 5
    assert len(set(ranks.values())) == 3
    assert places == [("05401", 44.4), ("05403", 0.0), ("05478", 44.4)]


def test_a_build_that_fails_leaves_the_last_good_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "table.sqlite").write_bytes(b"the last good one")
    listed(monkeypatch, [entry("05401", "Burlington", state=None)])

    with pytest.raises(sqlite3.IntegrityError):
        zip_table.build(tmp_path / "table.sqlite")

    assert (tmp_path / "table.sqlite").read_bytes() == b"the last good one"


def test_the_layer_holds_what_functions_load_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "source" / "doorstep"
    for module in (compile_data, layer):
        monkeypatch.setattr(module, "PACKAGE", package)
    monkeypatch.setattr(compile_data, "COMPILED", package / "compiled")
    monkeypatch.setattr(zip_table, "build", lambda path: None)
    for name in (
        "__init__.py",
        "orders/policy.py",
        "orders/policy.yaml",
        "orders/README.md",
        "orders/.notes",
        "orders/__pycache__/policy.cpython-311.pyc",
        "orders/tests/test_policy.py",
        "messages/page.html",
        "address/zipcodes.unfinished",
    ):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("")

    layer.assemble(tmp_path / "artifacts")

    root = tmp_path / "artifacts" / "python" / "doorstep"
    bytecode = sorted(path.name for path in root.rglob("*.pyc") if path.stem.endswith(TAG))
    assert bytecode == [f"__init__.{TAG}.pyc", f"policy.{TAG}.pyc"]
    assert {
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"
    } == {
        "__init__.py",
        "orders/policy.py",
        "messages/page.html",
        "compiled/orders/policy.json",
    }


def test_the_real_layer_has_each_source_compiled_and_none_as_written(tmp_path: Path) -> None:
    layer.assemble(tmp_path)

    root = tmp_path / "python" / PACKAGE.name
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    sources = {path.relative_to(PACKAGE).with_suffix(".json").as_posix() for path in PACKAGE.rglob("*.yaml")}

    assert sources
    assert {f"compiled/{name}" for name in (*sources, compile_data.ZIP_TABLE)} <= files
    assert not [name for name in files if name.endswith((".yaml", ".md")) or "test_" in name]
    assert not [name for name in files if any(part.startswith(".") for part in name.split("/"))]


def test_bytecode_is_valid_at_any_date_and_names_files_as_lambda_does(tmp_path: Path) -> None:
    layer.assemble(tmp_path)

    package = tmp_path / "python" / PACKAGE.name
    made = (package / "address" / "__pycache__" / f"assess.{TAG}.pyc").read_bytes()

    assert int.from_bytes(made[4:8], "little") == 1  # by hash, unchecked
    assert marshal.loads(made[16:]).co_filename == "/opt/python/doorstep/address/assess.py"
    assert str(tmp_path).encode() not in made
