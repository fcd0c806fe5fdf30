"""From an answer to its page: what is said is what was recorded, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pytest
from fakes import NOW, FakeJudge, an_order, answered, version
from samples import GOOD, MISSPELT, NEARBY

from doorstep.address import Address
from doorstep.messages.catalogue import texts
from doorstep.messages.showing import page
from doorstep.orders.order import PendingChange
from doorstep.orders.policy import Policies
from doorstep.orders.store import OrderFile
from doorstep.orders.visit import Answer

POLICY = Policies.from_json("{}").of("shop-1")


def shown(answer: Answer, purpose: Literal["confirm", "order"] = "confirm") -> str:
    return page(answer, purpose, locale="en", policy=POLICY, judge=FakeJudge())


def said(key: str) -> str:
    return texts("en").sentence(key)


def with_second(file: OrderFile, **changes: Any) -> OrderFile:
    """The order, confirmed, with a second address version in force."""
    second = version(file, version=2, **changes)
    confirmed = answered(file)
    return OrderFile(replace(confirmed.order, address_version=2), (*file.addresses, second))


@pytest.mark.parametrize(
    ("by", "how", "choice", "key"),
    [
        ("buyer", "confirm_link", "edited", "changed"),
        ("buyer", "order_link", "suggestion", "suggestion_taken"),
        ("buyer", "confirm_link", "as_entered", "kept"),
        ("seller", "api", "edited", "confirmed"),
        ("seller", "api", "as_entered", "confirmed"),
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_what_the_buyer_chose_is_told_only_of_the_buyers_own_address(
    by: str, how: str, choice: str, key: str, again: bool
) -> None:
    file = with_second(an_order(), by=by, how=how, choice=choice)

    html = shown(Answer("recorded", file, again=again))

    told = {name for name in ("confirmed", "changed", "suggestion_taken", "kept") if said(_key(name, again)) in html}
    assert told == {key}


def _key(what: str, again: bool) -> str:
    return f"pages.recorded.again_{what}" if again else f"pages.recorded.{what}"


def test_the_address_placed_with_the_order_is_confirmed_not_changed() -> None:
    assert said("pages.recorded.confirmed") in shown(Answer("recorded", answered(an_order())))


def test_a_link_that_stays_open_shows_the_order_instead_of_an_old_answer() -> None:
    file = answered(an_order())

    assert said("pages.recorded.again") in shown(Answer("recorded", file, again=True), "confirm")
    assert said("pages.order_page.confirmed") in shown(Answer("recorded", file, again=True), "order")
    assert said("pages.recorded.confirmed") in shown(Answer("recorded", file), "order")


@pytest.mark.parametrize("purpose", ["confirm", "order"])
@pytest.mark.parametrize(
    ("show", "notice"),
    [("moved_on", "changed_meanwhile"), ("code_expired", "code_expired"), ("too_many", "too_many"), ("address", "")],
)
def test_what_came_in_the_way_is_told_above_the_address(
    show: Any, notice: str, purpose: Literal["confirm", "order"]
) -> None:
    html = shown(Answer(show, an_order()), purpose)

    told = [name for name in ("changed_meanwhile", "code_expired", "too_many") if said(f"pages.notices.{name}") in html]
    assert told == ([notice] if notice else [])


def test_the_code_page_shows_the_address_that_waits_and_the_one_in_force() -> None:
    file = an_order()
    proposed = version(file, typed=Address.from_dict(NEARBY), judgement=_judged(NEARBY))
    pending = PendingChange(proposed, "-/one_time_code/1", NOW + timedelta(minutes=15), tries=2)
    waiting = OrderFile(replace(file.order, pending_change=pending), file.addresses)

    html, wrong = shown(Answer("code", waiting)), shown(Answer("code_wrong", waiting))

    assert html.index("77 PINE ST") < html.index('value="enter_code"') < html.index("149 CHURCH STREET")
    assert said("pages.code.wrong") not in html
    assert texts("en").say("pages.code.tries_left", tries=3) in wrong


def test_an_address_abroad_cannot_be_insisted_on() -> None:
    file = an_order()
    proposed = version(file, typed=Address.from_dict(MISSPELT), judgement=_judged(MISSPELT))

    mend, elsewhere = (shown(Answer(show, file, proposed)) for show in ("mend", "other_country"))  # type: ignore[arg-type]

    assert 'value="keep"' in mend
    assert 'value="keep"' not in elsewhere
    assert said("pages.problems.other_country") in elsewhere


def test_what_would_make_no_label_cannot_be_insisted_on() -> None:
    file = an_order()
    proposed = version(file, typed=Address.from_dict({**GOOD, "line1": "", "city": ""}), judgement=_judged({}))

    assert 'value="keep"' not in shown(Answer("mend", file, proposed))


def _judged(address: dict[str, str]) -> Any:
    from doorstep.address import TypedAddress

    return FakeJudge().judge(TypedAddress.of(Address.from_dict({**dict.fromkeys(GOOD, ""), **address})), "en")
