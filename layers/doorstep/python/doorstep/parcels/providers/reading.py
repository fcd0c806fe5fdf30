"""Reads bodies nobody can rely on: a field may be missing, null or of another type, and the rest still counts.

The opposite of `doorstep.fields`, which holds callers to a contract: a provider is not going to mend its body for us.
What is read is fit to be kept: no control characters, no half surrogates, no text without end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from doorstep.errors import Rejected

# Controls, lone surrogates, and the overrides and invisible marks that make a text read as something else.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_YEARS: Final = range(2000, 2100)
LONGEST_CODE: Final = 64
LONGEST_TEXT: Final = 300


def document(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a body. Raises `Rejected` when it holds none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected.because("not_json", "", "the body is not JSON") from error
    if not isinstance(found, dict):
        raise Rejected.because("not_an_object", "", "expected a JSON object")
    return found


def mapping(value: object) -> Mapping[str, Any]:
    """A nested object; empty for everything else."""
    return value if isinstance(value, dict) else {}


def members(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; what is no object says nothing and is left out."""
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def words(value: object, longest: int = LONGEST_TEXT) -> str:
    """A text on one line, at most `longest` characters; "" for everything that is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join(_UNPRINTABLE.sub(" ", value).split())[:longest].rstrip()


def code(value: object, longest: int = LONGEST_CODE) -> str:
    """A code or number as the string it is, blanks and case kept inside; JSON integers lose no digit, fractions do."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value}" if abs(value) < 10**longest else ""
    return words(value, longest)


def moment(value: object) -> datetime | None:
    """An ISO 8601 date-time as UTC, None for everything else; one without an offset is taken as UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year in _YEARS else None
