"""Laws of orders: any JSON is understood or refused; placing twice is placing once; clicking twice is clicking once."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from fakes import NOW, FakeOrders, desk
from hypothesis import example, given, settings
from hypothesis import strategies as st
from samples import FAR_AWAY, GOOD, NEARBY, NUMBERLESS, order

from doorstep.errors import Conflict, DoorstepError, Rejected
from doorstep.orders import answering, serving
from doorstep.orders.deadlines import meet
from doorstep.orders.due import next_due
from doorstep.orders.link import Link
from doorstep.orders.placing import decode_order, place_order
from doorstep.orders.policy import Policies

POLICY = Policies.from_json("{}")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NEARLY_RIGHT = st.sampled_from(["2026-01-01T00:00:00Z", "US", "x@y.zz", 1, 2599])
JSON = st.recursive(
    SCALARS | NEARLY_RIGHT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for name, member in inside for found in paths(member, (*path, name)))]


PATHS = [path for path in paths(order()) if path]


@given(JSON)
@example({"placed_at": "0001-01-01T00:00:00+23:59"})
@example({"placed_at": "9999-12-31T23:59:59-23:59", "ship_by": "9999-12-31T23:59:59Z"})
@example({"items": [[]], "total": [], "buyer": [], "address": []})
@example({"address": {"country": "\ud800", "line1": "\u0000"}})
def test_any_json_is_an_order_or_is_rejected(body: Any) -> None:
    with pytest.raises(Rejected) as caught:
        decode_order(body)

    assert all(problem.code and problem.message for problem in caught.value.problems)


@settings(max_examples=200)
@given(st.sampled_from(PATHS), JSON)
def test_an_order_with_anything_in_one_place_is_understood_or_that_place_is_named(
    path: tuple[Any, ...], value: Any
) -> None:
    body = copy.deepcopy(order())
    part = body
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value

    try:
        decode_order(body)
    except Rejected as error:
        named = {problem.field for problem in error.problems}
        top = str(path[0])
        assert all(field.split(".")[0] in {top, "ship_by"} for field in named), named


@given(st.text(min_size=8, max_size=40), st.sampled_from(PATHS))
def test_no_problem_repeats_what_was_sent(text: str, path: tuple[Any, ...]) -> None:
    canary = f"Q{text}Q"
    body = copy.deepcopy(order())
    part = body
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = canary

    told = ""
    try:
        decode_order(body)
    except Rejected as error:
        told = f"{error} {error.problems}"

    assert canary not in told


@given(st.integers(1, 5), st.randoms(use_true_random=False))
def test_placing_again_and_again_is_placing_once(times: int, chance: Any) -> None:
    store = FakeOrders()
    answers = []

    for _ in range(times):
        members = list(order().items())
        chance.shuffle(members)
        new = decode_order(dict(members))
        answers.append(place_order(new, "merchant-1", desk(store, now=NOW + timedelta(minutes=len(answers)))))

    assert len(store.changes) == 1
    assert [placed for _, placed in answers] == [True] + [False] * (times - 1)
    assert all(file == answers[0][0] for file, _ in answers)


def numbers(largest: int) -> st.SearchStrategy[int]:
    return st.integers(0, largest)


BUTTONS = ["confirm", "edit", "keep", "take_suggestion", "enter_code", "resend"]
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from([*BUTTONS, "release", "put", "ask", "deadline"]),
        st.sampled_from([GOOD, NEARBY, NUMBERLESS, FAR_AWAY]),
        st.sampled_from(["confirm", "order"]),
        st.integers(0, 2000),
    ),
    max_size=12,
)


@settings(max_examples=120)
@given(ACTIONS)
def test_whatever_people_do_the_order_stays_in_order(actions: list[tuple[str, dict[str, str], str, int]]) -> None:
    """Released at most once, versions without gaps, deadlines only while it is held, one key a message."""
    store, now = FakeOrders(), NOW
    place_order(decode_order(order()), "merchant-1", desk(store))

    for action, address, purpose, minutes in actions:
        now += timedelta(minutes=minutes)
        here = desk(store, now=now)
        token = f"hash-{purpose}"
        link = Link(
            token, purpose, "shop-1", "1001", "m", NOW + timedelta(days=9), "x" if token in store.used_links else ""
        )  # type: ignore[arg-type]
        file = store.orders["shop-1", "1001"]
        before = len(store.changes)
        try:
            if action == "deadline":
                change = meet(file.order, policy=POLICY.of("shop-1"), now=now)
                if change:
                    store.commit(change, cause="deadline")
            elif action == "release":
                serving.release(here, "shop-1", "1001")
            elif action == "put":
                serving.change_address(here, "shop-1", "1001", {"address": address, "ask_buyer": purpose == "confirm"})
            elif action == "ask":
                serving.ask_again(here, "shop-1", "1001")
            elif action == "resend":
                answering.resend(here, link)
            else:
                form = {"action": action, "code": "123456", **address}
                answering.answer(here, link, purpose, form, "en", lambda *_: "123456")  # type: ignore[arg-type]
        except DoorstepError:
            assert len(store.changes) == before, "what is refused changes nothing"

        file = store.orders["shop-1", "1001"]
        assert [version.version for version in file.addresses] == list(range(1, len(file.addresses) + 1))
        assert file.order.address_version == len(file.addresses)
        assert store.events.count("Order Released") == (file.order.state == "released")
        assert (file.order.release is None) == (file.order.state == "held")
        assert file.order.due_at == next_due(file.order, POLICY.of("shop-1"))
        assert file.order.state == "held" or file.order.due_at is None
        keys = [request.key for change in store.changes for request in change.messages]
        assert len(keys) == len(set(keys)), "two messages would have one key"


@given(ACTIONS)
def test_a_used_link_never_acts_again(actions: list[tuple[str, dict[str, str], str, int]]) -> None:
    store = FakeOrders()
    place_order(decode_order(order()), "merchant-1", desk(store))
    link = Link("h", "confirm", "shop-1", "1001", "m", NOW + timedelta(days=9))
    answering.answer(desk(store), link, "confirm", {"action": "confirm"}, "en", lambda *_: "1")
    done = Link("h", "confirm", "shop-1", "1001", "m", NOW + timedelta(days=9), "confirmed", NOW)
    changes = list(store.changes)

    for action, address, _, _ in actions:
        if action in answering.ACTIONS:
            shown = answering.answer(desk(store), done, "confirm", {"action": action, **address}, "en", lambda *_: "1")
            assert shown.show == "recorded"

    assert store.changes == changes


# -------------------------------------------------------------------- policy

PRINTABLE = st.text(max_size=20).filter(str.isprintable)
PERIODS = st.floats(0.01, 5_000_000, allow_nan=False)
GROUPS = st.fixed_dictionaries(
    {},
    optional={
        "shop": st.fixed_dictionaries({}, optional={"name": PRINTABLE, "reply_to": PRINTABLE}),
        "confirmation": st.fixed_dictionaries(
            {},
            optional={
                "ask": st.sampled_from(["always", "unless_accepted", "never"]),
                "remind_after_minutes": PERIODS,
                "overdue_after_minutes": PERIODS,
                "release_at_ship_by": st.lists(st.sampled_from(["accept", "confirm", "add_unit", "fix"]), unique=True),
            },
        ),
        "change": st.fixed_dictionaries(
            {},
            optional={
                "code_over_amount": numbers(10**9),
                "code_over_miles": numbers(5000),
                "code_tries": numbers(20),
                "codes_a_day": numbers(50),
                "changes_a_day": numbers(50),
            },
        ),
        "resend": st.fixed_dictionaries({}, optional={"wait_minutes": PERIODS, "at_most": numbers(50)}),
        "parcels": st.fixed_dictionaries(
            {}, optional={"silent_after_minutes": PERIODS, "unhanded_after_minutes": PERIODS}
        ),
        "offers": st.fixed_dictionaries(
            {},
            optional={
                "redirect_paid_by": st.sampled_from(["seller", "buyer"]),
                "payment_url": st.sampled_from(["", "https://pay.example.com/{shop}/{order}?offer={offer}"]),
                "never_offer": st.lists(st.sampled_from(["refund", "redirect", "coupon"]), unique=True),
                "remedy_up_to_amount": numbers(10**9),
            },
        ),
        "tasks": st.fixed_dictionaries({}, optional={"task_link_valid_minutes": PERIODS}),
    },
)


@given(GROUPS, GROUPS)
def test_the_nearest_word_counts_and_the_rest_stays_as_it_was(default: dict[str, Any], shop: dict[str, Any]) -> None:
    policies = Policies.from_json(json.dumps({"default": default, "shops": {"a": shop}}))
    plain, seller, own = Policies.from_json("{}").of("a"), policies.of("b"), policies.of("a")

    for name in plain.__slots__:
        said = [group[name] for layer in (default, shop) for group in layer.values() if name in group]
        by_default = [group[name] for group in default.values() if name in group]
        for policy, words in ((own, said), (seller, by_default)):
            value = getattr(policy, name)
            expected = words[-1] if words else getattr(plain, name)
            if name == "name":
                expected = (words[-1] if words else "") or ("a" if policy is own else "b")
            assert (list(value) if isinstance(value, tuple) else value) == (
                list(expected) if isinstance(expected, tuple) else expected
            ), name


@given(GROUPS)
def test_merging_nothing_changes_nothing(default: dict[str, Any]) -> None:
    one = Policies.from_json(json.dumps({"default": default}))
    other = Policies.from_json(json.dumps({"default": default, "shops": {"a": {}}}))

    assert one.of("a") == other.of("a")
    assert one.of("a") == one.of("a")


def test_conflict_is_what_a_rival_leaves() -> None:
    store = FakeOrders()
    place_order(decode_order(order()), "merchant-1", desk(store))

    with pytest.raises(Conflict):
        place_order(decode_order(order(platform="etsy")), "merchant-1", desk(store))
