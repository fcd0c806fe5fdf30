"""The checkout page in a real browser: hints at the fields, and never in the way of an order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checkout_stub import WEB, CheckoutStub
from chromium import Chromium, installed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(installed() is None, reason="no Chromium or Chrome is installed"),
]

LARGEST_WIDGET = 12 * 1024  # bytes, as a shop's page loads it
STATUS = "document.querySelector('.doorstep [role=status]').textContent"
PLACED = "!document.querySelector('#placed').hidden"
BUY = "document.querySelector('.buy')"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as chromium:
        yield chromium


@pytest.fixture
def stub() -> Iterator[CheckoutStub]:
    with CheckoutStub() as checkout:
        yield checkout


@pytest.fixture
def page(browser: Chromium, stub: CheckoutStub) -> Chromium:
    browser.console.clear()
    browser.open(stub.page)
    browser.until("document.querySelector('.doorstep')")
    return browser


def button(text: str) -> str:
    return f"[...document.querySelectorAll('.doorstep button')].find(it => it.textContent === {text!r})"


def enter(
    page: Chromium, line1: str = "842 Hennepin Ave", city: str = "Minneapolis", postal_code: str = "55403"
) -> None:
    for name, text in {"line1": line1, "city": city, "state": "MN", "postal_code": postal_code}.items():
        page.type(f"#{name}", text)


def sent(page: Chromium) -> dict[str, Any]:
    order: dict[str, Any] = page.run("JSON.parse(document.querySelector('#order').textContent)")
    return order


def test_a_good_address_is_checked_quietly_and_goes_with_its_token(page: Chromium, stub: CheckoutStub) -> None:
    enter(page)
    page.until(f"{STATUS} === 'Address checked.'")

    page.click(BUY)
    page.until(PLACED)

    assert sent(page)["verdict_token"] == f"token-{len(stub.asked)}"
    assert sent(page)["choice"] == ""
    assert page.console == []


def test_an_issue_stands_at_its_field_and_is_read_out_with_it(page: Chromium) -> None:
    enter(page, city="Minneapols")
    page.until("document.querySelector('#city ~ .doorstep-issue')")

    described = page.run(
        "document.querySelector('#city').getAttribute('aria-describedby').split(' ')"
        ".map(id => document.getElementById(id).textContent).join(' ')"
    )
    assert "misspelled" in described
    assert page.run(STATUS) == "Please take another look at the address."


def test_the_suggestion_is_taken_with_one_click(page: Chromium, stub: CheckoutStub) -> None:
    enter(page, city="Minneapols")
    page.until(button("Use this address"))

    page.click(button("Use this address"))
    page.until(f"{STATUS}.startsWith('Thank you')")
    page.click(BUY)
    page.until(PLACED)

    assert sent(page)["address"]["city"] == "MINNEAPOLIS"
    assert sent(page)["choice"] == "suggestion"
    assert sent(page)["verdict_token"] == f"token-{len(stub.asked)}"
    assert page.run("document.querySelectorAll('.doorstep-issue').length") == 0


def test_the_buyer_may_keep_what_they_typed(page: Chromium) -> None:
    enter(page, city="Minneapols")
    page.until(button("Keep what I typed"))

    page.click(button("Keep what I typed"))
    page.click(BUY)
    page.until(PLACED)

    assert sent(page)["address"]["city"] == "Minneapols"
    assert sent(page)["choice"] == "as_entered"


def test_what_is_only_doubtful_does_not_hold_the_order(page: Chromium) -> None:
    enter(page, city="Minneapols")
    page.click(BUY)

    page.until(PLACED)

    assert sent(page)["choice"] == ""


def test_what_must_be_mended_holds_the_order_and_shows_where(page: Chromium) -> None:
    enter(page, line1="Hennepin Ave")
    page.click(BUY)
    page.until("document.activeElement.id === 'line1'")

    assert not page.run(PLACED)
    assert page.run("document.querySelector('#line1').getAttribute('aria-invalid')") == "true"

    page.type("#line1", "842 Hennepin Ave")
    page.click(BUY)
    page.until(PLACED)

    assert sent(page)["choice"] == "edited"
    assert page.run("document.querySelector('#line1').hasAttribute('aria-invalid')") is False


def test_the_buyer_can_insist_on_what_must_be_mended(page: Chromium) -> None:
    enter(page, line1="Hennepin Ave")
    page.until(button("Use it as entered"))

    page.click(button("Use it as entered"))
    page.click(BUY)
    page.until(PLACED)

    assert sent(page)["choice"] == "as_entered"
    assert sent(page)["address"]["line1"] == "Hennepin Ave"


def test_typing_on_takes_the_insistence_back(page: Chromium) -> None:
    enter(page, line1="Hennepin Ave")
    page.until(button("Use it as entered"))
    page.click(button("Use it as entered"))

    page.type("#line1", "Nicollet Mall")
    page.click(BUY)
    page.until("document.activeElement.id === 'line1'")

    assert not page.run(PLACED)


def test_the_unit_is_asked_for_and_put_into_its_field(page: Chromium, stub: CheckoutStub) -> None:
    stub.answer = {"verdict": "add_unit", "issues": [], "suggestions": [], "verdict_token": "t"}
    enter(page)
    page.until(button("There is none"))

    stub.answer = None
    page.type(".doorstep input", "Apt 4")
    page.click(button("Add"))
    page.until(f"{STATUS} === 'Address checked.'")
    page.click(BUY)
    page.until(PLACED)

    assert sent(page)["address"]["line2"] == "Apt 4"
    assert sent(page)["choice"] == "edited"


@pytest.mark.parametrize("mood", ["broken", "refusing", "nonsense"])
def test_a_failing_api_never_holds_the_order(page: Chromium, stub: CheckoutStub, mood: str) -> None:
    stub.mood = mood
    enter(page)
    page.click(BUY)

    page.until(PLACED)

    assert sent(page)["verdict_token"] == ""
    assert not page.console or "goes through" in page.console[0]


def test_a_slow_api_holds_the_order_for_three_seconds_at_most(page: Chromium, stub: CheckoutStub) -> None:
    stub.mood = "slow"
    enter(page)
    started = time.monotonic()
    page.click(BUY)
    page.until(f"{STATUS} === 'Checking the address…'", seconds=2)

    page.until(PLACED, seconds=6)

    assert time.monotonic() - started < 4.5
    assert any("goes through" in line for line in page.console)


def test_an_unreachable_api_never_holds_the_order(browser: Chromium, stub: CheckoutStub) -> None:
    browser.console.clear()
    browser.open(stub.page.replace("api=http://127.0.0.1:", "api=http://127.0.0.1:1/gone"))
    enter(browser)
    browser.click(BUY)

    browser.until(PLACED)

    assert any("goes through" in line for line in browser.console)


def test_the_form_is_worded_and_ordered_for_the_country(page: Chromium) -> None:
    page.run("country.value = 'DE'; country.dispatchEvent(new Event('change', { bubbles: true }))")
    page.until("document.querySelector('label[for=postal_code]').textContent === 'Postal code'")

    assert page.run("document.querySelector('#state').closest('.field').hidden")
    order = page.run("[...document.querySelectorAll('.row .field:not([hidden]) input')].map(it => it.id)")
    assert order == ["postal_code", "city"]
    assert page.run("document.querySelector('#postal_code').inputMode") == "numeric"


@pytest.mark.parametrize(
    ("lang", "status"), [("es", "Dirección comprobada."), ("zh-CN", "地址已核对。"), ("en", "Address checked.")]
)
def test_it_speaks_the_language_of_the_page(browser: Chromium, stub: CheckoutStub, lang: str, status: str) -> None:
    browser.open(f"{stub.page}&lang={lang}")
    browser.until("document.querySelector('.doorstep')")
    enter(browser)

    browser.until(f"{STATUS} === {status!r}")

    assert stub.asked[-1]["locale"] == lang


def test_what_the_api_says_is_text_and_never_html(page: Chromium, stub: CheckoutStub) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\">"
    address = {"line1": evil, "line2": "", "city": evil, "state": "MN", "postal_code": "55403", "country": "US"}
    stub.answer = {
        "verdict": "confirm",
        "issues": [{"code": "x", "field": "city", "severity": "warning", "message": evil}],
        "suggestions": [{"address": address, "changed": ["city"], "score": 1}],
    }
    enter(page)
    page.until(button("Use this address"))

    assert page.run("document.querySelectorAll('img').length") == 0
    assert page.run("document.title") != "owned"


def test_a_double_click_places_one_order(page: Chromium) -> None:
    page.run("window.placed = 0; checkout.addEventListener('submit', () => { window.placed++ })")
    enter(page)
    page.run(f"{BUY}.click(); {BUY}.click(); {BUY}.click()")
    page.until(PLACED)
    time.sleep(0.3)

    assert page.run("window.placed") == 1


def test_the_widget_stays_small_and_depends_on_nothing() -> None:
    source = Path(WEB / "doorstep-checkout.js").read_text("utf-8")

    assert len(source.encode()) < LARGEST_WIDGET
    assert "import {" not in source
    assert "https:" not in source
    assert "innerHTML" not in source
