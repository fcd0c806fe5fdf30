"""Deadlines queue: read the state again, then remind, alert, release, resend, republish, look after a parcel, or tell
the day's unknown codes.

Parcels that have fallen silent are first asked about, those of the whole batch at once; the deadline is met whatever
comes of it, only that it waits a little, twice at most, for a provider that asks for patience.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from doorstep.cases.desk import CaseDesk
from doorstep.cases.overdue import meet_case
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.tracking import look_after
from doorstep.errors import NotFound, Transient
from doorstep.messages import overdue
from doorstep.messages.digest import write_digest
from doorstep.messages.message import MessageRef
from doorstep.orders import deadlines
from doorstep.platform import keys, log
from doorstep.platform.archive import Archive
from doorstep.platform.batch import Failures, each_record
from doorstep.platform.bus import Bus, Queue
from doorstep.platform.clock import now
from doorstep.platform.due_index import DueIndex
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.pager import SnsPager
from doorstep.platform.parcels_table import ParcelsTable
from doorstep.platform.provider_secrets import ProviderSecrets
from doorstep.platform.pull import Pull
from doorstep.platform.relay import Relay
from doorstep.platform.safety_net import Due, SafetyNet
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment
from doorstep.platform.unknown_codes import DIGEST, UnknownCodes

WAITS = 2  # of three minutes each: the queue's visibility


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    bus: str
    messages_queue: str
    policy: str
    archive_bucket: str
    pull_secrets: str
    ops_topic: str
    chat_topic: str
    ops_locale: str


settings = Settings.from_environment()
table, index = OrdersTable(settings.orders_table), DueIndex(settings.orders_table)
relay = Relay(settings.orders_table, Bus(settings.bus), Queue(settings.messages_queue))
parcels, rules = ParcelsTable(table), Rulebook.from_json(settings.policy)
unknown, pager = UnknownCodes(settings.orders_table), SnsPager(settings.ops_topic, settings.chat_topic)
pull = Pull(ProviderSecrets(Secret(settings.pull_secrets)), Archive(settings.archive_bucket))
net = SafetyNet(pull, parcels, unknown, rules)


def handler(event: dict[str, Any], context: Any) -> Failures:
    later = net.ask(_parcels(event), now())
    return each_record(event, partial(_meet, later=later), what="deadline")


def _parcels(event: dict[str, Any]) -> Iterator[Due]:
    """The parcels of the batch; a record that cannot be read fails by itself, later."""
    for record in event["Records"]:
        try:
            body = json.loads(record["body"])
            if body["sk"].startswith("PARCEL#"):
                yield (*keys.order_of(body["pk"]), keys.parcel_of(body["sk"]))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue


def _meet(body: dict[str, str], receive_count: int, *, later: frozenset[Due]) -> None:
    kind, _, rest = body["sk"].partition("#")
    if kind == DIGEST:
        _tell_unknown_codes(body["pk"])
        return
    shop, order_id = keys.order_of(body["pk"])
    desk = CaseDesk(parcels, rules, now(), "deadline")
    if kind == "ORDER":
        _meet_order(shop, order_id)
    elif kind == "PARCEL":
        parcel = keys.parcel_of(body["sk"])
        if (shop, order_id, parcel) in later and receive_count <= WAITS:
            raise Transient("provider_busy", "the provider asks for patience; it is asked again")
        look_after(desk, shop, order_id, parcel)
    elif kind == "CASE":
        meet_case(desk, shop, order_id, rest)
    elif kind == "MESSAGE":
        overdue.look_after(MessageRef(shop, order_id, rest), store=table, now=now())
    else:
        _republish(body["pk"], body["sk"])


def _meet_order(shop: str, order_id: str) -> None:
    file = table.read(shop, order_id)
    change = deadlines.meet(file.order, policy=rules.policies.of(shop), now=now()) if file else None
    if change:
        table.commit(change, cause="deadline")


def _tell_unknown_codes(pk: str) -> None:
    codes = unknown.of(pk)
    if codes:
        pager.page(write_digest(keys.day_of(pk), codes, settings.ops_locale))
        unknown.told(pk)


def _republish(pk: str, sk: str) -> None:
    try:
        entry = index.outbox_entry(pk, sk)
    except NotFound:
        return
    log.count("OutboxSwept")
    if relay.publish([entry]):
        raise Transient("not_taken", "the outbox entry was not taken; it is tried again")
