"""POST /webhooks/{provider}: prove who is calling, keep what they said, put it on the bus. Reading it comes later."""

import json
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import Response

from doorstep.errors import Refused, Rejected
from doorstep.outbox import Code, Event
from doorstep.parcels.providers.provider import Provider, WebhookCall
from doorstep.parcels.providers.registry import provider as provider_named
from doorstep.platform import log
from doorstep.platform.archive import Archive
from doorstep.platform.bus import Bus
from doorstep.platform.clock import now
from doorstep.platform.http import as_json, headers_of, raw_body, request_id, rest_api
from doorstep.platform.provider_secrets import ProviderSecrets
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment
from doorstep.times import stamp

LARGEST = 2 * 1024 * 1024
# A secret that nobody here knows may be a new one: then it is read again, but not for every wrong signature.
NEW_SECRET_AFTER = 10.0


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    archive_bucket: str
    bus: str
    webhook_secrets: str


settings = Settings.from_environment()
archive, bus = Archive(settings.archive_bucket), Bus(settings.bus)
secrets = ProviderSecrets(Secret(settings.webhook_secrets))
api = rest_api()


@api.post("/webhooks/<provider>")
def receive(provider: str) -> Response[str]:
    adapter, call = provider_named(provider), _call(provider)
    _prove(adapter, call)
    _must_be_json(call.body)
    reference = archive.keep(adapter.name, call.body, content_type="application/json", at=call.received_at)
    heard: dict[str, Code] = {
        "provider": adapter.name,
        "archive": reference,
        "bytes": len(call.body),
        "received_at": stamp(call.received_at),
    }
    event = Event("Carrier Webhook Received", call.received_at, heard)
    bus.announce(event, correlation=reference, cause=request_id(api))
    return as_json({"received": True})  # 200: some providers take nothing else for a yes


def _call(provider: str) -> WebhookCall:
    return WebhookCall(
        provider=provider,
        headers=headers_of(api),
        body=raw_body(api, LARGEST),
        path=api.current_event.path,
        received_at=now(),
        query=dict(api.current_event.query_string_parameters or {}),
    )


def _prove(adapter: Provider, call: WebhookCall) -> None:
    try:
        adapter.verify(call, secrets.of(adapter.name))
    except Refused:
        try:
            adapter.verify(call, secrets.of(adapter.name, fresh_for=NEW_SECRET_AFTER))
        except Refused:
            log.count("WebhookRefused")
            raise


def _must_be_json(body: bytes) -> None:
    try:
        json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected.because("not_json", "", "the body must be JSON") from error


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
