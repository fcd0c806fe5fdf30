"""A seller's word over the carriers' table: only what is there, in the form it has, refused at the start otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from doorstep.errors import Permanent

CERTAINTIES: Final = ("specification", "official", "second_hand", "doubtful", "assumed", "seller")
_TRACKING_URL: Final = re.compile(r"https://[^\s{}]+\{number\}[^\s{}]*")
_MOST_MONEY: Final = 10**7
_MOST: Final = {"attempts.count": 20, "hold_days.count": 365, "delay_days": 90}


def merged(default: Mapping[str, Any], row: Mapping[str, Any], said: object, code: str) -> dict[str, Any]:
    """The row of a carrier over `other`'s, and what the seller says over both. Raises `Permanent` for misfits.

    A group that the seller touches has the seller as its source from then on, unless the override names another.
    """
    known = {name: _over(value, row[name]) if name in row else value for name, value in default.items()}
    if not isinstance(said, Mapping) or set(said) - set(known) or "aliases" in said:
        raise _misfit(code)
    return known | {name: _checked(known[name], value, f"{code}.{name}", name) for name, value in said.items()}


def fits(path: str, value: object) -> bool:
    """Whether `value` may stand at `path` (such as `intercept.fee`, without the carrier)."""
    form = _FORMS.get(path) or _FORMS.get(path.rsplit(".", 1)[-1])
    return form is not None and form(value)


def _over(default: Any, value: Any) -> Any:
    """A group of the table over that of `other`, member by member; anything else replaces."""
    return {**default, **value} if isinstance(default, Mapping) and isinstance(value, Mapping) else value


def _checked(default: Any, value: object, path: str, within: str) -> Any:
    if within.endswith(".fee"):
        value = {**default, **value} if isinstance(default, Mapping) and isinstance(value, Mapping) else value
    elif isinstance(default, Mapping):
        if not isinstance(value, Mapping) or set(value) - set(default):
            raise _misfit(path)
        said = {name: _checked(default[name], it, f"{path}.{name}", f"{within}.{name}") for name, it in value.items()}
        return {**default, "source": "the seller", "as_of": "", "certainty": "seller", **said}
    if not fits(within, value):
        raise _misfit(path)
    return value


def _misfit(path: str) -> Permanent:
    return Permanent("invalid_policy", f"`carriers.{path}` does not fit; see parcels/carriers.yaml")


def _text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= 200


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _fee(value: object) -> bool:
    if not isinstance(value, Mapping):
        return value is None
    currency = value.get("currency")
    return (
        set(value) == {"amount", "currency"}
        and _whole(value["amount"], 0, _MOST_MONEY)
        and isinstance(currency, str)
        and bool(re.fullmatch("[A-Z]{3}", currency))
    )


def _days(value: object) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(_whole(it, 0, _MOST["delay_days"]) for it in value):
        return False
    return bool(value[0] <= value[1])


def _countries(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(it, str) and re.fullmatch("[A-Z]{2}", it) for it in value)


def _pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


_FORMS: Final[Mapping[str, Callable[[object], bool]]] = {
    "name": lambda it: _text(it) and bool(str(it).strip()),
    "tracking_url": lambda it: it == "" or (_text(it) and bool(_TRACKING_URL.fullmatch(str(it)))),
    "attempts.count": lambda it: _whole(it, 1, _MOST["attempts.count"]),
    "hold_days.count": lambda it: _whole(it, 0, _MOST["hold_days.count"]),
    "kind": lambda it: it in ("calendar", "business"),
    "supported": _flag,
    "redirect": _flag,
    "by_intercept": _flag,
    "intercept.fee": _fee,
    "hold_at_location.fee": lambda it: it == "intercept" or _fee(it),
    "delay_days": _days,
    "countries": _countries,
    "numbers": _pattern,
    "as_of": _text,
    "source": _text,
    "certainty": lambda it: it in CERTAINTIES,
}
