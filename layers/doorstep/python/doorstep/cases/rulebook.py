"""Everything that a seller may decide otherwise, in one hand: policies, carriers' facts, playbooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from doorstep.cases.offer import Option
from doorstep.cases.offering import OfferFacts, possible, refuse_unknown
from doorstep.cases.playbook import Playbooks
from doorstep.cases.trouble import row_of
from doorstep.orders.policy import Policies, parameter
from doorstep.orders.store import OrderFile
from doorstep.parcels.carriers import Carriers
from doorstep.parcels.parcel import Parcel


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The stack parameter `Policy`, read by the three rooms it concerns."""

    policies: Policies
    carriers: Carriers
    playbooks: Playbooks

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the parameter. Raises `Permanent` (`invalid_policy`) when it is not usable: at the start."""
        policies = Policies.from_json(text)
        for shop in ("-", *parameter(text).get("shops", {})):
            refuse_unknown(policies.of(shop))
        return cls(policies, Carriers.from_json(text), Playbooks.from_json(text))

    def attempts_left(self, parcel: Parcel) -> int:
        """How often the carrier will still come to the door."""
        return max(self.carriers.of(parcel.carrier).attempts - parcel.progress.attempts, 0)

    def row(self, parcel: Parcel) -> str:
        """The row of the offer table (design §4.6) for where the parcel is. What has moved cannot get a new label, even
        when the carrier that hands over at the door has only made its own."""
        row = row_of(
            parcel.milestone,
            parcel.progress.reason,
            attempts_left=self.attempts_left(parcel),
            attempted=parcel.progress.attempts > 0,
        )
        if row == "label_made" and parcel.progress.moved_at is not None:
            return "attempted" if parcel.progress.attempts else "moving"
        return row

    def options(self, parcel: Parcel, file: OrderFile) -> tuple[Option, ...]:
        """What may be offered to the buyer now."""
        order = file.order
        facts = OfferFacts(
            carrier=self.carriers.of(parcel.carrier),
            country=file.address.standard.country,
            order_value=order.total.amount,
            currency=order.total.currency,
            platform=order.platform,
            tracking_number=parcel.tracking_number,
            ships_from=parcel.ships_from,
        )
        return possible(self.row(parcel), facts, self.policies.of(order.shop))
