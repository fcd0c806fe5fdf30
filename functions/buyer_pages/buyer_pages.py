"""/confirm, /order and /offers/{token}: the pages behind the links in mails. A GET shows, a POST from a button does."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response

from doorstep.cases import choosing
from doorstep.cases.desk import CaseDesk
from doorstep.cases.glance import Caller, Glance, behind
from doorstep.cases.rulebook import Rulebook
from doorstep.messages import glancing
from doorstep.messages.pages import resend_page
from doorstep.messages.showing import page
from doorstep.messages.views import ResendView
from doorstep.orders import answering
from doorstep.orders.desk import Desk
from doorstep.orders.link import Link, Purpose
from doorstep.orders.visit import Answer
from doorstep.platform.clock import now
from doorstep.platform.html import as_page, language, page_api
from doorstep.platform.http import form_body, request_id
from doorstep.platform.judge import AddressJudge
from doorstep.platform.keyring import Keyring
from doorstep.platform.links import LinksTable
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.parcels_table import ParcelsTable
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment
from doorstep.platform.street_shelf import StreetShelf


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    links_table: str
    signing_secret: str
    policy: str
    street_table: str


settings = Settings.from_environment()
keyring = Keyring(Secret(settings.signing_secret))
table = OrdersTable(settings.orders_table, settings.links_table, keyring)
links = LinksTable(settings.links_table, keyring)
judge = AddressJudge(keyring, StreetShelf(settings.street_table))
parcels, rules = ParcelsTable(table), Rulebook.from_json(settings.policy)
api = page_api()


@api.get("/confirm/<token>")
def look_at_confirmation(token: str) -> Response[str]:
    return _look(token, "confirm")


@api.post("/confirm/<token>")
def answer_confirmation(token: str) -> Response[str]:
    return _answer(token, "confirm")


@api.get("/order/<token>")
def look_at_order(token: str) -> Response[str]:
    return _look(token, "order")


@api.post("/order/<token>")
def answer_order(token: str) -> Response[str]:
    return _answer(token, "order")


@api.get("/offers/<token>")
def look_at_offer(token: str) -> Response[str]:
    return _glance(choosing.look(_cases(), links.find(token), "offer"), "offer")


@api.post("/offers/<token>")
def answer_offer(token: str) -> Response[str]:
    form, link = form_body(api), links.find(token)
    if form.get("action") == "resend":
        return _resend(link)
    return _choose(link, "offer", form)


def _look(token: str, purpose: Purpose) -> Response[str]:
    link = links.find(token)
    answer = answering.look(_desk(), link, purpose)
    if answer.file.order.shipped_at:
        return _glance(choosing.look(_cases(), link, purpose), purpose)
    return _show(answer, purpose)


def _answer(token: str, purpose: Purpose) -> Response[str]:
    form, link = form_body(api), links.find(token)
    if form.get("action") == "resend":
        return _resend(link)
    if "option" in form or answering.look(_desk(), link, purpose).file.order.shipped_at:
        return _choose(link, purpose, form)
    answer = answering.answer(_desk(), link, purpose, form, language(api), keyring.code)
    if answer.show == "shipped":
        return _choose(link, purpose, form)
    return _show(answer, purpose)


def _choose(link: Link | None, purpose: Purpose, form: dict[str, str]) -> Response[str]:
    link, file = behind(_cases(), link, purpose)
    caller = Caller(_cases(), _desk(), link, language(api), keyring.code)
    return _glance(choosing.answer(caller, file, form), purpose)


def _glance(glance: Glance, purpose: Purpose) -> Response[str]:
    locale = language(api, glance.file.order.order.buyer.locale)
    html = glancing.page(glance, purpose, locale=locale, rules=rules)
    return as_page(html, 409 if glance.show in {"moved_on", "not_possible"} else 200)


def _resend(link: Link | None) -> Response[str]:
    answering.resend(_desk(), link)
    return as_page(resend_page(ResendView(language(api))), 202)


def _show(answer: Answer, purpose: Purpose) -> Response[str]:
    order = answer.file.order
    locale = language(api, order.buyer.locale)
    policy = rules.policies.of(order.shop)
    html = page(answer, purpose, locale=locale, policy=policy, judge=judge.ruled(policy.address_rules))
    return as_page(html, 409 if answer.show == "moved_on" else 200)


def _desk() -> Desk:
    return Desk(table, judge, rules.policies, now(), request_id(api))


def _cases() -> CaseDesk:
    return CaseDesk(parcels, rules, now(), request_id(api))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
