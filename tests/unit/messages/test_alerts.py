"""Alerts: ids and codes only, a subject SNS accepts, attributes to filter on, and the form a chat displays."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from itertools import product

import pytest

from doorstep.cases.case import KINDS
from doorstep.data import load
from doorstep.messages.alert import TEMPLATES, AlertFacts, write_alert
from doorstep.messages.catalogue import languages, texts

CAUSES = ("opened", "answered", "expired", "overdue", "renewed", "withdrawn", "completed", "woken")
TASK = "https://orders.example.com/tasks/token-three"
EVERY = [(template, locale) for template in TEMPLATES for locale in languages("ops")]


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_every_alert_says_what_happened_what_to_do_and_by_when(
    template: str, locale: str, alert_facts: AlertFacts
) -> None:
    reasons = texts(locale, "ops").names(f"alerts.{template}.reasons")
    for reason in (*reasons, "", "never_heard_of"):
        alert = write_alert(template, locale, replace(alert_facts, reason=reason))

        assert "\n1. " in alert.text
        assert "USD 125.00" in alert.text
        assert "GET /orders/sample-shop/A-1001" in alert.text
        assert ("07:00" if locale == "zh-CN" else "23:00 UTC") in alert.text
        assert "{" not in alert.text


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_a_subject_is_short_ascii_on_one_line(template: str, locale: str, alert_facts: AlertFacts) -> None:
    sneaky = replace(alert_facts, order_id="1\r\nBcc: x" + "9" * 64, shop="店" + "s" * 64)

    for facts in (alert_facts, sneaky):
        subject = write_alert(template, locale, facts).subject

        assert subject.isascii()
        assert subject.isprintable()
        assert len(subject) < 100


def test_an_alert_can_be_filtered_by_severity_kind_value_and_shop(alert_facts: AlertFacts) -> None:
    assert write_alert("buyer_unreachable", "en", alert_facts).attributes == {
        "severity": "warning",
        "kind": "buyer_unreachable",
        "order_value": "12500",
        "shop": "sample-shop",
    }


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_the_chat_form_is_the_schema_a_chat_displays(template: str, locale: str, alert_facts: AlertFacts) -> None:
    chat = json.loads(json.dumps(write_alert(template, locale, alert_facts).chat))

    assert (chat["version"], chat["source"]) == ("1.0", "custom")
    assert chat["content"].keys() == {"textType", "title", "description", "nextSteps", "keywords"}
    assert chat["content"]["textType"] == "client-markdown"
    assert all(isinstance(step, str) for step in chat["content"]["nextSteps"])
    assert chat["metadata"]["threadId"] == "sample-shop/A-1001"
    assert all(isinstance(value, str) for value in chat["metadata"]["additionalContext"].values())


def test_alerts_of_one_order_form_one_thread(alert_facts: AlertFacts) -> None:
    threads = {write_alert(template, "en", alert_facts).chat["metadata"]["threadId"] for template in TEMPLATES}  # type: ignore[index]

    assert threads == {"sample-shop/A-1001"}


def test_an_alert_has_no_place_for_a_person() -> None:
    assert {field.name for field in fields(AlertFacts)} == {
        "shop",
        "order_id",
        "severity",
        "reason",
        "next_step_by",
        "order_value",
        "currency",
        "api_path",
        "message_path",
        "kind",
        "case",
        "step",
        "cause",
        "option",
        "carrier",
        "tracking_number",
        "task_url",
        "scan_reason",
        "waiting_for",
        "by_buyer",
    }


def test_the_text_to_paste_is_found_where_the_alert_says(alert_facts: AlertFacts) -> None:
    alert = write_alert("paste_to_buyer", "en", alert_facts)

    assert "GET /orders/sample-shop/A-1001/messages/-/confirm_address/1" in alert.text


def test_no_deadline_is_said_so(alert_facts: AlertFacts) -> None:
    assert "Deadline: none" in write_alert("paste_to_buyer", "en", replace(alert_facts, next_step_by=None)).text


def test_an_unknown_alert_is_an_error(alert_facts: AlertFacts) -> None:
    with pytest.raises(KeyError, match="no such alert"):
        write_alert("nothing", "en", alert_facts)


@pytest.fixture
def case_facts(alert_facts: AlertFacts) -> AlertFacts:
    """The buyer of a parcel with a wrong address wants it redirected."""
    return replace(
        alert_facts,
        severity="critical",
        reason="",
        kind="address_problem",
        case="address_problem-1",
        step="carry_out",
        cause="answered",
        option="redirect",
        carrier="UPS",
        tracking_number="1ZDSTEP10030000126",
        task_url=TASK,
        scan_reason="address_apt_missing",
        waiting_for="ops",
    )


def test_a_case_is_told_by_kind_cause_reason_and_step(case_facts: AlertFacts) -> None:
    english = write_alert("case_step", "en", case_facts).text
    chinese = write_alert("case_step", "zh-CN", case_facts).text

    assert "[Critical] Address problem: order A-1001 (sample-shop)" in english
    assert "The buyer has chosen: redirect to another address." in english
    assert "The carrier's reason: apartment or unit missing or wrong" in english
    assert "Step: Carry out what the buyer chose" in english
    assert "Parcel: UPS 1ZDSTEP10030000126" in english
    assert "[紧急] 地址错误：订单 A-1001（店铺 sample-shop）" in chinese
    assert "买家已选择：拦截改址。" in chinese
    assert "截止时间：11月25日（周三）07:00（北京时间）" in chinese
    assert TASK in english
    assert TASK in chinese


@pytest.mark.parametrize(
    ("locale", "kind", "cause"), list(product(languages("ops"), (*KINDS, "new_kind"), (*CAUSES, "new_cause")))
)
def test_every_kind_and_cause_has_an_alert(locale: str, kind: str, cause: str, case_facts: AlertFacts) -> None:
    for step in load("cases/playbooks").get(kind, {"steps": ["new_step"]})["steps"]:
        alert = write_alert("case_step", locale, replace(case_facts, kind=kind, cause=cause, step=step))

        assert "{" not in alert.text
        assert "\n1. " in alert.text
        assert TASK in alert.text
        assert len(alert.subject) < 100


def test_causes_are_told_apart(case_facts: AlertFacts) -> None:
    for locale in languages("ops"):
        told = {write_alert("case_step", locale, replace(case_facts, cause=cause)).text for cause in CAUSES}

        assert len(told) == len(CAUSES)


def test_a_redirect_to_be_carried_out_warns_first(case_facts: AlertFacts) -> None:
    for locale in languages("ops"):
        warning = texts(locale, "ops").sentence("layout.redirect_warning")

        assert f"1. {warning}" in write_alert("case_step", locale, case_facts).text
        for other in ({"option": "hold_at_location"}, {"step": "watch"}):
            assert warning not in write_alert("case_step", locale, replace(case_facts, **other)).text  # type: ignore[arg-type]


def test_a_case_can_be_filtered_by_kind_step_cause_and_whose_turn_it_is(case_facts: AlertFacts) -> None:
    assert write_alert("case_step", "en", case_facts).attributes == {
        "severity": "critical",
        "kind": "case_step",
        "order_value": "12500",
        "shop": "sample-shop",
        "case_kind": "address_problem",
        "step": "carry_out",
        "cause": "answered",
        "owner": "ops",
    }


def test_a_case_that_waits_for_the_buyer_asks_ops_for_nothing_but_a_look(case_facts: AlertFacts) -> None:
    waits = replace(case_facts, step="await_buyer", cause="opened", option="", waiting_for="buyer")

    text = write_alert("case_step", "en", waits).text

    assert "Nothing to do before the deadline." in text
    assert f"How the case stands: {TASK}" in text


def test_without_a_task_page_the_api_is_named(case_facts: AlertFacts) -> None:
    text = write_alert("case_step", "en", replace(case_facts, task_url="")).text

    assert "POST /orders/sample-shop/A-1001/cases/address_problem-1/complete" in text


def test_the_alerts_of_one_case_form_a_thread_of_their_own(case_facts: AlertFacts) -> None:
    chats = [write_alert("case_step", "en", replace(case_facts, cause=cause)).chat for cause in CAUSES]

    assert {chat["metadata"]["threadId"] for chat in chats} == {"sample-shop/A-1001/address_problem-1"}  # type: ignore[index]
    assert len({chat["id"] for chat in chats}) == len(CAUSES)
    assert all(chat["content"]["nextSteps"][-1].endswith(TASK) for chat in chats)  # type: ignore[index]


def test_the_subject_of_a_case_names_its_kind_and_cause(case_facts: AlertFacts) -> None:
    subject = write_alert("case_step", "zh-CN", case_facts).subject

    assert subject == "[critical] address problem, answered: order A-1001 (sample-shop)"


def test_an_alert_about_a_message_of_a_case_keeps_its_own_subject(case_facts: AlertFacts) -> None:
    alert = write_alert("paste_to_buyer", "en", case_facts)

    assert alert.subject == "[critical] paste to buyer: order A-1001 (sample-shop)"
    assert alert.attributes["kind"] == "paste_to_buyer"
    assert alert.attributes["case_kind"] == "address_problem"
