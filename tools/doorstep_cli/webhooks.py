"""`doorstep webhooks add | list | remove | pull-key`: what providers of tracking sign with, and are asked with.

Both sides must know these, so they are kept as they are; they are read from the prompt or from standard input, never
from the command line, and never shown. A provider may have two at a time: add the new one here, set it at the provider,
remove the oldest. Of two keys the newest is tried first.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from doorstep_cli.errors import Trouble
from doorstep_cli.provider_secrets import count, forget, keep


def add(secrets: Any, secret: str, provider: str, value: str) -> int:
    """Let in what `provider` signs with `value`; it becomes the newest of two. Returns how many the provider has now.

    Raises `Trouble` for a provider that we do not know, and for what cannot be a secret.
    """
    _known(provider, _signing())
    return keep(secrets, secret, provider, value)


def register(commands: Any) -> None:
    """Add `webhooks` to the command line."""
    parser = commands.add_parser("webhooks", help="set the secrets that providers of tracking sign with (AWS or local)")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--stack-name", help="a stack on AWS (default: the local stack)")
    where.add_argument("--json", action="store_true", help="answer as JSON")
    actions = parser.add_subparsers(dest="action", required=True)
    new = actions.add_parser("add", parents=[where], help="add a secret, read from the prompt or from standard input")
    new.add_argument("provider", help="who signs with it, such as easypost")
    actions.add_parser("list", parents=[where], help="providers, and how many secrets and keys each has")
    old = actions.add_parser("remove", parents=[where], help="forget a provider's secrets (takes up to five minutes)")
    old.add_argument("provider")
    old.add_argument("--oldest", action="store_true", help="only the older of two, at the end of a rotation")
    key = actions.add_parser("pull-key", parents=[where], help="add a key to ask a provider with about silent parcels")
    key.add_argument("provider", help="who is asked: 17track or easypost")
    key.add_argument("--remove", action="store_true", help="forget the provider's keys instead")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    acts = {"list": _list, "pull-key": _pull_key}
    try:
        acts.get(arguments.action, _webhook)(arguments, *_target(arguments))
    except (BotoCoreError, ClientError) as error:
        raise Trouble(f"AWS says: {error}; check region, credentials and the name of the stack") from error


def _list(arguments: argparse.Namespace, secrets: Any, outputs: Mapping[str, str], api_url: str) -> None:
    signing = count(secrets, _secret_in(outputs, "WebhookSecrets"))
    asked = count(secrets, _secret_in(outputs, "PullSecrets"))
    if arguments.json:
        webhooks = [{"provider": it, "secrets": number, "url": _url(api_url, it)} for it, number in signing.items()]
        keys = [{"provider": it, "keys": number} for it, number in asked.items()]
        print(json.dumps({"webhooks": webhooks, "pull_keys": keys}))
        return
    for provider, number in signing.items():
        print(f"{provider}: {_counted(number, 'secret')}; {_url(api_url, provider)}")
    for provider, number in asked.items():
        print(f"{provider}: {_counted(number, 'key')} to ask it with")


def _webhook(arguments: argparse.Namespace, secrets: Any, outputs: Mapping[str, str], api_url: str) -> None:
    provider, secret = arguments.provider, _secret_in(outputs, "WebhookSecrets")
    if arguments.action == "add":
        _known(provider, _signing())  # before anybody types a secret
        left = add(secrets, secret, provider, _typed(f"The secret that {provider} signs with: "))
    else:
        left = forget(secrets, secret, provider, oldest=arguments.oldest)
    if arguments.json:
        print(json.dumps({"provider": provider, "secrets": left, "url": _url(api_url, provider)}))
        return
    left_are = _counted(left, "secret")
    print(f"{provider} has {left_are} now; a new one works in ten seconds, a removed one stops in five minutes")
    if arguments.action == "add":
        print(f"the URL to give to {provider}: {_url(api_url, provider)}")


def _pull_key(arguments: argparse.Namespace, secrets: Any, outputs: Mapping[str, str], _: str) -> None:
    provider, secret = arguments.provider, _secret_in(outputs, "PullSecrets")
    if arguments.remove:
        left = forget(secrets, secret, provider)
    else:
        _known(provider, _asked())  # before anybody types a key
        left = keep(secrets, secret, provider, _typed(f"The key to ask {provider} with: "))
    if arguments.json:
        print(json.dumps({"provider": provider, "keys": left}))
    else:
        print(f"{provider} has {_counted(left, 'key')} now; that holds within five minutes")


def _typed(prompt: str) -> str:
    """What is typed, without an echo from a terminal, or the first line of what is piped in."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\r\n")


def _target(arguments: argparse.Namespace) -> tuple[Any, Mapping[str, str], str]:
    """Secrets Manager, the outputs of the stack, and the URL of its API."""
    import boto3

    from doorstep_cli.deploy import outputs_of
    from doorstep_cli.stack import LocalStack

    if arguments.stack_name:
        outputs = outputs_of(boto3.client("cloudformation"), arguments.stack_name)
        return boto3.client("secretsmanager"), outputs, outputs["ApiUrl"]
    stack = LocalStack()
    return stack.client("secretsmanager"), stack.outputs, stack.api_url


def _secret_in(outputs: Mapping[str, str], name: str) -> str:
    if name not in outputs:
        raise Trouble("this stack is from before webhooks were taken, or providers asked: deploy it again")
    return outputs[name]


def _signing() -> Iterable[str]:
    from doorstep.parcels.providers.registry import PROVIDERS

    return PROVIDERS


def _asked() -> Iterable[str]:
    from doorstep.parcels.pulling import PULLERS

    return PULLERS


def _known(provider: str, those: Iterable[str]) -> None:
    if provider not in those:
        raise Trouble(f"{provider!r} is no provider for that; there are: {', '.join(sorted(those))}")


def _url(api_url: str, provider: str) -> str:
    return f"{api_url}/webhooks/{provider}"


def _counted(number: int, what: str) -> str:
    return {0: f"no {what}", 1: f"one {what}"}.get(number, f"{number} {what}s")
