"""`doorstep demo`: what happens to an order, told on the local stack over real HTTP, mails and alerts included.

The buildings in the story are public; the buyers are made up and say so. Two of the shops live by policies of seconds,
so that the story need not wait for half a day.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from doorstep_cli.caller import Caller, Reply, browse
from doorstep_cli.errors import Trouble
from doorstep_cli.inbox import Received, received
from doorstep_cli.narrator import Narrator
from doorstep_cli.ses_reports import report_bounce
from doorstep_cli.stack import DEMO_SHOPS, LocalStack
from doorstep_cli.warehouse import Warehouse

_PATIENCE: Final = 60.0
_LINK: Final = r"http://\S+/{purpose}/[A-Za-z0-9_-]{{22}}"
_WILLIS_TOWER: Final = {
    "line1": "233 S Wacker Dr",
    "line2": "",
    "city": "Chigaco",
    "state": "IL",
    "postal_code": "60606",
}
_FLATIRON: Final = {"line1": "175 5th Avenue", "line2": "", "city": "New York", "state": "NY", "postal_code": "10010"}
_CITY_HALL: Final = {"line1": "149 Church St", "line2": "", "city": "Burlington", "state": "VT", "postal_code": "05401"}
_T = TypeVar("_T")


def register(commands: Any) -> None:
    """Add `demo` to the command line."""
    parser = commands.add_parser("demo", help="one order's life on the local stack, told as a timeline")
    parser.add_argument("--auth", action="store_true", help="enforce each function's IAM role")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    stack = LocalStack(auth=arguments.auth, web=True, say=lambda step: print(f"· {step}", file=sys.stderr, flush=True))
    play(stack.up(), Narrator())


def play(stack: LocalStack, narrator: Narrator) -> None:
    """Tell the whole story. Raises `Trouble` when it does not go as it should."""
    story = Story(stack, narrator, Caller(stack.api_url, stack.api_key, stack.merchant_key), Warehouse(stack))
    story.checkout()
    story.confirmed_by_the_buyer()
    story.changed_with_a_code()
    story.never_answered()
    story.mail_that_bounces()
    story.marketplace_keeps_the_address()
    story.to_try_by_hand()


@dataclass(frozen=True, slots=True)
class Story:
    """The chapters. Each can be read by itself."""

    stack: LocalStack
    narrator: Narrator
    caller: Caller
    warehouse: Warehouse

    def checkout(self) -> None:
        """The checkout asks about addresses."""
        self.narrator.chapter("At the checkout")
        for typed in ({**_FLATIRON, "line1": "5th Avenue"}, _WILLIS_TOWER, _CITY_HALL):
            reply = _expect(self.caller.checkout("POST", "/addresses/validate", typed), 200)
            line = f"{typed['line1']}, {typed['city']} {typed['state']} {typed['postal_code']}"
            notes = [f"{issue['severity']}: {issue['message']}" for issue in reply.json["issues"]]
            notes += [f"did you mean: {_one_line(s['address'])}" for s in reply.json["suggestions"][:1]]
            self.narrator.tell("checkout", f"{line}  →  {reply.json['verdict']}", notes)

    def confirmed_by_the_buyer(self) -> None:
        """An order with a misspelt city, mended by the buyer from the mail."""
        self.narrator.chapter("An order with a misspelt city")
        order_id = self._place(_WILLIS_TOWER)
        mail = self._mail("confirm", order_id)
        self.narrator.show(mail)
        confirm = _link(mail, "confirm")
        for _ in range(3):
            _expect(browse("GET", confirm), 200)
        self.narrator.tell("scanner", "a mail scanner opens the link three times: nothing changes")
        if self._file(order_id)["state"] != "held":
            raise Trouble("a GET released the order")
        page = _expect(browse("GET", confirm), 200)
        self.narrator.tell(
            "buyer", "opens the link, sees the address and the suggestion", [f"page of {len(page.text):,} bytes"]
        )
        _expect(browse("POST", confirm, {"action": "take_suggestion", "shown_version": "1"}), 200)
        self.narrator.tell("buyer", "clicks “Use this address”")
        file = self._wait_for_release(order_id)
        self.narrator.tell("doorstep", f"version 2: {_one_line(file['ship_to'])}", [_authorship(file)])
        _expect(browse("POST", confirm, {"action": "confirm", "shown_version": "1"}), 200)
        self.narrator.tell("buyer", "clicks once more: sees what was recorded, nothing changes")
        self._hear(order_id, "Order Released")
        self.narrator.show(self._mail("order", order_id, skip=1))

    def changed_with_a_code(self) -> None:
        """A change to a place far away takes a one-time code."""
        self.narrator.chapter("A change to a place far away takes a code")
        order_id = self._place(_CITY_HALL)
        confirm = _link(self._mail("confirm", order_id), "confirm")
        fields = {**_FLATIRON, "country": "US"}
        _expect(browse("POST", confirm, {"action": "edit", "shown_version": "1", **fields}), 200)
        self.narrator.tell("buyer", f"changes the address to {_one_line(fields)}")
        mail = self._mail(r"^\s*\d{3} ?\d{3}\s*$", order_id)
        self.narrator.show(mail)
        code = _found(r"^\s*(\d{3} ?\d{3})\s*$", mail.text)
        wrong = "000000" if code.replace(" ", "") != "000000" else "111111"
        _expect(browse("POST", confirm, {"action": "enter_code", "code": wrong, "shown_version": "1"}), 200)
        self.narrator.tell("buyer", "mistypes the code: counted, five tries in all")
        _expect(browse("POST", confirm, {"action": "enter_code", "code": code, "shown_version": "1"}), 200)
        self.narrator.tell("buyer", "enters the right code")
        file = self._wait_for_release(order_id)
        self.narrator.tell("doorstep", f"version 2: {_one_line(file['ship_to'])}", [_authorship(file)])
        self._hear(order_id, "Order Released")

    def never_answered(self) -> None:
        """Reminder, alert to ops, and what policy does at `ship_by`: three shops, since each has its own policy."""
        self.narrator.chapter("Buyers who do not answer (policies of seconds instead of hours)")
        order_id = self._place(_CITY_HALL, shop="hurried-shop", locale="es")
        self.narrator.show(self._mail("confirm", order_id))
        reminder = self._in_time(lambda: self._received("mail", order_id, skip=1), f"a reminder about {order_id}")
        self.narrator.tell("doorstep", f"reminds the buyer: {reminder.subject}")
        order_id = self._place(_CITY_HALL, shop="worried-shop")
        alert = self._in_time(lambda: self._received("alert", order_id), f"an alert about {order_id}")
        self.narrator.tell("doorstep", "tells ops")
        self.narrator.show(alert)
        released = _expect(self.caller.shop("POST", f"/orders/worried-shop/{order_id}/release"), 200).json
        self.narrator.tell("ops", f"POST /orders/worried-shop/{order_id}/release", [_state(released)])
        order_id = self._place(_CITY_HALL, ship_in=timedelta(seconds=2))
        file = self._in_time(lambda: self._released(order_id), f"the release of {order_id}")
        self.narrator.tell("doorstep", "ship_by has come: policy releases the order", [_state(file)])
        self._hear(order_id, "Order Released")

    def mail_that_bounces(self) -> None:
        """The buyer's address does not exist: ops hears of it."""
        self.narrator.chapter("A mail that bounces")
        order_id = self._place(_CITY_HALL, email=f"nobody-{uuid.uuid4().hex[:6]}@example.com")
        report_bounce(self.stack, self._mail("confirm", order_id))
        self.narrator.tell("doorstep", "SES reports that the mailbox does not exist")
        self.narrator.show(self._alert(order_id))
        mail = next(it for it in self._file(order_id)["messages"] if it["template"] == "confirm_address")
        states = [f"{entry['state']} at {entry['at']}" for entry in mail["history"]]
        self.narrator.tell("doorstep", "what became of the mail", states)

    def marketplace_keeps_the_address(self) -> None:
        """No e-mail address: ops gets the same words to paste."""
        self.narrator.chapter("A marketplace that keeps the buyer's e-mail address")
        order_id = self._place(_CITY_HALL, email=None, platform="amazon")
        self.narrator.show(self._alert(order_id))
        path = f"/orders/demo-shop/{order_id}/messages/-/confirm_address/1"
        text = _expect(self.caller.shop("GET", path), 200).json["text"]
        self.narrator.tell("ops", f"GET {path}, to paste into the marketplace's messaging:", text.splitlines()[:6])
        url = _found(_LINK.format(purpose="confirm"), text)
        _expect(browse("POST", url, {"action": "confirm", "shown_version": "1"}), 200)
        self.narrator.tell("buyer", "confirms from the marketplace's message")
        self._wait_for_release(order_id)

    def to_try_by_hand(self) -> None:
        """One order is left held, for the reader."""
        order_id = self._place(_WILLIS_TOWER, quiet=True)
        mail = self._mail("confirm", order_id, quiet=True)
        path = f"/orders/demo-shop/{order_id}"
        links = {
            "The buyer's page, waiting for a confirmation": _link(mail, "confirm"),
            "The page of the order, reachable from every mail": _link(mail, "order"),
            "A link that was never sent": f"{self.caller.api_url}/confirm/{'x' * 22}",
            "The order's whole file": (
                f"curl -s -H 'Authorization: Bearer {self.caller.merchant_key}' {self.caller.api_url}{path}"
            ),
            "Every mail and alert so far": "make inbox",
            "Stop the local stack": "make down",
        }
        if self.stack.web_url:
            links = {"A checkout page with the address widget": self.stack.web_url, **links}
        self.narrator.links("To try by hand", links)

    # ---------------------------------------------------------------- what people do

    def _place(
        self,
        address: Mapping[str, str],
        *,
        shop: str = "demo-shop",
        locale: str = "en",
        email: str | None = "sample.buyer@example.com",
        platform: str = "own",
        ship_in: timedelta = timedelta(days=2),
        quiet: bool = False,
    ) -> str:
        now = datetime.now(UTC)
        order_id = f"D-{uuid.uuid4().hex[:8]}"
        body = {
            "order_id": order_id,
            "shop": shop,
            "platform": platform,
            "placed_at": now.isoformat(),
            "buyer": {"name": "Sample Buyer", "email": email, "locale": locale},
            "address": {**address, "country": "US"},
            "choice": "as_entered",
            "items": [{"sku": "LAMP-01", "title": "Desk lamp", "quantity": 1, "value": 2599}],
            "total": {"amount": 2599, "currency": "USD"},
            "ship_by": (now + ship_in).isoformat(),
        }
        placed = _expect(self.caller.shop("POST", "/orders", body), 201).json
        if not quiet:
            self.narrator.tell("shop", f"POST /orders  {order_id} to {_one_line(address)}", [_state(placed)])
        return order_id

    def _file(self, order_id: str) -> dict[str, Any]:
        for shop in DEMO_SHOPS:
            reply = self.caller.shop("GET", f"/orders/{shop}/{order_id}")
            if reply.status == 200:
                return dict(reply.json)
        raise Trouble(f"order {order_id} is gone")

    def _in_time(self, look: Callable[[], _T | None], what: str) -> _T:
        """Let time pass, and run the schedule now and again instead of within five minutes."""

        def sweep_and_look() -> _T | None:
            self.stack.client("lambda").invoke(FunctionName=self.stack.outputs["WatchDeadlines"], Payload=b"{}")
            return look()

        return _until(sweep_and_look, what, pause=2.0)

    # ---------------------------------------------------------------- what is seen

    def _mail(self, having: str, order_id: str, *, skip: int = 0, quiet: bool = False) -> Received:
        """A mail about the order whose text has a link for this purpose, or matches this pattern."""
        pattern = having if having.startswith("^") else _LINK.format(purpose=having)

        def found() -> Received | None:
            return self._received("mail", order_id, skip=skip, pattern=pattern)

        mail = _until(found, f"a mail about {order_id}")
        if not quiet:
            self.narrator.tell("doorstep", f"SES took a mail: {mail.subject}")
        return mail

    def _alert(self, order_id: str) -> Received:
        alert = _until(lambda: self._received("alert", order_id), f"an alert about {order_id}")
        self.narrator.tell("doorstep", f"SNS took an alert: {alert.subject}")
        return alert

    def _received(self, kind: str, order_id: str, *, skip: int = 0, pattern: str = "") -> Received | None:
        """The mail or alert about the order, leaving out the first `skip` of those that match."""
        about = [one for one in received(self.stack) if one.kind == kind and order_id in one.subject]
        fitting = [one for one in about if re.search(pattern, one.text, re.MULTILINE)]
        return fitting[skip] if len(fitting) > skip else None

    def _released(self, order_id: str) -> dict[str, Any] | None:
        file = self._file(order_id)
        return file if file["state"] == "released" else None

    def _wait_for_release(self, order_id: str) -> dict[str, Any]:
        return _until(lambda: self._released(order_id), f"the release of {order_id}")

    def _hear(self, order_id: str, last: str) -> None:
        """What the warehouse heard over the bus, up to the event it waits for."""

        def heard() -> list[dict[str, Any]] | None:
            events = self.warehouse.heard(order_id)
            return events if any(event["detail-type"] == last for event in events) else None

        events = sorted(_until(heard, f"{last} for {order_id}"), key=lambda it: it["detail"]["metadata"]["occurred_at"])
        self.narrator.tell("warehouse", "heard on the bus: " + ", ".join(event["detail-type"] for event in events))


def _until(look: Callable[[], _T | None], what: str, *, pause: float = 0.1) -> _T:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(pause)
    raise Trouble(f"waited {_PATIENCE:.0f} s in vain for {what}; see the log that `doorstep status` names")


def _expect(reply: Reply, status: int) -> Reply:
    if reply.status != status:
        raise Trouble(f"expected HTTP {status}, got {reply.status}: {reply.text[:300]}")
    return reply


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise Trouble(f"found no {pattern} in the mail")
    return match.group(match.lastindex or 0)


def _link(mail: Received, purpose: str) -> str:
    return _found(_LINK.format(purpose=purpose), mail.text)


def _one_line(address: Mapping[str, str]) -> str:
    return f"{address['line1']}, {address['city']} {address['state']} {address['postal_code']}"


def _state(order: Mapping[str, Any]) -> str:
    release = f", released because: {order['release']['reason']}" if order["release"] else ""
    return f"state {order['state']}, verdict {order['verdict']['verdict']}{release}"


def _authorship(file: Mapping[str, Any]) -> str:
    version = file["addresses"][-1]
    return f"by {version['by']}, through {version['how']}, as {version['choice']}, at {version['at']}"
