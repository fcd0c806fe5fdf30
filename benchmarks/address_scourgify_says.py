"""What usaddress-scourgify makes of addresses: the half of address_accuracy.py that runs in an environment of its own.

Reads a JSON list of addresses, each six fields or `{"address": "…"}`, and writes a list of `{"lines": {…}}`, or
`{"raised": "…"}` with the name of the error where it refuses one. Fields are given by the names it asks for.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from scourgify import normalize_address_record

_NAMES = {"line1": "address_line_1", "line2": "address_line_2"}
_FIELDS = ("line1", "line2", "city", "state", "postal_code")


def main() -> None:
    json.dump([said(row) for row in json.load(sys.stdin)], sys.stdout)


def said(row: dict[str, str]) -> dict[str, Any]:
    """The standard form, or what was raised. Whatever that is: to who asks, it is no answer."""
    asked = row["address"] if "address" in row else {_NAMES.get(name, name): row.get(name, "") for name in _FIELDS}
    try:
        found = normalize_address_record(asked)
    except Exception as error:
        return {"raised": type(error).__name__}
    return {"lines": {name: found.get(_NAMES.get(name, name)) or "" for name in _FIELDS}}


if __name__ == "__main__":
    main()
