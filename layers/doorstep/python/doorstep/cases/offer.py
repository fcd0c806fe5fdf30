"""An offer to the buyer: the options, what each costs and until when, what was chosen, and what became of it.

    open → accepted → requested → fulfilled | failed
       └→ withdrawn | expired

`requested` means that ops has asked the carrier. Nothing leads back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

OfferState = Literal["open", "accepted", "requested", "fulfilled", "failed", "withdrawn", "expired"]
Payer = Literal["nobody", "seller", "buyer"]
NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("accepted", "withdrawn", "expired"),
    "accepted": ("requested", "fulfilled", "failed", "withdrawn"),
    "requested": ("fulfilled", "failed", "withdrawn"),
    "fulfilled": (),
    "failed": (),
    "withdrawn": (),
    "expired": (),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing the buyer may choose. `fee` is minor units of `currency`; who bears it is `paid_by` (`nobody` when it
    is free). `delay_days` is (least, most). `warns` marks what can void the marketplace's seller protection."""

    name: str
    fee: int = 0
    currency: str = "USD"
    paid_by: Payer = "nobody"
    delay_days: tuple[int, ...] = (0, 0)
    takes_address: bool = False
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered in one case, the n-th time; `id` is `<case>.<n>`. `address_version` is the address chosen with a
    change or redirect. `consent` says who agreed to what, by which link and when: evidence."""

    id: str
    case: str
    n: int
    row: str
    options: tuple[Option, ...]
    state: OfferState
    made_at: datetime
    expires_at: datetime
    chosen: str = ""
    address_version: int = 0
    consent: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[Mapping[str, str], ...] = ()

    def option(self, name: str) -> Option | None:
        """The option of this name, if it is offered."""
        return next((option for option in self.options if option.name == name), None)

    @property
    def choice(self) -> Option | None:
        """The option that was chosen."""
        return self.option(self.chosen)

    def may_become(self, state: OfferState) -> bool:
        """Whether the state may follow the present one."""
        return state in NEXT[self.state]

    def moved(self, state: OfferState, at: str, by: str) -> Offer:
        """The offer in its next state; `at` as `times.stamp` writes it. Raises `ValueError` for a way back."""
        if not self.may_become(state):
            raise ValueError(f"{self.state} does not become {state}")
        return replace(self, state=state, history=(*self.history, {"state": state, "at": at, "by": by}))
