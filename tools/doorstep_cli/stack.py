"""The local stack: ministack with Doorstep deployed onto it, the same way as onto AWS. For the command and for tests.

    with LocalStack(directory, auth=True) as stack:
        requests.get(stack.api_url + "/orders/…", headers={"Authorization": f"Bearer {stack.merchant_key}"})

Each directory has a stack of its own: port, state, log. `up` on a running one deploys again, if there is anything new.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets as chance
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from doorstep_cli import ministack
from doorstep_cli.build import build, one_at_a_time
from doorstep_cli.deploy import deploy, parameters
from doorstep_cli.errors import Trouble
from doorstep_cli.keys import issue
from doorstep_cli.places import LOCAL, WEB
from doorstep_cli.webhooks import add

DEMO_MERCHANT: Final = "demo"
DEMO_PROVIDER: Final = "easypost"
DEMO_SHOPS: Final = ("demo-shop", "hurried-shop", "worried-shop", "silent-shop")
# What `down` removes; what was built stays, so that the next `up` starts warm (`make clean` removes that too).
_STATE: Final = (
    "stack.json",
    "parameters.yaml",
    "checkout-config.js",
    "ministack.log",
    "web.log",
    "state",
    "s3",
    "tmp",
    "home",
)


class LocalStack:
    """One local stack. `up()` and `down()`, or as a context; its addresses, keys and outputs once it is up."""

    def __init__(
        self,
        directory: Path = LOCAL,
        *,
        auth: bool = False,
        web: bool = False,
        parameters: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`parameters` override the template's; `web` serves the sample checkout page too; `say` hears of each step."""
        self.directory = directory.resolve()
        self.auth = auth
        self.web = web
        self.parameters = dict(parameters or {})
        self._say = say
        self._file = self.directory / "stack.json"
        self._state: dict[str, Any] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def up(self) -> Self:
        """Start what does not run, build and deploy what is new. Raises `Trouble`, and leaves nothing half started."""
        self.directory.mkdir(parents=True, exist_ok=True)
        fresh = not self.running or self._state.get("auth") != self.auth
        if fresh:
            self._start()
        try:
            self._serve_pages()
            self._deploy()
        except BaseException:
            if fresh:
                self.down()
            raise
        return self

    def down(self) -> bool:
        """Stop everything and forget its state; True when something ran."""
        ran = False
        for name, word in (
            ("web_pid", "doorstep_cli.web"),
            ("pid", "ministack"),
        ):
            if ministack.ours(self._state.get(name, -1), word):
                ministack.stop(self._state[name])
                ran = True
        ministack.remove(self.directory, _STATE)
        self._state = {}
        return ran

    def __enter__(self) -> Self:
        return self.up()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    @property
    def running(self) -> bool:
        """True when this directory's ministack runs and answers."""
        pid, port = self._state.get("pid", -1), self._state.get("port", -1)
        return ministack.ours(pid, "ministack") and ministack.healthy(port)

    @property
    def endpoint(self) -> str:
        """Where ministack answers, for any AWS service."""
        return f"http://localhost:{self._known('port')}"

    @property
    def api_url(self) -> str:
        """Base of every path of Doorstep's API."""
        return f"{self.endpoint}/restapis/{self.outputs['ApiId']}/{self.outputs['Stage']}/_user_request_"

    @property
    def web_url(self) -> str | None:
        """The sample checkout page, when it is served."""
        return f"http://localhost:{self._state['web_port']}/" if "web_port" in self._state else None

    @property
    def origins(self) -> list[str]:
        """Origins that may call the checkout's routes from a browser."""
        port = self._state.get("web_port", ministack.usual_port(self.directory, 1))
        return [f"http://localhost:{port}", f"http://127.0.0.1:{port}"]

    @property
    def api_key(self) -> str:
        """The checkout's public key (header X-Api-Key)."""
        return str(self._known("api_key"))

    @property
    def merchant_key(self) -> str:
        """A Bearer key of the merchant `demo`."""
        return str(self._known("merchant_key"))

    @property
    def webhook_secret(self) -> str:
        """What webhooks of the provider `easypost` are signed with here."""
        return str(self._known("webhook_secret"))

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs: names of tables, queues, topics and secrets."""
        return dict(self._known("outputs"))

    @property
    def log(self) -> Path:
        """ministack's log, in which functions' output stands too."""
        return self.directory / "ministack.log"

    def client(self, service: str) -> Any:
        """A boto3 client of the local stack, as its root."""
        import boto3

        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=ministack.REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - ministack's root
        )

    def _start(self) -> None:
        self.down()
        self.directory.mkdir(parents=True, exist_ok=True)
        port = ministack.free_port(ministack.usual_port(self.directory))
        self._say(f"starting the local AWS on port {port}")
        self._remember(pid=ministack.start(self.directory, port, auth=self.auth), port=port, auth=self.auth)

    def _serve_pages(self) -> None:
        if not self.web or not WEB.is_dir() or ministack.ours(self._state.get("web_pid", -1), "doorstep_cli.web"):
            return
        port = ministack.free_port(ministack.usual_port(self.directory, 1))
        with (self.directory / "web.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "doorstep_cli.web", str(port), str(self.directory / "checkout-config.js")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._remember(web_pid=ministack.leave_running(process), web_port=port)

    def _deploy(self) -> None:
        started = time.monotonic()
        with one_at_a_time():
            self._say("building")
            built = build()
            wanted = hashlib.sha256(f"{built} {json.dumps(parameters(self), sort_keys=True)}".encode()).hexdigest()
            if self._state.get("deployed") == wanted:
                self._say("nothing new to deploy")
                return
            self._say(f"deploying (built in {time.monotonic() - started:.1f} s)")
            outputs = deploy(self)
        key = self.client("apigateway").get_api_key(apiKey=outputs["CheckoutApiKeyId"], includeValue=True)["value"]
        self._remember(outputs=outputs, api_key=key, deployed=wanted)
        if "merchant_key" not in self._state:
            secrets = self.client("secretsmanager")
            self._remember(merchant_key=issue(secrets, outputs["MerchantsSecret"], DEMO_MERCHANT, DEMO_SHOPS))
        if "webhook_secret" not in self._state:
            secret = chance.token_urlsafe(32)
            add(self.client("secretsmanager"), outputs["WebhookSecrets"], DEMO_PROVIDER, secret)
            self._remember(webhook_secret=secret)
        config = json.dumps({"apiUrl": self.api_url, "apiKey": self.api_key})
        (self.directory / "checkout-config.js").write_text(f"window.DOORSTEP = {config};\n")

    def _remember(self, **values: Any) -> None:
        self._state.update(values)
        unfinished = self._file.with_suffix(".unfinished")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._state, file, indent=1)
        unfinished.replace(self._file)

    def _known(self, name: str) -> Any:
        if name not in self._state:
            raise Trouble("the local stack is not up: run `doorstep up`")
        return self._state[name]
