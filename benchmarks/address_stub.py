"""A street table and a secret behind HTTP on this machine, so that a function's own AWS clients have somebody to ask.

    .venv/bin/python benchmarks/address_stub.py DIR      (DIR from `doorstep reference build`; prints its port)

Answers `Query` of DynamoDB and `GetSecretValue` of Secrets Manager and nothing else, at once and from memory: what is
measured against it is the function's side of a call. Runs until it is ended; `running` does both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from doorstep.address.reference.blob import Blob
from doorstep.platform.street_writer import put_item

EDITION: Final = "1" * 32
SECRET: Final = "a secret for benchmarks only"
Item = dict[str, Any]


def environment(port: int) -> dict[str, str]:
    """What a process needs to ask here, with credentials that are none."""
    return {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "doorstep",
        "POWERTOOLS_METRICS_NAMESPACE": "Doorstep",
        "SIGNING_SECRET": "signing-secret",
        "STREET_TABLE": "streets",
        "CORS_ORIGINS": "https://shop.example.com",
        "POLICY": "{}",
    }


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """The port of one that runs in a process of its own until the block ends."""
    stub = subprocess.Popen([sys.executable, __file__, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert stub.stdout
        yield int(stub.stdout.readline())
    finally:
        stub.terminate()
        stub.wait()


def table_items(partitions: dict[str, list[tuple[str, bytes]]]) -> dict[str, list[Item]]:
    """The items of the street table, as `load_street_reference` writes them, by partition."""
    found = {}
    for pk, bodies in partitions.items():
        parts = Counter(sk.split("#")[1] for sk, _ in bodies)
        found[pk] = [put_item(Blob(pk, sk, body), EDITION, parts[sk.split("#")[1]]) for sk, body in bodies]
    return found


def _answers(items: dict[str, list[Item]]) -> dict[str, bytes]:
    """What a Query for each partition is answered."""

    def wire(item: Item) -> Item:
        texts = {name: {"S": item[name]} for name in ("sk", "edition")}
        return texts | {"body": {"B": b64encode(item["body"]).decode()}, "parts": {"N": str(item["parts"])}}

    return {pk: _listed([wire(item) for item in of]) for pk, of in items.items()}


def _listed(items: list[Item]) -> bytes:
    return json.dumps({"Count": len(items), "ScannedCount": len(items), "Items": items}).encode()


def _serve(folder: Path) -> None:
    from address_kit import items_of

    answers = _answers(table_items(items_of(folder)))

    class Handler(BaseHTTPRequestHandler):
        """Both services; the header names the operation."""

        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["X-Amz-Target"].endswith("GetSecretValue"):
                answer = json.dumps({"SecretString": SECRET}).encode()
            else:
                answer = answers.get(asked["ExpressionAttributeValues"][":pk"]["S"], _listed([]))
            self.send_response(200)
            self.send_header("Content-Type", self.headers["Content-Type"])
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: whoever measures reads our output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
