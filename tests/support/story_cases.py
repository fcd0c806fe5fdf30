"""The third afternoon: parcels in trouble, through every step of their playbooks and every state of an offer."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

from chronicle import FAR, NEAR, NO_TOKEN, TOO_MUCH, Chronicle, Scene
from story_orders import code_in

NEXT_DOOR: Final = {**NEAR, "line1": "23 Pearl St", "country": "US"}
SOMEBODY: Final = {"operator": "Sample Operator"}
NUMBER: Final = "1ZDSTEP10030000126"
TROUBLES: Final = {
    "exception": ("address_problem", "address_insufficient"),
    "delivery_attempted": ("delivery_attempt_failed", "access_problem"),
    "in_transit": ("stalled", "accepted"),
}
WAYS: Final = (
    ("exception", ("failed", "done", "moving")),
    ("exception", ("requested", "fulfilled", "moving")),
    ("delivery_attempted", ("requested", "failed", "done", "not_moving", "done", "moving")),
    ("delivery_attempted", ("requested", "fulfilled", "moving")),
    ("delivery_attempted", ("fulfilled", "moving")),
    ("delivery_attempted", ("failed", "done", "moving")),
    ("in_transit", ("asked", "lost", "reshipped")),
    ("in_transit", ("asked", "lost", "refunded")),
    ("in_transit", ("asked", "lost", "found")),
    ("in_transit", ("asked", "found")),
    ("in_transit", ("moving",)),
)


def _redirected(world: Chronicle) -> None:
    """The wrong address; the buyer gives the right one by the offer, ops works by the task."""
    world.ship("1001", NUMBER)
    world.scan(NUMBER, "in_transit", "accepted")
    world.scan(NUMBER, "exception", "address_no_such_number")
    _the_offer_page(world, world.offer())
    world.pump()
    _the_task_page(world, world.task())
    world.pump()
    world.scan(NUMBER, "out_for_delivery")
    world.scan(NUMBER, "delivered")
    world.page("GET", world.task())


def _the_offer_page(world: Chronicle, path: str) -> None:
    redirect = {"option": "redirect", "shown_version": "1"}
    for page in (path, f"/offers/{NO_TOKEN}"):
        world.page("GET", page)
        world.page("POST", page, {"action": "resend"})
    world.page("POST", f"/offers/{NO_TOKEN}", {"action": "choose", "option": "hold_at_location"})
    world.page("POST", path, {"action": "dance"})
    world.page("POST", path, raw=TOO_MUCH)
    world.page("POST", path, {"action": "choose", "option": "refund"})
    world.page("POST", path, {"action": "edit", **redirect, **NEXT_DOOR, "shown_version": "7"})
    world.page("POST", path, {"action": "edit", **redirect, **NEXT_DOOR, "state": "TX"})
    for _ in range(2):
        world.page("POST", path, {"action": "edit", **redirect, **NEXT_DOOR})
    world.page("GET", path)


def _the_task_page(world: Chronicle, path: str) -> None:
    for page in (path, f"/tasks/{NO_TOKEN}"):
        world.page("GET", page)
        world.page("GET", page, lang="zh-CN")
    requested = {"action": "complete", "outcome": "requested", "step": "carry_out", **SOMEBODY}
    world.page("POST", f"/tasks/{NO_TOKEN}", requested)
    world.page("POST", path, {"action": "dance"})
    world.page("POST", path, {**requested, "operator": ""})
    world.page("POST", path, {**requested, "shown_version": "1"})
    world.page("POST", path, raw=TOO_MUCH)
    world.page("POST", path, {**requested, "note": "intercept 4711", "shown_version": _shown(world, path)})
    world.page("POST", path, requested)  # somebody else has the old page
    world.page("POST", path, {"action": "snooze", "hours": "1", "note": "the carrier calls back", **SOMEBODY})


def _shown(world: Chronicle, path: str) -> str:
    found = re.search(r'name="shown_version" value="(\d+)"', world.page("GET", path).body)
    assert found, "the page does not say what it shows"
    return found[1]


def _held_at_a_counter(world: Chronicle) -> None:
    """A counter instead of the door, which the carrier refuses; the seller's ERP works by the API."""
    path = world.ship("1001", NUMBER)
    world.scan(NUMBER, "in_transit", "accepted")
    world.scan(NUMBER, "exception", "address_insufficient")
    world.page("POST", world.offer(), {"action": "choose", "option": "hold_at_location"})
    world.pump()
    case = f"{path}/cases/address_problem-1"
    requested = {"outcome": "requested", **SOMEBODY, "note": "4711", "step": "carry_out"}
    resolution = {"resolution": "by_seller", **SOMEBODY, "note": "agreed by telephone"}
    snooze = {"hours": 24, **SOMEBODY, "reason": "the carrier calls back tomorrow"}
    for place in (case, f"{path}/cases/address_problem-9", "/orders/shop-9/1/cases/address_problem-1"):
        world.api("GET", place)
        for doing, body in (("complete", requested), ("snooze", snooze), ("resolve", resolution)):
            if place != case:
                world.api("POST", f"{place}/{doing}", body)
    for doing in ("complete", "snooze", "resolve"):
        world.api("POST", f"{case}/{doing}", {})
        world.api("POST", f"{case}/{doing}", raw=TOO_MUCH)
    _complete(world, case, "requested", "failed", "done", "not_moving", "done")
    world.api("POST", f"{case}/complete", requested)  # read before all that
    world.api("POST", f"{case}/snooze", snooze)
    _complete(world, case, "moving")
    world.api("POST", f"{case}/snooze", snooze)  # resolved by now
    world.api("POST", f"{case}/resolve", resolution)
    world.pump()


def _complete(world: Chronicle, case: str, *outcomes: str) -> None:
    for outcome in outcomes:
        answer = world.api("POST", f"{case}/complete", {"outcome": outcome, **SOMEBODY})
        assert answer.status == 200, answer.body
        world.pump()


def _nobody_answers(world: Chronicle) -> None:
    """The door stays shut and the buyer silent; ops is reminded, puts it off, and sees to it in the end."""
    path = world.ship("1001", NUMBER)
    world.scan(NUMBER, "out_for_delivery")
    world.scan(NUMBER, "delivery_attempted", "recipient_unavailable")
    offer, case = world.offer(), f"{path}/cases/delivery_attempt_failed-1"
    world.wait(hours=25)
    world.sweep()
    world.page("POST", offer, {"action": "choose", "option": "redeliver"})
    world.api("POST", f"{case}/snooze", {"hours": 2, **SOMEBODY, "reason": "the depot opens at ten"})
    world.wait(hours=3)
    world.sweep()
    world.wait(days=4)
    world.sweep()
    _complete(world, case, "done", "moving")


def _withdrawn(world: Chronicle) -> None:
    """Found on the label, but the parcel is on its way before the buyer answers; and one that ops ends itself."""
    other = "1ZDSTEP10030000224"
    world.ship("1004", NUMBER)
    world.scan(NUMBER, "info_received", "address_apt_missing")
    world.scan(NUMBER, "info_received", "accepted")
    path = world.ship("1005", other)
    world.scan(other, "delivery_attempted", "business_closed")
    world.api("POST", f"{path}/cases/delivery_attempt_failed-1/resolve", {"resolution": "by_seller", **SOMEBODY})
    world.pump()


def _settled_by_scans(world: Chronicle) -> None:
    """Another attempt: what was chosen comes true, with one more failure on the way."""
    world.ship("1001", NUMBER)
    world.scan(NUMBER, "delivery_attempted", "recipient_unavailable")
    world.page("POST", world.offer(), {"action": "choose", "option": "redeliver"})
    world.pump()
    world.wait(hours=24)
    world.scan(NUMBER, "delivery_attempted", "recipient_unavailable")
    world.scan(NUMBER, "delivered")


def _thought_again(world: Chronicle) -> None:
    """Chosen, and taken back before ops has asked the carrier: by the offer's link, by the order's; then too late."""
    path = world.ship("1001", NUMBER)
    page = f"/order/{world.last_mail('order').token('order')}"
    world.scan(NUMBER, "exception", "address_insufficient")
    for way in (world.offer(), page):
        chosen = world.page("POST", world.offer(), {"action": "edit", "option": "redirect", **NEXT_DOOR})
        world.pump()
        undone = world.page("POST", way, {"action": "take_back"})
        assert (chosen.status, undone.status) == (200, 200)
        world.pump()
    world.page("POST", world.offer(), {"action": "choose", "option": "hold_at_location"})
    world.pump()
    _complete(world, f"{path}/cases/address_problem-1", "requested")
    assert world.page("POST", world.offer(), {"action": "take_back"}).status == 409


def _the_buyer_begins(world: Chronicle) -> None:
    """The label is made, the buyer has moved far away, and says so by the order's link and a code."""
    path = world.ship("1001", NUMBER)
    page = f"/order/{world.last_mail('order').token('order')}"
    world.page("GET", page)
    world.page("POST", page, {"action": "edit", "option": "change_address", **FAR, "country": "US"})
    world.pump()
    world.page("GET", page)
    world.page("POST", page, {"action": "enter_code", "code": "000000"})
    world.page("POST", page, {"action": "enter_code", "code": code_in(world.last_mail())})
    world.pump()
    _complete(world, f"{path}/cases/address_problem-1", "fulfilled", "moving")


def _on_a_marketplace(world: Chronicle) -> None:
    """The marketplace keeps the buyer's address: ops pastes the offer."""
    path = world.ship("1001", NUMBER, buyer={"name": "Sample Buyer", "locale": "es"})
    world.scan(NUMBER, "exception", "address_insufficient")
    world.api("GET", f"{path}/messages/address_problem-1/offer/1")
    world.page("GET", world.task())


def _way(trouble: str, outcomes: tuple[str, ...], world: Chronicle) -> None:
    """One way through a playbook: the trouble, the buyer's choice where there is one, what ops says of each step."""
    path, (kind, reason) = world.ship("1001", NUMBER), TROUBLES[trouble]
    world.scan(NUMBER, trouble, reason)
    if kind == "stalled":
        world.wait(hours=49)
        world.sweep()
    else:
        world.page("POST", world.offer(), {"action": "choose", "option": "hold_at_location"})
        world.pump()
    _complete(world, f"{path}/cases/{kind}-1", *outcomes)


def _ended_by_the_carrier(milestone: str, world: Chronicle) -> None:
    """However it ends, the case ends with it, and what was offered is withdrawn."""
    world.ship("1001", NUMBER)
    world.scan(NUMBER, "delivery_attempted", "recipient_unavailable")
    world.scan(NUMBER, milestone)


def _lists(world: Chronicle) -> None:
    for order_id, number in (("1001", NUMBER), ("1002", "1ZDSTEP10030000224")):
        world.ship(order_id, number)
        world.scan(number, "exception", "address_insufficient")
    page: dict[str, Any] = world.cases(limit="1").json
    world.cases(limit="1", next=page["next"])
    world.cases(shop="shop-1")
    world.cases(key="other-key")
    for query in ({"shop": "shop-9"}, {"limit": "0"}, {"next": "nonsense"}):
        world.cases(**query)


def _aws_is_down(world: Chronicle) -> None:
    path = world.ship("1001", NUMBER)
    world.scan(NUMBER, "exception", "address_insufficient")
    offer, task, case = world.offer(), world.task(), f"{path}/cases/address_problem-1"
    for code in ("ThrottlingException", "ValidationException"):
        world.outage = code
        world.cases()
        world.api("GET", case)
        _work(world, case)
        for page, form in ((offer, {"action": "choose", "option": "hold_at_location"}), (task, {"action": "resolve"})):
            world.page("GET", page)
            world.page("POST", page, form)
    world.outage, world.outage_of = "ConditionalCheckFailedException", "TransactWriteItems"
    _work(world, case)
    world.outage = ""


def _work(world: Chronicle, case: str) -> None:
    world.api("POST", f"{case}/complete", {"outcome": "done", **SOMEBODY})
    world.api("POST", f"{case}/snooze", {"hours": 1, **SOMEBODY, "reason": "later"})
    world.api("POST", f"{case}/resolve", {"resolution": "found", **SOMEBODY})


SCENES: Final[tuple[Scene, ...]] = (
    _redirected,
    _held_at_a_counter,
    _nobody_answers,
    _withdrawn,
    _settled_by_scans,
    _thought_again,
    _the_buyer_begins,
    _on_a_marketplace,
    *(partial(_way, trouble, outcomes) for trouble, outcomes in WAYS),
    *(partial(_ended_by_the_carrier, milestone) for milestone in ("returned", "cancelled", "available_for_pickup")),
    _lists,
    _aws_is_down,
)
