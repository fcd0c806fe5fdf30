"""The ledger of the street table: who is at work on a file of the bucket, what of it is loaded, and how far a load is.

`FILE#<file>` `FILE` holds the lease and the state, `FILE#<file>` `MANIFEST#<name>#<n>` what the file may have put into
the table. Whoever finds another at work leaves word: the other looks at the bucket again before letting go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from doorstep.errors import Conflict, Transient
from doorstep.platform.aws import client, translated
from doorstep.platform.clock import now
from doorstep.platform.items import Item, from_plain, from_wire, to_wire
from doorstep.platform.street_manifest import Manifest, chunks, name_of

LEASE: Final = timedelta(minutes=16)  # a function lives fifteen at most
_MINE: Final = "holder = :holder"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says of a file. `edition` is wholly in the table, or ""; `done` partitions of `coming` are.

    `manifest` is the name of the manifest, and `result` what was last told about the file.
    """

    edition: str = ""
    coming: str = ""
    done: int = 0
    manifest: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class StreetLedger:
    """The entry of `file` in the street table `table`, for `holder`, one run of the function."""

    table: str
    file: str
    holder: str

    def claim(self) -> None:
        """Take the lease. Raises `Transient` while another has it, who is told to look again."""
        moment = now()
        values = {":until": int((moment + LEASE).timestamp()), ":now": int(moment.timestamp())}
        try:
            self._update(
                "SET holder = :holder, held_until = :until REMOVE again",
                # a claim whose answer was lost is made again
                f"attribute_not_exists(held_until) OR held_until < :now OR {_MINE}",
                values,
            )
        except Conflict as conflict:
            self._leave_word()
            raise Transient("being_loaded", "the file is being loaded; it will be looked at again") from conflict

    def _leave_word(self) -> None:
        """Ask who holds the lease to look again. Raises `Transient` to try at once when it has just been given back."""
        try:
            self._update("SET again = :holder", "attribute_exists(holder)")
        except Conflict as conflict:
            raise Transient("just_released", "the file has just been loaded; it is looked at again") from conflict

    def entry(self) -> Entry:
        """What the ledger says now."""
        with translated("street ledger"):
            answer = client("dynamodb", "patient").get_item(
                TableName=self.table, Key=to_wire({"pk": self._pk, "sk": "FILE"}), ConsistentRead=True
            )
        return from_plain(Entry, from_wire(answer.get("Item", {})))

    def manifest(self, entry: Entry) -> Manifest:
        """What the file may have in the table."""
        if not entry.manifest:
            return Manifest()
        bodies = {it["sk"]: it["body"].value for it in self._manifests(f"#{entry.manifest}#", "sk, body")}
        return Manifest.unpacked(b"".join(bodies[key] for key in sorted(bodies)))

    def begin(self, edition: str, manifest: Manifest, done: int) -> None:
        """From here on the table holds neither the old edition nor the new, of which `done` partitions are there.

        `manifest` names all that may be there from now on.
        """
        values = {":coming": edition, ":done": done, ":manifest": self._keep(manifest)}
        self._update("SET coming = :coming, done = :done, manifest = :manifest REMOVE edition", _MINE, values)

    def advance(self, done: int) -> None:
        """So many partitions are done."""
        self._update("SET done = :done", _MINE, {":done": done})

    def finish(self, edition: str, manifest: Manifest, result: str) -> None:
        """The edition is there, and nothing else is. `result` is what was told about it."""
        name = self._keep(manifest)
        values = {":edition": edition, ":manifest": name, ":result": result}
        self._update(
            "SET edition = :edition, manifest = :manifest, #result = :result REMOVE coming, done",
            _MINE,
            values,
            {"#result": "result"},
        )
        self.tidy(name)

    def tidy(self, name: str) -> None:
        """Forget all manifests but the one of this name: those of loads that are over, or were killed."""
        for item in self._manifests("#", "sk"):
            if item["sk"].split("#")[1] != name:
                with translated("street manifest"):
                    client("dynamodb", "patient").delete_item(
                        TableName=self.table, Key=to_wire({"pk": self._pk, "sk": item["sk"]})
                    )

    def release(self) -> bool:
        """Give the lease back; false when somebody has left word meanwhile, and the work is to be looked at again."""
        try:
            self._update("REMOVE holder, held_until", f"{_MINE} AND attribute_not_exists(again)")
        except Conflict:
            self._update("REMOVE again", _MINE)
            return False
        return True

    def abandon(self) -> None:
        """Give the lease back after a failure; the message will be delivered again."""
        self._update("REMOVE holder, held_until", _MINE)

    # ---------------------------------------------------------------- within

    @property
    def _pk(self) -> str:
        return f"FILE#{self.file}"

    def _update(
        self,
        change: str,
        condition: str,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        request: Item = {"UpdateExpression": change, "ConditionExpression": condition}
        given = {":holder": self.holder, **(values or {})}
        given = {name: value for name, value in given.items() if name in change + " " + condition}
        if given:
            request["ExpressionAttributeValues"] = to_wire(given)
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        with translated("street ledger"):
            client("dynamodb", "patient").update_item(
                TableName=self.table, Key=to_wire({"pk": self._pk, "sk": "FILE"}), **request
            )

    def _keep(self, manifest: Manifest) -> str:
        packed = manifest.packed()
        name = name_of(packed)
        for number, body in enumerate(chunks(packed)):
            item = {"pk": self._pk, "sk": f"MANIFEST#{name}#{number:03d}", "body": body}
            with translated("street manifest"):
                client("dynamodb", "patient").put_item(TableName=self.table, Item=to_wire(item))
        return name

    def _manifests(self, after: str, wanted: str) -> Sequence[Item]:
        request = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :from)",
            "ExpressionAttributeValues": to_wire({":pk": self._pk, ":from": f"MANIFEST{after}"}),
            "ProjectionExpression": wanted,
            "ConsistentRead": True,
        }
        with translated("street manifest"):
            pages = client("dynamodb", "patient").get_paginator("query").paginate(**request)
            return [from_wire(item) for page in pages for item in page["Items"]]
