"""The links table: finds a link by its token, and makes the links that mails carry. Only hashes are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from doorstep.errors import Conflict
from doorstep.messages.message import MessageRef
from doorstep.orders.link import Link, Purpose
from doorstep.platform import keys
from doorstep.platform.aws import client, translated
from doorstep.platform.items import from_plain, from_wire, to_plain, to_wire
from doorstep.platform.keyring import Keyring

PATHS: Final[Mapping[Purpose, str]] = {"confirm": "confirm", "order": "order", "offer": "offers", "task": "tasks"}
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_KEPT_AFTER_EXPIRY: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class LinksTable:
    """Implements `LinkStore` and `Links`. `base_url` is where the buyer's pages are, without a slash at the end."""

    name: str
    keyring: Keyring
    base_url: str = ""

    def find(self, token: str) -> Link | None:
        """The link of this token; None for anything that was never one, without asking the table about nonsense."""
        if not _TOKEN.fullmatch(token):
            return None
        key = to_wire({"pk": keys.link_pk(token)})
        with translated("link"):
            answer = client("dynamodb").get_item(TableName=self.name, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return from_plain(Link, from_wire(item)) if item else None

    def issue(self, purpose: Purpose, ref: MessageRef, expires_at: datetime, subject: str = "") -> str:
        """The URL of this message's link. Made again, it is the same, and what was done through it stays written."""
        token = self.keyring.link_token(purpose, ref)
        pk = keys.link_pk(token)
        link = Link(pk.removeprefix("LINK#"), purpose, ref.shop, ref.order_id, ref.key, expires_at, subject=subject)
        expires = int((expires_at + _KEPT_AFTER_EXPIRY).timestamp())
        item = to_wire({"pk": pk, "expires": expires, **to_plain(link)})
        try:
            with translated("link"):
                client("dynamodb").put_item(
                    TableName=self.name, Item=item, ConditionExpression="attribute_not_exists(pk)"
                )
        except Conflict:
            pass  # issued before
        return self.url(purpose, ref)

    def url(self, purpose: Purpose, ref: MessageRef) -> str:
        """The URL of this message's link, without a look at the table."""
        return f"{self.base_url}/{PATHS[purpose]}/{self.keyring.link_token(purpose, ref)}"

    def code(self, shop: str, order_id: str, key: str) -> str:
        """The one-time code that this message carries."""
        return self.keyring.code(shop, order_id, key)
