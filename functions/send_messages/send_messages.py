"""Messages queue → SES and SNS: send each message once."""

from dataclasses import dataclass
from typing import Any

from doorstep.cases.rulebook import Rulebook
from doorstep.messages.message import MessageRef
from doorstep.messages.sending import Sender
from doorstep.platform import log
from doorstep.platform.batch import Failures, each_record
from doorstep.platform.clock import now
from doorstep.platform.keyring import Keyring
from doorstep.platform.links import LinksTable
from doorstep.platform.mail import SesMailer
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.pager import SnsPager
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    links_table: str
    signing_secret: str
    policy: str
    mail_from: str
    configuration_set: str
    ops_topic: str
    chat_topic: str
    ops_locale: str
    public_url: str
    api_id: str


settings = Settings.from_environment()
keyring = Keyring(Secret(settings.signing_secret))
sender = Sender(
    store=OrdersTable(settings.orders_table, settings.links_table, keyring),
    mailer=SesMailer(settings.mail_from, settings.configuration_set),
    pager=SnsPager(settings.ops_topic, settings.chat_topic),
    links=LinksTable(settings.links_table, keyring, settings.public_url.replace("{api}", settings.api_id)),
    rules=Rulebook.from_json(settings.policy),
    ops_locale=settings.ops_locale,
    clock=now,
)
_COUNTERS = {"sent": "MessageSent", "failed": "MessageFailed", "not_now": "MessageSkipped", "gone": "MessageGone"}


def handler(event: dict[str, Any], context: Any) -> Failures:
    return each_record(event, _send, what="message")


def _send(body: dict[str, str], receive_count: int) -> None:
    outcome = sender.send(MessageRef(body["shop"], body["order_id"], body["key"]))
    log.count(_COUNTERS[outcome])
