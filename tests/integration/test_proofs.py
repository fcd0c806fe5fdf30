"""Proofs of delivery are fetched once, into the archive, and never at the price of a scan."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from io import BytesIO
from typing import Any
from urllib.response import addinfourl

import pytest
from world import World

from doorstep.parcels.proofs import reference
from doorstep.parcels.scan import Scan
from doorstep.platform.archive import Archive
from doorstep.platform.outside import opener
from doorstep.platform.proofs import Proofs

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://webpod.dhl.com/webPOD/DHLePODRequest?hwb=1"
SCAN = Scan("dhl", "dhl_express", "1234567890", NOW, NOW, "delivered", proof_url=URL)


class Carrier(urllib.request.HTTPSHandler):
    """The carrier's server: answers each request with the same thing, and counts them."""

    def __init__(self, status: int, kind: str, content: bytes, **headers: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._answer = (status, {"Content-Type": kind, **headers}, content)
        self.content: BytesIO | None = None

    def https_open(self, request: urllib.request.Request) -> Any:
        self.asked.append(request.full_url)
        status, headers, content = self._answer
        if status == 0:
            raise urllib.error.URLError("unreachable")
        message = Message()
        for name, value in headers.items():
            message[name] = value
        answer = addinfourl(self.content or BytesIO(content), message, request.full_url, status)
        answer.msg = "told"  # type: ignore[attr-defined]
        return answer


def proofs(carrier: Carrier) -> Proofs:
    """As deployed, redirects and proxies included, but for who answers."""
    kinds = (urllib.request.HTTPRedirectHandler, urllib.request.ProxyHandler)
    as_deployed = [it for it in opener().handlers if isinstance(it, kinds)]  # type: ignore[attr-defined]
    answering = urllib.request.build_opener(carrier, *as_deployed)
    return Proofs(Archive("archive"), lambda: answering)


def kept(world: World) -> dict[str, bytes]:
    with world.unwatched():
        s3 = world.client("s3")
        found = s3.list_objects_v2(Bucket="archive", Prefix="proofs/").get("Contents", [])
        return {it["Key"]: s3.get_object(Bucket="archive", Key=it["Key"])["Body"].read() for it in found}


def test_a_proof_is_kept_as_it_came_and_fetched_once(world: World) -> None:
    carrier = Carrier(200, "image/png", b"\x89PNG picture")

    for _ in range(3):
        proofs(carrier).fetch([SCAN, SCAN])

    assert kept(world) == {reference(SCAN): b"\x89PNG picture"}
    assert carrier.asked == [URL]


@pytest.mark.parametrize(
    "carrier",
    [
        Carrier(0, "", b""),
        Carrier(404, "image/png", b"gone"),
        Carrier(500, "image/png", b"broken"),
        Carrier(302, "image/png", b"", Location="https://webpod.dhl.com/elsewhere"),
        Carrier(302, "image/png", b"", Location="http://169.254.169.254/"),
        Carrier(200, "text/html", b"<script>"),
        Carrier(200, "image/png", b""),
        Carrier(200, "image/png", b"x" * 5_242_881),
    ],
    ids=["unreachable", "gone", "broken", "redirect", "redirect inside", "page", "empty", "too large"],
)
def test_what_is_no_proof_is_not_kept_and_nothing_fails(world: World, carrier: Carrier) -> None:
    proofs(carrier).fetch([SCAN])

    assert kept(world) == {}
    assert len(carrier.asked) == 1


class Dripping(BytesIO):
    """A server that lets one wait for every byte."""

    def __init__(self, pass_time: Callable[[float], None]) -> None:
        super().__init__(b"x" * 100)
        self._pass_time = pass_time

    def read(self, size: int | None = -1) -> bytes:
        self._pass_time(3.0)
        return super().read(1)


def test_a_server_that_drips_does_not_hold_us_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("doorstep.platform.proofs.time.monotonic", lambda: now[0])
    carrier = Carrier(200, "image/png", b"")
    slow = Dripping(lambda seconds: now.__setitem__(0, now[0] + seconds))
    carrier.content = slow

    proofs(carrier).fetch([SCAN])

    assert kept(world) == {}
    assert now[0] < 10


def test_no_host_but_a_trusted_one_is_ever_asked(world: World) -> None:
    carrier = Carrier(200, "image/png", b"picture")

    elsewhere = Scan("dhl", "dhl_express", "1234567890", NOW, NOW, "delivered", proof_url="https://example.com/x.png")
    proofs(carrier).fetch([elsewhere])

    assert (carrier.asked, kept(world)) == ([], {})
