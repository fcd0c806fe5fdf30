"""The whole product in one process on moto: every handler, the tables of template.yaml, queues, topics, the bus, SES.

`World` stands in for what AWS does between the functions: it delivers API calls, stream records and queue messages,
offers failed ones again, moves the hopeless to their dead-letter queues, and keeps all that is said for the tests to
read. Nothing is mocked between a handler and moto.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import itertools
import json
import re
import sys
import unicodedata
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote_plus, urlencode

import boto3
import time_machine
from moto import mock_aws
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from stack_template import ROOT, properties

REGION = "us-east-1"
ENVIRONMENT = {
    "ORDERS_TABLE": "orders",
    "LINKS_TABLE": "links",
    "BUS": "doorstep",
    "ARCHIVE_BUCKET": "archive",
    "STREET_TABLE": "streets",
    "STREET_SOURCES_BUCKET": "street-sources",
    "POLICY": "{}",
    "MAIL_FROM": "confirm@shop.example.com",
    "CONFIGURATION_SET": "doorstep",
    "OPS_LOCALE": "en",
    "PUBLIC_URL": "https://{api}.example.com/live",
    "API_ID": "abc123",
    "CORS_ORIGINS": "https://shop.example.com",
    "POWERTOOLS_SERVICE_NAME": "doorstep",
    "POWERTOOLS_METRICS_NAMESPACE": "Doorstep",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir() if (path / f"{path.name}.py").exists())
KEYS = {"merchant-key": ("merchant-1", ["shop-1", "shop-2"]), "other-key": ("merchant-2", ["shop-9"])}
_LINK = re.compile(r"https://abc123\.example\.com/live/(confirm|order|offers|tasks)/([A-Za-z0-9_-]{22})")
WEBHOOK_SECRET = "webhook-sécret"
SAMPLE_SECRET = "sample-webhook-secret"  # what events/api/receive_webhook.json is signed with
# The rules of template.yaml that lead events to the scans queue.
INBOUND = {
    "CarrierWebhookReceivedRule": {"source": ["doorstep"], "detail-type": ["Carrier Webhook Received"]},
    "ParcelRegisteredRule": {"source": ["doorstep"], "detail-type": ["Parcel Registered"]},
    "ParcelScannedRule": {"detail-type": ["Parcel Scanned"]},
}
MAX_RECEIVES = 5
# Failed messages are there again at once, and what was said is kept for the tests however far they travel.
QUEUE = {"VisibilityTimeout": "0", "MessageRetentionPeriod": "1209600"}


class Killed(BaseException):
    """The function was killed; no handler can catch this."""


@dataclass
class Mail:
    """One mail as SES got it."""

    to: str
    subject: str
    text: str
    html: str
    id: str
    tags: dict[str, str]

    def token(self, purpose: str) -> str:
        """The token of the link for this purpose."""
        return next(token for kind, token in _LINK.findall(self.text) if kind == purpose)


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    body: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class World:
    """See the module."""

    monkeypatch: Any
    traveller: Any
    policy: str = "{}"
    dead: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _modules: dict[str, ModuleType] = field(default_factory=dict)
    _streamed: set[str] = field(default_factory=set)
    calls: list[tuple[str, str]] = field(default_factory=list)
    _mails: list[Mail] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    _fuse: int | None = None
    _rival: Callable[[], object] | None = None
    _rival_waits: int = 0

    def __post_init__(self) -> None:
        for name, value in {**ENVIRONMENT, "POLICY": self.policy}.items():
            self.monkeypatch.setenv(name, value)
        self._build()
        self._watch_calls()

    # ---------------------------------------------------------------- what there is

    def client(self, service: str) -> Any:
        """The tests' own client; wrap its calls in `unwatched`, or they are counted and may be killed."""
        return _client(service)

    def _build(self) -> None:
        dynamodb = self.client("dynamodb")
        for logical, name in (("OrdersTable", "orders"), ("LinksTable", "links"), ("StreetTable", "streets")):
            wanted = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")
            schema = {key: value for key, value in properties(logical).items() if key in wanted}
            dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **schema)
        sqs, sns = self.client("sqs"), self.client("sns")
        for queue in ("messages", "deadlines", "feedback", "scans", "uploads", "bus", "ops", "chat"):
            url = sqs.create_queue(QueueName=queue, Attributes=QUEUE)["QueueUrl"]
            self.monkeypatch.setenv(f"{queue.upper()}_QUEUE", url)
            self.dead[queue] = []
        for topic in ("ops", "chat"):
            arn = sns.create_topic(Name=topic)["TopicArn"]
            self.monkeypatch.setenv(f"{topic.upper()}_TOPIC", arn)
            sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=self._arn(topic))
        events = self.client("events")
        events.create_event_bus(Name="doorstep")
        events.put_rule(Name="all", EventBusName="doorstep", EventPattern=json.dumps({"source": ["doorstep"]}))
        events.put_targets(Rule="all", EventBusName="doorstep", Targets=[{"Id": "queue", "Arn": self._arn("bus")}])
        for rule, pattern in INBOUND.items():
            events.put_rule(Name=rule, EventBusName="doorstep", EventPattern=json.dumps(pattern))
            events.put_targets(Rule=rule, EventBusName="doorstep", Targets=[{"Id": "queue", "Arn": self._arn("scans")}])
        for bucket in ("archive", "street-sources"):
            self.client("s3").create_bucket(Bucket=bucket)
        secrets = self.client("secretsmanager")
        signing = secrets.create_secret(Name="signing", SecretString="s" * 64)["ARN"]
        merchants = secrets.create_secret(Name="merchants", SecretString=json.dumps(_merchants()))["ARN"]
        self.monkeypatch.setenv("SIGNING_SECRET", signing)
        self.monkeypatch.setenv("MERCHANTS_SECRET", merchants)
        webhooks = json.dumps({"providers": {"easypost": [WEBHOOK_SECRET, SAMPLE_SECRET]}})
        webhooks = secrets.create_secret(Name="webhooks", SecretString=webhooks)["ARN"]
        self.monkeypatch.setenv("WEBHOOK_SECRETS", webhooks)
        pulls = secrets.create_secret(Name="pulls", SecretString=json.dumps({"providers": {}}))["ARN"]
        self.monkeypatch.setenv("PULL_SECRETS", pulls)
        ses = self.client("sesv2")
        ses.create_email_identity(EmailIdentity="shop.example.com")
        ses.create_configuration_set(ConfigurationSetName="doorstep")

    def _arn(self, queue: str) -> str:
        return f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:{queue}"

    def function(self, name: str) -> ModuleType:
        """A handler module, imported into this world's environment."""
        if name not in self._modules:
            path = ROOT / "functions" / name / f"{name}.py"
            spec = importlib.util.spec_from_file_location(f"handler_{name}_{id(self)}", path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
            self._modules[name] = module
        return self._modules[name]

    def invoke(self, name: str, event: Mapping[str, Any]) -> Any:
        """Call a handler as Lambda would."""
        context = SimpleNamespace(
            function_name=name,
            memory_limit_in_mb=512,
            invoked_function_arn=f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:{name}",
            aws_request_id=str(uuid.uuid4()),
            get_remaining_time_in_millis=lambda: 10_000,
        )
        return self.function(name).handler(dict(event), context)

    # ---------------------------------------------------------------- time

    def wait(self, **period: float) -> None:
        """Let time pass: `minutes=20`."""
        self.traveller.shift(timedelta(**period))

    # ---------------------------------------------------------------- callers

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str = "merchant-key",
        raw: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The seller's side, through the authorizer."""
        name = "validate_address" if path.startswith("/addresses") else "orders_api"
        path, _, query = path.partition("?")
        event = api_event(method, path, raw if raw is not None else _text(body), headers)
        if query:
            event["queryStringParameters"] = dict(parse_qsl(query))
            event["multiValueQueryStringParameters"] = parse_qs(query)
        if path == "/addresses/validate-batch" or name == "orders_api":
            merchant, shops = KEYS[key]
            event["requestContext"]["authorizer"] = {"merchant": merchant, "shops": ",".join(shops)}
        return _answer(self.invoke(name, event))

    def page(
        self, method: str, path: str, form: Mapping[str, str] | None = None, *, raw: str | None = None, lang: str = ""
    ) -> Answer:
        """A buyer's browser."""
        body = raw if raw is not None else urlencode(form) if form is not None else None
        event = api_event(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        if lang:
            event["queryStringParameters"] = {"lang": lang}
            event["multiValueQueryStringParameters"] = {"lang": [lang]}
        return _answer(self.invoke("ops_pages" if path.startswith("/tasks/") else "buyer_pages", event))

    def webhook(
        self,
        body: object,
        *,
        secret: str = WEBHOOK_SECRET,
        headers: Mapping[str, str] | None = None,
        name: str = "easypost",
        base64: bool = False,
    ) -> Answer:
        """A provider calls: a body as JSON, or as the text or bytes it is, signed as EasyPost signs.

        `base64`: as API Gateway hands on what it takes for binary.
        """
        raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        signed = {"X-Hmac-Signature": sign_easypost(raw, secret)} if headers is None else headers
        event = api_event("POST", f"/webhooks/{name}", raw.decode("utf-8", "surrogateescape"), signed)
        if base64:
            event.update(body=b64encode(raw).decode(), isBase64Encoded=True)
        return _answer(self.invoke("receive_webhook", event))

    # ---------------------------------------------------------------- what AWS does

    def pump(self, rounds: int = 40) -> None:
        """Deliver stream records and queue messages until nothing moves any more."""
        for _ in range(rounds):
            moved = self.relay() + self.drain("scans", "track_parcels")
            if not moved + self.drain("messages", "send_messages") + self.drain("deadlines", "meet_deadlines"):
                return
        raise AssertionError("the world never came to rest")

    def relay(self) -> int:
        """Deliver new outbox items as the stream would, once each unless the function fails."""
        fresh = [it for it in self.raw_items("orders", "OUTBOX#") if it["sk"]["S"] not in self._streamed]
        if not fresh:
            return 0
        records = [stream_record(item, number) for number, item in enumerate(fresh)]
        answer = self._survive("relay_outbox", {"Records": records})
        if answer is not None:
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            for record, item in zip(records, fresh, strict=True):
                if record["dynamodb"]["SequenceNumber"] not in failed:
                    self._streamed.add(item["sk"]["S"])
        return len(fresh)

    def forget_stream(self) -> None:
        """As if the stream's records were lost (retries used up): only the sweeper is left."""
        self._streamed.update(item["sk"]["S"] for item in self.raw_items("orders", "OUTBOX#"))

    def drain(self, queue: str, function: str, batch: int = 10) -> int:
        """Deliver what is in a queue; failed messages go back, and after five receives to the dead-letter queue."""
        with self.unwatched():
            sqs = self.client("sqs")
            url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=batch, AttributeNames=["All"])
            got = answer.get("Messages", [])
        if not got:
            return 0
        records = [sqs_record(message) for message in got]
        answer = self._survive(function, {"Records": records})
        failed = {it["itemIdentifier"] for it in answer["batchItemFailures"]} if answer is not None else None
        with self.unwatched():
            for message in got:
                lost = failed is None or message["MessageId"] in failed
                receives = int(message["Attributes"]["ApproximateReceiveCount"])
                if not lost or receives >= MAX_RECEIVES:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if lost and receives >= MAX_RECEIVES:
                    self.dead[queue].append(json.loads(json.dumps(message, default=str)))
        return len(got)

    def sweep(self) -> None:
        """Run the schedule once, and everything it sets off."""
        self._survive("watch_deadlines", _sample("scheduler/watch_deadlines.json"))
        self.pump()

    def put(self, queue: str, body: object) -> None:
        """Put a message into a queue."""
        sqs = self.client("sqs")
        with self.unwatched():
            sqs.send_message(
                QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"],
                MessageBody=body if isinstance(body, str) else json.dumps(body),
            )

    def feedback(self, notification: Mapping[str, Any]) -> None:
        """SES tells what became of a mail, through SNS."""
        self.put("feedback", {"Type": "Notification", "Message": json.dumps(notification)})
        while self.drain("feedback", "record_feedback"):
            pass

    def upload(self, file: str, body: bytes, *, complete: bool | None = None) -> None:
        """Somebody puts a street source into the bucket; the bucket tells its queue."""
        metadata = {} if complete is None else {"complete": str(complete).lower()}
        with self.unwatched():
            self.client("s3").put_object(Bucket="street-sources", Key=f"sources/{file}", Body=body, Metadata=metadata)
        self.put("uploads", upload_event(file))

    def take_away(self, file: str) -> None:
        """Somebody deletes a street source; the bucket tells its queue."""
        with self.unwatched():
            self.client("s3").delete_object(Bucket="street-sources", Key=f"sources/{file}")
        self.put("uploads", upload_event(file, "ObjectRemoved:Delete"))

    def load_streets(self) -> None:
        """Deliver what the bucket told, one by one. Failed messages come back when the lease of the failed is over."""
        while self.drain("uploads", "load_street_reference", batch=1):
            self.wait(minutes=90)

    def result(self, file: str) -> dict[str, Any]:
        """What became of a street source."""
        with self.unwatched():
            answer = self.client("s3").get_object(Bucket="street-sources", Key=f"results/{file}.json")
            told: dict[str, Any] = json.loads(answer["Body"].read())
        return told

    def _survive(self, function: str, event: Mapping[str, Any]) -> Any:
        try:
            return self.invoke(function, event)
        except Killed:
            return None
        except Exception as error:
            self.errors.append(error)
            return None

    # ---------------------------------------------------------------- what was said

    def mails(self) -> list[Mail]:
        """Every mail SES took, oldest first."""
        return list(self._mails)

    def alerts(self) -> list[dict[str, Any]]:
        """Every alert on the ops topic: `{subject, text, attributes}`."""
        return [
            {
                "subject": body.get("Subject"),
                "text": body["Message"],
                "attributes": {name: it["Value"] for name, it in body.get("MessageAttributes", {}).items()},
            }
            for body in self._peek("ops")
        ]

    def events(self) -> list[dict[str, Any]]:
        """Every event on the bus."""
        return self._peek("bus")

    def event_names(self) -> list[str]:
        """The names of the events on the bus, each event once however often it was published, sorted."""
        seen = {event["detail"]["metadata"]["event_id"]: event["detail-type"] for event in self.events()}
        return sorted(seen.values())

    def _peek(self, queue: str) -> list[Any]:
        with self.unwatched():
            sqs = self.client("sqs")
            url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
            kept = getattr(self, "_kept", {})
            self._kept = kept
            while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                for message in got:
                    kept.setdefault(queue, []).append(json.loads(message["Body"]))
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return list(kept.get(queue, []))

    def raw_items(self, table: str, prefix: str = "") -> list[dict[str, Any]]:
        """Every item of a table whose sort key begins with `prefix`, in DynamoDB's notation.

        Read from moto's memory: its serializer takes milliseconds for each item, and the tests look very often.
        """
        items = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][REGION].tables[table].all_items()
        if prefix:
            items = (item for item in items if item.attrs["sk"].value.startswith(prefix))
        return [{name: _wire(value) for name, value in item.attrs.items()} for item in items]

    def snapshot(self) -> str:
        """All tables as text, to compare before and after."""
        both = [self.raw_items("orders"), self.raw_items("links")]
        return json.dumps([sorted(json.dumps(item, sort_keys=True) for item in items) for items in both])

    def file(self, order_id: str = "1001", shop: str = "shop-1") -> Any:
        """The order's whole file as the API tells it."""
        with self.unwatched():
            return self.api("GET", f"/orders/{shop}/{order_id}").json

    # ---------------------------------------------------------------- racing and killing

    def before_next_write(self, rival: Callable[[], object], *, after: int = 0) -> None:
        """Somebody is faster: `rival` runs when the next change has been decided on and is about to be committed.

        `after`: so many writes pass before, scans in batches among them.
        """
        self._rival, self._rival_waits = rival, after

    @property
    def rival_came(self) -> bool:
        """Whether the rival has had their turn."""
        return self._rival is None

    def _watch_calls(self) -> None:
        from botocore.client import BaseClient

        original = BaseClient._make_api_call
        world = self

        def call(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if world._ignoring:
                return original(client, operation, arguments)
            reads = operation.startswith(("Get", "BatchGet", "Query", "Describe", "List", "Receive"))
            if operation in {"TransactWriteItems", "BatchWriteItem"} and world._rival is not None:
                if world._rival_waits:
                    world._rival_waits -= 1
                else:
                    rival, world._rival = world._rival, None
                    rival()
            if not reads:
                world._spend()
            world.calls.append((client.meta.service_model.service_name, operation))
            answer = original(client, operation, arguments)
            if operation == "SendEmail":
                world._mails.append(_mail(arguments, answer))
            if not reads:
                world._spend()
            return answer

        self.monkeypatch.setattr(BaseClient, "_make_api_call", call)

    _ignoring: int = 0

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """The tests' own calls: neither counted nor killed."""
        self._ignoring += 1
        try:
            yield
        finally:
            self._ignoring -= 1

    def kill_after(self, moments: int) -> None:
        """Kill whatever runs at the n-th moment from now; a write has two: just before it, and just after."""
        self._fuse = moments

    @property
    def moments_left(self) -> int:
        """How many moments are left until the kill."""
        return self._fuse or 0

    @property
    def fuse_burnt(self) -> bool:
        """Whether the kill has happened."""
        return self._fuse is None

    def _spend(self) -> None:
        if self._fuse is None:
            return
        self._fuse -= 1
        if self._fuse < 0:
            self._fuse = None
            raise Killed


@contextmanager
def new_world(monkeypatch: Any, policy: str = "{}", at: str = "2026-11-23T15:00:00Z") -> Iterator[World]:
    """A fresh world at a fixed moment."""
    moment = datetime.fromisoformat(at)
    with mock_aws(), time_machine.travel(moment, tick=False) as traveller:
        yield World(monkeypatch, traveller, policy)


def sign_easypost(body: bytes, secret: str) -> str:
    """EasyPost's signature of version 1: HMAC-SHA256 over the raw body, the secret normalised (NFKD)."""
    key = unicodedata.normalize("NFKD", secret).encode()
    return "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def api_event(method: str, path: str, body: str | None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """An API Gateway REST proxy event, from the sample in `events/`."""
    event = json.loads(json.dumps(_sample("api/proxy.json")))
    event.update(httpMethod=method, path=path, resource=path, body=body)
    event["headers"].update(headers or {})
    event["requestContext"].update(httpMethod=method, path=f"/live{path}", requestId=str(uuid.uuid4()))
    return event


def upload_event(file: str, name: str = "ObjectCreated:Put") -> dict[str, Any]:
    """An event of the bucket of street sources, from the sample in `events/`."""
    (message,) = _sample("sqs/street_source_created.json")["Records"]
    event: dict[str, Any] = json.loads(message["body"])
    event["Records"][0]["eventName"] = name
    event["Records"][0]["s3"]["object"]["key"] = quote_plus(f"sources/{file}", safe="/")
    return event


_NUMBERS = itertools.count(1)


def stream_record(item: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A record of the table's stream, from the sample in `events/`."""
    record = json.loads(json.dumps(_sample("stream/outbox_event.json")["Records"][0]))
    record["eventID"] = uuid.uuid4().hex
    record["dynamodb"]["Keys"] = {"pk": item["pk"], "sk": item["sk"]}
    record["dynamodb"]["NewImage"] = dict(item)
    record["dynamodb"]["SequenceNumber"] = f"{next(_NUMBERS):021d}"
    return record


def sqs_record(message: Mapping[str, Any]) -> dict[str, Any]:
    """A record as Lambda gets it from SQS."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }


@lru_cache(maxsize=16)
def _client(service: str) -> Any:
    """Clients outlive a world: making one costs more than most tests, and moto sees every request either way."""
    return boto3.client(service, region_name=REGION)


@lru_cache(maxsize=32)
def _sample(name: str) -> Any:
    return json.loads((ROOT / "events" / name).read_text("utf-8"))


def _merchants() -> dict[str, Any]:
    import hashlib

    entries = []
    for key, (merchant, shops) in KEYS.items():
        digest = "sha256:" + hashlib.sha256(key.encode()).hexdigest()
        entries.append({"merchant": merchant, "shops": shops, "keys": [digest]})
    return {"merchants": entries}


def _wire(value: Any) -> dict[str, Any]:
    """One of moto's attributes in DynamoDB's notation."""
    inner = value.value
    if isinstance(inner, dict):
        return {value.type: {name: _wire(member) for name, member in inner.items()}}
    if isinstance(inner, list):
        return {value.type: [_wire(member) for member in inner]}
    return {value.type: inner}


def _text(body: object) -> str | None:
    return None if body is None else json.dumps(body)


def _answer(raw: Mapping[str, Any]) -> Answer:
    headers = {name: values[0] for name, values in (raw.get("multiValueHeaders") or {}).items()}
    return Answer(raw["statusCode"], raw.get("body") or "", headers | dict(raw.get("headers") or {}))


def _mail(request: Mapping[str, Any], answer: Mapping[str, Any]) -> Mail:
    content = request["Content"]["Simple"]
    return Mail(
        to=request["Destination"]["ToAddresses"][0],
        subject=content["Subject"]["Data"],
        text=content["Body"]["Text"]["Data"],
        html=content["Body"]["Html"]["Data"],
        id=answer["MessageId"],
        tags={tag["Name"]: tag["Value"] for tag in request["EmailTags"]},
    )
