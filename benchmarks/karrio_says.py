"""What karrio makes of carriers' answers: the half of karrio_beside_doorstep.py that runs in karrio's own environment.

Reads a JSON list of `{"carrier", "number", "answer"}` and writes a list of `{"status", "reason"}`, by karrio's own
parsers of tracking answers; the reason is that of the newest event. Nothing is fetched: the parser of FedEx asks for a
picture of the signature once something was delivered, and is told that there is none.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

_ACCOUNTS: dict[str, dict[str, str]] = {
    "usps": {"client_id": "-", "client_secret": "-"},
    "ups": {"client_id": "-", "client_secret": "-"},
    "fedex": {},
    "dhl_express": {"site_id": "-", "password": "-"},
}


def main() -> None:
    import_module("karrio.providers.fedex.utils").get_proof_of_delivery = lambda *_: None  # type: ignore[attr-defined]
    json.dump([said(**case) for case in json.load(sys.stdin)], sys.stdout)


def said(carrier: str, number: str, answer: Any) -> dict[str, Any]:
    """Status of the parcel, and the newest event's reason."""
    lib = import_module("karrio.lib")
    settings = import_module(f"karrio.mappers.{carrier}").Settings(**_ACCOUNTS[carrier])
    told = lib.to_element(answer) if carrier == "dhl_express" else answer
    each = [(number, told)] if carrier in {"usps", "ups"} else told
    parse = import_module(f"karrio.providers.{carrier}.tracking").parse_tracking_response
    (details,), messages = parse(lib.Deserializable(each), settings)
    assert not messages, messages
    newest = max(details.events, key=lambda it: it.date)
    return {"status": details.status, "reason": newest.reason}


if __name__ == "__main__":
    main()
