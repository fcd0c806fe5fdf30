"""The same words of USPS, UPS, FedEx and DHL Express, read by karrio and by Doorstep, side by side.

    .venv/bin/python benchmarks/karrio_beside_doorstep.py [--python …/karrio/bin/python] [--json]

karrio (LGPL 3.0) is an open library that reads carriers too. It runs in an environment and a process of its own; the
environment is made below .local/ the first time. Both get the answer of the carrier's tracking API with one event in
it, two where the day before matters; of DHL karrio reads the older XML and Doorstep MyDHL's JSON, with the same codes
and texts. Network: only to install karrio.

What matters is what somebody would do. A reader is wrong who says
  - delivered, when the buyer does not have it: the case is closed, and the buyer's claim denied;
  - moving, when it waits for the buyer, was not delivered, has stopped or goes back: nobody hears of it;
  - anything but moving, when nothing is the matter: somebody is bothered for nothing;
  - anything but delivered, when the buyer has it.
A trouble of another kind than it was (stopped, not back) is not counted as wrong: somebody looks. Whether the cause is
named, which decides what a buyer is offered, is counted by itself. Cases, and what each word counts as, are in
carriers_words.yaml: chosen by us for being decisive, so the counts are no shares of anybody's traffic.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import yaml

from doorstep.parcels.providers.registry import provider
from doorstep_cli.compile_data import ensure_compiled
from doorstep_cli.normalize import normalized
from doorstep_cli.places import LOCAL

_HERE: Final = Path(__file__).resolve().parent
_VERSION: Final = "2026.1.32"
_CARRIERS: Final = ("usps", "ups", "fedex", "dhl_express")
_NUMBERS: Final = {
    "usps": "9400136208330123456787",
    "ups": "1ZDSTEP10030000126",
    "fedex": "601200300408",
    "dhl": "7777777770",
}
_NAMES: Final = {"usps": "USPS", "ups": "UPS", "fedex": "FedEx", "dhl": "DHL Express"}
_SENDER, _BUYER = ("Oakland", "CA"), ("Burlington", "VT")
_READERS: Final = ("karrio", "Doorstep")
_ERRORS: Final = ("delivery that was none", "trouble not heard of", "false alarm", "delivery not heard of")


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader said: its words, what they count as, and the cause it named."""

    words: str
    happened: str
    why: str

    def wrong(self, truth: str) -> str:
        """Which of the errors this is, or ""."""
        if self.happened == truth or {self.happened, truth} <= {"waits", "trouble", "back"}:
            return ""
        if "delivered" in (self.happened, truth):
            return _ERRORS[0 if self.happened == "delivered" else 3]
        return _ERRORS[1 if self.happened == "moving" else 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, help="an interpreter that has karrio already")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    ensure_compiled()
    told = yaml.safe_load((_HERE / "carriers_words.yaml").read_text("utf-8"))
    cases = [(carrier, case) for carrier, of_carrier in told["cases"].items() for case in of_carrier]
    theirs = karrio(arguments.python or environment(), cases, told)
    rows = [(*case, read, doorstep(*case, told)) for case, read in zip(cases, theirs, strict=True)]
    counts = counted(rows)
    if arguments.json:
        print(json.dumps({"rows": [plain(*row) for row in rows], "counts": counts}))
        return
    print("| carrier says | to a seller | karrio | Doorstep |\n|---|---|---|---|")
    for carrier, case, *reads in rows:
        said = " | ".join(f"**{it.words}**" if it.wrong(case["happened"]) else it.words for it in reads)
        print(f"| {named(carrier, case)} | {case['happened']} | {said} |")
    print(f"\n| of {len(rows)} cases | karrio | Doorstep |\n|---|---|---|")
    for name, by_reader in counts.items():
        print(f"| {name} | {' | '.join(str(by_reader[reader]) for reader in _READERS)} |")


def environment() -> Path:
    """The interpreter of karrio's own environment, which is made when it is not there."""
    folder = LOCAL / "karrio"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        wanted = [f"{name}=={_VERSION}" for name in ("karrio", *(f"karrio_{it}" for it in _CARRIERS))]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
        (folder / "ready").touch()
    return python


def karrio(python: Path, cases: list[tuple[str, dict[str, Any]]], told: Mapping[str, Any]) -> list[Read]:
    """What karrio says to each."""
    asked = [
        {
            "carrier": "dhl_express" if carrier == "dhl" else carrier,
            "number": _NUMBERS[carrier],
            "answer": dhl_xml(case) if carrier == "dhl" else ANSWERS[carrier](case),
        }
        for carrier, case in cases
    ]
    program = [str(python), str(_HERE / "karrio_says.py")]
    answer = subprocess.run(program, input=json.dumps(asked), capture_output=True, text=True, check=True).stdout
    return [read(it["status"], it["reason"], told["statuses"]["karrio"], told) for it in json.loads(answer)]


def doorstep(carrier: str, case: dict[str, Any], told: Mapping[str, Any]) -> Read:
    """What Doorstep says."""
    body = json.dumps(ANSWERS[carrier](case)).encode()
    (parcel,) = normalized(provider(carrier), body, now=datetime(2026, 11, 21, tzinfo=UTC))
    reason = next((it["reason"] for it in reversed(parcel["scans"]) if it["milestone"] == parcel["milestone"]), None)
    return read(parcel["milestone"], reason, told["statuses"]["doorstep"], told)


def read(status: str, reason: str | None, statuses: Mapping[str, str], told: Mapping[str, Any]) -> Read:
    """A reader's words, and what they count as."""
    why = next((cause for cause, reasons in told["causes"].items() if reason in reasons), "")
    return Read(f"{status}, {reason}" if reason else status, statuses.get(status, "moving"), why)


def counted(rows: list[tuple[str, dict[str, Any], Read, Read]]) -> dict[str, Counter[str]]:
    """How often each reader was wrong, in which way, and how often it named the cause."""
    counts = {name: Counter[str]() for name in ("wrong about what matters", *_ERRORS)}
    with_cause = [row for row in rows if "why" in row[1]]
    named_it = counts[f"cause named, of {len(with_cause)} where the carrier names one"] = Counter()
    for _, case, *reads in rows:
        for reader, said in zip(_READERS, reads, strict=True):
            wrong = said.wrong(case["happened"])
            for name in ("wrong about what matters", wrong) if wrong else ():
                counts[name][reader] += 1
            named_it[reader] += "why" in case and said.why == case["why"]
    return counts


def plain(carrier: str, case: dict[str, Any], *reads: Read) -> dict[str, Any]:
    """A row for machines."""
    said = {
        reader: {"words": it.words, "wrong": it.wrong(case["happened"])}
        for reader, it in zip(_READERS, reads, strict=True)
    }
    return {"carrier": carrier, **case, **said}


def named(carrier: str, case: dict[str, Any]) -> str:
    """The case as the table names it."""
    code = "/".join(filter(None, (case.get(name) for name in ("type", "code", "exception"))))
    words = case["says"].rstrip(".") + (" in the sender's city" if case.get("at_sender") else "")
    words += f" ({case['note']})" if "note" in case else ""
    after = f", after “{case['after']['says'].rstrip('.')}”" if "after" in case else ""
    return f"{_NAMES[carrier]} {code}: {words}{after}"


def days(case: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The events with their days, newest first."""
    return [("2026-11-20", case), *([("2026-11-19", case["after"])] if "after" in case else [])]


def place(event: dict[str, Any]) -> tuple[str, str]:
    """City and state of an event."""
    return _SENDER if event.get("at_sender") else _BUYER


def usps(case: dict[str, Any]) -> dict[str, Any]:
    """Tracking API v3."""
    events = [
        {
            "eventType": it["says"],
            "eventTimestamp": f"{day}T13:00:00",
            "GMTTimestamp": f"{day}T18:00:00Z",
            "GMTOffset": "-05:00",
            "eventCity": "BURLINGTON",
            "eventState": "VT",
            "eventZIP": "05401",
            "eventCountry": None,
            "eventCode": it["code"],
        }
        for day, it in days(case)
    ]
    about = {"trackingNumber": _NUMBERS["usps"], "status": case["says"], "statusCategory": case["category"]}
    return {**about, "statusSummary": "", "mailClass": "USPS Ground Advantage", "trackingEvents": events}


def ups(case: dict[str, Any]) -> dict[str, Any]:
    """Track API v1."""
    activity = [
        {
            "location": {"address": ups_address(place(it))},
            "status": {
                "type": it["type"],
                "description": it["says"],
                "code": it["code"],
                "statusCode": it["status"],
                "simplifiedTextDescription": "",
            },
            "date": day.replace("-", ""),
            "time": "130000",
            "gmtDate": day.replace("-", ""),
            "gmtOffset": "-05:00",
            "gmtTime": "18:00:00",
        }
        for day, it in days(case)
    ]
    ends = [
        {"type": "ORIGIN", "address": ups_address(_SENDER)},
        {"type": "DESTINATION", "address": ups_address(_BUYER)},
    ]
    about = {"trackingNumber": _NUMBERS["ups"], "deliveryDate": [], "packageAddress": ends}
    package = {**about, "activity": activity}
    return {"trackResponse": {"shipment": [{"inquiryNumber": _NUMBERS["ups"], "package": [package]}]}}


def ups_address(city_and_state: tuple[str, str]) -> dict[str, str]:
    city, state = city_and_state
    return {"city": city, "stateProvince": state, "countryCode": "US", "country": "US"}


def fedex(case: dict[str, Any]) -> dict[str, Any]:
    """Track API v1. What an exception is about stands beside it, and beside the latest status."""
    events = [
        {
            "date": f"{day}T13:00:00-05:00",
            "eventType": it["code"],
            "eventDescription": "Delivery exception" if it["code"] == "DE" else it["says"],
            "exceptionCode": it["exception"],
            "exceptionDescription": it["says"] if it["exception"] else "",
            "scanLocation": fedex_address(place(it)),
            "derivedStatusCode": it["code"],
        }
        for day, it in days(case)
    ]
    latest: dict[str, Any] = {"code": case["code"], "derivedCode": case["code"], "description": case["says"]}
    if case["exception"]:
        latest["ancillaryDetails"] = [{"reason": case["exception"], "reasonDescription": case["says"]}]
    info = {"trackingNumber": _NUMBERS["fedex"], "carrierCode": case["company"]}
    result: dict[str, Any] = {"trackingNumberInfo": info, "latestStatusDetail": latest, "scanEvents": events}
    if "at_sender" in case:
        result["shipperInformation"] = {"address": fedex_address(_SENDER)}
        result["recipientInformation"] = {"address": fedex_address(_BUYER)}
        result["deliveryDetails"] = {"actualDeliveryAddress": fedex_address(place(case))}
    return {"output": {"completeTrackResults": [{"trackingNumber": _NUMBERS["fedex"], "trackResults": [result]}]}}


def fedex_address(city_and_state: tuple[str, str]) -> dict[str, str]:
    city, state = city_and_state
    return {"city": city.upper(), "stateOrProvinceCode": state, "countryCode": "US"}


def dhl(case: dict[str, Any]) -> dict[str, Any]:
    """MyDHL API."""
    events = [
        {
            "date": day,
            "time": "13:00:00",
            "GMTOffset": "-05:00",
            "typeCode": it["code"],
            "description": it["says"],
            "serviceArea": [{"code": "BTV", "description": "Burlington-US"}],
        }
        for day, it in days(case)
    ]
    return {"shipments": [{"shipmentTrackingNumber": _NUMBERS["dhl"], "status": "Success", "events": events}]}


def dhl_xml(case: dict[str, Any]) -> str:
    """XML Services, which karrio reads: oldest first."""
    events = "".join(
        f"<ShipmentEvent><Date>{day}</Date><Time>13:00:00</Time><ServiceEvent><EventCode>{it['code']}</EventCode>"
        f"<Description>{escape(it['says'])}</Description></ServiceEvent><ServiceArea><ServiceAreaCode>BTV</ServiceAreaCode>"
        "<Description>Burlington-USA</Description></ServiceArea></ShipmentEvent>"
        for day, it in reversed(days(case))
    )
    return (
        f"<TrackingResponse><AWBInfo><AWBNumber>{_NUMBERS['dhl']}</AWBNumber><ShipmentInfo>{events}</ShipmentInfo>"
        "</AWBInfo></TrackingResponse>"
    )


ANSWERS: Final = {"usps": usps, "ups": ups, "fedex": fedex, "dhl": dhl}

if __name__ == "__main__":
    main()
