"""What a seller decides about orders, parcels and offers: when to ask, remind, alert, release, what to offer, who pays.

Owns the defaults (policy.yaml) and the merging of a seller's overrides; leaves acting on them to its neighbours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from doorstep.address.carrier_rules import levels
from doorstep.data import load
from doorstep.errors import Permanent

ASK = ("always", "unless_accepted", "never")
VERDICTS = ("accept", "confirm", "add_unit", "fix")
PAYERS = ("seller", "buyer")
PULL_WITH = ("", "17track", "easypost")
MEMBERS: Final = frozenset({"default", "shops", "carriers", "playbooks"})
_BLINK: Final = 0.001
_LEAST_MINUTES: Final = {"wait_minutes": 0}
_LONGEST_MINUTES: Final = 10 * 366 * 24 * 60
_MOST: Final = 10**12
_PAYMENT_URL: Final = re.compile(r"(https://[^\s{}]+(\{(shop|order|offer)\}[^\s{}]*)*)?")
_RULES: Final = "address_rules"
_OPTION: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Policy:
    """One shop's policy. Periods are minutes (fractions allowed), amounts minor units of the order's currency.

    `address_rules` says for each flag of a verdict what the shop makes of it (address/carrier_rules.yaml).
    """

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
    codes_a_day: int
    changes_a_day: int
    wait_minutes: float
    at_most: int
    silent_after_minutes: float
    unhanded_after_minutes: float
    pull_with: str
    redirect_paid_by: str
    payment_url: str
    never_offer: tuple[str, ...]
    remedy_up_to_amount: int
    task_link_valid_minutes: float
    address_rules: Mapping[str, str]

    @property
    def link_valid(self) -> timedelta:
        """How long a link in a mail works."""
        return timedelta(minutes=self.link_valid_minutes)


class Policies:
    """Every shop's policy: the defaults, the seller's own defaults, and the shop's, each over the one before.

    The stack parameter has members that other rooms read and check: `carriers` (parcels) and `playbooks` (cases).
    """

    def __init__(self, overrides: Mapping[str, Any]) -> None:
        if set(overrides) - MEMBERS or not isinstance(overrides.get("shops", {}), Mapping):
            raise Permanent("invalid_policy", "the policy may only have the members " + ", ".join(sorted(MEMBERS)))
        self._overrides = overrides
        self.of("-")
        for shop in self._overrides.get("shops", {}):
            self.of(shop)

    @classmethod
    def from_json(cls, text: str) -> Policies:
        """From the stack parameter; "" means no overrides. Raises `Permanent` when it is not usable."""
        return cls(parameter(text))

    def of(self, shop: str) -> Policy:
        """The policy of `shop`; shops without overrides have the defaults."""
        defaults: Mapping[str, Mapping[str, Any]] = load("orders/policy")
        layers = (self._overrides.get("default", {}), self._overrides.get("shops", {}).get(shop, {}))
        for layer in layers:
            _refuse_misfits(layer, defaults)
        groups = {name: dict(group) for name, group in defaults.items()}
        for layer in layers:
            for name, group in layer.items():
                groups[name] |= group
        values: dict[str, Any] = {_RULES: groups.pop(_RULES)}
        values |= {name: value for group in groups.values() for name, value in group.items()}
        values["name"] = values["name"] or shop
        values["release_at_ship_by"] = tuple(values["release_at_ship_by"])
        values["never_offer"] = tuple(values["never_offer"])
        return Policy(**values)


def parameter(text: str) -> dict[str, Any]:
    """The stack parameter `Policy` as an object; "" means no overrides. Raises `Permanent` when it is none."""
    try:
        overrides = json.loads(text or "{}")
    except ValueError as error:
        raise Permanent("invalid_policy", "the policy is not JSON") from error
    if not isinstance(overrides, dict):
        raise Permanent("invalid_policy", "the policy must be a JSON object")
    return overrides


def _refuse_misfits(layer: object, defaults: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what is not in policy.yaml, or has another kind of value: at the start, not with an order at hand."""
    if not isinstance(layer, Mapping):
        raise Permanent("invalid_policy", "a policy must be a JSON object")
    for group, values in layer.items():
        if group not in defaults or not isinstance(values, Mapping) or set(values) - set(defaults[group]):
            raise Permanent("invalid_policy", f"the policy has an unknown member in `{group}`")
        for name, value in values.items():
            if group == _RULES and value not in levels(name):
                raise Permanent("invalid_policy", f"`{_RULES}.{name}` must be one of {', '.join(levels(name))}")
            if group != _RULES and not _fits(name, value, defaults[group][name]):
                raise Permanent("invalid_policy", f"`{name}` is out of range; see orders/policy.yaml")


def _fits(name: str, value: object, default: object) -> bool:
    """Whether `value` may stand where policy.yaml has `default`."""
    if name == "ask":
        return value in ASK
    if name == "time_zone":
        return isinstance(value, str) and bool(_known_zone(value))
    if name == "redirect_paid_by":
        return value in PAYERS
    if name == "pull_with":
        return value in PULL_WITH
    if name == "payment_url":
        return isinstance(value, str) and bool(_PAYMENT_URL.fullmatch(value))
    if name == "never_offer":
        return isinstance(value, list) and all(isinstance(it, str) and _OPTION.fullmatch(it) for it in value)
    if isinstance(default, list):
        return isinstance(value, list) and all(verdict in VERDICTS for verdict in value)
    if isinstance(default, str):
        return isinstance(value, str) and value.isprintable()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if name.endswith("_minutes"):
        return _LEAST_MINUTES.get(name, _BLINK) <= value <= _LONGEST_MINUTES
    return 0 <= value <= _MOST


@lru_cache(maxsize=64)
def _known_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Permanent("invalid_policy", "time_zone is not a zone of the IANA database") from error
