"""City, state and ZIP Code against each other, as far as the ZIP table can tell (coverage `zip`).

Gives the three in standard form, what was found, and other readings, the likeliest first. A street reference, which
knows the city that each street goes by, stands beside this module: it may withdraw a finding made here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from doorstep.address.findings import Finding
from doorstep.address.model import Change, Component, Status
from doorstep.address.names import city_key, plain, readable
from doorstep.address.nearby import closest_city, closest_codes, is_near
from doorstep.address.packed import unpacked
from doorstep.address.postal import PostalTable, ZipArea
from doorstep.address.words import state_code, states

_ZIP: Final = re.compile(r"([0-9]{5})(?:[- ]*([0-9]{4}))?-?")
_LOOKALIKES: Final = str.maketrans("OQIL", "0011")
_NEIGHBOURHOOD_MILES: Final = 30.0
MILITARY_CITIES: Final = ("APO", "FPO", "DPO")


class Reading(NamedTuple):
    """Another reading of the place: the fields it changes, and how likely it is (0 to 1)."""

    changes: Mapping[str, str]
    score: float


@dataclass(slots=True)
class Place:
    """What is known of a place; filled in by `judge_place`."""

    typed_city: str = ""
    city: str = ""
    state: str = ""
    code: str = ""
    plus4: str = ""
    area: ZipArea | None = None
    components: dict[str, Component] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    _read_from: dict[str, list[Reading]] = field(default_factory=dict)

    @property
    def postal_code(self) -> str:
        """The ZIP Code, with its four further digits where they were typed."""
        return f"{self.code}-{self.plus4}" if self.plus4 else self.code

    def found(self, code: str, name: str, *readings: Reading) -> None:
        """Note a finding about field `name`, and the readings that would resolve it."""
        self.findings.append(Finding(code, name))
        self.readings += readings
        self._read_from[code] = [*self._read_from.get(code, ()), *readings]

    def withdraw(self, codes: Collection[str]) -> None:
        """Take back findings, with the readings that would have resolved them."""
        if not self.findings:
            return
        self.findings = [finding for finding in self.findings if finding.code not in codes]
        gone = [reading for code in codes for reading in self._read_from.get(code, ())]
        self.readings = [reading for reading in self.readings if reading not in gone]

    def has(self, code: str) -> bool:
        """True when there is a finding with this code."""
        return any(finding.code == code for finding in self.findings)

    def is_known_after_all(self, state: str, cities: Mapping[str, str]) -> None:
        """The street reference has this ZIP Code, in this state and with these cities: it is only new to the table."""
        self.withdraw({"postal_code_unknown"})
        self.component("postal_code", self.code, self.code, "confirmed")
        if city_key(self.typed_city) in cities:
            self.withdraw({"city_misspelled"})
        if self.state and self.state != state:
            self.found("state_postal_code_conflict", "state", Reading({"state": state}, 0.9))

    def is_postal_city(self, key: str) -> bool:
        """True when `key` (a `city_key`) is a name by which the post knows this ZIP Code."""
        return self.area is not None and bool(self.area.spelling(key))

    def component(self, name: str, typed: str, value: str, status: Status, change: Change | None = None) -> None:
        """Note what became of one of the three."""
        change = change or ("none" if typed == value else "standardized")
        self.components[name] = Component(typed, value, status, change)


def judge_place(city: str, state: str, postal_code: str, postal: PostalTable) -> Place:
    """City, state and ZIP Code as typed, judged with the ZIP table."""
    city, state, postal_code = unpacked(_plainer(city), _plainer(state), _plainer(postal_code))
    name = " ".join(plain(city).replace(",", " ").split()).strip(". ")
    place = Place(typed_city=name, city=name, state=state_code(state))
    _read_code(place, postal_code, postal)
    if place.area is None:
        _without_area(place, city, state, postal)
    else:
        _judge_state(place, state, place.area, postal)
        _judge_city(place, city, place.area, postal)
    status: Status = "missing" if not postal_code else "confirmed" if place.area else "suspicious"
    if any(finding.field == "postal_code" for finding in place.findings) and place.area:
        status = "suspicious"
    place.component("postal_code", postal_code, place.code, status)
    if place.plus4:
        place.component("plus4", postal_code, place.plus4, "plausible")
        place.component("postal_code", postal_code[:5], place.code, status)
    return place


def _plainer(text: str) -> str:
    return text if text.isascii() else readable(text)


def _read_code(place: Place, typed: str, postal: PostalTable) -> None:
    text = " ".join(plain(typed).split()).strip(" ,.;")
    if not text:
        return
    letters = text if any(letter.isdigit() for letter in text) else ""
    match = _ZIP.fullmatch(text) or _ZIP.fullmatch(letters.translate(_LOOKALIKES))
    if match:
        place.code, place.plus4 = match[1], match[2] or ""
        place.area = postal.zip(place.code)
        if place.area and not place.area.active:
            place.found("postal_code_inactive", "postal_code")
        return
    place.code = text
    area = postal.zip(text.zfill(5)) if re.fullmatch(r"[0-9]{3,4}", text) else None
    if area and (place.state in ("", area.state) or area.spelling(place.city)):
        place.area = area
        place.found("postal_code_leading_zero", "postal_code", Reading({"postal_code": area.code}, 0.95))


def _without_area(place: Place, city: str, state: str, postal: PostalTable) -> None:
    """No ZIP Code to go by: city and state must tell."""
    place.component("city", city, place.city, "plausible" if place.city else "missing")
    status: Status = "plausible" if place.state else "suspicious" if state.strip() else "missing"
    place.component("state", state, place.state or " ".join(plain(state).split()), status)
    name, codes = _codes_of_city(place, postal)
    if not place.state:
        place.found("state_unknown" if state.strip() else "state_missing", "state")
        place.state = " ".join(plain(state).split())
    if not place.city:
        place.found("city_missing", "city")
    elif name != place.city:
        place.found("city_misspelled", "city")

    changes = [{"postal_code": code, "city": _spelling(name, code, postal)} for code in codes]
    if not place.code:
        readings = [Reading(changes[0], 0.9)] if len(changes) == 1 else []
        place.found("postal_code_inferred" if readings else "postal_code_missing", "postal_code", *readings)
        return
    score = 0.9 if len(changes) == 1 else 0.6
    near = closest_codes(place.code, codes)
    readings = [Reading(one, score) for one in changes if one["postal_code"] in near]
    written = bool(_ZIP.fullmatch(place.code))
    place.found("postal_code_unknown" if written else "postal_code_format", "postal_code", *readings)


def _codes_of_city(place: Place, postal: PostalTable) -> tuple[str, list[str]]:
    """The city, as typed or the one it is a slip of, and its ZIP Codes: those of boxes only where it has no other."""
    name, codes = place.city, postal.zips_of(place.city, place.state) if place.city else []
    if not codes and (close := closest_city(place.city, place.state, postal)):
        name, codes = close, postal.zips_of(close, place.state)
    delivered = [code for code in codes if (area := postal.zip(code)) and area.type == "STANDARD"]
    return name, delivered or codes


def _spelling(city: str, code: str, postal: PostalTable) -> str:
    area = postal.zip(code)
    return (area.spelling(city) if area else "") or city


def _judge_state(place: Place, typed: str, area: ZipArea, postal: PostalTable) -> None:
    """Whether the state is the ZIP Code's."""
    if place.state == area.state:
        place.component("state", typed, place.state, "confirmed")
        return
    here = not place.city or bool(area.spelling(place.city)) or area.knows(place.city)
    if not typed.strip():
        place.state = area.state
        place.found("state_inferred", "state")
        place.component("state", "", area.state, "confirmed" if here else "plausible", "inferred")
        return
    by_code = Reading({"state": area.state}, 0.95 if here and place.city else 0.6)
    if not place.state:
        place.found("state_misspelled" if here else "state_unknown", "state", by_code)
        place.state = " ".join(plain(typed).split())
        place.component("state", typed, place.state, "suspicious")
        return
    codes = postal.zips_of(place.city, place.state) if place.city else []
    score = 0.9 if len(codes) == 1 else 0.6
    by_city = [Reading({"postal_code": code}, score) for code in closest_codes(area.code, codes)]
    # City and state agree: the ZIP Code is the odd one out. City and ZIP Code agree: the state is.
    place.found("state_postal_code_conflict", "postal_code" if codes and not here else "state")
    place.readings += [*by_city, *([by_code] if here or not codes else [])]
    place.component("state", typed, place.state, "suspicious")


def _judge_city(place: Place, typed: str, area: ZipArea, postal: PostalTable) -> None:
    """Whether the city is a name of the ZIP Code."""
    if not place.city:
        place.city = area.city
        place.found("city_inferred", "city")
        place.component("city", "", area.city, "confirmed", "inferred")
        return
    if spelling := area.municipality(place.city):
        place.city = spelling
        place.component("city", typed, spelling, "confirmed")
        return
    if area.knows(place.city):
        place.city = area.city
        place.found("city_alias", "city")
        place.component("city", typed, area.city, "confirmed", "standardized")
        return
    place.component("city", typed, place.city, "suspicious")
    if name := next((name for name in (area.city, *area.accepted) if is_near(place.city, name)), ""):
        place.found("city_misspelled", "city", Reading({"city": name}, 0.95))
        return
    if place.state != area.state:
        return  # already a conflict; its readings say what there is to say
    codes = postal.zips_of(place.city, area.state)
    miles = min((m for code in codes if (m := postal.miles_between(area.code, code)) is not None), default=0.0)
    by_code = Reading({"city": area.city}, 0.8 if miles < _NEIGHBOURHOOD_MILES else 0.6)
    score = 0.7 if len(codes) == 1 else 0.65
    by_city = [Reading({"postal_code": code}, score) for code in closest_codes(area.code, codes, edits=1)]
    far = miles >= _NEIGHBOURHOOD_MILES
    readings = sorted([by_code, *by_city], key=lambda reading: -reading.score)
    place.found("city_postal_code_conflict" if far else "city_not_in_postal_code", "city", *readings)


def is_military_city(city: str) -> bool:
    """APO, FPO or DPO, alone or before something else."""
    return city_key(city).partition(" ")[0] in MILITARY_CITIES


def kind_of_state(code: str) -> str:
    """state, district, territory, associated or military; "" for none."""
    return states()[code].kind if code in states() else ""
