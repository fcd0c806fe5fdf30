"""What the story of `doorstep demo` waits for and expects, and the places it is about: all of them public buildings."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from doorstep_cli.caller import Reply
from doorstep_cli.errors import Trouble
from doorstep_cli.inbox import Received

LINK: Final = r"http://\S+/{purpose}/[A-Za-z0-9_-]{{22}}"
WILLIS_TOWER: Final = {
    "line1": "233 S Wacker Dr",
    "line2": "",
    "city": "Chigaco",
    "state": "IL",
    "postal_code": "60606",
}
FLATIRON: Final = {"line1": "175 5th Avenue", "line2": "", "city": "New York", "state": "NY", "postal_code": "10010"}
CITY_HALL: Final = {"line1": "149 Church St", "line2": "", "city": "Burlington", "state": "VT", "postal_code": "05401"}
_PATIENCE: Final = 60.0
_T = TypeVar("_T")


def until(look: Callable[[], _T | None], what: str, *, pause: float = 0.1) -> _T:
    """Look until there is something to see. Raises `Trouble` when there never is."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(pause)
    raise Trouble(f"waited {_PATIENCE:.0f} s in vain for {what}; see the log that `doorstep status` names")


def expect(reply: Reply, status: int) -> Reply:
    """The answer, if it has this status. Raises `Trouble`."""
    if reply.status != status:
        raise Trouble(f"expected HTTP {status}, got {reply.status}: {reply.text[:300]}")
    return reply


def found(pattern: str, text: str) -> str:
    """What the pattern finds in a text. Raises `Trouble`."""
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise Trouble(f"found no {pattern} in what was sent")
    return match.group(match.lastindex or 0)


def link(sent: Received, purpose: str) -> str:
    """The link for this purpose in a mail or alert."""
    return found(LINK.format(purpose=purpose), sent.text)


def one_line(address: Mapping[str, str]) -> str:
    """An address as told in the story."""
    return f"{address['line1']}, {address['city']} {address['state']} {address['postal_code']}"


def state(order: Mapping[str, Any]) -> str:
    """How an order stands."""
    release = f", released because: {order['release']['reason']}" if order["release"] else ""
    return f"state {order['state']}, verdict {order['verdict']['verdict']}{release}"
