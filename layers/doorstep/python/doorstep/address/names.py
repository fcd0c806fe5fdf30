"""Text before meaning: one spelling of letters, and one key for the many spellings of a city.

Needs no data file, so that the tool that builds the ZIP table can use it as well.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_FRACTIONS: Final = {"¼": " 1/4 ", "½": " 1/2 ", "¾": " 3/4 ", "⅓": " 1/3 ", "⅔": " 2/3 ", "⅛": " 1/8 "}
_SPELLINGS: Final = str.maketrans(
    _FRACTIONS
    | {"’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "`": "'", "´": "'", "“": " ", "”": " ", '"': " "}
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"№": " # ", "º": ".", "ª": ".", "⁄": "/"}
)
_UNPRINTED: Final = {"Cc": " ", "Cf": "", "Cs": "", "Co": ""}
_ABBREVIATED: Final = {
    "ST": "SAINT", "STE": "SAINTE", "MT": "MOUNT", "FT": "FORT", "PT": "POINT", "N": "NORTH", "S": "SOUTH", "E": "EAST",
    "W": "WEST", "NO": "NORTH", "SO": "SOUTH", "HTS": "HEIGHTS", "SPGS": "SPRINGS", "SPG": "SPRING", "JCT": "JUNCTION",
    "CTR": "CENTER", "CENTRE": "CENTER", "VLG": "VILLAGE", "TWP": "TOWNSHIP", "BCH": "BEACH", "HBR": "HARBOR",
    "ISL": "ISLAND", "PK": "PARK", "LK": "LAKE", "FLS": "FALLS", "CY": "CITY", "GDNS": "GARDENS", "MTN": "MOUNTAIN",
    "VLY": "VALLEY", "HLS": "HILLS", "CRK": "CREEK", "GRV": "GROVE", "RDG": "RIDGE", "STA": "STATION",
}  # fmt: skip


def plain(text: str) -> str:
    """Upper case, without accents, invisible characters and typographic variants; other scripts stay as they are."""
    if text.isascii():
        return printable(text).upper()
    return unicodedata.normalize("NFC", "".join(_without_accents(letter) for letter in readable(text))).upper()


def readable(text: str) -> str:
    """One character for each of the many that look alike: digits of other scripts, wide letters, dashes, quotes."""
    text = unicodedata.normalize("NFKC", text.translate(_SPELLINGS)).translate(_SPELLINGS)
    return printable("".join(str(unicodedata.decimal(letter, letter)) for letter in text))


def _without_accents(letter: str) -> str:
    decomposed = unicodedata.normalize("NFD", letter)
    return decomposed[0] if decomposed[0].isascii() else letter


def printable(text: str) -> str:
    """Controls become blanks (line breaks stay), invisible formatting and lone surrogates vanish."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter if letter == "\n" else _UNPRINTED.get(unicodedata.category(letter), letter)
        for letter in text
        if ord(letter) & 0xFFFE != 0xFFFE  # no character at all, in any version of Unicode
    )


@lru_cache(maxsize=4_096)
def city_key(name: str) -> str:
    """One key for "St. Albans", "SAINT ALBANS" and "saint-albans"; "" when nothing is left."""
    words = re.sub(r"[^\w\s]", " ", re.sub(r"['.]", "", plain(name))).replace("_", " ").split()
    return " ".join(_ABBREVIATED.get(word, word) for word in words)
