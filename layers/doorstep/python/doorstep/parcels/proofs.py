"""Proofs of delivery behind a URL: which may be fetched, and under what name they are kept."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from doorstep.data import load
from doorstep.parcels.scan import Scan

_HTTPS_PORTS = (None, 443)


def worth_fetching(scan: Scan) -> bool:
    """Whether the scan is a delivery with a proof at a place we trust."""
    return scan.milestone in ("delivered", "returned") and may_fetch(scan.proof_url)


def may_fetch(url: str) -> bool:
    """Whether the URL names one of the hosts of proofs.yaml, and nothing that could mean another."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    return (
        plain
        and parts.scheme == "https"
        and port in _HTTPS_PORTS
        and not parts.username
        and not parts.password
        and parts.hostname in load("parcels/proofs")["hosts"]
    )


def reference(scan: Scan) -> str:
    """Where the proof of this scan is kept: found again from the scan alone."""
    return f"proofs/{scan.provider}/{hashlib.sha256(scan.proof_url.encode()).hexdigest()}"


def is_proof(kind: str, size: int) -> bool:
    """Whether a file of this media type and size (bytes) can be one."""
    rules = load("parcels/proofs")
    return kind.partition(";")[0].strip().lower() in rules["kinds"] and 0 < size <= rules["most_bytes"]
