"""Bodies as no provider should send them: any JSON, and a real body with anything else in one of its places."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
NO_OBJECTS = [
    b"",
    b"{",
    b'{"event": "tracking_upd',
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    b'"Event"',
    b"9" * 9999,
]


def places(document: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything in a document."""
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: object) -> Any:
    """The document with this value in that place."""
    document = copy.deepcopy(document)
    *way, last = path
    inside = document
    for key in way:
        inside = inside[key]
    inside[last] = value
    return document


@st.composite
def mutations(draw: st.DrawFn, document: Any, most: int = 4) -> Any:
    """The document with some of its places holding something else."""
    for _ in range(draw(st.integers(1, most))):
        document = changed(document, draw(st.sampled_from(list(places(document)))), draw(JSON))
    return document
