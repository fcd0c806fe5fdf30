"""Alerts: ids and codes only, a subject SNS accepts, attributes to filter on, and the form a chat displays."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from doorstep.messages.alert import TEMPLATES, AlertFacts, write_alert
from doorstep.messages.catalogue import languages, texts

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
    }


def test_the_text_to_paste_is_found_where_the_alert_says(alert_facts: AlertFacts) -> None:
    alert = write_alert("paste_to_buyer", "en", alert_facts)

    assert "GET /orders/sample-shop/A-1001/messages/-/confirm_address/1" in alert.text


def test_no_deadline_is_said_so(alert_facts: AlertFacts) -> None:
    assert "Deadline: none" in write_alert("paste_to_buyer", "en", replace(alert_facts, next_step_by=None)).text


def test_an_unknown_alert_is_an_error(alert_facts: AlertFacts) -> None:
    with pytest.raises(KeyError, match="no such alert"):
        write_alert("nothing", "en", alert_facts)
