"""What the manuals say of the data is what the data says; policies to copy are good ones, and links lead somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from doorstep.cases.playbook import Playbooks
from doorstep.cases.rulebook import Rulebook
from doorstep.data import load
from doorstep.orders.policy import MEMBERS
from doorstep.parcels.providers.registry import PROVIDERS

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    str(page.relative_to(ROOT)): page.read_text("utf-8") for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
}
names = re.compile(r"`(\w+)`").findall
FLAGS = ("takes_address", "warns", "remedy", "needs_ops", "unasked")


def rows(page: str, before: str) -> dict[str, list[str]]:
    """The first table after this text: the other cells by the name that a row begins with."""
    (table,) = re.findall(re.escape(before) + r"(?:.*\n)*?\|.*\n\|-.*\n((?:\|.*\n)+)", PAGES[f"docs/{page}.md"])
    cells = ([cell.strip() for cell in line[1:-1].split("|")] for line in table.splitlines())
    return {first.strip("`"): rest for first, *rest in cells}


@pytest.mark.parametrize("kind", load("cases/playbooks"))
def test_a_playbook_is_told_as_it_is(kind: str) -> None:
    book = Playbooks({}).having(kind)
    told = rows("playbooks", f"### `{kind}`, {book.severity}\n")

    assert list(told) == list(book.steps)
    for step, (who, by_when, then) in zip(book.steps.values(), told.values(), strict=True):
        ((unit, count),) = step.within.items()
        count, unit = (count / 60, "hours") if unit == "minutes" else (count, unit.replace("_", " "))
        assert who == step.owner + ", with an offer" * step.offer + ", quiet" * step.quiet
        assert by_when == f"{count:g} {unit.removesuffix('s') if count == 1 else unit}"
        ways = [way.rsplit(" → ", 1) for way in then.split(" · ")]
        assert step.then or {it: goal.strip("`") for said, goal in ways for it in names(said)} == step.outcomes
        assert step.outcomes or set(names(then)) == set(step.then.values())


def test_the_offer_table_is_told_as_it_is() -> None:
    offers = load("cases/offers")
    for row, cells in (told := rows("playbooks", "## The offer table")).items():
        assert names(cells[-1]) == [option["name"] for option in offers["rows"][row]["options"]]
    for name, cells in (known := rows("playbooks", "| `gone` |")).items():
        it = offers["options"][name]
        assert cells == [*("yes" * it.get(flag, False) for flag in FLAGS), ", ".join(it["fulfilled_by"])]
    assert (list(told), list(known)) == (list(offers["rows"]), list(offers["options"]))


def test_defaults_points_and_providers_are_told_as_they_are() -> None:
    for name, value in (it for group in ("parcels", "offers", "tasks") for it in load("orders/policy")[group].items()):
        assert re.search(rf"\| `{name}` \| `?{value or '(empty|none)'}`? \|", PAGES["docs/playbooks.md"]), name
    assert {it: int(cells[0]) for it, cells in rows("carriers", "**Suspicion**").items()} == load("parcels/suspicion")[
        "points"
    ]
    assert [cells[0].strip("`") for cells in rows("providers", "# Connecting a provider").values()] == list(PROVIDERS)


def test_policies_to_copy_are_good_ones() -> None:
    blocks = re.findall(r"^ *```json\n(.*?)^ *```|^Policy: '([^\n]*)'$", "\n".join(PAGES.values()), re.M | re.S)
    policies = [Rulebook.from_json(text) for text in map("".join, blocks) if set(json.loads(text)) & MEMBERS]
    assert len(policies) > 4


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\((?!http)([^)\s]+)\)", PAGES[page]):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / (path or Path(page).name)
        assert target.exists(), link
        heads = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M) if anchor else [""]
        assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}, link
