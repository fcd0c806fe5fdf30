"""Looking changes nothing, and whatever is shown carries its headers, errors too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from samples import FAR_AWAY, GOOD, MISSPELT, NEARBY, order
from world import Answer, World, api_event

from doorstep.platform.html import PAGE_HEADERS
from doorstep.platform.http import SECURITY_HEADERS

EVERYWHERE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


@pytest.fixture
def asked(world: World) -> World:
    """A world with one order, whose buyer has been asked."""
    world.api("POST", "/orders", order())
    world.pump()
    return world


@pytest.fixture
def lived(world: World) -> World:
    """A world with an order in every situation a page can show: asked, confirmed, changed, code asked for, released."""
    for number, changes in enumerate(
        [{}, {"address": MISSPELT}, {}, {"total": {"amount": 90_000, "currency": "USD"}}, {"buyer": {"email": None}}],
        start=1,
    ):
        world.api("POST", "/orders", order(str(number), **changes))
        world.pump()
    world.page("POST", f"/confirm/{world.mails()[0].token('confirm')}", {"action": "confirm"})
    world.page("POST", f"/confirm/{world.mails()[2].token('confirm')}", {"action": "edit", **NEARBY})
    world.page("POST", f"/confirm/{world.mails()[3].token('confirm')}", {"action": "edit", **FAR_AWAY})
    world.pump()
    return world


def every_get(world: World) -> list[Callable[[], Answer]]:
    """Each page of each mail, and each GET of the API."""
    pages = [f"/{purpose}/{mail.token(purpose)}" for mail in world.mails() for purpose in ("confirm", "order")
             if f"/{purpose}/" in mail.text]  # fmt: skip
    api = [f"/orders/shop-1/{number}" for number in range(1, 6)]
    api += ["/orders/shop-1/5/messages/-/confirm_address/1", "/addresses/formats/US", "/addresses/formats/DE"]
    return [
        *(lambda path=path: world.page("GET", path) for path in pages),
        *(lambda path=path: world.page("GET", path, lang="es") for path in pages),
        *(lambda path=path: world.api("GET", path) for path in api),
    ]


def test_a_get_changes_nothing(lived: World) -> None:
    before, events, mails = lived.snapshot(), lived.events(), lived.mails()

    answers = [get() for get in every_get(lived) * 2]
    lived.pump()

    assert [answer.status for answer in answers] == [200] * len(answers)
    assert len(answers) > 20
    assert lived.snapshot() == before
    assert lived.events() == events
    assert lived.mails() == mails


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE", "PUT"])
def test_no_other_method_does_anything_to_a_page(asked: World, method: str) -> None:
    before = asked.snapshot()

    answers = [
        asked.page(method, f"/{purpose}/{asked.mails()[0].token(purpose)}", {"action": "confirm"})
        for purpose in ("confirm", "order")
    ]

    assert all(answer.status in {404, 405} for answer in answers)
    assert asked.snapshot() == before


def test_a_query_string_never_acts(asked: World) -> None:
    before = asked.snapshot()
    event = api_event("GET", f"/confirm/{asked.mails()[0].token('confirm')}", "action=confirm")
    event["queryStringParameters"] = {"action": "confirm", "shown_version": "1"}
    event["multiValueQueryStringParameters"] = {"action": ["confirm"], "shown_version": ["1"]}

    answer = asked.invoke("buyer_pages", event)

    assert answer["statusCode"] == 200
    assert asked.snapshot() == before


def test_pages_hold_nothing_that_runs_or_is_fetched(lived: World) -> None:
    for get in every_get(lived):
        answer = get()
        if answer.headers["Content-Type"].startswith("text/html"):
            for forbidden in (
                "<script",
                "javascript:",
                "onclick",
                "<img",
                "<iframe",
                "src=",
                "@import",
                'rel="stylesheet"',
            ):
                assert forbidden not in answer.body.lower()


# -------------------------------------------------------------------- headers


def break_dynamodb(world: World, code: str, status: int) -> None:
    """From now on every read of the tables fails so."""
    from doorstep.platform.aws import client

    def fail(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetItem")

    world.monkeypatch.setattr(client("dynamodb"), "get_item", fail)


def provoked(world: World) -> dict[str, Answer]:
    """Every status that pages and API can answer with, by a name that says how it came about."""
    token = world.mails()[1].token("confirm")
    world.api("PUT", "/orders/shop-1/2/address", {"address": NEARBY})
    api, page = world.api, world.page
    answers = {
        "page 200": page("GET", f"/confirm/{token}"),
        "page 202": page("POST", f"/confirm/{token}", {"action": "resend"}),
        "page 400": page("POST", f"/confirm/{token}", {"action": "dance"}),
        "page 404": page("GET", "/confirm/nonsense"),
        "page 404 (no such page)": page("GET", "/nowhere"),
        "page 409": page("POST", f"/confirm/{token}", {"action": "confirm", "shown_version": "1"}),
        "page 413": page("POST", f"/confirm/{token}", raw="x" * 300_000),
        "api 200": api("GET", "/orders/shop-1/1"),
        "api 201": api("POST", "/orders", order("1")),
        "api 202": api("POST", "/orders/shop-1/2/confirmation"),
        "api 400": api("POST", "/orders", raw="{"),
        "api 403": api("GET", "/orders/shop-9/1"),
        "api 404": api("GET", "/orders/shop-1/404"),
        "api 404 (no such route)": api("GET", "/orders"),
        "api 409": api("POST", "/orders", order("1", address=NEARBY)),
        "api 413": api("POST", "/orders", raw="x" * 300_000),
        "checkout 200": api("POST", "/addresses/validate", GOOD),
        "checkout 400": api("POST", "/addresses/validate", {}),
        "checkout 404": api("GET", "/addresses/nowhere"),
    }
    for code, status, seen in (("ThrottlingException", 400, 503), ("AccessDeniedException", 400, 500)):
        break_dynamodb(world, code, status)
        answers[f"page {seen}"] = page("GET", f"/confirm/{token}")
        answers[f"page {seen} (button)"] = page("POST", f"/order/{token}", {"action": "confirm"})
        answers[f"api {seen}"] = api("GET", "/orders/shop-1/1")
    return answers


def test_every_answer_has_its_headers_whatever_its_status(lived: World) -> None:
    answers = provoked(lived)

    for name, answer in answers.items():
        assert str(answer.status) == name.split()[1], (name, answer.body)
        for header, value in EVERYWHERE.items():
            assert answer.headers.get(header) == value, (name, header)
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        html = name.startswith("page")
        assert answer.headers["Content-Type"] == ("text/html; charset=utf-8" if html else "application/json"), name
        for header, value in (PAGE_HEADERS if html else SECURITY_HEADERS).items():
            assert answer.headers.get(header) == value, (name, header)
        assert "Traceback" not in answer.body
        assert "DynamoDB" not in answer.body
        assert "botocore" not in answer.body


def test_a_page_may_load_nothing_and_post_only_to_itself(asked: World) -> None:
    policy = asked.page("GET", f"/confirm/{asked.mails()[0].token('confirm')}").headers["Content-Security-Policy"]

    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["form-action"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert directives["style-src"].startswith("'sha256-")


def test_the_hash_in_the_policy_is_that_of_the_style(asked: World) -> None:
    import base64
    import hashlib
    import re

    page = asked.page("GET", f"/confirm/{asked.mails()[0].token('confirm')}")

    (style,) = re.findall(r"<style>(.*?)</style>", page.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"sha256-{digest}" in page.headers["Content-Security-Policy"]


def test_a_server_error_tells_its_request_and_nothing_else(asked: World) -> None:
    break_dynamodb(asked, "AccessDeniedException", 400)

    answer = asked.api("GET", "/orders/shop-1/1001")

    assert answer.json["error"].keys() == {"code", "message", "problems", "request_id"}
    assert answer.json["error"]["problems"] == []
    assert answer.json["error"]["code"] == "internal_error"


def test_what_may_pass_says_when_to_try_again(asked: World) -> None:
    break_dynamodb(asked, "ThrottlingException", 400)

    assert asked.api("GET", "/orders/shop-1/1001").headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://shop.example.com", True), ("https://evil.example.com", False)]
)
def test_only_the_shops_pages_may_read_verdicts(world: World, origin: str, allowed: bool) -> None:
    body = '{"line1": "149 Church St", "city": "Burlington", "state": "VT", "postal_code": "05401"}'

    for method, text in (("POST", body), ("POST", "{"), ("OPTIONS", None)):
        answer = world.invoke(
            "validate_address", api_event(method, "/addresses/validate", text, {"origin": origin, "Origin": origin})
        )
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        assert headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)


def test_the_sellers_side_is_for_no_browser(world: World) -> None:
    answer = world.api("POST", "/orders", order(), headers={"Origin": "https://shop.example.com"})

    assert "Access-Control-Allow-Origin" not in answer.headers
