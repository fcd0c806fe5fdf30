"""Turns the rooms' dataclasses into DynamoDB items and back.

None is left out, moments become ISO 8601 text in UTC with milliseconds (so that they sort), fractions become decimals.
What cannot be read back raises `Permanent`: an item we do not understand is for people, not for guessing.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from doorstep.errors import Permanent
from doorstep.times import stamp

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize
Item = dict[str, Any]
_known_hints: dict[type[Any], dict[str, Any]] = {}


def to_wire(item: Mapping[str, Any]) -> Item:
    """A plain dict in DynamoDB's own notation."""
    return {name: _serialize(value) for name, value in item.items()}


def from_wire(item: Mapping[str, Any]) -> Item:
    """The plain dict of a DynamoDB item."""
    return {name: _deserialize(value) for name, value in item.items()}


def to_plain(value: Any) -> Any:
    """What DynamoDB can hold of a dataclass, mapping, sequence or scalar."""
    if is_dataclass(value) and not isinstance(value, type):
        members = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: to_plain(member) for name, member in members if member is not None}
    if isinstance(value, Mapping):
        return {str(name): to_plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(member) for member in value]
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, float):
        return Decimal(str(value))
    return value


_T = typing.TypeVar("_T")


def from_plain(kind: type[_T], item: Mapping[str, Any]) -> _T:
    """The dataclass `kind` that `item` was made of; members it does not know are ignored."""
    hints = _hints(kind)
    try:
        return kind(**{name: _read(hint, item[name]) for name, hint in hints.items() if name in item})
    except (TypeError, ValueError, KeyError) as error:
        raise Permanent("unreadable_item", f"an item cannot be read as {kind.__name__}") from error


def _hints(kind: type[Any]) -> dict[str, Any]:
    if kind not in _known_hints:
        _known_hints[kind] = typing.get_type_hints(kind)
    return _known_hints[kind]


def _read(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        inner = [argument for argument in arguments if argument is not type(None)]
        return value if value is None or len(inner) > 1 else _read(inner[0], value)
    if origin is tuple:
        return tuple(_read(arguments[0], member) for member in value)
    if isinstance(hint, type) and is_dataclass(hint):
        return from_plain(hint, value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return _natural(value)


def _natural(value: Any) -> Any:
    """DynamoDB's numbers as Python's own."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _natural(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_natural(member) for member in value]
    return value
