"""Compiled data is made when it may be old, and not looked at twice when it cannot be."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from doorstep_cli import compile_data, ready_data
from doorstep_cli.ready_data import ready


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with one source, compiled a moment ago."""
    (tmp_path / "texts.yaml").write_text("hello: there")
    (tmp_path / ".manifest.json").write_text(json.dumps({"texts.json": "…", "zipcodes.sqlite": "…"}))
    os.utime(tmp_path / "texts.yaml", (1_000, 1_000))
    monkeypatch.setattr(ready_data, "PACKAGE", tmp_path)
    monkeypatch.setattr(ready_data, "_MANIFEST", tmp_path / ".manifest.json")
    monkeypatch.setattr(ready_data, "_CODE", ())
    return tmp_path


@pytest.fixture
def compilations(package: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sources each compilation has found."""
    done: list[int] = []

    def ensure_compiled() -> None:
        sources = [path.name for path in package.glob("*.yaml")]
        done.append(len(sources))
        (package / ".manifest.json").write_text(json.dumps(dict.fromkeys([*sources, "zipcodes.sqlite"], "…")))
        os.utime(package / ".manifest.json", (1, 1))  # as when nothing was new, and the manifest stayed

    monkeypatch.setattr(compile_data, "ensure_compiled", ensure_compiled)
    return done


def test_what_is_up_to_date_is_left_alone(compilations: list[int]) -> None:
    ready()

    assert compilations == []


def test_what_was_edited_is_compiled_once(package: Path, compilations: list[int]) -> None:
    (package / ".manifest.json").touch()
    os.utime(package / ".manifest.json", (1_000, 1_000))
    (package / "texts.yaml").write_text("hello: you")

    ready()
    ready()

    assert compilations == [1]


def test_what_came_or_went_is_noticed_whatever_its_date(package: Path, compilations: list[int]) -> None:
    (package / "new.yaml").write_text("more: text")
    os.utime(package / "new.yaml", (1_000, 1_000))
    ready()
    (package / "texts.yaml").unlink()
    ready()

    assert compilations == [2, 1]


@pytest.mark.parametrize("torn", [None, "{", ""])
def test_without_a_manifest_everything_is_compiled(package: Path, compilations: list[int], torn: str | None) -> None:
    (package / ".manifest.json").unlink()
    if torn is not None:
        (package / ".manifest.json").write_text(torn)

    ready()

    assert compilations == [1]
