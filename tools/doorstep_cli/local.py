"""`doorstep up`, `down` and `status`: the local stack from the command line."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from doorstep_cli.errors import Trouble
from doorstep_cli.stack import LocalStack


def register(commands: Any) -> None:
    """Add `up`, `down` and `status` to the command line."""
    up = commands.add_parser("up", help="start the local stack, or bring the running one up to date")
    up.add_argument("--auth", action="store_true", help="enforce each function's IAM role")
    up.add_argument("--json", action="store_true", help="answer as JSON")
    up.set_defaults(run=_up)
    down = commands.add_parser("down", help="stop the local stack and forget what it held")
    down.set_defaults(run=_down)
    status = commands.add_parser("status", help="addresses, keys and names of the local stack")
    status.add_argument("--json", action="store_true", help="answer as JSON")
    status.set_defaults(run=_status)


def facts(stack: LocalStack) -> dict[str, Any]:
    """What there is to know about a stack that is up."""
    functions = stack.client("lambda").list_functions()["Functions"]
    return {
        "health": "ok" if stack.running else "not answering",
        "api_url": stack.api_url,
        "api_key": stack.api_key,
        "merchant_key": stack.merchant_key,
        "checkout_page": stack.web_url,
        "endpoint": stack.endpoint,
        "functions": len(functions),
        "orders_table": stack.outputs["OrdersTable"],
        "links_table": stack.outputs["LinksTable"],
        "log": str(stack.log),
        "outputs": stack.outputs,
    }


def _up(arguments: argparse.Namespace) -> None:
    started = time.monotonic()
    stack = LocalStack(auth=arguments.auth, web=True, say=lambda step: print(f"· {step}", file=sys.stderr, flush=True))
    stack.up()
    print(f"· up after {time.monotonic() - started:.1f} s", file=sys.stderr)
    _tell(facts(stack), as_json=arguments.json)


def _down(_: argparse.Namespace) -> None:
    print("stopped" if LocalStack().down() else "nothing was running")


def _status(arguments: argparse.Namespace) -> None:
    stack = LocalStack()
    if not stack.running:
        raise Trouble("the local stack is not up: run `doorstep up`")
    _tell(facts(stack), as_json=arguments.json)


def _tell(known: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(known))
        return
    names = [name for name in known if name != "outputs" and known[name] is not None]
    for name in names:
        print(f"{name.replace('_', ' '):<14}{known[name]}")
