"""The net under providers that drop webhooks: parcels whose silence is due are asked about before it becomes trouble.

Whatever goes wrong here is counted and left: the deadline is met all the same. Only while a provider asks for patience
may it wait a little; which parcels those are is said.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from doorstep.cases.asking import note_asked, whom_to_ask
from doorstep.cases.desk import CaseDesk
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import ParcelFile
from doorstep.cases.tracking import hear
from doorstep.errors import Transient
from doorstep.parcels.pulling import limit
from doorstep.platform import log
from doorstep.platform.parcels_table import ParcelsTable
from doorstep.platform.pull import Pull
from doorstep.platform.unknown_codes import UnknownCodes

Due = tuple[str, str, str]
"""Shop, order id and id of a parcel."""
_LONGEST: Final = 5.0
"""No question is begun after so many seconds, so that the last one ends well within the function's time."""


@dataclass(frozen=True, slots=True)
class SafetyNet:
    """See the module."""

    pull: Pull
    parcels: ParcelsTable
    unknown: UnknownCodes
    rules: Rulebook
    clock: Callable[[], float] = time.monotonic

    def ask(self, due: Iterable[Due], now: datetime) -> frozenset[Due]:
        """Ask about those of the parcels that are silent, and hear the answers; returns those to ask about again soon.

        Does nothing, and reads nothing, for shops whose policy names nobody to ask.
        """
        until = self.clock() + _LONGEST
        later: set[Due] = set()
        for provider, files in self._whom(dict.fromkeys(due), now).items():
            most = limit(provider, "most_numbers")
            for part in (files[start : start + most] for start in range(0, len(files), most)):
                if self.clock() > until or not self._asked(provider, part, now):
                    later.update(_due(file) for file in part)
        log.count("PullPutOff", len(later))
        return frozenset(later)

    def _whom(self, due: Iterable[Due], now: datetime) -> dict[str, list[ParcelFile]]:
        """Which provider is asked about which parcels."""
        found: dict[str, list[ParcelFile]] = defaultdict(list)
        for shop, order_id, parcel in due:
            try:
                if not self.rules.policies.of(shop).pull_with:
                    continue
                file = self.parcels.read_parcel(shop, order_id, parcel, scans=True)
                candidates = whom_to_ask(file, rules=self.rules, now=now) if file is not None else ()
                provider = next((name for name in candidates if self.pull.has_key(name)), "")
            except Exception as error:
                log.failure(error, what="pull")
                log.count("PullFailed")
                continue
            if file is not None and provider:
                found[provider].append(file)
            elif candidates:
                log.count("PullWithoutKey")
        return found

    def _asked(self, provider: str, files: Sequence[ParcelFile], now: datetime) -> bool:
        """Ask once about all of these; whether there is no point in asking again soon."""
        numbers = list(dict.fromkeys(file.parcel.tracking_number for file in files))
        desk = CaseDesk(self.parcels, self.rules, now, f"pull-{provider}")
        try:
            heard = self.pull.ask(provider, numbers, now=now)
            scans = [scan for scan in heard.scans if scan.tracking_number in numbers]
            log.count("UnmappedCode", len(heard.unmapped))
            self.unknown.note(provider, heard.unmapped, now)
            hear(desk, self.parcels, scans)
            for file in files:
                desk.change(desk.file(*_due(file)), lambda it: note_asked(it, now=now))
        except Transient as error:
            log.failure(error, what="pull")
            return False
        except Exception as error:
            log.failure(error, what="pull")
            log.count("PullFailed", len(files))
            return True
        log.count("ParcelsPulled", len(files))
        log.count("PullUnheard", len(set(numbers) - {scan.tracking_number for scan in scans}))
        return True


def _due(file: ParcelFile) -> Due:
    return file.parcel.shop, file.parcel.order_id, file.parcel.id
