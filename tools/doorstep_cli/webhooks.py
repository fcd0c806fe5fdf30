"""Secrets of providers' webhooks: `doorstep webhooks add | list | remove`, on AWS or on the local stack.

What a provider signs with must be known to both sides, so these are kept as they are, in Secrets Manager; they are read
from the prompt or from standard input, never from the command line, and never shown. A provider may have two at a time:
add the new one here, set it at the provider, remove the oldest.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from doorstep_cli.errors import Trouble

_AT_ONCE: Final = 2
_SHORTEST: Final = 16
_LONGEST: Final = 512


def add(secrets: Any, secret: str, provider: str, value: str) -> int:
    """Let in what `provider` signs with `value`; it becomes the newest of two. Returns how many the provider has now.

    Raises `Trouble` for a provider that we do not know, and for what cannot be a secret.
    """
    _known(provider)
    if not (_SHORTEST <= len(value) <= _LONGEST and value.isprintable() and value == value.strip()):
        raise Trouble(f"a secret is one line of {_SHORTEST} to {_LONGEST} characters without blanks around it")
    providers = _read(secrets, secret)
    values = [value, *(known for known in providers.get(provider, []) if known != value)][:_AT_ONCE]
    _write(secrets, secret, {**providers, provider: values})
    return len(values)


def remove(secrets: Any, secret: str, provider: str, *, oldest: bool = False) -> int:
    """Forget the provider's secrets, or the oldest of two. Returns how many are left.

    Raises `Trouble` when there is none, or the oldest is the only one.
    """
    providers = _read(secrets, secret)
    values = providers.pop(provider, [])
    if not values:
        raise Trouble(f"{provider!r} has no secret here (`doorstep webhooks list` shows who has)")
    if oldest:
        if len(values) == 1:
            raise Trouble(
                f"{provider!r} has only one secret: without it nothing gets in; leave out --oldest to mean that"
            )
        providers[provider] = values[:-1]
    _write(secrets, secret, providers)
    return len(providers.get(provider, []))


def list_webhooks(secrets: Any, secret: str) -> dict[str, int]:
    """How many secrets each provider has."""
    return {provider: len(values) for provider, values in sorted(_read(secrets, secret).items())}


def register(commands: Any) -> None:
    """Add `webhooks` to the command line."""
    parser = commands.add_parser("webhooks", help="set the secrets that providers of tracking sign with (AWS or local)")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--stack-name", help="a stack on AWS (default: the local stack)")
    where.add_argument("--json", action="store_true", help="answer as JSON")
    actions = parser.add_subparsers(dest="action", required=True)
    new = actions.add_parser("add", parents=[where], help="add a secret, read from the prompt or from standard input")
    new.add_argument("provider", help="who signs with it, such as easypost")
    actions.add_parser("list", parents=[where], help="providers, and how many secrets each has")
    old = actions.add_parser("remove", parents=[where], help="forget a provider's secrets (takes up to five minutes)")
    old.add_argument("provider")
    old.add_argument("--oldest", action="store_true", help="only the older of two, at the end of a rotation")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        _act(arguments, *_target(arguments))
    except (BotoCoreError, ClientError) as error:
        raise Trouble(f"AWS says: {error}; check region, credentials and the name of the stack") from error


def _act(arguments: argparse.Namespace, secrets: Any, secret: str, api_url: str) -> None:
    if arguments.action == "list":
        found = list_webhooks(secrets, secret)
        for provider, count in found.items() if not arguments.json else ():
            print(f"{provider}: {_counted(count)}; {_url(api_url, provider)}")
        if arguments.json:
            listed = [{"provider": it, "secrets": count, "url": _url(api_url, it)} for it, count in found.items()]
            print(json.dumps({"webhooks": listed}))
        return
    provider = arguments.provider
    if arguments.action == "add":
        _known(provider)  # before anybody types a secret
        left = add(secrets, secret, provider, _typed(provider))
    else:
        left = remove(secrets, secret, provider, oldest=arguments.oldest)
    if arguments.json:
        print(json.dumps({"provider": provider, "secrets": left, "url": _url(api_url, provider)}))
    else:
        print(
            f"{provider} has {_counted(left)} now; a new one works in ten seconds, a removed one stops in five minutes"
        )
        if arguments.action == "add":
            print(f"the URL to give to {provider}: {_url(api_url, provider)}")


def _typed(provider: str) -> str:
    """The secret, without an echo from a terminal, or the first line of what is piped in."""
    if sys.stdin.isatty():
        return getpass.getpass(f"The secret that {provider} signs with: ")
    return sys.stdin.readline().rstrip("\r\n")


def _target(arguments: argparse.Namespace) -> tuple[Any, str, str]:
    import boto3

    from doorstep_cli.deploy import outputs_of
    from doorstep_cli.stack import LocalStack

    if arguments.stack_name:
        outputs = outputs_of(boto3.client("cloudformation"), arguments.stack_name)
        return boto3.client("secretsmanager"), _secret_in(outputs), outputs["ApiUrl"]
    stack = LocalStack()
    return stack.client("secretsmanager"), _secret_in(stack.outputs), stack.api_url


def _secret_in(outputs: Mapping[str, str]) -> str:
    if "WebhookSecrets" not in outputs:
        raise Trouble("this stack is from before webhooks were taken: deploy it again")
    return outputs["WebhookSecrets"]


def _known(provider: str) -> None:
    from doorstep.parcels.providers.registry import PROVIDERS

    if provider not in PROVIDERS:
        raise Trouble(f"{provider!r} is no provider we know; there are: {', '.join(sorted(PROVIDERS))}")


def _url(api_url: str, provider: str) -> str:
    return f"{api_url}/webhooks/{provider}"


def _counted(count: int) -> str:
    return {0: "no secret", 1: "one secret"}.get(count, f"{count} secrets")


def _read(secrets: Any, secret: str) -> dict[str, list[str]]:
    return dict(json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])["providers"])


def _write(secrets: Any, secret: str, providers: Mapping[str, list[str]]) -> None:
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps({"providers": providers}))
