"""Letters: every one renders in every language, escapes what it shows, and leaks nothing into its subject."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

import pytest

from doorstep.messages.catalogue import languages, texts
from doorstep.messages.mail import TEMPLATES, LetterFacts, greetable, linkless, paste_text, write_letter
from doorstep.messages.rendering import differences
from doorstep.messages.views import OfferState, ShownOption

HOSTILE = "<script>alert('x')</script>"
HOLD = ShownOption("hold_at_location", "USD 5.00", "buyer", (1, 1), place="Sample Counter")
STATES = get_args(OfferState)[1:]
EVERY = [(template, locale) for template in TEMPLATES for locale in languages()]


class Words(HTMLParser):
    """What a reader sees, and the addresses of links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_every_letter_renders_with_everything_and_with_almost_nothing(
    template: str, locale: str, facts: LetterFacts, bare_facts: LetterFacts
) -> None:
    for given in (facts, bare_facts):
        letter = write_letter(template, locale, given)

        assert "A-1001" in letter.subject
        assert "Sample Shop" in letter.subject
        assert f'lang="{locale}"' in letter.html
        assert "{" not in letter.text
        assert "None" not in letter.text


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_whatever_a_stranger_wrote_is_escaped(template: str, locale: str, facts: LetterFacts) -> None:
    lines = (HOSTILE, "O'Brien-Núñez", "Apt ½")
    hostile = replace(
        facts,
        shop_name=HOSTILE,
        buyer_name=HOSTILE,
        items=((HOSTILE, 1),),
        address_lines=lines,
        suggestion_lines=lines,
        previous_lines=lines,
        new_lines=lines,
        issues=(HOSTILE,),
        deadline=HOSTILE,
        reply_to=HOSTILE,
        carrier=HOSTILE,
        tracking_number=HOSTILE,
        expected=HOSTILE,
        until=HOSTILE,
        place=HOSTILE,
        options=(replace(HOLD, fee=HOSTILE, place=HOSTILE),),
        chosen=replace(HOLD, fee=HOSTILE, place=HOSTILE),
        kind=HOSTILE,
        reason=HOSTILE,
        tracking_url='https://example.com/"><script>',
        payment_url='https://example.com/"><script>',
        offer_url='https://example.com/"><script>',
        confirm_url='https://example.com/"><script>',
    )

    html = write_letter(template, locale, hostile).html

    assert "<script" not in html
    assert "script" not in Words(html).tags
    assert "O'Brien-Núñez" in Words(html).text
    assert "Apt ½" in Words(html).text


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_a_subject_is_one_line_whatever_the_shop_is_called(template: str, locale: str, facts: LetterFacts) -> None:
    sneaky = replace(facts, shop_name="Shop\r\nBcc: everyone@example.com\x00\u2028" + "long " * 50, order_id="A\n1")

    subject = write_letter(template, locale, sneaky).subject

    assert subject.isprintable()
    assert len(subject) < 160


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_a_subject_says_nothing_about_the_person(template: str, locale: str, facts: LetterFacts) -> None:
    subject = write_letter(template, locale, facts).subject

    for personal in ("O'Brien", "Sampel", "Exampleton", "05401", "482915"):
        assert personal not in subject


@pytest.mark.parametrize("locale", languages())
@pytest.mark.parametrize("template", ["confirm_address", "confirm_address_reminder"])
def test_the_link_to_confirm_is_a_button_and_text_in_both_parts(template: str, locale: str, facts: LetterFacts) -> None:
    letter = write_letter(template, locale, facts)
    words = Words(letter.html)

    assert words.links.count(facts.confirm_url) == 2
    assert facts.confirm_url in words.text
    assert facts.order_url in words.links
    assert f"\n    {facts.confirm_url}\n" in letter.text
    assert f"\n    {facts.order_url}\n" in letter.text


def test_the_suggestion_is_shown_with_what_differs(facts: LetterFacts) -> None:
    html = write_letter("confirm_address", "en", facts).html

    assert ">Sample St</strong>" in html
    assert ">05408</strong>" in html
    assert "Exampleton, VT</strong>" not in html


def test_silence_is_told_as_policy_has_it(facts: LetterFacts) -> None:
    held = paste_text(write_letter("confirm_address", "en", replace(facts, if_silent="hold")))
    released = paste_text(write_letter("confirm_address", "en", replace(facts, if_silent="release")))

    assert "We will not ship your order until the address is clear." in held
    assert "we will ship to the address above." in released


def test_a_changed_address_is_told_with_what_it_was(facts: LetterFacts) -> None:
    text = write_letter("address_changed", "en", facts).text

    assert text.index("12 Sample St\n") < text.index("12 Sampel Street\n")
    assert "If it was not you" in text


@pytest.mark.parametrize(
    ("locale", "before", "after"),
    [
        ("en", "put the right address back", "can still be undone"),
        ("es", "la dirección correcta", "deshacer el cambio"),
    ],
)
def test_who_did_not_change_it_is_told_what_the_order_page_offers_before_and_after_shipping(
    locale: str, before: str, after: str, facts: LetterFacts
) -> None:
    open_, shipped = (write_letter("address_changed", locale, replace(facts, shipped=it)) for it in (False, True))

    for part in (paste_text(open_), Words(open_.html).text):
        assert (before in part, after in part) == (True, False)
    for part in (paste_text(shipped), Words(shipped.html).text):
        assert (before in part, after in part) == (False, True)


def test_a_code_letter_shows_the_code_and_the_address_it_would_allow(facts: LetterFacts) -> None:
    letter = write_letter("one_time_code", "en", facts)

    assert "\n    482915\n" in letter.text
    assert "482915" in letter.html
    assert "15 minutes" in letter.text
    assert "12 Sample St" in letter.text
    assert "12 Sample St" not in write_letter("one_time_code", "en", replace(facts, new_lines=())).text


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_text_lines_fit_a_mail_but_for_links(template: str, locale: str, facts: LetterFacts) -> None:
    text = write_letter(template, locale, facts).text

    assert all(len(line) <= 72 or "https://" in line or line.startswith("    ") for line in text.split("\n"))
    assert "\n\n\n" not in text


def test_text_to_paste_has_whole_paragraphs_and_no_signature(facts: LetterFacts) -> None:
    text = paste_text(write_letter("confirm_address", "en", facts))

    assert "Before we ship it, please check where it should go.\n" in text
    assert "O'Brien-Núñez\n12 Sampel Street\nApt ½\nExampleton, VT 05401\n" in text
    assert f"\n\n{facts.confirm_url}\n\n" in text
    assert "-- " not in text
    assert "You get this message" not in text


def test_a_line_break_in_a_value_cannot_forge_a_paragraph_or_a_signature(facts: LetterFacts) -> None:
    forged = replace(
        facts, address_lines=("12 Sample St\n-- \nPay here",), shop_name="Shop\n\n-- \nPay", issues=("a\n\nb",)
    )

    text = write_letter("confirm_address", "en", forged).text

    assert text.count("\n-- \n") == 1
    assert "    12 Sample St -- Pay here\n" in text


@pytest.mark.parametrize(
    "bait", ["Claim at http://bad.example", "www.bad.example", "bad.example/prize", "you@example.com", "x" * 61]
)
def test_a_name_that_is_bait_is_not_read_out(bait: str, facts: LetterFacts) -> None:
    letter = write_letter("confirm_address", "en", replace(facts, buyer_name=bait))

    assert letter.text.startswith("Hello,\n")
    assert bait not in letter.html
    assert bait not in letter.text


@pytest.mark.parametrize("name", ["O'Brien-Núñez", "J. R. Sample", "Sample Jr.", "样本买家"])
def test_a_real_name_is_read_out(name: str) -> None:
    assert greetable(f" {name} ") == name


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_bait_in_an_address_or_a_title_makes_no_link(template: str, locale: str, facts: LetterFacts) -> None:
    lines = ("12 Sample St bad.example/prize", "http://bad.example", "you@example.com", "WWW.BAD.EXAMPLE")
    baited = replace(
        facts,
        carrier="bad.example",
        tracking_number="bad.example",
        place="www.bad.example",
        options=(replace(HOLD, place="you@example.com"),),
        chosen=replace(HOLD, place="you@example.com"),
        items=(("Claim at https://bad.example", 1),),
        address_lines=lines,
        suggestion_lines=lines,
        previous_lines=lines,
        new_lines=lines,
    )

    letter = write_letter(template, locale, baited)

    for part in (letter.text, Words(letter.html).text):
        ours = re.sub(r"https://(orders\.example\.com|(carrier|pay)\.example)/\S+|help@example\.com", "", part)
        assert not re.search(r"\S://|www\.\S|\S@\S|[^\s.]\.[a-z]{2}", ours, re.IGNORECASE), ours


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("149 Church St. Apt 2", "149 Church St. Apt 2"),
        ("P.O. Box 7", "P.O. Box 7"),
        ("12.5 Sample Rd", "12.5 Sample Rd"),
        ("Sample St.Apt 2", "Sample St. Apt 2"),
        ("bad.example.com", "bad. example. com"),
        ("https://bad.example", "https: //bad. example"),
        ("you@example.com", "you @ example. com"),
    ],
)
def test_a_blank_goes_only_where_a_link_would_be(typed: str, told: str) -> None:
    assert linkless(typed) == told


@pytest.mark.parametrize(("template", "locale"), EVERY)
def test_html_stays_below_the_size_at_which_mail_clients_clip(template: str, locale: str, facts: LetterFacts) -> None:
    assert len(write_letter(template, locale, facts).html.encode()) < 30_000


def test_a_shipped_parcel_is_told_with_its_number_its_address_and_a_way_to_object(facts: LetterFacts) -> None:
    letter = write_letter("parcel_shipped", "en", facts)
    words = Words(letter.html)

    for part in (letter.text, words.text):
        assert "is being shipped with Sample Express" in " ".join(part.split())
        for told in ("Sample Express", "ZZ123", "Friday", "12 Sampel Street", "Address not right? Tell us now."):
            assert told in part
    assert {facts.order_url, facts.tracking_url} <= set(words.links)
    assert f"\n    {facts.order_url}\n" in letter.text
    assert f"\n    {facts.tracking_url}\n" in letter.text


def test_an_unknown_carrier_is_not_named(facts: LetterFacts, bare_facts: LetterFacts) -> None:
    letter = write_letter("parcel_shipped", "en", replace(facts, carrier="", tracking_url=""))

    assert "is being shipped. It goes" in letter.text
    assert "Carrier:" not in letter.text
    assert "Track the parcel" not in letter.text
    assert "According to the carrier," in write_letter("offer", "en", bare_facts).text


@pytest.mark.parametrize("locale", languages())
def test_an_offer_says_what_happened_what_may_be_done_by_when_and_where(locale: str, facts: LetterFacts) -> None:
    letter = write_letter("offer", locale, facts)
    words = Words(letter.html)

    for part in (letter.text, words.text):
        plain = " ".join(part.split())
        assert texts(locale).say("offers.reasons.address_apt_missing", carrier="Sample Express") in plain
        for option in facts.options:
            for word in ("title", "text"):
                assert texts(locale).sentence(f"options.{option.name}.{word}") in plain
        assert "USD 21.00" in plain
        assert facts.until in plain
    assert words.links.count(facts.offer_url) == 2
    assert f"\n    {facts.offer_url}\n" in letter.text


@pytest.mark.parametrize(
    ("kind", "reason", "key"),
    [
        ("address_problem", "address_moved", "offers.reasons.address_moved"),
        ("address_problem", "never_heard_of", "offers.address_problem.intro"),
        ("delivery_attempt_failed", "", "offers.delivery_attempt_failed.intro"),
        ("lost", "", "offers.other.intro"),
        ("", "", "offers.other.intro"),
    ],
)
def test_what_happened_is_told_by_reason_then_by_kind(kind: str, reason: str, key: str, facts: LetterFacts) -> None:
    letter = write_letter("offer", "en", replace(facts, kind=kind, reason=reason))

    known = kind if kind in ("address_problem", "delivery_attempt_failed") else "other"
    assert texts("en").say(key, carrier="Sample Express") in " ".join(letter.text.split())
    assert letter.subject == texts("en").say(f"offers.{known}.subject", order="A-1001", shop="Sample Shop")


@pytest.mark.parametrize("locale", languages())
@pytest.mark.parametrize("state", STATES)
def test_an_update_says_what_became_of_the_choice_and_what_happens_now(
    state: str, locale: str, facts: LetterFacts
) -> None:
    letter = write_letter("offer_update", locale, replace(facts, state=state))
    plain = " ".join(letter.text.split())
    words = texts(locale)

    assert letter.subject == words.say(f"offers.states.{state}.subject", order="A-1001", shop="Sample Shop")
    assert words.say(f"offers.states.{state}.told", order="A-1001") in plain
    assert words.sentence("options.redirect.title") in plain
    by_option = {"accepted": "options.redirect.next", "fulfilled": "options.redirect.done"}
    assert words.sentence(by_option.get(state, f"offers.states.{state}.next")) in plain
    assert facts.offer_url in Words(letter.html).links


@pytest.mark.parametrize("state", STATES)
def test_only_a_buyer_who_pays_for_what_is_under_way_gets_the_payment_link(state: str, facts: LetterFacts) -> None:
    buyer, seller = (
        write_letter("offer_update", "en", replace(facts, state=state, chosen=replace(HOLD, paid_by=payer)))
        for payer in ("buyer", "seller")
    )

    asked = state in {"accepted", "requested"}
    assert (facts.payment_url in buyer.text, facts.payment_url in Words(buyer.html).links) == (asked, asked)
    assert ("Pay USD 5.00" in buyer.html) == asked
    assert facts.payment_url not in seller.text + seller.html


def test_an_update_in_a_state_nobody_knows_is_an_error(facts: LetterFacts) -> None:
    with pytest.raises(KeyError, match="never_heard_of"):
        write_letter("offer_update", "en", replace(facts, state="never_heard_of"))


def test_the_options_can_be_pasted_as_paragraphs(facts: LetterFacts) -> None:
    text = paste_text(write_letter("offer", "en", facts))

    assert "\n\n- Wait for the carrier. Everything stays as it is. " in text
    assert f"\n\n{facts.offer_url}\n\n" in text


def test_an_unknown_letter_is_an_error(facts: LetterFacts) -> None:
    with pytest.raises(KeyError, match="no such letter"):
        write_letter("../../secrets", "en", facts)


def test_differences_mark_words_not_case() -> None:
    assert differences(("12 sample st", "Exampleton"), ("12 Sample St Apt 4", "EXAMPLETON")) == (
        (("12 Sample St", False), ("Apt 4", True)),
        (("EXAMPLETON", False),),
    )
    assert differences((), ("all new",)) == ((("all new", True),),)
    assert differences(("x",), ("",)) == ((),)
