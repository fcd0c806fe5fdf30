"""What the others say of an address, in the form in which the evaluation kit takes answers.

usaddress (MIT) labels the words of an address; here it accepts what it tags as a street address, or as a box where one
is asked for. usaddress-scourgify (MIT) writes addresses in standard form and raises where it cannot; here it accepts
what it does not raise at. Neither claims to know whether an address exists, so neither suggests anything; where they do
not accept, they say "fix". scourgify runs in a process and an environment of its own, made below .local/ the first
time. Network: only to install it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import usaddress
from address_kit import FIELDS, one_text

from doorstep_cli.places import LOCAL

_HERE: Final = Path(__file__).resolve().parent
_PINS: Final = _HERE / "address_requirements.txt"
_PARTS: Final = {
    "AddressNumberPrefix": "house_number",
    "AddressNumber": "house_number",
    "AddressNumberSuffix": "house_number",
    "StreetNamePreDirectional": "predirectional",
    "StreetNamePreModifier": "street_name",
    "StreetNamePreType": "street_name",
    "StreetName": "street_name",
    "StreetNamePostModifier": "street_name",
    "StreetNamePostType": "suffix",
    "StreetNamePostDirectional": "postdirectional",
}
Row = Mapping[str, str]
Answer = dict[str, Any]


def usaddress_says(row: Row, kinds: Sequence[str] = ("Street Address",)) -> Answer:
    """Its labels as components; accepted when it is one of the `kinds` of address."""
    try:
        tagged, kind = usaddress.tag(one_text(dict(row)))
    except usaddress.RepeatedLabelError:
        return _answer(accepted=False)
    found: dict[str, list[str]] = {}
    for label, words in tagged.items():
        if name := _PARTS.get(label):
            found.setdefault(name, []).append(words.strip(" .,"))
    parts = {name: " ".join(words).upper() for name, words in found.items()}
    return _answer(accepted=kind in kinds, parts=parts)


def scourgify_says(rows: Sequence[Row], python: Path) -> list[Answer]:
    """Its standard form of each, in one process."""
    asked = json.dumps([dict(row) for row in rows])
    program = [str(python), str(_HERE / "address_scourgify_says.py")]
    answer = subprocess.run(program, input=asked, capture_output=True, text=True, check=True).stdout
    return [_answer(accepted="lines" in said, lines=said.get("lines")) for said in json.loads(answer)]


def environment() -> Path:
    """The interpreter of scourgify's environment, which is made when it is not there or the pins have changed."""
    folder = LOCAL / "scourgify"
    python, mark, pins = folder / "bin" / "python", folder / "ready", _PINS.read_text("utf-8")
    if not mark.exists() or mark.read_text("utf-8") != pins:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        subprocess.run([*install, "-r", str(_PINS)], check=True)
        mark.write_text(pins, "utf-8")
    return python


def _answer(*, accepted: bool, parts: Row | None = None, lines: Row | None = None) -> Answer:
    address = dict.fromkeys(FIELDS, "") | dict(lines or {})
    components = {name: {"value": value} for name, value in (parts or {}).items()}
    verdict = "accept" if accepted else "fix"
    return {"verdict": verdict, "address": address, "components": components, "suggestions": [], "issues": []}
