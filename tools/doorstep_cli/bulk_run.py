"""One bulk validation on its way: what an earlier run has answered is kept, the rest is answered, all is counted."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from doorstep_cli.partial_output import PartialOutput
from doorstep_cli.places import COMPILED, PACKAGE
from doorstep_cli.progress import Progress
from doorstep_cli.street_file import StreetFile

if TYPE_CHECKING:
    from doorstep.address import TypedAddress
    from doorstep_cli.typed_rows import TypedRows


class Run:
    """One file on its way, from what an earlier run had answered to the end."""

    def __init__(self, rows: TypedRows, output: PartialOutput, reference: Path | None, locale: str) -> None:
        self._rows, self._output = rows, output
        self._reference, self._locale = reference, locale
        self.verdicts = Counter[str]()
        self.kept = 0
        self.damaged: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """Rows answered so far, by this run and those before."""
        return self.verdicts.total()

    def warnings(self) -> Iterator[str]:
        """What the seller should look at, now that all is answered."""
        yield from self._rows.warnings()
        if self.damaged:
            yield f"{len(self.damaged):,} parts of the street reference are damaged: build it again"

    def go_on(self, jobs: int) -> None:
        """Answer what is not answered yet, in `jobs` processes, and give the output its name."""
        from doorstep_cli.answering import answers

        if self._output.stale:
            say("what an earlier run had written is of another input, reference or version: starting over")
        todo = self._behind_answered()
        with Progress("validate", self._rows.size) as progress:
            for answered in answers(todo, self._reference, self._locale, jobs=jobs):
                self._output.add(answered.lines)
                self.verdicts += answered.verdicts
                self.damaged |= answered.damaged
                progress.show(self._rows.position, self.count)
        self._output.finish()

    def _behind_answered(self) -> Iterator[tuple[str, TypedAddress]]:
        """The rows that have no answer yet; all of them, if the answers that are there are not those of these rows."""
        todo = iter(self._rows)
        for kept_id, verdict in self._output.answered():
            row_id, _ = next(todo, (None, None))
            if row_id != kept_id:
                say("what an earlier run had written are not the answers to these rows: starting over")
                self._output.start_over()
                self.verdicts.clear()
                return iter(self._rows)
            self.verdicts[verdict] += 1
        self.kept = self.count
        if self.kept:
            say(f"going on after {self.kept:,} rows that an earlier run has answered")
        return todo


def made_from(digest: str, reference: Path | None, locale: str) -> str:
    """Everything that the answers depend on, as text: two runs with the same text give the same answers."""
    streets = ""
    if reference is not None:
        with closing(StreetFile(reference)) as file:
            stat = file.path.stat()
        streets = f"{stat.st_size} bytes of {stat.st_mtime_ns}"
    engine = hashlib.sha256((COMPILED / ".manifest.json").read_bytes())
    for path in sorted((PACKAGE / "address").rglob("*.py")):
        engine.update(path.read_bytes())
    return json.dumps({"input": digest, "streets": streets, "locale": locale, "engine": engine.hexdigest()})


def say(words: str) -> None:
    """Tell whoever runs the command, beside its output."""
    print(f"doorstep: {words}", file=sys.stderr)
