"""Playbooks: the standard procedure for each kind of trouble, read from data, with a seller's overrides on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from doorstep.data import load
from doorstep.errors import Permanent
from doorstep.orders.policy import parameter
from doorstep.parcels.scan import MILESTONES
from doorstep.parcels.vocabulary import is_reason

RESOLVED: Final = "resolved"
_LONGEST: Final = {"minutes": 527_040, "hours": 8_784, "business_days": 260}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who has to do what within which period. `outcomes` are for operators, `then` for what happens."""

    name: str
    owner: Literal["buyer", "ops"]
    within: Mapping[str, float]
    offer: bool
    quiet: bool
    outcomes: Mapping[str, str]
    then: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Playbook:
    """One kind's procedure."""

    kind: str
    severity: str
    first: str
    closed_by: tuple[str, ...]
    but_not: tuple[str, ...]
    steps: Mapping[str, Step]

    def step(self, name: str) -> Step:
        """The step of this name. Raises `KeyError`."""
        return self.steps[name]


class Playbooks:
    """All playbooks, a seller's overrides applied. Kinds without one open no case."""

    def __init__(self, overrides: Mapping[str, Any]) -> None:
        defaults: Mapping[str, Any] = load("cases/playbooks")
        self._books = {kind: _book(kind, _merged(defaults[kind], overrides.get(kind, {}), kind)) for kind in defaults}
        if set(overrides) - set(defaults):
            raise Permanent(
                "invalid_policy", "there is no playbook for " + ", ".join(sorted(set(overrides) - set(defaults)))
            )

    @classmethod
    def from_json(cls, text: str) -> Playbooks:
        """From the stack parameter `Policy` (its member `playbooks`). Raises `Permanent` when that is not usable."""
        overrides = parameter(text).get("playbooks", {})
        if not isinstance(overrides, Mapping):
            raise Permanent("invalid_policy", "`playbooks` must be a JSON object")
        return cls(overrides)

    def of(self, kind: str) -> Playbook | None:
        """The playbook of this kind of trouble, if there is one."""
        return self._books.get(kind)

    def having(self, kind: str) -> Playbook:
        """The playbook of a kind that has one. Raises `KeyError`."""
        return self._books[kind]


def _merged(default: Any, override: Any, path: str) -> Any:
    """The default with what the seller says otherwise; only what is there can be said otherwise, in the same form."""
    if isinstance(default, Mapping):
        if not isinstance(override, Mapping):
            raise _misfit(path)
        if path.endswith(".within"):
            return override or default
        if set(override) - set(default):
            raise _misfit(path)
        return {
            name: _merged(it, override[name], f"{path}.{name}") if name in override else it
            for name, it in default.items()
        }
    if type(override) is not type(default) or path.endswith(".offer"):
        raise _misfit(path)
    if isinstance(override, list) and not all(isinstance(it, str) for it in override):
        raise _misfit(path)
    return override


def _book(kind: str, data: Mapping[str, Any]) -> Playbook:
    steps = {name: _step(kind, name, it) for name, it in data["steps"].items()}
    reached = {
        data["first"],
        *(target for step in steps.values() for target in (*step.outcomes.values(), *step.then.values())),
    }
    if reached - {RESOLVED} - set(steps):
        raise _misfit(f"{kind}.steps")
    if data["first"] == RESOLVED or any(_runs_in_a_circle(steps, name) for name in steps):
        raise _misfit(f"{kind}.first")
    if not set(data["closed_by"]) <= set(MILESTONES) or not all(is_reason(it) for it in data["but_not"]):
        raise _misfit(f"{kind}.closed_by")
    if data["severity"] not in {"info", "warning", "critical"}:
        raise _misfit(f"{kind}.severity")
    return Playbook(kind, data["severity"], data["first"], tuple(data["closed_by"]), tuple(data["but_not"]), steps)


def _step(kind: str, name: str, data: Mapping[str, Any]) -> Step:
    within = data["within"]
    ((unit, count),) = within.items() if len(within) == 1 else (("", 0),)
    number = isinstance(count, int | float) and not isinstance(count, bool)
    if unit not in _LONGEST or not number or not 0 < count <= _LONGEST[unit] or (unit == "business_days" and count % 1):
        raise _misfit(f"{kind}.steps.{name}.within")
    if data["owner"] not in {"buyer", "ops"}:
        raise _misfit(f"{kind}.steps.{name}.owner")
    return Step(
        name=name,
        owner=data["owner"],
        within=within,
        offer=data.get("offer", False),
        quiet=data.get("quiet", False),
        outcomes=data.get("outcomes", {}),
        then=data.get("then", {}),
    )


def _runs_in_a_circle(steps: Mapping[str, Step], name: str) -> bool:
    """Whether steps that can offer nothing lead back to each other."""
    seen: set[str] = set()
    while name in steps and steps[name].offer:
        if name in seen:
            return True
        seen.add(name)
        name = steps[name].then["no_offer"]
    return False


def _misfit(path: str) -> Permanent:
    return Permanent("invalid_policy", f"`playbooks.{path}` does not fit; see cases/playbooks.yaml")
