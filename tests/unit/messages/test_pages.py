"""Pages: well-formed, escaped, usable without script or sight, and true to their content security policy."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

import pytest

from doorstep.messages import pages, views
from doorstep.messages.catalogue import languages, texts

HOSTILE = "<script>alert('x')</script>"
VOID = {"meta", "input", "br"}
EveryPage = Callable[[str], dict[str, str]]


class Page(HTMLParser):
    """Elements with their attributes, in order; raises when tags do not pair."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute of {tag} stands twice"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def every(every_page: EveryPage) -> list[tuple[str, Page]]:
    return [(f"{locale} {name}", Page(html)) for locale in languages() for name, html in every_page(locale).items()]


def test_every_page_is_well_formed_and_says_its_language(every_page: EveryPage) -> None:
    for locale in languages():
        for name, html in every_page(locale).items():
            page = Page(html)

            assert html.startswith("<!DOCTYPE html>"), name
            assert page.all("html") == [{"lang": locale, "dir": "ltr"}], name
            assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1, name
            assert "{" not in page.text.replace(texts_of_style(html), ""), name


def texts_of_style(html: str) -> str:
    found = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert found
    return found[1]


def test_no_page_needs_script_or_anything_from_elsewhere(every_page: EveryPage) -> None:
    for name, page in every(every_page):
        tags = {tag for tag, _ in page.elements}
        attributes = {attribute for _, given in page.elements for attribute in given}

        assert not tags & {"script", "img", "iframe", "link", "object", "embed", "base"}, name
        assert not any(attribute.startswith("on") for attribute in attributes), name
        assert not attributes & {"style", "src", "action", "formaction"}, name


def test_the_style_is_the_one_the_policy_allows(every_page: EveryPage) -> None:
    for html in every_page("en").values():
        digest = hashlib.sha256(texts_of_style(html).encode()).digest()

        assert "sha256-" + base64.b64encode(digest).decode() == pages.STYLE_HASH
    assert "url(" not in texts_of_style(html)
    assert "@import" not in texts_of_style(html)


def test_every_form_posts_and_every_button_says_what_it_does(every_page: EveryPage) -> None:
    known = {"confirm", "take_suggestion", "edit", "keep", "enter_code", "resend"}
    said: set[str] = set()
    for name, page in every(every_page):
        assert all(
            form == {"method": "post"} | ({"class": form["class"]} if "class" in form else {})
            for form in page.all("form")
        ), name
        for button in page.all("button"):
            assert button["name"] == "action", name
            said.add(button["value"])

    assert said == known


def test_every_field_has_a_label_and_every_reference_a_target(every_page: EveryPage) -> None:
    for name, page in every(every_page):
        ids = [given["id"] for _, given in page.elements if "id" in given]
        labelled = {label["for"] for label in page.all("label")}
        fields = [given for tag in ("input", "select") for given in page.all(tag) if given.get("type") != "hidden"]
        described = [given["aria-describedby"] for _, given in page.elements if "aria-describedby" in given]

        assert len(ids) == len(set(ids)), name
        assert {field["id"] for field in fields} == labelled, name
        assert all("autocomplete" in field for field in fields), name
        assert {one for many in described for one in many.split()} <= set(ids), name
        assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= set(ids), name


def test_every_page_can_be_read_in_every_language(every_page: EveryPage) -> None:
    for name, page in every(every_page):
        links = {link["href"] for link in page.all("a") if link["href"].startswith("?lang=")}

        assert len(links) == len(languages()) - 1, name


@pytest.mark.parametrize("locale", languages())
def test_whatever_a_stranger_wrote_is_escaped(locale: str) -> None:
    lines = (HOSTILE, "O'Brien-Núñez", "Apt ½")
    address = dict.fromkeys(views.FIELDS, f'"{HOSTILE}')
    issues = (views.ShownIssue("line1", "error", HOSTILE), views.ShownIssue("", "info", HOSTILE))
    shown = views.ShownAddress(lines, address, issues, (views.ShownSuggestion(lines, address, ("line1",)),))
    american = replace(shown, address={**address, "country": "US"})
    items = ((HOSTILE, 1),)
    rendered = [
        pages.confirm_page(views.ConfirmView(locale, HOSTILE, HOSTILE, shown, 1, items, HOSTILE)),
        pages.confirm_page(views.ConfirmView(locale, HOSTILE, HOSTILE, american, 1, items, edited=american)),
        pages.order_page(views.OrderView(locale, HOSTILE, HOSTILE, "released", shown, 1, HOSTILE, items)),
        pages.code_page(views.CodeView(locale, HOSTILE, HOSTILE, lines, lines, 1, 15)),
        pages.recorded_page(views.RecordedView(locale, HOSTILE, HOSTILE, "kept", HOSTILE, lines)),
        pages.problem_page(views.ProblemView(locale, 400, HOSTILE)),
    ]

    for html in rendered:
        assert "<script" not in html
        assert HOSTILE in Page(html).text
    assert all("O'Brien-Núñez" in Page(html).text and "Apt ½" in Page(html).text for html in rendered[:5])


def test_an_unknown_locale_gets_english_and_reaches_no_attribute() -> None:
    html = pages.link_page(views.LinkView('"><script>'))

    assert Page(html).all("html")[0]["lang"] == "en"


def test_the_confirm_page_lets_the_buyer_confirm_take_or_edit(every_page: EveryPage) -> None:
    page = Page(every_page("en")["confirm/suggestion"])

    assert [button["value"] for button in page.all("button")] == ["confirm", "take_suggestion", "edit"]
    hidden = [given for given in page.all("input") if given.get("type") == "hidden"]
    assert [given["value"] for given in hidden if given["name"] == "shown_version"] == ["3", "3", "3"]


def test_a_suggestion_posts_its_whole_address_and_marks_what_differs(every_page: EveryPage) -> None:
    html = every_page("en")["confirm/suggestion"]
    card = html[html.index('class="push">', html.index("A similar address")) : html.index('value="take_suggestion"')]

    assert 'name="line1" value="12 Sample St"' in card
    assert 'name="country" value="US"' in card
    assert "<mark>Sample St</mark>" in html
    assert "<mark>05408</mark>" in html
    assert "street address, apartment or unit, city, state, ZIP Code, country" in html


def test_doubts_stand_beside_their_fields_and_the_buyer_may_insist(every_page: EveryPage) -> None:
    page = Page(every_page("en")["confirm/edited"])
    line1 = next(given for given in page.all("input") if given.get("id") == "line1")

    assert line1["value"] == "12 Sampel Street"
    assert line1["aria-invalid"] == "true"
    assert line1["aria-describedby"] == "line1-1 line1-2"
    assert [button["value"] for button in page.all("button")] == ["take_suggestion", "edit", "keep", "confirm"]
    assert "Problem: The street is not known here." in page.text


def test_nobody_can_insist_on_what_would_make_no_label(every_page: EveryPage) -> None:
    page = Page(every_page("en")["order/edited-waiting"])

    assert [button["value"] for button in page.all("button")] == ["take_suggestion", "edit", "confirm"]
    assert texts("en").sentence("pages.edited.keep_note") not in page.text


def test_a_change_that_waits_for_its_code_shows_both_addresses_and_can_be_dropped(every_page: EveryPage) -> None:
    html = every_page("en")["code"]
    page = Page(html)

    assert [button["value"] for button in page.all("button")] == ["enter_code", "confirm"]
    assert html.index("12 Sample St") < html.index('value="enter_code"') < html.index("12 Sampel Street")
    hidden = [given["value"] for given in page.all("input") if given.get("name") == "shown_version"]
    assert hidden == ["3", "3"]


@pytest.mark.parametrize("notice", [notice for notice in get_args(views.Notice) if notice])
def test_a_notice_is_an_alert_above_the_address(notice: str, every_page: EveryPage) -> None:
    html = every_page("en")[f"confirm/notice-{notice}"]

    assert html.count('role="alert"') == 1
    assert html.index(texts("en").sentence(f"pages.notices.{notice}")) < html.index("12 Sample St")


def test_return_in_a_field_checks_and_never_insists(every_page: EveryPage) -> None:
    html = every_page("en")["confirm/edited"]

    assert html.index('value="edit"') < html.index('value="keep"')


def test_a_state_is_chosen_from_a_list_in_the_us_and_typed_elsewhere(every_page: EveryPage) -> None:
    home, abroad = Page(every_page("en")["confirm/edited"]), Page(every_page("en")["confirm/abroad"])

    chosen = [option["value"] for option in home.all("option") if "selected" in option]
    assert chosen == ["VT"]
    assert len(home.all("option")) > 55
    assert abroad.all("select") == []
    assert next(given for given in abroad.all("input") if given.get("id") == "state")["value"] == "ON"


def test_only_an_order_that_waits_asks_for_an_answer(every_page: EveryPage) -> None:
    shown = every_page("en")

    assert 'value="confirm"' in shown["order/waiting"]
    assert 'value="confirm"' not in shown["order/released"] + shown["order/edited"]
    assert 'value="confirm"' in shown["order/edited-waiting"]


def test_a_link_that_does_not_work_tells_nothing_about_any_order(every_page: EveryPage) -> None:
    for name in ("link", "resend"):
        assert "A-1001" not in every_page("en")[name]
        assert "Sample Shop" not in every_page("en")[name]


@pytest.mark.parametrize(("status", "told"), [(404, "404"), (409, "400"), (429, "429"), (500, "500"), (503, "500")])
def test_a_problem_is_told_in_a_sentence_of_its_class(status: int, told: str) -> None:
    html = pages.problem_page(views.ProblemView("en", status))

    assert texts("en").sentence(f"pages.problem.{told}.text") in Page(html).text
