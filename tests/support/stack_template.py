"""Reads template.yaml as data, with CloudFormation's short tags as ordinary mappings (`!Ref X` → `{"Ref": "X"}`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


class _Loader(yaml.SafeLoader):
    """YAML with the tags of CloudFormation."""


def _tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tag)


@lru_cache(maxsize=1)
def template() -> dict[str, Any]:
    """The whole template."""
    return yaml.load((ROOT / "template.yaml").read_text("utf-8"), Loader=_Loader)


def resources(*kinds: str) -> dict[str, dict[str, Any]]:
    """Resources of these types, by logical id."""
    return {name: it for name, it in template()["Resources"].items() if it["Type"] in kinds}


def properties(name: str) -> dict[str, Any]:
    """The properties of one resource."""
    return template()["Resources"][name].get("Properties", {})
