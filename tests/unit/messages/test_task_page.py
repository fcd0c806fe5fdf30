"""The page of a case for ops: every state of it, escaped, without script, in both languages; words for every code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from typing import Any, get_args

import pytest

from doorstep.cases.case import KINDS
from doorstep.cases.offer import NEXT, Payer
from doorstep.data import load
from doorstep.messages import instructions, pages, taskviews
from doorstep.messages.catalogue import languages, texts
from doorstep.messages.taskpage import task_gone_page, task_page, task_problem_page
from doorstep.messages.taskviews import Paste, ShownChoice, ShownEntry, ShownScan, ShownStep, TaskView
from doorstep.parcels.scan import MILESTONES

HOSTILE = "<script>alert('x')</script>{0}"
NEW_ADDRESS = ("Sample Buyer", "34 Other Ave Apt 5", "Exampleton, VT 05408")
VOID = {"meta", "input", "br"}
PLAYBOOKS: Mapping[str, Mapping[str, Any]] = load("cases/playbooks")
STEPS = [(kind, step) for kind, playbook in PLAYBOOKS.items() for step in playbook["steps"]]


class Page(HTMLParser):
    """Elements with their attributes, in order; raises when tags do not pair."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute of {tag} stands twice"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def posts(self, action: str) -> bool:
        return any(button["value"] == action for button in self.all("button"))


@pytest.fixture
def view() -> TaskView:
    """An address problem, with a redirect to be carried out."""
    return TaskView(
        locale="en",
        shop="sample-shop",
        order_id="A-1001",
        platform="etsy",
        case="address_problem-1",
        kind="address_problem",
        severity="critical",
        state="open",
        resolution="",
        reason="address_apt_missing",
        carrier="UPS",
        number="1ZDSTEP10030000126",
        url="https://www.example.com/track?n=1ZDSTEP10030000126",
        milestone="exception",
        since="Monday",
        moved_at="Sunday",
        attempts=1,
        attempts_left=2,
        buyer_name="Sample Buyer",
        address_lines=("Sample Buyer", "12 Sample St", "Exampleton, VT 05401"),
        order_value="USD 125.00",
        step=ShownStep("carry_out", "ops", "Tuesday", overdue=False, outcomes=("requested", "fulfilled", "failed")),
        choice=ShownChoice("redirect", "USD 21.00", "seller", "accepted", NEW_ADDRESS, warns=True, consent_at="Noon"),
        protection="etsy",
        pastes=(
            Paste("To the buyer", "Hello,\n\nwhich apartment is it?", "en"),
            Paste("Address", "34 Other Ave", "en"),
        ),
        scans=(
            ShownScan("11-23", "exception", "address_apt_missing", "Burlington, VT", "X", "Apt missing", counted=True),
            ShownScan("11-01", "in_transit", "", "", "", "", counted=False),
        ),
        history=(
            ShownEntry("11-23", "opened", "address_apt_missing", "carrier", ""),
            ShownEntry("11-23", "offer_made", "redirect hold_at_location", "doorstep", ""),
            ShownEntry("11-23", "snoozed", "24", "Lee", "waiting for a call"),
        ),
        shown_step="carry_out",
        shown_version=7,
    )


def variants(view: TaskView) -> dict[str, TaskView]:
    assert view.step is not None
    assert view.choice is not None
    waits = ShownStep("await_buyer", "buyer", "Tuesday", overdue=False, outcomes=())
    bare = replace(view, choice=None, pastes=(), scans=(), history=(), number="", url="", carrier="", reason="")
    done = replace(view.choice, state="fulfilled", fee="", new_lines=(), warns=False)
    found = {
        "carry_out": view,
        "overdue": replace(view, step=replace(view.step, overdue=True), operator="Lee"),
        "waits": replace(view, step=waits, choice=None, offered=("redirect", "cancel"), offer_until="Tuesday"),
        "snoozed": replace(view, snoozed_until="Friday"),
        "no_step": replace(view, step=None),
        "done": replace(view, choice=done),
        "bare": replace(bare, moved_at="", address_lines=(), platform="", buyer_name=""),
        "unknown": replace(bare, kind="new_kind", step=replace(view.step, name="new_step", outcomes=("new_outcome",))),
        "resolved": replace(view, state="resolved", resolution="delivered", step=None, choice=done),
    }
    return found | {f"notice-{one}": replace(view, notice=one) for one in get_args(taskviews.TaskNotice)}


def every(view: TaskView) -> list[tuple[str, str]]:
    shown = [(name, one) for name, one in variants(view).items()]
    found = [(f"{to} {name}", task_page(replace(one, locale=to))) for to in languages("ops") for name, one in shown]
    for locale in languages("ops"):
        found.append((f"{locale} gone", task_gone_page(locale)))
        found += [(f"{locale} {status}", task_problem_page(locale, status, "ref-1")) for status in (400, 409, 429, 503)]
    return found


def test_every_page_is_well_formed_and_says_its_language(view: TaskView) -> None:
    for name, html in every(view):
        page = Page(html)

        assert html.startswith("<!DOCTYPE html>"), name
        assert page.all("html") == [{"lang": name.split()[0], "dir": "ltr"}], name
        assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1, name
        assert "{" not in page.text, name
        assert {link["href"] for link in page.all("a") if link["href"].startswith("?")} == {
            f"?lang={locale}" for locale in languages("ops") if locale != name.split()[0]
        }, name


def test_no_page_needs_script_or_a_style_the_policy_does_not_allow(view: TaskView) -> None:
    for name, html in every(view):
        page = Page(html)
        attributes = {attribute for _, given in page.elements for attribute in given}

        assert not {tag for tag, _ in page.elements} & {"script", "img", "iframe", "link", "object", "base"}, name
        assert not any(attribute.startswith("on") for attribute in attributes), name
        assert not attributes & {"style", "src", "action", "formaction"}, name
        assert f"<style>{pages._STYLE}</style>" in html, name


def test_every_form_posts_what_was_shown_and_every_field_has_a_label(view: TaskView) -> None:
    for name, html in every(view):
        page = Page(html)
        forms = page.all("form")
        inputs = [given for tag in ("input", "select", "textarea") for given in page.all(tag)]
        ids = [given["id"] for _, given in page.elements if "id" in given]
        hidden = [(given["name"], given["value"]) for given in inputs if given.get("type") == "hidden"]

        assert all(form == {"method": "post"} for form in forms), name
        assert hidden == [("shown_version", "7"), ("step", "carry_out")] * len(forms), name
        assert all(button["name"] == "action" for button in page.all("button")), name
        assert len(ids) == len(set(ids)), name
        assert {given["id"] for given in inputs if given.get("type") != "hidden"} == {
            label["for"] for label in page.all("label")
        }, name
        assert {given["aria-describedby"] for given in inputs if "aria-describedby" in given} <= set(ids), name


def test_an_operator_names_themselves_and_may_not_write_more_than_is_kept(view: TaskView) -> None:
    page = Page(task_page(replace(view, operator="Lee")))
    operators = [given for given in page.all("input") if given["name"] == "operator"]
    notes = {given["id"]: given for given in page.all("textarea")}

    assert len(operators) == 3
    assert all("required" in given and given["maxlength"] == "60" and given["value"] == "Lee" for given in operators)
    assert all(given["maxlength"] == "500" for given in notes.values())
    assert ["required" in notes[f"{form}-note"] for form in ("complete", "snooze", "resolve")] == [False, True, False]


def test_the_step_is_completed_with_one_of_its_outcomes(view: TaskView) -> None:
    page = Page(task_page(view))

    assert [given["value"] for given in page.all("input") if given["name"] == "outcome"] == [
        "requested",
        "fulfilled",
        "failed",
    ]
    assert [option["value"] for option in page.all("option")] == [
        *(str(hours) for hours in taskviews.SNOOZE_HOURS),
        *taskviews.RESOLUTIONS,
    ]
    assert page.posts("complete")
    assert page.posts("snooze")
    assert page.posts("resolve")


def test_what_waits_for_the_buyer_can_only_be_closed(view: TaskView) -> None:
    page = Page(task_page(variants(view)["waits"]))

    assert not page.posts("complete")
    assert not page.posts("snooze")
    assert page.posts("resolve")
    assert "redirect to another address" in page.text
    assert "Waiting for the buyer until Tuesday" in page.text


def test_a_resolved_case_has_no_forms(view: TaskView) -> None:
    page = Page(task_page(variants(view)["resolved"]))

    assert page.all("form") == []
    assert "Closed: Delivered" in page.text


def test_the_new_address_stands_between_what_to_do_and_the_form(view: TaskView) -> None:
    html = task_page(view)

    order = [html.index(text) for text in ("Open the intercept page of UPS", "34 Other Ave Apt 5", 'value="complete"')]
    assert order == sorted(order)
    assert '<address class="select-all" translate="no">Sample Buyer<br>34 Other Ave Apt 5<br>' in html


def test_what_is_done_already_stands_after_the_form(view: TaskView) -> None:
    html = task_page(variants(view)["done"])

    assert html.index('value="complete"') < html.index("What the buyer chose")


@pytest.mark.parametrize(
    ("protection", "warns", "state", "warned"),
    [
        ("etsy", True, "accepted", True),
        ("etsy", True, "requested", True),
        ("never_heard_of", True, "accepted", True),
        ("", True, "accepted", False),
        ("etsy", False, "accepted", False),
        ("etsy", True, "fulfilled", False),
    ],
)
def test_a_redirect_warns_of_lost_protection_until_it_is_done(
    view: TaskView, protection: str, warns: bool, state: str, warned: bool
) -> None:
    assert view.choice is not None
    choice = replace(view.choice, warns=warns, state=state)

    html = task_page(replace(view, protection=protection, choice=choice))

    assert (texts("en", "ops").sentence("task.next.warning") in html) is warned
    assert (texts("en", "ops").sentence("protection.etsy") in html) is (warned and protection == "etsy")


def test_lateness_is_said_once_and_loudly(view: TaskView) -> None:
    late = Page(task_page(variants(view)["overdue"])).text

    assert "Overdue. The deadline was Tuesday" in late
    assert "Deadline: Tuesday" not in late
    assert "Overdue" not in Page(task_page(view)).text


@pytest.mark.parametrize(("notice", "role"), [("completed", "status"), ("stale", "alert"), ("missing_name", "alert")])
def test_a_notice_stands_first(view: TaskView, notice: taskviews.TaskNotice, role: str) -> None:
    html = task_page(replace(view, notice=notice))

    assert html.count(f'role="{role}"') == html.count('role="') == 1
    assert html.index(f'role="{role}"') < html.index("<h1>")


def test_a_scan_that_does_not_count_says_so(view: TaskView) -> None:
    assert task_page(view).count("not counted") == 1


def test_a_text_without_a_title_is_one_to_the_buyer_and_stands_open(view: TaskView) -> None:
    html = task_page(replace(view, pastes=(Paste("", "Hello,\n\nwhich apartment is it?", "en"),)))

    assert "<details open>\n<summary>To the buyer</summary>" in html
    assert '<pre class="select-all" lang="en" translate="no">Hello,\n\nwhich apartment is it?</pre>' in html


def test_the_history_is_told_in_words(view: TaskView) -> None:
    text = Page(task_page(view)).text

    assert "Case opened: apartment or unit missing or wrong" in text
    assert "Offer made to the buyer: redirect to another address, hold for pickup at a location" in text
    assert "Snoozed: 24 hours" in text
    assert "by Lee" in text


def test_only_a_secure_address_becomes_a_link(view: TaskView) -> None:
    for url in ("", "javascript:alert(1)", "http://www.example.com/"):
        assert [a for a in Page(task_page(replace(view, url=url))).all("a") if "rel" in a] == []
    assert [a["href"] for a in Page(task_page(view)).all("a") if "rel" in a] == [view.url]


@pytest.mark.parametrize("locale", languages("ops"))
def test_whatever_a_stranger_wrote_is_escaped(view: TaskView, locale: str) -> None:
    hostile = f'"{HOSTILE}'
    told = dict.fromkeys(("shop", "order_id", "platform", "case", "carrier", "number", "buyer_name"), hostile)
    told |= dict.fromkeys(("since", "moved_at", "order_value", "operator", "shown_step", "reason"), hostile)
    view = replace(
        view,
        locale=locale,
        url=f"https://{hostile}",
        address_lines=(hostile,),
        step=ShownStep("carry_out", "ops", hostile, overdue=False, outcomes=(hostile,)),
        choice=ShownChoice("redirect", hostile, hostile, "accepted", (hostile,), warns=True, consent_at=hostile),
        pastes=(Paste(hostile, hostile, hostile),),
        scans=(ShownScan(hostile, hostile, hostile, hostile, hostile, hostile, counted=True),),
        history=(ShownEntry(hostile, "opened", hostile, hostile, hostile), ShownEntry("", hostile, hostile, "", "")),
        **told,  # type: ignore[arg-type]
    )

    for one in (view, replace(view, offered=(hostile,), offer_until=hostile, snoozed_until=hostile, choice=None)):
        html = task_page(one)

        assert "<script" not in html
        assert Page(html).text.count(HOSTILE) > 20
    assert "<script" not in task_problem_page(locale, 400, hostile)
    assert Page(task_gone_page('"><script>')).all("html")[0]["lang"] == "en"


def test_a_link_that_does_not_work_tells_nothing_and_sends_to_the_newest_alert() -> None:
    page = Page(task_gone_page("en"))

    assert page.all("form") == []
    assert "newest alert" in page.text


@pytest.mark.parametrize(("status", "told"), [(404, "404"), (409, "400"), (429, "429"), (500, "500"), (503, "500")])
def test_a_problem_is_told_in_a_sentence_of_its_class(status: int, told: str) -> None:
    assert texts("en", "ops").sentence(f"task.problem.text.{told}") in task_problem_page("en", status).replace(
        "&#39;", "'"
    )


@pytest.mark.parametrize("locale", languages("ops"))
def test_every_code_has_its_words(locale: str) -> None:
    say, vocabulary = texts(locale, "ops"), load("parcels/vocabulary")
    steps = [step for playbook in PLAYBOOKS.values() for step in playbook["steps"].values()]
    outcomes = {outcome for step in steps for outcome in step.get("outcomes", ())}

    assert say.names("reasons").keys() == {code for group in vocabulary["reasons"].values() for code in group}
    assert say.names("milestones").keys() == set(MILESTONES)
    assert say.names("options").keys() == load("cases/offers")["options"].keys()
    assert say.names("kinds").keys() == {*KINDS, "other"}
    assert say.names("outcomes").keys() == outcomes
    assert say.names("entries").keys() == set(taskviews.ENTRIES)
    assert say.names("offer_states").keys() == NEXT.keys()
    assert say.names("payers").keys() == set(get_args(Payer))
    assert set(taskviews.RESOLUTIONS) < say.names("resolutions").keys()
    assert {(kind, step) for kind, of_kind in say.names("steps").items() for step in of_kind} == {  # type: ignore[attr-defined]
        *STEPS,
        ("other", "other"),
    }


@pytest.mark.parametrize(("locale", "kind_and_step"), list(product(languages("ops"), STEPS)))
def test_every_step_says_what_to_do_in_whole_sentences(locale: str, kind_and_step: tuple[str, str]) -> None:
    kind, step = kind_and_step
    say = texts(locale, "ops")

    for option in ("", *say.names("options")):
        told = instructions.to_do(say, kind, step, option=option, carrier="UPS", number="1Z0")

        assert told
        assert all(sentence.endswith((".", "。", "?", "？")) and "{" not in sentence for sentence in told)


@pytest.mark.parametrize("locale", languages("ops"))
def test_what_to_record_is_named_as_the_form_names_it(locale: str) -> None:
    say = texts(locale, "ops")
    quotes = {"en": ('"', '"'), "zh-CN": ("“", "”")}[locale]

    for kind, step in STEPS:
        owner = PLAYBOOKS[kind]["steps"][step]
        told = " ".join(instructions.to_do(say, kind, step, option="", carrier="UPS", number="1Z0"))
        for outcome in owner.get("outcomes", ()):
            named = instructions.named(say, "outcomes", outcome)

            assert step == "carry_out" or f"{quotes[0]}{named}{quotes[1]}" in told, (kind, step, outcome)


@pytest.mark.parametrize("locale", languages("ops"))
def test_a_code_nobody_has_words_for_is_told_all_the_same(locale: str) -> None:
    say = texts(locale, "ops")

    assert instructions.named(say, "reasons", "new_reason") == "new_reason"
    assert instructions.option_named(say, "new_option") == "new_option"
    assert instructions.step_named(say, "new_kind", "new_step") == say.sentence("steps.other.other.title")
    assert instructions.entry_told(say, "new_kind", "step", "new_step").endswith("new_step")
    assert instructions.to_do(say, "stalled", "ask_carrier", option="", carrier="", number="")[0].count("  ") == 0
