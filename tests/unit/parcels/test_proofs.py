"""Which proofs of delivery may be fetched: only from hosts we trust, whatever a URL is made to look like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.data import load
from doorstep.parcels.proofs import is_proof, may_fetch, reference, worth_fetching
from doorstep.parcels.scan import Scan

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://webpod.dhl.com/webPOD/DHLePODRequest?hwb=1"
DELIVERED = Scan("dhl", "dhl_express", "1234567890", NOW, NOW, "delivered", proof_url=URL)


@pytest.mark.parametrize("host", load("parcels/proofs")["hosts"])
def test_a_trusted_host_is_asked_over_https_only(host: str) -> None:
    assert may_fetch(f"https://{host}/pod.png?id=1")
    assert may_fetch(f"https://{host}:443/pod.png")
    assert not may_fetch(f"http://{host}/pod.png")
    assert not may_fetch(f"https://{host}:8443/pod.png")
    assert not may_fetch(f"https://{host}.example.com/pod.png")
    assert not may_fetch(f"https://x{host}/pod.png")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://localhost/",
        "https://webpod.dhl.com@example.com/",
        "https://user:secret@webpod.dhl.com/",
        "https://example.com/#@webpod.dhl.com/",
        "https://example.com\\@webpod.dhl.com/",
        "https://webpod.dhl.com\n.example.com/",
        "https://webpod.dhl.com /",
        "https://webpod.dhl.com:port/",
        "https://wеbpod.dhl.com/",  # a Cyrillic е
        "//webpod.dhl.com/",
        "javascript:alert(1)",
    ],
)
def test_everything_else_is_left_alone(url: str) -> None:
    assert not may_fetch(url)


@given(st.text())
def test_no_text_is_fetched_by_chance_and_none_breaks_the_question(text: str) -> None:
    assert may_fetch(text) in (True, False)
    assert not may_fetch("https://" + text + ".example.com/")


def test_only_deliveries_have_proofs() -> None:
    assert worth_fetching(DELIVERED)
    assert worth_fetching(replace(DELIVERED, milestone="returned"))
    assert not worth_fetching(replace(DELIVERED, milestone="in_transit"))
    assert not worth_fetching(replace(DELIVERED, proof_url="https://example.com/pod.png"))


def test_a_proof_is_found_again_from_its_scan_and_its_name_tells_nothing() -> None:
    assert reference(DELIVERED) == reference(replace(DELIVERED, received_at=datetime(2026, 12, 1, tzinfo=UTC)))
    assert reference(DELIVERED) != reference(replace(DELIVERED, proof_url=URL + "2"))
    assert reference(DELIVERED).startswith("proofs/dhl/")
    assert "hwb" not in reference(DELIVERED)


@pytest.mark.parametrize(
    ("kind", "size", "good"),
    [
        ("image/png", 1, True),
        ("Image/JPEG; charset=binary", 5_242_880, True),
        ("application/pdf", 10, True),
        ("image/png", 0, False),
        ("image/png", 5_242_881, False),
        ("text/html", 10, False),
        ("image/svg+xml", 10, False),
        ("", 10, False),
    ],
)
def test_a_proof_is_a_picture_or_a_document_of_a_sensible_size(kind: str, size: int, good: bool) -> None:
    assert is_proof(kind, size) is good
