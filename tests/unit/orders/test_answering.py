"""What a buyer does through a link, and what happens when somebody else is faster."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import NOW, FakeOrders, an_order, desk
from samples import FAR_AWAY, GOOD, MISSPELT, NEARBY, NUMBERLESS

from doorstep.address import decode_address
from doorstep.errors import Conflict, NotFound, Rejected
from doorstep.fields import Fields
from doorstep.orders import answering, confirming, serving
from doorstep.orders.answering import Answer, answer, look, resend
from doorstep.orders.link import Link, Purpose
from doorstep.orders.store import OrderFile

VALUABLE = {"amount": 90_000, "currency": "USD"}


def link(purpose: Purpose = "confirm", done: str = "") -> Link:
    """A link of the order, good for a week."""
    hashed = f"hash of {purpose}"
    return Link(hashed, purpose, "shop-1", "1001", "-/confirm_address/1", NOW + timedelta(days=7), done)


def keeping(file: OrderFile | None = None) -> FakeOrders:
    """A store with one order."""
    file = file or an_order()
    return FakeOrders({(file.order.shop, file.order.order_id): file})


def click(store: FakeOrders, action: str, through: Link | None = None, *, later: float = 0, **form: str) -> Answer:
    """Press a button, some minutes later; the code is always 123456."""
    through = through or link(done="used" if link().token_hash in store.used_links else "")
    at = desk(store, now=NOW + timedelta(minutes=later))
    return answer(at, through, through.purpose, {"action": action, **form}, "en", lambda *_: "123456")


def order_of(store: FakeOrders) -> OrderFile:
    file = store.read("shop-1", "1001")
    assert file is not None
    return file


def test_looking_writes_nothing() -> None:
    store = keeping()

    assert look(desk(store), link(), "confirm").show == "address"
    assert look(desk(store), link("order"), "order").show == "address"

    assert store.changes == []


@pytest.mark.parametrize(
    "broken",
    [
        None,
        link("order"),
        replace(link(), expires_at=NOW),
        replace(link(), order_id="9999"),
        replace(link(), shop="shop-2"),
    ],
    ids=["unknown", "other purpose", "expired", "order gone", "shop gone"],
)
def test_links_that_do_not_work_share_one_answer(broken: Link | None) -> None:
    store = keeping()

    for call in (
        lambda: look(desk(store), broken, "confirm"),
        lambda: answer(desk(store), broken, "confirm", {"action": "confirm"}, "en", lambda *_: "1"),
    ):
        with pytest.raises(NotFound) as caught:
            call()
        assert (caught.value.code, caught.value.message) == ("link_not_usable", "this link no longer works")
    assert store.changes == []


def test_a_link_works_until_the_moment_it_expires() -> None:
    last = replace(link(), expires_at=NOW + timedelta(milliseconds=1))

    assert look(desk(keeping()), last, "confirm").show == "address"


def test_confirming_releases_and_uses_the_link() -> None:
    store = keeping()

    shown = click(store, "confirm", shown_version="1")

    assert shown.show == "recorded"
    assert order_of(store).order.state == "released"
    assert store.events == ["Address Confirmed", "Order Released"]
    assert store.used_links == {"hash of confirm"}


def test_a_second_click_changes_nothing() -> None:
    store = keeping()
    click(store, "confirm")

    again = click(store, "confirm")

    assert again.show == "recorded"
    assert len(store.changes) == 1


def test_of_two_clicks_at_once_one_counts_and_both_see_it() -> None:
    store = keeping()
    store.before_commit.append(lambda: click(store, "confirm"))

    slower = click(store, "confirm")

    assert slower.show == "recorded"
    assert slower.file.order.state == "released"
    assert store.events == ["Address Confirmed", "Order Released"]


def test_confirming_while_the_address_changes_confirms_nothing_unseen() -> None:
    store = keeping()
    change = {"address": NEARBY, "ask_buyer": True}
    store.before_commit.append(lambda: serving.change_address(desk(store), "shop-1", "1001", change))

    slower = click(store, "confirm", shown_version="1")

    assert slower.show == "moved_on"
    assert order_of(store).order.state == "held"
    assert store.events == ["Address Changed"]


def test_an_edit_while_the_buyer_confirms_elsewhere_does_not_overwrite_silently() -> None:
    store = keeping()
    store.before_commit.append(lambda: click(store, "edit", link("order"), **NEARBY))

    slower = click(store, "edit", **{**GOOD, "line1": "1 Main St"})

    assert slower.show == "recorded"
    assert slower.file.address.typed.line1 == "77 Pine St"
    assert order_of(store).order.address_version == 2


def test_a_release_in_between_does_not_lose_the_confirmation() -> None:
    store = keeping()
    store.before_commit.append(lambda: serving.release(desk(store), "shop-1", "1001"))

    shown = click(store, "confirm")

    assert shown.show == "recorded"
    assert order_of(store).order.confirmation.state == "confirmed"
    assert store.events.count("Order Released") == 1


def test_an_order_that_never_stands_still_is_a_conflict_in_the_end() -> None:
    store = keeping()

    def bump() -> None:
        file = order_of(store)
        store.orders["shop-1", "1001"] = OrderFile(replace(file.order, version=file.order.version + 1), file.addresses)

    store.before_commit.extend([bump] * 9)

    with pytest.raises(Conflict):
        serving.ask_again(desk(store), "shop-1", "1001")
    assert store.changes == []


def test_a_doubtful_edit_is_shown_and_not_written() -> None:
    store = keeping()

    shown = click(store, "edit", **NUMBERLESS)

    assert shown.show == "mend"
    assert shown.proposed is not None
    assert shown.proposed.verdict == "fix"
    assert store.changes == []


def test_what_the_buyer_insists_on_is_kept_as_an_override() -> None:
    store = keeping()

    click(store, "keep", **NUMBERLESS)

    address = order_of(store).address
    assert (address.override, address.choice, address.by, address.how) == (True, "as_entered", "buyer", "confirm_link")
    assert address.ship_to.to_dict() == NUMBERLESS


def test_typing_the_same_address_again_is_confirming_it() -> None:
    store = keeping()

    click(store, "edit", **GOOD)

    assert order_of(store).order.address_version == 1
    assert store.events == ["Address Confirmed", "Order Released"]


def test_the_suggestion_on_file_is_taken_when_the_page_names_none() -> None:
    store = keeping(an_order(address={**MISSPELT, "city": "Brlngtn"}))

    click(store, "take_suggestion")

    assert order_of(store).address.ship_to.city == "AIOU"
    assert order_of(store).address.choice == "suggestion"


def test_there_is_not_always_a_suggestion() -> None:
    with pytest.raises(Conflict, match="no_suggestion"):
        click(keeping(), "take_suggestion")


@pytest.mark.parametrize(
    "form", [{"action": "dance"}, {}, {"action": "edit"}, {"action": "confirm", "shown_version": "x"}]
)
def test_a_broken_form_is_rejected(form: dict[str, str]) -> None:
    store = keeping()

    with pytest.raises(Rejected):
        answer(desk(store), link(), "confirm", form, "en", lambda *_: "1")

    assert store.changes == []


# -------------------------------------------------------------------- codes


@pytest.mark.parametrize(
    ("amount", "to", "needed"),
    [
        (30_000, NEARBY, False),
        (30_001, NEARBY, True),
        (100, {**GOOD, "postal_code": "05901"}, False),  # 50 miles, as FakeJudge counts
        (100, {**GOOD, "postal_code": "05902"}, True),
        (100, {**GOOD, "line1": "1 Other St", "postal_code": "05401-1234"}, False),
        (100, {**GOOD, "postal_code": "X"}, False),  # distance unknown, same state
        (100, {**GOOD, "postal_code": "X", "state": "NH"}, True),
    ],
)
def test_when_a_change_takes_a_code(amount: int, to: dict[str, str], needed: bool) -> None:
    file = an_order(total={"amount": amount, "currency": "USD"})
    at = desk(keeping(file))
    typed = decode_address(Fields(to))
    proposed = confirming.propose(
        file, typed, "edited", judge=at.judge, author=answering.Author("buyer", "x"), now=NOW, locale="en"
    )

    assert confirming.needs_code(file, proposed, policy=at.policy(file), judge=at.judge) is needed


def test_a_code_is_asked_for_and_nothing_else_happens() -> None:
    store = keeping(an_order(total=VALUABLE))

    shown = click(store, "edit", **NEARBY)

    assert shown.show == "code"
    assert store.requests == ["one_time_code"]
    assert store.events == []
    assert store.used_links == set()
    assert order_of(store).order.address_version == 1


def test_the_right_code_makes_the_change() -> None:
    store = keeping(an_order())
    click(store, "edit", **FAR_AWAY)

    shown = click(store, "enter_code", code="123 456")

    assert shown.show == "recorded"
    assert order_of(store).address.typed.city == "New York"
    assert order_of(store).order.pending_change is None
    assert store.requests == ["one_time_code", "address_changed"]


def test_the_code_counts_its_tries() -> None:
    store = keeping(an_order(total=VALUABLE))
    click(store, "edit", **NEARBY)

    shown = [click(store, "enter_code", code="000000").show for _ in range(6)]

    assert shown == ["code_wrong"] * 5 + ["code_expired"]
    assert click(store, "enter_code", code="123456").show == "code_expired"
    assert order_of(store).order.state == "held"


def test_tries_at_once_are_all_counted() -> None:
    store = keeping(an_order(total=VALUABLE))
    click(store, "edit", **NEARBY)
    store.before_commit.append(lambda: click(store, "enter_code", code="111111"))

    click(store, "enter_code", code="222222")

    pending = order_of(store).order.pending_change
    assert pending is not None
    assert pending.tries == 2


@pytest.mark.parametrize(("later", "show"), [(14.9, "recorded"), (15, "code_expired")])
def test_a_code_is_good_for_fifteen_minutes(later: float, show: str) -> None:
    store = keeping(an_order(total=VALUABLE))
    click(store, "edit", **NEARBY)

    assert click(store, "enter_code", later=later, code="123456").show == show


def test_a_change_made_otherwise_voids_the_code() -> None:
    store = keeping(an_order(total=VALUABLE))
    click(store, "edit", **NEARBY)
    serving.change_address(desk(store), "shop-1", "1001", {"address": {**GOOD, "line1": "5 Elm St"}})

    shown = click(store, "enter_code", code="123456")

    assert shown.show == "code_expired"
    assert order_of(store).address.typed.line1 == "5 Elm St"


# -------------------------------------------------------------------- a new mail


def test_a_new_mail_is_sent_only_after_a_while_and_only_so_often() -> None:
    store = keeping()

    for minutes in range(0, 300, 5):
        resend(desk(store, now=NOW + timedelta(minutes=minutes)), link())

    assert store.requests == ["confirm_address"] * 5
    assert order_of(store).order.last_resend_at == NOW + timedelta(minutes=50)


def test_an_answered_order_gets_the_mail_without_a_question() -> None:
    store = keeping()
    click(store, "confirm")

    resend(desk(store, now=NOW + timedelta(minutes=30)), link())

    assert store.requests == ["order_link"]


def test_asking_for_a_mail_with_no_link_does_nothing() -> None:
    store = keeping()

    resend(desk(store), None)
    resend(desk(store), replace(link(), order_id="9999"))

    assert store.changes == []
