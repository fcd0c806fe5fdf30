"""Scans queue (bus → SQS): what carriers said becomes scans, scans become the parcel, and trouble becomes a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.cases.desk import CaseDesk
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.tracking import adopt, hear
from doorstep.parcels.providers.provider import Heard
from doorstep.parcels.providers.registry import provider
from doorstep.parcels.scanned import decode_scanned
from doorstep.platform import log
from doorstep.platform.archive import Archive
from doorstep.platform.batch import Failures, each_record
from doorstep.platform.clock import now
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.parcels_table import ParcelsTable
from doorstep.platform.proofs import Proofs
from doorstep.platform.settings import Environment
from doorstep.platform.unknown_codes import UnknownCodes


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    archive_bucket: str
    policy: str


settings = Settings.from_environment()
archive, table = Archive(settings.archive_bucket), ParcelsTable(OrdersTable(settings.orders_table))
proofs, unknown = Proofs(archive), UnknownCodes(settings.orders_table)
rules = Rulebook.from_json(settings.policy)


def handler(event: dict[str, Any], context: Any) -> Failures:
    return each_record(event, _track, what="scans")


def _track(body: dict[str, Any], receive_count: int) -> None:
    said = body["detail"]["data"]
    desk = CaseDesk(table, rules, now(), str(body["id"]))
    if body["detail-type"] == "Parcel Registered":
        adopt(desk, table, said["tracking_number"])
        return
    heard = _read(said) if body["detail-type"] == "Carrier Webhook Received" else _decode(body)
    log.count("UnmappedCode", len(heard.unmapped))
    unknown.note(said.get("provider") or body["source"], heard.unmapped, now())
    log.count("ScansParked", hear(desk, table, heard.scans))
    proofs.fetch(heard.scans)


def _read(said: dict[str, Any]) -> Heard:
    reference, received_at = said["archive"], datetime.fromisoformat(said["received_at"])
    return provider(said["provider"]).read(archive.read(reference), received_at=received_at, archive=reference)


def _decode(body: dict[str, Any]) -> Heard:
    return decode_scanned(body["detail"], source=body["source"], received_at=now())
