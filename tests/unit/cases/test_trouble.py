"""What each word of the vocabulary means: one kind of trouble or none, and one row of the offer table."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.cases.case import KINDS
from doorstep.cases.offering import address_change
from doorstep.cases.trouble import kind_of, row_of
from doorstep.data import load
from doorstep.parcels.scan import MILESTONES

ADDRESS = [
    "address_issue",
    "address_insufficient",
    "address_no_such_number",
    "address_apt_missing",
    "address_unknown_recipient",
    "address_moved",
    "address_vacant",
    "address_po_box",
    "address_apo",
    "label_illegible",
]


def reasons() -> set[str]:
    return {"", *(code for group in load("parcels/vocabulary")["reasons"].values() for code in group)}


def test_every_reason_of_the_vocabulary_stands_in_exactly_one_group() -> None:
    counts = Counter(reason for group in load("cases/trouble")["groups"].values() for reason in group)

    assert counts.keys() == reasons()
    assert set(counts.values()) == {1}


def test_every_milestone_has_all_reasons_once_with_a_kind_and_a_row() -> None:
    data = load("cases/trouble")
    rows = {*load("cases/offers")["rows"], "attempts"}

    assert data["milestones"].keys() == set(MILESTONES) == set(load("parcels/vocabulary")["milestones"])
    for milestone, entries in data["milestones"].items():
        assert len(entries) == 1, milestone
        if "groups" in entries:
            named = Counter(group for entry in entries["groups"] for group in entry["of"])
            assert named == dict.fromkeys(data["groups"], 1), milestone
        for entry in entries.get("groups") or [entries["all"]]:
            assert entry["kind"] in {"", *KINDS}, milestone
            assert entry["row"] in rows, milestone


@pytest.mark.parametrize("reason", ADDRESS)
def test_a_bad_address_is_an_address_problem_wherever_the_carrier_says_so(reason: str) -> None:
    for milestone in ("info_received", "in_transit", "delivery_attempted", "exception"):
        assert kind_of(milestone, reason) == "address_problem"
    assert row_of("info_received", reason, attempts_left=2) == "label_made"
    assert row_of("exception", reason, attempts_left=2) == "moving"
    assert row_of("delivery_attempted", reason, attempts_left=1) == "attempted"


@pytest.mark.parametrize("reason", ["address_corrected", "address_changed", "address_change_requested", "forwarded"])
def test_an_address_that_somebody_already_sees_to_is_none(reason: str) -> None:
    assert kind_of("exception", reason) == kind_of("in_transit", reason) == ""


@pytest.mark.parametrize(
    ("milestone", "reason", "kind", "row"),
    [
        ("info_received", "", "", "label_made"),
        ("info_received", "partner_possession", "", "moving"),
        ("in_transit", "", "", "moving"),
        ("in_transit", "delay", "", "moving"),
        ("in_transit", "held_at_request", "", "moving"),
        ("in_transit", "no_delivery_scan", "stalled", "out_for_delivery"),
        ("in_transit", "damaged", "damaged", "moving"),
        ("in_transit", "sender_recall", "returning", "going_back"),
        ("out_for_delivery", "", "", "out_for_delivery"),
        ("delivery_attempted", "recipient_unavailable", "delivery_attempt_failed", "attempted"),
        ("delivery_attempted", "payment_due", "delivery_attempt_failed", "attempted"),
        ("delivery_attempted", "unspecified", "delivery_attempt_failed", "attempted"),
        ("delivery_attempted", "final_attempt", "delivery_attempt_failed", "pickup"),
        ("delivery_attempted", "refused", "refused", "refused"),
        ("available_for_pickup", "", "awaiting_pickup", "pickup"),
        ("available_for_pickup", "locker", "awaiting_pickup", "pickup"),
        ("delivered", "", "", "delivered"),
        ("delivered", "front_door", "", "delivered"),
        ("delivered", "damaged", "damaged", "delivered"),
        ("exception", "refused", "refused", "refused"),
        ("exception", "duties_refused", "refused", "refused"),
        ("exception", "recipient_unavailable", "delivery_attempt_failed", "attempted"),
        ("exception", "unclaimed", "awaiting_pickup", "pickup"),
        ("exception", "lost", "lost", "gone"),
        ("exception", "disposed", "lost", "gone"),
        ("exception", "lost_investigation", "stalled", "out_for_delivery"),
        ("exception", "lost_and_found", "stalled", "out_for_delivery"),
        ("exception", "damaged", "damaged", "gone"),
        ("exception", "contents_missing", "damaged", "gone"),
        ("exception", "partial_delivery", "damaged", "gone"),
        ("exception", "customs_hold", "customs_hold", "gone"),
        ("exception", "seized", "customs_hold", "gone"),
        ("exception", "payment_due", "customs_hold", "out_for_delivery"),
        ("exception", "customs_docs", "customs_hold", "out_for_delivery"),
        ("exception", "customs_processing", "", "moving"),
        ("exception", "held", "stalled", "moving"),
        ("exception", "information_required", "stalled", "moving"),
        ("exception", "unspecified", "stalled", "moving"),
        ("exception", "undeliverable", "stalled", "going_back"),
        ("exception", "deceased", "returning", "going_back"),
        ("returning", "address_issue", "returning", "going_back"),
        ("returned", "", "returning", "going_back"),
        ("expired", "no_scan", "stalled", "gone"),
        ("cancelled", "shipment_cancelled", "", "none"),
        ("unknown", "damaged", "", "out_for_delivery"),
    ],
)
def test_what_news_means(milestone: str, reason: str, kind: str, row: str) -> None:
    assert (kind_of(milestone, reason), row_of(milestone, reason, attempts_left=1)) == (kind, row)


def test_when_the_attempts_are_used_up_it_waits_for_pickup() -> None:
    for milestone in ("delivery_attempted", "exception"):
        assert row_of(milestone, "business_closed", attempts_left=1) == "attempted"
        assert row_of(milestone, "business_closed", attempts_left=0) == "pickup"


def test_after_an_attempt_a_parcel_on_its_way_takes_no_new_address() -> None:
    for milestone, reason in (("in_transit", "at_delivery_unit"), ("exception", "address_no_such_number")):
        assert row_of(milestone, reason, attempts_left=1) == "moving"
        assert row_of(milestone, reason, attempts_left=1, attempted=True) == "attempted"
        assert row_of(milestone, reason, attempts_left=0, attempted=True) == "pickup"
    assert row_of("out_for_delivery", "", attempts_left=1, attempted=True) == "out_for_delivery"


def test_a_word_that_is_not_in_the_vocabulary_means_no_more_than_none() -> None:
    assert kind_of("in_transit", "abducted_by_crows") == ""
    assert kind_of("delivery_attempted", "abducted_by_crows") == "delivery_attempt_failed"
    assert kind_of("teleported", "refused") == ""
    assert row_of("teleported", "", attempts_left=3) == "out_for_delivery"


@given(
    st.sampled_from([it for it in MILESTONES if it not in ("info_received", "in_transit", "exception", "cancelled")]),
    st.deferred(lambda: st.sampled_from(sorted(reasons()))),
    st.integers(0, 5),
    st.booleans(),
)
def test_no_news_after_the_parcel_went_out_leads_to_a_change_of_address(
    milestone: str, reason: str, attempts_left: int, attempted: bool
) -> None:
    row = row_of(milestone, reason, attempts_left=attempts_left, attempted=attempted)

    assert address_change(row) == "no"
