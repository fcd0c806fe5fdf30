"""Words to paste into a marketplace's messaging: those of the mail, with the same links, and asking for them does
nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import NOW, FakeLinks, an_order

from doorstep.cases.rulebook import Rulebook
from doorstep.errors import Conflict
from doorstep.messages.message import Message, MessageRef
from doorstep.messages.paste import text_to_paste
from doorstep.messages.ports import MessageFile
from doorstep.outbox import MessageRequest

RULES = Rulebook.from_json("{}")


def handed_to_ops() -> MessageFile:
    """A question to a buyer whose e-mail address a marketplace keeps."""
    request = MessageRequest("confirm_address", "buyer", 1)
    message = Message.requested(MessageRef("shop-1", "1001", request.key), request, NOW)
    return MessageFile(message.claimed(NOW).sent(NOW, "paste", ""), an_order(buyer={"email": None}))


def test_the_text_carries_the_links_that_were_issued_and_issues_none() -> None:
    links = FakeLinks()

    told = text_to_paste(handed_to_ops(), links, RULES)

    assert told["key"] == "-/confirm_address/1"
    assert "1001" in told["subject"]
    assert "https://shop.example.com/confirm/-_confirm_address_1" in told["text"]
    assert "https://shop.example.com/order/-_confirm_address_1" in told["text"]
    assert links.issued == {}


@pytest.mark.parametrize("channel", ["", "email", "page"])
def test_what_went_another_way_is_not_for_pasting(channel: str) -> None:
    file = handed_to_ops()

    with pytest.raises(Conflict, match="not_for_pasting"):
        text_to_paste(replace(file, message=replace(file.message, channel=channel)), FakeLinks(), RULES)  # type: ignore[arg-type]
