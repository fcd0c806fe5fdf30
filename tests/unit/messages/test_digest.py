"""The digest of unknown codes: short however many there are, and the same form as every alert."""

from __future__ import annotations

import pytest

from doorstep.messages.catalogue import languages
from doorstep.messages.digest import write_digest

CODES = [("usps", f"eventCode:Z{number}") for number in range(130)]


@pytest.mark.parametrize("locale", languages("ops"))
def test_every_code_is_named_up_to_a_hundred(locale: str) -> None:
    digest = write_digest("2026-11-23", CODES, locale)

    assert all(code in digest.text for _, code in CODES[:100])
    assert not any(code in digest.text for _, code in CODES[100:])
    assert "30" in digest.text
    assert digest.subject == "[info] 130 unknown carrier codes on 2026-11-23"
    assert digest.chat["id"] == "unknown_codes/2026-11-23"


def test_a_short_day_says_nothing_of_more() -> None:
    digest = write_digest("2026-11-23", CODES[:2], "en")

    assert digest.text.count("- usps") == 2
    assert "more" not in digest.text
