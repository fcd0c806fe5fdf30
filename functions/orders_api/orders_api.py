"""/orders…: the seller's side. Place an order, read its whole file, change its address, release it, ask again."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response

from doorstep.errors import NotFound
from doorstep.messages.message import MessageRef, describe
from doorstep.messages.paste import text_to_paste
from doorstep.orders import placing, reading, serving
from doorstep.orders.desk import Desk
from doorstep.orders.policy import Policies
from doorstep.platform.clock import now
from doorstep.platform.http import as_json, json_body, request_id, rest_api
from doorstep.platform.judge import AddressJudge
from doorstep.platform.keyring import Keyring
from doorstep.platform.links import LinksTable
from doorstep.platform.merchants import Merchant
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    signing_secret: str
    policy: str
    public_url: str


settings = Settings.from_environment()
keyring = Keyring(Secret(settings.signing_secret))
table = OrdersTable(settings.orders_table, keyring=keyring)
judge = AddressJudge(keyring)
policies = Policies.from_json(settings.policy)
api = rest_api()


@api.post("/orders")
def place() -> Response[str]:
    new = placing.decode_order(json_body(api))
    merchant = _merchant()
    merchant.speaks_for(new.shop)
    desk = _desk()
    file, placed = placing.place_order(new, merchant.merchant, desk)
    return as_json(reading.summary(file), 201, {} if placed else {"Idempotent-Replay": "true"})


@api.get("/orders/<shop>/<order_id>")
def read(shop: str, order_id: str) -> Response[str]:
    file = _desk_of(shop).file(shop, order_id)
    return as_json(reading.whole_file(file, [describe(message) for message in table.messages(shop, order_id)]))


@api.put("/orders/<shop>/<order_id>/address")
def change_address(shop: str, order_id: str) -> Response[str]:
    return as_json(reading.summary(serving.change_address(_desk_of(shop), shop, order_id, json_body(api))))


@api.post("/orders/<shop>/<order_id>/release")
def release(shop: str, order_id: str) -> Response[str]:
    return as_json(reading.summary(serving.release(_desk_of(shop), shop, order_id)))


@api.post("/orders/<shop>/<order_id>/confirmation")
def ask_again(shop: str, order_id: str) -> Response[str]:
    return as_json(reading.summary(serving.ask_again(_desk_of(shop), shop, order_id)), 202)


@api.get("/orders/<shop>/<order_id>/messages/<case>/<template>/<n>")
def text_of(shop: str, order_id: str, case: str, template: str, n: str) -> Response[str]:
    _merchant().speaks_for(shop)
    file = table.read_message(MessageRef(shop, order_id, f"{case}/{template}/{n}"))
    if file is None:
        raise NotFound("message_not_found", "there is no such message")
    links = LinksTable("", keyring, settings.public_url.replace("{api}", _api_id()))
    return as_json(text_to_paste(file, links, policies.of(shop)))


def _merchant() -> Merchant:
    context = api.current_event.request_context.authorizer.get_context()
    return Merchant(str(context["merchant"]), tuple(str(context["shops"]).split(",")))


def _desk_of(shop: str) -> Desk:
    _merchant().speaks_for(shop)
    return _desk()


def _desk() -> Desk:
    return Desk(table, judge, policies, now(), request_id(api))


def _api_id() -> str:
    return str(api.current_event.request_context.api_id)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
