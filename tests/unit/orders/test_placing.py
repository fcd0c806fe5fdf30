"""Placing an order: decoded, judged, held or released; twice is once."""

from __future__ import annotations

import pytest
from fakes import NOW, FakeOrders, desk, placing
from samples import GOOD, MISSPELT, NUMBERLESS, order

from doorstep.errors import Conflict, Rejected, Transient
from doorstep.orders.placing import decode_order, place_order


def test_a_new_order_is_held_and_its_buyer_asked() -> None:
    change, file = placing()

    assert (file.order.state, file.order.confirmation.state, file.order.confirmation.asked_at) == (
        "held",
        "pending",
        NOW,
    )
    assert [event.name for event in change.events] == ["Order Placed", "Order Held"]
    assert [(it.template, it.audience, it.key) for it in change.messages] == [
        ("confirm_address", "buyer", "-/confirm_address/1")
    ]
    assert (file.order.version, file.order.address_version, file.address.how) == (1, 1, "checkout")


def test_events_hold_codes_only() -> None:
    change, _ = placing()

    for event in change.events:
        assert set(event.data) <= {
            "shop", "order_id", "order_version", "address_version", "platform", "verdict", "override", "reason"
        }  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "address", "state", "reason"),
    [
        ("always", GOOD, "held", None),
        ("unless_accepted", GOOD, "released", "accepted"),
        ("unless_accepted", MISSPELT | {"city": "Brlngtn"}, "held", None),
        ("never", MISSPELT | {"city": "Brlngtn"}, "released", "accepted"),
        ("never", NUMBERLESS, "held", None),
    ],
)
def test_policy_decides_whether_the_order_waits(
    ask: str, address: dict[str, str], state: str, reason: str | None
) -> None:
    change, file = placing(f'{{"default": {{"confirmation": {{"ask": "{ask}"}}}}}}', address=address)

    assert file.order.state == state
    assert (file.order.release.reason if file.order.release else None) == reason
    assert bool(change.messages) == (state == "held")
    assert (file.order.due_at is None) == (state == "released")


def test_the_buyers_insistence_at_the_checkout_is_an_override_only_if_we_doubted() -> None:
    _, sure = placing(choice="as_entered")
    _, doubted = placing(choice="as_entered", address=NUMBERLESS)

    assert not sure.address.override
    assert doubted.address.override
    assert doubted.address.ship_to.to_dict() == NUMBERLESS
    assert sure.address.ship_to.line1 == "149 CHURCH STREET"


def test_placing_again_finds_the_order() -> None:
    store = FakeOrders()
    first, placed = place_order(decode_order(order()), "merchant-1", desk(store))

    again, placed_again = place_order(decode_order(order()), "merchant-1", desk(store))

    assert (placed, placed_again) == (True, False)
    assert again == first
    assert len(store.changes) == 1


def test_another_content_under_the_same_id_is_a_conflict() -> None:
    store = FakeOrders()
    place_order(decode_order(order()), "merchant-1", desk(store))

    with pytest.raises(Conflict) as caught:
        place_order(decode_order(order(address=NUMBERLESS)), "merchant-1", desk(store))

    assert caught.value.code == "order_exists"


def test_of_two_calls_at_once_one_places_and_both_get_the_order() -> None:
    store = FakeOrders()
    rival = lambda: place_order(decode_order(order()), "merchant-1", desk(store))  # noqa: E731 - it is a value here
    store.before_commit.append(rival)

    file, placed = place_order(decode_order(order()), "merchant-1", desk(store))

    assert not placed
    assert file.order.state == "held"
    assert len(store.changes) == 1


def test_of_two_different_orders_at_once_one_is_refused() -> None:
    store = FakeOrders()
    store.before_commit.append(lambda: place_order(decode_order(order(platform="ebay")), "merchant-1", desk(store)))

    with pytest.raises(Conflict, match="order_exists"):
        place_order(decode_order(order()), "merchant-1", desk(store))


def test_a_conflict_that_left_no_order_is_for_trying_again() -> None:
    store = FakeOrders()

    def quarrel() -> None:
        raise Conflict("moved_on", "two transactions undid each other")

    store.before_commit.append(quarrel)

    with pytest.raises(Transient):
        place_order(decode_order(order()), "merchant-1", desk(store))


def test_all_problems_are_collected() -> None:
    with pytest.raises(Rejected) as caught:
        decode_order({"shop": "a b", "buyer": {"email": "nobody"}, "items": [{}]})

    fields = [problem.field for problem in caught.value.problems]
    assert {"shop", "order_id", "buyer.name", "buyer.email", "items.0.sku", "total", "address", "ship_by"} <= set(
        fields
    )
    assert caught.value.code == "invalid_input"


def test_what_is_nested_too_deeply_for_the_digest_is_rejected() -> None:
    nested: object = None
    for _ in range(100_000):
        nested = [nested]

    with pytest.raises(Rejected, match="too_deep"):
        decode_order(order() | {"extra": nested})


def test_the_digest_knows_no_order_of_members_and_no_verdict_token() -> None:
    one, other = decode_order(order()), decode_order(dict(reversed(order(verdict_token="t").items())))

    assert one.digest == other.digest
    assert one.digest != decode_order(order(platform="etsy")).digest
