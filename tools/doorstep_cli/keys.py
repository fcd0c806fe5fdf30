"""Bearer keys of merchants: `doorstep keys issue | revoke | list`, on AWS or on the local stack.

Only the hash of a key is stored, so a key is shown once. A merchant may have two at a time: issue the new one, move the
shops over, revoke the old one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import secrets as chance
from collections.abc import Sequence
from typing import Any, Final

from doorstep_cli.errors import Trouble

_AT_ONCE: Final = 2
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SHOWN: Final = 12


def issue(secrets: Any, secret: str, merchant: str, shops: Sequence[str] = ()) -> str:
    """Add a key for `merchant` and return it; `shops` are added to the merchant's.

    Raises `Trouble` when the merchant has two keys already, or is new and has no shops.
    """
    for name in (merchant, *shops):
        if not _NAME.fullmatch(name):
            raise Trouble(f"{name!r} cannot be a name: up to 64 letters, digits, dots, dashes and underscores")
    merchants = _read(secrets, secret)
    entry = next((known for known in merchants if known["merchant"] == merchant), None)
    if entry is None:
        if not shops:
            raise Trouble(f"merchant {merchant!r} is new: name its shops with --shop")
        entry = {"merchant": merchant, "shops": [], "keys": []}
        merchants.append(entry)
    if len(entry["keys"]) >= _AT_ONCE:
        raise Trouble(f"merchant {merchant!r} has {_AT_ONCE} keys: revoke one first (`doorstep keys list` shows them)")
    key = f"dsk_{chance.token_urlsafe(32)}"
    entry["keys"].append(_hashed(key))
    entry["shops"] = list(dict.fromkeys([*entry["shops"], *shops]))
    _write(secrets, secret, merchants)
    return key


def revoke(secrets: Any, secret: str, merchant: str, beginning: str) -> None:
    """Remove the one key of `merchant` whose hash begins with `beginning`. Raises `Trouble` when it is not just one."""
    merchants = _read(secrets, secret)
    entry = next((known for known in merchants if known["merchant"] == merchant), None)
    found = [key for key in (entry or {"keys": []})["keys"] if key.removeprefix("sha256:").startswith(beginning)]
    if entry is None or len(found) != 1 or not beginning:
        raise Trouble(f"{len(found)} keys of merchant {merchant!r} begin so: take one from `doorstep keys list`")
    entry["keys"].remove(found[0])
    _write(secrets, secret, merchants)


def list_keys(secrets: Any, secret: str) -> list[dict[str, Any]]:
    """Merchants with their shops and the beginnings of their keys' hashes."""
    return [
        {**entry, "keys": [key.removeprefix("sha256:")[:_SHOWN] for key in entry["keys"]]}
        for entry in _read(secrets, secret)
    ]


def register(commands: Any) -> None:
    """Add `keys` to the command line."""
    parser = commands.add_parser("keys", help="issue, revoke and list merchants' Bearer keys (AWS or local)")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--stack-name", help="a stack on AWS (default: the local stack)")
    where.add_argument("--secret-id", help="the merchants secret itself, on AWS")
    where.add_argument("--json", action="store_true", help="answer as JSON")
    actions = parser.add_subparsers(dest="action", required=True)
    new = actions.add_parser("issue", parents=[where], help="make a key and show it, once")
    new.add_argument("--merchant", required=True)
    new.add_argument("--shop", action="append", default=[], help="a shop this merchant may act for (repeat it)")
    old = actions.add_parser("revoke", parents=[where], help="make a key invalid (takes up to ten minutes)")
    old.add_argument("--merchant", required=True)
    old.add_argument("--key", required=True, help="the beginning of the key's hash, as `list` shows it")
    actions.add_parser("list", parents=[where], help="merchants, shops, and the beginnings of keys' hashes")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        _act(arguments, *_target(arguments))
    except (BotoCoreError, ClientError) as error:
        raise Trouble(f"AWS says: {error}; check region, credentials and the name of stack or secret") from error


def _act(arguments: argparse.Namespace, secrets: Any, secret: str) -> None:
    if arguments.action == "issue":
        key = issue(secrets, secret, arguments.merchant, arguments.shop)
        print(json.dumps({"merchant": arguments.merchant, "key": key}) if arguments.json else key)
    elif arguments.action == "revoke":
        revoke(secrets, secret, arguments.merchant, arguments.key)
        print(json.dumps({"merchant": arguments.merchant, "revoked": arguments.key}) if arguments.json else "revoked")
    else:
        found = list_keys(secrets, secret)
        for entry in found if not arguments.json else ():
            print(f"{entry['merchant']}: shops {', '.join(entry['shops'])}; keys {', '.join(entry['keys']) or 'none'}")
        if arguments.json:
            print(json.dumps({"merchants": found}))


def _target(arguments: argparse.Namespace) -> tuple[Any, str]:
    import boto3

    from doorstep_cli.deploy import outputs_of
    from doorstep_cli.stack import LocalStack

    if arguments.secret_id:
        return boto3.client("secretsmanager"), arguments.secret_id
    if arguments.stack_name:
        outputs = outputs_of(boto3.client("cloudformation"), arguments.stack_name)
        return boto3.client("secretsmanager"), outputs["MerchantsSecret"]
    stack = LocalStack()
    return stack.client("secretsmanager"), stack.outputs["MerchantsSecret"]


def _hashed(key: str) -> str:
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()


def _read(secrets: Any, secret: str) -> list[dict[str, Any]]:
    return list(json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])["merchants"])


def _write(secrets: Any, secret: str, merchants: list[dict[str, Any]]) -> None:
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps({"merchants": merchants}))
