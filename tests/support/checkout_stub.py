"""The checkout's API on a port of its own, answered by the real address engine, and able to be slow, broken or gone.

Also serves web/ on a second port, so that the browser has to ask across origins as it does in a shop.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

from doorstep.address import PostalTable, assess, decode_request, formats

WEB: Final = Path(__file__).parents[2] / "web"
KEY: Final = "public-key"


@dataclass
class CheckoutStub:
    """`mood`: "" | "slow" | "broken" | "refusing" | "nonsense"; `answer` replaces the engine's; `asked`: what came."""

    mood: str = ""
    answer: dict[str, Any] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._postal = PostalTable.open()
        self._api = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Api, self))
        self._pages = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(WEB)))
        for server in (self._api, self._pages):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in (self._api, self._pages):
            server.shutdown()
            server.server_close()

    @property
    def page(self) -> str:
        """The sample checkout page, pointed at the stub."""
        api = f"http://127.0.0.1:{self._api.server_port}/live"
        return f"http://127.0.0.1:{self._pages.server_port}/index.html?api={api}&key={KEY}"

    def verdict(self, body: dict[str, Any]) -> dict[str, Any]:
        """What the engine says, or what the test wants said."""
        self.asked.append(body)
        if self.mood == "nonsense":
            return {"hello": "world"}
        if self.answer is not None:
            return self.answer
        typed = decode_request(body)
        judged = assess(typed, postal=self._postal, locale=typed.locale or "en").to_dict()
        return {**judged, "verdict_token": f"token-{len(self.asked)}"}


class _Pages(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class _Api(BaseHTTPRequestHandler):
    def __init__(self, stub: CheckoutStub, *arguments: Any) -> None:
        self._stub = stub
        super().__init__(*arguments)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def do_OPTIONS(self) -> None:
        self._say(204, None)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if self.headers["X-Api-Key"] != KEY:
            return self._say(403, {})
        locale = parse_qs(url.query).get("locale", ["en"])[0]
        self._say(200, formats(url.path.rpartition("/")[2], locale))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self._stub.mood == "slow":
            time.sleep(5)
        if self._stub.mood == "broken":
            return self._say(500, {"error": {"code": "internal_error"}})
        if self._stub.mood == "refusing" or self.headers["X-Api-Key"] != KEY:
            return self._say(403, {"error": {"code": "invalid_api_key"}})
        self._say(200, self._stub.verdict(body))

    def _say(self, status: int, body: object) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
            self.send_header("Access-Control-Allow-Headers", "Content-Type,X-Api-Key")
            self.send_header("Access-Control-Allow-Methods", "GET,POST,OPTIONS")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            return  # the browser gave up waiting
