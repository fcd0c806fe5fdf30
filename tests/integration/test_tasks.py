"""Ops works on a case: the page behind an alert, the same over the API, and what happens when nobody does."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from samples import NEARBY, order
from shipping import (
    MOVING,
    at_rest,
    case,
    causes,
    choose,
    done,
    hear,
    messages,
    missed_at_home,
    register,
    scan,
    scanned,
    ship,
    task_link,
    work,
    wrong_address,
)
from world import World

from doorstep.platform.aws import client
from doorstep.platform.html import PAGE_HEADERS

CASE = "/orders/shop-1/1001/cases/address_problem-1"
SOMEBODY = {"operator": "Li Wei"}


@pytest.fixture
def open_case(world: World) -> World:
    """A world with a case about a wrong address, whose buyer has not answered."""
    wrong_address(world)
    return world


@pytest.fixture
def chosen(open_case: World) -> World:
    """The same, the buyer having chosen a redirect: ops has to carry it out."""
    choose(open_case, "redirect", **NEARBY)
    return open_case


def stalled(world: World) -> None:
    """A parcel of which nothing was heard for two days."""
    ship(world)
    hear(world, scan(*MOVING))
    world.wait(hours=41)
    world.sweep()


def expired(world: World) -> None:
    """The buyer had their day."""
    world.wait(hours=24)
    world.sweep()


# -------------------------------------------------------------------- the page


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-CN", ["下一步", "经办人", "登记"]), ("en", ["Next", "Record", "Order 1001"])]
)
def test_the_page_says_what_to_do_in_the_language_of_ops(chosen: World, lang: str, words: list[str]) -> None:
    page = chosen.page("GET", task_link(chosen), lang=lang)

    assert page.status == 200
    assert f'lang="{lang}"' in page.body
    for word in words:
        assert word in page.body
    for what in ("77 PINE ST", "1ZDSTEP10030000126", "address_problem-1"):
        assert what in page.body
    assert not re.search(r"<script|javascript:|<img|\bon\w+=", page.body)


def test_the_stack_says_which_language_ops_reads(new_world: Callable[..., World], monkeypatch: Any) -> None:
    world = new_world()
    monkeypatch.setenv("OPS_LOCALE", "zh-CN")
    wrong_address(world)

    assert 'lang="zh-CN"' in world.page("GET", task_link(world)).body
    assert re.search(r"[\u4e00-\u9fff]", world.alerts()[0]["text"])


def test_looking_changes_nothing(chosen: World) -> None:
    before, events = chosen.snapshot(), chosen.events()
    link = task_link(chosen)

    looks = [chosen.page("GET", link), chosen.page("GET", link, {"action": "resolve", **SOMEBODY})]
    others = [chosen.page(method, link, {"action": "resolve"}) for method in ("HEAD", "PUT", "DELETE", "PATCH")]
    chosen.pump()

    assert [it.status for it in looks] == [200, 200]
    assert all(it.status in {404, 405} for it in others)
    assert chosen.snapshot() == before
    assert chosen.events() == events


def test_every_answer_of_the_page_carries_its_headers(chosen: World) -> None:
    link = task_link(chosen)
    answers = {
        200: chosen.page("GET", link),
        400: chosen.page("POST", link, {"action": "dance"}),
        404: chosen.page("GET", "/tasks/" + "A" * 22),
        409: chosen.page("POST", link, {"action": "complete", "outcome": "requested", "step": "watch", **SOMEBODY}),
        413: chosen.page("POST", link, raw="x" * 300_000),
    }
    broken = ClientError({"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "GetItem")

    def fail(**_: Any) -> Any:
        raise broken

    chosen.monkeypatch.setattr(client("dynamodb"), "get_item", fail)
    answers[500] = chosen.page("GET", link)

    for status, answer in answers.items():
        assert answer.status == status
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        for header, value in PAGE_HEADERS.items():
            assert answer.headers.get(header) == value, (status, header)
        assert "Traceback" not in answer.body
    assert "unsafe" not in PAGE_HEADERS["Content-Security-Policy"]


def test_links_that_are_none_share_one_page(open_case: World) -> None:
    buyers = next(mail.token("offers") for mail in open_case.mails() if "/offers/" in mail.text)
    tokens = ["x", "A" * 22, buyers, task_link(open_case)[-22:-1] + "A"]

    pages = [open_case.page("GET", f"/tasks/{token}") for token in tokens]
    link = task_link(open_case)
    open_case.wait(minutes=20_160)
    pages.append(open_case.page("GET", link))

    assert {page.status for page in pages} == {404}
    assert len({page.body for page in pages}) == 1


def test_a_link_opens_its_own_case_only(world: World) -> None:
    wrong_address(world)
    link = task_link(world)
    ship(world, "1002", number="1ZDSTEP10030000199")
    hear(world, scan("exception", "23T12:00", "address_moved", number="1ZDSTEP10030000199"))

    page = world.page("GET", link)
    world.page("POST", link, {"action": "resolve", "resolution": "by_seller", **SOMEBODY})

    assert "1002" not in page.body
    assert (case(world)["state"], case(world, order_id="1002")["state"]) == ("resolved", "open")


# -------------------------------------------------------------------- through all steps


def test_an_address_problem_from_choice_to_delivery(chosen: World) -> None:
    done(chosen, "requested", note="reference 4711")
    assert case(chosen)["step"] == "confirm_result"
    done(chosen, "fulfilled")
    assert case(chosen)["step"] == "watch"
    done(chosen, "moving")

    found = case(chosen)
    assert (found["state"], found["resolution"], found["step_due_at"]) == ("resolved", "moving", None)
    assert [it["by"] for it in found["history"] if it["what"] == "completed"] == ["Li Wei"] * 3
    assert "reference 4711" in [it["note"] for it in found["history"]]
    assert causes(chosen) == ["opened", "answered"]  # what begins quietly alerts nobody
    at_rest(chosen)


def test_an_address_problem_by_the_carriers_desk(open_case: World) -> None:
    expired(open_case)
    assert case(open_case)["step"] == "contact_carrier"
    done(open_case, "done")
    done(open_case, "not_moving")
    assert case(open_case)["step"] == "contact_carrier"
    done(open_case, "done")
    done(open_case, "moving")

    assert case(open_case)["resolution"] == "moving"
    assert causes(open_case) == ["opened", "expired", "completed"]
    at_rest(open_case)


def test_a_missed_delivery_through_all_its_steps(world: World) -> None:
    missed_at_home(world)
    choose(world, "redeliver")
    done(world, "requested")
    done(world, "failed")
    assert case(world)["step"] == "arrange_delivery"
    done(world, "done")
    done(world, "not_moving")
    done(world, "done")
    done(world, "moving")

    assert (case(world)["state"], case(world)["offers"][-1]["state"]) == ("resolved", "failed")
    at_rest(world)


@pytest.mark.parametrize(
    ("outcomes", "resolution"),
    [
        (["moving"], "moving"),
        (["asked", "found"], "found"),
        (["asked", "lost", "reshipped"], "reshipped"),
        (["asked", "lost", "refunded"], "refunded"),
        (["asked", "lost", "found"], "found"),
    ],
)
def test_a_silent_parcel_by_every_way_out(world: World, outcomes: list[str], resolution: str) -> None:
    stalled(world)

    for outcome in outcomes:
        done(world, outcome)

    assert (case(world)["state"], case(world)["resolution"]) == ("resolved", resolution)
    assert world.event_names().count("Case Resolved") == 1
    at_rest(world)


def test_a_resolved_case_shows_how_it_ended_and_has_nothing_to_fill_in(chosen: World) -> None:
    work(chosen, "resolve", resolution="by_seller", note="settled on the phone")

    page = chosen.page("GET", task_link(chosen))

    assert page.status == 200
    assert "<form" not in page.body
    assert "settled on the phone" in page.body
    assert case(chosen)["offers"][-1]["state"] == "withdrawn"


# -------------------------------------------------------------------- what is filled in wrongly


@pytest.mark.parametrize("operator", ["", "   ", "x" * 61, "two\nlines"], ids=["none", "blank", "long", "lines"])
@pytest.mark.parametrize("action", ["complete", "snooze", "resolve"])
def test_nothing_is_recorded_without_a_name(chosen: World, action: str, operator: str) -> None:
    before = chosen.snapshot()

    answer = work(chosen, action, outcome="requested", hours="4", note="why", resolution="by_seller", operator=operator)

    assert answer.status == 400
    assert 'name="operator"' in answer.body
    assert chosen.snapshot() == before


@pytest.mark.parametrize(
    "form",
    [
        {"action": "complete"},
        {"action": "complete", "outcome": "lost"},
        {"action": "complete", "outcome": "<b>"},
        {"action": "snooze", "hours": "4"},
        {"action": "snooze", "hours": "0", "note": "why"},
        {"action": "snooze", "hours": "337", "note": "why"},
        {"action": "snooze", "hours": "-1", "note": "why"},
        {"action": "snooze", "note": "why"},
        {"action": "resolve"},
        {"action": "resolve", "resolution": "delivered"},
        {"action": "resolve", "resolution": "by_seller", "note": "x" * 501},
        {"action": ""},
        {},
    ],
    ids=str,
)
def test_a_broken_form_records_nothing(chosen: World, form: dict[str, str]) -> None:
    before = chosen.snapshot()

    answer = chosen.page("POST", task_link(chosen), {**SOMEBODY, **form})

    assert answer.status == 400
    assert chosen.snapshot() == before


def test_the_buyers_step_is_not_ops_to_complete(open_case: World) -> None:
    before = open_case.snapshot()

    answers = [
        open_case.page("POST", task_link(open_case), {"action": "complete", "outcome": "requested", **SOMEBODY}),
        open_case.api("POST", f"{CASE}/complete", {"outcome": "requested", **SOMEBODY}),
    ]

    assert [answer.status for answer in answers] == [400, 400]
    assert open_case.snapshot() == before


# -------------------------------------------------------------------- two operators


def test_a_page_that_is_out_of_date_records_nothing_and_shows_how_it_stands(chosen: World) -> None:
    link = task_link(chosen)
    page = chosen.page("GET", link)
    shown = dict(re.findall(r'name="(shown_version|step)" value="([^"]*)"', page.body))
    work(chosen, "complete", outcome="requested", operator="Wang Fang")
    before = chosen.snapshot()

    answer = chosen.page("POST", link, {"action": "complete", "outcome": "failed", **shown, **SOMEBODY})

    assert answer.status == 409
    assert 'value="confirm_result"' in answer.body
    assert 'value="Li Wei"' in answer.body
    assert chosen.snapshot() == before


def test_of_two_operators_at_once_one_counts(chosen: World) -> None:
    link = task_link(chosen)
    shown = dict(re.findall(r'name="(shown_version|step)" value="([^"]*)"', chosen.page("GET", link).body))
    form = {"action": "complete", **shown}
    first: list[int] = []
    rival = {**form, "outcome": "failed", "operator": "Wang Fang"}
    chosen.before_next_write(lambda: first.append(chosen.page("POST", link, rival).status))

    second = chosen.page("POST", link, {**form, "outcome": "requested", **SOMEBODY})
    chosen.pump()

    assert (first, second.status) == ([200], 409)
    assert [it["by"] for it in case(chosen)["history"] if it["what"] == "completed"] == ["Wang Fang"]
    at_rest(chosen)


def test_the_buyer_may_be_faster_than_the_operator(open_case: World) -> None:
    link = task_link(open_case)
    shown = dict(re.findall(r'name="(shown_version|step)" value="([^"]*)"', open_case.page("GET", link).body))
    choose(open_case, "hold_at_location")

    answer = open_case.page("POST", link, {"action": "resolve", "resolution": "by_seller", **shown, **SOMEBODY})

    assert answer.status == 409
    assert (case(open_case)["state"], case(open_case)["step"]) == ("open", "carry_out")


# -------------------------------------------------------------------- nobody does anything


def test_an_overdue_step_is_told_every_business_day_at_first_and_then_every_week(open_case: World) -> None:
    expired(open_case)
    open_case.wait(hours=7)  # five in the afternoon in New York

    for _ in range(28):
        open_case.wait(days=1)
        open_case.sweep()
        open_case.events()  # no queue keeps them for four weeks

    told = [it["at"][5:10] for it in case(open_case)["history"] if it["what"] == "overdue"]
    # Thanksgiving and weekends left out; after six times once a week
    assert told == ["11-25", "11-27", "11-30", "12-01", "12-02", "12-03", "12-10", "12-17"]
    assert causes(open_case) == ["opened", "expired", *["overdue"] * 8]
    assert open_case.event_names().count("Case Step Due") == 8
    at_rest(open_case)


def test_a_snoozed_case_is_quiet_until_it_wakes_and_then_is_told_once(chosen: World) -> None:
    work(chosen, "snooze", hours="2", note="the carrier calls back at five")
    assert case(chosen)["snoozed_until"] == "2026-11-23T17:00:00.000Z"

    chosen.wait(hours=1, minutes=59)
    chosen.sweep()
    assert causes(chosen) == ["opened", "answered"]
    chosen.wait(minutes=1)
    chosen.sweep()
    chosen.sweep()

    assert causes(chosen) == ["opened", "answered", "woken"]
    assert (case(chosen)["snoozed_until"], case(chosen)["step_due_at"]) == (None, "2026-11-23T19:00:00.000Z")
    chosen.wait(hours=2)
    chosen.sweep()
    assert causes(chosen) == ["opened", "answered", "woken", "overdue"]


def test_a_snooze_beyond_the_deadline_ends_as_overdue(chosen: World) -> None:
    work(chosen, "snooze", hours="24", note="waiting for the depot")

    chosen.wait(hours=23)
    chosen.sweep()
    assert causes(chosen) == ["opened", "answered"]
    chosen.wait(hours=1)
    chosen.sweep()

    assert causes(chosen) == ["opened", "answered", "overdue"]
    assert case(chosen)["snoozed_until"] is None


def test_news_wakes_a_snoozed_case(chosen: World) -> None:
    work(chosen, "snooze", hours="24", note="waiting")

    hear(chosen, scan("delivered", "23T14:00"))

    assert (case(chosen)["state"], case(chosen)["snoozed_until"]) == ("resolved", None)


# -------------------------------------------------------------------- a marketplace that keeps the buyer's mail


def test_where_there_is_no_mail_address_the_page_has_the_words_to_paste(world: World) -> None:
    wrong_address(world, buyer={"email": None}, platform="ebay")

    page = world.page("GET", task_link(world))

    assert world.mails() == []
    links = re.findall(r"https://abc123\.example\.com/live/offers/([A-Za-z0-9_-]{22})", page.body)
    assert links
    assert choose(world, "hold_at_location", link=f"/offers/{links[0]}").status == 200
    assert case(world)["offers"][-1]["state"] == "accepted"
    updated = world.page("GET", task_link(world))
    assert "We have your choice" in updated.body
    assert [it["attributes"]["kind"] for it in world.alerts()].count("paste_to_buyer") == 3
    at_rest(world)


def test_the_words_are_in_the_buyers_language(world: World) -> None:
    wrong_address(world, buyer={"email": None, "locale": "es"})

    assert 'lang="es"' in world.page("GET", task_link(world), lang="zh-CN").body


def test_the_api_has_the_same_words(world: World) -> None:
    wrong_address(world, buyer={"email": None})

    answer = world.api("GET", "/orders/shop-1/1001/messages/address_problem-1/offer/1")

    assert answer.status == 200
    assert "/offers/" in answer.json["text"]
    assert (
        choose(world, "hold_at_location", link="/offers/" + answer.json["text"].split("/offers/")[1][:22]).status == 200
    )


# -------------------------------------------------------------------- the API


def test_the_api_completes_snoozes_and_resolves(chosen: World) -> None:
    done_ = chosen.api("POST", f"{CASE}/complete", {"outcome": "requested", "step": "carry_out", **SOMEBODY})
    put_off = chosen.api("POST", f"{CASE}/snooze", {"hours": 4, "reason": "the carrier calls back", **SOMEBODY})
    closed = chosen.api("POST", f"{CASE}/resolve", {"resolution": "by_seller", "note": "fine", **SOMEBODY})
    chosen.pump()

    assert [it.status for it in (done_, put_off, closed)] == [200, 200, 200]
    assert (done_.json["step"], done_.json["outcomes"]) == ("confirm_result", ["fulfilled", "failed"])
    assert put_off.json["snoozed_until"] == "2026-11-23T19:00:00.000Z"
    assert (closed.json["state"], closed.json["resolution"], closed.json["outcomes"]) == ("resolved", "by_seller", [])
    assert chosen.api("GET", CASE).json == closed.json
    at_rest(chosen)


def test_resolving_twice_is_once_and_anything_else_comes_too_late(chosen: World) -> None:
    body = {"resolution": "by_seller", **SOMEBODY}
    chosen.api("POST", f"{CASE}/resolve", body)
    chosen.pump()
    before = chosen.snapshot()

    again = chosen.api("POST", f"{CASE}/resolve", {**body, "resolution": "refunded"})
    late = [
        chosen.api("POST", f"{CASE}/complete", {"outcome": "requested", **SOMEBODY}),
        chosen.api("POST", f"{CASE}/snooze", {"hours": 1, "reason": "x", **SOMEBODY}),
    ]

    assert (again.status, again.json["resolution"]) == (200, "by_seller")
    assert [(it.status, it.json["error"]["code"]) for it in late] == [(409, "case_resolved")] * 2
    assert chosen.snapshot() == before


def test_a_step_that_is_past_is_not_completed_again(chosen: World) -> None:
    body = {"outcome": "requested", "step": "carry_out", **SOMEBODY}
    chosen.api("POST", f"{CASE}/complete", body)

    again = chosen.api("POST", f"{CASE}/complete", body)

    assert (again.status, again.json["error"]["code"]) == (409, "step_moved_on")


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("complete", {}, "outcome"),
        ("complete", {"outcome": "lost"}, "outcome"),
        ("complete", {"outcome": 7}, "outcome"),
        ("snooze", {"reason": "x"}, "hours"),
        ("snooze", {"hours": 0, "reason": "x"}, "hours"),
        ("snooze", {"hours": 337, "reason": "x"}, "hours"),
        ("snooze", {"hours": True, "reason": "x"}, "hours"),
        ("snooze", {"hours": 1}, "reason"),
        ("resolve", {}, "resolution"),
        ("resolve", {"resolution": "delivered"}, "resolution"),
        ("resolve", {"resolution": "found", "note": "x" * 501}, "note"),
    ],
)
def test_a_bad_body_is_refused_by_its_field(chosen: World, what: str, body: dict[str, Any], field: str) -> None:
    before = chosen.snapshot()

    answer = chosen.api("POST", f"{CASE}/{what}", {**SOMEBODY, **body})
    nameless = chosen.api("POST", f"{CASE}/{what}", body)

    assert answer.status == 400
    assert [it["field"] for it in answer.json["error"]["problems"]] == [field]
    assert "operator" in [it["field"] for it in nameless.json["error"]["problems"]]
    assert chosen.snapshot() == before


def test_another_sellers_cases_are_out_of_reach(chosen: World) -> None:
    before = chosen.snapshot()

    answers = [
        chosen.api("GET", CASE, key="other-key"),
        chosen.api("POST", f"{CASE}/resolve", {"resolution": "found", **SOMEBODY}, key="other-key"),
        chosen.api("GET", "/cases?shop=shop-1", key="other-key"),
    ]

    assert [it.status for it in answers] == [403, 403, 403]
    assert chosen.api("GET", "/cases", key="other-key").json == {"cases": [], "next": None}
    assert chosen.snapshot() == before


def test_a_case_nobody_knows_is_not_found(chosen: World) -> None:
    paths = [f"{CASE[:-1]}2", "/orders/shop-1/404/cases/address_problem-1", f"/orders/shop-1/1001/cases/{'x' * 3000}"]

    answers = [chosen.api("GET", path) for path in paths]

    assert [(it.status, it.json["error"]["code"]) for it in answers] == [(404, "case_not_found")] * 3


# -------------------------------------------------------------------- the list


NUMBERS = [f"1ZDSTEP10030000{end}" for end in (199, 206, 215, 224, 233)]


@pytest.fixture
def many(world: World) -> World:
    """A world with five open cases, due one after the other, one of them of another shop of the same seller."""
    for number, tracking in enumerate(NUMBERS):
        shop = "shop-2" if number == 3 else "shop-1"
        world.api("POST", "/orders", order(f"C-{number}", shop=shop))
        register(world, f"C-{number}", shop, number=tracking)
        world.put("scans", scanned(scan("exception", "23T12:00", "address_moved", number=tracking)))
        world.drain("scans", "track_parcels")
        world.wait(minutes=7)
    return world


def test_open_cases_are_listed_by_due_date(many: World) -> None:
    answer = many.api("GET", "/cases")

    assert answer.status == 200
    cases = answer.json["cases"]
    assert [it["order_id"] for it in cases] == [f"C-{number}" for number in range(5)]
    assert [it["step_due_at"] for it in cases] == sorted(it["step_due_at"] for it in cases)
    assert cases[3]["shop"] == "shop-2"
    assert answer.json["next"] is None
    assert [it["order_id"] for it in many.api("GET", "/cases?shop=shop-2").json["cases"]] == ["C-3"]


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_the_pages_of_the_list_hold_each_case_once(many: World, limit: int) -> None:
    found: list[str] = []
    cursor = ""

    for _ in range(10):
        page = many.api("GET", f"/cases?limit={limit}" + (f"&next={cursor}" if cursor else "")).json
        assert len(page["cases"]) <= limit
        found += [it["order_id"] for it in page["cases"]]
        cursor = page["next"]
        if not cursor:
            break

    assert found == [f"C-{number}" for number in range(5)]


def test_what_is_resolved_between_two_pages_shifts_nothing(many: World) -> None:
    first = many.api("GET", "/cases?limit=2").json
    many.api("POST", "/orders/shop-1/C-1/cases/address_problem-1/resolve", {"resolution": "found", **SOMEBODY})

    second = many.api("GET", f"/cases?limit=10&next={first['next']}").json

    assert [it["order_id"] for it in second["cases"]] == ["C-2", "C-3", "C-4"]


def test_a_snoozed_case_stands_where_it_wakes(many: World) -> None:
    many.api("POST", "/orders/shop-1/C-4/cases/address_problem-1/snooze", {"hours": 1, "reason": "x", **SOMEBODY})

    assert next(it["order_id"] for it in many.api("GET", "/cases").json["cases"]) == "C-4"


def cursor(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=ten",
        "limit=1e1",
        "shop=no/shop",
        "next=x",
        "next=%E2%98%83",
        "next=!!!!",
        f"next={cursor('[')}",
        f"next={cursor([])}",
        f"next={cursor(['a', 'b'])}",
        f"next={cursor('now' + chr(10) + 'ORDER#shop-1#A' + chr(10) + 'CASE#address_problem-1')}",
        f"next={cursor('null')}",
        f"next={cursor('7')}",
        f"next={cursor('[' * 2000)}",
        f"next={'A' * 3001}",
    ],
)
def test_a_list_asked_for_wrongly_is_refused(open_case: World, query: str) -> None:
    answer = open_case.api("GET", f"/cases?{query}")

    assert answer.status == 400
    assert answer.json["error"]["problems"][0]["field"] == query.partition("=")[0]


def test_a_made_up_cursor_opens_no_other_sellers_list(many: World) -> None:
    made_up = cursor("2026-11-23T00:00:00.000Z\nORDER#shop-1#A\nCASE#address_problem-1")

    assert many.api("GET", f"/cases?next={made_up}", key="other-key").json == {"cases": [], "next": None}


# -------------------------------------------------------------------- what ops says stays inside


def test_an_operators_words_stay_in_the_case(chosen: World, capfd: pytest.CaptureFixture[str]) -> None:
    work(chosen, "complete", outcome="requested", operator="Zyxwina Quux", note="wobblegate")
    work(chosen, "snooze", hours="4", operator="Zyxwina Quux", note="wobblegate")
    work(chosen, "resolve", resolution="by_seller", operator="Zyxwina Quux", note="wobblegate")

    told = [mail.text + mail.html + mail.subject for mail in chosen.mails()]
    printed = capfd.readouterr()
    for where in (json.dumps(chosen.events()), json.dumps(chosen.alerts()), printed.out + printed.err, "".join(told)):
        assert "Zyxwina" not in where
        assert "wobblegate" not in where
    assert messages(chosen)
