"""Asks a provider over HTTPS, keeps the answer as it came, and has the provider's adapter read it.

Only the hosts of pulling.yaml, no redirects, no proxy of the environment, little time, little space. A provider that
asks for patience, or is down, is left alone for a while; until then whoever asks is told `Transient` at once.
"""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from doorstep.data import load
from doorstep.errors import Permanent, Refused, Transient
from doorstep.parcels.providers.provider import Heard
from doorstep.parcels.providers.registry import provider as adapter
from doorstep.parcels.pulling import PULLERS, Request, limit, may_be_called
from doorstep.platform.archive import Archive
from doorstep.platform.clock import now as by_the_clock
from doorstep.platform.outside import opener as by_no_detour
from doorstep.platform.provider_secrets import ProviderSecrets

SECONDS: Final = 8.0
"""An answer that is not here by then is given up."""
_SILENCE: Final = 4.0
_PART: Final = 65_536
_REST: Final = 30.0
_LONGEST_REST: Final = 900.0
_PASSING: Final = frozenset({408, 425, 429, *range(500, 600)})
_KEY_REFUSED: Final = frozenset({401, 403})


class _Patience(Transient):
    """The provider cannot answer for so many seconds."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__("unavailable", message)
        self.seconds = seconds


@dataclass(slots=True)
class Pull:
    """The line to the providers. `keys` is the secret `{"providers": {"17track": ["<key>"], "easypost": ["<key>"]}}`.

    `bases` takes the place of a provider's address, in tests and on an emulator only; `opener`, `clock` and `pause` are
    for tests too.
    """

    keys: ProviderSecrets
    archive: Archive
    bases: Mapping[str, str] = field(default_factory=dict)
    opener: Callable[[], urllib.request.OpenerDirector] = by_no_detour
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    _not_before: dict[str, float] = field(default_factory=dict)
    _resting_until: dict[str, float] = field(default_factory=dict)

    def has_key(self, name: str) -> bool:
        """Whether this provider can be asked at all."""
        return bool(self.keys.of(name))

    def ask(self, name: str, numbers: Sequence[str], *, now: datetime) -> Heard:
        """What the provider says of these tracking numbers; numbers it does not know are not in it.

        Raises `Transient` when it may say more later, `Refused` when it takes none of our keys, `Permanent` and
        `Rejected` when its answer is of no use. No error holds a number or a key.
        """
        if self.clock() < self._resting_until.get(name, float("-inf")):
            raise Transient("resting", f"{name}: it asked for patience")
        answer = self._ask_with_any_key(name, numbers)
        reference = f"pulls/{name}/{now:%Y/%m/%d}/{hashlib.sha256(answer).hexdigest()}.json"
        self.archive.put(reference, answer, content_type="application/json")
        return adapter(name).read(answer, received_at=now, archive=reference)

    def _ask_with_any_key(self, name: str, numbers: Sequence[str]) -> bytes:
        for key in self.keys.of(name):
            try:
                answer = self._answer(name, PULLERS[name].request(numbers, key))
                PULLERS[name].check(answer)
            except Refused:
                continue
            except _Patience as error:
                self._resting_until[name] = self.clock() + min(error.seconds, _LONGEST_REST)
                raise
            except Transient:
                self._resting_until[name] = self.clock() + _REST
                raise
            return answer
        raise Refused("key_refused", f"{name}: no key is taken")

    def _answer(self, name: str, request: Request) -> bytes:
        self._wait_for_our_turn(name)
        until = self.clock() + SECONDS
        try:
            with self.opener().open(self._sent(name, request), timeout=_SILENCE) as answer:
                return self._read(answer, until)
        except urllib.error.HTTPError as error:
            with error:
                raise _meant(name, error.code, error.headers.get("Retry-After") or "") from None
        except (OSError, http.client.HTTPException) as error:
            raise Transient("unreachable", f"{name}: {type(error).__name__}") from None
        except ValueError as error:
            raise Permanent("not_possible", f"{name}: {type(error).__name__}") from None

    def _wait_for_our_turn(self, name: str) -> None:
        """Keep to the provider's requests a second, as far as this process goes."""
        turn = max(self.clock(), self._not_before.get(name, 0.0))
        if turn > self.clock():
            self.pause(turn - self.clock())
        self._not_before[name] = turn + 1 / limit(name, "per_second")

    def _sent(self, name: str, request: Request) -> urllib.request.Request:
        url = (self.bases.get(name) or limit(name, "base")) + request.path
        if name not in self.bases and not may_be_called(url):
            raise Permanent("not_allowed", f"{name}: this address is not called")
        headers = {"User-Agent": "Doorstep", "Accept": "application/json", **request.headers}
        return urllib.request.Request(url, request.body, headers, method=request.method)  # noqa: S310 - checked above

    def _read(self, answer: http.client.HTTPResponse, until: float) -> bytes:
        """The body, unless it is too large, too slow or cut short."""
        parts, size = [], 0
        while part := answer.read1(_PART):
            parts.append(part)
            size += len(part)
            if size > load("parcels/pulling")["most_bytes"]:
                raise Permanent("too_large", "the answer is larger than any of theirs")
            if self.clock() > until:
                raise TimeoutError
        if answer.length:
            raise http.client.IncompleteRead(b"", answer.length)
        return b"".join(parts)


def _meant(name: str, status: int, retry_after: str) -> Exception:
    """What a status that is no success means."""
    if status in _KEY_REFUSED:
        return Refused("key_refused", f"{name}: HTTP {status}")
    if status in _PASSING:
        return _Patience(f"{name}: HTTP {status}", _seconds(retry_after))
    return Permanent("not_possible", f"{name}: HTTP {status}")


def _seconds(retry_after: str) -> float:
    """The header as seconds from now: it is a number, or a date; anything else is our own patience."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return _REST
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - by_the_clock()).total_seconds())
