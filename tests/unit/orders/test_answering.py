"""What a buyer does through a link, and what happens when somebody else is faster."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from fakes import NOW, FakeOrders, an_order, desk
from samples import ABROAD, FAR_AWAY, GOOD, MISSPELT, NEARBY, NUMBERLESS

from doorstep.address import TypedAddress, decode_address
from doorstep.errors import Conflict, NotFound, Rejected, Transient
from doorstep.fields import Fields
from doorstep.orders import codes, confirming, serving
from doorstep.orders.answering import answer, look, resend
from doorstep.orders.link import Link, Purpose
from doorstep.orders.order import AddressVersion
from doorstep.orders.store import OrderFile
from doorstep.orders.versions import Author
from doorstep.orders.visit import Answer

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


def bump(store: FakeOrders) -> None:
    """A rival changes something that is of no matter here."""
    file = order_of(store)
    store.orders["shop-1", "1001"] = OrderFile(replace(file.order, version=file.order.version + 1), file.addresses)


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


def test_confirming_through_another_link_as_well_changes_nothing() -> None:
    store = keeping()
    click(store, "confirm")

    shown = [click(store, "confirm", link("order")) for _ in range(2)]

    assert [it.show for it in shown] == ["recorded", "recorded"]
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

    assert slower.show == "moved_on"
    assert slower.file.address.typed.line1 == "77 Pine St"
    assert order_of(store).order.address_version == 2


def test_of_two_equal_edits_at_once_one_counts_and_both_see_it() -> None:
    store = keeping()
    store.before_commit.append(lambda: click(store, "edit", link("order"), **NEARBY))

    slower = click(store, "edit", **NEARBY)

    assert (slower.show, slower.again) == ("recorded", True)
    assert order_of(store).order.address_version == 2


def test_an_edit_lost_to_a_confirmation_is_not_told_as_recorded() -> None:
    store = keeping()
    store.before_commit.append(lambda: click(store, "confirm"))

    slower = click(store, "edit", **NEARBY)

    assert slower.show == "moved_on"
    assert slower.file.order.confirmation.state == "confirmed"
    assert order_of(store).order.address_version == 1


@pytest.mark.parametrize("action", ["confirm", "edit"])
def test_a_buyer_whose_click_never_gets_through_is_told_to_try_again(action: str) -> None:
    store = keeping()
    store.before_commit.extend([lambda: bump(store)] * 9)

    with pytest.raises(Transient):
        click(store, action, **(NEARBY if action == "edit" else {}))

    assert store.changes == []


def test_a_release_in_between_does_not_lose_the_confirmation() -> None:
    store = keeping()
    store.before_commit.append(lambda: serving.release(desk(store), "shop-1", "1001"))

    shown = click(store, "confirm")

    assert shown.show == "recorded"
    assert order_of(store).order.confirmation.state == "confirmed"
    assert store.events.count("Order Released") == 1


def test_an_order_that_never_stands_still_is_a_conflict_in_the_end() -> None:
    store = keeping()
    store.before_commit.extend([lambda: bump(store)] * 9)

    with pytest.raises(Conflict):
        serving.release(desk(store), "shop-1", "1001")
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


def test_a_suggestion_of_ours_posted_back_is_taken_as_ours() -> None:
    doubted = {**MISSPELT, "city": "Brlngtn"}
    store = keeping(an_order(address=doubted))
    ours = order_of(store).address.suggestion
    assert ours is not None

    click(store, "take_suggestion", **ours.to_dict())

    assert order_of(store).address.choice == "suggestion"


def test_what_we_never_suggested_is_the_buyers_own_word() -> None:
    store = keeping(an_order(address={**MISSPELT, "city": "Brlngtn"}))

    made_up = click(store, "take_suggestion", **NEARBY)

    assert made_up.show == "recorded"
    assert order_of(store).address.choice == "edited"


def test_what_we_never_suggested_and_doubt_is_to_be_mended() -> None:
    store = keeping(an_order(address={**MISSPELT, "city": "Brlngtn"}))

    assert click(store, "take_suggestion", **NUMBERLESS).show == "mend"
    assert store.changes == []


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
        (100, {**GOOD, "postal_code": "X"}, True),  # distance unknown
        (100, {**GOOD, "postal_code": ""}, True),
        (100, {**GOOD, "city": "Winooski"}, False),  # no miles away
        (100, {**GOOD, "line1": "Church Street"}, False),  # doubted, but in the same place
        (100, {**NUMBERLESS, "city": "Winooski"}, True),  # doubted, and elsewhere
        (100, {**NUMBERLESS, "state": "NH"}, True),
    ],
)
def test_when_a_change_takes_a_code(amount: int, to: dict[str, str], needed: bool) -> None:
    assert takes_code(an_order(total={"amount": amount, "currency": "USD"}), to) is needed


@pytest.mark.parametrize(
    ("to", "needed"),
    [
        ({**ABROAD, "line1": "Hauptstrasse 7"}, False),
        ({**ABROAD, "postal_code": "10117"}, True),  # near as ZIP Codes go, but these are none
        ({**ABROAD, "city": "Potsdam"}, True),
        ({**ABROAD, "postal_code": ""}, True),
    ],
)
def test_abroad_another_place_takes_a_code_for_nobody_knows_how_far_it_is(to: dict[str, str], needed: bool) -> None:
    assert takes_code(an_order(address=ABROAD), to) is needed


@pytest.mark.parametrize(
    ("by", "how", "with_code", "needed"),
    [
        ("buyer", "confirm_link", False, True),
        ("buyer", "order_link", False, True),
        ("buyer", "order_link", True, False),
        ("seller", "api", False, False),
    ],
)
def test_distance_counts_from_the_last_address_that_more_than_a_link_vouches_for(
    by: Literal["buyer", "seller"], how: str, with_code: bool, needed: bool
) -> None:
    placed = an_order()
    typed = decode_address(Fields({**GOOD, "postal_code": "05801"}))
    hop = proposal(placed, typed, Author(by, how))
    order = replace(placed.order, address_version=2)
    file = OrderFile(order, (*placed.addresses, replace(hop, with_code=with_code)))

    assert takes_code(file, {**GOOD, "postal_code": "06201"}) is needed  # 40 miles from the hop, 80 from the start


def takes_code(file: OrderFile, to: dict[str, str]) -> bool:
    at = desk(keeping(file))
    proposed = proposal(file, decode_address(Fields(to)), Author("buyer", "order_link"))
    return codes.needs_code(file, proposed, policy=at.policy(file), judge=at.judge)


def proposal(file: OrderFile, typed: TypedAddress, author: Author) -> AddressVersion:
    at = desk(keeping(file))
    return confirming.propose(file, typed, "edited", judge=at.judge, author=author, now=NOW, locale="en")


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
    assert order_of(store).address.with_code
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


def test_the_same_change_waiting_for_its_code_gets_no_second_one() -> None:
    store = keeping(an_order(total=VALUABLE))

    shown = [click(store, "edit", later=minutes, **NEARBY).show for minutes in (0, 5, 14)]

    assert shown == ["code"] * 3
    assert store.requests == ["one_time_code"]


def test_of_two_equal_clicks_at_once_one_sends_a_code_and_both_wait_for_it() -> None:
    store = keeping(an_order(total=VALUABLE))
    store.before_commit.append(lambda: click(store, "edit", **NEARBY))

    assert click(store, "edit", **NEARBY).show == "code"
    assert store.requests == ["one_time_code"]


def test_an_expired_or_used_up_code_is_followed_by_a_new_one() -> None:
    store = keeping(an_order(total=VALUABLE))
    click(store, "edit", **NEARBY)
    click(store, "edit", later=15, **NEARBY)
    for _ in range(5):
        click(store, "enter_code", later=16, code="000000")

    click(store, "edit", later=17, **NEARBY)

    assert store.requests == ["one_time_code"] * 3


def test_five_codes_a_day_are_enough() -> None:
    store = keeping(an_order(total=VALUABLE))
    homes = [{**NEARBY, "line1": f"{number} Pine St"} for number in range(1, 8)]

    shown = [click(store, "edit", later=minute, **home).show for minute, home in enumerate(homes)]

    assert shown == ["code"] * 5 + ["too_many"] * 2
    assert store.requests == ["one_time_code"] * 5
    assert click(store, "edit", later=24 * 60 - 0.1, **homes[0]).show == "too_many"
    assert click(store, "edit", later=24 * 60, **homes[0]).show == "code"
    assert len(order_of(store).order.codes_sent_at) == 5  # the first one's day is over


def test_the_last_code_of_the_day_still_works() -> None:
    store = keeping(an_order(total=VALUABLE))
    for number in range(1, 7):
        click(store, "edit", **{**NEARBY, "line1": f"{number} Pine St"})

    assert click(store, "enter_code", code="123456").show == "recorded"
    assert order_of(store).address.typed.line1 == "5 Pine St"


def test_ten_changes_a_day_through_links_are_enough() -> None:
    store = keeping()
    order_link = link("order")

    shown = [
        click(store, "edit", order_link, later=number, **{**NEARBY, "line1": f"{number + 1} Pine St"}).show
        for number in range(12)
    ]

    assert shown == ["recorded"] * 10 + ["too_many"] * 2
    assert order_of(store).order.address_version == 11
    assert click(store, "edit", order_link, later=24 * 60, **NEARBY).show == "recorded"


def test_the_sellers_changes_are_not_counted() -> None:
    store = keeping()
    for number in range(12):
        change = {"address": {**NEARBY, "line1": f"{number + 1} Pine St"}, "ask_buyer": False}
        serving.change_address(desk(store), "shop-1", "1001", change)

    assert order_of(store).order.address_version == 13
    assert click(store, "edit", **{**NEARBY, "line1": "99 Pine St"}).show == "recorded"


@pytest.mark.parametrize("purpose", ["confirm", "order"])
def test_while_a_change_waits_its_code_is_asked_for(purpose: Purpose) -> None:
    store = keeping(an_order(total=VALUABLE))
    click(store, "edit", link(purpose), **NEARBY)

    def seen(later: float) -> str:
        return look(desk(store, now=NOW + timedelta(minutes=later)), link(purpose), purpose).show

    assert [seen(0), seen(14.9), seen(15)] == ["code", "code", "address"]


@pytest.mark.parametrize("confirmed", [False, True])
def test_keeping_the_address_we_have_drops_the_change_that_waits(confirmed: bool) -> None:
    store = keeping(an_order(total=VALUABLE))
    if confirmed:
        click(store, "confirm")
    click(store, "edit", link("order"), **NEARBY)

    shown = click(store, "confirm", link("order"), shown_version="1")

    assert shown.show == "recorded"
    assert shown.file.order.pending_change is None
    assert shown.file.order.confirmation.state == "confirmed"
    assert store.events == ["Address Confirmed", "Order Released"]
    assert click(store, "enter_code", link("order"), code="123456").show == "code_expired"


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


def test_the_seller_waits_between_two_mails_as_well_but_has_no_limit() -> None:
    store = keeping()

    for minutes in range(0, 120, 5):
        serving.ask_again(desk(store, now=NOW + timedelta(minutes=minutes)), "shop-1", "1001")

    assert store.requests == ["confirm_address"] * 11


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
