"""Merchants' keys: two at a time, shown once, and good at the very door that the authorizer keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from doorstep.errors import Refused
from doorstep.platform.merchants import Merchants
from doorstep.platform.secret import Secret
from doorstep_cli import keys
from doorstep_cli.errors import Trouble
from doorstep_cli.keys import issue, list_keys, revoke
from doorstep_cli.main import main

ARN = "the-merchants-secret"


@dataclass(slots=True)
class Vault:
    """Secrets Manager with one secret. It counts what is written, for a refusal writes nothing."""

    text: str = '{"merchants": []}'
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

    def value(self, *, fresh_for: float = 0) -> str:
        """As the functions read it, always fresh."""
        return self.text


@pytest.fixture
def vault() -> Vault:
    return Vault()


def owner(vault: Vault, key: str) -> tuple[str, tuple[str, ...]] | None:
    """Whom the authorizer takes the holder of `key` for."""
    try:
        merchant = Merchants(cast(Secret, vault)).holding(f"Bearer {key}")
    except Refused:
        return None
    return merchant.merchant, merchant.shops


def hashes(vault: Vault, merchant: str) -> list[str]:
    return next(entry["keys"] for entry in list_keys(vault, ARN) if entry["merchant"] == merchant)


def test_a_key_that_was_issued_opens_the_door_for_the_merchants_shops(vault: Vault) -> None:
    key = issue(vault, ARN, "acme", ["one", "two", "one"])

    assert owner(vault, key) == ("acme", ("one", "two"))


def test_two_keys_are_good_at_once_so_that_shops_can_move_over(vault: Vault) -> None:
    old = issue(vault, ARN, "acme", ["one"])
    new = issue(vault, ARN, "acme")

    assert old != new
    assert owner(vault, old) == owner(vault, new) == ("acme", ("one",))


def test_a_third_key_is_refused_until_one_is_revoked(vault: Vault) -> None:
    old, new = issue(vault, ARN, "acme", ["one"]), issue(vault, ARN, "acme")
    before = vault.text

    with pytest.raises(Trouble, match="revoke one first"):
        issue(vault, ARN, "acme")
    assert vault.text == before

    revoke(vault, ARN, "acme", hashes(vault, "acme")[0])
    newest = issue(vault, ARN, "acme")

    assert [owner(vault, key) is not None for key in (old, new, newest)] == [False, True, True]


def test_issuing_leaves_other_merchants_as_they_are(vault: Vault) -> None:
    theirs = issue(vault, ARN, "other", ["theirs"])
    known = json.loads(vault.text)["merchants"][0]

    issue(vault, ARN, "acme", ["one"])

    assert json.loads(vault.text)["merchants"][0] == known
    assert owner(vault, theirs) == ("other", ("theirs",))


def test_shops_are_added_and_none_is_lost(vault: Vault) -> None:
    first = issue(vault, ARN, "acme", ["one"])

    issue(vault, ARN, "acme", ["two", "one"])

    assert owner(vault, first) == ("acme", ("one", "two"))


def test_a_new_merchant_needs_a_shop(vault: Vault) -> None:
    with pytest.raises(Trouble, match="--shop"):
        issue(vault, ARN, "acme")
    assert vault.writes == 0


@pytest.mark.parametrize("name", ["", "two words", "a/b", "a,b", "café", "line\n", "x" * 65])
def test_a_name_that_would_not_survive_a_path_or_a_list_is_refused(vault: Vault, name: str) -> None:
    for merchant, shop in ((name, "one"), ("acme", name)):
        with pytest.raises(Trouble, match="cannot be a name"):
            issue(vault, ARN, merchant, [shop])
    assert vault.writes == 0


def test_revoking_ends_one_key_and_no_other(vault: Vault) -> None:
    theirs = issue(vault, ARN, "other", ["theirs"])
    old, new = issue(vault, ARN, "acme", ["one"]), issue(vault, ARN, "acme")

    revoke(vault, ARN, "acme", hashes(vault, "acme")[1])

    assert owner(vault, new) is None
    assert owner(vault, old) is not None
    assert owner(vault, theirs) is not None


def test_revoking_takes_what_fits_one_key_of_this_merchant_or_nothing(vault: Vault) -> None:
    vault.text = json.dumps(
        {
            "merchants": [
                {"merchant": "acme", "shops": ["one"], "keys": ["sha256:ab11", "sha256:ab22"]},
                {"merchant": "other", "shops": ["theirs"], "keys": ["sha256:cd33"]},
            ]
        }
    )

    for merchant, beginning in (("acme", "ab"), ("acme", ""), ("acme", "cd33"), ("acme", "sha"), ("nobody", "ab11")):
        with pytest.raises(Trouble, match="keys list"):
            revoke(vault, ARN, merchant, beginning)
    assert vault.writes == 0

    revoke(vault, ARN, "acme", "ab1")

    assert hashes(vault, "acme") == ["ab22"]
    assert hashes(vault, "other") == ["cd33"]


def test_neither_the_secret_nor_the_list_holds_a_key(vault: Vault) -> None:
    key = issue(vault, ARN, "acme", ["one"])
    stored = json.loads(vault.text)["merchants"][0]["keys"][0].removeprefix("sha256:")

    listed = json.dumps(list_keys(vault, ARN))

    assert key not in vault.text + listed
    assert stored not in listed
    assert stored[:12] in listed


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_the_command_shows_a_key_once(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], extra: list[str]
) -> None:
    monkeypatch.setattr(keys, "_target", lambda arguments: (vault, ARN))

    main(["keys", "issue", "--merchant", "acme", "--shop", "one", *extra])
    said = capsys.readouterr().out.strip()
    key = json.loads(said)["key"] if extra else said
    main(["keys", "list", *extra])
    listed = capsys.readouterr().out

    assert owner(vault, key) == ("acme", ("one",))
    assert "acme" in listed
    assert key not in listed

    main(["keys", "revoke", "--merchant", "acme", "--key", hashes(vault, "acme")[0], *extra])

    assert owner(vault, key) is None


def test_what_aws_refuses_is_said_with_what_to_check(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not for you"}}
    vault.failing = ClientError(answer, "GetSecretValue")
    monkeypatch.setattr(keys, "_target", lambda arguments: (vault, ARN))

    with pytest.raises(SystemExit, match="2"):
        main(["keys", "list"])
    said = capsys.readouterr().err

    assert "not for you" in said
    assert "credentials" in said
