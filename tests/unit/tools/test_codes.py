"""`doorstep codes`: a CSV of codes comes back with what they mean, and whatever else it held."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from doorstep_cli.codes import explained, meaning_of
from doorstep_cli.errors import Trouble
from doorstep_cli.main import main


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_code_gets_its_milestone_and_reason() -> None:
    text = explained("usps", "vocabulary,code\neventCode,OF\neventCode,02\nstatusCategory,Delivered\n")

    assert text.splitlines() == [
        "vocabulary,code,milestone,reason",
        "eventCode,OF,out_for_delivery,",
        "eventCode,02,delivery_attempted,recipient_unavailable",
        "statusCategory,Delivered,delivered,",
    ]


@pytest.mark.parametrize("code", ["2", "002", "of", "XX", "", "ОF"])
def test_a_code_nobody_knows_is_unknown_and_codes_are_strings(code: str) -> None:
    (row,) = rows(explained("usps", f"vocabulary,code\neventCode,{code}\n"))

    assert (row["code"], row["milestone"], row["reason"]) == (code, "unknown", "")


def test_the_same_code_in_another_vocabulary_is_another_code() -> None:
    told = rows(explained("ups", "vocabulary,code\nstatusDescriptionCode,011\nfreightForwardingCode,011\nother,011\n"))

    assert [row["milestone"] for row in told] == ["delivered", "out_for_delivery", "unknown"]


@pytest.mark.parametrize(
    ("source", "vocabulary", "code", "expected"),
    [
        ("17track", "sub_status", "Exception_Rejected", ("exception", "refused")),
        ("fedex_express", "exceptionCode", "07", ("exception", "refused")),
        ("dhl_express", "eventCode", "101", ("delivered", "")),
        ("dhl_ecommerce_us", "eventCode", "101", ("cancelled", "shipment_cancelled")),
        ("dhl_unified", "statusCode", "failure", ("exception", "unspecified")),
    ],
)
def test_a_source_is_a_division_where_codes_collide(
    source: str, vocabulary: str, code: str, expected: tuple[str, str]
) -> None:
    meaning = meaning_of(source, vocabulary, code)

    assert meaning is not None
    assert (meaning.milestone, meaning.reason) == expected
    assert meaning_of("fedex_ground", "exceptionCode", "07") is None


def test_what_else_the_csv_holds_comes_back() -> None:
    text = 'note,code,vocabulary\n"a, ""b""",OF,eventCode\n"two\nlines",01,eventCode\n'

    told = rows(explained("usps", text))

    assert [row["note"] for row in told] == ['a, "b"', "two\nlines"]
    assert list(told[0]) == ["note", "code", "vocabulary", "milestone", "reason"]


def test_columns_that_are_there_already_are_replaced() -> None:
    (row,) = rows(explained("usps", "milestone,vocabulary,code,reason\nlost,eventCode,OF,gone\n"))

    assert row == {"milestone": "out_for_delivery", "vocabulary": "eventCode", "code": "OF", "reason": ""}


def test_short_and_empty_lines_are_no_trouble() -> None:
    told = rows(explained("usps", "vocabulary,code,note\neventCode,OF\n\neventCode\n"))

    assert [(row["code"], row["milestone"]) for row in told] == [("OF", "out_for_delivery"), ("", "unknown")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column vocabulary and code"),
        ("code\nOF\n", "no column vocabulary"),
        ("code,code,vocabulary\n", "names a column twice"),
        ("vocabulary,code\neventCode,OF,more\n", "line 2 has more cells"),
        ('vocabulary,code\neventCode,"OF\n', "is no CSV"),
        ("vocabulary,code\neventCode," + "x" * 200_000, "is no CSV"),
    ],
)
def test_what_is_no_such_csv_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        explained("usps", text)


# ---------------------------------------------------------------- the command


def ends(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(["codes", *arguments])
    return ended.value.code


def test_the_command_writes_the_csv_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes("\ufeffvocabulary,code\r\neventCode,OF\r\n".encode())

    main(["codes", "--provider", "usps", str(file)])
    said = capsys.readouterr()

    assert said.out == "vocabulary,code,milestone,reason\neventCode,OF,out_for_delivery,\n"
    assert said.err == ""


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"vocabulary,code\neventCode,OF\n")))

    main(["codes", "--provider", "usps", "-"])

    assert capsys.readouterr().out.splitlines()[1] == "eventCode,OF,out_for_delivery,"


def test_a_vocabulary_that_is_misspelt_is_pointed_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "in.csv"
    file.write_text("vocabulary,code\neventcode,OF\n", "utf-8")

    main(["codes", "--provider", "usps", str(file)])
    said = capsys.readouterr()

    assert said.out.splitlines()[1] == "eventcode,OF,unknown,"
    assert "'eventcode'" in said.err
    assert "eventCode, statusCategory" in said.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("dhl", b"vocabulary,code\n", "dhl_ecommerce_us, dhl_express"),
        ("usps", None, "cannot be read"),
        ("usps", b"\xff\xfe", "not UTF-8"),
        ("usps", b"a,b\n", "the first line has no column"),
    ],
)
def test_what_goes_wrong_is_said_on_stderr_with_status_2(
    name: str, content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in.csv"
    if content is not None:
        file.write_bytes(content)

    assert ends("--provider", name, str(file)) == 2

    answer = capsys.readouterr()
    assert answer.out == ""
    assert said in answer.err


def test_without_a_provider_or_a_file_there_is_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert ends("in.csv") == ends("--provider", "usps") == 2
    assert "usage: doorstep codes" in capsys.readouterr().err
