"""Where orders are worked on: the store, the judge and the policies that every use case here needs, and one way to
change an order that others may be changing at the same time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from doorstep.errors import Conflict, NotFound
from doorstep.orders.change import OrderChange
from doorstep.orders.policy import Policies, Policy
from doorstep.orders.store import Judge, OrderFile, OrderStore

_TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's view of the room: `now` is its clock, `cause` the id it leaves on everything it sets off."""

    store: OrderStore
    judge: Judge
    policies: Policies
    now: datetime
    cause: str

    def file(self, shop: str, order_id: str) -> OrderFile:
        """The order's file. Raises `NotFound`."""
        file = self.store.read(shop, order_id)
        if file is None:
            raise NotFound("order_not_found", "there is no such order")
        return file

    def policy(self, file: OrderFile) -> Policy:
        """The policy of the order's shop."""
        return self.policies.of(file.order.shop)

    def judge_of(self, shop: str) -> Judge:
        """The judge, under the rules of this shop."""
        return self.judge.ruled(self.policies.of(shop).address_rules)

    def change(self, file: OrderFile, decide: Callable[[OrderFile], OrderChange | None]) -> OrderFile:
        """Decide on the order and commit; when somebody else was faster, look again and decide anew.

        `decide` returns None when there is nothing to change. Returns the order's file afterwards.
        Raises what `decide` raises, and `Conflict` when the order never stood still.
        """
        for attempt in range(_TRIES):
            change = decide(file)
            if change is None:
                return file
            try:
                self.store.commit(change, cause=self.cause)
            except Conflict:
                if attempt == _TRIES - 1:
                    raise
                file = self.file(file.order.shop, file.order.order_id)
            else:
                address = () if change.address is None else (change.address,)
                return OrderFile(change.order, file.addresses + address)
        raise AssertionError("unreachable")
