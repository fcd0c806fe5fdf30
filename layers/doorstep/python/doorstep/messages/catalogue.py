"""The sentences, one catalogue per language, and which language somebody gets.

A catalogue is a YAML file in `texts/`: `<language>.yaml` for buyers, `ops.<language>.yaml` for ops. It is found because
it is there, so a new language is a new file. A key that is missing raises: a half-translated page is a defect.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from doorstep.data import compiled, load

FALLBACK: Final = "en"
_WANTED: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Texts:
    """One catalogue. Keys are dotted: `mail.confirm_address.subject`."""

    locale: str
    entries: Mapping[str, object]

    def say(self, key: str, **values: object) -> str:
        """The sentence `key`, its {names} filled in. Plain text: whoever shows it escapes it. Raises `KeyError`."""
        sentence = self.sentence(key)
        return sentence.format(**values) if "{" in sentence else sentence

    def sentence(self, key: str) -> str:
        """The sentence `key` as it stands in the file. Raises `KeyError` when there is none."""
        found = self._find(key)
        if not isinstance(found, str):
            raise KeyError(f"{key} in {self.locale} is not a sentence")
        return found

    def sentences(self, key: str) -> tuple[str, ...]:
        """A list of sentences."""
        found = self._find(key)
        if not isinstance(found, list):
            raise KeyError(f"{key} in {self.locale} is not a list")
        return tuple(str(sentence) for sentence in found)

    def names(self, key: str) -> Mapping[str, object]:
        """A table, such as code → name."""
        found = self._find(key)
        if not isinstance(found, dict):
            raise KeyError(f"{key} in {self.locale} is not a table")
        return found

    def _find(self, key: str) -> object:
        found: object = self.entries
        for part in key.split("."):
            if not isinstance(found, dict) or part not in found:
                raise KeyError(f"{key} is missing in {self.locale}")
            found = found[part]
        return found


@cache
def languages(audience: str = "") -> tuple[str, ...]:
    """The languages that have a catalogue: for buyers (""), or for `ops`. English first."""
    prefix = f"{audience}." if audience else ""
    stems = (path.name.removesuffix(".json") for path in compiled("messages/texts").glob(f"{prefix}*.json"))
    found = {stem.removeprefix(prefix) for stem in stems}
    return tuple(sorted((name for name in found if "." not in name), key=lambda name: (name != FALLBACK, name)))


def texts(locale: str, audience: str = "") -> Texts:
    """The catalogue that serves `locale` best; English when there is none."""
    chosen = choose(locale, audience=audience)
    return _catalogue(f"{audience}.{chosen}" if audience else chosen, chosen)


@cache
def _catalogue(name: str, locale: str) -> Texts:
    return Texts(locale, load(f"messages/texts/{name}"))


def choose(*wanted: str, audience: str = "") -> str:
    """The first wanted locale we speak (`es` serves `es-MX`, `zh-CN` serves `zh`), or English. Input is untrusted."""
    spoken = languages(audience)
    for locale in wanted:
        exact = next((name for name in spoken if name.lower() == locale.replace("_", "-").lower()), None)
        match = _WANTED.fullmatch(locale)
        near = match and next((name for name in spoken if name.split("-")[0].lower() == match[1].lower()), None)
        if exact or near:
            return exact or near or FALLBACK
    return FALLBACK


def accepted(header: str) -> tuple[str, ...]:
    """The locales of an Accept-Language header, most wanted first (RFC 9110 §12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for entry in header[:200].split(","):
        name, _, quality = entry.strip().partition(";q=")
        try:
            weight = float(quality or "1")
        except ValueError:
            continue
        if _WANTED.fullmatch(name) and weight > 0:
            wanted.append((weight, name))
    return tuple(name for _, name in sorted(wanted, key=lambda entry: -entry[0]))
