"""Who is calling: only a signature under one of the valid secrets, over these very bytes, gets in."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import NotFound, Refused
from doorstep.parcels.providers.provider import WebhookCall
from doorstep.parcels.providers.registry import PROVIDERS, provider
from doorstep.parcels.providers.signatures import decomposed, hmac_sha256

RECEIVED = datetime(2026, 11, 23, tzinfo=UTC)

# Our own vector for EasyPost's v1; the algorithm reproduces EasyPost's published example.
SECRET = "doorstep-tést-secret"
BODY = b'{"object":"Event","id":"evt_demo","description":"tracker.updated"}'
SIGNATURE = "hmac-sha256-hex=e622b8651266e80f2b9ad37204c37a69fa4ca26c81998ebb57d0f818d4f4373b"


def signature(body: bytes, secret: str = SECRET) -> str:
    return "hmac-sha256-hex=" + hmac_sha256(decomposed(secret), body).hex()


def verify(body: bytes = BODY, given: str | None = SIGNATURE, secrets: Sequence[str] = (SECRET,)) -> None:
    headers = {} if given is None else {"x-hmac-signature": given}
    provider("easypost").verify(WebhookCall("easypost", headers, body, "/webhooks/easypost", RECEIVED), secrets)


def refusal(**how: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        verify(**how)  # type: ignore[arg-type]
    return refused.value.code, refused.value.message


def test_the_published_vector_is_accepted() -> None:
    verify()


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_it_does_not_matter_how_the_accent_was_typed(form: str) -> None:
    verify(secrets=[unicodedata.normalize(form, SECRET)])  # type: ignore[arg-type]


def test_every_refusal_is_the_same() -> None:
    refusals = {
        "no signature": refusal(given=None),
        "empty signature": refusal(given=""),
        "prefix only": refusal(given="hmac-sha256-hex="),
        "without prefix": refusal(given=SIGNATURE.partition("=")[2]),
        "not ASCII": refusal(given="hmac-sha256-hex=é\ud800"),
        "capitals": refusal(given=SIGNATURE.upper()),
        "another secret": refusal(secrets=["another"]),
        "no secret": refusal(secrets=[]),
        "another body": refusal(body=b"{}"),
        "a final line break": refusal(body=BODY + b"\n"),
        "another call's signature": refusal(given=signature(b'{"object":"Event"}')),
    }

    assert set(refusals.values()) == {("unauthorized", "this call carries no valid signature")}


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_secret_never_matches_not_even_its_own_signature(blank: str) -> None:
    refusal(given=signature(BODY, blank), secrets=[blank])
    verify(given=signature(BODY), secrets=[blank, SECRET])


@pytest.mark.parametrize("secrets", [["older", SECRET], [SECRET, "newer"]])
def test_two_secrets_are_valid_while_one_replaces_the_other(secrets: list[str]) -> None:
    verify(secrets=secrets)
    verify(given=signature(BODY, secrets[0]), secrets=secrets)
    refusal(given=signature(BODY, "third"), secrets=secrets)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_one_changed_byte_fails_the_signature(body: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != body[place]))
    changed = body[:place] + bytes([other]) + body[place + 1 :]

    verify(body=body, given=signature(body))
    refusal(body=changed, given=signature(body))


@given(st.text(max_size=120))
def test_nothing_but_the_signature_gets_in(given_: str) -> None:
    if given_ != SIGNATURE:
        refusal(given=given_)


def test_a_provider_is_found_by_its_name_or_not_at_all() -> None:
    assert all(provider(name).name == name for name in PROVIDERS)
    with pytest.raises(NotFound) as missing:
        provider("EasyPost")
    assert missing.value.code == "unknown_provider"
