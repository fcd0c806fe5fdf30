"""Takes in an order: decode, judge the address, hold or release, ask the buyer. Placing it twice is placing it once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from doorstep.address import TypedAddress, decode_address
from doorstep.errors import Conflict, Rejected, Transient
from doorstep.fields import Fields
from doorstep.orders.change import Draft, OrderChange
from doorstep.orders.desk import Desk
from doorstep.orders.order import Buyer, Choice, Confirmation, Item, Money, Order, Release, SmsConsent
from doorstep.orders.policy import Policy
from doorstep.orders.store import Judge, OrderFile
from doorstep.orders.versions import Author, make_version

PLATFORMS: Final = ("amazon", "ebay", "shopify", "walmart", "tiktok", "etsy", "aliexpress", "own", "other")
CHOICES: Final[tuple[Choice, ...]] = ("", "suggestion", "as_entered", "edited")
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().-]{4,30}")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}")
_ONE_LINE: Final = re.compile(r"[^\t\r\n]+")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_MOST_MONEY: Final = 10**12


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A decoded `POST /orders` body (design §4.9). `digest` is equal for equal payloads."""

    shop: str
    order_id: str
    platform: str
    placed_at: datetime
    ship_by: datetime
    buyer: Buyer
    typed: TypedAddress
    verdict_token: str
    choice: Choice
    items: tuple[Item, ...]
    total: Money
    digest: str


def decode_order(body: object) -> NewOrder:
    """Read the body of `POST /orders`. Raises `Rejected` with every problem found."""
    fields = Fields(body)
    placed_at, ship_by = fields.moment("placed_at"), fields.moment("ship_by")
    address = fields.child("address")
    total = fields.child("total")
    order = NewOrder(
        shop=fields.text("shop", max_length=64, pattern=IDENTIFIER, hint="use 1 to 64 of A-Z a-z 0-9 . _ -"),
        order_id=fields.text("order_id", max_length=64, pattern=IDENTIFIER, hint="use 1 to 64 of A-Z a-z 0-9 . _ -"),
        platform=fields.choice("platform", PLATFORMS),
        placed_at=placed_at or datetime.min,
        ship_by=ship_by or datetime.min,
        buyer=_buyer(fields.child("buyer")),
        typed=decode_address(address) if address else TypedAddress(),
        verdict_token=fields.text("verdict_token", max_length=2000, required=False),
        choice=_choice(fields),
        items=tuple(_item(item) for item in fields.children("items", minimum=1, maximum=200)),
        total=_money(total) if total else Money(0, ""),
        digest=_digest(body),
    )
    if placed_at and ship_by and ship_by < placed_at:
        fields.problem("out_of_range", "ship_by", "must not be earlier than placed_at")
    fields.done()
    return order


def place_order(new: NewOrder, merchant: str, desk: Desk) -> tuple[OrderFile, bool]:
    """Place the order, or find it placed already with the same payload.

    Returns the order's file and whether this call placed it. Raises `Conflict` when the id is taken by another payload.
    """
    known = desk.store.read(new.shop, new.order_id)
    if known is None:
        change = placed(new, merchant, judge=desk.judge_of(new.shop), policy=desk.policies.of(new.shop), now=desk.now)
        try:
            desk.store.commit(change, cause=desk.cause)
            return OrderFile(change.order, (change.address,) if change.address else ()), True
        except Conflict as error:
            known = desk.store.read(new.shop, new.order_id)  # somebody placed it in this very moment
            if known is None:
                raise Transient("contended", "two calls got into each other's way") from error
    if known.order.payload_digest != new.digest:
        raise Conflict("order_exists", "this shop already has an order with this id and another content")
    return known, False


def placed(new: NewOrder, merchant: str, *, judge: Judge, policy: Policy, now: datetime) -> OrderChange:
    """What placing this order changes: held and asked, or released at once where policy says so."""
    author = Author("buyer", "checkout")
    address = make_version(
        1, new.typed, judge=judge, locale=new.buyer.locale, author=author, choice=new.choice, at=new.placed_at
    )
    address = replace(address, checkout=judge.checkout(new.verdict_token, address.judgement))
    order = Order(
        shop=new.shop,
        order_id=new.order_id,
        merchant=merchant,
        platform=new.platform,
        placed_at=new.placed_at,
        received_at=now,
        ship_by=new.ship_by,
        buyer=new.buyer,
        items=new.items,
        total=new.total,
        payload_digest=new.digest,
        state="held",
        confirmation=Confirmation("pending", asked_at=now),
        address_version=1,
        version=0,
        verdict=address.verdict,
    )
    draft = Draft(order, now)
    draft.set_address(address)
    draft.announce("Order Placed", platform=new.platform, verdict=address.verdict, override=address.override)
    if _needs_asking(address.verdict, policy):
        draft.announce("Order Held", reason="awaiting_confirmation", verdict=address.verdict)
        draft.ask_buyer("confirm_address")
    else:
        state = "accepted" if policy.ask == "unless_accepted" else "not_asked"
        confirmation = Confirmation(
            "accepted" if state == "accepted" else "not_asked", by="policy", how=policy.ask, at=now
        )
        draft.order = replace(
            draft.order, state="released", release=Release(now, "accepted"), confirmation=confirmation
        )
        draft.announce("Order Released", reason="accepted", verdict=address.verdict)
    return draft.seal(policy)


def _needs_asking(verdict: str, policy: Policy) -> bool:
    if policy.ask == "always":
        return True
    if policy.ask == "unless_accepted":
        return verdict != "accept"
    return verdict not in policy.release_at_ship_by


def _buyer(fields: Fields | None) -> Buyer:
    if fields is None:
        return Buyer("", "en")
    consent = fields.child("sms_consent", required=False)
    return Buyer(
        name=fields.text("name", max_length=200, pattern=_ONE_LINE, hint="must be one line"),
        email=fields.text("email", max_length=254, required=False, pattern=_EMAIL, hint="must be an e-mail address"),
        phone=fields.text("phone", max_length=32, required=False, pattern=_PHONE, hint="must be a phone number"),
        locale=fields.text("locale", max_length=20, required=False, pattern=_LOCALE, hint="such as en or es-MX")
        or "en",
        sms_consent=_consent(consent) if consent else None,
    )


def _consent(fields: Fields) -> SmsConsent | None:
    given_at = fields.moment("given_at")
    source = fields.text("source", max_length=200, pattern=_ONE_LINE, hint="must be one line")
    return SmsConsent(given_at, source) if given_at else None


def _choice(fields: Fields) -> Choice:
    chosen = fields.choice("choice", CHOICES, default="")
    return next(choice for choice in CHOICES if choice == chosen)


def _item(fields: Fields) -> Item:
    return Item(
        sku=fields.text("sku", max_length=100, pattern=_ONE_LINE, hint="must be one line"),
        title=fields.text("title", max_length=500, pattern=_ONE_LINE, hint="must be one line"),
        quantity=fields.whole("quantity", minimum=1, maximum=100_000),
        value=fields.whole("value", minimum=0, maximum=_MOST_MONEY),
    )


def _money(fields: Fields) -> Money:
    return Money(
        amount=fields.whole("amount", minimum=0, maximum=_MOST_MONEY),
        currency=fields.text("currency", max_length=3, pattern=_CURRENCY, hint="three capital letters of ISO 4217"),
    )


def _digest(body: object) -> str:
    """Equal for equal payloads; the verdict token is left out, since a retry may carry a fresh one."""
    payload: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    same = {name: value for name, value in payload.items() if name != "verdict_token"}
    try:
        text = json.dumps(same, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    except RecursionError as error:
        raise Rejected.because("too_deep", "", "the body is nested too deeply") from error
    return hashlib.sha256(text.encode()).hexdigest()
