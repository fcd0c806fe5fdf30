"""17TRACK and EasyPost on this machine, as far as their documentation describes the questions we ask them.

Source: 17TRACK's API v2.2 (`gettrackinfo`, envelope and error codes), EasyPost's `GET /v2/trackers`, 2026-11. `known`
is what the providers know of a tracking number; `trouble` makes them answer otherwise, each member once.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "a-key-nobody-else-has"
CARRIER_KEYS = {"UPS": 100002, "USPS": 21051}


@dataclass
class Trouble:
    """One answer that is none: after `delay` seconds; of `promised` bytes when that is not the body's length."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    delay: float = 0.0
    promised: int | None = None


@dataclass
class ProviderStub:
    """Both providers behind one address. `asked` is every question: (provider, numbers)."""

    url: str = ""
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, list[str]]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    trouble: list[Trouble] = field(default_factory=list)

    @property
    def bases(self) -> dict[str, str]:
        """What `Pull` takes in place of the providers' own addresses."""
        return {"17track": self.url, "easypost": self.url}

    def answer(self, handler: BaseHTTPRequestHandler) -> Trouble:
        """What is said to a request."""
        self.requests.append((handler.command, handler.path))
        self.agents.add(handler.headers.get("User-Agent") or "")
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        parts = urlsplit(handler.path)
        if self.trouble:
            return self.trouble.pop(0)
        if (handler.command, parts.path) == ("POST", "/track/v2.2/gettrackinfo"):
            return self._seventeen_track(handler.headers.get("17token"), handler.headers.get("Content-Type"), body)
        if (handler.command, parts.path) == ("GET", "/v2/trackers"):
            return self._easypost(handler.headers.get("Authorization") or "", parse_qs(parts.query))
        return Trouble(404)

    def _seventeen_track(self, key: str | None, content_type: str | None, body: bytes) -> Trouble:
        if key != KEY:
            return _json({"code": -18010002, "data": {"errors": [{"code": -18010002, "message": "Invalid key."}]}}, 401)
        numbers = [it["number"] for it in json.loads(body)]
        if content_type != "application/json" or len(numbers) > 40:
            return _json({"code": -18010014, "data": {"errors": [{"code": -18010014, "message": "Too many."}]}})
        self.asked.append(("17track", numbers))
        rejected = [
            {"number": it, "error": {"code": -18019902, "message": "Not registered yet."}}
            for it in numbers
            if it not in self.known
        ]
        accepted = [self._tracked(it) for it in numbers if it in self.known]
        return _json({"code": 0, "data": {"accepted": accepted, "rejected": rejected}})

    def _tracked(self, number: str) -> dict[str, Any]:
        known = self.known[number]
        key = CARRIER_KEYS[known["carrier"]]
        events = [
            {"time_iso": at, "time_utc": at, "description": text, "location": None, "stage": None, "sub_status": code}
            for at, code, text in reversed(known["17track"])
        ]
        leg = {"provider": {"key": key, "name": known["carrier"], "country": "US"}, "events": events}
        latest = {"status": events[0]["sub_status"].partition("_")[0], "sub_status": events[0]["sub_status"]}
        info = {"latest_status": latest, "latest_event": events[0], "tracking": {"providers": [leg]}}
        return {"number": number, "carrier": key, "param": None, "tag": "", "track_info": info}

    def _easypost(self, authorization: str, query: Mapping[str, list[str]]) -> Trouble:
        kind, _, user = authorization.partition(" ")
        if kind != "Basic" or b64decode(user) != f"{KEY}:".encode():
            return _json({"error": {"code": "UNAUTHORIZED", "message": "Not authorized."}}, 401)
        (number,) = query["tracking_code"]
        self.asked.append(("easypost", [number]))
        known = self.known.get(number)
        return _json({"trackers": [known["easypost"]] if known else [], "has_more": False})


def _json(content: object, status: int = 200) -> Trouble:
    return Trouble(status, {"Content-Type": "application/json"}, json.dumps(content).encode())


@contextmanager
def providers() -> Iterator[ProviderStub]:
    """Both providers, for as long as the block lasts."""
    stub = ProviderStub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = stub.answer(self)
            time.sleep(said.delay)
            with suppress(ConnectionError):  # who asked has given up
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said.body) if said.promised is None else said.promised))
                self.end_headers()
                self.wfile.write(said.body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
