"""/orders… and /cases: the seller's side. Orders, their parcels, and the cases that ops works on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response

from doorstep.cases import working
from doorstep.cases.desk import CaseDesk
from doorstep.cases.reading import case_line, describe_case, describe_parcel, describe_parcel_file
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import ParcelFile
from doorstep.errors import NotFound
from doorstep.fields import Fields
from doorstep.messages.message import MessageRef, describe
from doorstep.messages.paste import text_to_paste
from doorstep.orders import placing, reading, serving
from doorstep.orders.desk import Desk
from doorstep.parcels.registering import decode_parcel, register_parcel
from doorstep.platform.case_query import CaseQuery
from doorstep.platform.clock import now
from doorstep.platform.due_index import DueIndex
from doorstep.platform.http import as_json, json_body, request_id, rest_api
from doorstep.platform.judge import AddressJudge
from doorstep.platform.keyring import Keyring
from doorstep.platform.links import LinksTable
from doorstep.platform.merchants import Merchant
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.parcels_table import ParcelsTable
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment
from doorstep.platform.street_shelf import StreetShelf


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    signing_secret: str
    policy: str
    public_url: str
    street_table: str


settings = Settings.from_environment()
keyring = Keyring(Secret(settings.signing_secret))
table = OrdersTable(settings.orders_table, keyring=keyring)
judge = AddressJudge(keyring, StreetShelf(settings.street_table))
parcels, index = ParcelsTable(table), DueIndex(settings.orders_table)
rules = Rulebook.from_json(settings.policy)
api = rest_api()
Doing = Callable[[CaseDesk, ParcelFile, str, working.Work], ParcelFile]


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
    told = reading.whole_file(file, [describe(message) for message in table.messages(shop, order_id)])
    files = parcels.files(shop, order_id) if file.order.shipped_at or parcels.parcels(shop, order_id) else []
    cases = {
        case.id: describe_case(it, case, rules) for it in files for case in it.cases if case.parcel == it.parcel.id
    }
    return as_json(
        {**told, "parcels": [describe_parcel_file(it, rules, now()) for it in files], "cases": list(cases.values())}
    )


@api.put("/orders/<shop>/<order_id>/address")
def change_address(shop: str, order_id: str) -> Response[str]:
    return as_json(reading.summary(serving.change_address(_desk_of(shop), shop, order_id, json_body(api))))


@api.post("/orders/<shop>/<order_id>/release")
def release(shop: str, order_id: str) -> Response[str]:
    return as_json(reading.summary(serving.release(_desk_of(shop), shop, order_id)))


@api.post("/orders/<shop>/<order_id>/confirmation")
def ask_again(shop: str, order_id: str) -> Response[str]:
    return as_json(reading.summary(serving.ask_again(_desk_of(shop), shop, order_id)), 202)


@api.post("/orders/<shop>/<order_id>/parcels")
def register(shop: str, order_id: str) -> Response[str]:
    desk = _desk_of(shop)
    new, file = decode_parcel(json_body(api)), desk.file(shop, order_id)
    parcel, registered = register_parcel(
        new, file, store=parcels, policy=desk.policy(file), now=desk.now, cause=desk.cause
    )
    return as_json(describe_parcel(parcel, rules), 201, {} if registered else {"Idempotent-Replay": "true"})


@api.get("/cases")
def list_cases() -> Response[str]:
    wanted = CaseQuery.decode(api.current_event.query_string_parameters or {}, _merchant().shops)
    for shop in wanted.shops:
        _merchant().speaks_for(shop)
    found, following = wanted.page(index.cases(wanted.after))
    cases = [case_line(*it, rules) for it in parcels.cases_at([(pk, sk) for _, pk, sk in found])]
    return as_json({"cases": cases, "next": following})


@api.get("/orders/<shop>/<order_id>/cases/<case>")
def read_case(shop: str, order_id: str, case: str) -> Response[str]:
    file, found = _case_desk(shop).file_of(shop, order_id, case)
    return as_json(describe_case(file, found, rules))


@api.post("/orders/<shop>/<order_id>/cases/<case>/complete")
def complete_step(shop: str, order_id: str, case: str) -> Response[str]:
    return _work(shop, order_id, case, working.complete, working.decode_completion)


@api.post("/orders/<shop>/<order_id>/cases/<case>/snooze")
def snooze_case(shop: str, order_id: str, case: str) -> Response[str]:
    return _work(shop, order_id, case, working.snooze, working.decode_snooze)


@api.post("/orders/<shop>/<order_id>/cases/<case>/resolve")
def resolve_case(shop: str, order_id: str, case: str) -> Response[str]:
    return _work(shop, order_id, case, working.close, working.decode_resolution)


@api.get("/orders/<shop>/<order_id>/messages/<case>/<template>/<n>")
def text_of(shop: str, order_id: str, case: str, template: str, n: str) -> Response[str]:
    _merchant().speaks_for(shop)
    file = table.read_message(MessageRef(shop, order_id, f"{case}/{template}/{n}"))
    if file is None:
        raise NotFound("message_not_found", "there is no such message")
    links = LinksTable("", keyring, settings.public_url.replace("{api}", _api_id()))
    return as_json(text_to_paste(file, links, rules))


def _work(shop: str, order_id: str, case: str, do: Doing, decode: Callable[[Fields], working.Work]) -> Response[str]:
    desk, work = _case_desk(shop), decode(Fields(json_body(api)))
    file, found = desk.file_of(shop, order_id, case)
    file = do(desk, file, found.id, work)
    return as_json(describe_case(file, file.case(found.id) or found, rules))


def _case_desk(shop: str) -> CaseDesk:
    _merchant().speaks_for(shop)
    return CaseDesk(parcels, rules, now(), request_id(api))


def _merchant() -> Merchant:
    context = api.current_event.request_context.authorizer.get_context()
    return Merchant(str(context["merchant"]), tuple(str(context["shops"]).split(",")))


def _desk_of(shop: str) -> Desk:
    _merchant().speaks_for(shop)
    return _desk()


def _desk() -> Desk:
    return Desk(table, judge, rules.policies, now(), request_id(api))


def _api_id() -> str:
    return str(api.current_event.request_context.api_id)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
