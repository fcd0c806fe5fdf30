"""Calls the API as its users do: the checkout with its public key, the shop with its Bearer key, a buyer's browser."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

_TIMEOUT: Final = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, whatever its status."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Caller:
    """One base URL and the keys for it."""

    api_url: str
    api_key: str = ""
    merchant_key: str = ""

    def checkout(self, method: str, path: str, body: object = None) -> Reply:
        """As a checkout page, with the public key."""
        return self._json(method, path, body, {"X-Api-Key": self.api_key})

    def shop(self, method: str, path: str, body: object = None) -> Reply:
        """As the shop's server, with the merchant's key."""
        return self._json(method, path, body, {"Authorization": f"Bearer {self.merchant_key}"})

    def _json(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Reply:
        data = None if body is None else json.dumps(body).encode()
        return call(method, self.api_url + path, data, {"Content-Type": "application/json", **headers})


def browse(method: str, url: str, form: Mapping[str, str] | None = None) -> Reply:
    """As a browser: GET a page, or POST the form on it."""
    data = None if form is None else urlencode(form).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    return call(method, url, data, headers)


def call(method: str, url: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
    """One request. A status of 4xx or 5xx is an answer, too; only no answer at all raises (`urllib.error.URLError`)."""
    request = urllib.request.Request(url, data, dict(headers or {}), method=method)  # noqa: S310 - our own URLs
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            return Reply(answer.status, answer.read().decode(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.read().decode(), dict(error.headers))
