"""`doorstep codes --provider NAME IN.csv`: what a carrier's or a provider's codes mean, without a body or a stack.

For whoever reviews a table of codes, or asks what Doorstep would make of one: the tables that webhooks are read by.
What the carrier's words beside a code would change is not in them. NAME is a source of codes: a division, such as
`dhl_express`, where the same code means another thing elsewhere.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from doorstep_cli.errors import Trouble

if TYPE_CHECKING:
    from doorstep.parcels.providers.codes import Meaning

_ASKED: Final = ("vocabulary", "code")
_ADDED: Final = ("milestone", "reason")
# Each source: the provider's data file, and its tables by the name that a vocabulary has outside (the same, if none).
_SOURCES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "easypost": ("easypost", {}),
    "shippo": ("shippo", {}),
    "aftership": ("aftership", {}),
    "17track": ("seventeen_track", {}),
    "usps": ("usps", {}),
    "ups": ("ups", {}),
    "fedex": ("fedex", {}),
    "fedex_express": ("fedex", {"exceptionCode": "expressExceptionCode"}),
    "fedex_ground": ("fedex", {"exceptionCode": "groundExceptionCode"}),
    "dhl_express": ("dhl", {"eventCode": "dhl_express"}),
    "dhl_parcel_de": ("dhl", {"eventCode": "dhl_parcel_de"}),
    "dhl_ecommerce_us": ("dhl", {"eventCode": "dhl_ecommerce_us"}),
    "dhl_ecommerce_europe": ("dhl", {"eventCode": "dhl_ecommerce_europe"}),
    "dhl_unified": ("dhl", {"statusCode": "dhl_unified"}),
}


def vocabularies(source: str) -> Mapping[str, str]:
    """The code tables of a source, by the names they have in its vocabulary. Raises `Trouble` for an unknown source."""
    from doorstep.parcels.providers import codes

    if source not in _SOURCES:
        raise Trouble(f"{source!r} is no source of codes we know; there are: {', '.join(sorted(_SOURCES))}")
    file, named = _SOURCES[source]
    return named or {table: table for table in codes.rules(file)["tables"]}


def meaning_of(source: str, vocabulary: str, code: str) -> Meaning | None:
    """What the code means in this vocabulary of the source; None for one that nobody knows."""
    from doorstep.parcels.providers import codes, reading

    table = vocabularies(source).get(vocabulary)
    return codes.look_up(_SOURCES[source][0], table, reading.code(code)) if table else None


def explained(source: str, text: str) -> str:
    """The CSV with `milestone` and `reason` in each row, replaced where it has them; an unknown code is `unknown`, "".

    Raises `Trouble`, with the line, for what is no such CSV.
    """
    columns, rows = _read(text)
    out = io.StringIO()
    names = [*columns, *(name for name in _ADDED if name not in columns)]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        meaning = meaning_of(source, row["vocabulary"].strip(), row["code"])
        said = (meaning.milestone, meaning.reason) if meaning else ("unknown", "")
        writer.writerow({**row, **dict(zip(_ADDED, said, strict=True))})
    return out.getvalue()


def register(commands: Any) -> None:
    """Add `codes` to the command line."""
    parser = commands.add_parser(
        "codes", help="what codes of carriers and providers mean, from a CSV to standard output"
    )
    parser.add_argument("--provider", required=True, metavar="NAME", help="whose codes: " + ", ".join(sorted(_SOURCES)))
    parser.add_argument("file", metavar="IN.csv", help="columns vocabulary,code and any others; - for standard input")
    parser.set_defaults(run=_run)


def read_input(file: str) -> str:
    """The text of a file, or of standard input for "-". Raises `Trouble`."""
    try:
        return (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8-sig")
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Trouble(f"{file} is not UTF-8: save it as UTF-8 and try again") from error


def _run(arguments: argparse.Namespace) -> None:
    from doorstep_cli.compile_data import ensure_compiled

    ensure_compiled()
    known = vocabularies(arguments.provider)
    text = read_input(arguments.file)
    sys.stdout.write(explained(arguments.provider, text))
    foreign = sorted({row["vocabulary"].strip() for row in _read(text)[1]} - set(known))
    if foreign:
        print(
            f"doorstep: {arguments.provider} has no vocabulary {', '.join(map(repr, foreign))}, so these codes are "
            f"unknown; it has: {', '.join(sorted(known))}",
            file=sys.stderr,
        )


def _read(text: str) -> tuple[Sequence[str], list[dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, str]] = []
    try:
        columns = [name.strip() for name in next(reader, [])]
        missing = [name for name in _ASKED if name not in columns]
        if missing or len(set(columns)) < len(columns):
            lacks = f"has no column {' and '.join(missing)}" if missing else "names a column twice"
            raise Trouble(f"the first line {lacks}: it must name the columns, such as vocabulary,code")
        for cells in reader:
            if len(cells) > len(columns):
                raise Trouble(f"line {reader.line_num} has more cells than the first line: is a comma not in quotes?")
            if cells:
                rows.append(dict(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=True)))
    except csv.Error as error:
        raise Trouble(f"line {reader.line_num} is no CSV: {error}") from error
    return columns, rows
