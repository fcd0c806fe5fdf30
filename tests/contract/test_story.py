"""The story that the contracts are held against leaves nothing out: whatever can be said or done happens in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from story import told

from doorstep.cases.offer import NEXT
from doorstep.cases.working import RESOLUTIONS
from doorstep.data import load

PLAYBOOKS: Mapping[str, Any] = load("cases/playbooks")


def test_every_message_is_asked_for_and_most_are_sent() -> None:
    asked = {it["template"] for it in told().kept("MESSAGE#")}
    sent = {it["template"] for it in told().kept("MESSAGE#") if it["state"] not in {"created", "failed"}}

    assert asked == sent == set(load("messages/templates"))


def test_every_kind_of_deadline_is_met() -> None:
    assert told().due == {"ORDER", "PARCEL", "CASE", "MESSAGE", "OUTBOX", "DIGEST"}


def test_every_inbound_event_comes_in() -> None:
    assert {it["detail-type"] for it in told().heard} == {
        "Carrier Webhook Received",
        "Parcel Registered",
        "Parcel Scanned",
    }


def test_what_hosts_outside_answer_is_kept() -> None:
    puts = [it for it in told().calls if it.operation == "PutObject" and it.arguments["Bucket"] == "archive"]

    assert {it.arguments["Key"].partition("/")[0] for it in puts} == {"webhooks", "proofs", "pulls"}


def test_street_sources_are_loaded_refused_and_removed() -> None:
    puts = [it for it in told().calls if it.operation == "PutObject" and it.arguments["Bucket"] == "street-sources"]

    assert {json.loads(it.arguments["Body"].getvalue())["status"] for it in puts} == {"loaded", "refused", "removed"}


def test_an_offer_goes_through_every_state() -> None:
    assert {step["state"] for it in told().kept("OFFER#") for step in it["history"]} == set(NEXT)


def test_a_case_of_every_playbook_goes_through_every_step_with_every_outcome() -> None:
    possible = {
        (kind, step, outcome)
        for kind, book in PLAYBOOKS.items()
        for step, it in book["steps"].items()
        for outcome in it.get("outcomes", {})
    }

    assert {way for case in told().kept("CASE#") for way in _completed(case)} == possible


def _completed(case: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """(kind, step, outcome) of all that an operator recorded in the case."""
    step, found = "", set()
    for line in case["history"]:
        if line["what"] == "step":
            step = line["detail"]
        elif line["what"] == "completed":
            found.add((case["kind"], step, line["detail"]))
    return found


def test_what_happens_by_itself_happens() -> None:
    steps = {(case["kind"], line["detail"]) for case in told().kept("CASE#") for line in case["history"]}
    silent = {(kind, then) for kind, book in PLAYBOOKS.items() for then in _thens(book)}
    assert silent <= steps


def test_ops_hears_of_everything_but_what_leads_to_a_quiet_step() -> None:
    causes = {it["facts"]["cause"] for it in told().kept("MESSAGE#") if it["template"] == "case_step"}
    withdrawn = {
        book["steps"][step["then"]["withdrawn"]].get("quiet", False)
        for book in PLAYBOOKS.values()
        for step in book["steps"].values()
        if "withdrawn" in step.get("then", {})
    }

    assert causes == {"opened", "answered", "expired", "overdue", "renewed", "completed", "woken", "withdrawn"}
    assert withdrawn == {True}


def _thens(book: Mapping[str, Any]) -> set[str]:
    return {then for step in book["steps"].values() for then in step.get("then", {}).values()}


def test_cases_end_in_every_way() -> None:
    ends = {case["resolution"] for case in told().kept("CASE#") if case["state"] == "resolved"}

    assert ends >= {*RESOLUTIONS, "moved_on", "delivered", "returned", "cancelled"}
