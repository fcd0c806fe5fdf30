"""Writes an amount of minor units the way ops reads it: `USD 1,250.00`, `JPY 1,250`."""

from __future__ import annotations

from doorstep.data import load


def told(amount: int, currency: str) -> str:
    """`amount` minor units of the ISO 4217 `currency`."""
    digits = int(load("messages/currencies")["exponents"].get(currency, 2))
    sign, minor = ("-" if amount < 0 else ""), abs(amount)
    whole = f"{minor // 10**digits:,}"
    return f"{currency} {sign}{whole}" + (f".{minor % 10**digits:0{digits}}" if digits else "")
