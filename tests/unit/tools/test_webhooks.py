"""Secrets of webhooks and keys to ask with: two at a time, never shown, and good where functions look for them."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from doorstep.errors import Refused
from doorstep.parcels.providers.provider import WebhookCall
from doorstep.parcels.providers.registry import PROVIDERS, provider
from doorstep.parcels.pulling import PULLERS
from doorstep.platform.provider_secrets import ProviderSecrets
from doorstep_cli import webhooks
from doorstep_cli.errors import Trouble
from doorstep_cli.main import main
from doorstep_cli.provider_secrets import count, forget
from doorstep_cli.webhooks import add

RECEIVED = datetime(2026, 11, 23, tzinfo=UTC)

ARN, KEYS = "the-webhook-secrets", "the-pull-secrets"
URL = "https://api.example.com/live"
FIRST, SECOND, THIRD = "first-webhook-secret", "sécond-webhook-secret", "third-webhook-secret"


@dataclass(slots=True)
class Vault:
    """Secrets Manager: secrets of webhooks in `text`, keys to ask with in `keys`. It counts what is written, for a
    refusal writes nothing."""

    text: str = '{"providers": {}}'
    keys: str = '{"providers": {}}'
    writes: int = 0
    failing: Exception | None = field(default=None)

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        if self.failing:
            raise self.failing
        return {"SecretString": {ARN: self.text, KEYS: self.keys}[SecretId]}

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:
        setattr(self, {ARN: "text", KEYS: "keys"}[SecretId], SecretString)
        self.writes += 1


@pytest.fixture
def vault() -> Vault:
    return Vault()


def kept(vault: Vault) -> dict[str, list[str]]:
    """What functions find."""
    found: dict[str, list[str]] = json.loads(vault.text)["providers"]
    return found


def let_in(vault: Vault, signed_with: str) -> bool:
    """Whether EasyPost's adapter takes a webhook that is signed with this."""
    body = b'{"object": "Event", "description": "batch.created"}'
    key = unicodedata.normalize("NFKD", signed_with).encode()
    signature = "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    call = WebhookCall(
        "easypost", {"x-hmac-signature": signature}, body, "/webhooks/easypost", datetime(2026, 11, 23, tzinfo=UTC)
    )
    try:
        provider("easypost").verify(call, kept(vault).get("easypost", []))
    except Refused:
        return False
    return True


def test_nothing_is_let_in_before_a_secret_is_set(vault: Vault) -> None:
    assert not let_in(vault, FIRST)
    assert not let_in(vault, "")


def test_what_is_signed_with_a_secret_that_was_added_is_let_in(vault: Vault) -> None:
    assert add(vault, ARN, "easypost", SECOND) == 1

    assert let_in(vault, SECOND)
    assert not let_in(vault, FIRST)


def test_two_are_good_at_once_and_the_newest_comes_first(vault: Vault) -> None:
    add(vault, ARN, "easypost", FIRST)

    assert add(vault, ARN, "easypost", SECOND) == 2

    assert kept(vault) == {"easypost": [SECOND, FIRST]}
    assert let_in(vault, FIRST)
    assert let_in(vault, SECOND)


def test_a_third_takes_the_place_of_the_oldest(vault: Vault) -> None:
    for secret in (FIRST, SECOND, THIRD):
        add(vault, ARN, "easypost", secret)

    assert kept(vault) == {"easypost": [THIRD, SECOND]}
    assert not let_in(vault, FIRST)


def test_the_same_again_is_one_secret(vault: Vault) -> None:
    for secret in (FIRST, SECOND, FIRST, FIRST):
        add(vault, ARN, "easypost", secret)

    assert kept(vault) == {"easypost": [FIRST, SECOND]}


def test_other_providers_are_left_as_they_are(vault: Vault) -> None:
    vault.text = json.dumps({"providers": {"another": [THIRD]}})

    add(vault, ARN, "easypost", FIRST)
    forget(vault, ARN, "easypost")

    assert kept(vault) == {"another": [THIRD]}


@pytest.mark.parametrize("name", ["", "easypots", "EasyPost", "../easypost"])
def test_a_provider_we_do_not_know_gets_no_secret(vault: Vault, name: str) -> None:
    with pytest.raises(Trouble, match="there are: ") as trouble:
        add(vault, ARN, name, FIRST)
    assert str(trouble.value).partition("there are: ")[2].split(", ") == sorted(PROVIDERS)
    assert vault.writes == 0


@pytest.mark.parametrize(
    "secret", ["", "too-short", " " * 20, f" {FIRST}", f"{FIRST} ", f"{FIRST}\n{FIRST}", f"{FIRST}\x00", "x" * 513]
)
def test_what_nobody_would_mean_as_a_secret_is_refused(vault: Vault, secret: str) -> None:
    with pytest.raises(Trouble, match="a secret is one line") as trouble:
        add(vault, ARN, "easypost", secret)
    assert vault.writes == 0
    assert not secret.strip() or secret not in str(trouble.value)


def test_at_the_end_of_a_rotation_only_the_new_one_is_good(vault: Vault) -> None:
    add(vault, ARN, "easypost", FIRST)
    add(vault, ARN, "easypost", SECOND)

    assert forget(vault, ARN, "easypost", oldest=True) == 1

    assert let_in(vault, SECOND)
    assert not let_in(vault, FIRST)


def test_the_only_one_is_not_removed_by_mistake(vault: Vault) -> None:
    add(vault, ARN, "easypost", FIRST)
    before = vault.text

    with pytest.raises(Trouble, match="only one secret"):
        forget(vault, ARN, "easypost", oldest=True)
    assert vault.text == before

    assert forget(vault, ARN, "easypost") == 0

    assert not let_in(vault, FIRST)


def test_removing_what_is_not_there_changes_nothing(vault: Vault) -> None:
    for oldest in (False, True):
        with pytest.raises(Trouble, match="webhooks list"):
            forget(vault, ARN, "easypost", oldest=oldest)
    assert vault.writes == 0


def test_a_provider_that_is_no_longer_known_can_still_be_removed(vault: Vault) -> None:
    vault.text = json.dumps({"providers": {"another": [THIRD]}})

    assert forget(vault, ARN, "another") == 0

    assert kept(vault) == {}


def test_the_list_counts_and_shows_no_secret(vault: Vault) -> None:
    add(vault, ARN, "easypost", FIRST)
    add(vault, ARN, "easypost", SECOND)

    assert count(vault, ARN) == {"easypost": 2}


# ---------------------------------------------------------------- the command


@pytest.fixture
def on_aws(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Vault:
    outputs = {"WebhookSecrets": ARN, "PullSecrets": KEYS}
    monkeypatch.setattr(webhooks, "_target", lambda arguments: (vault, outputs, URL))
    return vault


class Terminal(io.StringIO):
    """A keyboard."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_the_command_tells_the_url_and_never_the_secret(
    on_aws: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], extra: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{FIRST}\r\n"))

    main(["webhooks", "add", "easypost", *extra])
    added = capsys.readouterr()
    main(["webhooks", "list", *extra])
    listed = capsys.readouterr()

    assert let_in(on_aws, FIRST)
    for said in (added, listed):
        assert f"{URL}/webhooks/easypost" in said.out
        assert FIRST not in said.out + said.err
    if extra:
        told = {"provider": "easypost", "secrets": 1, "url": f"{URL}/webhooks/easypost"}
        assert json.loads(added.out) == told
        assert json.loads(listed.out) == {"webhooks": [told], "pull_keys": []}

    main(["webhooks", "remove", "easypost", *extra])

    assert not let_in(on_aws, FIRST)


def test_at_a_terminal_the_secret_is_asked_for_without_an_echo(on_aws: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return SECOND

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", typed)

    main(["webhooks", "add", "easypost"])

    assert kept(on_aws) == {"easypost": [SECOND]}
    assert "easypost" in asked[0]


def test_nobody_types_a_secret_for_a_provider_we_do_not_know(
    on_aws: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.StringIO(FIRST)
    monkeypatch.setattr("sys.stdin", stdin)

    with pytest.raises(SystemExit, match="2"):
        main(["webhooks", "add", "easypots"])

    assert stdin.tell() == 0
    assert "easypost" in capsys.readouterr().err
    assert on_aws.writes == 0


@pytest.mark.parametrize("action", ["add", "pull-key"])
def test_a_secret_cannot_be_given_on_the_command_line(
    on_aws: Vault, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(FIRST))

    with pytest.raises(SystemExit, match="2"):
        main(["webhooks", action, "easypost", SECOND])

    assert "usage: doorstep" in capsys.readouterr().err
    assert on_aws.writes == 0


def test_what_aws_refuses_is_said_with_what_to_check(on_aws: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not for you"}}
    on_aws.failing = ClientError(answer, "GetSecretValue")

    with pytest.raises(SystemExit, match="2"):
        main(["webhooks", "list"])
    said = capsys.readouterr().err

    assert "not for you" in said
    assert "credentials" in said


@pytest.mark.parametrize("name", ["WebhookSecrets", "PullSecrets"])
def test_a_stack_from_before_webhooks_says_so(name: str) -> None:
    with pytest.raises(Trouble, match="deploy it again"):
        webhooks._secret_in({"MerchantsSecret": "another"}, name)


# ---------------------------------------------------------------- keys to ask with


def may_ask_with(vault: Vault, name: str) -> tuple[str, ...]:
    """The keys that functions try, in this order."""
    return tuple(ProviderSecrets(SimpleNamespace(value=lambda fresh_for: vault.keys)).of(name))  # type: ignore[arg-type]


def pull_key(monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
    main(["webhooks", "pull-key", *arguments])


@pytest.mark.parametrize("extra", [[], ["--json"]])
@pytest.mark.parametrize("name", PULLERS)
def test_a_key_is_kept_for_asking_only_and_never_told(
    on_aws: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, extra: list[str]
) -> None:
    pull_key(monkeypatch, FIRST, name, *extra)
    added = capsys.readouterr()
    main(["webhooks", "list", *extra])
    listed = capsys.readouterr()

    assert may_ask_with(on_aws, name) == (FIRST,)
    assert kept(on_aws) == {}, "a key to ask with lets nobody in"
    for said in (added, listed):
        assert name in said.out
        assert FIRST not in said.out + said.err
    if extra:
        assert json.loads(added.out) == {"provider": name, "keys": 1}
        assert json.loads(listed.out) == {"webhooks": [], "pull_keys": [{"provider": name, "keys": 1}]}


def test_of_three_keys_the_newest_two_are_kept_and_the_newest_is_tried_first(
    on_aws: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in (FIRST, SECOND, THIRD):
        pull_key(monkeypatch, key, "17track")

    assert may_ask_with(on_aws, "17track") == (THIRD, SECOND)


def test_a_provider_whose_keys_were_removed_is_not_asked_and_others_are(
    on_aws: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull_key(monkeypatch, FIRST, "17track")
    pull_key(monkeypatch, SECOND, "easypost")

    pull_key(monkeypatch, "", "17track", "--remove")

    assert (may_ask_with(on_aws, "17track"), may_ask_with(on_aws, "easypost")) == ((), (SECOND,))


def test_nobody_types_a_key_for_a_provider_that_cannot_be_asked(
    on_aws: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.StringIO(FIRST)
    monkeypatch.setattr("sys.stdin", stdin)

    with pytest.raises(SystemExit, match="2"):
        main(["webhooks", "pull-key", "dhl"])

    assert (stdin.tell(), on_aws.writes) == (0, 0)
    assert capsys.readouterr().err.rstrip().endswith("there are: 17track, easypost")


def test_what_nobody_would_mean_as_a_key_is_refused(
    on_aws: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        pull_key(monkeypatch, "too-short", "easypost")

    assert on_aws.writes == 0
    assert "too-short" not in capsys.readouterr().err
