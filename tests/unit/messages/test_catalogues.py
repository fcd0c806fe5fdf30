"""The catalogues are complete, alike in every language, and nothing in them is dead or for sale."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from string import Formatter
from typing import get_args

import pytest

from doorstep.cases.offer import OfferState, Payer
from doorstep.messages import alert, mail, views
from doorstep.messages.catalogue import Texts, accepted, choose, languages, texts
from doorstep.parcels.scan import MILESTONES

LEAVES_READ_AS_TABLES = ("countries.", "moment.")
FOR_OPS_TO_PASTE = "paste."  # buyers' words that an operator's page shows
OPTIONS = {
    "change_address",
    "redirect",
    "hold_at_location",
    "cancel",
    "cancel_and_reorder",
    "wait",
    "pickup_details",
    "redeliver",
    "pick_up",
    "reship_after_return",
    "refund_after_return",
    "exchange",
    "redeliver_with_concession",
    "reship",
    "partial_refund",
    "refund",
    "coupon",
    "report_problem",
}


def leaves(found: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(found, Mapping):
        for name, member in found.items():
            yield from leaves(member, f"{key}.{name}".lstrip("."))
    elif isinstance(found, list):
        for number, member in enumerate(found):
            yield from leaves(member, f"{key}.{number}")
    else:
        assert isinstance(found, str), key
        yield key, found


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def catalogues() -> list[tuple[str, str]]:
    return [(audience, locale) for audience in ("", "ops") for locale in languages(audience)]


def test_buyers_are_served_in_english_and_spanish_and_ops_in_chinese_too() -> None:
    assert languages() == ("en", "es")
    assert languages("ops") == ("en", "zh-CN")


@pytest.mark.parametrize(("audience", "locale"), catalogues())
def test_every_language_has_the_same_keys_and_placeholders(audience: str, locale: str) -> None:
    zones = re.compile(r"^moment\.zones\.")
    english = {key: text for key, text in leaves(texts("en", audience).entries) if not zones.match(key)}
    other = {key: text for key, text in leaves(texts(locale, audience).entries) if not zones.match(key)}

    assert other.keys() == english.keys()
    for key, text in english.items():
        if key != "moment.form":
            assert placeholders(other[key]) == placeholders(text), key


@pytest.mark.parametrize(("audience", "locale"), catalogues())
def test_no_sentence_is_empty_or_promotional(audience: str, locale: str) -> None:
    for key, text in leaves(texts(locale, audience).entries):
        assert text.strip() == text != "", key
        assert not re.search(
            r"discount|coupon|% off|\bsale\b|descuento|cupón|oferta|promo|优惠", text, re.IGNORECASE
        ), key


@pytest.mark.parametrize("locale", languages())
def test_no_sentence_for_buyers_is_dead(
    locale: str,
    facts: mail.LetterFacts,
    bare_facts: mail.LetterFacts,
    every_page: Callable[[str], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: set[str] = {"pages.problems.other_country"}  # said as the message of an issue, by whoever builds the view
    find = Texts._find

    def remember(catalogue: Texts, key: str) -> object:
        asked.add(key)
        return find(catalogue, key)

    monkeypatch.setattr(Texts, "_find", remember)

    every_page(locale)
    for template in mail.TEMPLATES:
        mail.write_letter(template, locale, bare_facts)
        for silence in get_args(views.Silence):
            mail.write_letter(template, locale, replace(facts, if_silent=silence))
    for kind in ("address_problem", "delivery_attempt_failed", "lost"):
        mail.write_letter("offer", locale, replace(facts, kind=kind, reason=""))
    mail.write_letter("address_changed", locale, replace(facts, shipped=True))
    for state in get_args(views.OfferState)[1:]:
        mail.write_letter("offer_update", locale, replace(facts, state=state))

    elsewhere = (*LEAVES_READ_AS_TABLES, FOR_OPS_TO_PASTE)
    known = {key for key, _ in leaves(texts(locale).entries) if not key.startswith(elsewhere)}
    assert known - asked == {"language.code"}


@pytest.mark.parametrize("locale", languages())
def test_every_option_milestone_and_state_has_words(locale: str) -> None:
    catalogue = texts(locale)

    assert set(catalogue.names("options")) == OPTIONS
    for option in OPTIONS:
        assert set(catalogue.names(f"options.{option}")) == {"title", "text", "button", "next", "done"}
    assert set(catalogue.names("pages.milestones")) == set(MILESTONES)
    assert set(catalogue.names("offers.states")) == set(get_args(views.OfferState)) - {"open"}


def test_a_page_knows_the_states_and_payers_of_an_offer() -> None:
    assert get_args(views.OfferState) == get_args(OfferState)
    assert get_args(views.Payer) == get_args(Payer)


@pytest.mark.parametrize("locale", languages())
def test_what_ops_may_paste_names_the_order_and_the_parcel(locale: str) -> None:
    pasted = texts(locale).names("paste")

    assert set(pasted) == {"address_problem", "delivery_attempt_failed", "stalled"}
    for kind in pasted:
        assert placeholders(texts(locale).sentence(f"paste.{kind}")) == {"order", "shop", "carrier", "number"}


@pytest.mark.parametrize("locale", languages("ops"))
def test_every_alert_has_words_for_a_reason_it_does_not_know(locale: str) -> None:
    for template in alert.TEMPLATES:
        assert "other" in texts(locale, "ops").names(f"alerts.{template}.reasons")


@pytest.mark.parametrize(("audience", "locale"), catalogues())
def test_a_catalogue_names_the_language_it_is_found_under(audience: str, locale: str) -> None:
    assert texts(locale, audience).sentence("language.code") == locale


def test_a_missing_sentence_raises_instead_of_leaving_a_hole() -> None:
    with pytest.raises(KeyError, match=r"pages\.nowhere"):
        texts("en").sentence("pages.nowhere")
    with pytest.raises(KeyError, match="not a sentence"):
        texts("en").sentence("pages")
    with pytest.raises(KeyError, match="not a list"):
        texts("en").sentences("pages")
    with pytest.raises(KeyError, match="not a table"):
        texts("en").names("language.code")


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (("es-MX",), "es"),
        (("ES_us",), "es"),
        (("fr", "es"), "es"),
        (("fr",), "en"),
        (("",), "en"),
        (("../../es",), "en"),
        (("es\n",), "en"),
        ((), "en"),
    ],
)
def test_the_nearest_language_is_chosen_and_nonsense_gets_english(wanted: tuple[str, ...], chosen: str) -> None:
    assert choose(*wanted) == chosen


def test_ops_in_any_chinese_get_the_chinese_catalogue() -> None:
    assert choose("zh", audience="ops") == choose("zh-TW", audience="ops") == choose("zh-CN", audience="ops") == "zh-CN"


def test_a_browser_is_heard_in_its_order_of_preference() -> None:
    assert accepted("fr;q=0.2, es-MX;q=0.9,en;q=x, *;q=0.1, de;q=0") == ("es-MX", "fr")
    assert accepted("") == ()
