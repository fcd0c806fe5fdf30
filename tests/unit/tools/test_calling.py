"""Over HTTP on this machine: the caller takes every answer as an answer, and the page server shows web/ and no more."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from doorstep_cli.caller import Caller, browse, call
from doorstep_cli.places import WEB
from doorstep_cli.web import Pages

pytestmark = pytest.mark.enable_socket


class Echo(BaseHTTPRequestHandler):
    """Answers /<status> with that status, and says what it was sent."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = {"method": self.command, "body": body, "headers": {k.lower(): v for k, v in self.headers.items()}}
        answer = json.dumps(said).encode()
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("X-Sample", "kept")
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(server: HTTPServer) -> Iterator[str]:
    """The server's address, while it serves from a thread."""
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
    with server:
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with serving(HTTPServer(("127.0.0.1", 0), Echo)) as address:
        yield f"http://{address}"


@pytest.mark.parametrize("status", [200, 201, 400, 403, 404, 409, 500, 503])
def test_every_status_is_an_answer(api: str, status: int) -> None:
    reply = call("GET", f"{api}/{status}")

    assert reply.status == status
    assert reply.json["method"] == "GET"
    assert reply.headers["X-Sample"] == "kept"


def test_no_answer_at_all_is_an_error() -> None:
    silent = HTTPServer(("127.0.0.1", 0), Echo)
    silent.server_close()

    with pytest.raises(urllib.error.URLError):
        call("GET", f"http://127.0.0.1:{silent.server_port}/200")


def test_each_caller_shows_its_own_key_and_not_the_others(api: str) -> None:
    caller = Caller(api, api_key="public", merchant_key="private")

    checkout = caller.checkout("POST", "/200", {"city": "Zürich"}).json
    shop = caller.shop("PUT", "/200", {}).json
    buyer = browse("GET", f"{api}/200").json

    assert checkout["headers"]["x-api-key"] == "public"
    assert json.loads(checkout["body"]) == {"city": "Zürich"}
    assert shop["headers"]["authorization"] == "Bearer private"
    assert shop["method"] == "PUT"
    assert "private" not in json.dumps([checkout, buyer])
    assert "public" not in json.dumps([shop, buyer])


def test_a_browser_posts_a_form(api: str) -> None:
    said = browse("POST", f"{api}/200", {"action": "edit", "line1": "1 Main & Oak"}).json

    assert said["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert said["body"] == "action=edit&line1=1+Main+%26+Oak"


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The page server, with its generated script."""
    monkeypatch.setattr(Pages, "log_message", lambda *_: None)
    config = tmp_path / "checkout-config.js"
    config.write_text("window.DOORSTEP = {};\n")
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, config=config))) as address:
        yield address


def fetch(address: str, path: str) -> tuple[int, str, dict[str, str]]:
    """GET exactly this path: nothing is tidied on the way."""
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace"), dict(answer.headers)
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/checkout-config.js", "/checkout-config.js?v=2"])
def test_the_generated_script_is_served_as_a_script(pages: str, path: str) -> None:
    status, text, headers = fetch(pages, path)

    assert (status, text) == (200, "window.DOORSTEP = {};\n")
    assert "javascript" in headers["Content-type"]
    assert headers["Cache-Control"] == "no-store"


def test_without_the_generated_script_there_is_none(pages: str, tmp_path: Path) -> None:
    (tmp_path / "checkout-config.js").unlink()

    assert fetch(pages, "/checkout-config.js")[0] == 404


def test_the_sample_page_and_all_it_loads_are_served(pages: str) -> None:
    assert "<form" in fetch(pages, "/")[1]
    for file in WEB.iterdir():
        status, text, _ = fetch(pages, f"/{file.name}")
        assert (status, text) == (200, file.read_text(encoding="utf-8")), file.name


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/%2e%2e/pyproject.toml",
        "/..%2fpyproject.toml",
        "/web/../../pyproject.toml",
        "//etc/passwd",
        "/../checkout-config.js/../../../../etc/passwd",
    ],
)
def test_nothing_outside_the_folder_is_served(pages: str, path: str) -> None:
    assert fetch(pages, path)[0] == 404
