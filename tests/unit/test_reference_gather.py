"""Rows become blobs: what a ZIP Code holds, which cities a street is filed under, and how parts are cut."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from made_sources import rows_in

from doorstep.address import PostalTable
from doorstep.address.reference import CityStreets, ZipStreets, bodies
from doorstep.address.reference import gather as gathering
from doorstep.address.reference.blob import LARGEST_BODY, opened
from doorstep.address.reference.gather import Gathered, gather
from doorstep.address.reference.rows import BadRow, PointRow, RangeRow, SourceRow
from doorstep.address.reference.sources import Source
from doorstep.errors import Rejected

POSTAL = PostalTable.open()


def gathered(rows: Iterable[SourceRow | BadRow], *, kind: str = "openaddresses", complete: bool = True) -> Gathered:
    return gather(Source(kind, iter(rows)), file="vt.csv", complete=complete, postal=POSTAL)


def point(number: str, street: str = "ELM ST", unit: str = "", **other: str) -> PointRow:
    return PointRow(number, street, unit, **({"city": "BURLINGTON", "state": "VT", "zip": "05401"} | other))


def contents(result: Gathered) -> dict[str, list[dict[str, Any]]]:
    """Partition → its parts."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for blob in result.blobs():
        parts.setdefault(blob.pk, []).append(opened(blob.body))
    return parts


def only(parts: Mapping[str, list[dict[str, Any]]], pk: str) -> dict[str, Any]:
    (content,) = parts[pk]
    return content


def test_a_zip_code_holds_its_streets_in_order() -> None:
    rows = [
        point("10"),
        point("9 1/2"),
        point("9", unit="APT B"),
        point("9", unit="APT A"),
        point("97A", "ASH LN", city="WINOOSKI"),
        point("9"),
    ]

    content = only(contents(gathered(rows)), "ZIP#05401")

    assert content == {
        "zip": "05401",
        "state": "VT",
        "source": "openaddresses",
        "file": "vt.csv",
        "complete": True,
        "abbreviates": True,
        "cities": ["BURLINGTON", "WINOOSKI"],
        "streets": [
            ["ASH LN", 1, "97A", [], {}],
            ["ELM ST", 0, "9 9_1/2 10", [], {"9": "APT A|APT B"}],
        ],
    }


def test_ranges_are_kept_beside_a_street_without_a_city() -> None:
    rows = [RangeRow("ELM ST", "05401", "", 2, 98, "E"), RangeRow("ELM ST", "05401", "N6W", 1, 99, "O")]

    content = only(contents(gathered(rows, kind="tiger", complete=False)), "ZIP#05401")

    assert (content["source"], content["complete"], content["cities"]) == ("tiger", False, [])
    assert content["streets"] == [["ELM ST", -1, "", [["", 2, 98, "E"], ["N6W", 1, 99, "O"]], {}]]


def test_zip_codes_come_before_cities_and_both_in_order() -> None:
    rows = [point("1", zip="05408"), point("1", zip="05401"), point("1", city="WINOOSKI", zip="05404")]

    keys = [(blob.pk, blob.sk) for blob in gathered(rows).blobs()]

    assert keys == [
        (pk, "openaddresses#vt.csv#000")
        for pk in ("ZIP#05401", "ZIP#05404", "ZIP#05408", "CITY#VT#BURLINGTON", "CITY#VT#WINOOSKI")
    ]


def test_a_street_is_filed_under_the_city_of_the_source_and_the_names_of_its_zip_code() -> None:
    rows = [
        point("60", city="NORWICH", zip="05001"),
        point("12", city="HARTFORD", zip="05001"),
        point("414", city="HARTFORD", zip="05001"),
        point("7", city="HARTFORD", zip="05047"),
    ]

    parts = contents(gathered(rows))

    assert only(parts, "CITY#VT#NORWICH")["streets"] == {"ELM ST": "05001 60 60"}
    assert only(parts, "CITY#VT#HARTFORD")["streets"] == {"ELM ST": "05001 12 414;05047 7 7"}
    # The postal name of 05001 has all its streets, whichever town they are in.
    assert only(parts, "CITY#VT#WHITE RIVER JUNCTION") == {
        "state": "VT",
        "city": "WHITE RIVER JUNCTION",
        "source": "openaddresses",
        "file": "vt.csv",
        "streets": {"ELM ST": "05001 12 414"},
    }


def test_accepted_names_of_a_zip_code_count_as_its_cities() -> None:
    area = POSTAL.zip("05443")
    assert area is not None
    assert (area.city, area.accepted) == ("BRISTOL", ("LINCOLN",))

    parts = contents(gathered([RangeRow("ELM ST", area.code, "", 1, 99, "O")], kind="tiger"))

    assert [pk for pk in parts if pk.startswith("CITY")] == ["CITY#VT#BRISTOL", "CITY#VT#LINCOLN"]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([point("N6W23001")], "05401 0 0"),
        ([point("N6W23001"), point("12")], "05401 12 12"),
        ([point("34-01"), point("34-20")], "05401 3401 3420"),
        ([point("12", city="WINOOSKI"), point("5"), point("X1", city="ESSEX")], "05401 5 12"),
        ([RangeRow("ELM ST", "05401", "", 2, 98, "E"), RangeRow("ELM ST", "05401", "N", 1, 999, "O")], "05401 2 98"),
    ],
)
def test_a_city_knows_how_far_the_numbers_of_a_street_go(rows: list[SourceRow], place: str) -> None:
    assert only(contents(gathered(rows)), "CITY#VT#BURLINGTON")["streets"] == {"ELM ST": place}


def test_spellings_of_a_city_share_an_index_under_the_postal_name() -> None:
    rows = [point("1", city="ST ALBANS", zip="05478"), point("2", "ASH LN", city="SAINT ALBANS", zip="05478")]

    parts = contents(gathered(rows))

    assert only(parts, "CITY#VT#SAINT ALBANS")["city"] == "SAINT ALBANS"
    assert only(parts, "CITY#VT#SAINT ALBANS")["streets"] == {"ASH LN": "05478 2 2", "ELM ST": "05478 1 1"}


def test_a_zip_code_nobody_knows_is_kept_with_the_state_of_its_rows() -> None:
    assert POSTAL.zip("05499") is None

    parts = contents(gathered([point("1", zip="05499", state=""), point("1", "ASH LN", zip="05499")]))

    assert only(parts, "ZIP#05499")["state"] == "VT"
    assert only(parts, "CITY#VT#BURLINGTON")["streets"] == {"ASH LN": "05499 1 1", "ELM ST": "05499 1 1"}


def test_a_town_beyond_the_state_line_keeps_its_state() -> None:
    parts = contents(gathered([point("1", city="LEBANON", state="NH", zip="05001")]))

    assert only(parts, "ZIP#05001")["state"] == "VT"
    assert "CITY#NH#LEBANON" in parts
    assert "CITY#VT#LEBANON" not in parts


def test_without_any_state_there_is_no_city() -> None:
    assert contents(gathered([point("1", zip="05499", state="")])).keys() == {"ZIP#05499"}


def test_a_row_without_a_state_has_that_of_its_zip_code() -> None:
    parts = contents(gathered([point("1", city="SOMEWHERE", state="")]))

    assert "CITY#VT#SOMEWHERE" in parts


@pytest.mark.parametrize(
    ("streets", "abbreviates"),
    [
        (["MAIN ST", "OAK AVE", "NORTH POINT RD", "HUNTERS GLEN"], True),
        (["MAIN STREET", "OAK AVENUE", "N POINT ROAD"], False),
        (["NORTH BROADWAY", "SOUTH BROADWAY", "THE GREEN"], False),
        (["MAIN BROADWAY N", "THE GREEN"], True),
        (["AVENUE N", "AVENUE S", "MAIN STREET"], False),
        (["SHADY PARK", "HIGH PARK", "MAIN STREET"], False),
        (["LOOP WAY", "THE GREEN", "SOUTH ST", "SHADY GRV", "HIGH MEADOW"], True),
        (["THE GREEN", "BROADWAY", "WAY LOOP", "N", "ROAD"], True),
    ],
)
def test_whether_a_source_abbreviates_is_decided_by_most_of_its_streets(streets: list[str], abbreviates: bool) -> None:
    # All zips of the file have one habit, even one whose own streets say nothing.
    rows = [*(point("1", street) for street in streets), point("1", "PLAZA", zip="05408")]

    parts = contents(gathered(rows))

    assert {only(parts, pk)["abbreviates"] for pk in ("ZIP#05401", "ZIP#05408")} == {abbreviates}


def test_the_report_counts_and_names_nobody() -> None:
    rows = [
        point("9"),
        point("9"),
        point("9", unit="APT A"),
        point("11", "ASH LN", zip="05408"),
        RangeRow("ASH LN", "05408", "", 1, 9, "O"),
        *(BadRow(line, "no_number") for line in range(1, 31)),
        BadRow(31, "no_street"),
    ]

    assert gathered(rows).report() == {
        "kind": "openaddresses",
        "complete": True,
        "rows": 36,
        "used": 4,
        "repeated": 1,
        "bad": {"no_number": 30, "no_street": 1},
        "examples": [{"line": line, "code": "no_number"} for line in range(1, 21)],
        "zips": 2,
        "cities": 1,
        "streets": 3,
        "numbers": 2,
        "units": 1,
        "ranges": 1,
    }


def test_the_order_of_rows_makes_no_difference() -> None:
    rows: list[SourceRow] = [point(str(number), f"{street} ST") for number in range(1, 40) for street in "ABC"]
    rows += [RangeRow("A ST", "05401", "", low, low + 8, "O") for low in range(1, 90, 10)]

    assert list(gathered(rows).blobs()) == list(gathered(reversed(rows)).blobs())


def test_a_bar_in_a_unit_does_not_make_two_of_it() -> None:
    content = only(contents(gathered([point("1", unit="A|B"), point("2", unit="|")])), "ZIP#05401")

    assert content["streets"] == [["ELM ST", 0, "2", [], {"1": "A B"}]]


def test_a_line_in_a_number_is_a_blank() -> None:
    content = only(contents(gathered([point("1_2"), point("1 2"), point("3_")])), "ZIP#05401")

    assert content["streets"] == [["ELM ST", 0, "1_2 3", [], {}]]


def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LARGEST_BODY", 400)


def test_a_large_zip_code_is_cut_into_parts_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    rows = [point(str(number), f"{name} ST", city=f"{name}VILLE") for name in "ABCDEF" for number in range(1, 500, 7)]
    rows += [point("1", "A ST", f"APT {unit}") for unit in range(300)]

    blobs = [blob for blob in gathered(rows).blobs() if blob.pk == "ZIP#05401"]

    assert len(blobs) > 3
    assert all(len(blob.body) <= 400 for blob in blobs)
    assert [blob.sk for blob in blobs] == [f"openaddresses#vt.csv#{part:03d}" for part in range(len(blobs))]
    assert set(rows_in(blobs)) == set(rows)


def test_a_large_city_is_cut_into_parts_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    rows = [point(str(at), f"{at}TH ST", zip=code) for at in range(150) for code in ("05401", "05408")]

    blobs = [blob for blob in gathered(rows).blobs() if blob.pk == "CITY#VT#BURLINGTON"]

    places = [
        (text, place) for blob in blobs for text, at in opened(blob.body)["streets"].items() for place in at.split(";")
    ]
    assert len(blobs) > 3
    assert all(len(blob.body) <= 400 for blob in blobs)
    assert len(places) == len(set(places)) == 300


def test_what_packs_too_well_is_cut_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LARGEST_TEXT", 10_000)
    rows = [point(str(number)) for number in range(1, 20_000)]

    blobs = [blob for blob in gathered(rows).blobs() if blob.pk == "ZIP#05401"]

    assert all(len(json.dumps(opened(blob.body))) < 11_000 for blob in blobs)
    assert set(rows_in(blobs)) == set(rows)


def test_a_blob_fits_into_an_item() -> None:
    rows = [point(str(number), f"{number * 7919 % 10_007}TH ST", f"{number * 104_729}") for number in range(60_000)]

    blobs = list(gathered(rows).blobs())

    assert max(len(blob.body) for blob in blobs) <= LARGEST_BODY
    assert len([blob for blob in blobs if blob.pk == "ZIP#05401"]) > 1


def test_readers_find_what_was_gathered() -> None:
    rows = [point("9 1/2"), point("12", unit="APT A"), point("N6W23001", "ASH LN")]
    parts = contents(gathered(rows))

    streets = {street.parts.text: street for street in ZipStreets(parts["ZIP#05401"]).streets()}
    (place,) = CityStreets(parts["CITY#VT#BURLINGTON"]).find("ELM STREET")

    assert streets["ELM ST"].status("9 1/2") == "listed"
    assert streets["ELM ST"].units("12") == (["APT A"], False)
    assert streets["ASH LN"].status("N6W23001") == "listed"
    assert (place.zip, place.lowest, place.highest) == ("05401", 9, 12)


def test_there_is_a_limit_to_the_rows_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_ROWS", 3)
    assert gathered([point("1")] * 3).report()["rows"] == 3

    with pytest.raises(Rejected) as refusal:
        gathered([point("1")] * 4)

    assert refusal.value.code == "source_too_large"
