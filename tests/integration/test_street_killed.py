"""A load killed after any write ends as if nobody had been killed, once its message is delivered again.

Each act is played once undisturbed, and then once for every moment just after a write (just before the next one is the
same).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from street_sources import ELM, MAIN, OAK, at_rest, csv, ledger, wide
from world import World, new_world

from doorstep.address.reference import bodies
from doorstep.platform import street_loader, street_manifest
from doorstep.platform.street_shelf import StreetShelf

LARGE, SMALL = wide(["05401", "05602"], range(1, 2000, 7)), wide(["05401"], range(1, 900, 7))
CODES = ("05401", "05602", "05672")


def nothing(world: World) -> None:
    """The table is empty."""


def three_streets(world: World) -> None:
    world.upload("a.csv", csv(*MAIN, *ELM, *OAK))
    world.load_streets()


def large_zips(world: World) -> None:
    world.upload("a.csv", LARGE)
    world.load_streets()


def half_loaded(world: World) -> None:
    """A load of another version was killed on its way, and its message is lost."""
    three_streets(world)
    world.upload("a.csv", LARGE)
    world.kill_after(21)
    world.drain("uploads", "load_street_reference")
    assert int(ledger(world, "a.csv")["done"]["N"]) > 0
    assert len({it["edition"]["S"] for it in world.raw_items("streets") if "parts" in it}) == 2
    with world.unwatched():
        sqs = world.client("sqs")
        sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName="uploads")["QueueUrl"])
    world.wait(minutes=17)


def three_streets_again(world: World) -> None:
    """Somebody uploads what was there before: it is not there any more, though the ledger once said so."""
    world.upload("a.csv", csv(*MAIN, *ELM, *OAK))


ACTS: dict[str, tuple[Callable[[World], None], Callable[[World], None], int]] = {
    "the first load": (nothing, lambda it: it.upload("a.csv", csv(*MAIN, *ELM, *OAK)), 19),
    "fewer places": (three_streets, lambda it: it.upload("a.csv", csv(*ELM)), 20),
    "fewer parts": (large_zips, lambda it: it.upload("a.csv", SMALL), 19),
    "a removal": (large_zips, lambda it: it.take_away("a.csv"), 19),
    "a refusal": (three_streets, lambda it: it.upload("a.csv", b""), 3),
    "back to the version before": (half_loaded, three_streets_again, 22),
    "after a half load": (half_loaded, lambda it: it.upload("a.csv", csv(*OAK)), 23),
}
"""What was before, what happens to the bucket, and how many writes that takes; a test sees to the number."""


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is noted every two places, ZIP Codes have several parts, and manifests too."""
    _small(monkeypatch)


def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(street_loader, "STEP", 2)
    monkeypatch.setattr(street_manifest, "CHUNK", 100)
    monkeypatch.setattr(bodies, "LARGEST_BODY", 400)


def outcome(world: World) -> Any:
    """The whole table but for moments, and what was told."""
    items = sorted(
        (it["pk"]["S"], it["sk"]["S"], str(it.get("body")), str(it.get("edition"))) for it in world.raw_items("streets")
    )
    told = world.result("a.csv")
    return items, {name: told[name] for name in told if name not in {"seconds", "at"}}


@cache
def undisturbed(act: str) -> tuple[Any, int]:
    """How the act ends when nobody is killed, and how many writes it takes."""
    before, happens, _ = ACTS[act]
    with pytest.MonkeyPatch.context() as patch, new_world(patch) as world:
        _small(patch)
        before(world)
        happens(world)
        world.kill_after(10_000)
        world.load_streets()
        writes = (10_000 - world.moments_left) // 2
        return outcome(world), writes


@pytest.mark.parametrize(("act", "write"), [(act, n) for act, (_, _, most) in ACTS.items() for n in range(most)])
def test_killed_after_any_write_it_ends_the_same(act: str, write: int) -> None:
    expected, _ = undisturbed(act)
    before, happens, _ = ACTS[act]
    with pytest.MonkeyPatch.context() as patch, new_world(patch) as world:
        _small(patch)
        before(world)
        was = _readable(world)
        happens(world)
        world.kill_after(2 * write + 1)

        world.drain("uploads", "load_street_reference")
        killed, meanwhile = world.fuse_burnt, _readable(world)
        world.wait(minutes=90)
        world.load_streets()

        assert killed
        assert outcome(world) == expected
        at_rest(world)
        then = _readable(world)
        assert all(meanwhile[code] in (was[code], then[code]) for code in CODES)


def _readable(world: World) -> dict[str, tuple[bytes, ...]]:
    with world.unwatched():
        shelf = StreetShelf("streets")
        return {code: tuple(shelf.read(f"ZIP#{code}")) for code in CODES}


@pytest.mark.parametrize("act", ACTS)
def test_every_write_of_an_act_has_its_turn(act: str) -> None:
    _, writes = undisturbed(act)

    assert writes == ACTS[act][2], "the act has another number of writes by now"
