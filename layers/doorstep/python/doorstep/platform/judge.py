"""The address engine as the order room asks for it: postal table opened once, keyed hash and signature at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, Self

from doorstep.address import (
    Address,
    Assessment,
    PostalTable,
    TypedAddress,
    address_key,
    assess,
    read_verdict,
    sign_verdict,
)
from doorstep.errors import Refused
from doorstep.platform.clock import now
from doorstep.platform.keyring import Keyring
from doorstep.platform.street_shelf import StreetShelf

_TOKEN_AGE: Final = timedelta(hours=48)


@lru_cache(maxsize=1)
def postal() -> PostalTable:
    """The ZIP table, opened once per process."""
    return PostalTable.open()


@dataclass(frozen=True, slots=True)
class AddressJudge:
    """Implements `Judge`."""

    keyring: Keyring
    streets: StreetShelf
    rules: Mapping[str, str] = field(default_factory=dict)

    def ruled(self, rules: Mapping[str, str]) -> Self:
        """The same judge, under a shop's own rules for kinds of addresses."""
        return replace(self, rules=rules)

    def judge(self, typed: TypedAddress, locale: str) -> dict[str, Any]:
        """The verdict object with its address key."""
        return self._described(self._assess(typed, locale))

    def judge_for_checkout(self, typed: TypedAddress, locale: str) -> dict[str, Any]:
        """The same, with the signed token that the shop passes on with the order."""
        assessment = self._assess(typed, locale)
        token = sign_verdict(assessment, key=self._key, issued_at=now())
        return {**self._described(assessment), "verdict_token": token}

    def checkout(self, token: str, judgement: Mapping[str, Any]) -> str:
        """Whether the checkout showed a verdict on this very address."""
        if not token:
            return "none"
        try:
            claim = read_verdict(token, key=self._key, now=now(), max_age=_TOKEN_AGE)
        except Refused:
            return "not_valid"
        keys = {judgement["address_key"], *self._suggested_keys(judgement)}
        return "matched" if claim.address_key in keys else "other_address"

    def miles_between(self, one: str, other: str) -> float | None:
        """Distance between two ZIP Codes."""
        return postal().miles_between(one, other)

    def _assess(self, typed: TypedAddress, locale: str) -> Assessment:
        streets = self.streets.reference()
        return assess(typed, postal=postal(), streets=streets, locale=locale, rules=self.rules)

    @property
    def _key(self) -> bytes:
        return self.keyring.key("address")

    def _described(self, assessment: Assessment) -> dict[str, Any]:
        return {**assessment.to_dict(), "address_key": address_key(assessment.address, key=self._key)}

    def _suggested_keys(self, judgement: Mapping[str, Any]) -> list[str]:
        addresses = (Address.from_dict(suggestion["address"]) for suggestion in judgement["suggestions"])
        return [address_key(address, key=self._key) for address in addresses]
