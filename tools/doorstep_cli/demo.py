"""`doorstep demo`: what happens to an order, told on the local stack over real HTTP, mails and alerts included.

The buildings in the story are public; the people are made up and say so. Three of the shops live by policies of
seconds, so that the story need not wait for days.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from doorstep_cli import demo_orders, demo_parcels
from doorstep_cli.demo_checks import WILLIS_TOWER, link
from doorstep_cli.demo_stage import Stage
from doorstep_cli.narrator import Narrator
from doorstep_cli.stack import LocalStack


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
    stage = Stage.on(stack, narrator)
    demo_orders.checkout(stage)
    demo_orders.confirmed_by_the_buyer(stage)
    demo_orders.changed_with_a_code(stage)
    demo_orders.never_answered(stage)
    demo_orders.mail_that_bounces(stage)
    demo_orders.marketplace_keeps_the_address(stage)
    demo_parcels.redirected(stage)
    demo_parcels.held_at_a_counter(stage)
    demo_parcels.fallen_silent(stage)
    to_try_by_hand(stage)


def to_try_by_hand(stage: Stage) -> None:
    """An order is left held and a case is left open, for the reader."""
    held = stage.place(WILLIS_TOWER, quiet=True)
    mail = stage.mail("confirm", held, quiet=True)
    troubled, offer, alert = demo_parcels.left_open(stage)
    curl = f"curl -s -H 'Authorization: Bearer {stage.caller.merchant_key}' {stage.caller.api_url}"
    links = {
        "The buyer's page, waiting for a confirmation": link(mail, "confirm"),
        "The page of the order, reachable from every mail": link(mail, "order"),
        "A link that was never sent": f"{stage.caller.api_url}/confirm/{'x' * 22}",
        "The buyer's offer: a parcel to a wrong house number": link(offer, "offers"),
        "The page of that order, now that it is on its way": link(offer, "order"),
        "Ops' task about it (add ?lang=en for English)": link(alert, "tasks"),
        "Every open case": f"{curl}/cases",
        "The orders' whole files": f"{curl}/orders/demo-shop/{held}\n    {curl}/orders/demo-shop/{troubled}",
        "Every mail and alert so far": "make inbox",
        "Stop the local stack": "make down",
    }
    if stage.stack.web_url:
        links = {"A checkout page with the address widget": stage.stack.web_url, **links}
    stage.narrator.links("To try by hand", links)
