"""`doorstep validate IN.csv --out OUT.jsonl`: the verdict on each address of a file, offline.

The answers are those of `POST /addresses/validate`, without what needs a deployment's secrets. A run that is stopped
goes on where it was when the same command is given again.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any, Final

from doorstep_cli.bulk_run import Run, made_from, say
from doorstep_cli.errors import Trouble
from doorstep_cli.partial_output import PartialOutput
from doorstep_cli.ready_data import ready

_VERDICTS: Final = ("accept", "confirm", "add_unit", "fix")
_ABOUT: Final = """\
IN.csv names its columns in the first line, in any order and case; other columns are ignored:
  id,line1,line2,city,state,postal_code,country   country may be left out (United States), and so may any other but id
  id,address                                      everything in one line
Commas, semicolons or tabs; UTF-8, with or without a byte order mark.

OUT.jsonl has one JSON object a line, in the order of IN.csv: {"id": …, "verdict": …, …} as POST /addresses/validate
answers. The verdict says what a checkout should do: accept, confirm (show suggestions, let the buyer keep theirs),
add_unit (ask for the apartment), fix (ask for what is missing).

Without --reference, only the form of addresses, cities, states and ZIP Codes are checked; no street is known. Make a
reference with `doorstep reference build`.

While it works, the answers are in OUT.jsonl.partial. When it is stopped, give the same command again to go on."""


def register(commands: Any) -> None:
    """Add `validate` to the command line."""
    parser = commands.add_parser(
        "validate",
        help="the verdict on each address of a CSV file, offline",
        description="Checks each address of a file, on this machine; nothing is sent anywhere.",
        epilog=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="IN.csv", type=Path, help="the addresses; see below")
    parser.add_argument("--out", required=True, type=Path, metavar="OUT.jsonl", help="the answers; see below")
    parser.add_argument(
        "--reference", type=Path, metavar="DIR", help="a street reference; see `doorstep reference build`"
    )
    parser.add_argument("--locale", default="en", help="the language of messages to buyers (default: %(default)s)")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes (default: by the size of the file)")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON on standard output")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    from doorstep.errors import Permanent

    ready()
    try:
        _validate(arguments)
    except Permanent as error:
        raise Trouble(error.message) from error


def _validate(arguments: argparse.Namespace) -> None:
    from doorstep_cli.answering import usual_jobs
    from doorstep_cli.typed_rows import TypedRows

    if arguments.out.exists() and arguments.file.exists() and arguments.out.samefile(arguments.file):
        raise Trouble(f"{arguments.out} is the file with the addresses: name another one for the answers")
    if arguments.jobs is not None and arguments.jobs < 1:
        raise Trouble("--jobs is the number of processes, 1 or more")
    rows = TypedRows(arguments.file)
    basis = made_from(rows.digest, arguments.reference, arguments.locale)
    jobs = arguments.jobs or usual_jobs(rows.size)
    started = time.monotonic()
    try:
        with PartialOutput(arguments.out, basis) as output:
            run = Run(rows, output, arguments.reference, arguments.locale)
            try:
                run.go_on(jobs)
            except KeyboardInterrupt:
                say(f"stopped after {run.count:,} rows; give the same command again to go on there")
                raise
    except OSError as error:
        raise Trouble(f"{arguments.out} cannot be written: {error.strerror or error}") from error
    _tell(run, time.monotonic() - started, as_json=arguments.json)


def _tell(run: Run, seconds: float, *, as_json: bool) -> None:
    for warning in run.warnings():
        say(warning)
    shares = ", ".join(f"{it} {run.verdicts[it]:,}" for it in _VERDICTS)
    speed = (run.count - run.kept) / max(seconds, 0.001)
    say(f"{run.count:,} rows: {shares}; {seconds:.1f} s, {speed:,.0f} rows/s")
    if as_json:
        verdicts = {it: run.verdicts[it] for it in _VERDICTS}
        print(json.dumps({"rows": run.count, "verdicts": verdicts, "kept": run.kept, "seconds": round(seconds, 3)}))
