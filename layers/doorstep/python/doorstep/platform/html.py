"""The edge to a browser: pages with their headers, and every error as a page that a buyer can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from doorstep.errors import NotFound
from doorstep.messages.catalogue import accepted, choose
from doorstep.messages.pages import STYLE_HASH, link_page, problem_page
from doorstep.messages.views import LinkView, ProblemView
from doorstep.platform import log
from doorstep.platform.http import SECURITY_HEADERS, headers_of, request_id, status_of

PAGE_HEADERS: Final[Mapping[str, str]] = {
    **SECURITY_HEADERS,
    "Content-Security-Policy": (
        f"default-src 'none'; style-src '{STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SERVER_ERROR: Final = 500


ErrorPage = Callable[[APIGatewayRestResolver, Exception, int], str]


def page_api(error_page: ErrorPage | None = None) -> APIGatewayRestResolver:
    """A resolver whose every answer, errors included, is a page. `error_page` writes those; else they are buyers'."""
    api = APIGatewayRestResolver()
    write = error_page or _buyers_error_page

    @api.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def _error(error: Exception) -> Response[str]:
        status = status_of(error)
        if status >= _SERVER_ERROR:
            log.failure(error, what="page")
        return as_page(write(api, error, status), status)

    @api.not_found
    def _unknown(_: Exception) -> Response[str]:
        return as_page(write(api, NotFound("no_such_page", "there is no such page"), 404), 404)

    return api


def as_page(html: str, status: int = 200) -> Response[str]:
    """A page with its headers."""
    return Response(status, "text/html; charset=utf-8", html, dict(PAGE_HEADERS))


def language(api: APIGatewayRestResolver, preferred: str = "", *, audience: str = "") -> str:
    """The language to answer in: `?lang=`, else the preferred one, else what the browser accepts, else English."""
    asked = api.current_event.get_query_string_value("lang", "") or ""
    return choose(asked, preferred, *accepted(headers_of(api).get("accept-language", "")), audience=audience)


def _buyers_error_page(api: APIGatewayRestResolver, error: Exception, status: int) -> str:
    if isinstance(error, NotFound) and error.code == "link_not_usable":
        return link_page(LinkView(language(api)))
    return problem_page(ProblemView(language(api), status, request_id(api)))
