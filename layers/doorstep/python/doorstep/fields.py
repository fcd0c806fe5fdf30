"""Reads untrusted JSON field by field, and collects every problem instead of stopping at the first.

Owns: types, presence, length, pattern, characters no system downstream can carry. Leaves meaning (does the ZIP
exist, is the order known) to the rooms. A problem names the field and what to do; it never repeats the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from doorstep.errors import Problem, Rejected

# C0 and C1 controls, lone surrogates, and the bidirectional overrides that make text read as something else. Tabs and
# line breaks may stand in what people paste; where they may not, the field has a pattern.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MISSING: Final = object()
_YEARS: Final = range(2000, 2100)


class Fields:
    """A cursor over one JSON object. Read what is expected, then call `done()`, which raises if anything was wrong.

    Reading a broken field yields a harmless value of the right type, so that decoding goes on and the caller
    hears of all problems at once.
    """

    def __init__(self, value: object, *, path: str = "", problems: list[Problem] | None = None) -> None:
        self._path = path
        self.problems: list[Problem] = [] if problems is None else problems
        self._values: Mapping[str, Any] = {}
        self._broken = False
        if isinstance(value, Mapping):
            self._values = value
        else:
            self.problem("not_an_object", "", "expected a JSON object")
            self._broken = True

    def problem(self, code: str, name: str, message: str) -> None:
        """Note that field `name` of this object is wrong; of what is no object at all, nothing more need be said."""
        if self._broken:
            return
        path = ".".join(part for part in (self._path, name) if part)
        self.problems.append(Problem(code, path, message))

    def has(self, name: str) -> bool:
        """True when the field is there and not null."""
        return self._values.get(name) is not None

    def done(self) -> None:
        """Raise `Rejected` with every problem found so far, here and in nested objects."""
        if self.problems:
            raise Rejected(self.problems)

    def text(
        self,
        name: str,
        *,
        max_length: int,
        required: bool = True,
        pattern: re.Pattern[str] | None = None,
        hint: str = "",
    ) -> str:
        """A string without control characters, outer blanks stripped; "" when optional and absent or null."""
        value = self._take(name, required)
        if value is _MISSING:
            return ""
        if not isinstance(value, str):
            self.problem("wrong_type", name, "expected a string")
            return ""
        if _UNPRINTABLE.search(value):
            self.problem("unprintable_characters", name, "contains control characters")
            return ""
        value = value.strip()
        if required and not value:
            self.problem("missing", name, "must not be empty")
        elif len(value) > max_length:
            self.problem("too_long", name, f"at most {max_length} characters")
        elif value and pattern is not None and not pattern.fullmatch(value):
            self.problem("wrong_format", name, hint or f"must match {pattern.pattern}")
        else:
            return value
        return ""

    def choice(self, name: str, options: tuple[str, ...], *, default: str | None = None) -> str:
        """One of `options`; `default` when absent (required when there is no default)."""
        value = self._take(name, default is None)
        if value is _MISSING:
            return default or options[0]
        if not isinstance(value, str) or value not in options:
            self.problem("unknown_value", name, "must be one of: " + ", ".join(options))
            return default or options[0]
        return value

    def whole(self, name: str, *, minimum: int, maximum: int) -> int:
        """An integer (JSON `true` and `1.0` are not)."""
        value = self._take(name, True)
        if value is _MISSING:
            return minimum
        if isinstance(value, bool) or not isinstance(value, int):
            self.problem("wrong_type", name, "expected an integer")
        elif not minimum <= value <= maximum:
            self.problem("out_of_range", name, f"must be from {minimum} to {maximum}")
        else:
            return value
        return minimum

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false; `default` when absent."""
        value = self._take(name, False)
        if value is _MISSING:
            return default
        if not isinstance(value, bool):
            self.problem("wrong_type", name, "expected true or false")
            return default
        return value

    def moment(self, name: str, *, required: bool = True) -> datetime | None:
        """An ISO 8601 date-time with an offset, as UTC; None when optional and absent, or broken.

        Only of this century: near the ends of the calendar, neither periods nor time zones can be counted any more.
        """
        value = self._take(name, required)
        if value is _MISSING:
            return None
        if not isinstance(value, str):
            self.problem("wrong_type", name, "expected an ISO 8601 date-time such as 2026-01-31T17:00:00Z")
            return None
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError("no offset")
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.problem(
                "wrong_format", name, "expected an ISO 8601 date-time with offset, such as 2026-01-31T17:00:00Z"
            )
            return None
        if moment.year not in _YEARS:
            self.problem("out_of_range", name, f"must be from {_YEARS[0]} to {_YEARS[-1]}")
            return None
        return moment

    def child(self, name: str, *, required: bool = True) -> Fields | None:
        """A nested object; None when absent (a problem if required)."""
        value = self._take(name, required)
        if value is _MISSING:
            return None
        return Fields(value, path=self._join(name), problems=self.problems)

    def members(self, name: str, *, minimum: int, maximum: int) -> list[Any]:
        """A list of `minimum` to `maximum` members of any kind; empty when absent or broken."""
        value = self._take(name, minimum > 0)
        if value is _MISSING:
            return []
        if not isinstance(value, list):
            self.problem("wrong_type", name, "expected a list")
        elif not minimum <= len(value) <= maximum:
            self.problem("out_of_range", name, f"must have {minimum} to {maximum} members")
        else:
            return value
        return []

    def children(self, name: str, *, minimum: int, maximum: int) -> Iterator[Fields]:
        """The objects of a nested list with `minimum` to `maximum` members."""
        for index, member in enumerate(self.members(name, minimum=minimum, maximum=maximum)):
            yield Fields(member, path=self._join(f"{name}.{index}"), problems=self.problems)

    def _join(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _take(self, name: str, required: bool) -> Any:
        value = self._values.get(name)
        if value is None:
            if required:
                self.problem("missing", name, "is required")
            return _MISSING
        return value
