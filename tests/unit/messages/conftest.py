"""Every letter, alert and page there is, in every variant a template can branch on; shared by the tests here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from doorstep.messages import alert, mail, pages, views

HOSTILE = "<script>alert('x')</script>"
BUYER = "O'Brien-Núñez"
UNIT = "Apt ½"
MOMENT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)

ENTERED = {
    "line1": "12 Sampel Street",
    "line2": UNIT,
    "city": "Exampleton",
    "state": "VT",
    "postal_code": "05401",
    "country": "US",
}
BETTER = {**ENTERED, "line1": "12 Sample St", "postal_code": "05408"}
ABROAD = {**ENTERED, "state": "ON", "postal_code": "K1A 0B1", "country": "CA"}
ENTERED_LINES = (BUYER, "12 Sampel Street", UNIT, "Exampleton, VT 05401")
BETTER_LINES = (BUYER, "12 Sample St", UNIT, "Exampleton, VT 05408")


@pytest.fixture
def facts() -> mail.LetterFacts:
    """A letter with everything a letter can have."""
    return mail.LetterFacts(
        shop_name="Sample Shop",
        order_id="A-1001",
        buyer_name=BUYER,
        items=(("Door chime", 2), ("A very long title " * 20, 1)),
        address_lines=ENTERED_LINES,
        suggestion_lines=BETTER_LINES,
        issues=("The ZIP Code does not match the city.",),
        confirm_url="https://orders.example.com/confirm/token-one",
        order_url="https://orders.example.com/order/token-two",
        deadline="Tuesday, November 24, 6:00 PM (Eastern Time)",
        code="482915",
        code_minutes=15,
        previous_lines=BETTER_LINES,
        reply_to="help@example.com",
        new_lines=BETTER_LINES,
    )


@pytest.fixture
def bare_facts() -> mail.LetterFacts:
    """A letter with nothing it can do without."""
    return mail.LetterFacts("Sample Shop", "A-1001", "", (), ENTERED_LINES)


@pytest.fixture
def alert_facts() -> alert.AlertFacts:
    """An alert with everything an alert can have."""
    path = "/orders/sample-shop/A-1001"
    return alert.AlertFacts(
        "sample-shop",
        "A-1001",
        "warning",
        "bounced",
        MOMENT,
        12500,
        "USD",
        path,
        f"{path}/messages/-/confirm_address/1",
    )


@pytest.fixture
def entered() -> views.ShownAddress:
    """An address with an issue of every severity and a suggestion."""
    return views.ShownAddress(
        ENTERED_LINES,
        ENTERED,
        (
            views.ShownIssue("line1", "error", "The street is not known here."),
            views.ShownIssue("line1", "warning", "The street may be spelt otherwise."),
            views.ShownIssue("postal_code", "info", "The ZIP Code was completed."),
            views.ShownIssue("country", "info", "The country is fixed."),
            views.ShownIssue("", "warning", "Street and ZIP Code do not go together."),
        ),
        (views.ShownSuggestion(BETTER_LINES, BETTER, views.FIELDS),),
    )


@pytest.fixture
def every_page(entered: views.ShownAddress) -> Callable[[str], dict[str, str]]:
    """All pages in a language, by a name that says which variant it is."""
    plain = views.ShownAddress(BETTER_LINES, BETTER)
    abroad = views.ShownAddress(ENTERED_LINES, ABROAD, (views.ShownIssue("state", "error", "No such province."),))

    def render(locale: str) -> dict[str, str]:
        ask = views.ConfirmView(locale, "Sample Shop", "A-1001", plain, 3, (("Door chime", 2),), "Tuesday")
        order = views.OrderView(locale, "Sample Shop", "A-1001", "waiting", plain, 3, "Monday", (("Door chime", 2),))
        code = views.CodeView(locale, "Sample Shop", "A-1001", BETTER_LINES, ENTERED_LINES, 3, 15)
        recorded = views.RecordedView(locale, "Sample Shop", "A-1001", "confirmed", "Monday", BETTER_LINES)
        shown = {
            "confirm/suggestion": pages.confirm_page(replace(ask, current=entered)),
            "confirm/error": pages.confirm_page(replace(ask, current=replace(entered, suggestions=()))),
            "confirm/abroad": pages.confirm_page(replace(ask, current=abroad, deadline="", items=())),
            "confirm/edited": pages.confirm_page(replace(ask, current=plain, edited=entered)),
            "order/edited": pages.order_page(replace(order, edited=entered, state="released")),
            "order/edited-waiting": pages.order_page(replace(order, edited=replace(entered, may_insist=False))),
            "order/bare": pages.order_page(replace(order, since="", items=())),
            "order/suggestion": pages.order_page(replace(order, current=entered)),
            "code": pages.code_page(code),
            "code/wrong": pages.code_page(replace(code, wrong=True, tries_left=4)),
            "link": pages.link_page(views.LinkView(locale)),
            "resend": pages.resend_page(views.ResendView(locale)),
        }
        for silence in get_args(views.Silence):
            shown[f"confirm/{silence}"] = pages.confirm_page(replace(ask, if_silent=silence))
        for notice in get_args(views.Notice):
            shown[f"confirm/notice-{notice}"] = pages.confirm_page(replace(ask, notice=notice))
        for state in get_args(views.OrderState):
            shown[f"order/{state}"] = pages.order_page(replace(order, state=state))
        for what in get_args(views.Recorded):
            shown[f"recorded/{what}"] = pages.recorded_page(replace(recorded, what=what))
            shown[f"again/{what}"] = pages.recorded_page(replace(recorded, what=what, again=True))
        for status in (400, 404, 405, 409, 413, 429, 500, 503):
            shown[f"problem/{status}"] = pages.problem_page(views.ProblemView(locale, status, "reference-1"))
        return shown

    return render
