"""How likely a street is the one that was meant: what speaks against it, as costs, and the score that is left.

A slip of the pen costs 1, everything else is measured by that.
"""

from __future__ import annotations

from typing import Final

from doorstep.address.reference import KnownStreet

PART: Final = 0.6
"""A direction or a suffix that is another one."""
OTHER_ZIP: Final = 0.7
"""Another ZIP Code, where the one that was typed belongs to the city as well."""
OTHER_CITY: Final = 0.1
OUTSIDE: Final = 0.9
"""A house number that the street does not have."""
SURE: Final = 0.9
"""A score from which on nothing else needs to be looked for."""
SHORT_NAME: Final = 5
_NUMBER: Final = {"listed": 0.0, "within": 0.1, "outside": OUTSIDE}
_LONG_NAME: Final = 12


def number_cost(street: KnownStreet, number: str) -> float:
    """What it costs that a street has, may have or does not have a house number; nothing where none was typed."""
    return _NUMBER[street.status(number)] if number else 0.0


def slips_in(name: str) -> int:
    """How many slips a name of this length may have."""
    length = len(name)
    return 0 if length < 3 else 1 if length < SHORT_NAME else 2 if length < _LONG_NAME else 3


def score(cost: float) -> float:
    """1 for no cost at all, less and less with more of it."""
    return round(max(0.1, 0.97 - 0.12 * cost), 2)
