"""What a seller decides about an order: when to ask, remind, alert, release, and when a change takes a code.

Owns the defaults (policy.yaml) and the merging of a seller's overrides; leaves acting on them to its neighbours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.data import load
from doorstep.errors import Permanent

ASK = ("always", "unless_accepted", "never")
VERDICTS = ("accept", "confirm", "add_unit", "fix")


@dataclass(frozen=True, slots=True)
class Policy:
    """One shop's policy. Periods are minutes (fractions allowed), amounts minor units of the order's currency."""

    name: str
    reply_to: str
    time_zone: str
    ask: str
    remind_after_minutes: float
    overdue_after_minutes: float
    link_valid_minutes: float
    release_at_ship_by: tuple[str, ...]
    code_over_amount: int
    code_over_miles: float
    code_valid_minutes: float
    code_tries: int
    wait_minutes: float
    at_most: int

    @property
    def link_valid(self) -> timedelta:
        """How long a link in a mail works."""
        return timedelta(minutes=self.link_valid_minutes)


class Policies:
    """Every shop's policy: the defaults, the seller's own defaults, and the shop's, each over the one before."""

    def __init__(self, overrides: Mapping[str, Any]) -> None:
        unknown = set(overrides) - {"default", "shops"}
        if unknown:
            raise Permanent("invalid_policy", "the policy may only have the members `default` and `shops`")
        self._overrides = overrides
        self.of("-")
        for shop in self._overrides.get("shops", {}):
            self.of(shop)

    @classmethod
    def from_json(cls, text: str) -> Policies:
        """From the stack parameter; "" means no overrides. Raises `Permanent` when it is not usable."""
        try:
            overrides = json.loads(text or "{}")
        except ValueError as error:
            raise Permanent("invalid_policy", "the policy is not JSON") from error
        if not isinstance(overrides, dict):
            raise Permanent("invalid_policy", "the policy must be a JSON object")
        return cls(overrides)

    def of(self, shop: str) -> Policy:
        """The policy of `shop`; shops without overrides have the defaults."""
        layers = (
            load("orders/policy"),
            self._overrides.get("default", {}),
            self._overrides.get("shops", {}).get(shop, {}),
        )
        values: dict[str, Any] = {}
        for group, defaults in layers[0].items():
            for name in defaults:
                for layer in layers:
                    values[name] = layer.get(group, {}).get(name, values.get(name))
        for layer in layers[1:]:
            _refuse_unknown(layer, layers[0])
        return _checked(values, shop)


def _refuse_unknown(layer: Mapping[str, Any], defaults: Mapping[str, Mapping[str, Any]]) -> None:
    for group, values in layer.items():
        if group not in defaults or not isinstance(values, Mapping) or set(values) - set(defaults[group]):
            raise Permanent("invalid_policy", f"the policy has an unknown member in `{group}`")


def _checked(values: dict[str, Any], shop: str) -> Policy:
    values["name"] = values["name"] or shop
    values["release_at_ship_by"] = tuple(values["release_at_ship_by"])
    policy = Policy(**{field.name: values[field.name] for field in fields(Policy)})
    periods = (
        policy.remind_after_minutes,
        policy.overdue_after_minutes,
        policy.link_valid_minutes,
        policy.code_valid_minutes,
    )
    numbers_are_good = all(_is_period(period) for period in periods)
    if policy.ask not in ASK or not numbers_are_good or not set(policy.release_at_ship_by) <= set(VERDICTS):
        raise Permanent("invalid_policy", "a value of the policy is out of range; see orders/policy.yaml")
    _known_zone(policy.time_zone)
    return policy


def _is_period(value: object) -> bool:
    return isinstance(value, int | float) and value > 0


@lru_cache(maxsize=64)
def _known_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Permanent("invalid_policy", "time_zone is not a zone of the IANA database") from error
