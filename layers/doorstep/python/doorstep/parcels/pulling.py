"""Asking a provider about parcels it no longer speaks of: whom, how often, and with what request.

A safety net: a webhook that is lost is lost for good once the provider has given up, 17TRACK after two hours. Owns what
a request looks like, and what an answer that is none; leaves sending it to `platform`, and what the answer says to the
provider's adapter, which reads it like a webhook. No request names a carrier: that is optional with both providers, and
who brings a parcel to the door is often not under whom its number is known there.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

from doorstep.data import load
from doorstep.errors import Permanent, Refused, Transient
from doorstep.parcels.parcel import Parcel
from doorstep.parcels.providers import reading
from doorstep.parcels.scan import Scan


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: `path` with its query, below the provider's base; no body with a GET."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


class Puller(Protocol):
    """A provider that can be asked."""

    @property
    def name(self) -> str:
        """The provider, as in `providers.registry`."""

    def request(self, numbers: Sequence[str], key: str) -> Request:
        """The question for the histories of these tracking numbers, at most `limit(name, "most_numbers")`."""

    def check(self, answer: bytes) -> None:
        """Return if this is an answer and not a complaint that came as one.

        Raises `Refused` (try another key), `Transient` (try later), `Permanent`.
        """


@dataclass(frozen=True, slots=True)
class SeventeenTrackPuller:
    """`gettrackinfo`, which costs no quota. Errors come with status 200 and a code beside the data."""

    @property
    def name(self) -> str:
        """`17track`."""
        return "17track"

    def request(self, numbers: Sequence[str], key: str) -> Request:
        """One POST for up to 40 numbers, with the key in `17token`."""
        body = json.dumps([{"number": number} for number in numbers]).encode()
        headers = {"17token": key, "Content-Type": "application/json"}
        return Request("POST", "/track/v2.2/gettrackinfo", headers, body)

    def check(self, answer: bytes) -> None:
        """By the code of the answer; a number that is refused is among the data, and no error."""
        code = reading.code(reading.document(answer).get("code"))
        if code in limit(self.name, "passing"):
            raise Transient("unavailable", f"17track: code {code}")
        if code in limit(self.name, "refused"):
            raise Refused("key_refused", f"17track: code {code}")
        if code not in ("", "0"):
            raise Permanent("not_possible", "17track: the answer is an error")


@dataclass(frozen=True, slots=True)
class EasyPostPuller:
    """`GET /v2/trackers`. Errors are told by the status."""

    @property
    def name(self) -> str:
        """`easypost`."""
        return "easypost"

    def request(self, numbers: Sequence[str], key: str) -> Request:
        """The newest trackers of one number; the key is the user of Basic authentication, without a password."""
        (number,) = numbers
        query = urlencode({"tracking_code": number, "page_size": 5})
        user = b64encode(f"{key}:".encode()).decode()
        return Request("GET", f"/v2/trackers?{query}", {"Authorization": f"Basic {user}"})

    def check(self, answer: bytes) -> None:
        """Nothing to find."""


PULLERS: Final[Mapping[str, Puller]] = MappingProxyType(
    {one.name: one for one in (SeventeenTrackPuller(), EasyPostPuller())}
)


def limit(provider: str, name: str) -> Any:
    """A row of pulling.yaml."""
    return load("parcels/pulling")["providers"][provider][name]


def candidates(scans: Iterable[Scan], pull_with: str) -> tuple[str, ...]:
    """Whom to ask, the best first: who spoke of the parcel last, else the one the seller named; nobody when "".

    Who never spoke of a parcel may not know its number; who fell silent does.
    """
    if not pull_with:
        return ()
    spoke = [scan for scan in scans if scan.provider in PULLERS]
    last = max(spoke, key=lambda scan: scan.received_at).provider if spoke else pull_with
    return tuple(dict.fromkeys((last, pull_with)))


def may_be_asked_about(parcel: Parcel, now: datetime) -> bool:
    """Whether the last question is long enough ago."""
    period = timedelta(hours=load("parcels/pulling")["not_within_hours"])
    return parcel.pulled_at is None or now - parcel.pulled_at >= period


def may_be_called(url: str) -> bool:
    """Whether the URL leads to a provider of pulling.yaml, over HTTPS, and to nobody else."""
    parts, bases = urlsplit(url), [it["base"] for it in load("parcels/pulling")["providers"].values()]
    return f"{parts.scheme}://{parts.netloc}" in bases and parts.scheme == "https"
