"""POST /addresses/validate and its kin: what the checkout asks about an address, one or up to a hundred at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response

from doorstep.address import decode_request, formats
from doorstep.errors import Rejected
from doorstep.fields import Fields
from doorstep.orders.policy import Policies
from doorstep.platform.http import as_json, json_body, rest_api
from doorstep.platform.judge import AddressJudge
from doorstep.platform.keyring import Keyring
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment
from doorstep.platform.street_shelf import StreetShelf

MOST_IN_A_BATCH = 100


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    signing_secret: str
    cors_origins: str
    street_table: str
    policy: str


settings = Settings.from_environment()
judge = AddressJudge(Keyring(Secret(settings.signing_secret)), StreetShelf(settings.street_table))
policies = Policies.from_json(settings.policy)
api = rest_api(cors_origins=settings.cors_origins)


@api.post("/addresses/validate")
def validate() -> Response[str]:
    return as_json(_verdict(json_body(api)))


@api.post("/addresses/validate-batch")
def validate_batch() -> Response[str]:
    body = Fields(json_body(api))
    members = list(body.members("addresses", minimum=1, maximum=MOST_IN_A_BATCH))
    body.done()
    return as_json({"results": [_result(member) for member in members]})


@api.get("/addresses/formats/<country>")
def format_of(country: str) -> Response[str]:
    locale = api.current_event.get_query_string_value("locale", "en") or "en"
    return as_json(formats(country, locale))


def _verdict(body: object) -> dict[str, Any]:
    typed = decode_request(body)
    return judge.ruled(_rules()).judge_for_checkout(typed, typed.locale)


def _rules() -> Mapping[str, str]:
    """What the named shop makes of PO boxes and the like; without a name, what the seller does everywhere."""
    return policies.of(api.current_event.get_query_string_value("shop", "") or "").address_rules


def _result(member: object) -> dict[str, Any]:
    """One address of a batch: its verdict, or what is wrong with it. A broken one never stops the others."""
    try:
        return _verdict(member)
    except Rejected as error:
        return {
            "error": {
                "code": error.code,
                "problems": [{"code": p.code, "field": p.field, "message": p.message} for p in error.problems],
            }
        }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
