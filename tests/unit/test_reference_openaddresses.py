"""Address points from CSV: columns in any order, the National Address Database, and lines of no use."""

from __future__ import annotations

import io

import pytest
from made_sources import csv_text

from doorstep.address.reference.openaddresses import LONGEST_LINE, read_addresses
from doorstep.address.reference.rows import BadRow, PointRow
from doorstep.errors import Rejected

ELM = PointRow("12", "ELM ST", "APT 3", "BURLINGTON", "VT", "05401")


def read(table: bytes) -> list[PointRow | BadRow]:
    return list(read_addresses(io.BytesIO(table)))


def one(line: str, header: str = "NUMBER,STREET,UNIT,CITY,REGION,POSTCODE") -> PointRow | BadRow:
    (row,) = read(csv_text(line, header=header))
    return row


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(csv_text("12,Elm St,Apt 3,Burlington,VT,05401"), id="plain"),
        pytest.param(csv_text("12,Elm St,Apt 3,Burlington,VT,05401", end="\r\n"), id="Windows"),
        pytest.param(csv_text("12,Elm St,Apt 3,Burlington,VT,05401")[:-1], id="no end of line"),
        pytest.param(b"\xef\xbb\xbf" + csv_text("12,Elm St,Apt 3,Burlington,VT,05401"), id="byte order mark"),
        pytest.param(b"\n\n" + csv_text("", "12,Elm St,Apt 3,Burlington,VT,05401", ""), id="blank lines"),
        pytest.param(
            csv_text("12;Elm St;Apt 3;Burlington;VT;05401", header="number;street;unit;city;region;postcode"),
            id="semicolons",
        ),
        pytest.param(
            csv_text(
                "x\t05401\tvt\tBurlington\tApt 3\tElm  St\t 12 ",
                header="ID\tPostcode\tREGION\tCITY\tUNIT\tStreet\tNumber",
            ),
            id="tabs, another order, another column",
        ),
        pytest.param(csv_text('"12","Elm St","Apt 3","Burlington","Vermont","05401"'), id="quotation marks"),
        pytest.param(csv_text("12,Elm St,Apt 3,Burlington,VT,05401,,"), id="empty columns at the end"),
    ],
)  # fmt: skip
def test_the_form_of_the_table_does_not_matter(table: bytes) -> None:
    assert read(table) == [ELM]


def test_unit_city_and_state_may_be_missing() -> None:
    assert one("05401,Elm St,12", "postcode,street,number") == PointRow("12", "ELM ST", "", "", "", "05401")


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        pytest.param(
            "OID_,AddNum_Pre,Add_Number,AddNum_Suf,AddNo_Full,St_PreDir,St_Name,St_PosTyp,StNam_Full,Unit,SubAddress,"
            "Inc_Muni,Post_City,State,Zip_Code",
            "-1,,12,,12,N,Elm,Street,North Elm Street,Apartment 3,Apartment 3,Winooski,Burlington,VT,05401 ",
            PointRow("12", "NORTH ELM STREET", "APARTMENT 3", "BURLINGTON", "VT", "05401"),
            id="whole columns first",
        ),
        pytest.param(
            "OID_,AddNum_Pre,Add_Number,AddNum_Suf,AddNo_Full,St_PreDir,St_Name,St_PosTyp,StNam_Full,Unit,SubAddress,"
            "Inc_Muni,Post_City,State,Zip_Code",
            "-1,N6W,23001,A,,N,Elm,Street,,,Floor 2,Winooski,Not stated,VT,05401",
            PointRow("N6W23001A", "N ELM STREET", "FLOOR 2", "WINOOSKI", "VT", "05401"),
            id="parts where the whole is missing",
        ),
        pytest.param(
            "State,Inc_Muni,Post_Comm,Zip_Code,StN_PreDir,StN_PreTyp,StreetName,StN_PosTyp,StN_PosDir,Add_Number,AddNum_Suf,Unit",
            "VT,Winooski,Burlington,05401,N,County Road,7,,E,12,1/2,",
            PointRow("12 1/2", "N COUNTY ROAD 7 E", "", "BURLINGTON", "VT", "05401"),
            id="release 3",
        ),
        pytest.param(
            "Add_Number,St_Name,Inc_Muni,Post_City,State,Zip_Code",
            "12,Elm,Unincorporated,,VT,05401",
            PointRow("12", "ELM", "", "", "VT", "05401"),
            id="no city to speak of",
        ),
    ],
)  # fmt: skip
def test_the_national_address_database_is_read(header: str, line: str, expected: PointRow) -> None:
    assert one(line, header) == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [("05401", "05401"), ("05401-1234", "05401"), ("054011234", "05401"), ("5401", "05401"), ("5401.0", "05401")],
)
def test_postal_codes_get_five_digits(written: str, code: str) -> None:
    row = one(f"12.0,Elm St,,,VT,{written}")

    assert row == PointRow("12", "ELM ST", "", "", "VT", code)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",Elm St,,Burlington,VT,05401", "no_number"),
        ("LOT,Elm St,,Burlington,VT,05401", "no_number"),
        ("0,Elm St,,Burlington,VT,05401", "number_zero"),
        ("00A,Elm St,,Burlington,VT,05401", "number_zero"),
        ("12, ,,Burlington,VT,05401", "no_street"),
        ("12,Elm St,,Burlington,VT,", "no_postal_code"),
        ("12,Elm St,,Burlington,VT,054", "bad_postal_code"),
        ("12,Elm St,,Burlington,VT,K1A0B1", "bad_postal_code"),
        ("12,Elm St,,Burlington,VT,00000", "bad_postal_code"),
        (f"12,{'E' * 101},,Burlington,VT,05401", "too_long"),
        (f"{'1' * 21},Elm St,,Burlington,VT,05401", "too_long"),
        (f"12,Elm St,{'U' * 61},Burlington,VT,05401", "too_long"),
        (f"12,Elm St,,{'B' * 61},VT,05401", "too_long"),
        ("12,Elm St,Burlington,VT,05401", "bad_columns"),
        ("12,Elm St,,Burlington,Chittenden,VT,05401", "bad_columns"),
        ('12,"Elm St,,Burlington,VT,05401', "bad_columns"),
        ('12,"Elm"x"St,,Burlington,VT,05401', "bad_columns"),
    ],
)
def test_a_line_of_no_use_is_counted_and_stops_nothing(line: str, code: str) -> None:
    good = "12,Elm St,Apt 3,Burlington,VT,05401"

    assert read(csv_text(good, line, good)) == [ELM, BadRow(3, code), ELM]


def test_a_state_that_is_none_is_left_out() -> None:
    assert one("12,Elm St,Apt 3,Burlington,Ruritania,05401") == PointRow(
        "12", "ELM ST", "APT 3", "BURLINGTON", "", "05401"
    )


def test_bytes_of_another_encoding_cost_the_line_only_where_they_are_needed() -> None:
    header = "NUMBER,STREET,POSTCODE,OWNER"

    rows = read(csv_text(header=header) + b"12,Pe\xf1a St,05401,x\n14,Elm St,05401,Pe\xf1a\n")

    assert rows == [BadRow(2, "bad_encoding"), PointRow("14", "ELM ST", "", "", "", "05401")]


def test_a_break_within_quotation_marks_is_followed() -> None:
    header = "NUMBER,STREET,POSTCODE,NOTE"

    rows = read(csv_text('12,Elm St,05401,"behind\nthe ""old""\nmill"', "13,Elm St,05401,", "x", header=header))

    assert [row.number for row in rows if isinstance(row, PointRow)] == ["12", "13"]
    assert rows[2] == BadRow(6, "bad_columns")


def test_inches_are_no_quotation_marks() -> None:
    assert one('12,5" Pipe Rd,Apt 3,Burlington,VT,05401') == PointRow(
        "12", '5" PIPE RD', "APT 3", "BURLINGTON", "VT", "05401"
    )


def test_a_quotation_mark_that_is_never_closed_costs_one_line() -> None:
    lines = [f"{number},Elm St,Apt 3,Burlington,VT,05401" for number in range(1, 1_001)]
    lines[499] = lines[499].replace("Elm St", '"Elm St')

    rows = read(csv_text(*lines))

    assert [row for row in rows if isinstance(row, BadRow)] == [BadRow(501, "bad_columns")]
    assert len(rows) == 1_000


def test_an_endless_line_is_not_kept() -> None:
    class Endless(io.BytesIO):
        longest = 0

        def readline(self, size: int | None = -1) -> bytes:
            line = super().readline(size)
            self.longest = max(self.longest, len(line))
            return line

    stream = Endless(
        csv_text("12,Elm St,Apt 3,Burlington,VT,05401", "x" * 300_000, "12,Elm St,Apt 3,Burlington,VT,05401")
    )

    assert list(read_addresses(stream)) == [ELM, BadRow(3, "bad_columns"), ELM]
    assert stream.longest == LONGEST_LINE


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (b"", "empty_source"),
        (b"\n \n", "empty_source"),
        (b"NUMBER,STREET,CITY\n12,Elm St,Burlington\n", "not_a_street_source"),
        (b"12,Elm St,,Burlington,VT,05401\n", "not_a_street_source"),
        (b'{"type": "FeatureCollection"}', "not_a_street_source"),
        (b"AddNum_Suf,St_PreDir,Zip_Code\nA,N,05401\n", "not_a_street_source"),
    ],
)
def test_a_table_without_the_needed_columns_is_refused(table: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read(table)

    assert refusal.value.code == code
