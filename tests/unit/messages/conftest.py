"""Every letter, alert and page there is, in every variant a template can branch on; shared by the tests here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from doorstep.messages import alert, mail, pages, views
from doorstep.messages.catalogue import texts
from doorstep.parcels.scan import MILESTONES

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

REDIRECT = views.ShownOption("redirect", "USD 21.00", "buyer", (1, 3), takes_address=True, warns=True)
HOLD = views.ShownOption("hold_at_location", "USD 5.00", "seller", (1, 1), place="Sample Counter, Exampleton")
WAIT = views.ShownOption("wait", "", "nobody")
PARCEL = views.ShownParcel(
    "Sample Express", "ZZ123", "https://carrier.example/track?n=ZZ123", "exception", "Monday", "Sample Counter"
)
ADDRESS_OPTIONS = {"change_address", "redirect", "reship"}


def every_option() -> tuple[views.ShownOption, ...]:
    """One of each name, and one of each way to tell what it costs and how much later the parcel arrives."""
    named = (
        views.ShownOption(name, "", "nobody", takes_address=name in ADDRESS_OPTIONS, warns=name == "redirect")
        for name in texts("en").names("options")
    )
    return (*named, replace(REDIRECT, name="exchange"), HOLD, replace(WAIT, delay=(2, 2)), replace(WAIT, delay=(0, 4)))


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
        carrier="Sample Express",
        tracking_number="ZZ123",
        tracking_url="https://carrier.example/track?n=ZZ123",
        expected="Friday",
        kind="address_problem",
        reason="address_apt_missing",
        options=(REDIRECT, HOLD, WAIT),
        until="Thursday, November 26, 6:00 PM (Eastern Time)",
        state="accepted",
        chosen=REDIRECT,
        place="Sample Counter",
        offer_url="https://orders.example.com/offers/token-three",
        payment_url="https://pay.example/fee-21",
    )


@pytest.fixture
def bare_facts() -> mail.LetterFacts:
    """A letter with nothing it can do without."""
    return mail.LetterFacts("Sample Shop", "A-1001", "", (), ENTERED_LINES, state="expired")


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
        shown |= _offers(locale, plain, entered)
        sent = replace(order, state="shipped", may_change=False, parcels=(PARCEL, replace(PARCEL, url="", place="")))
        shown |= {
            "shipped": pages.order_page(replace(sent, options=(REDIRECT, HOLD))),
            "shipped/edited": pages.order_page(
                replace(sent, options=(REDIRECT, HOLD), edited=entered, edited_option="redirect")
            ),
            "shipped/nothing": pages.order_page(sent),
            "shipped/nothing-to": pages.order_page(replace(sent, reply_to="help@example.com")),
            "shipped/label": pages.order_page(replace(sent, may_change=True, parcels=(PARCEL,))),
            "delivered/nothing": pages.order_page(replace(sent, state="delivered")),
            "delivered/nothing-to": pages.order_page(replace(sent, state="delivered", reply_to="help@example.com")),
            "code/option": pages.code_page(replace(code, option="redirect")),
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


def _offers(locale: str, plain: views.ShownAddress, entered: views.ShownAddress) -> dict[str, str]:
    """The offer's page: open in every kind and for every reason, then in every state it may come to."""
    offer = views.OfferView(
        locale,
        "Sample Shop",
        "A-1001",
        "address_problem",
        PARCEL,
        "open",
        (REDIRECT, HOLD, WAIT),
        plain,
        3,
        "Thursday",
        reply_to="help@example.com",
    )
    shown = {
        "offer/every-option": pages.offer_page(replace(offer, options=every_option(), current=entered)),
        "offer/bare": pages.offer_page(
            replace(offer, parcel=views.ShownParcel("", "ZZ123", "", "unknown"), until="", reply_to="")
        ),
        "offer/nothing": pages.offer_page(replace(offer, options=())),
        "offer/edited": pages.offer_page(replace(offer, edited=entered, edited_option="redirect")),
    }
    for kind in ("address_problem", "delivery_attempt_failed", "lost"):
        shown[f"offer/{kind}"] = pages.offer_page(replace(offer, kind=kind))
    for reason in texts(locale).names("offers.reasons"):
        shown[f"offer/because-{reason}"] = pages.offer_page(replace(offer, reason=reason))
    for milestone in MILESTONES:
        parcel = replace(PARCEL, milestone=milestone)
        shown[f"offer/parcel-{milestone}"] = pages.offer_page(replace(offer, parcel=parcel))
    for notice in get_args(views.Notice):
        shown[f"offer/notice-{notice}"] = pages.offer_page(replace(offer, notice=notice))
    for state in get_args(views.OfferState)[1:]:
        reached = replace(offer, state=state, since="Tuesday", payment_url="https://pay.example/fee-21")
        shown[f"offer/{state}"] = pages.offer_page(replace(reached, chosen=REDIRECT, new_lines=ENTERED_LINES))
        shown[f"offer/{state}-unchosen"] = pages.offer_page(reached)
        for one in every_option() if state in {"accepted", "fulfilled"} else ():
            shown[f"offer/{state}-{one.name}-{one.delay}"] = pages.offer_page(replace(reached, chosen=one))
    return shown
