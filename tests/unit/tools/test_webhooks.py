"""Secrets of webhooks: two at a time, never shown, and good at the very door that the provider's adapter keeps."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from doorstep.errors import Refused
from doorstep.parcels.providers.provider import WebhookCall
from doorstep.parcels.providers.registry import PROVIDERS, provider
from doorstep_cli import webhooks
from doorstep_cli.errors import Trouble
from doorstep_cli.main import main
from doorstep_cli.webhooks import add, list_webhooks, remove

RECEIVED = datetime(2026, 11, 23, tzinfo=UTC)

ARN = "the-webhook-secrets"
URL = "https://api.example.com/live"
FIRST, SECOND, THIRD = "first-webhook-secret", "sécond-webhook-secret", "third-webhook-secret"


@dataclass(slots=True)
class Vault:
    """Secrets Manager with one secret. It counts what is written, for a refusal writes nothing."""

    text: str = '{"providers": {}}'
    writes: int = 0
    failing: Exception | None = field(default=None)

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:
        if self.failing:
            raise self.failing
        assert SecretId == ARN
        return {"SecretString": self.text}

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:
        assert SecretId == ARN
        self.text, self.writes = SecretString, self.writes + 1


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
    remove(vault, ARN, "easypost")

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

    assert remove(vault, ARN, "easypost", oldest=True) == 1

    assert let_in(vault, SECOND)
    assert not let_in(vault, FIRST)


def test_the_only_one_is_not_removed_by_mistake(vault: Vault) -> None:
    add(vault, ARN, "easypost", FIRST)
    before = vault.text

    with pytest.raises(Trouble, match="only one secret"):
        remove(vault, ARN, "easypost", oldest=True)
    assert vault.text == before

    assert remove(vault, ARN, "easypost") == 0

    assert not let_in(vault, FIRST)


def test_removing_what_is_not_there_changes_nothing(vault: Vault) -> None:
    for oldest in (False, True):
        with pytest.raises(Trouble, match="webhooks list"):
            remove(vault, ARN, "easypost", oldest=oldest)
    assert vault.writes == 0


def test_a_provider_that_is_no_longer_known_can_still_be_removed(vault: Vault) -> None:
    vault.text = json.dumps({"providers": {"another": [THIRD]}})

    assert remove(vault, ARN, "another") == 0

    assert kept(vault) == {}


def test_the_list_counts_and_shows_no_secret(vault: Vault) -> None:
    add(vault, ARN, "easypost", FIRST)
    add(vault, ARN, "easypost", SECOND)

    assert list_webhooks(vault, ARN) == {"easypost": 2}


# ---------------------------------------------------------------- the command


@pytest.fixture
def on_aws(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setattr(webhooks, "_target", lambda arguments: (vault, ARN, URL))
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
        assert json.loads(listed.out) == {"webhooks": [told]}

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


def test_a_secret_cannot_be_given_on_the_command_line(
    on_aws: Vault, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(FIRST))

    with pytest.raises(SystemExit, match="2"):
        main(["webhooks", "add", "easypost", SECOND])

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


def test_a_stack_from_before_webhooks_says_so() -> None:
    with pytest.raises(Trouble, match="deploy it again"):
        webhooks._secret_in({"MerchantsSecret": "another"})
