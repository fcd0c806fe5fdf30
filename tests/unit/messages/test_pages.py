"""Pages: well-formed, escaped, usable without script or sight, and true to their content security policy."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
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
    known = {"confirm", "take_suggestion", "edit", "keep", "choose", "take_back", "enter_code", "resend"}
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
    parcel = views.ShownParcel(HOSTILE, HOSTILE, f'"{HOSTILE}', "exception", HOSTILE, HOSTILE)
    option = views.ShownOption("redirect", HOSTILE, "buyer", (1, 3), HOSTILE, takes_address=True)
    shipped = views.OrderView(
        locale, HOSTILE, HOSTILE, "shipped", american, 1, HOSTILE, items, parcels=(parcel,), may_change=False
    )
    offer = views.OfferView(
        locale, HOSTILE, HOSTILE, HOSTILE, parcel, "open", (option,), american, 1, HOSTILE, reply_to=HOSTILE
    )
    rendered = [
        pages.confirm_page(views.ConfirmView(locale, HOSTILE, HOSTILE, shown, 1, items, HOSTILE)),
        pages.confirm_page(views.ConfirmView(locale, HOSTILE, HOSTILE, american, 1, items, edited=american)),
        pages.order_page(views.OrderView(locale, HOSTILE, HOSTILE, "released", shown, 1, HOSTILE, items)),
        pages.code_page(views.CodeView(locale, HOSTILE, HOSTILE, lines, lines, 1, 15)),
        pages.recorded_page(views.RecordedView(locale, HOSTILE, HOSTILE, "kept", HOSTILE, lines)),
        pages.order_page(replace(shipped, reply_to=HOSTILE)),
        pages.order_page(replace(shipped, options=(option,))),
        pages.offer_page(offer),
        pages.offer_page(replace(offer, edited=american, edited_option=option.name)),
        pages.offer_page(replace(offer, state="accepted", chosen=option, new_lines=lines, payment_url=HOSTILE)),
        pages.problem_page(views.ProblemView(locale, 400, HOSTILE)),
    ]

    for html in rendered:
        assert "<script" not in html
        assert HOSTILE in Page(html).text
    assert all("O'Brien-Núñez" in Page(html).text and "Apt ½" in Page(html).text for html in rendered[:-1])


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


def forms(html: str) -> list[str]:
    return re.findall(r"<form.*?</form>", html, re.DOTALL)


def hidden(form: str) -> dict[str, str]:
    return {given["name"]: given["value"] for given in Page(form).all("input") if given.get("type") == "hidden"}


def test_every_option_is_a_form_of_its_own_that_says_which_it_is(every_page: EveryPage) -> None:
    redirect, hold, wait = forms(every_page("en")["offer/address_problem"])

    assert [button["value"] for button in Page(redirect).all("button")] == ["edit"]
    assert hidden(redirect) == {"shown_version": "3", "option": "redirect", "country": "US"}
    for form, name in ((hold, "hold_at_location"), (wait, "wait")):
        assert [button["value"] for button in Page(form).all("button")] == ["choose"]
        assert hidden(form) == {"shown_version": "3", "option": name}


def test_an_option_says_what_it_costs_who_pays_and_how_much_later(every_page: EveryPage) -> None:
    text = Page(every_page("en")["offer/address_problem"]).text

    assert "Costs USD 21.00, which you pay. You get the payment link once you have chosen." in text
    assert "Arrives about 1 to 3 days later." in text
    assert "Free for you: we pay the fee of USD 5.00. Arrives about 1 day later." in text
    assert "Place: Sample Counter, Exampleton" in text
    assert "Please choose by Thursday." in text


def test_money_back_is_not_called_free(every_page: EveryPage) -> None:
    html = every_page("en")["offer/every-option"]
    cards = re.findall(r'<section class="choice">.*?</section>', html, re.DOTALL)
    free = {hidden(card)["option"] for card in cards if "Free for you." in card}

    assert "refund" not in free
    assert {"wait", "redeliver", "reship"} < free


def test_a_redirect_is_agreed_to_where_it_is_chosen_and_where_the_address_is_doubted(every_page: EveryPage) -> None:
    consent = texts("en").sentence("offers.terms.consent")
    shown = every_page("en")

    for name in ("offer/address_problem", "offer/edited", "shipped", "shipped/edited"):
        assert shown[name].count(consent) == 1, name
        assert shown[name].index(consent) < shown[name].rindex('name="line1"'), name


@pytest.mark.parametrize("name", ["offer/edited", "shipped/edited"])
def test_a_doubted_address_is_posted_again_for_the_same_option(name: str, every_page: EveryPage) -> None:
    html = every_page("en")[name]

    assert [hidden(form)["option"] for form in forms(html)] == ["redirect", "redirect"]
    assert [button["value"] for button in Page(html).all("button")] == ["take_suggestion", "edit", "keep"]
    assert texts("en").sentence("options.redirect.title") in html
    assert {"href": ""} in Page(html).all("a")


def test_a_code_for_an_option_says_which(every_page: EveryPage) -> None:
    shown = every_page("en")

    assert [hidden(form).get("option") for form in forms(shown["code/option"])] == ["redirect", "redirect"]
    assert [hidden(form).get("option") for form in forms(shown["code"])] == [None, None]


@pytest.mark.parametrize("state", get_args(views.OfferState)[1:])
def test_an_answered_offer_says_what_became_of_it_and_asks_nothing_more(state: str, every_page: EveryPage) -> None:
    html = every_page("en")[f"offer/{state}"]
    text = Page(html).text

    assert ['value="take_back"' in form for form in forms(html)] == [True] * (state == "accepted")
    assert texts("en").sentence(f"offers.states.{state}.title") in text
    assert "A-1001" in text
    assert "Since Tuesday" in text
    assert texts("en").sentence("options.redirect.title") in text
    assert "Sampel Street" in html


@pytest.mark.parametrize(
    ("page", "pays"),
    [
        ("offer/accepted", True),
        ("offer/requested", True),
        ("offer/accepted-unchosen", False),
        ("offer/accepted-wait-(2, 2)", False),
        ("offer/accepted-hold_at_location-(1, 1)", False),
        ("offer/fulfilled", False),
        ("offer/withdrawn", False),
        ("offer/address_problem", False),
    ],
)
def test_only_a_buyer_who_pays_for_what_is_under_way_is_asked_to(page: str, pays: bool, every_page: EveryPage) -> None:
    links = [link for link in Page(every_page("en")[page]).all("a") if link["href"] == "https://pay.example/fee-21"]

    assert [link["rel"] for link in links] == ["noopener noreferrer"] * pays


def test_an_order_on_its_way_shows_its_parcels_and_no_address_form(every_page: EveryPage) -> None:
    page = Page(every_page("en")["shipped/nothing"])

    assert page.all("form") == []
    assert "Parcel 1" in page.text
    assert "Parcel 2" in page.text
    assert [link["href"] for link in page.all("a") if link["href"].startswith("https:")] == [
        "https://carrier.example/track?n=ZZ123"
    ]
    assert texts("en").sentence("pages.order_page.no_change") in page.text
    assert "write to help@example.com" in Page(every_page("en")["shipped/nothing-to"]).text


def test_what_can_still_be_done_stands_on_the_page_of_a_shipped_order(every_page: EveryPage) -> None:
    page = Page(every_page("en")["shipped"])

    assert [button["value"] for button in page.all("button")] == ["edit", "choose"]
    assert texts("en").sentence("pages.order_page.no_change") not in page.text


def test_an_address_that_may_be_changed_keeps_its_form_though_a_label_is_made(every_page: EveryPage) -> None:
    page = Page(every_page("en")["shipped/label"])

    assert [button["value"] for button in page.all("button")] == ["edit"]


def test_headings_skip_no_level(every_page: EveryPage) -> None:
    for name, page in every(every_page):
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]

        assert levels[0] == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), name
