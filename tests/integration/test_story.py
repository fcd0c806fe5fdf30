"""An order from the checkout to the warehouse, by every way there is."""

from __future__ import annotations

from typing import Any

import pytest
from samples import ABROAD, FAR_AWAY, GOOD, MISSPELT, NEARBY, NUMBERLESS, code_in, order, wrong
from world import Mail, World

VALUABLE = {"amount": 50_000, "currency": "USD"}


def place(world: World, **changes: Any) -> Mail:
    """Place an order and return the mail that asks the buyer."""
    answer = world.api("POST", "/orders", order(**changes))
    assert answer.status == 201, answer.body
    world.pump()
    return world.mails()[-1]


def click(world: World, mail: Mail, action: str, link: str = "confirm", **form: str) -> Any:
    """Press a button on the page behind a mail's link."""
    answer = world.page("POST", f"/{link}/{mail.token(link)}", {"action": action, **form})
    world.pump()
    return answer


def last_version(world: World) -> dict[str, Any]:
    version: dict[str, Any] = world.file()["addresses"][-1]
    return version


def at_rest(world: World) -> None:
    """Nothing went wrong on the way, nothing is left to publish, nothing lies in a dead-letter queue."""
    assert world.errors == []
    assert not any(world.dead.values())
    assert not [item for item in world.raw_items("orders") if item["sk"]["S"].startswith("OUTBOX#")]


def test_an_order_waits_for_its_buyer(world: World) -> None:
    answer = world.api("POST", "/orders", order())
    world.pump()

    assert (answer.status, answer.json["state"], answer.json["confirmation"]["state"]) == (201, "held", "pending")
    assert [one["code"] for one in answer.json["advice"]] == ["hold"]
    assert world.event_names() == ["Order Held", "Order Placed"]
    (mail,) = world.mails()
    assert mail.to == "buyer@example.com"
    assert "149 CHURCH ST" in mail.text
    assert "149 CHURCH ST" in mail.html
    at_rest(world)


@pytest.mark.parametrize(
    ("locale", "subject"), [("en", "Please confirm"), ("es-MX", "Confirme"), ("fr", "Please confirm")]
)
def test_the_mail_speaks_the_buyers_language(world: World, locale: str, subject: str) -> None:
    mail = place(world, buyer={"locale": locale})

    assert subject in mail.subject
    assert f'lang="{locale[:2] if locale != "fr" else "en"}"' in mail.html
    assert mail.token("confirm") != mail.token("order")


def test_a_confirmed_order_is_released(world: World) -> None:
    mail = place(world)

    page = click(world, mail, "confirm", shown_version="1")

    assert page.status == 200
    assert world.event_names() == ["Address Confirmed", "Order Held", "Order Placed", "Order Released"]
    file = world.file()
    assert (file["state"], file["release"]["reason"]) == ("released", "confirmed")
    assert {k: file["confirmation"][k] for k in ("state", "by", "how")} == {
        "state": "confirmed",
        "by": "buyer",
        "how": "confirm_link",
    }
    assert len(world.mails()) == 1
    at_rest(world)


def test_a_second_click_changes_nothing(world: World) -> None:
    mail = place(world)
    click(world, mail, "confirm")
    before, events = world.snapshot(), world.events()

    again = [click(world, mail, action, **NEARBY) for action in ("confirm", "edit", "keep", "take_suggestion")]

    assert [page.status for page in again] == [200] * 4
    assert world.snapshot() == before
    assert world.events() == events
    assert len(world.mails()) == 1


def test_the_suggestion_is_taken(world: World) -> None:
    mail = place(world, address=MISSPELT)
    assert world.file()["verdict"]["verdict"] == "confirm"

    page = click(world, mail, "take_suggestion", shown_version="1")

    assert page.status == 200
    version = last_version(world)
    assert (version["version"], version["choice"], version["by"], version["how"]) == (
        2,
        "suggestion",
        "buyer",
        "confirm_link",
    )
    assert version["ship_to"]["city"] == "BURLINGTON"
    assert world.file()["release"]["reason"] == "confirmed"
    assert "Address Changed" in world.event_names()
    assert "Order Released" in world.event_names()


def test_an_address_that_was_never_suggested_is_not_recorded_as_our_suggestion(world: World) -> None:
    mail = place(world, address=MISSPELT)

    click(world, mail, "take_suggestion", shown_version="1", **NEARBY)

    version = last_version(world)
    assert (version["version"], version["choice"], version["typed"]) == (2, "edited", NEARBY)


def test_a_doubted_address_posted_as_a_suggestion_is_shown_again(world: World) -> None:
    mail = place(world, address=MISSPELT)
    before = world.snapshot()

    page = click(world, mail, "take_suggestion", shown_version="1", **NUMBERLESS)

    assert (page.status, 'value="keep"' in page.body) == (200, True)
    assert world.snapshot() == before


def test_the_suggestion_for_an_edit_is_taken_as_the_buyers_edit(world: World) -> None:
    mail = place(world)
    doubted = click(world, mail, "edit", shown_version="1", **MISSPELT)
    assert 'value="take_suggestion"' in doubted.body

    click(world, mail, "take_suggestion", shown_version="1", **{**NEARBY, "city": "BURLINGTON"})

    assert (last_version(world)["choice"], last_version(world)["ship_to"]["city"]) == ("edited", "BURLINGTON")


def test_an_edit_is_judged_recorded_and_told_to_the_contact_on_file(world: World) -> None:
    mail = place(world)
    world.wait(minutes=7)

    page = click(world, mail, "edit", shown_version="1", **NEARBY)

    assert page.status == 200
    first, second = world.file()["addresses"]
    assert (first["version"], first["how"], first["by"], first["at"]) == (
        1,
        "checkout",
        "buyer",
        "2026-11-23T14:58:00.000Z",
    )
    assert (second["version"], second["how"], second["by"], second["at"]) == (
        2,
        "confirm_link",
        "buyer",
        "2026-11-23T15:07:00.000Z",
    )
    assert second["typed"]["line1"] == "77 Pine St"
    assert (second["choice"], second["override"]) == ("edited", False)
    told = world.mails()[-1]
    assert told.to == "buyer@example.com"
    assert "77 PINE ST" in told.text
    assert "149 CHURCH ST" in told.text
    assert world.event_names() == [
        "Address Changed",
        "Address Confirmed",
        "Order Held",
        "Order Placed",
        "Order Released",
    ]
    at_rest(world)


def test_a_doubtful_edit_is_shown_again_and_may_be_kept(world: World) -> None:
    mail = place(world)
    before = world.snapshot()

    doubted = click(world, mail, "edit", **NUMBERLESS)

    assert doubted.status == 200
    assert 'value="keep"' in doubted.body
    assert world.snapshot() == before

    kept = click(world, mail, "keep", **NUMBERLESS)

    assert kept.status == 200
    version = last_version(world)
    assert (version["choice"], version["override"], version["verdict"]) == ("as_entered", True, "fix")
    assert version["ship_to"] == NUMBERLESS
    assert world.file()["state"] == "released"


def test_a_page_that_shows_an_older_address_is_not_believed(world: World) -> None:
    mail = place(world)
    world.api("PUT", "/orders/shop-1/1001/address", {"address": NEARBY, "ask_buyer": True})
    world.pump()
    before = world.snapshot()

    page = click(world, mail, "confirm", shown_version="1")

    assert page.status == 409
    assert "77 PINE ST" in page.body
    assert world.snapshot() == before


@pytest.mark.parametrize("action", ["confirm", "edit", "keep", "take_suggestion"])
def test_a_race_lost_to_the_seller_shows_what_holds_now(world: World, action: str) -> None:
    mail = place(world)
    sellers = {**GOOD, "line1": "99 Main St"}
    world.before_next_write(lambda: world.api("PUT", "/orders/shop-1/1001/address", {"address": sellers}))

    page = click(world, mail, action, shown_version="1", **({} if action == "confirm" else NEARBY))

    assert page.status == 409
    assert "99 MAIN ST" in page.body
    assert "77 PINE ST" not in page.body
    file = world.file()
    assert [(version["by"], version["typed"]) for version in file["addresses"][1:]] == [("seller", sellers)]
    assert (file["state"], file["confirmation"]["state"]) == ("held", "pending")
    assert "Address Confirmed" not in world.event_names()
    at_rest(world)


def test_a_race_between_equal_wishes_is_one_change_that_both_see(world: World) -> None:
    mail = place(world)
    path = f"/order/{mail.token('order')}"
    world.before_next_write(lambda: world.page("POST", path, {"action": "edit", **NEARBY}))

    page = click(world, mail, "edit", **NEARBY)

    assert page.status == 200
    assert world.file()["address_version"] == 2
    assert len(world.mails()) == 2
    at_rest(world)


def test_another_country_is_never_accepted_from_a_page(world: World) -> None:
    mail = place(world)
    before = world.snapshot()

    pages = [click(world, mail, action, **ABROAD) for action in ("edit", "keep", "take_suggestion")]

    assert [page.status for page in pages] == [200] * 3
    assert world.snapshot() == before


def test_the_order_link_stays_open(world: World) -> None:
    mail = place(world)
    click(world, mail, "edit", "order", **NEARBY)

    click(world, mail, "edit", "order", **GOOD)

    assert [version["how"] for version in world.file()["addresses"]] == ["checkout", "order_link", "order_link"]
    assert world.file()["ship_to"]["line1"] == "149 CHURCH ST"
    assert world.event_names().count("Order Released") == 1


@pytest.mark.parametrize(
    "changes",
    [{"changes": {"total": VALUABLE}, "to": NEARBY}, {"changes": {}, "to": FAR_AWAY}],
    ids=["valuable order", "far away"],
)
def test_a_grave_change_takes_a_code_sent_to_the_contact_on_file(world: World, changes: dict[str, Any]) -> None:
    mail = place(world, **changes["changes"])

    asked = click(world, mail, "edit", **changes["to"])

    assert 'value="enter_code"' in asked.body
    assert world.file()["state"] == "held"
    assert world.file()["address_version"] == 1
    code_mail = world.mails()[-1]
    assert code_mail.to == "buyer@example.com"
    code = code_in(code_mail.text)
    assert code not in asked.body
    assert code not in code_mail.subject
    assert code not in world.snapshot()

    done = click(world, mail, "enter_code", code=f" {code[:3]} {code[3:]}")

    assert done.status == 200
    assert world.file()["state"] == "released"
    assert (last_version(world)["typed"], last_version(world)["with_code"]) == (changes["to"], True)
    assert [item.subject for item in world.mails()][-1] != code_mail.subject
    at_rest(world)


def test_confirming_a_valuable_order_takes_no_code(world: World) -> None:
    mail = place(world, total=VALUABLE)

    click(world, mail, "confirm")

    assert world.file()["state"] == "released"


def test_wrong_codes_are_counted_and_the_sixth_try_is_refused_even_if_right(world: World) -> None:
    mail = place(world, total=VALUABLE)
    click(world, mail, "edit", **NEARBY)
    code = code_in(world.mails()[-1].text)

    wrongs = [click(world, mail, "enter_code", code=wrong(code)) for _ in range(5)]
    late = click(world, mail, "enter_code", code=code)

    assert [page.status for page in wrongs] == [200] * 5
    assert world.file()["address_version"] == 1
    assert world.file()["state"] == "held"
    assert 'value="enter_code"' not in late.body


def test_four_wrong_codes_leave_one_try(world: World) -> None:
    mail = place(world, total=VALUABLE)
    click(world, mail, "edit", **NEARBY)
    code = code_in(world.mails()[-1].text)
    for _ in range(4):
        click(world, mail, "enter_code", code=wrong(code))

    click(world, mail, "enter_code", code=code)

    assert world.file()["state"] == "released"


def test_a_code_expires(world: World) -> None:
    mail = place(world, total=VALUABLE)
    click(world, mail, "edit", **NEARBY)
    code = code_in(world.mails()[-1].text)
    world.wait(minutes=15)

    click(world, mail, "enter_code", code=code)

    assert world.file()["address_version"] == 1


def test_a_new_code_replaces_the_old_one(world: World) -> None:
    mail = place(world, total=VALUABLE)
    click(world, mail, "edit", **FAR_AWAY)
    first = code_in(world.mails()[-1].text)
    click(world, mail, "edit", **NEARBY)
    second = code_in(world.mails()[-1].text)
    assert first != second

    click(world, mail, "enter_code", code=first)
    assert world.file()["state"] == "held"

    click(world, mail, "enter_code", code=second)
    assert world.file()["state"] == "released"
    assert last_version(world)["typed"] == NEARBY


def test_a_code_of_another_order_does_not_help(world: World) -> None:
    mail = place(world, total=VALUABLE)
    other = place(world, order_id="1002", total=VALUABLE)
    click(world, mail, "edit", **NEARBY)
    click(world, other, "edit", **NEARBY)
    foreign = code_in(world.mails()[-1].text)

    click(world, mail, "enter_code", code=foreign)

    assert world.file("1001")["address_version"] == 1


# -------------------------------------------------------------------- an order without an e-mail address


def test_without_an_email_ops_gets_the_words_to_paste_with_a_link_that_works(world: World) -> None:
    world.api("POST", "/orders", order(buyer={"email": None}))
    world.pump()

    assert world.mails() == []
    (alert,) = world.alerts()
    assert alert["attributes"]["kind"] == "paste_to_buyer"
    path = next(word for word in alert["text"].split() if word.startswith("/orders/") and "/messages/" in word)
    told = world.api("GET", path).json
    assert told["key"] == "-/confirm_address/1"
    assert "149 CHURCH ST" in told["text"]
    mail = Mail("", told["subject"], told["text"], "", "", {})
    assert click(world, mail, "confirm").status == 200
    assert world.file()["state"] == "released"
    at_rest(world)


def test_a_text_that_was_mailed_is_not_given_out_for_pasting(world: World) -> None:
    place(world)

    answer = world.api("GET", "/orders/shop-1/1001/messages/-/confirm_address/1")

    assert (answer.status, answer.json["error"]["code"]) == (409, "not_for_pasting")


# -------------------------------------------------------------------- the seller


def test_the_seller_releases_without_waiting(world: World) -> None:
    place(world)

    first = world.api("POST", "/orders/shop-1/1001/release")
    before = world.snapshot()
    second = world.api("POST", "/orders/shop-1/1001/release")
    world.pump()

    assert (first.status, first.json["state"], first.json["release"]["reason"]) == (200, "released", "accepted")
    assert second.json == first.json
    assert "Address Confirmed" not in world.event_names()
    assert world.event_names().count("Order Released") == 1
    assert before != ""


def test_a_buyer_may_still_confirm_a_released_order_and_it_is_not_released_twice(world: World) -> None:
    mail = place(world)
    world.api("POST", "/orders/shop-1/1001/release")

    click(world, mail, "confirm")

    assert world.file()["confirmation"]["state"] == "confirmed"
    assert world.event_names().count("Order Released") == 1


def test_the_seller_changes_the_address_and_the_buyer_is_asked_again(world: World) -> None:
    first = place(world)

    answer = world.api("PUT", "/orders/shop-1/1001/address", {"address": NEARBY})
    world.pump()

    assert (answer.status, answer.json["state"], answer.json["address_version"]) == (200, "held", 2)
    mail = world.mails()[-1]
    assert "77 PINE ST" in mail.text
    assert mail.token("confirm") != first.token("confirm")
    assert world.event_names() == ["Address Changed", "Order Held", "Order Placed"]

    click(world, mail, "confirm", shown_version="2")

    assert world.file()["state"] == "released"


def test_the_sellers_word_counts_when_the_buyer_is_not_to_be_asked(world: World) -> None:
    place(world)

    answer = world.api("PUT", "/orders/shop-1/1001/address", {"address": NEARBY, "ask_buyer": False})
    world.pump()

    assert (answer.json["state"], answer.json["confirmation"]["by"]) == ("released", "seller")
    assert last_version(world)["by"] == "seller"
    assert last_version(world)["how"] == "api"
    assert "77 PINE ST" in world.mails()[-1].text
    assert "Address Confirmed" not in world.event_names()


def test_an_undeliverable_address_is_refused_with_its_problems_unless_insisted_on(world: World) -> None:
    place(world)
    before = world.snapshot()

    refused = world.api("PUT", "/orders/shop-1/1001/address", {"address": NUMBERLESS})

    assert refused.status == 400
    assert [(p["code"], p["field"]) for p in refused.json["error"]["problems"]] == [("number_missing", "address.line1")]
    assert world.snapshot() == before

    insisted = world.api("PUT", "/orders/shop-1/1001/address", {"address": NUMBERLESS, "choice": "as_entered"})

    assert (insisted.status, insisted.json["override"], insisted.json["ship_to"]) == (200, True, NUMBERLESS)


@pytest.mark.parametrize("blanks", [["postal_code"], ["city", "postal_code"], ["state", "postal_code"]], ids=str)
def test_what_no_label_can_be_made_of_is_refused_even_if_insisted_on(world: World, blanks: list[str]) -> None:
    place(world)
    before = world.snapshot()
    body = {"address": {**NEARBY, **dict.fromkeys(blanks, "")}, "choice": "as_entered"}

    answer = world.api("PUT", "/orders/shop-1/1001/address", body)

    assert answer.status == 400
    named = {problem["field"] for problem in answer.json["error"]["problems"]}
    assert named == {f"address.{blank}" for blank in blanks}
    assert world.snapshot() == before


def test_a_change_based_on_an_older_version_is_a_conflict(world: World) -> None:
    place(world)
    world.api("PUT", "/orders/shop-1/1001/address", {"address": NEARBY, "address_version": 1})
    before = world.snapshot()

    stale = world.api("PUT", "/orders/shop-1/1001/address", {"address": MISSPELT, "address_version": 1})

    assert (stale.status, stale.json["error"]["code"]) == (409, "address_moved_on")
    assert world.snapshot() == before


def test_the_country_cannot_be_changed_by_the_seller_either(world: World) -> None:
    place(world)

    answer = world.api("PUT", "/orders/shop-1/1001/address", {"address": ABROAD, "choice": "as_entered"})

    assert (answer.status, answer.json["error"]["code"]) == (400, "other_country")


def test_the_same_address_again_changes_nothing(world: World) -> None:
    place(world)
    before = world.snapshot()

    answer = world.api("PUT", "/orders/shop-1/1001/address", {"address": GOOD})

    assert answer.status == 200
    assert world.snapshot() == before


@pytest.mark.parametrize("ask_buyer", [True, False])
@pytest.mark.parametrize(("address", "choice"), [(NEARBY, ""), (NUMBERLESS, "as_entered")])
def test_the_same_words_thrice_are_one_version_and_one_mail(
    world: World, address: dict[str, str], choice: str, ask_buyer: bool
) -> None:
    place(world)
    body = {"address": address, "choice": choice, "ask_buyer": ask_buyer}

    answers = [world.api("PUT", "/orders/shop-1/1001/address", body) for _ in range(3)]
    world.pump()

    assert [answer.status for answer in answers] == [200] * 3
    assert answers[0].json == answers[1].json == answers[2].json
    assert world.file()["address_version"] == 2
    assert len(world.mails()) == 2
    assert world.event_names().count("Address Changed") == 1


def test_words_kept_thrice_are_one_version_and_one_mail(world: World) -> None:
    mail = place(world)

    pages = [click(world, mail, "keep", "order", **NUMBERLESS) for _ in range(3)]

    assert [page.status for page in pages] == [200] * 3
    assert world.file()["address_version"] == 2
    assert len(world.mails()) == 2


def test_an_override_in_other_letters_is_another_address(world: World) -> None:
    mail = place(world)
    click(world, mail, "keep", "order", **NUMBERLESS)

    click(world, mail, "keep", "order", **{**NUMBERLESS, "line1": "The red house, Church Street"})

    assert world.file()["address_version"] == 3
    assert world.file()["ship_to"]["line1"] == "The red house, Church Street"


def test_the_address_it_has_releases_the_order_when_the_buyer_is_not_to_be_asked(world: World) -> None:
    place(world)

    answer = world.api("PUT", "/orders/shop-1/1001/address", {"address": GOOD, "ask_buyer": False})
    world.pump()

    assert (answer.json["state"], answer.json["address_version"]) == ("released", 1)
    assert (answer.json["confirmation"]["state"], answer.json["confirmation"]["by"]) == ("accepted", "seller")
    assert len(world.mails()) == 1
    assert "Address Changed" not in world.event_names()


def test_asking_again_at_once_sends_nothing(world: World) -> None:
    place(world)
    before = world.snapshot()
    world.wait(minutes=9, seconds=59)

    answers = [world.api("POST", "/orders/shop-1/1001/confirmation") for _ in range(2)]
    world.pump()

    assert [answer.status for answer in answers] == [202] * 2
    assert world.snapshot() == before
    assert len(world.mails()) == 1


def test_asking_again_sends_a_fresh_link_and_the_old_one_still_works(world: World) -> None:
    first = place(world)
    world.wait(minutes=10)

    answer = world.api("POST", "/orders/shop-1/1001/confirmation")
    world.pump()

    assert answer.status == 202
    second = world.mails()[-1]
    assert len(world.mails()) == 2
    assert first.token("confirm") != second.token("confirm")
    assert world.page("GET", f"/confirm/{first.token('confirm')}").status == 200
    click(world, second, "confirm")
    assert world.file()["state"] == "released"


def test_an_expired_link_offers_a_new_mail_to_the_address_on_file(world: World) -> None:
    mail = place(world)
    world.wait(minutes=10_080)

    expired = world.page("GET", f"/confirm/{mail.token('confirm')}")
    assert expired.status == 404
    assert 'value="resend"' in expired.body

    asked = click(world, mail, "resend")

    assert asked.status == 202
    fresh = world.mails()[-1]
    assert (len(world.mails()), fresh.to) == (2, "buyer@example.com")
    assert click(world, fresh, "confirm").status == 200


def test_new_mails_through_an_old_link_are_few_and_far_between(world: World) -> None:
    mail = place(world)
    click(world, mail, "resend")
    assert len(world.mails()) == 1

    for _ in range(20):
        world.wait(minutes=11)
        click(world, mail, "resend")

    assert len(world.mails()) == 1 + 5


def test_the_whole_file_tells_the_story(world: World) -> None:
    mail = place(world)
    click(world, mail, "edit", **NEARBY)

    file = world.api("GET", "/orders/shop-1/1001").json

    assert file["buyer"]["sms_consent"] == {"given_at": "2026-11-23T14:57:00.000Z", "source": "checkout"}
    assert {(it["key"], it["state"], it["channel"]) for it in file["messages"]} == {
        ("-/confirm_address/1", "sent", "email"),
        ("-/address_changed/1", "sent", "email"),
    }
    assert [step["state"] for step in file["messages"][0]["history"]] == ["sending", "sent"]
    assert [version["version"] for version in file["addresses"]] == [1, 2]


def test_two_shops_may_share_an_order_number(world: World) -> None:
    place(world)
    mail = place(world, shop="shop-2")

    click(world, mail, "confirm")

    assert world.file(shop="shop-1")["state"] == "held"
    assert world.file(shop="shop-2")["state"] == "released"


def test_the_checkouts_verdict_goes_with_the_order(world: World) -> None:
    verdict = world.api("POST", "/addresses/validate", GOOD).json
    other = world.api("POST", "/addresses/validate", NEARBY).json
    assert verdict["verdict"] == "accept"

    for order_id, token in (("1001", verdict["verdict_token"]), ("1002", other["verdict_token"]), ("1003", "forged")):
        world.api("POST", "/orders", order(order_id, verdict_token=token))

    told = [world.file(order_id)["addresses"][0]["checkout"] for order_id in ("1001", "1002", "1003")]
    assert told == ["matched", "other_address", "not_valid"]
