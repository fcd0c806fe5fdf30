"""Serves the sample checkout page, and the generated script that tells it where the API is and which key to use."""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from doorstep_cli.places import WEB

CONFIG: Final = "/checkout-config.js"


class Pages(SimpleHTTPRequestHandler):
    """The files of web/, never cached: they are being worked on."""

    def __init__(self, *arguments: Any, config: Path, **options: Any) -> None:
        self._config = config
        super().__init__(*arguments, directory=str(WEB), **options)

    def translate_path(self, path: str) -> str:
        """The file behind a path; the one script that is not in web/ is the generated one."""
        return str(self._config) if path.partition("?")[0].endswith(CONFIG) else super().translate_path(path)

    def end_headers(self) -> None:
        """Add what every answer carries."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def main(port: int, config: Path) -> None:
    """Serve until stopped, on this machine only."""
    with ThreadingHTTPServer(("127.0.0.1", port), partial(Pages, config=config)) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
