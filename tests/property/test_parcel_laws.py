"""Laws of parcels: however scans arrive, in any order, number and batches, they come to the same parcel and open cases;
and whatever people do to a case, nothing of it goes back."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fakes import NOW, FakeParcels, case_desk, desk, shipped
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from samples import FAR_AWAY, NEARBY, NUMBERLESS, TRACKING, parcel, scan

from doorstep.cases import working
from doorstep.cases.choosing import answer
from doorstep.cases.finding import Trouble, troubles
from doorstep.cases.glance import Caller, behind
from doorstep.cases.offer import NEXT
from doorstep.cases.overdue import meet_case
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import ParcelFile
from doorstep.cases.tracking import adopt, hear, look_after
from doorstep.errors import DoorstepError
from doorstep.orders.link import Link
from doorstep.outbox import Event, MessageRequest
from doorstep.parcels import timeline
from doorstep.parcels.parcel import Progress
from doorstep.parcels.providers.homeward import turned_round
from doorstep.parcels.registering import decode_parcel, register_parcel
from doorstep.parcels.scan import MILESTONES, Scan
from doorstep.parcels.silence import silence_matters

PARCEL = f"ups.{TRACKING}"
LABEL = datetime.fromisoformat(parcel()["label_created_at"])
RULES = Rulebook.from_json("{}")
REASONS = [
    "",
    "address_no_such_number",
    "address_apt_missing",
    "address_corrected",
    "recipient_unavailable",
    "final_attempt",
    "refused",
    "no_scan",
    "lost_investigation",
    "undeliverable",
    "delay",
    "unspecified",
]
ENDS = {"delivered", "returned", "cancelled"}
ABOUT = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


# From five days ago, two days of them before the label counts, to two days ahead; silence begins in between.
SCANS = st.builds(
    lambda milestone, reason, count, **said: scan(milestone, reason, at=minutes(count), **said),
    st.sampled_from(MILESTONES),
    st.sampled_from(REASONS),
    st.integers(-5 * 1440, 2 * 1440),
    is_physical=st.booleans(),
    reopens=st.sampled_from([False, False, True]),
    provider=st.sampled_from(["easypost", "erp"]),
)
SETS = st.lists(SCANS, max_size=7)
CHANCE = st.integers(0, 2**32).map(random.Random)


def heard(batches: Iterable[Sequence[Scan]], store: FakeParcels | None = None, *, now: datetime = NOW) -> FakeParcels:
    """A store whose parcel was told of these batches, one after the other."""
    store = store or shipped()
    for batch in batches:
        hear(case_desk(store, now=now), store, batch)
    return store


def batched(scans: Sequence[Scan], chance: random.Random) -> list[list[Scan]]:
    """The scans in any order, some of them again, in batches of any size."""
    again = [it for it in scans if chance.random() < 0.3]
    each = [replace(it, received_at=it.received_at + timedelta(minutes=chance.randrange(9))) for it in (*scans, *again)]
    chance.shuffle(each)
    batches: list[list[Scan]] = [[]]
    for it in each:
        batches[-1].append(it)
        if chance.random() < 0.5:
            batches.append([])
    return batches


def file_of(store: FakeParcels) -> ParcelFile:
    file = store.read_parcel("shop-1", "1001", PARCEL, scans=True)
    assert file is not None
    return file


def read(scans: Iterable[Scan], now: datetime = NOW) -> timeline.Timeline:
    return timeline.read(scans, label_created_at=LABEL, now=now)


def trouble_in(store: FakeParcels) -> dict[str, Trouble]:
    return troubles(read(file_of(store).scans), RULES.playbooks)


def opened(store: FakeParcels) -> set[str]:
    """The kinds of the open cases. Silence aside: since when it lasts depends on when somebody last looked into it."""
    return {it.kind for it in file_of(store).open_cases if (it.kind, it.reason) != ("stalled", "no_scan")}


def told(store: FakeParcels) -> list[MessageRequest]:
    return sorted(store.messages, key=lambda it: it.key)


def of_cases(store: FakeParcels) -> list[Event]:
    return sorted((it for it in store.events if "case" in it.data), key=str)


def place(file: ParcelFile) -> tuple[Any, ...]:
    """Where the parcel is, as far as that makes a difference to anybody."""
    return file.parcel.milestone, file.parcel.progress.moved_at, RULES.row(file.parcel)


def moves(progress: Progress) -> tuple[Any, ...]:
    return progress.milestone, progress.reason, progress.since, progress.pickup, progress.signed_by


# -------------------------------------------------------------------- any order


@ABOUT
@given(SETS, CHANCE)
# A trouble heard of first, that an end, and then its correction, come too late for: it was over, and is on again.
@example(
    [
        scan("expired", at=minutes(-180)),
        scan("in_transit", at=minutes(-120)),
        scan("info_received", "address_issue", at=minutes(-60)),
    ],
    random.Random(3),
)
@example(
    [
        scan("available_for_pickup", at=minutes(-2950)),
        scan("in_transit", at=minutes(-2900)),
        scan("info_received", at=minutes(-60)),
    ],
    random.Random(1),
)
def test_any_order_repetition_and_batching_comes_to_the_same_parcel_trouble_and_open_cases(
    scans: list[Scan], chance: random.Random
) -> None:
    at_once = heard([scans])
    for _ in range(3):
        store = heard(batched(scans, chance))

        one, other = file_of(at_once), file_of(store)
        assert one.parcel.progress == other.parcel.progress
        assert trouble_in(at_once) == trouble_in(store)
        assert opened(store) <= trouble_in(store).keys() <= {it.kind for it in other.open_cases}
        assert one.order.order.shipped_at == other.order.order.shipped_at


BEFORE = st.builds(
    lambda told, count: scan(*told, at=minutes(count)),
    st.sampled_from(
        [
            ("info_received", ""),
            ("in_transit", ""),
            ("in_transit", "delay"),
            ("in_transit", "address_corrected"),
            ("out_for_delivery", ""),
            ("available_for_pickup", ""),
            ("exception", "address_corrected"),
            ("unknown", ""),
        ]
    ),
    st.integers(-2000, -60),
)
LAST = st.sampled_from(
    [
        ("info_received", "address_issue"),
        ("exception", "address_no_such_number"),
        ("in_transit", "address_apt_missing"),
        ("delivery_attempted", "recipient_unavailable"),
        ("delivery_attempted", "final_attempt"),
        ("exception", "lost_investigation"),
        ("exception", "unspecified"),
        ("expired", ""),
    ]
).map(lambda told: scan(*told, at=minutes(-30)))


@ABOUT
@given(st.lists(BEFORE, max_size=6), LAST, CHANCE)
def test_one_trouble_that_is_still_on_is_told_the_same_in_any_order(
    before: list[Scan], last: Scan, chance: random.Random
) -> None:
    # What shows that a carrier has the parcel, however late, changes what may be offered to who has only a label.
    assume(last.milestone != "info_received" or not any(it.is_physical for it in before))
    at_once, store = heard([[*before, last]]), heard(batched([*before, last], chance))

    assert told(store) == told(at_once) != []
    assert of_cases(store) == of_cases(at_once) != []
    assert file_of(store).cases == file_of(at_once).cases
    assert file_of(store).offers == file_of(at_once).offers


@ABOUT
@given(SETS, SETS, CHANCE)
def test_what_changes_neither_the_place_of_the_parcel_nor_its_trouble_tells_nobody_anything(
    scans: list[Scan], more: list[Scan], chance: random.Random
) -> None:
    """Late history is silent, but for what it shows to be on, or over, now."""
    store = heard(batched(scans, chance))

    for it in more:
        before, messages, cases = file_of(store), len(store.messages), len(of_cases(store))
        was = {trouble.kind: trouble.last for trouble in trouble_in(store).values()}
        heard([[it]], store)
        after = file_of(store)
        now = {trouble.kind: trouble.last for trouble in trouble_in(store).values()}
        if place(after) == place(before) and now.keys() == was.keys() and all(now[it] <= was[it] for it in was):
            assert len(store.messages) == messages
            assert len(of_cases(store)) == cases
            assert [it.id for it in after.open_cases] == [it.id for it in before.open_cases]


@ABOUT
@given(
    st.lists(st.one_of(BEFORE, BEFORE.map(lambda it: replace(it, milestone="exception", reason="address_moved")))),
    CHANCE,
)
def test_the_history_of_a_trouble_that_is_known_adds_no_message(before: list[Scan], chance: random.Random) -> None:
    store = heard([[scan("exception", "address_no_such_number", at=minutes(-30))]])
    messages = list(store.messages)

    heard(batched(before, chance), store)

    assert store.messages == messages
    assert len(file_of(store).cases) == 1


def test_messages_are_not_the_same_in_every_order() -> None:
    """Why the laws above are no stronger: who hears late of an end was right to ask before."""
    late_end = [scan("exception", "address_no_such_number", at=minutes(-60)), scan("delivered", at=minutes(-120))]

    assert [it.template for it in heard([[it] for it in late_end]).messages] == [
        "offer",
        "case_step",
        "offer_update",
    ]
    assert heard([[it] for it in reversed(late_end)]).messages == []


@ABOUT
@given(SETS, CHANCE, st.lists(st.integers(0, 4000), max_size=6))
def test_no_parcel_that_should_move_is_ever_forgotten(
    scans: list[Scan], chance: random.Random, waits: list[int]
) -> None:
    """Somebody works on a case of it, or it is looked at again; and when it is, silence opens a case."""
    store, now = shipped(), NOW

    for batch, wait in zip(
        [*batched(scans, chance), *([] for _ in waits)], [*(0 for _ in scans), *waits], strict=False
    ):
        now += timedelta(minutes=wait)
        heard([batch], store, now=now)
        due = file_of(store).parcel.due_at
        if due is not None and due <= now:
            look_after(case_desk(store, now=now), "shop-1", "1001", PARCEL)
        file = file_of(store)
        assert file.parcel.due_at is None or file.parcel.due_at > now
        assert not silence_matters(file.parcel) or file.open_cases or file.parcel.due_at


@ABOUT
@given(SETS, CHANCE)
# More of the same trouble, so soon that it is no news, but the offer that was made is no longer possible.
@example(
    [scan("info_received", "address_issue", at=minutes(-300)), scan("exception", "address_moved", at=minutes(-60))],
    random.Random(3),
)
def test_hearing_any_of_it_again_at_any_point_changes_nothing(scans: list[Scan], chance: random.Random) -> None:
    store, past = shipped(), list[list[Scan]]()

    for batch in batched(scans, chance):
        heard([batch], store)
        past.append(batch)
        changes = list(store.changes)
        heard(chance.sample(past, k=min(3, len(past))), store)
        look_after(case_desk(store), "shop-1", "1001", PARCEL)
        assert store.changes == changes


@ABOUT
@given(SETS, SETS, CHANCE)
def test_a_parcel_that_is_registered_late_comes_to_the_same(
    early: list[Scan], late: list[Scan], chance: random.Random
) -> None:
    registered = heard([early, late])
    unknown = shipped(parcels=())

    waiting = hear(case_desk(unknown), unknown, early)
    new = decode_parcel(parcel())
    policy = RULES.policies.of("shop-1")
    order = unknown.order("shop-1", "1001")
    assert order is not None
    register_parcel(new, order, store=unknown, policy=policy, now=NOW, cause="test")
    heard([late], unknown)
    adopt(case_desk(unknown), unknown, TRACKING)

    assert waiting == len({it.digest for it in early})
    assert unknown.parked(TRACKING) == ()
    assert file_of(unknown).parcel.progress == file_of(registered).parcel.progress
    assert opened(unknown) <= trouble_in(unknown).keys() <= {it.kind for it in file_of(unknown).open_cases}


# -------------------------------------------------------------------- the timeline


@given(SETS)
def test_an_end_and_the_way_back_yield_only_to_what_leads_out_of_them(scans: list[Scan]) -> None:
    line = read(scans)

    for one, following in zip(line.moves, line.moves[1:], strict=False):
        assert one.milestone not in ENDS or following.reopens
        assert one.milestone != "expired" or following.is_physical
        step = turned_round(following.milestone, following.reason)[0] != following.milestone
        assert one.milestone != "returning" or following.reopens or not step
    assert line.progress.milestone == (line.moves[-1].milestone if line.moves else "info_received")


@given(SETS, SCANS)
def test_after_an_end_nothing_moves_the_parcel_but_a_correction(scans: list[Scan], later: Scan) -> None:
    line = read(scans)
    assume(line.progress.milestone in ENDS)
    assert line.progress.since is not None
    later = replace(later, occurred_at=line.progress.since + timedelta(minutes=1), reopens=False)

    assert moves(read([*scans, later]).progress) == moves(line.progress)


@given(SETS, st.lists(SCANS, max_size=3), st.booleans())
def test_scans_before_the_label_and_far_ahead_are_kept_and_count_for_nothing(
    scans: list[Scan], others: list[Scan], ahead: bool
) -> None:
    off = NOW + timedelta(hours=14, minutes=1) if ahead else LABEL - timedelta(hours=24, minutes=1)
    aside = [replace(it, occurred_at=off + timedelta(days=n if ahead else -n)) for n, it in enumerate(others)]
    line, more = read(scans), read([*scans, *aside])

    assert more.progress == replace(line.progress, set_aside=len(more.set_aside))
    assert more.moves == line.moves
    kept = {it.digest for it in (*more.counted, *more.set_aside)}
    assert kept == {it.digest for it in (*scans, *aside)}


@given(SETS, st.lists(SCANS, max_size=4))
def test_what_nobody_could_translate_moves_nothing(scans: list[Scan], others: list[Scan]) -> None:
    unknown = [replace(it, milestone="unknown", is_physical=False) for it in others]
    one, other = read(scans).progress, read([*scans, *unknown]).progress

    assert replace(other, scans=one.scans, set_aside=one.set_aside) == one


@given(SETS)
def test_attempts_are_no_more_than_the_scans_that_speak_of_one_and_never_twice_in_half_a_day(scans: list[Scan]) -> None:
    line = read(scans)
    at = [it.occurred_at for it in line.counted if it.milestone == "delivery_attempted"]

    assert (line.progress.attempts > 0) == bool(at)
    assert line.progress.attempts <= len({it.digest for it in scans if it.milestone == "delivery_attempted"})
    if at:
        assert line.progress.attempts <= 1 + (max(at) - min(at)) // timedelta(hours=12)


@given(SETS)
def test_what_is_dated_ahead_counts_when_its_time_has_come(scans: list[Scan]) -> None:
    now = NOW
    for _ in range(len(scans) + 1):
        line = read(scans, now)
        wakes = timeline.wakes_at(line, now)
        if wakes is None:
            break
        assert wakes > now
        assert read(scans, wakes - timedelta(milliseconds=1)).counted == line.counted
        assert len(read(scans, wakes).counted) > len(line.counted)
        now = wakes
    assert wakes is None
    assert all(it.occurred_at < LABEL for it in line.set_aside)


# -------------------------------------------------------------------- two at once


@ABOUT
@given(SETS, SETS, st.sampled_from(["hear", "adopt", "look after"]), CHANCE)
def test_of_two_writers_at_once_neither_loses_a_scan(
    mine: list[Scan], theirs: list[Scan], how: str, chance: random.Random
) -> None:
    at_once, store = heard([[*mine, *theirs]]), shipped()
    rivals = [batch for batch in batched(theirs, chance) if batch] or [theirs]
    for batch in rivals[:4]:
        store.before_commit.append(lambda batch=batch: heard([batch], store))  # type: ignore[misc]

    if how == "hear":
        heard([mine], store)
    elif how == "adopt":
        store.waiting[TRACKING] = {it.digest: it for it in mine}
        adopt(case_desk(store), store, TRACKING)
    else:
        look_after(case_desk(store), "shop-1", "1001", PARCEL)
        heard([mine], store)
    store.before_commit.clear()
    heard(rivals, store)

    one, other = file_of(at_once), file_of(store)
    assert {it.digest for it in other.scans} == {it.digest for it in (*mine, *theirs)}
    assert one.parcel.progress == other.parcel.progress
    assert opened(store) <= trouble_in(store).keys() <= {it.kind for it in other.open_cases}


# -------------------------------------------------------------------- whatever people do

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["scan", "scan", "buyer", "buyer by order", "complete", "snooze", "resolve", "due", "silence"]),
        SCANS,
        st.integers(0, 2000),
        st.integers(0, 2**32),
    ),
    max_size=14,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_whatever_people_and_carriers_do_nothing_of_a_case_goes_back(
    steps: list[tuple[str, Scan, int, int]],
) -> None:
    """No offer goes back, no resolved case reopens, one open case of a kind, one key a message, a date for each."""
    store, now = shipped(parcels=({}, {"tracking_number": "1ZDSTEP10030000135"})), NOW

    for what, said, wait, seed in steps:
        now += timedelta(minutes=wait)
        chance = random.Random(seed)
        before = file_of(store)
        with suppress(DoorstepError):
            act(store, what, said, now, chance)
        after = file_of(store)

        for offer in before.offers:
            known = after.offer(offer.id)
            assert known is not None
            assert known == offer or known.state in reachable(offer.state)
            assert known.history[: len(offer.history)] == offer.history
        for case in before.cases:
            still = after.case(case.id)
            assert still is not None
            assert case.state == "open" or still == case
            assert still.history[: len(case.history)] == case.history
            assert still.through >= case.through
        open_now = Counter((it.parcel, it.kind) for it in after.cases if it.state == "open")
        assert max(open_now.values(), default=1) == 1
        for case in after.cases:
            assert (case.due_at is None) == (case.state == "resolved")
            assert case.state == "resolved" or case.step in RULES.playbooks.having(case.kind).steps
            offers = [it for it in after.offers if it.case == case.id]
            assert len(offers) == case.offers
            assert all(it.state in {"withdrawn", "expired", "fulfilled", "failed"} for it in offers[:-1])
            assert case.state == "open" or not offers or offers[-1].state not in {"open", "accepted", "requested"}
        keys = [it.key for it in store.messages]
        assert len(keys) == len(set(keys))
    for parcel_id in (PARCEL, "ups.1ZDSTEP10030000135"):
        versions = [it.parcel.version for it in store.changes if it.parcel.id == parcel_id]
        assert versions == list(range(2, 2 + len(versions)))


def reachable(state: str) -> set[str]:
    found = {state}
    while True:
        more = found | {it for known in found for it in NEXT[known]}
        if more == found:
            return found - {state}
        found = more


def act(store: FakeParcels, what: str, said: Scan, now: datetime, chance: random.Random) -> None:
    """Somebody does something, as it may come about, to a case picked by chance."""
    at, file = case_desk(store, now=now), file_of(store)
    cases = [it for it in file.cases if it.parcel == PARCEL]
    case = chance.choice(cases) if cases else None
    work = working.Work(operator="Li", note="seen", hours=chance.randrange(1, 90), resolution="by_seller")
    if what == "scan":
        number = chance.choice([TRACKING, TRACKING, "1ZDSTEP10030000135"])
        hear(at, store, [replace(said, tracking_number=number)])
    elif what == "silence":
        look_after(at, "shop-1", "1001", PARCEL)
    elif what == "buyer by order":
        click(store, Link("h", "order", "shop-1", "1001", "m", now + timedelta(days=1)), now, chance)
    elif case is None:
        return
    elif what == "buyer":
        subject = f"{case.id}.{max(case.offers, 1)}"
        click(store, Link("h", "offer", "shop-1", "1001", "m", now + timedelta(days=1), subject=subject), now, chance)
    elif what == "complete":
        outcomes = list(RULES.playbooks.having(case.kind).step(case.step).outcomes) or ["done"]
        working.complete(at, file, case.id, replace(work, outcome=chance.choice(outcomes)))
    elif what == "snooze":
        working.snooze(at, file, case.id, work)
    elif what == "resolve":
        working.close(at, file, case.id, work)
    else:
        meet_case(at, "shop-1", "1001", case.id)


def click(store: FakeParcels, link: Link, now: datetime, chance: random.Random) -> None:
    """The buyer presses one of the buttons there are, or one there is not."""
    at = case_desk(store, now=now)
    caller = Caller(at, desk(store.orders, now=now), link, "en", lambda *_: "123456")
    file = behind(at, link, link.purpose)[1]
    options = [it.name for it in RULES.options(file.parcel, file.order)]
    action = chance.choice(["choose", "choose", "edit", "keep", "enter_code", "confirm", "take_back"])
    form = {"action": action}
    if action not in {"enter_code", "confirm", "take_back"}:
        form["option"] = chance.choice([*options, "refund"])
    if action in {"edit", "keep"} or form.get("option") in {"redirect", "change_address"}:
        form |= {"action": "edit" if action == "choose" else action, **chance.choice([NEARBY, FAR_AWAY, NUMBERLESS])}
    if action == "enter_code":
        form["code"] = chance.choice(["123456", "654321"])
    answer(caller, file, form)
