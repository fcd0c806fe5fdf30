"""The edge to API Gateway: routes, bodies in, JSON or pages out, and the one place where an error becomes a status.

| error      | status | | error     | status |
| Rejected   | 400 (413 for a body too large) | | Conflict  | 409 |
| Refused    | 403    | | Transient | 503    |
| NotFound   | 404    | | Permanent and anything else | 500 |

An answer never echoes input and never holds a stack trace; every one carries headers that keep it out of caches,
frames and search engines.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response

from doorstep.errors import Conflict, DoorstepError, NotFound, Refused, Rejected, Transient
from doorstep.platform import log

Body = Mapping[str, Any]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

LARGEST_BODY: Final = 128 * 1024
_STATUS: Final = ((Rejected, 400), (Refused, 403), (NotFound, 404), (Conflict, 409), (Transient, 503))
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


def status_of(error: Exception) -> int:
    """The HTTP status of an error."""
    if isinstance(error, Rejected) and error.code == "body_too_large":
        return 413
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def rest_api(*, cors_origins: str = "") -> APIGatewayRestResolver:
    """A resolver that answers errors as JSON. `cors_origins`: comma list of origins allowed to call it, or ""."""
    api = APIGatewayRestResolver(cors=_cors(cors_origins))

    @api.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def _error(error: Exception) -> Response[str]:
        return error_as_json(error, request_id(api))

    @api.not_found
    def _unknown(_: Exception) -> Response[str]:
        return error_as_json(NotFound("not_found", "there is no such path"), request_id(api))

    return api


def request_id(api: APIGatewayRestResolver) -> str:
    """API Gateway's id of the current request: what a caller quotes, and what its effects carry as their cause."""
    context = api.current_event.get("requestContext") or {}
    return str(context.get("requestId") or "-")


def headers_of(api: APIGatewayRestResolver) -> dict[str, str]:
    """The request's headers, names in lower case."""
    return {str(name).lower(): str(value) for name, value in (api.current_event.get("headers") or {}).items()}


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[str]:
    """A JSON answer."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(status, "application/json", text, {**SECURITY_HEADERS, **(headers or {})})


def error_as_json(error: Exception, request: str) -> Response[str]:
    """`{"error": {code, message, problems, request_id}}` for any error; what is not ours is logged and not told."""
    status = status_of(error)
    if status >= 500:
        log.failure(error, what="request")
    known = isinstance(error, DoorstepError) and status < 500
    problems = error.problems if isinstance(error, Rejected) else ()
    told: dict[str, Any] = {
        "code": error.code if known and isinstance(error, DoorstepError) else _VAGUE[status][0],
        "message": error.message if known and isinstance(error, DoorstepError) else _VAGUE[status][1],
        "problems": [{"code": p.code, "field": p.field, "message": p.message} for p in problems],
        "request_id": request,
    }
    return as_json({"error": told}, status, {"Retry-After": "2"} if isinstance(error, Transient) else None)


_VAGUE: Final = {
    500: ("internal_error", "something went wrong here; quote the request_id"),
    503: ("unavailable", "try again in a moment; nothing was lost"),
}


def json_body(api: APIGatewayRestResolver) -> object:
    """The request's JSON. Raises `Rejected`: `body_too_large`, `not_utf8`, `not_json`."""
    text = _text(api)
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Rejected.because("not_json", "", "the body must be JSON") from error


def form_body(api: APIGatewayRestResolver) -> dict[str, str]:
    """The request's form fields, the last of each name. Raises `Rejected` as `json_body` does, and `not_a_form`."""
    try:
        return dict(parse_qsl(_text(api), keep_blank_values=True, max_num_fields=40, errors="strict"))
    except ValueError as error:
        raise Rejected.because("not_a_form", "", "the body must be an HTML form") from error


def raw_body(api: APIGatewayRestResolver, largest: int = LARGEST_BODY) -> bytes:
    """The request's bytes as they were sent, at most `largest`. Raises `Rejected`: `body_too_large`, `not_utf8`."""
    event = api.current_event
    body = event.get("body") or ""
    if len(body) > largest * 2:
        raise _too_large(largest)
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode("utf-8")
    except (UnicodeError, ValueError) as error:
        raise Rejected.because("not_utf8", "", "the body must be UTF-8") from error
    if len(raw) > largest:
        raise _too_large(largest)
    return raw


def _text(api: APIGatewayRestResolver) -> str:
    try:
        return raw_body(api).decode("utf-8")
    except UnicodeError as error:
        raise Rejected.because("not_utf8", "", "the body must be UTF-8") from error


def _too_large(largest: int) -> Rejected:
    return Rejected.because("body_too_large", "", f"at most {largest // 1024} KB")


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _cors(origins: str) -> CORSConfig | None:
    allowed = [origin.strip() for origin in origins.split(",") if origin.strip()]
    if not allowed:
        return None
    headers = ["Content-Type", "X-Api-Key"]
    return CORSConfig(allow_origin=allowed[0], extra_origins=allowed[1:], allow_headers=headers, max_age=600)
