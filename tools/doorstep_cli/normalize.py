"""`doorstep normalize --provider NAME FILE.json`: a webhook's body, or an API's answer, in Doorstep's words.

For whoever connects a provider, or wonders what was made of a body in the archive. The adapter that reads webhooks
reads this too, without a signature: nothing is kept, sent or changed. A file does not say when it came: it comes now.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from doorstep_cli.codes import read_input
from doorstep_cli.errors import Trouble

if TYPE_CHECKING:
    from doorstep.parcels.providers.provider import Provider
    from doorstep.parcels.scan import Scan

# Sources of codes are read by the adapter of their provider.
_READ_BY: Final[Mapping[str, str]] = {
    "seventeen_track": "17track",
    "fedex_express": "fedex",
    "fedex_ground": "fedex",
    "dhl_express": "dhl",
    "dhl_parcel_de": "dhl",
    "dhl_ecommerce_us": "dhl",
    "dhl_ecommerce_europe": "dhl",
    "dhl_unified": "dhl",
}


def normalized(provider: Provider, body: bytes, *, now: datetime) -> list[dict[str, Any]]:
    """The parcels in a body, each with its scans, oldest first, and the milestone they come to.

    Raises `Rejected` for what is no body of this provider's.
    """
    heard = provider.read(body, received_at=now, archive="")
    numbers = dict.fromkeys(scan.tracking_number for scan in heard.scans)
    return [_parcel([scan for scan in heard.scans if scan.tracking_number == number]) for number in numbers]


def register(commands: Any) -> None:
    """Add `normalize` to the command line."""
    parser = commands.add_parser("normalize", help="what a webhook's body or an API's answer says, in Doorstep's words")
    parser.add_argument("--provider", required=True, metavar="NAME", help="who sent it: easypost, 17track, usps, dhl …")
    parser.add_argument("file", metavar="FILE.json", help="the body as it came; - for standard input")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from doorstep.errors import Rejected
    from doorstep_cli.compile_data import ensure_compiled

    adapter = _adapter(arguments.provider)
    ensure_compiled()
    body = read_input(arguments.file).encode()
    try:
        parcels = normalized(adapter, body, now=datetime.now(UTC))
    except Rejected as error:
        said = "; ".join(f"{it.field}: {it.message}" if it.field else it.message for it in error.problems)
        raise Trouble(f"{arguments.file} is no body of {adapter.name}: {said}") from error
    print(json.dumps(parcels[0] if len(parcels) == 1 else parcels, ensure_ascii=False, indent=2))


def _adapter(name: str) -> Provider:
    from doorstep.parcels.providers.registry import PROVIDERS

    adapter = PROVIDERS.get(_READ_BY.get(name, name))
    if adapter is None:
        raise Trouble(f"{name!r} is no provider we know; there are: {', '.join(sorted(PROVIDERS))}")
    return adapter


def _parcel(scans: Sequence[Scan]) -> dict[str, Any]:
    return {
        "carrier": scans[-1].carrier,
        "tracking_number": scans[-1].tracking_number,
        "milestone": _milestone(scans),
        "scans": [_scan(scan) for scan in scans],
    }


def _milestone(scans: Sequence[Scan]) -> str:
    """What the scans come to. Without a label none of them is early; a history longer than numbers last is two, and
    what has no time of its own (told now) belongs to neither."""
    from doorstep.data import load
    from doorstep.parcels import timeline

    dated = [scan.occurred_at for scan in scans if scan.occurred_at != scan.received_at]
    times = dated or [scan.occurred_at for scan in scans]
    reused = timedelta(days=load("parcels/rules")["number_reused_after_days"])
    progress = timeline.read(
        scans, label_created_at=max(min(times), max(times) - reused), now=scans[-1].occurred_at
    ).progress
    return progress.milestone if progress.since else "unknown"


def _scan(scan: Scan) -> dict[str, Any]:
    from dataclasses import asdict

    from doorstep.times import stamp

    told = {**asdict(scan), "occurred_at": stamp(scan.occurred_at), "received_at": stamp(scan.received_at)}
    told["hold_until"] = stamp(scan.hold_until) if scan.hold_until else None
    del told["archive"]  # a file is not in the archive
    return {**told, "reason": scan.reason or None}
