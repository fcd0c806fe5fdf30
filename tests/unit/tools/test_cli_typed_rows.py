"""Whatever a spreadsheet has saved: each row becomes an address, in order, and the file's faults are told."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.address import TypedAddress
from doorstep_cli.errors import Trouble
from doorstep_cli.typed_rows import TypedRows

HALL = TypedAddress(line1="149 Church St", city="Burlington", state="VT", postal_code="05401")


def read(folder: Path, content: str | bytes) -> list[tuple[str, TypedAddress]]:
    return list(opened(folder, content))


def opened(folder: Path, content: str | bytes) -> TypedRows:
    file = folder / "in.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return TypedRows(file)


@pytest.mark.parametrize(
    "content",
    [
        "id,line1,line2,city,state,postal_code,country\n1,149 Church St,,Burlington,VT,05401,US\n",
        "id,line1,line2,city,state,postal_code,country\r\n1,149 Church St,,Burlington,VT,05401,usa\r\n",
        "\ufeffID;LINE1;CITY;STATE;POSTAL_CODE\n1;149 Church St;Burlington;VT;05401\n",
        "postal_code\tstate\tcity\tline1\tid\n05401\tVT\tBurlington\t149 Church St\t1",
        " Id , Line1, Line2 ,City,State,Postal Code\n1,149 Church St,,Burlington,VT,05401\n",
        'order date,"id","line1",city,state,"Postal-Code",total\n2026,1,"149 Church St","Burlington",VT,05401,"1,50"\n',
        "\n\n,,,\nid,line1,city,state,postal_code\n\n1,149 Church St,Burlington,VT,05401\n\n",
        "id,line1,city,state,postal_code\r1,149 Church St,Burlington,VT,05401\r",
        "id,line1,city,state,postal_code,country\n1,149 Church St,Burlington,VT,05401\n",
    ],
    ids=["unix", "windows", "bom, semicolons", "tabs, other order", "blanks", "more columns", "gaps", "mac", "short"],
)
def test_the_same_address_however_the_file_was_saved(content: str, tmp_path: Path) -> None:
    assert read(tmp_path, content) == [("1", HALL)]
    assert list(opened(tmp_path, content).warnings()) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252", "utf-8"])
def test_letters_survive_the_encodings_of_spreadsheets(encoding: str, tmp_path: Path) -> None:
    rows = opened(tmp_path, "id,line1\n1,8 Peña Ct\n".encode(encoding))

    ((_, typed),) = rows

    assert typed.line1 == "8 Peña Ct"
    assert len(list(rows.warnings())) == (encoding == "cp1252")


def test_an_address_in_one_line(tmp_path: Path) -> None:
    content = 'id,address,country\na,"149 Church St, Burlington VT",\nb,1 Hauptstr,DE\n'

    assert read(tmp_path, content) == [
        ("a", TypedAddress(one_line="149 Church St, Burlington VT")),
        ("b", TypedAddress(one_line="1 Hauptstr", country="DE")),
    ]


def test_countries_are_read_as_the_api_reads_them_and_kept_where_it_would_refuse(tmp_path: Path) -> None:
    names = ["", "us", "U.S.A.", "United States", "de", "Atlantis", "x" * 500]
    content = "id,line1,country\n" + "".join(f"{at},1 Main St,{name}\n" for at, name in enumerate(names))

    assert [typed.country for _, typed in read(tmp_path, content)] == ["US"] * 4 + ["DE", "Atlantis", "x" * 500]


def test_nothing_in_a_row_is_cut_changed_or_refused(tmp_path: Path) -> None:
    long, wide, odd = "x" * 2_000, "y9 " * 70_000, 'a\x00b "c"\r\nd,e;\tf '
    file = tmp_path / "in.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([["id", "line1", "city"], [" 1 ", long, wide], ["", odd, ""]])

    assert list(TypedRows(file)) == [(" 1 ", TypedAddress(line1=long, city=wide)), ("", TypedAddress(line1=odd))]


@given(st.lists(st.tuples(*[st.text(st.characters(codec="utf-8"), max_size=20)] * 3), max_size=8))
def test_every_row_that_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["id", "line1", "city"])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        found = read(Path(folder), out.getvalue())

    assert found == [(row_id, TypedAddress(line1=line1, city=city)) for row_id, line1, city in rows]


def test_what_looks_wrong_with_the_file_is_counted_and_every_row_still_comes(tmp_path: Path) -> None:
    closed_late = '"9 Elm St' + "\n" * 30 + '"'
    rows = opened(tmp_path, f"id,line1,city\n1,a,b\n1,c,d\n,e,f\n,e,f\n2,12 Main St, Apt 4,Stowe\n3,{closed_late},g\n")

    assert [row_id for row_id, _ in rows] == ["1", "1", "", "", "2", "3"]
    assert [warning.split(";")[0] for warning in rows.warnings()] == [
        "rows without an id: 2",
        "rows with the id of an earlier row: 1",
        "rows with more cells than the header: 1",
        "rows over more than 20 lines: 1",
    ]


def test_a_second_reading_gives_and_tells_the_same(tmp_path: Path) -> None:
    rows = opened(tmp_path, "id,line1\n1,a\n1,b\n")

    assert list(rows) == list(rows)
    assert len(list(rows.warnings())) == 1
    assert rows.position == rows.size


def test_the_limit_on_cells_is_lifted_for_nobody_else(tmp_path: Path) -> None:
    usual = csv.field_size_limit()
    header = f"id,line1,{'x' * usual}{'x' * usual}\n"

    for row_id, typed in opened(tmp_path, header + f"1,{'y' * (usual + 1)}\n2,b\n"):
        assert csv.field_size_limit() == usual
        assert len(typed.line1) == (usual + 1 if row_id == "1" else 1)


def test_a_header_alone_is_a_file_of_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, "id,line1,city\n") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\ufeff", "is empty"),
        ("\n\r\n ,,\n", "is empty"),
        ("line1,city\n1 Main St,Stowe\n", "no column id"),
        ("1,149 Church St,Burlington,VT,05401\n", "no column id"),
        ("id,street,town\n1,a,b\n", "no column of addresses that we know"),
        ("id,country\n1,US\n", "no column of addresses that we know"),
        ("id,address,city\n1,12 Main St,Stowe\n", "has address beside city"),
        ("id,line1,Line1\n1,a,b\n", "two columns line1"),
        ("id,ID,line1\n1,a,b\n", "two columns id"),
    ],
)
def test_a_header_that_cannot_be_used_is_trouble_with_what_to_do(content: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=said) as trouble:
        opened(tmp_path, content)

    assert "name" in str(trouble.value)
    assert "Church" not in str(trouble.value)


def test_a_file_that_is_not_there_is_trouble(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(Trouble, match="cannot be read"):
            TypedRows(path)
