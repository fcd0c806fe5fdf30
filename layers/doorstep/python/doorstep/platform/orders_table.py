"""The orders table: one partition per order; every change of an order is one transaction with all it sets off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from doorstep.errors import Permanent
from doorstep.messages.message import Message, MessageRef
from doorstep.messages.ports import MessageFile
from doorstep.orders.change import OrderChange
from doorstep.orders.order import AddressVersion, Order
from doorstep.orders.store import OrderFile
from doorstep.outbox import Event, MessageRequest
from doorstep.platform import keys
from doorstep.platform.aws import client, translated
from doorstep.platform.clock import now
from doorstep.platform.items import Item, from_plain, to_plain, to_wire
from doorstep.platform.keyring import Keyring
from doorstep.platform.outbox_items import due, event_entry, message_entry
from doorstep.platform.parcel_items import read_parcel
from doorstep.platform.table import Table
from doorstep.times import stamp


@dataclass(frozen=True, slots=True)
class OrdersTable:
    """Implements the stores that the rooms `orders` and `messages` ask for. `keyring` keys the suppression list."""

    name: str
    links: str = ""
    keyring: Keyring | None = None

    def read(self, shop: str, order_id: str) -> OrderFile | None:
        """The order and its addresses, consistently; None when there is no such order."""
        pk = keys.order_pk(shop, order_id)
        head = self._table.get(pk, "ORDER")
        return _file(head, self._table.query(pk, "ADDRESS#")) if head else None

    def messages(self, shop: str, order_id: str) -> list[Message]:
        """Every message of the order."""
        return [from_plain(Message, item) for item in self._table.query(keys.order_pk(shop, order_id), "MESSAGE#")]

    def commit(self, change: OrderChange, *, cause: str) -> None:
        """Write the change and its outbox as one. Raises `Conflict` when the order or the link has moved on."""
        self._table.transact(self.writes(change, cause=cause))

    def writes(self, change: OrderChange, *, cause: str) -> list[Item]:
        """What a change of an order writes, for a transaction that may hold more."""
        order = change.order
        pk, moment = keys.order_pk(order.shop, order.order_id), now()
        item = {"pk": pk, "sk": "ORDER", **to_plain(order), **due(pk, "ORDER", order.due_at)}
        if order.version == 1:
            writes = [self._table.putting(item, "attribute_not_exists(pk)")]
        else:
            writes = [self._table.putting(item, "version = :seen", {":seen": order.version - 1})]
        if change.address:
            address = {"pk": pk, "sk": keys.address_sk(change.address.version), **to_plain(change.address)}
            writes.append(self._table.putting(address, "attribute_not_exists(pk)"))
        if change.link:
            writes.append(self._use_link(change.link.token_hash, change.link.done, change.link.at))
        writes.extend(self.outbox(pk, change.messages, change.events, cause=cause, moment=moment))
        return writes

    def read_message(self, ref: MessageRef) -> MessageFile | None:
        """A message and the order it speaks of, consistently."""
        item = self._table.get(keys.order_pk(ref.shop, ref.order_id), keys.message_sk(ref.key))
        message = from_plain(Message, item) if item else None
        if message is None:
            return None
        if message.facts.get("parcel"):
            about = read_parcel(self._table, ref.shop, ref.order_id, str(message.facts["parcel"]))
            return MessageFile(message, about.order, about) if about else None
        file = self.read(ref.shop, ref.order_id)
        return MessageFile(message, file) if file else None

    def move(
        self,
        before: Message,
        after: Message,
        *,
        requests: tuple[MessageRequest, ...] = (),
        events: tuple[Event, ...] = (),
        nudge: bool = False,
    ) -> None:
        """Write `after` if the message is still as `before`; what that sets off goes into the same transaction."""
        ref, moment = after.ref, now()
        pk = keys.order_pk(ref.shop, ref.order_id)
        seen = {":state": before.state, ":attempts": before.attempts, ":nudges": before.nudges}
        condition = "#state = :state AND attempts = :attempts AND nudges = :nudges"
        writes = [self._table.putting(_message_item(after), condition, seen, {"#state": "state"})]
        if after.channel == "email" and not before.provider_id:
            writes.append(self._table.putting(_receipt_item(after, moment)))
        if nudge:
            writes.append(self._table.putting(message_entry(pk, ref, moment)))
        writes.extend(self.outbox(pk, requests, events, cause=ref.key, moment=moment))
        self._table.transact(writes)

    def message_of(self, provider_id: str) -> MessageRef | None:
        """The message that the mail service knows by this id; None when it was not ours, or is not recorded yet."""
        item = self._table.get(f"RECEIPT#{provider_id}", "RECEIPT")
        return MessageRef(item["shop"], item["order_id"], item["key"]) if item else None

    def suppression(self, email: str) -> str:
        """Why this address gets no more mail, or ""."""
        item = self._table.get(self._buyer_pk(email), "SUPPRESSION")
        return str(item["reason"]) if item else ""

    def suppress(self, email: str, reason: str, at: datetime) -> None:
        """Send this address no more mail."""
        item = {"pk": self._buyer_pk(email), "sk": "SUPPRESSION", "reason": reason, "at": stamp(at)}
        with translated("suppress"):
            client("dynamodb").put_item(TableName=self.name, Item=to_wire(item))

    def _buyer_pk(self, email: str) -> str:
        if self.keyring is None:
            raise Permanent("no_keyring", "this function was not given the key of the suppression list")
        return f"BUYER#{self.keyring.hash_email(email)}"

    def outbox(
        self, pk: str, requests: Iterable[MessageRequest], events: Iterable[Event], *, cause: str, moment: datetime
    ) -> Iterator[Item]:
        """What a change sets off: messages, with a note to the senders, and events."""
        shop, order_id = keys.order_of(pk)
        for request in requests:
            ref = MessageRef(shop, order_id, request.key)
            yield self._table.putting(
                _message_item(Message.requested(ref, request, moment)), "attribute_not_exists(pk)"
            )
            yield self._table.putting(message_entry(pk, ref, moment))
        for event in events:
            yield self._table.putting(event_entry(pk, event, cause=cause, now=moment))

    def _use_link(self, token_hash: str, done: str, at: datetime) -> Item:
        update = {
            "TableName": self.links,
            "Key": to_wire({"pk": f"LINK#{token_hash}"}),
            "UpdateExpression": "SET done = :done, done_at = :at",
            "ConditionExpression": "attribute_exists(pk) AND done = :nothing",
            "ExpressionAttributeValues": to_wire({":done": done, ":at": stamp(at), ":nothing": ""}),
        }
        return {"Update": update}

    @property
    def _table(self) -> Table:
        return Table(self.name)


def _file(head: Item, addresses: list[Item]) -> OrderFile:
    return OrderFile(from_plain(Order, head), tuple(from_plain(AddressVersion, item) for item in addresses))


def _message_item(message: Message) -> Item:
    pk, sk = keys.order_pk(message.ref.shop, message.ref.order_id), keys.message_sk(message.ref.key)
    return {"pk": pk, "sk": sk, **to_plain(message), **due(pk, sk, message.due_at)}


def _receipt_item(message: Message, moment: datetime) -> Item:
    ref = message.ref
    expires = int(moment.timestamp()) + 90 * 86_400
    key = {"pk": f"RECEIPT#{message.provider_id}", "sk": "RECEIPT"}
    return {**key, "shop": ref.shop, "order_id": ref.order_id, "key": ref.key, "expires": expires}
