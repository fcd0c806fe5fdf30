"""The buyers' pages as HTML: no script, nothing loaded from anywhere, one style sheet whose hash stands in the CSP.

Every form posts to the page's own address (it holds the token), and every button says `action=<what>`. GET shows,
POST does. The actions: `confirm`, `take_suggestion`, `edit`, `keep`, `choose`, `enter_code`, `resend`; what belongs to
an option of an offer says `option=<name>` too.
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from typing import Final, TypeAlias

from doorstep.data import load
from doorstep.messages.catalogue import languages, texts
from doorstep.messages.offering import kind_told, terms, to_pay, what_happened, what_next
from doorstep.messages.rendering import TEMPLATES, render
from doorstep.messages.views import (
    FIELDS,
    CodeView,
    ConfirmView,
    LinkView,
    OfferView,
    OrderView,
    ProblemView,
    RecordedView,
    ResendView,
)

View: TypeAlias = ConfirmView | OrderView | OfferView | CodeView | RecordedView | LinkView | ResendView | ProblemView

_STYLE: Final = (TEMPLATES / "pages" / "page.css").read_text("utf-8")
STYLE_HASH: Final = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_TOLD_PROBLEMS: Final = (400, 404, 405, 413, 429)


def confirm_page(view: ConfirmView) -> str:
    """Is this address right? Confirm it, take the suggestion, or change it."""
    return _page("confirm" if view.edited is None else "edited", view)


def order_page(view: OrderView) -> str:
    """The order's state and its address, and a form to change it."""
    return _page("order" if view.edited is None else "edited", view)


def offer_page(view: OfferView) -> str:
    """What happened to the parcel and what may be done; later, what was chosen and what became of it."""
    if view.edited is not None:
        return _page("edited", view)
    catalogue = texts(view.locale)
    return _page(
        "offer",
        view,
        kind=kind_told(catalogue, view.kind),
        happened=what_happened(catalogue, view.kind, view.reason),
        next=what_next(view.state, view.chosen) if view.state != "open" else "",
        to_pay=to_pay(view.chosen, view.state, view.payment_url),
    )


def code_page(view: CodeView) -> str:
    """Asks for the one-time code."""
    return _page("code", view)


def recorded_page(view: RecordedView) -> str:
    """What was recorded, and when."""
    return _page("recorded", view)


def link_page(view: LinkView) -> str:
    """This link no longer works; offers a new mail to the address on file."""
    return _page("link", view)


def resend_page(view: ResendView) -> str:
    """A new mail is on its way, if there is anything to send."""
    return _page("resend", view)


def problem_page(view: ProblemView) -> str:
    """A plain sentence for an HTTP status; one without a sentence of its own is told as 400 or 500, by its class."""
    by_class = 400 if 400 <= view.status < 500 else 500
    return _page("problem", view, status=view.status if view.status in _TOLD_PROBLEMS else by_class)


def _page(template: str, view: View, **values: object) -> str:
    catalogue = texts(view.locale)
    return render(
        f"pages/{template}.html",
        catalogue,
        view=view,
        style=_STYLE,
        languages=[texts(language) for language in languages()],
        fields=FIELDS,
        terms=partial(terms, catalogue),
        states=sorted((state["name"], state["code"]) for state in load("address/states")),
        **values,
    )
