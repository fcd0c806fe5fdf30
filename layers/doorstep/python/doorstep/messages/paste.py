"""The words of a message for ops to paste into a marketplace's messaging, where that keeps the e-mail address."""

from __future__ import annotations

from doorstep.cases.rulebook import Rulebook
from doorstep.errors import Conflict
from doorstep.messages import composing
from doorstep.messages.mail import paste_text
from doorstep.messages.ports import Links, MessageFile


def text_to_paste(file: MessageFile, links: Links, rules: Rulebook) -> dict[str, str]:
    """`{key, subject, text}` of a message to the buyer that has been handed to ops. Raises `Conflict` for any other."""
    message = file.message
    if message.channel != "paste":
        raise Conflict("not_for_pasting", "only a message handed to ops for pasting can be read here")
    urls: dict[str, str] = {purpose: links.url(purpose, message.ref) for purpose in message.rules.links}
    letter = composing.letter(file, urls, links, rules)
    return {"key": message.ref.key, "subject": letter.subject, "text": paste_text(letter)}
