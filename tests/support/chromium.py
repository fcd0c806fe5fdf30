"""Drives a headless Chromium over its debugging pipe (file descriptors 3 and 4): no driver, no socket, no package."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
_PATIENCE: Final = 30.0


def installed() -> str | None:
    """The browser's program, or None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Chromium:
    """One browser with one page. `console` collects what the page warned of."""

    def __init__(self, *, width: int = 1200, height: int = 900, dark: bool = False) -> None:
        self._size, self._dark = (width, height), dark
        self._number = 0
        self._buffer = b""
        self.console: list[str] = []

    def __enter__(self) -> Self:
        program = installed()
        assert program is not None
        self._folder = tempfile.mkdtemp(prefix="doorstep-chromium-")
        child_in, self._out = os.pipe()
        self._in, child_out = os.pipe()
        script = f'exec "$@" 3<&{child_in} 4>&{child_out}'
        self._process = subprocess.Popen(
            ["bash", "-c", script, "bash", program, *_FLAGS, f"--user-data-dir={self._folder}", "about:blank"],
            pass_fds=(child_in, child_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(child_in)
        os.close(child_out)
        targets = self.call("Target.getTargets", session="")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = self.call("Target.attachToTarget", session="", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime"):
            self.call(f"{domain}.enable")
        width, height = self._size
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if self._dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.call("Browser.close", session="")
            self._process.wait(10)
        except (OSError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self._folder, ignore_errors=True)

    def open(self, url: str) -> None:
        """Go to `url` and wait until it has loaded."""
        self.call("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression; promises are awaited."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"]["exception"].get("description", script))
        return answer["result"].get("value")

    def until(self, script: str, seconds: float = 5.0) -> None:
        """Wait until the expression is true (an element is)."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.run(f"Boolean({script})"):
                return
            time.sleep(0.05)
        raise AssertionError(f"did not become true in {seconds} s: {script}")

    def type(self, selector: str, text: str) -> None:
        """Replace a field's text the way a person does: focus, select, type, leave."""
        self.run(f"(f => {{ f.focus(); f.select?.(); }})(document.querySelector({json.dumps(selector)}))")
        if text:
            self.call("Input.insertText", text=text)
        else:
            self.run("document.execCommand('delete')")
        self.run("document.activeElement.blur()")

    def click(self, script: str) -> None:
        """Click the element that the JavaScript expression gives."""
        self.run(f"({script}).click()")

    def screenshot(self, path: Path, *, whole: bool = True) -> None:
        """Save what the page looks like as PNG."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def call(self, method: str, *, session: str | None = None, **parameters: Any) -> Any:
        """Send one command of the DevTools protocol and return its result."""
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session is None:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        return self._await(lambda answer: answer.get("id") == number)

    def _await(self, wanted: Callable[[dict[str, Any]], bool]) -> Any:
        deadline = time.monotonic() + _PATIENCE
        while True:
            while b"\0" in self._buffer:
                line, _, self._buffer = self._buffer.partition(b"\0")
                answer = json.loads(line)
                if answer.get("method") == "Runtime.consoleAPICalled":
                    self._hear(answer["params"])
                if wanted(answer):
                    if "error" in answer:
                        raise AssertionError(answer["error"]["message"])
                    return answer.get("result", {})
            if not select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            read = os.read(self._in, 1 << 16)
            if not read:
                raise TimeoutError("the browser has gone")
            self._buffer += read

    def _hear(self, said: dict[str, Any]) -> None:
        if said["type"] in {"warning", "error"}:
            self.console.append(" ".join(str(it.get("value", it.get("description", ""))) for it in said["args"]))
