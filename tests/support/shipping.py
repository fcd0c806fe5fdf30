"""Parcels, and what carriers say of them, as tests send it. Every number is made up."""

from __future__ import annotations

import itertools
import re
from typing import Any

from samples import order
from world import Answer, World

UPS = "1ZDSTEP10030000126"
PARCEL = f"ups.{UPS}"
USPS = "9400136208330123456787"
CLOCK = "2026-11-23T15:00:00Z"
"""When every world begins, a Monday."""
_NUMBERS = itertools.count(1)


def parcel(number: str = UPS, carrier: str = "UPS", **changes: Any) -> dict[str, Any]:
    """The body of `POST …/parcels`; None takes a member away."""
    body = {"carrier": carrier, "tracking_number": number, "label_created_at": "2026-11-22T10:00:00Z", **changes}
    return {name: value for name, value in body.items() if value is not None}


def register(world: World, order_id: str = "1001", shop: str = "shop-1", **changes: Any) -> Answer:
    """The seller registers a parcel of an order."""
    return world.api("POST", f"/orders/{shop}/{order_id}/parcels", parcel(**changes))


def ship(world: World, order_id: str = "1001", number: str = UPS, carrier: str = "UPS", **changes: Any) -> None:
    """Place an order, register its parcel, and let everything happen that follows. `changes` are the order's."""
    assert world.api("POST", "/orders", order(order_id, **changes)).status == 201
    world.pump()
    assert register(world, order_id, number=number, carrier=carrier).status == 201
    world.pump()


def scan(
    milestone: str, at: str, reason: str = "", number: str = UPS, carrier: str = "ups", **more: Any
) -> dict[str, Any]:
    """One scan as another system says it; `at` is `23T12:00` or a whole moment."""
    at = at if len(at) > 10 else f"2026-11-{at}:00Z"
    said = {"carrier": carrier, "tracking_number": number, "occurred_at": at, "milestone": milestone, **more}
    return said | ({"reason": reason} if reason else {})


def scanned(*scans: dict[str, Any]) -> dict[str, Any]:
    """The event `Parcel Scanned` with these scans."""
    data = scans[0] if len(scans) == 1 else {"scans": list(scans)}
    return {
        "version": "0",
        "id": f"00000000-0000-0000-0000-{next(_NUMBERS):012d}",
        "detail-type": "Parcel Scanned",
        "source": "warehouse.example",
        "account": "123456789012",
        "time": CLOCK,
        "region": "us-east-1",
        "resources": [],
        "detail": {"metadata": {"event_id": f"scanned-{next(_NUMBERS)}"}, "data": data},
    }


def hear(world: World, *scans: dict[str, Any]) -> None:
    """Scans come in, and everything happens that follows."""
    world.put("scans", scanned(*scans))
    world.pump()


def detail(at: str, status: str, status_detail: str, **more: Any) -> dict[str, Any]:
    """A line of a tracker's history as EasyPost has it."""
    at = at if len(at) > 10 else f"2026-11-{at}:00Z"
    place = {"object": "TrackingLocation", "city": "BURLINGTON", "state": "VT", "country": "US", "zip": "05401"}
    return {
        "object": "TrackingDetail",
        "message": "",
        "description": "",
        "status": status,
        "status_detail": status_detail,
        "datetime": at,
        "source": "UPS",
        "carrier_code": "XX",
        "tracking_location": place,
        **more,
    }


def tracker(*details: dict[str, Any], number: str = UPS, carrier: str = "UPS", **more: Any) -> dict[str, Any]:
    """A webhook's body as EasyPost sends it: the whole history, oldest first."""
    last = details[-1]
    result = {
        "id": "trk_1",
        "object": "Tracker",
        "tracking_code": number,
        "carrier": carrier,
        "status": last["status"],
        "status_detail": last["status_detail"],
        "updated_at": last["datetime"],
        "signed_by": None,
        "tracking_details": list(details),
        **more,
    }
    return {"id": "evt_1", "object": "Event", "description": "tracker.updated", "result": result}


MOVING = ("in_transit", "23T08:00", "accepted")
WRONG_NUMBER = ("exception", "23T12:00", "address_no_such_number")


def wrong_address(world: World, **changes: Any) -> None:
    """An order whose parcel is on its way, with an address the carrier cannot find."""
    ship(world, **changes)
    hear(world, scan(*MOVING))
    hear(world, scan(*WRONG_NUMBER))


def missed_at_home(world: World, **changes: Any) -> None:
    """An order whose parcel was brought to the door, where nobody was."""
    ship(world, **changes)
    hear(world, scan(*MOVING))
    hear(world, scan("delivery_attempted", "23T12:00", "recipient_unavailable"))


def offer_link(world: World) -> str:
    """The link of the newest mail that carries an offer."""
    return "/offers/" + next(it.token("offers") for it in reversed(world.mails()) if "/offers/" in it.text)


def order_link(world: World) -> str:
    """The order's own link, from the newest mail."""
    return "/order/" + world.mails()[-1].token("order")


def task_link(world: World) -> str:
    """The link of the newest alert that carries a task."""
    links = [re.findall(r"/live/(tasks/[A-Za-z0-9_-]{22})", alert["text"]) for alert in world.alerts()]
    return "/" + next(it[-1] for it in reversed(links) if it)


def choose(world: World, option: str, *, link: str = "", action: str = "", **form: str) -> Answer:
    """The buyer presses the button of an option, with an address where it takes one."""
    shown = {"shown_version": "1"} if "shown_version" not in form else {}
    action = action or ("edit" if "line1" in form else "choose")
    answer = world.page("POST", link or offer_link(world), {"action": action, "option": option, **shown, **form})
    world.pump()
    return answer


def work(world: World, what: str, **form: str) -> Answer:
    """Ops fills in a form of the task page, as it stands now."""
    link = task_link(world)
    shown = dict(re.findall(r'name="(shown_version|step)" value="([^"]*)"', world.page("GET", link).body))
    answer = world.page("POST", link, {"action": what, "operator": "Li Wei", **shown, **form})
    world.pump()
    return answer


def done(world: World, outcome: str, **form: str) -> Answer:
    """Ops records how the step of the newest task went."""
    answer = work(world, "complete", outcome=outcome, **form)
    assert answer.status == 200, answer.body
    return answer


def case(world: World, number: int = -1, order_id: str = "1001") -> Any:
    """A case in the order's file."""
    return world.file(order_id)["cases"][number]


def parcel_file(world: World, number: int = -1, order_id: str = "1001") -> Any:
    """A parcel in the order's file."""
    return world.file(order_id)["parcels"][number]


def messages(world: World, order_id: str = "1001") -> list[str]:
    """The keys of the messages that went out, sorted."""
    return sorted(it["key"] for it in world.file(order_id)["messages"] if it["state"] == "sent")


def causes(world: World) -> list[str]:
    """Why ops was alerted about steps of cases, oldest first."""
    told = [it for it in world.raw_items("orders", "MESSAGE#") if it["template"]["S"] == "case_step"]
    told.sort(key=lambda it: (it["created_at"]["S"], int(it["n"]["N"])))
    return [it["facts"]["M"]["cause"]["S"] for it in told]


def at_rest(world: World) -> None:
    """Nothing went wrong on the way, nothing is left to publish, nothing lies in a dead-letter queue."""
    assert world.errors == []
    assert not any(world.dead.values())
    assert not world.raw_items("orders", "OUTBOX#")
