"""Long afternoons at a shop: every route with every answer it can give, every event, every message, every deadline.

Played once per test session in worlds that take notes: which answers were given on which route, what stood on the
bus, and which function called which AWS operation on what. Contracts are then checked against what was really said,
permissions against what was really done.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import story_cases
import story_orders
import story_parcels
import story_streets
from chronicle import Call, Exchange, chronicle

from doorstep.platform.items import from_wire


@dataclass(frozen=True)
class Told:
    """All that happened. `heard` is what came to the scans queue, `due` the kinds of what was due (`ORDER`, `CASE` …),
    `items` what stood in the orders table in the end."""

    exchanges: tuple[Exchange, ...]
    calls: tuple[Call, ...]
    events: tuple[dict[str, Any], ...]
    heard: tuple[dict[str, Any], ...]
    due: frozenset[str]
    items: tuple[dict[str, Any], ...]

    def kept(self, prefix: str) -> list[dict[str, Any]]:
        """The items whose sort key begins so."""
        return [item for item in self.items if item["sk"].startswith(prefix)]


@lru_cache(maxsize=1)
def told() -> Told:
    """The story, each scene played once in a world of its own."""
    exchanges: list[Exchange] = []
    calls: list[Call] = []
    events, heard, items = [], [], []
    due: set[str] = set()
    for scene in (*story_orders.SCENES, *story_parcels.SCENES, *story_cases.SCENES, *story_streets.SCENES):
        with chronicle() as world:
            scene(world)
            world.read_everything()
            exchanges += world.exchanges
            calls += world.made
            events += world.events()
            heard += world.given["track_parcels"]
            due |= {body["sk"].partition("#")[0] for body in world.given["meet_deadlines"]}
            items += [from_wire(item) for item in world.raw_items("orders")]
            assert not world.errors
            assert not any(world.dead.values())
    return Told(tuple(exchanges), tuple(calls), tuple(events), tuple(heard), frozenset(due), tuple(items))
