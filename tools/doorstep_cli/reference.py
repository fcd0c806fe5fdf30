"""`doorstep reference build | load | remove`: the street reference, in a file for this machine, or on a stack.

Sources are Census TIGER/Line ADDRFEAT files and CSV files of address points; what they say is read by the same code in
both cases. This module owns the words on the command line; `street_file` writes the file, `street_upload` talks to S3.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from doorstep_cli.errors import Trouble
from doorstep_cli.named_sources import check, named, told_apart
from doorstep_cli.progress import Progress
from doorstep_cli.ready_data import ready
from doorstep_cli.street_file import NAME, new_street_file
from doorstep_cli.street_upload import StreetBucket, bucket_of, explained, refused, summary

_SOURCES: Final = """\
A SOURCE is one file, packed or not:
  Census TIGER/Line ADDRFEAT   tl_2024_50007_addrfeat.zip or .dbf: ranges of house numbers, one file per county
  OpenAddresses                .csv, .csv.gz or .zip, with the columns NUMBER, STREET and POSTCODE, and UNIT, CITY and
                               REGION where there are any: one row per address
  National Address Database    its text files, the same way

--complete says that the sources are registers: every house of their ZIP Codes is in them, so a number that is not, is
in doubt. Leave it out for ranges and for files with holes; then such a number is only less sure."""
_BUILD: Final = f"""\
Makes DIR/{NAME}, which `doorstep validate --reference DIR` reads. It holds what all the SOURCEs say; to add one,
build again with all of them. The old file stays in use until the new one is whole, and stays for good if a source
cannot be read."""
_LOAD: Final = """\
Uploads each SOURCE to the stack, which puts its streets into the table that addresses are checked against, and waits
for what came of it. A file of the same name replaces what the one before had brought; other files are left alone. A
source that is refused changes nothing."""


def build(paths: Sequence[Path], folder: Path, *, complete: bool) -> list[dict[str, Any]]:
    """Make `folder`/streets.sqlite of all sources; returns the report of each, with the name it goes by as `file`.

    Raises `Trouble`, and leaves the file that was there, when a source cannot be used or none has a usable row.
    """
    from doorstep.address import PostalTable
    from doorstep.address.reference.gather import gather

    sources, reports = told_apart(paths), list[dict[str, Any]]()
    check(sources)
    postal = PostalTable.open()
    with new_street_file(folder) as add:
        for source in sources:
            with Progress(source.name, source.size) as progress, source.opened(progress.show) as rows:
                gathered = gather(rows, file=source.name, complete=complete, postal=postal)
            add(gathered.blobs())
            reports.append({"file": source.name, **gathered.report()})
    return reports


def load(
    bucket: StreetBucket, paths: Sequence[Path], *, complete: bool, wait: bool, minutes: float
) -> list[dict[str, Any]]:
    """Upload all sources, and wait for the result of each; returns the results, with the name as `file`.

    Raises `Trouble` when a source cannot be used (then nothing is uploaded), or there is no result in time.
    """
    sources = named(paths)
    check(sources)
    uploads = []
    for source in sources:
        with Progress(f"upload {source.name}", source.size) as progress:
            uploads.append(bucket.upload(source, complete=complete, told=progress.show))
    if not wait:
        return [{"file": upload.name, "status": "uploaded", "etag": upload.etag} for upload in uploads]
    return [{"file": upload.name, **bucket.result(upload, minutes=minutes)} for upload in uploads]


def register(commands: Any) -> None:
    """Add `reference` to the command line."""
    parser = commands.add_parser(
        "reference",
        help="make or load the street reference: which streets, house numbers and units there are",
        description="The street reference says which streets, house numbers and units a ZIP Code has.",
    )
    actions = parser.add_subparsers(dest="action", required=True)
    new = _action(actions, "build", "make a street reference for `doorstep validate`, on this machine", _BUILD)
    new.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder to put it into")
    up = _action(actions, "load", "upload sources to a stack, which takes them into its street reference", _LOAD)
    up.add_argument("--no-wait", dest="wait", action="store_false", help="upload only; do not wait for the results")
    up.add_argument(
        "--minutes",
        type=float,
        default=60,
        help="wait this long for each result (%(default)s); the work goes on anyway",
    )
    old = actions.add_parser(
        "remove",
        help="take sources out of a stack's street reference",
        description="Removes uploaded sources by name; the stack forgets their streets within minutes.",
    )
    for one in (new, up):
        one.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="see below")
        one.add_argument("--complete", action="store_true", help="the sources are complete registers; see below")
    old.add_argument("names", nargs="+", metavar="NAME", help="the name of the file that was uploaded")
    for one in (up, old):
        where = one.add_mutually_exclusive_group()
        where.add_argument(
            "--stack-name",
            "--stack",
            metavar="NAME",
            help="a stack on AWS (default: the local stack, see `doorstep up`)",
        )
        where.add_argument(
            "--bucket", metavar="NAME", help="the stack's bucket itself (its output StreetSourcesBucket)"
        )
    for one in (new, up, old):
        one.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=_run)


def _action(actions: Any, name: str, short: str, long: str) -> Any:
    return actions.add_parser(
        name, help=short, description=long, epilog=_SOURCES, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _run(arguments: argparse.Namespace) -> None:
    from doorstep.errors import Permanent

    ready()
    try:
        {"build": _build, "load": _load, "remove": _remove}[arguments.action](arguments)
    except Permanent as error:
        raise Trouble(error.message) from error


def _build(arguments: argparse.Namespace) -> None:
    reports = build(arguments.sources, arguments.out, complete=arguments.complete)
    _tell(reports, arguments, {"reference": str(arguments.out / NAME)})


def _load(arguments: argparse.Namespace) -> None:
    with explained():
        bucket = bucket_of(arguments.stack_name, arguments.bucket)
        results = load(
            bucket, arguments.sources, complete=arguments.complete, wait=arguments.wait, minutes=arguments.minutes
        )
    _tell(results, arguments, {"bucket": bucket.name})
    if bad := [result for result in results if refused(result)]:
        names = ", ".join(result["file"] for result in bad)
        raise Trouble(f"refused: {names}; what these files had brought before stays. Mend them and load them again")


def _remove(arguments: argparse.Namespace) -> None:
    with explained():
        bucket = bucket_of(arguments.stack_name, arguments.bucket)
        bucket.remove(arguments.names)
    if arguments.json:
        print(json.dumps({"bucket": bucket.name, "removed": arguments.names}))
    else:
        print(f"removed {', '.join(arguments.names)}; the stack forgets the streets within minutes")


def _tell(reports: Sequence[Mapping[str, Any]], arguments: argparse.Namespace, where: Mapping[str, str]) -> None:
    if arguments.json:
        print(json.dumps({**where, "sources": list(reports)}))
        return
    for report in reports:
        print(f"{report['file']}: {summary(report)}")
    for name, place in where.items():
        print(f"{name}: {place}", file=sys.stderr)
