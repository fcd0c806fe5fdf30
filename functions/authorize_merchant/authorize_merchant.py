"""REST authorizer: whose Bearer key is this, and for which shops does it speak?

API Gateway caches the answer for every method of the stage, so the policy covers the stage and names no method.
"""

from dataclasses import dataclass
from typing import Any

from doorstep.errors import Refused
from doorstep.platform import log
from doorstep.platform.merchants import Merchants
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    merchants_secret: str


merchants = Merchants(Secret(Settings.from_environment().merchants_secret))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    try:
        merchant = merchants.holding(headers.get("authorization") or "")
    except Refused:
        log.count("MerchantRefused")
        raise Exception("Unauthorized") from None
    return {
        "principalId": merchant.merchant,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": _stage(event["methodArn"])}],
        },
        "context": {"merchant": merchant.merchant, "shops": ",".join(merchant.shops)},
    }


def _stage(method_arn: str) -> str:
    """`arn:…:api/stage/*` of `arn:…:api/stage/GET/orders/…`."""
    return "/".join(method_arn.split("/")[:2]) + "/*"
