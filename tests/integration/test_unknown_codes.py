"""Codes that nobody knows: each told to ops once, the day after, and never in the way of a scan."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stack_template import ROOT
from world import World, new_world

UNKNOWN = json.loads((ROOT / "events" / "webhooks" / "easypost_unknown_code.json").read_text("utf-8"))


def digests(world: World) -> list[dict[str, Any]]:
    return [alert for alert in world.alerts() if alert["attributes"].get("kind") == "unknown_codes"]


def hear(world: World) -> None:
    assert world.webhook(UNKNOWN).status == 200
    world.pump()


def test_ops_hears_of_a_days_unknown_codes_once_and_on_the_day_after(world: World) -> None:
    hear(world)
    hear(world)
    world.sweep()
    assert digests(world) == []

    world.wait(hours=12)
    for _ in range(3):
        world.sweep()

    (digest,) = digests(world)
    assert digest["subject"] == "[info] 1 unknown carrier codes on 2026-11-23"
    assert "easypost, status_detail:" in digest["text"]
    assert digest["attributes"] == {"severity": "info", "kind": "unknown_codes"}


def test_each_day_has_a_digest_of_its_own(world: World) -> None:
    for _ in range(2):
        hear(world)
        world.wait(hours=24)
        world.sweep()

    assert [it["subject"][-10:] for it in digests(world)] == ["2026-11-23", "2026-11-24"]


def test_a_day_without_unknown_codes_has_no_digest(world: World) -> None:
    known = json.loads((ROOT / "events" / "webhooks" / "easypost_in_transit.json").read_text("utf-8"))
    assert world.webhook(known).status == 200
    world.pump()
    world.wait(hours=24)
    world.sweep()

    assert digests(world) == []
    assert world.raw_items("orders", "DIGEST") == []


def test_a_digest_that_was_not_taken_is_told_later(world: World) -> None:
    """Killed before, between and after the two topics and the record: ops hears of it, at worst twice."""
    for moments in range(6):
        hear(world)
        world.wait(hours=24)
        world.kill_after(moments)
        world.sweep()
        world.sweep()

    days = {it["subject"][-10:] for it in digests(world)}
    assert len(days) == 6
    assert world.dead["deadlines"] == []
    assert world.raw_items("orders", "DIGEST") == []


@pytest.mark.parametrize(("locale", "word"), [("en", "does not know"), ("zh-CN", "不认识")])
def test_ops_reads_it_in_its_own_language(monkeypatch: pytest.MonkeyPatch, locale: str, word: str) -> None:
    with new_world(monkeypatch) as world:
        monkeypatch.setenv("OPS_LOCALE", locale)
        hear(world)
        world.wait(hours=24)
        world.sweep()

        assert word in digests(world)[0]["text"]
