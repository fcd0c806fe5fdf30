"""The second half of `doorstep demo`: parcels in trouble, from the carrier's webhook to the day the case is over.

The webhooks are those of `events/webhooks`, re-dated: the newest scan of each is of this moment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from doorstep_cli.caller import browse
from doorstep_cli.demo_checks import CITY_HALL, expect, link, one_line, until
from doorstep_cli.demo_deeds import carrier_says, forge, ops_records, register, resolved, send_twice
from doorstep_cli.demo_stage import Stage
from doorstep_cli.forms import fill
from doorstep_cli.inbox import Received
from doorstep_cli.webhooks_sender import Tracker, post_webhook

_WRONG_NUMBER: Final = {**CITY_HALL, "line1": "419 Church St"}
_PROBLEM: Final = "easypost_address_problem"
_ON_THE_WAY: Final = 4  # the first four scans of the sample: a parcel without trouble


def redirected(stage: Stage) -> None:
    """A wrong house number: the buyer has the parcel redirected, ops carries it out."""
    tell = stage.narrator.tell
    stage.narrator.chapter("A parcel to a wrong house number")
    order_id = stage.place(_WRONG_NUMBER, placed=timedelta(days=2))
    confirm = link(stage.mail("confirm", order_id), "confirm")
    expect(browse("POST", confirm, fill(stage.open(confirm), "confirm")), 200)
    tell("buyer", "confirms it, in a hurry")
    tracker = Tracker.at(_PROBLEM, scans=_ON_THE_WAY)
    register(stage, order_id, tracker)
    stage.mail("order", order_id, skip=1, show=12)
    carrier_says(stage, order_id, tracker, tracker.webhook(_PROBLEM, scans=_ON_THE_WAY), "in_transit")
    problem = tracker.webhook(_PROBLEM)
    forge(stage, order_id, problem)
    carrier_says(stage, order_id, tracker, problem, "exception")
    offer = stage.mail("offers", order_id, show=None)
    stage.alert(order_id, having="opened", show=8)
    send_twice(stage, order_id, problem)

    page = stage.open(link(offer, "offers"))
    form = fill(page, "edit", option="redirect", **CITY_HALL)
    expect(browse("POST", link(offer, "offers"), form), 200)
    tell("buyer", f"opens the offer, asks for a redirect to {one_line(CITY_HALL)}, and agrees to its terms")
    stage.mail("offers", order_id, skip=1, show=8)
    stage.hear(order_id, "Offer Accepted", since="Parcel Registered")
    alert = stage.alert(order_id, having="answered")
    ops_records(stage, alert, "complete", outcome="requested", note="Intercept ordered at ups.com")
    stage.mail("offers", order_id, skip=2)
    ops_records(stage, alert, "complete", outcome="fulfilled")
    stage.mail("offers", order_id, skip=3, show=8)
    delivered = tracker.webhook("easypost_attempt_1", scans=7, then="easypost_delivered")
    carrier_says(stage, order_id, tracker, delivered, "delivered")
    resolved(stage, order_id)


def held_at_a_counter(stage: Stage) -> None:
    """Nobody at home twice: the buyer has the parcel held at a counter, and the carrier's own scan shows that it is."""
    tell = stage.narrator.tell
    stage.narrator.chapter("Nobody at home, twice")
    order_id = stage.place(CITY_HALL, placed=timedelta(days=4), quiet=True)
    tracker = Tracker.at("easypost_attempt_2")
    register(stage, order_id, tracker)
    first, second = tracker.webhook("easypost_attempt_1"), tracker.webhook("easypost_attempt_2")
    carrier_says(stage, order_id, tracker, first, "delivery_attempted", when="a day ago")
    stage.mail("offers", order_id)
    carrier_says(stage, order_id, tracker, second, "delivery_attempted")
    offer = stage.mail("offers", order_id, skip=1, show=None)
    expect(
        browse(
            "POST", link(offer, "offers"), fill(stage.open(link(offer, "offers")), "choose", option="hold_at_location")
        ),
        200,
    )
    tell("buyer", "chooses to pick it up at a counter")
    alert = stage.alert(order_id, having="answered", show=12)
    ops_records(stage, alert, "complete", outcome="requested")
    waiting = tracker.webhook("easypost_available_for_pickup")
    carrier_says(stage, order_id, tracker, waiting, "available_for_pickup")
    stage.mail("offers", order_id, skip=4, show=10)
    resolved(stage, order_id)


def fallen_silent(stage: Stage) -> None:
    """No news: found by the schedule, given to ops, put off with a reason, over with the next scan."""
    stage.narrator.chapter("A parcel that falls silent (three seconds here; two days by the usual policy)")
    order_id = stage.place(CITY_HALL, shop="silent-shop", placed=timedelta(days=3), quiet=True)
    tracker = Tracker.at("easypost_in_transit")
    register(stage, order_id, tracker, shop="silent-shop")
    carrier_says(stage, order_id, tracker, tracker.webhook("easypost_in_transit"), "in_transit")
    alert = stage.in_time(lambda: stage.received("alert", order_id, subject="stalled"), f"an alert about {order_id}")
    stage.narrator.tell("doorstep", f"SNS took an alert: {alert.subject}")
    stage.narrator.show(alert)
    ops_records(stage, alert, "snooze", hours="24", note="Snowstorm in Vermont; the carrier is late everywhere")
    moving = tracker.webhook("easypost_out_for_delivery")
    carrier_says(stage, order_id, tracker, moving, "out_for_delivery")
    resolved(stage, order_id)
    carrier_says(stage, order_id, tracker, tracker.webhook("easypost_delivered"), "delivered")


def left_open(stage: Stage) -> tuple[str, Received, Received]:
    """A case to try by hand, not told: the order, the mail with the offer, the alert with the task."""
    order_id = stage.place(_WRONG_NUMBER, placed=timedelta(days=2), quiet=True)
    tracker = Tracker.at(_PROBLEM)
    path = f"/orders/demo-shop/{order_id}/parcels"
    expect(stage.caller.shop("POST", path, tracker.registration()), 201)
    expect(post_webhook(stage.stack, tracker.webhook(_PROBLEM)), 200)
    offer = stage.mail("offers", order_id, quiet=True)
    return order_id, offer, until(lambda: stage.received("alert", order_id), f"an alert about {order_id}")
