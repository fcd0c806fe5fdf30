"""What the seller's systems do with an order over the API: read its file, change the address, release, ask again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from doorstep.address import TypedAddress, decode_address
from doorstep.errors import Conflict, Problem, Rejected
from doorstep.fields import Fields
from doorstep.orders import confirming
from doorstep.orders.change import OrderChange
from doorstep.orders.desk import Desk
from doorstep.orders.order import AddressVersion, Choice
from doorstep.orders.store import OrderFile
from doorstep.orders.versions import Author

_SELLER: Final = Author("seller", "api")
_CHOICES: Final[tuple[Choice, ...]] = ("", "as_entered")


def change_address(desk: Desk, shop: str, order_id: str, body: object) -> OrderFile:
    """`PUT …/address` with `{address, choice?: "as_entered", ask_buyer?: bool, address_version?: int}`.

    An address that cannot be delivered to is refused with its problems, unless `choice` insists on it. With `ask_buyer`
    (the default while the order is held) the buyer gets a new confirmation mail; otherwise the seller's word counts,
    and the buyer is told. The address that the order has already changes nothing. Raises `Rejected`, `NotFound`, and
    `Conflict` when `address_version` is not the one in force, or a parcel carries the order already.
    """
    fields = Fields(body)
    child = fields.child("address")
    typed = decode_address(child) if child else TypedAddress()
    insist = fields.choice("choice", _CHOICES, default="") == "as_entered"
    ask_buyer = fields.flag("ask_buyer", default=True)
    seen = fields.whole("address_version", minimum=1, maximum=999_999) if fields.has("address_version") else None
    fields.done()
    file = desk.file(shop, order_id)

    def decide(it: OrderFile) -> OrderChange | None:
        if seen is not None and seen != it.order.address_version:
            raise Conflict("address_moved_on", "the order has another address version by now; read it again")
        if it.order.shipped_at:
            raise Conflict("already_shipped", "a parcel is on its way: void its label, or use what its case offers")
        proposed = confirming.propose(
            it,
            typed,
            "as_entered" if insist else "edited",
            judge=desk.judge_of(shop),
            author=_SELLER,
            now=desk.now,
            locale="en",
        )
        _refuse_unusable(it, proposed, insist=insist)
        if confirming.same_place(it, proposed):
            return None if ask_buyer else confirming.release(it, author=_SELLER, policy=desk.policy(it), now=desk.now)
        return confirming.change_address(
            it, proposed, author=_SELLER, policy=desk.policy(it), now=desk.now, ask_buyer=ask_buyer
        )

    return desk.change(file, decide)


def release(desk: Desk, shop: str, order_id: str) -> OrderFile:
    """`POST …/release`: ship without waiting for the buyer. Releasing a released order changes nothing."""
    file = desk.file(shop, order_id)
    return desk.change(file, lambda it: confirming.release(it, author=_SELLER, policy=desk.policy(it), now=desk.now))


def ask_again(desk: Desk, shop: str, order_id: str) -> OrderFile:
    """`POST …/confirmation`: send the mail again, with a fresh link; nothing happens within `resend.wait_minutes`."""
    file = desk.file(shop, order_id)
    return desk.change(file, lambda it: confirming.ask_again(it, policy=desk.policy(it), now=desk.now, patient=False))


def _refuse_unusable(file: OrderFile, proposed: AddressVersion, *, insist: bool) -> None:
    if confirming.other_country(file, proposed):
        raise Rejected.because("other_country", "address.country", "the country of an order cannot be changed")
    if not confirming.has_a_label(proposed) or (proposed.verdict == "fix" and not insist):
        issues: list[Mapping[str, Any]] = [i for i in proposed.judgement["issues"] if i["severity"] == "error"]
        raise Rejected(
            [Problem(str(i["code"]), f"address.{i['field']}".rstrip("."), str(i["message"])) for i in issues]
            or [Problem("not_deliverable", "address", "this address cannot be delivered to")]
        )
