"""Fetches proofs of delivery into the archive. A carrier's URL may expire within days, and is a stranger's word: only
hosts we trust, no redirects, no proxy of the environment, little time, little space. What cannot be had is counted."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from doorstep.data import load
from doorstep.parcels.proofs import is_proof, reference, worth_fetching
from doorstep.parcels.scan import Scan
from doorstep.platform import log
from doorstep.platform.archive import Archive
from doorstep.platform.outside import opener as by_no_detour

_SECONDS: Final = 5.0
"""For each part, and for the whole."""
_PART: Final = 65_536


@dataclass(frozen=True, slots=True)
class Proofs:
    """Keeps what is behind the URLs of deliveries."""

    archive: Archive
    opener: Callable[[], urllib.request.OpenerDirector] = by_no_detour

    def fetch(self, scans: Iterable[Scan]) -> None:
        """Fetch the proofs that are not kept yet. Never fails: a scan is worth more than its picture."""
        for scan in {reference(scan): scan for scan in scans if worth_fetching(scan)}.values():
            if not self.archive.has(reference(scan)):
                log.count("ProofKept" if self._keep(scan) else "ProofNotFetched")

    def _keep(self, scan: Scan) -> bool:
        request = urllib.request.Request(scan.proof_url, headers={"User-Agent": "Doorstep"})  # noqa: S310 - https only
        try:
            with self.opener().open(request, timeout=_SECONDS) as answer:
                kind = str(answer.headers.get("Content-Type") or "")
                content = _read(answer)
        except (OSError, ValueError, http.client.HTTPException) as error:
            log.failure(error, what="proof")
            return False
        if not is_proof(kind, len(content)):
            return False
        self.archive.put(reference(scan), content, content_type=kind)
        return True


def _read(answer: Any) -> bytes:
    """What is sent, up to a byte more than a proof may have. Raises `TimeoutError` for a server that drips."""
    most, until = int(load("parcels/proofs")["most_bytes"]) + 1, time.monotonic() + _SECONDS
    parts, size = [], 0
    while size < most and (part := answer.read(min(_PART, most - size))):
        parts.append(part)
        size += len(part)
        if time.monotonic() > until:
            raise TimeoutError("the proof comes too slowly")
    return b"".join(parts)
