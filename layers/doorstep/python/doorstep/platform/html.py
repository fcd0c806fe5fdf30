"""The edge to a browser: pages with their headers, and every error as a page that a buyer can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from doorstep.errors import NotFound
from doorstep.messages.catalogue import accepted, choose
from doorstep.messages.pages import STYLE_HASH, link_page, problem_page
from doorstep.messages.views import LinkView, ProblemView
from doorstep.platform import log
from doorstep.platform.http import SECURITY_HEADERS, request_id, status_of

PAGE_HEADERS: Final[Mapping[str, str]] = {
    **SECURITY_HEADERS,
    "Content-Security-Policy": (
        f"default-src 'none'; style-src '{STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SERVER_ERROR: Final = 500


def page_api() -> APIGatewayRestResolver:
    """A resolver whose every answer, errors included, is a page."""
    api = APIGatewayRestResolver()

    @api.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def _error(error: Exception) -> Response[str]:
        return _error_page(api, error)

    @api.not_found
    def _unknown(error: Exception) -> Response[str]:
        return _error_page(api, NotFound("no_such_page", "there is no such page"))

    return api


def as_page(html: str, status: int = 200) -> Response[str]:
    """A page with its headers."""
    return Response(status, "text/html; charset=utf-8", html, dict(PAGE_HEADERS))


def language(api: APIGatewayRestResolver, preferred: str = "") -> str:
    """The language to answer in: `?lang=`, else the preferred one, else what the browser accepts, else English."""
    asked = api.current_event.get_query_string_value("lang", "") or ""
    headers: Mapping[str, Any] = {str(k).lower(): v for k, v in (api.current_event.get("headers") or {}).items()}
    return choose(asked, preferred, *accepted(str(headers.get("accept-language") or "")))


def _error_page(api: APIGatewayRestResolver, error: Exception) -> Response[str]:
    status = status_of(error)
    if status >= _SERVER_ERROR:
        log.failure(error, what="page")
    if isinstance(error, NotFound) and error.code == "link_not_usable":
        return as_page(link_page(LinkView(language(api))), status)
    return as_page(problem_page(ProblemView(language(api), status, request_id(api))), status)
