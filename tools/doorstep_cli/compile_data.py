"""Compiles what people write (YAML) into what functions read (JSON, and the ZIP table), and skips what is up to date.

`doorstep/orders/policy.yaml` becomes `doorstep/compiled/orders/policy.json`. A manifest holds the hash of every source,
so a file is compiled once per content, whatever its date says. Run by `make setup`, the layer build and the tests.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import yaml

from doorstep_cli import zip_table
from doorstep_cli.errors import Trouble
from doorstep_cli.places import COMPILED, PACKAGE

ZIP_TABLE: Final = "address/zipcodes.sqlite"
_MANIFEST: Final = ".manifest.json"


class Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """YAML as it reads: `NO` is Norway and 05401 a ZIP Code, not a boolean and a number; a key stands once."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own interface

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping, refused when a key stands in it twice (YAML would silently keep the last)."""
        keys = [str(self.construct_object(key, deep=True)) for key, _ in node.value]  # 1 and "1" are one key in JSON
        twice = {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"key stands twice: {sorted(twice)}", node.start_mark)
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9_]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
    ("merge", r"^<<$", "<"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def ensure_compiled() -> list[str]:
    """Compile what has changed since the last time; returns the names of what was written.

    Raises `Trouble` naming the file and line when a source cannot be read.
    """
    COMPILED.mkdir(exist_ok=True)
    known, current, written = _manifest(), {}, []
    for name, fingerprint, compile_to in _targets():
        current[name] = fingerprint
        if known.get(name) != fingerprint or not (COMPILED / name).exists():
            compile_to(COMPILED / name)
            written.append(name)
    for gone in set(known) - set(current):
        (COMPILED / gone).unlink(missing_ok=True)
    if written or known != current:
        _replace(COMPILED / _MANIFEST, json.dumps(current, indent=1, sort_keys=True))
    return written


def _targets() -> Iterator[tuple[str, str, Callable[[Path], None]]]:
    for source in sorted(PACKAGE.rglob("*.yaml")):
        name = source.relative_to(PACKAGE).with_suffix(".json").as_posix()
        yield name, _hash(source), lambda target, source=source: _compile(source, target)  # type: ignore[misc]
    # The builder reads names the way the address room does, so a change there makes a new table as well.
    code = [Path(zip_table.__file__), PACKAGE / "address" / "names.py", PACKAGE / "address" / "postal.py"]
    yield ZIP_TABLE, f"zipcodes {version('zipcodes')} {_hash(*code)}", zip_table.build


def _compile(source: Path, target: Path) -> None:
    try:
        data = yaml.load(source.read_text(encoding="utf-8"), Loader)  # noqa: S506 - the loader is a safe one
    except yaml.YAMLError as error:
        raise Trouble(f"{source} is not valid YAML: {error}") from error
    _replace(target, json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _replace(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(target)


def _manifest() -> dict[str, str]:
    try:
        return dict(json.loads((COMPILED / _MANIFEST).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def _hash(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        for _name in ensure_compiled():
            print(f"compiled {_name}")
    except Trouble as _trouble:
        print(f"doorstep: {_trouble}", file=sys.stderr)
        sys.exit(2)
