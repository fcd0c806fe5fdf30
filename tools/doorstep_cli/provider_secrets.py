"""What the stack and a provider both know, kept as it is in Secrets Manager: up to two at a time for each provider.

Owns what can be one, and its place in the secret that functions read: `{"providers": {"<name>": [newest, older]}}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from doorstep_cli.errors import Trouble

_AT_ONCE: Final = 2
_SHORTEST: Final = 16
_LONGEST: Final = 512


def keep(secrets: Any, secret: str, provider: str, value: str) -> int:
    """Make `value` the newest of two. Returns how many the provider has now; `Trouble` for what cannot be a secret."""
    if not (_SHORTEST <= len(value) <= _LONGEST and value.isprintable() and value == value.strip()):
        raise Trouble(f"a secret is one line of {_SHORTEST} to {_LONGEST} characters without blanks around it")
    providers = _read(secrets, secret)
    values = [value, *(known for known in providers.get(provider, []) if known != value)][:_AT_ONCE]
    _write(secrets, secret, {**providers, provider: values})
    return len(values)


def forget(secrets: Any, secret: str, provider: str, *, oldest: bool = False) -> int:
    """Forget what the provider has, or the oldest of two. Returns how many are left.

    Raises `Trouble` when there is none, or the oldest is the only one.
    """
    providers = _read(secrets, secret)
    values = providers.pop(provider, [])
    if not values:
        raise Trouble(f"{provider!r} has none here (`doorstep webhooks list` shows who has)")
    if oldest:
        if len(values) == 1:
            raise Trouble(
                f"{provider!r} has only one secret: without it nothing gets in; leave out --oldest to mean that"
            )
        providers[provider] = values[:-1]
    _write(secrets, secret, providers)
    return len(providers.get(provider, []))


def count(secrets: Any, secret: str) -> dict[str, int]:
    """How many each provider has, by name."""
    return {provider: len(values) for provider, values in sorted(_read(secrets, secret).items())}


def _read(secrets: Any, secret: str) -> dict[str, list[str]]:
    return dict(json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])["providers"])


def _write(secrets: Any, secret: str, providers: Mapping[str, list[str]]) -> None:
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps({"providers": providers}))
