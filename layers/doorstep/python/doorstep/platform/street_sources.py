"""The bucket of street sources: `sources/<file>` is what people upload, `results/<file>.json` what became of it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from doorstep.address.reference.sources import MOST_UNPACKED
from doorstep.errors import Permanent, Rejected
from doorstep.platform.aws import client, translated

SOURCES: Final = "sources/"
RESULTS: Final = "results/"
_CHUNK: Final = 1024 * 1024
_LONGEST_KEY: Final = 1_024


@dataclass(frozen=True, slots=True)
class Upload:
    """A source as it lies in the bucket now. `complete`: a register of all addresses of its ZIP Codes."""

    etag: str
    size: int
    complete: bool
    body: Any

    @contextmanager
    def fetched(self) -> Iterator[BinaryIO]:
        """The object on disk, to be read back and forth. Raises `Rejected` when it is too large."""
        if self.size > MOST_UNPACKED:
            self.close()
            raise Rejected.because("source_too_large", "", "sources are taken up to 4 GB; split it by state or county")
        with tempfile.TemporaryFile() as spool:
            with translated("source"), closing(self.body):
                while chunk := self.body.read(_CHUNK):
                    spool.write(chunk)
            spool.seek(0)
            yield spool

    def close(self) -> None:
        """Let go of the object unread."""
        self.body.close()


@dataclass(frozen=True, slots=True)
class StreetSources:
    """The bucket `bucket`."""

    bucket: str

    def look(self, file: str) -> Upload | None:
        """The source of this name; None when there is none. Who is not allowed to look gets an error, not a None."""
        with translated("source"):
            try:
                answer = client("s3", "patient").get_object(Bucket=self.bucket, Key=SOURCES + file)
            except ClientError as error:
                if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                    return None
                raise
        told: Mapping[str, str] = answer.get("Metadata", {})
        complete = told.get("complete", "").strip().lower() == "true"
        return Upload(answer["ETag"].strip('"'), int(answer["ContentLength"]), complete, answer["Body"])

    def tell(self, file: str, result: str) -> None:
        """Write what became of a source: JSON."""
        with translated("result"):
            client("s3", "patient").put_object(
                Bucket=self.bucket, Key=_result_key(file), Body=result.encode(), ContentType="application/json"
            )


def files_in(body: Any, bucket: str) -> list[tuple[str, bool]]:
    """The files that an event of the bucket names, and whether each was there when it was sent.

    None for the greeting that S3 sends to a queue once. Raises `Permanent` for anything but an event of `bucket`.
    """
    if isinstance(body, dict) and body.get("Event") == "s3:TestEvent":
        return []
    try:
        told = [(it["eventName"], it["s3"]["bucket"]["name"], it["s3"]["object"]["key"]) for it in body["Records"]]
    except (KeyError, TypeError) as error:
        raise Permanent("not_an_upload", "the record is no event of the bucket") from error
    keys = [(unquote_plus(key), name.startswith("ObjectCreated")) for name, at, key in told if at == bucket]
    if len(keys) != len(told) or not all(key.startswith(SOURCES) for key, _ in keys):
        raise Permanent("not_an_upload", "the event is of another bucket, or of another folder of it")
    return [(key.removeprefix(SOURCES), there) for key, there in keys]


def _result_key(file: str) -> str:
    key = f"{RESULTS}{file}.json"
    if len(key.encode()) > _LONGEST_KEY:
        key = f"{RESULTS}{hashlib.sha256(file.encode()).hexdigest()}.json"
    return key
