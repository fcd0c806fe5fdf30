"""Address keys and verdict tokens."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest

from doorstep.address import Address, Shown, VerdictClaim, address_key, read_verdict, sign_verdict
from doorstep.errors import Permanent, Refused

from .conftest import Assess

KEY = b"a test secret of thirty-two bytes"
NOW = datetime(2026, 1, 31, 17, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_token_says_what_was_judged_and_shown(judged: Assess) -> None:
    answer = judged(city="Burlngton")

    claim = read_verdict(sign_verdict(answer, key=KEY, issued_at=NOW), key=KEY, now=NOW + DAY, max_age=DAY)

    shown = Shown(("city_misspelled",), suggestions=True)
    assert claim == VerdictClaim(address_key(answer.address, key=KEY), "confirm", shown, NOW)


def test_a_token_holds_nothing_of_the_address(judged: Assess) -> None:
    body = sign_verdict(judged(), key=KEY, issued_at=NOW).split(".")[1]

    text = urlsafe_b64decode(body + "==").decode().upper()
    assert not any(word in text for word in ("MAIN", "BURLINGTON", "05401"))


@pytest.mark.parametrize("age", [-timedelta(minutes=6), DAY + timedelta(seconds=1)])
def test_a_token_from_another_time_is_refused(judged: Assess, age: timedelta) -> None:
    token = sign_verdict(judged(), key=KEY, issued_at=NOW - age)

    with pytest.raises(Refused):
        read_verdict(token, key=KEY, now=NOW, max_age=DAY)


@pytest.mark.parametrize("garbage", ["", ".", "..", "v1..", "v1.e30.", "v2.a.b", "🏠", "\udc80", "a" * 10_000])
def test_every_bad_token_gets_the_same_answer(judged: Assess, garbage: str) -> None:
    foreign = sign_verdict(judged(), key=b"another secret", issued_at=NOW)
    answers = set()

    for token in (garbage, foreign):
        with pytest.raises(Refused) as refused:
            read_verdict(token, key=KEY, now=NOW, max_age=DAY)
        answers.add((refused.value.code, refused.value.message))

    assert len(answers) == 1


def test_one_address_has_one_key_however_it_was_typed(judged: Assess) -> None:
    typed = [
        judged(line1="12 Main St Apt 4"),
        judged(line1="12 MAIN STREET", line2="Apartment #4", postal_code="05401-1234"),
        judged(line1="Apt 4, 12 Main Str.", city="burlington", state="Vermont"),
    ]

    assert len({address_key(answer.address, key=KEY) for answer in typed}) == 1
    assert address_key(judged().address, key=KEY) != address_key(typed[0].address, key=KEY)


def test_keys_are_versioned_and_need_a_secret() -> None:
    assert address_key(Address("12 MAIN ST"), key=KEY).startswith("k1:")
    with pytest.raises(Permanent):
        address_key(Address("12 MAIN ST"), key=b"")
