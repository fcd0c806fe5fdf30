"""Makes the street table say what the bucket says: for one file, whatever has happened to it, however often one asks.

Events only say where to look. What is in the bucket then is loaded, and what is not there any more is taken away; so
events that come twice, late or in the wrong order end in the same table. A load that was killed goes on where it
stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from doorstep.address.reference.blob import Blob
from doorstep.address.reference.gather import gather
from doorstep.address.reference.sources import open_source
from doorstep.errors import DoorstepError, Rejected, Transient
from doorstep.platform import log
from doorstep.platform.clock import now
from doorstep.platform.judge import postal
from doorstep.platform.street_ledger import Entry, StreetLedger
from doorstep.platform.street_manifest import Manifest
from doorstep.platform.street_sources import StreetSources, Upload
from doorstep.platform.street_writer import Replacement, StreetWriter

READING: Final = 1
"""Raise it when the same source gives other blobs than before: then an upload of the same file is loaded anew."""
STEP: Final = 200
"""Partitions between two notes in the ledger of how far a load is."""
_ROUNDS: Final = 5
_GONE: Final = "gone"


@dataclass(frozen=True, slots=True)
class Goal:
    """What the table is to say of a file: the edition's name and blobs, and what to tell when it does."""

    edition: str
    blobs: Sequence[Blob]
    told: Mapping[str, Any]
    started: datetime


@dataclass(frozen=True, slots=True)
class StreetLoader:
    """The street table `table` and the bucket it is loaded from."""

    table: str
    sources: StreetSources

    def reconcile(self, file: str) -> None:
        """Make the table say of `file` what the bucket says now. Raises `Transient` while another is at it."""
        ledger = StreetLedger(self.table, file, uuid4().hex)
        ledger.claim()
        try:
            for _ in range(_ROUNDS):
                self._settle(ledger)
                if ledger.release():
                    return
            raise Transient("restless", "the file was uploaded again and again while it was being loaded")
        except Exception:
            with suppress(DoorstepError):  # the lease ends by itself; what went wrong first is what to tell
                ledger.abandon()
            raise

    def _settle(self, ledger: StreetLedger) -> None:
        upload = self.sources.look(ledger.file)
        edition = edition_of(upload) if upload else _GONE
        entry = ledger.entry()
        if entry.edition == edition:
            if upload:
                upload.close()
            ledger.tidy(entry.manifest)
            self.sources.tell(ledger.file, entry.result)
        elif upload is None:
            self._load(ledger, entry, Goal(edition, [], {"status": "removed"}, now()))
        elif goal := self._read(ledger.file, upload, unfinished=bool(entry.coming)):
            self._load(ledger, entry, goal)
            log.count("StreetSourceLoaded")

    def _read(self, file: str, upload: Upload, *, unfinished: bool) -> Goal | None:
        """Read the whole source before the table is touched: one that cannot be used changes nothing, and is told.

        `unfinished`: an earlier load was stopped half way, and stays so until a source can be used.
        """
        started, about = now(), {"etag": upload.etag, "complete": upload.complete}
        try:
            blobs, report = read_source(file, upload)
        except Rejected as error:
            log.count("StreetSourceRefused")
            told = {"status": "refused", **about, "code": error.code, "message": error.message}
            told |= {"unfinished": True} if unfinished else {}
            self.sources.tell(file, as_result(told, started))
            return None
        return Goal(edition_of(upload), blobs, {"status": "loaded", **report, **about}, started)

    def _load(self, ledger: StreetLedger, entry: Entry, goal: Goal) -> None:
        wanted, before = Manifest.of(goal.blobs), ledger.manifest(entry)
        places: defaultdict[str, list[Blob]] = defaultdict(list)
        for blob in goal.blobs:
            places[blob.pk].append(blob)
        order = [*places, *(pk for pk in sorted(before.places) if pk not in places)]
        done = entry.done if entry.coming == goal.edition else 0
        ledger.begin(goal.edition, before | wanted, done)
        writer = StreetWriter(self.table)
        for start in range(done, len(order), STEP):
            part = order[start : start + STEP]
            writer.replace(
                (Replacement(pk, places.get(pk, []), frozenset(before.sort_keys(pk, ledger.file))) for pk in part),
                goal.edition,
            )
            ledger.advance(start + len(part))
        result = as_result(goal.told, goal.started)
        ledger.finish(goal.edition, wanted, result)
        self.sources.tell(ledger.file, result)


def read_source(file: str, upload: Upload) -> tuple[list[Blob], dict[str, Any]]:
    """All that a source says, and what to tell about it. Raises `Rejected` when it cannot be used."""
    with upload.fetched() as stream:
        gathered = gather(open_source(file, stream), file=file, complete=upload.complete, postal=postal())
        return list(gathered.blobs()), gathered.report()


def as_result(told: Mapping[str, Any], started: datetime) -> str:
    """The text of a result: what to tell, when, and how long it took in seconds."""
    moment = now()
    seconds = round((moment - started).total_seconds(), 1)
    return json.dumps({**told, "seconds": seconds, "at": moment.isoformat()})


def edition_of(upload: Upload) -> str:
    """A name for what an upload makes of the table: the object's content, how it is meant, and how we read it."""
    said = f"{upload.etag}/{upload.complete}/{READING}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]
