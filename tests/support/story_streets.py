"""The fourth afternoon: street sources come, change, cannot be read, and go; and checkouts ask what they know."""

from __future__ import annotations

from typing import Any, Final

from chronicle import NEAR, Chronicle, Scene
from street_sources import ELM, MAIN, OAK, csv

from doorstep.platform import street_loader

PEARL: Final = ("21,PEARL ST,,BURLINGTON,VT,05401", "25,PEARL ST,APT 1,BURLINGTON,VT,05401")


def _sources_come_and_go(world: Chronicle) -> None:
    world.upload("a.csv", csv(*MAIN, *PEARL, *ELM), complete=True)
    world.load_streets()
    for line in ("21 Pearl St", "25 Pearl St", "27 Pearl St", "21 Perl St"):
        world.api("POST", "/addresses/validate", {**NEAR, "line1": line})
    world.upload("a.csv", csv(*OAK))
    world.upload("b c.csv", csv(*OAK))
    world.upload("d.csv", b"")
    world.load_streets()
    world.take_away("a.csv")
    world.load_streets()


def _a_source_changes_its_kind(world: Chronicle) -> None:
    """What has to go and what comes in its place are one transaction."""
    world.upload("a.csv", csv(*MAIN))
    world.load_streets()
    original = street_loader.open_source
    world.monkeypatch.setattr(street_loader, "open_source", lambda *given: _as_tiger(original(*given)))
    world.upload("a.csv", csv(*MAIN, *OAK))
    world.load_streets()


def _as_tiger(source: Any) -> Any:
    return type(source)("tiger", source.rows)


def _the_table_is_down(world: Chronicle) -> None:
    world.outage, world.outage_of = "ProvisionedThroughputExceededException", "Query"
    world.api("POST", "/addresses/validate", NEAR)
    world.outage = ""


SCENES: Final[tuple[Scene, ...]] = (_sources_come_and_go, _a_source_changes_its_kind, _the_table_is_down)
