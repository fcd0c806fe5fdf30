"""How much work it is to read carriers: bodies into scans and scans into the parcel, beside bare `json.loads`.

    .venv/bin/python benchmarks/reading_carriers.py [--rounds 30] [--json]

For each provider, its samples in events/webhooks that hold scans. A round reads all of them, and parses the same bytes
with `json.loads` alone, in turns, on one core; told is the median over the rounds of how many times longer reading took
(USPS packs JSON into a JSON string, and bare parsing sees only the string). Bodies and scans per second hold for
the machine and the moment; the ratio moves less. Archive, table and network are not in it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from doorstep.errors import Rejected
from doorstep.parcels import timeline
from doorstep.parcels.providers.provider import Provider
from doorstep.parcels.providers.registry import PROVIDERS
from doorstep.parcels.scan import Scan
from doorstep_cli.compile_data import ensure_compiled

_SAMPLES: Final = Path(__file__).resolve().parent.parent / "events" / "webhooks"
_NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)
_BODIES: Final = 200  # at least so many in a round, so that a round is longer than the clock's grain


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    ensure_compiled()
    told = {name: measured(provider, arguments.rounds) for name, provider in PROVIDERS.items()}
    if arguments.json:
        print(json.dumps(told))
        return
    print(f"{'provider':<12}{'samples':>8}{'bytes':>8}{'scans':>7}{'bodies/s':>10}{'scans/s':>10}{'× json.loads':>14}")
    for name, it in told.items():
        counts = f"{name:<12}{it['samples']:>8}{it['bytes']:>8}{it['scans']:>7}"
        print(f"{counts}{it['bodies_per_second']:>10,.0f}{it['scans_per_second']:>10,.0f}{it['ratio']:>14.1f}")


def measured(provider: Provider, rounds: int) -> dict[str, Any]:
    """Sizes of the samples, medians of speed, and the median of the ratios."""
    samples = [body for body in bodies(provider.name) if scans_in(provider, body)]
    scans, again = sum(scans_in(provider, body) for body in samples), 1 + _BODIES // len(samples)
    took_bare, took = [], []
    for number in range(rounds + 1):
        pair = timed(json.loads, samples, again), timed(lambda body: reading(provider, body), samples, again)
        if number:  # what was read and compiled for the first time is not asked here
            took_bare.append(pair[0])
            took.append(pair[1])
    seconds = statistics.median(took) / again
    return {
        "samples": len(samples),
        "bytes": round(statistics.mean(map(len, samples))),
        "scans": scans,
        "bodies_per_second": len(samples) / seconds,
        "scans_per_second": scans / seconds,
        "ratio": statistics.median(own / bare for own, bare in zip(took, took_bare, strict=True)),
    }


def bodies(name: str) -> list[bytes]:
    """The samples of a provider, without the blanks that make them pleasant to read: no provider sends those."""
    found = (json.loads(path.read_bytes()) for path in sorted(_SAMPLES.glob(f"{name}_*.json")))
    return [json.dumps(it, separators=(",", ":"), ensure_ascii=False).encode() for it in found]


def scans_in(provider: Provider, body: bytes) -> int:
    """How many scans a body holds; none in what is about something else."""
    try:
        return len(provider.read(body, received_at=_NOW, archive="").scans)
    except Rejected:
        return 0


def reading(provider: Provider, body: bytes) -> list[timeline.Timeline]:
    """What `track_parcels` makes of a body, without the table: scans, and the parcel they come to."""
    heard = sorted(provider.read(body, received_at=_NOW, archive="").scans, key=_number)
    return [_followed(list(scans)) for _, scans in groupby(heard, key=_number)]


def timed(work: Callable[[bytes], object], samples: Sequence[bytes], again: int) -> float:
    """Seconds of this process for all samples, several times over."""
    began = time.process_time()
    for _ in range(again):
        for body in samples:
            work(body)
    return time.process_time() - began


def _followed(scans: list[Scan]) -> timeline.Timeline:
    followed = timeline.read(scans, label_created_at=scans[0].occurred_at - timedelta(hours=1), now=_NOW)
    _ = followed.progress
    return followed


def _number(scan: Scan) -> str:
    return scan.tracking_number


if __name__ == "__main__":
    main()
