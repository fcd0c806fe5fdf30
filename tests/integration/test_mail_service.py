"""The mail service throttles, refuses, answers late or not at all; then tells what became of each mail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import world as worlds
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    HTTPClientError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from samples import NEARBY, bounce, complaint, delivery, feedback, order
from world import MAX_RECEIVES, ROOT, Mail, World

from doorstep.messages import composing
from doorstep.messages.mail import Letter
from doorstep.messages.message import MOST_NUDGES, MessageRef
from doorstep.platform.mail import to_tag

TAG = to_tag(MessageRef("shop-1", "1001", "-/confirm_address/1"))
KEY = "-/confirm_address/1"
UNHURRIED = json.dumps({"default": {"confirmation": {"remind_after_minutes": 30_000, "overdue_after_minutes": 40_000}}})
"""No reminder and no alert comes between."""


def place(world: World, order_id: str = "1001") -> None:
    assert world.api("POST", "/orders", order(order_id)).status == 201


def answer_ses(world: World, *answers: BaseException | None) -> list[dict[str, Any]]:
    """The next calls of SES fail so (None: as usual); returns the list of requests that reached the client."""
    from doorstep.platform.aws import client

    real, left, seen = client("sesv2").send_email, list(answers), []

    def send(**request: Any) -> Any:
        seen.append(request)
        error = left.pop(0) if left else None
        if error is not None:
            raise error
        return real(**request)

    world.monkeypatch.setattr(client("sesv2"), "send_email", send)
    return seen


def answer_ses_while(world: World, down: list[bool], error: Exception) -> list[dict[str, Any]]:
    """Every call of SES fails so until `down` is emptied; returns the list of requests that failed."""
    from doorstep.platform.aws import client

    real, seen = client("sesv2").send_email, list[dict[str, Any]]()

    def send(**request: Any) -> Any:
        if not down:
            return real(**request)
        seen.append(request)
        raise error

    world.monkeypatch.setattr(client("sesv2"), "send_email", send)
    return seen


def refusal(code: str, status: int = 400) -> ClientError:
    """What the client raises for an error answer of SES; its text quotes the address, as the real one does."""
    told = {"Code": code, "Message": "Email address is not verified: buyer@example.com"}
    return ClientError({"Error": told, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")


def message(world: World, key: str = KEY) -> dict[str, Any]:
    found: dict[str, Any] = next(it for it in world.file()["messages"] if it["key"] == key)
    return found


def kinds(world: World) -> list[str]:
    return [alert["attributes"]["kind"] for alert in world.alerts()]


# -------------------------------------------------------------------- sending


@pytest.mark.parametrize(
    "error",
    [
        refusal("TooManyRequestsException", 429),
        refusal("ThrottlingException"),
        refusal("LimitExceededException"),
        refusal("InternalServiceErrorException", 500),
        refusal("ServiceUnavailable", 503),
        ConnectTimeoutError(endpoint_url="https://email.example.com"),
    ],
    ids=lambda error: str(getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)),
)
def test_a_throttled_mail_is_tried_again_and_sent_once(world: World, error: Exception) -> None:
    place(world)
    seen = answer_ses(world, error, error)

    world.pump()

    assert len(seen) == 3
    assert len(world.mails()) == 1
    assert message(world)["state"] == "sent"
    assert [step["state"] for step in message(world)["history"]] == ["sending", "sending", "sending", "sent"]
    assert kinds(world) == []


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_a_refused_mail_fails_and_everybody_hears_of_it(world: World, code: str) -> None:
    place(world)
    seen = answer_ses(world, refusal(code))

    world.pump()

    assert len(seen) == 1
    assert (message(world)["state"], message(world)["reason"]) == ("failed", "rejected")
    failed = next(event["detail"]["data"] for event in world.events() if event["detail-type"] == "Message Failed")
    assert failed == {
        "shop": "shop-1",
        "order_id": "1001",
        "message": KEY,
        "template": "confirm_address",
        "reason": "rejected",
    }
    assert kinds(world) == ["buyer_unreachable"]
    assert world.dead["messages"] == []


@pytest.mark.parametrize(
    "error",
    [
        refusal("AccessDeniedException", 403),
        refusal("AccountSuspendedException"),
        refusal("SendingPausedException"),
        refusal("MailFromDomainNotVerifiedException"),
        refusal("NotFoundException", 404),
        ParamValidationError(report="Unknown parameter in input"),
    ],
    ids=lambda error: str(getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)),
)
def test_what_a_repair_would_mend_fails_no_mail(world: World, error: Exception) -> None:
    place(world)
    seen = answer_ses(world, *[error] * MAX_RECEIVES)

    world.pump()

    assert len(seen) == MAX_RECEIVES
    assert len(world.dead["messages"]) == 1, "the alarm on the dead-letter queue calls for the repair"
    assert (message(world)["state"], message(world)["reason"]) == ("created", None)
    assert kinds(world) == []
    assert "Message Failed" not in world.event_names()

    world.wait(minutes=15)
    world.sweep()

    assert message(world)["state"] == "sent"
    assert len(world.mails()) == 1


def test_an_error_nobody_foresaw_gives_the_claim_back_and_the_mail_goes_out_after_the_repair(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(world)
    claims: list[str] = []

    def broken(*_: object) -> Letter:
        with world.unwatched():
            claims.append(message(world)["state"])
        raise KeyError("a sentence nobody wrote")

    with monkeypatch.context() as bug:
        bug.setattr(composing, "letter", broken)
        world.pump()

    assert claims == ["sending"] * MAX_RECEIVES
    assert len(world.dead["messages"]) == 1
    assert message(world)["state"] == "created"
    assert world.mails() == []
    assert kinds(world) == []

    world.wait(minutes=15)
    world.sweep()
    world.wait(minutes=15)
    world.sweep()

    assert message(world)["state"] == "sent"
    assert len(world.mails()) == 1
    assert len(world.dead["messages"]) == 1


@pytest.mark.parametrize(
    "error",
    [refusal("ThrottlingException"), ReadTimeoutError(endpoint_url="https://email.example.com")],
    ids=["throttled", "timed out"],
)
def test_a_day_without_the_mail_service_loses_no_mail_and_doubles_none(
    new_world: Callable[..., World], error: Exception
) -> None:
    world = new_world(policy=UNHURRIED)
    place(world)
    down = [True]
    seen = answer_ses_while(world, down, error)

    world.pump()
    for _ in range(24 * 2):
        world.wait(minutes=30)
        world.sweep()
    assert len(seen) > MAX_RECEIVES
    assert message(world)["state"] in {"created", "sending"}
    assert (world.mails(), kinds(world)) == ([], [])

    down.clear()
    for _ in range(6 * 2 + 1):
        world.wait(minutes=30)
        world.sweep()

    assert message(world)["state"] == "sent"
    assert len(world.mails()) == 1
    assert kinds(world) == []
    assert "Message Failed" not in world.event_names()


def test_a_mail_that_never_gets_through_is_found_again_for_days_until_given_up(
    new_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worlds, "MAX_RECEIVES", 1)
    world = new_world(policy=UNHURRIED)
    place(world)
    answer_ses_while(world, [True], refusal("ThrottlingException"))

    world.pump()
    for _ in range(3 * 4):
        world.wait(hours=6)
        world.sweep()
    assert message(world)["state"] == "created"
    for _ in range(4 * 4):
        world.wait(hours=6)
        world.sweep()

    assert message(world)["state"] == "failed"
    assert message(world)["reason"] == "never_sent"
    assert kinds(world) == ["buyer_unreachable"]
    assert len(world.dead["messages"]) == 1 + MOST_NUDGES


LOST = pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://email.example.com"),
        ConnectionClosedError(endpoint_url="https://email.example.com"),
        HTTPClientError(error="connection reset"),
        ResponseParserError("Unable to parse response"),
    ],
    ids=lambda error: type(error).__name__,
)


@LOST
def test_a_lost_answer_is_not_taken_for_a_refusal(world: World, error: Exception) -> None:
    place(world)
    world.pump()
    world.wait(minutes=720)
    seen = answer_ses(world, error)

    world.sweep()

    assert len(seen) == 1, "the reminder may have gone out: it is not sent again blindly"
    assert message(world, "-/confirm_address_reminder/1")["state"] == "sending"

    world.wait(minutes=15)
    world.sweep()

    told = message(world, "-/confirm_address_reminder/1")
    assert (told["state"], told["reason"]) == ("failed", "outcome_unknown")
    assert len(seen) == 1


def test_a_harmless_mail_whose_answer_was_lost_goes_out_again(world: World) -> None:
    place(world)
    answer_ses(world, ReadTimeoutError(endpoint_url="https://email.example.com"))

    world.pump()
    world.wait(minutes=15)
    world.sweep()

    assert message(world)["state"] == "sent"
    assert len(world.mails()) == 1


def test_a_pager_that_is_down_delays_the_alert(world: World) -> None:
    from doorstep.platform.aws import client

    world.api("POST", "/orders", order(buyer={"email": None}))
    real, left = client("sns").publish, [refusal("ThrottledException", 503)]

    def publish(**request: Any) -> Any:
        if left:
            raise left.pop()
        return real(**request)

    world.monkeypatch.setattr(client("sns"), "publish", publish)

    world.pump()

    assert kinds(world) == ["paste_to_buyer"]


def test_only_what_went_to_ses_waits_for_receipts(world: World) -> None:
    world.api("POST", "/orders", order("1002", buyer={"email": None}))
    world.pump()
    assert kinds(world) == ["paste_to_buyer"]

    assert {it["channel"] for it in world.file("1002")["messages"]} == {"paste", "page"}
    assert world.raw_items("orders", "RECEIPT") == []

    place(world)
    world.pump()
    assert len(world.raw_items("orders", "RECEIPT")) == 1


def test_text_to_paste_can_be_read_again_and_again_and_writes_nothing(world: World) -> None:
    world.api("POST", "/orders", order(buyer={"email": None}))
    world.pump()
    before = world.snapshot()

    one, other = (world.api("GET", f"/orders/shop-1/1001/messages/{KEY}") for _ in range(2))

    assert (one.status, one.json) == (200, other.json)
    assert world.snapshot() == before
    path = re.search(r"/live(/confirm/[\w-]{22})", one.json["text"])
    assert path
    assert world.page("GET", path[1]).status == 200


def test_no_link_is_kept_for_a_mail_that_is_not_sent(world: World) -> None:
    world.feedback(complaint(sent(world).id))
    links = world.raw_items("links")

    world.api("POST", "/orders", order("1002"))
    world.pump()

    second = next(it for it in world.file("1002")["messages"] if it["key"] == KEY)
    assert second["reason"] == "suppressed"
    assert world.raw_items("links") == links


def test_a_title_or_an_address_cannot_smuggle_a_link_into_the_mail(world: World) -> None:
    address = {**NEARBY, "line2": "visit bad.example/prize"}
    items = [{**order()["items"][0], "title": "Claim at https://bad.example"}]

    world.api("POST", "/orders", order(address=address, items=items))
    world.pump()

    (mail,) = world.mails()
    assert "bad. example" in mail.text.lower()
    for part in (mail.text, mail.html):
        assert "bad.example" not in part.lower()


def test_the_mail_carries_what_finds_its_message_again(world: World) -> None:
    place(world)
    world.pump()

    assert world.mails()[0].tags == {"message": TAG}


# -------------------------------------------------------------------- what became of it

FORMS = pytest.mark.parametrize("form", ["eventType", "notificationType"])


def sent(world: World) -> Mail:
    place(world)
    world.pump()
    return world.mails()[0]


@FORMS
def test_a_delivery_is_recorded(world: World, form: str) -> None:
    mail = sent(world)

    world.feedback(delivery(mail.id, form=form))
    world.pump()

    assert message(world)["state"] == "delivered"
    assert kinds(world) == []
    assert "Message Failed" not in world.event_names()


@FORMS
@pytest.mark.parametrize(
    ("notify", "state", "reason"),
    [
        (bounce, "bounced", "general"),
        (lambda mail, **how: bounce(mail, lasting=False, **how), "bounced", "mailbox_full"),
        (complaint, "complained", "abuse"),
        (lambda mail, **how: feedback("Reject", mail, **how), "failed", "rejected"),
        (lambda mail, **how: feedback("Rendering Failure", mail, **how), "failed", "rejected"),
    ],
    ids=["lasting bounce", "passing bounce", "complaint", "reject", "rendering failure"],
)
def test_trouble_is_recorded_and_told_once(
    world: World, form: str, notify: Callable[..., dict[str, Any]], state: str, reason: str | None
) -> None:
    mail = sent(world)

    for _ in range(3):
        world.feedback(notify(mail.id, form=form))
    world.pump()

    assert (message(world)["state"], message(world)["reason"]) == (state, reason)
    assert kinds(world) == ["buyer_unreachable"]
    assert world.event_names().count("Message Failed") == 1
    assert world.dead["feedback"] == []


@pytest.mark.parametrize(("lasting", "mails"), [(True, 1), (False, 2)], ids=["lasting", "passing"])
def test_a_lasting_bounce_stops_the_next_mail_and_a_passing_one_does_not(
    world: World, lasting: bool, mails: int
) -> None:
    mail = sent(world)
    world.feedback(bounce(mail.id, lasting=lasting))
    world.pump()
    world.wait(minutes=11)

    world.api("POST", "/orders/shop-1/1001/confirmation")
    world.pump()

    assert len(world.mails()) == mails
    second = message(world, "-/confirm_address/2")
    assert (second["state"], second["reason"]) == (("failed", "suppressed") if lasting else ("sent", None))
    assert len(kinds(world)) == (2 if lasting else 1)


def test_the_suppression_holds_for_the_mailbox_in_every_order_and_spelling(world: World) -> None:
    world.feedback(complaint(sent(world).id))

    world.api("POST", "/orders", order("1002", buyer={"email": "Buyer@Example.com"}))
    world.api("POST", "/orders", order("1003", buyer={"email": "somebody-else@example.com"}))
    world.pump()

    assert [mail.to for mail in world.mails()] == ["buyer@example.com", "somebody-else@example.com"]
    suppressions = [item for item in world.raw_items("orders") if item["sk"]["S"] == "SUPPRESSION"]
    assert len(suppressions) == 1
    assert "example.com" not in json.dumps(suppressions).lower()


@pytest.mark.parametrize("late", [bounce, delivery])
def test_a_final_state_never_moves_back(world: World, late: Callable[..., dict[str, Any]]) -> None:
    mail = sent(world)
    world.feedback(complaint(mail.id))
    world.pump()
    before = message(world)

    world.feedback(late(mail.id))
    world.pump()

    assert message(world) == before
    assert kinds(world) == ["buyer_unreachable"]


@pytest.mark.parametrize(
    "graver", [[delivery, bounce], [delivery, complaint], [bounce, complaint], [delivery, bounce, complaint]]
)
def test_a_graver_receipt_may_follow(world: World, graver: list[Callable[..., dict[str, Any]]]) -> None:
    mail = sent(world)

    for notify in graver:
        world.feedback(notify(mail.id))
    world.pump()

    assert message(world)["state"] == ("complained" if graver[-1] is complaint else "bounced")
    assert kinds(world) == ["buyer_unreachable"]
    assert world.dead["feedback"] == []


def test_a_receipt_that_is_faster_than_our_own_record_is_kept(world: World) -> None:
    place(world)
    from doorstep.platform.aws import client

    real = client("sesv2").send_email
    ids: list[str] = []

    def send(**request: Any) -> Any:
        answer = real(**request)
        ids.append(answer["MessageId"])
        world.feedback(bounce(answer["MessageId"], tag=request["EmailTags"][0]["Value"]))
        return answer

    world.monkeypatch.setattr(client("sesv2"), "send_email", send)

    world.pump()

    assert message(world)["state"] == "bounced"
    assert message(world)["channel"] == "email"
    assert len(world.mails()) == 1
    assert kinds(world) == ["buyer_unreachable"]
    world.feedback(complaint(ids[0]))
    assert message(world)["state"] == "complained"


def test_a_receipt_without_a_tag_waits_for_the_record(world: World) -> None:
    mail = sent(world)
    receipts = [item for item in world.raw_items("orders") if item["pk"]["S"].startswith("RECEIPT#")]
    assert len(receipts) == 1

    world.put("feedback", {"Message": json.dumps(delivery("not-recorded-yet"))})
    tries = 0
    while world.drain("feedback", "record_feedback"):
        tries += 1

    assert tries == 3
    assert world.dead["feedback"] == []
    assert mail.id in receipts[0]["pk"]["S"]


def test_an_unknown_mail_is_counted_and_not_tried_for_ever(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    sent(world)
    before = world.snapshot()

    world.feedback(bounce("somebody-elses-mail"))
    world.feedback(bounce("somebody-elses-mail", tag="bm9uc2Vuc2U"))

    assert world.snapshot() == before
    assert world.dead["feedback"] == []
    assert capsys.readouterr().out.count('"UnmatchedFeedback":[1.0]') == 2


def test_feedback_of_an_order_that_is_gone_is_no_error(world: World) -> None:
    world.feedback(bounce("any", tag=to_tag(MessageRef("shop-1", "gone", KEY))))

    assert world.dead["feedback"] == []
    assert world.raw_items("orders") == []


def test_the_greeting_of_ses_is_no_news_of_any_mail(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    sent(world)
    before = world.snapshot()
    (record,) = json.loads((ROOT / "events/sqs/feedback_greeting.json").read_text("utf-8"))["Records"]
    capsys.readouterr()

    world.put("feedback", record["body"])
    tries = 0
    while world.drain("feedback", "record_feedback"):
        tries += 1

    assert tries == 1
    assert world.snapshot() == before
    assert world.dead["feedback"] == []
    assert capsys.readouterr().out == "", "neither an error nor a count"


@pytest.mark.parametrize("text", ["", "Successfully", "null", "Unsuccessfully validated SNS topic"])
def test_what_is_neither_greeting_nor_feedback_is_for_people(world: World, text: str) -> None:
    world.put("feedback", {"Type": "Notification", "Message": text})
    while world.drain("feedback", "record_feedback"):
        pass

    assert len(world.dead["feedback"]) == 1


@pytest.mark.parametrize("kind", ["Send", "Open", "Click", "DeliveryDelay", "Subscription", "Something New"])
def test_other_news_changes_nothing(world: World, kind: str) -> None:
    mail = sent(world)
    before = world.snapshot()

    world.feedback(feedback(kind, mail.id, tag=TAG))

    assert world.snapshot() == before
    assert world.dead["feedback"] == []


def test_feedback_delivered_raw_is_read_too(world: World) -> None:
    mail = sent(world)

    world.put("feedback", delivery(mail.id))
    world.drain("feedback", "record_feedback")

    assert message(world)["state"] == "delivered"


def test_a_bounce_after_the_answer_leaves_the_order_alone(world: World) -> None:
    mail = sent(world)
    world.page("POST", f"/confirm/{mail.token('confirm')}", {"action": "edit", **NEARBY})
    world.pump()
    events = world.event_names()

    world.feedback(bounce(mail.id))
    world.pump()

    assert world.file()["state"] == "released"
    assert world.event_names() == sorted([*events, "Message Failed"])
