"""Whatever is sent, the answer names the fault by a code, repeats nothing, and nothing is written.

Every bad value holds the canary, or stands beside it; no answer may.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from samples import ABROAD, GOOD, NEARBY, order
from world import Answer, World, api_event

CANARY = "Xq7Zanary"
TOKEN = "A" * 22


def refused(world: World, call: Callable[[], Answer], status: int, code: str, *fields: str) -> Answer:
    """The call is refused so, and leaves no trace in tables, queues or mails."""
    before, mails = world.snapshot(), len(world.mails())

    answer = call()
    world.pump()

    assert answer.status == status, answer.body
    assert CANARY not in answer.body
    assert CANARY not in str(answer.headers)
    assert "Traceback" not in answer.body
    assert world.snapshot() == before
    assert len(world.mails()) == mails
    if answer.headers["Content-Type"] == "application/json":
        error = answer.json["error"]
        assert error["code"] == code
        assert error["message"]
        assert error["request_id"]
        if fields:
            assert {problem["field"] for problem in error["problems"]} >= set(fields)
            assert all(problem["code"] and problem["message"] for problem in error["problems"])
    return answer


def post_order(world: World, **changes: Any) -> Callable[[], Answer]:
    return lambda: world.api("POST", "/orders", order(**changes))


def without(name: str) -> dict[str, Any]:
    """An order without one member; `buyer.name` is the buyer's."""
    body: dict[str, Any] = order()
    *path, last = name.split(".")
    part = body
    for step in path:
        part = part[step]
    del part[last]
    return body


@pytest.fixture
def placed(world: World) -> World:
    """A world with an order whose buyer has been asked."""
    assert world.api("POST", "/orders", order()).status == 201
    world.pump()
    return world


# -------------------------------------------------------------------- bodies

NOT_JSON = {
    "malformed": '{"order_id": "' + CANARY,
    "empty": "",
    "nan": '{"order_id": NaN}',
    "infinity": '{"total": -Infinity}',
    "deep": "[" * 20_000 + "]" * 20_000,
    "deep object": '{"a":' * 15_000 + "1" + "}" * 15_000,
    "single quotes": "{'order_id': '" + CANARY + "'}",
    "huge number": "1" * 10_000,
    "bom": "\ufeff{}",
    "form": f"order_id={CANARY}",
}
ROUTES = [
    ("POST", "/orders"),
    ("PUT", "/orders/shop-1/1001/address"),
    ("POST", "/addresses/validate"),
    ("POST", "/addresses/validate-batch"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[path for _, path in ROUTES])
@pytest.mark.parametrize("raw", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_no_json_is_refused(world: World, method: str, path: str, raw: str) -> None:
    refused(world, lambda: world.api(method, path, raw=raw), 400, "not_json")


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[path for _, path in ROUTES])
@pytest.mark.parametrize("body", [[], "text", 7, None, True], ids=str)
def test_json_that_is_no_object_is_refused(world: World, method: str, path: str, body: object) -> None:
    refused(world, lambda: world.api(method, path, raw=json.dumps(body)), 400, "not_an_object")


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[path for _, path in ROUTES])
@pytest.mark.parametrize("size", [128 * 1024 + 1, 1024 * 1024])
def test_a_body_that_is_too_large_is_refused(world: World, method: str, path: str, size: int) -> None:
    raw = json.dumps({"order_id": CANARY, "x": "y" * size})

    refused(world, lambda: world.api(method, path, raw=raw), 413, "body_too_large")


def test_a_large_body_in_base64_is_refused(world: World) -> None:
    event = api_event("POST", "/orders", base64.b64encode(b"x" * 1024 * 1024).decode())
    event["isBase64Encoded"] = True
    event["requestContext"]["authorizer"] = {"merchant": "merchant-1", "shops": "shop-1"}

    answer = world.invoke("orders_api", event)

    assert answer["statusCode"] == 413


@pytest.mark.parametrize("body", ["%%%", "/w==", base64.b64encode(b"\xff\xfe{}").decode()])
def test_bytes_that_are_no_utf8_are_refused(world: World, body: str) -> None:
    event = api_event("POST", "/orders", body)
    event["isBase64Encoded"] = True
    event["requestContext"]["authorizer"] = {"merchant": "merchant-1", "shops": "shop-1"}

    answer = world.invoke("orders_api", event)

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["error"]["code"] == "not_utf8"


def test_nesting_is_refused_or_understood_at_any_depth(world: World) -> None:
    """Somewhere between "understood" and "too deep for the parser" lies a depth that only what follows cannot take."""
    for depth in (100, *range(800, 1000, 25)):
        nested = order(f"A-{depth}") | {"extra": None}
        raw = json.dumps(nested).replace('"extra": null', '"extra": ' + "[" * depth + "]" * depth)

        answer = world.api("POST", "/orders", raw=raw)

        assert answer.status in {201, 400}, (depth, answer.body)


# -------------------------------------------------------------------- an order's members

REQUIRED = [
    "order_id", "shop", "platform", "placed_at", "ship_by", "buyer", "buyer.name", "address", "items", "total",
    "total.amount", "total.currency",
]  # fmt: skip


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_member_is_named(world: World, name: str) -> None:
    answer = refused(world, lambda: world.api("POST", "/orders", without(name)), 400, "missing", name)

    assert len(answer.json["error"]["problems"]) == 1


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"order_id": 1001}, "order_id", "wrong_type"),
    ({"order_id": CANARY + "#1"}, "order_id", "wrong_format"),
    ({"order_id": CANARY * 20}, "order_id", "too_long"),
    ({"order_id": "  "}, "order_id", "missing"),
    ({"shop": [CANARY]}, "shop", "wrong_type"),
    ({"shop": "shop/../" + CANARY}, "shop", "wrong_format"),
    ({"shop": "boutique-é"}, "shop", "wrong_format"),
    ({"platform": CANARY}, "platform", "unknown_value"),
    ({"platform": 3}, "platform", "unknown_value"),
    ({"placed_at": CANARY}, "placed_at", "wrong_format"),
    ({"placed_at": "2026-11-23T14:58:00"}, "placed_at", "wrong_format"),
    ({"placed_at": 1795446000}, "placed_at", "wrong_type"),
    ({"ship_by": "2026-11-22T00:00:00Z"}, "ship_by", "out_of_range"),
    ({"ship_by": "9999-12-31T23:59:59Z"}, "ship_by", "out_of_range"),
    ({"placed_at": "0001-01-01T00:00:00Z"}, "placed_at", "out_of_range"),
    ({"buyer": {"email": CANARY}}, "buyer.email", "wrong_format"),
    ({"buyer": {"email": f"{CANARY}@example.com\r\nBcc: x@example.com"}}, "buyer.email", "wrong_format"),
    ({"buyer": {"email": f"{CANARY}@example.com, x@example.com"}}, "buyer.email", "wrong_format"),
    ({"buyer": {"email": f"{CANARY} <x@example.com>"}}, "buyer.email", "wrong_format"),
    ({"buyer": {"email": {"a": CANARY}}}, "buyer.email", "wrong_type"),
    ({"buyer": {"phone": CANARY}}, "buyer.phone", "wrong_format"),
    ({"buyer": {"locale": f"<{CANARY}>"}}, "buyer.locale", "wrong_format"),
    ({"buyer": {"name": CANARY * 100}}, "buyer.name", "too_long"),
    ({"buyer": {"name": CANARY + "\x00"}}, "buyer.name", "unprintable_characters"),
    ({"buyer": {"name": CANARY + "\u202e"}}, "buyer.name", "unprintable_characters"),
    ({"buyer": {"name": CANARY + "\nPay here:"}}, "buyer.name", "wrong_format"),
    ({"buyer": {"name": CANARY + "\ud800"}}, "buyer.name", "unprintable_characters"),
    ({"buyer": {"sms_consent": {"source": CANARY}}}, "buyer.sms_consent.given_at", "missing"),
    ({"buyer": {"sms_consent": CANARY}}, "buyer.sms_consent", "not_an_object"),
    ({"address": CANARY}, "address", "not_an_object"),
    ({"address": {}}, "address.line1", "missing"),
    ({"address": {**GOOD, "line1": CANARY + "\x00"}}, "address.line1", "unprintable_characters"),
    ({"address": {**GOOD, "postal_code": 5401}}, "address.postal_code", "wrong_type"),
    ({"address": {**GOOD, "country": CANARY}}, "address.country", "unknown_country"),
    ({"address": {**GOOD, "country": "XX"}}, "address.country", "unknown_country"),
    ({"address": {**GOOD, "city": CANARY * 50}}, "address.city", "too_long"),
    ({"verdict_token": CANARY * 400}, "verdict_token", "too_long"),
    ({"choice": CANARY}, "choice", "unknown_value"),
    ({"items": []}, "items", "out_of_range"),
    ({"items": CANARY}, "items", "wrong_type"),
    ({"items": [CANARY]}, "items.0", "not_an_object"),
    ({"items": [{"sku": "a", "title": "b", "quantity": 1.5, "value": 1}]}, "items.0.quantity", "wrong_type"),
    ({"items": [{"sku": "a", "title": "b", "quantity": True, "value": 1}]}, "items.0.quantity", "wrong_type"),
    ({"items": [{"sku": "a", "title": "b", "quantity": 0, "value": 1}]}, "items.0.quantity", "out_of_range"),
    ({"items": [{"sku": "a", "title": "b", "quantity": 1, "value": -1}]}, "items.0.value", "out_of_range"),
    ({"items": [{"sku": "a", "title": "b", "quantity": 1, "value": 10**30}]}, "items.0.value", "out_of_range"),
    ({"items": [{"sku": "a", "title": CANARY + "\nb", "quantity": 1, "value": 1}]}, "items.0.title", "wrong_format"),
    ({"items": [{"sku": CANARY + "\tb", "title": "b", "quantity": 1, "value": 1}]}, "items.0.sku", "wrong_format"),
    ({"total": {"amount": "2599", "currency": "USD"}}, "total.amount", "wrong_type"),
    ({"total": {"amount": 1e400, "currency": "USD"}}, "total.amount", "wrong_type"),
    ({"total": {"amount": 1, "currency": "usd"}}, "total.currency", "wrong_format"),
]


@pytest.mark.parametrize(
    ("changes", "field", "code"), WRONG, ids=[f"{field}-{code}-{n}" for n, (_, field, code) in enumerate(WRONG)]
)
def test_a_wrong_member_is_named(world: World, changes: dict[str, Any], field: str, code: str) -> None:
    raw = json.dumps(order(**changes)).replace("Infinity", "1e400")

    answer = refused(world, lambda: world.api("POST", "/orders", raw=raw), 400, code, field)

    assert [problem["field"] for problem in answer.json["error"]["problems"]] == [field]


def test_all_problems_are_told_at_once(world: World) -> None:
    answer = refused(
        world,
        post_order(world, platform=CANARY, total={"amount": "x", "currency": "x"}, buyer={"email": CANARY}),
        400,
        "invalid_input",
        "platform",
        "total.amount",
        "total.currency",
        "buyer.email",
    )

    assert len(answer.json["error"]["problems"]) == 4


@pytest.mark.parametrize(
    "text",
    ["🏠 Straße 5", "مرحبا 12", "北京路 1", "a\u0301 " * 50, "<script>alert(1)</script>", "{{ 7 * 7 }}", "%s %n {0}"],
)
def test_any_other_text_is_taken_as_it_is_and_reaches_the_mail(world: World, text: str) -> None:
    answer = world.api("POST", "/orders", order(buyer={"name": text[:100]}, address={**GOOD, "line2": text[:100]}))
    world.pump()

    assert answer.status == 201
    assert len(world.mails()) == 1
    assert "<script>" not in world.mails()[0].html
    page = world.page("GET", f"/confirm/{world.mails()[0].token('confirm')}")
    assert page.status == 200
    assert "<script" not in page.body
    assert world.errors == []


# -------------------------------------------------------------------- the same order again


def test_the_same_order_again_is_the_same_answer(placed: World) -> None:
    before = placed.snapshot()

    first, again = placed.api("POST", "/orders", order()), placed.api("POST", "/orders", order())
    placed.pump()

    assert (first.status, first.headers["Idempotent-Replay"]) == (201, "true")
    assert again.json == first.json
    assert placed.snapshot() == before
    assert len(placed.mails()) == 1


def test_the_members_order_and_a_fresh_verdict_token_make_no_other_order(placed: World) -> None:
    shuffled = dict(reversed(order().items())) | {"verdict_token": "another"}

    assert placed.api("POST", "/orders", shuffled).status == 201


@pytest.mark.parametrize(
    "changes",
    [{"address": NEARBY}, {"total": {"amount": 1, "currency": "USD"}}, {"buyer": {"name": CANARY}}, {"extra": CANARY}],
)
def test_the_same_id_with_another_content_is_a_conflict(placed: World, changes: dict[str, Any]) -> None:
    refused(placed, post_order(placed, **changes), 409, "order_exists")


# -------------------------------------------------------------------- who is calling


def authorize(world: World, header: str | None) -> Any:
    event = {
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:abc123/live/POST/orders",
        "headers": {} if header is None else {"authorization": header},
    }
    return world.invoke("authorize_merchant", event)


def test_a_key_opens_the_whole_stage_and_names_its_shops(world: World) -> None:
    for header in ("Bearer merchant-key", "bearer  merchant-key "):
        answer = authorize(world, header)

        assert answer["principalId"] == "merchant-1"
        assert answer["context"] == {"merchant": "merchant-1", "shops": "shop-1,shop-2"}
        (statement,) = answer["policyDocument"]["Statement"]
        assert statement["Effect"] == "Allow"
        assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:abc123/live/*"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic merchant-key", "merchant-key", f"Bearer {CANARY}", "Bearer MERCHANT-KEY",
     "Bearer merchant-key other-key", "Bearer \x00", "Bearer " + "k" * 10_000, "Bearer sch\udcffuss"],
)  # fmt: skip
def test_any_other_key_is_unauthorized(world: World, header: str | None) -> None:
    with pytest.raises(Exception, match=r"\AUnauthorized\Z"):  # the one text that API Gateway turns into a 401
        authorize(world, header)


@pytest.mark.parametrize(
    "secret", ["", "{}", "[]", "not json", "null", '{"merchants": []}', '{"merchants": [7, {}]}', '{"merchants": null}']
)
def test_without_a_usable_secret_nobody_is_let_in(world: World, secret: str) -> None:
    stored = world.client("secretsmanager")
    if secret:
        stored.put_secret_value(SecretId="merchants", SecretString=secret)
    else:
        stored.put_secret_value(SecretId="merchants", SecretBinary=b"x")

    with pytest.raises(Exception, match=r"\AUnauthorized\Z"):
        authorize(world, "Bearer merchant-key")


SHOPS = [
    ("GET", "/orders/shop-1/1001", None),
    ("PUT", "/orders/shop-1/1001/address", {"address": NEARBY}),
    ("POST", "/orders/shop-1/1001/release", None),
    ("POST", "/orders/shop-1/1001/confirmation", None),
    ("GET", "/orders/shop-1/1001/messages/-/confirm_address/1", None),
]


@pytest.mark.parametrize(("method", "path", "body"), SHOPS)
def test_another_merchants_shop_is_closed_whether_or_not_the_order_exists(
    placed: World, method: str, path: str, body: object
) -> None:
    there = refused(placed, lambda: placed.api(method, path, body, key="other-key"), 403, "not_your_shop")
    nowhere = refused(
        placed, lambda: placed.api(method, path.replace("1001", "9999"), body, key="other-key"), 403, "not_your_shop"
    )

    assert _without_id(there) == _without_id(nowhere)


def test_nobody_places_orders_for_another_shop(world: World) -> None:
    refused(world, lambda: world.api("POST", "/orders", order(), key="other-key"), 403, "not_your_shop")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [(method, path.replace("1001", "9999"), body) for method, path, body in SHOPS],
)
def test_an_unknown_order_is_not_found(placed: World, method: str, path: str, body: object) -> None:
    code = "message_not_found" if "/messages/" in path else "order_not_found"

    refused(placed, lambda: placed.api(method, path, body), 404, code)


@pytest.mark.parametrize("order_id", ["x" * 3000, "1001%231", "1001#ORDER", "..", "%00", "é"])
def test_an_impossible_order_id_is_not_found(placed: World, order_id: str) -> None:
    answer = placed.api("GET", f"/orders/shop-1/{order_id}")

    assert answer.status == 404


@pytest.mark.parametrize("n", ["2", "x" * 3000, "1 "])
def test_an_unknown_message_is_not_found(placed: World, n: str) -> None:
    answer = placed.api("GET", f"/orders/shop-1/1001/messages/-/confirm_address/{n}")

    assert answer.status == 404


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/orders"), ("DELETE", "/orders/shop-1/1001"), ("GET", f"/{CANARY}")]
)
def test_an_unknown_route_is_not_found(world: World, method: str, path: str) -> None:
    event = api_event(method, path, None)
    event["requestContext"]["authorizer"] = {"merchant": "merchant-1", "shops": "shop-1"}

    answer = world.invoke("orders_api", event)

    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["error"]["code"] == "not_found"
    assert CANARY not in answer["body"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "address", "missing"),
        ({"address": {}}, "address.line1", "missing"),
        ({"address": {**NEARBY, "country": CANARY}}, "address.country", "unknown_country"),
        ({"address": NEARBY, "choice": "suggestion"}, "choice", "unknown_value"),
        ({"address": NEARBY, "ask_buyer": "yes"}, "ask_buyer", "wrong_type"),
        ({"address": NEARBY, "address_version": "1"}, "address_version", "wrong_type"),
        ({"address": NEARBY, "address_version": 0}, "address_version", "out_of_range"),
        ({"address": ABROAD}, "address.country", "other_country"),
    ],
)
def test_a_wrong_change_of_address_is_named(placed: World, body: dict[str, Any], field: str, code: str) -> None:
    refused(placed, lambda: placed.api("PUT", "/orders/shop-1/1001/address", body), 400, code, field)


# -------------------------------------------------------------------- tokens


def _without_id(answer: Answer) -> str:
    """An answer without the id of its request."""
    if answer.headers["Content-Type"] == "application/json":
        told = answer.json
        del told["error"]["request_id"]
        return json.dumps(told)
    return answer.body


def test_expired_foreign_garbage_and_other_purpose_tokens_share_one_answer(placed: World) -> None:
    confirm, view = placed.mails()[0].token("confirm"), placed.mails()[0].token("order")
    placed.api("POST", "/orders", order("1002"))
    placed.pump()
    tokens = [TOKEN, "short", CANARY, "x" * 5000, "..%2f", f"{confirm[:-1]}!", confirm[::-1], confirm.swapcase()]
    paths = [f"/confirm/{token}" for token in (*tokens, view)] + [f"/order/{token}" for token in (*tokens, confirm)]
    calls = [
        lambda path=path, method=method: placed.page(method, path, {"action": "confirm"} if method == "POST" else None)
        for path in paths
        for method in ("GET", "POST")
    ]

    answers = [refused(placed, call, 404, "") for call in calls]
    placed.wait(minutes=10_080)
    answers += [refused(placed, lambda: placed.page("GET", f"/confirm/{confirm}"), 404, "")]
    answers += [refused(placed, lambda: placed.page("POST", f"/order/{view}", {"action": "edit", **NEARBY}), 404, "")]

    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert 'value="resend"' in answers[0].body


def test_a_token_made_with_another_secret_opens_nothing(new_world: Callable[..., World]) -> None:
    world = new_world()
    world.api("POST", "/orders", order())
    world.pump()
    token = world.mails()[0].token("confirm")
    from doorstep.platform import keys

    assert keys.link_pk(token) in world.snapshot()
    assert token not in world.snapshot()
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert world.page("GET", f"/confirm/{forged}").status == 404


def test_asking_for_a_new_mail_with_any_token_gets_one_answer(placed: World) -> None:
    live = placed.mails()[0].token("confirm")

    answers = [
        placed.page("POST", f"/confirm/{token}", {"action": "resend"}) for token in (live, TOKEN, "short", CANARY)
    ]

    assert {(answer.status, answer.body) for answer in answers} == {(202, answers[0].body)}


def test_a_used_link_shows_what_was_recorded(placed: World) -> None:
    token = placed.mails()[0].token("confirm")
    placed.page("POST", f"/confirm/{token}", {"action": "confirm"})
    placed.pump()
    before = placed.snapshot()

    page = placed.page("GET", f"/confirm/{token}")

    assert page.status == 200
    assert "<form" not in page.body or 'value="confirm"' not in page.body
    assert placed.snapshot() == before


# -------------------------------------------------------------------- forms

FORMS: list[tuple[str, str, int]] = [
    ("no action", "shown_version=1", 400),
    ("unknown action", f"action={CANARY}", 400),
    ("empty", "", 400),
    ("large", "action=confirm&x=" + "y" * 1024 * 1024, 413),
    ("many fields", "&".join(f"f{n}=1" for n in range(500)), 400),
    ("not utf-8", "action=%ff%fe", 400),
    ("version of letters", f"action=confirm&shown_version={CANARY}", 400),
    ("huge version", "action=confirm&shown_version=" + "9" * 5000, 400),
    ("null byte", f"action=edit&line1={CANARY}%00&city=B&state=VT&postal_code=05401", 400),
    ("no address", "action=edit", 400),
    ("unknown country", f"action=edit&line1={CANARY}&country=ZZ", 400),
    ("long line", f"action=keep&line1={CANARY * 100}&country=US", 400),
    ("no code", "action=enter_code", 400),
    ("long code", "action=enter_code&code=" + "1" * 50, 400),
    ("json", json.dumps({"action": CANARY}), 400),
    ("no suggestion on file", "action=take_suggestion", 409),
]


@pytest.mark.parametrize(("raw", "status"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
@pytest.mark.parametrize("purpose", ["confirm", "order"])
def test_a_broken_form_is_refused(placed: World, purpose: str, raw: str, status: int) -> None:
    token = placed.mails()[0].token(purpose)

    answer = refused(placed, lambda: placed.page("POST", f"/{purpose}/{token}", raw=raw), status, "")

    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_code_nobody_asked_for_changes_nothing(placed: World) -> None:
    token = placed.mails()[0].token("confirm")

    refused(
        placed, lambda: placed.page("POST", f"/confirm/{token}", {"action": "enter_code", "code": "000000"}), 200, ""
    )


@pytest.mark.parametrize("lang", ["xx", CANARY, "../../etc/passwd", "\x00", "e" * 5000])
def test_any_language_is_answered(placed: World, lang: str) -> None:
    answer = placed.page("GET", f"/confirm/{placed.mails()[0].token('confirm')}", lang=lang)

    assert answer.status == 200
    assert CANARY not in answer.body


# -------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "line1", "missing"),
        ({**GOOD, "country": CANARY}, "country", "unknown_country"),
        ({**GOOD, "line1": "x" * 2000}, "line1", "too_long"),
        ({**GOOD, "line1": CANARY + "\x07"}, "line1", "unprintable_characters"),
        ({"address": GOOD}, "address", "wrong_type"),
        ({**GOOD, "address": CANARY}, "address", "conflicting_fields"),
        ({**GOOD, "locale": "<" + CANARY}, "locale", "wrong_format"),
    ],
)
def test_a_wrong_question_about_an_address_is_named(world: World, body: dict[str, Any], field: str, code: str) -> None:
    refused(world, lambda: world.api("POST", "/addresses/validate", body), 400, code, field)


def test_one_broken_address_does_not_stop_its_batch(world: World) -> None:
    answer = world.api("POST", "/addresses/validate-batch", {"addresses": [GOOD, {"line1": 7}, CANARY, NEARBY]})

    assert answer.status == 200
    results = answer.json["results"]
    assert ["error" in result for result in results] == [False, True, True, False]
    assert CANARY not in answer.body


@pytest.mark.parametrize("addresses", [[], [GOOD] * 101, "x", None])
def test_a_batch_has_1_to_100_addresses(world: World, addresses: object) -> None:
    answer = world.api("POST", "/addresses/validate-batch", {"addresses": addresses})

    assert answer.status == 400
    assert answer.json["error"]["problems"][0]["field"] == "addresses"


@pytest.mark.parametrize("country", ["ZZ", "usa-", "é", "..", "x" * 500])
def test_the_format_of_no_country_is_not_found_or_refused(world: World, country: str) -> None:
    answer = world.api("GET", f"/addresses/formats/{country}")

    assert answer.status in {400, 404}
    assert answer.json["error"]["code"]
