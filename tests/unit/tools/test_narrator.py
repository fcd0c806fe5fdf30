"""How the story is told: links survive a narrow terminal, and nothing that was sent is taken for markup."""

from __future__ import annotations

import ast

import pytest

from doorstep_cli import narrator
from doorstep_cli.inbox import Received
from doorstep_cli.narrator import Narrator
from doorstep_cli.places import ROOT

LINK = "http://localhost:28656/restapis/1065ad22/live/_user_request_/confirm/" + "x" * 60


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "dumb")


def mail(text: str, subject: str = "Please confirm", to: tuple[str, ...] = ("buyer@example.com",)) -> Received:
    return Received("mail" if to else "alert", "1", "2026-11-23T15:00:00.000+00:00", to, subject, text, "", {})


@pytest.mark.usefixtures("narrow")
def test_a_link_in_a_mail_is_one_line_that_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    Narrator().show(mail(f"Confirm here:\n\n    {LINK}\n\nThank you"))

    assert f"│     {LINK}" in [line.strip() for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("narrow")
def test_links_to_try_by_hand_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    Narrator().links("To try by hand", {"The buyer's page": LINK})

    assert LINK in [line.strip() for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("narrow")
def test_what_was_sent_is_shown_as_it_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    told = Narrator()
    told.show(mail("[bold]not bold[/bold] [/] \\[x] :smile:", subject="[warning] overdue", to=()))
    told.tell("shop", "POST [red]/orders[/red]", ["[dim]detail[/dim]"])
    told.chapter("[b]Chapter[/b]")
    said = capsys.readouterr().out

    for text in ("[bold]not bold[/bold] [/] \\[x]", "[warning] overdue", "[red]/orders[/red]", "[dim]detail[/dim]"):
        assert text in said
    assert "[b]Chapter[/b]" in said
    assert "to the ops topic" in said


@pytest.mark.usefixtures("narrow")
def test_of_a_long_mail_the_first_lines_are_shown_and_that_there_are_more(capsys: pytest.CaptureFixture[str]) -> None:
    told = Narrator()
    told.show(mail("one\ntwo\n\nfour"), most=3)
    cut = capsys.readouterr().out
    told.show(mail("one\ntwo\n\nfour"), most=4)
    whole = capsys.readouterr().out

    assert [line.strip("│ ") for line in cut.splitlines()][-4:] == ["one", "two", "", "…"]
    assert "four" in whole
    assert "…" not in whole


def test_everybody_in_the_story_has_a_colour() -> None:
    files = (ROOT / "tools/doorstep_cli").glob("demo*.py")
    told = [
        node.args[0].value
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and "tell" in {getattr(node.func, "attr", ""), getattr(node.func, "id", "")}
        and isinstance(node.args[0], ast.Constant)
    ]

    assert len(told) > 25
    assert set(told) <= set(narrator._COLOURS)
