"""Letters to the buyer: subject, text and HTML of one mail, and the same words to paste into a marketplace's messaging.

Owns how a letter reads; when it is sent, and to whom, is decided elsewhere. A subject names the shop and the order,
nothing about the person, and is always one line.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from doorstep.messages.catalogue import Texts, texts
from doorstep.messages.moments import local_moment
from doorstep.messages.offering import kind_told, terms, to_pay, what_happened, what_next
from doorstep.messages.rendering import render, squeezed
from doorstep.messages.views import ShownOption

__all__ = ["TEMPLATES", "Letter", "LetterFacts", "local_moment", "paste_text", "write_letter"]

TEMPLATES: Final = (
    "confirm_address",
    "confirm_address_reminder",
    "address_changed",
    "order_link",
    "one_time_code",
    "parcel_shipped",
    "offer",
    "offer_update",
)
_FOOTER: Final = "\n-- \n"  # RFC 3676 §4.3: what follows is the signature
_LONGEST_NAME: Final = 60
_LONGEST_SHOP_IN_SUBJECT: Final = 60
# A name that holds a link is bait: somebody orders with a stranger's e-mail address and lets our mail carry it.
_BAIT: Final = re.compile(r"://|www\.|@|[^\s.]\.[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, ready to send."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What a letter tells. `items`: (title, quantity); `issues` and `deadline` are already in the buyer's language.

    `if_silent` is what policy does when the buyer does not answer: `hold` or `release`. `new_lines` is the address that
    a one-time code would allow, or that was chosen in an offer; `address_lines` is always the one in force. Of what
    has `shipped`, it can no longer be changed on the order's page, at best a choice undone.

    `carrier` is the name people know, `tracking_url` its own page, `expected` when it means to deliver, `place` where
    it holds the parcel. `kind` and `reason` are codes of the case; `options` may be chosen `until` a moment; `state`
    and `chosen` are the offer's. `payment_url` is where the buyer pays for what was chosen.
    """

    shop_name: str
    order_id: str
    buyer_name: str
    items: tuple[tuple[str, int], ...]
    address_lines: tuple[str, ...]
    suggestion_lines: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    confirm_url: str = ""
    order_url: str = ""
    deadline: str = ""
    code: str = ""
    code_minutes: int = 0
    previous_lines: tuple[str, ...] = ()
    reply_to: str = ""
    if_silent: str = "hold"
    new_lines: tuple[str, ...] = ()
    shipped: bool = False
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    expected: str = ""
    kind: str = ""
    reason: str = ""
    options: tuple[ShownOption, ...] = ()
    until: str = ""
    state: str = ""
    chosen: ShownOption | None = None
    place: str = ""
    offer_url: str = ""
    payment_url: str = ""


def write_letter(template: str, locale: str, facts: LetterFacts) -> Letter:
    """Write one of `TEMPLATES` in the language that serves `locale` best. Raises `KeyError` for another template."""
    if template not in TEMPLATES:
        raise KeyError(f"no such letter: {template}")
    catalogue, facts = texts(locale), _without_bait(facts)
    shop = (
        textwrap.shorten(facts.shop_name, _LONGEST_SHOP_IN_SUBJECT, placeholder="…")
        or facts.shop_name[:_LONGEST_SHOP_IN_SUBJECT]
    )
    subject = catalogue.say(_subject(catalogue, template, facts), order=facts.order_id, shop=shop)
    values = {
        "facts": facts,
        "template": template,
        "name": greetable(facts.buyer_name),
        "kind": kind_told(catalogue, facts.kind),
        "happened": what_happened(catalogue, facts.kind, facts.reason),
        "terms": partial(terms, catalogue),
        "next": what_next(facts.state, facts.chosen),
        "to_pay": to_pay(facts.chosen, facts.state, facts.payment_url),
    }
    return Letter(
        subject=_one_line(subject),
        text=squeezed(render(f"mail/{template}.txt", catalogue, **values)),
        html=render(f"mail/{template}.html", catalogue, subject=_one_line(subject), **values),
    )


def paste_text(letter: Letter) -> str:
    """The letter for a marketplace's message box: a paragraph is one line, an address keeps its lines, no footer."""
    body = letter.text.partition(_FOOTER)[0]
    paragraphs = (_unwrapped(paragraph) for paragraph in body.strip("\n").split("\n\n"))
    return "\n\n".join(paragraphs) + "\n"


def greetable(name: str) -> str:
    """The name if it may be read out in a greeting; "" when it is too long to be one, or carries a link."""
    name = " ".join(name.split())
    return "" if len(name) > _LONGEST_NAME or _BAIT.search(name) else name


def linkless(text: str) -> str:
    """The text with a blank in whatever a mail program would turn into a link."""
    text = re.sub(r"(?<=[^\s.])\.(?=[a-z]{2,})", ". ", text, flags=re.IGNORECASE)
    return text.replace("://", ": //").replace("@", " @ ")


def _subject(catalogue: Texts, template: str, facts: LetterFacts) -> str:
    """An offer's subject is that of its kind, an update's that of its state. Raises `KeyError` for an unknown state."""
    if template == "offer":
        return f"offers.{kind_told(catalogue, facts.kind)}.subject"
    return f"offers.states.{facts.state}.subject" if template == "offer_update" else f"mail.{template}.subject"


def _without_bait(facts: LetterFacts) -> LetterFacts:
    """What buyers typed, carriers wrote and sellers copied from somewhere, with no link but ours left in it."""
    return replace(
        facts,
        items=tuple((linkless(title), quantity) for title, quantity in facts.items),
        address_lines=tuple(map(linkless, facts.address_lines)),
        suggestion_lines=tuple(map(linkless, facts.suggestion_lines)),
        previous_lines=tuple(map(linkless, facts.previous_lines)),
        new_lines=tuple(map(linkless, facts.new_lines)),
        carrier=linkless(facts.carrier),
        tracking_number=linkless(facts.tracking_number),
        place=linkless(facts.place),
        options=tuple(replace(option, place=linkless(option.place)) for option in facts.options),
        chosen=facts.chosen and replace(facts.chosen, place=linkless(facts.chosen.place)),
    )


def _unwrapped(paragraph: str) -> str:
    if paragraph.startswith(" "):
        return textwrap.dedent(paragraph)
    return " ".join(paragraph.split("\n"))


def _one_line(text: str) -> str:
    """No line break, tab or control character reaches a header."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
