"""House numbers as they can be held against a range."""

from __future__ import annotations

import pytest

from doorstep.address.reference.rows import comparable, squeezed


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("12", ("", 12)),
        ("97A", ("", 97)),
        ("9 1/2", ("", 9)),
        ("34-01", ("", 3401)),
        ("12-B", ("", 12)),
        ("N6W23001", ("N6W", 23001)),
        ("W180 N8085", ("W180N", 8085)),
        ("B12", ("B", 12)),
        ("B-12", ("B", 12)),
        ("A", None),
        ("", None),
        ("½", None),
        ("١٢", None),
    ],
)
def test_a_number_has_a_prefix_and_a_whole(number: str, expected: tuple[str, int] | None) -> None:
    assert comparable(number) == expected


def test_text_is_squeezed_into_one_form() -> None:
    assert squeezed("  elm\t \u00a0 st\n") == "ELM ST"
