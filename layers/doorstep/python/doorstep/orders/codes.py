"""One-time codes: when a change of address takes one, and what becomes of the change while it waits.

A link may be forwarded, or the mailbox's owner may not be the only reader; so a change that could carry a parcel far
away, or a valuable one anywhere, waits until the code from a second mail to the contact on file is entered.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from doorstep.address import Address
from doorstep.errors import Conflict
from doorstep.orders.change import Draft, OrderChange
from doorstep.orders.confirming import change_address
from doorstep.orders.order import AddressVersion, Order, PendingChange
from doorstep.orders.policy import Policy
from doorstep.orders.store import Judge, OrderFile
from doorstep.orders.versions import Author

_DAY: Final = timedelta(days=1)


def needs_code(file: OrderFile, proposed: AddressVersion, *, policy: Policy, judge: Judge) -> bool:
    """Whether this change takes a code: a valuable order, a place far away, or one whose distance nobody can tell.

    Distance is measured from the last address that more than a link vouches for (placed with the order, given by the
    seller, or approved by a code), so many short steps are one long one. A doubted address that names another place
    has no distance: its label is what was typed, wherever that is. Nor has one abroad: we know where ZIP Codes are, and
    the same digits in another country are elsewhere.
    """
    if file.order.total.amount > policy.code_over_amount:
        return True
    old, new = _anchor(file).standard, proposed.standard
    if _place(old) == _place(new) and all(_place(new)):
        return False
    measurable = proposed.verdict == "accept" and old.country == new.country == "US"
    miles = judge.miles_between(old.postal_code[:5], new.postal_code[:5]) if measurable else None
    return miles is None or miles > policy.code_over_miles


def waiting_change(order: Order, *, policy: Policy, now: datetime) -> PendingChange | None:
    """The change that waits for its code, if the code still works."""
    pending = order.pending_change
    return pending if pending is not None and pending.open(now, policy.code_tries) else None


def too_many(order: Order, *, policy: Policy, now: datetime) -> bool:
    """Whether enough codes were sent today: each gives a guesser `code_tries` more tries."""
    return sum(now - sent < _DAY for sent in order.codes_sent_at) >= policy.codes_a_day


def request_code(
    file: OrderFile, proposed: AddressVersion, *, policy: Policy, now: datetime, option: str = ""
) -> OrderChange | None:
    """Keep the proposed address aside and send a code to the contact on file; None when it waits for one already.

    `option` is what the buyer chose with it. Raises `Conflict` (`too_many_codes`) when enough were sent today.
    """
    pending = waiting_change(file.order, policy=policy, now=now)
    if pending is not None and (pending.proposed.typed, pending.option) == (proposed.typed, option):
        return None
    if too_many(file.order, policy=policy, now=now):
        raise Conflict("too_many_codes", "enough codes were sent today")
    draft = Draft(file.order, now)
    message = draft.ask_buyer("one_time_code")
    expires_at = now + timedelta(minutes=policy.code_valid_minutes)
    draft.order = replace(
        draft.order,
        pending_change=PendingChange(proposed, message.key, expires_at, option=option),
        codes_sent_at=(*(sent for sent in draft.order.codes_sent_at if now - sent < _DAY), now),
    )
    return draft.seal(policy)


def enter_code(
    file: OrderFile, digits: str, expected: str, *, author: Author, policy: Policy, now: datetime, token: str = ""
) -> tuple[OrderChange, bool]:
    """Try a code. Returns the change to commit (a wrong try is counted too) and whether the code was right.

    Raises `Conflict` when no change waits, it has expired, or its tries are used up.
    """
    pending = waiting_change(file.order, policy=policy, now=now)
    if pending is None:
        raise Conflict("code_expired", "this code no longer works; enter the address again to get a new one")
    if hmac.compare_digest(digits.encode(), expected.encode()):
        approved = replace(pending.proposed, with_code=True)
        return change_address(file, approved, author=author, policy=policy, now=now, token=token), True
    draft = Draft(file.order, now)
    draft.order = replace(draft.order, pending_change=replace(pending, tries=pending.tries + 1))
    return draft.seal(policy), False


def _anchor(file: OrderFile) -> AddressVersion:
    trusted = (it for it in reversed(file.addresses) if it.by == "seller" or it.how == "checkout" or it.with_code)
    return next(trusted, file.addresses[0])


def _place(address: Address) -> tuple[str, ...]:
    """Where it is, street aside; a state only where addresses have one."""
    return (address.country, address.state or address.country, address.city, address.postal_code[:5])
