"""Deadlines queue: read the state again, then remind, alert, release, resend or republish, as it says."""

from dataclasses import dataclass
from typing import Any

from doorstep.errors import NotFound, Transient
from doorstep.messages import overdue
from doorstep.messages.message import MessageRef
from doorstep.orders import deadlines
from doorstep.orders.policy import Policies
from doorstep.platform import keys, log
from doorstep.platform.batch import Failures, each_record
from doorstep.platform.bus import Bus, Queue
from doorstep.platform.clock import now
from doorstep.platform.due_index import DueIndex
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.relay import Relay
from doorstep.platform.settings import Environment


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    bus: str
    messages_queue: str
    policy: str


settings = Settings.from_environment()
table, index = OrdersTable(settings.orders_table), DueIndex(settings.orders_table)
relay = Relay(settings.orders_table, Bus(settings.bus), Queue(settings.messages_queue))
policies = Policies.from_json(settings.policy)


def handler(event: dict[str, Any], context: Any) -> Failures:
    return each_record(event, _meet, what="deadline")


def _meet(body: dict[str, str], receive_count: int) -> None:
    kind, _, rest = body["sk"].partition("#")
    shop, order_id = keys.order_of(body["pk"])
    if kind == "ORDER":
        _meet_order(shop, order_id)
    elif kind == "MESSAGE":
        overdue.look_after(MessageRef(shop, order_id, rest), store=table, now=now())
    else:
        _republish(body["pk"], body["sk"])


def _meet_order(shop: str, order_id: str) -> None:
    file = table.read(shop, order_id)
    change = deadlines.meet(file.order, policy=policies.of(shop), now=now()) if file else None
    if change:
        table.commit(change, cause="deadline")


def _republish(pk: str, sk: str) -> None:
    try:
        entry = index.outbox_entry(pk, sk)
    except NotFound:
        return
    log.count("OutboxSwept")
    if relay.publish([entry]):
        raise Transient("not_taken", "the outbox entry was not taken; it is tried again")
