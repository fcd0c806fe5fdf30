"""The bucket of a stack's street sources: what is put under `sources/` is loaded, `results/` says what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from doorstep_cli.errors import Trouble
from doorstep_cli.named_sources import NamedSource
from doorstep_cli.progress import Progress

_OUTPUT: Final = "StreetSourcesBucket"
_MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_SECONDS_BETWEEN_LOOKS: Final = 1.0
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Upload:
    """One object as it was put there: what its result is known by."""

    name: str
    etag: str
    complete: bool


class StreetBucket:
    """One bucket; `pause` waits between looks, in seconds."""

    def __init__(self, s3: Any, name: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.name = name
        self._s3 = s3
        self._pause = pause

    def upload(self, source: NamedSource, *, complete: bool, told: Callable[[int], None]) -> Upload:
        """Put the source there; `told` hears how many bytes have been sent."""
        sent = 0

        def count(more: int) -> None:
            nonlocal sent
            sent += more
            told(sent)

        metadata = {"complete": "true" if complete else "false"}
        key = f"sources/{source.name}"
        self._s3.upload_file(str(source.path), self.name, key, ExtraArgs={"Metadata": metadata}, Callback=count)
        etag = self._s3.head_object(Bucket=self.name, Key=key)["ETag"].strip('"')
        return Upload(source.name, etag, complete)

    def result(self, upload: Upload, *, minutes: float) -> dict[str, Any]:
        """Wait for what came of an upload, not of an earlier one of the same name. Raises `Trouble` when it is late."""
        deadline = time.monotonic() + minutes * 60
        with Progress(f"loading {upload.name}") as progress:
            while True:
                found = self._found(upload.name)
                if found is not None and _is_about(found, upload):
                    return found
                if time.monotonic() >= deadline:
                    raise Trouble(
                        f"{upload.name} is uploaded, but there is no result after {minutes:g} minutes; it will be in "
                        f"s3://{self.name}/results/{upload.name}.json (docs/runbook.md says what may hold it up)"
                    )
                progress.show(0)
                self._pause(_SECONDS_BETWEEN_LOOKS)

    def remove(self, names: Sequence[str]) -> None:
        """Take sources away. Raises `Trouble`, and removes none, when one of them is not there."""
        there = self.names()
        for name in names:
            if name not in there:
                shown = ", ".join(there[:_SHOWN]) + (" …" if len(there) > _SHOWN else "")
                raise Trouble(f"there is no source {name!r} in {self.name}; there are: {shown or 'none'}")
        for name in names:
            self._s3.delete_object(Bucket=self.name, Key=f"sources/{name}")

    def names(self) -> list[str]:
        """The sources that are there."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix="sources/")
        return [item["Key"].removeprefix("sources/") for page in pages for item in page.get("Contents", [])]

    def _found(self, name: str) -> dict[str, Any] | None:
        from botocore.exceptions import ClientError

        try:
            body = self._s3.get_object(Bucket=self.name, Key=f"results/{name}.json")["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                return None
            raise
        return dict(json.loads(body))


def bucket_of(stack_name: str | None, bucket: str | None) -> StreetBucket:
    """The bucket by its name, of a stack on AWS, or of the local stack. Raises `Trouble` when there is none."""
    import boto3

    from doorstep_cli.deploy import outputs_of
    from doorstep_cli.stack import LocalStack

    if bucket:
        return StreetBucket(boto3.client("s3"), bucket)
    if stack_name:
        outputs, s3 = outputs_of(boto3.client("cloudformation"), stack_name), boto3.client("s3")
    else:
        stack = LocalStack()
        outputs, s3 = stack.outputs, stack.client("s3")
    if _OUTPUT not in outputs:
        raise Trouble("this stack is from before there was a street reference: deploy it again")
    return StreetBucket(s3, outputs[_OUTPUT])


@contextmanager
def explained() -> Iterator[None]:
    """What AWS refuses becomes `Trouble`."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise Trouble(f"AWS says: {error}; check region, credentials and the name of stack or bucket") from error


def refused(result: Mapping[str, Any]) -> bool:
    """True when the stack could not use the source."""
    return result.get("status") == "refused"


def summary(report: Mapping[str, Any]) -> str:
    """A report or a result in one line."""
    if refused(report):
        return f"refused ({report.get('code', 'no reason given')})"
    if "rows" not in report:
        return str(report.get("status", ""))
    bad = ", ".join(f"{code} {count:,}" for code, count in sorted(report["bad"].items()))
    counts = ", ".join(f"{report[name]:,} {word}" for name, word in (("zips", "ZIP Codes"), ("streets", "streets")))
    return f"{report['rows']:,} rows, {report['used']:,} used, {counts}; " + (f"bad: {bad}" if bad else "none bad")


def _is_about(result: Mapping[str, Any], upload: Upload) -> bool:
    """An older result may still be there, and the same bytes may have been loaded as something else before."""
    same = str(result.get("etag", "")).strip('"') == upload.etag
    return same and result.get("complete", upload.complete) is upload.complete
