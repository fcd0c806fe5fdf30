"""The archive: what a provider sent, byte for byte, named by its content: the same body again is the same object."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from botocore.exceptions import ClientError

from doorstep.errors import Transient
from doorstep.platform.aws import client, translated

_NOT_THERE: Final = (403, 404)


@dataclass(frozen=True, slots=True)
class Archive:
    """The bucket of raw bodies; only ever added to."""

    bucket: str

    def keep(self, provider: str, body: bytes, *, content_type: str, at: datetime) -> str:
        """Keep a body; returns its reference, which holds nothing but the provider, the day and a hash."""
        name = hashlib.sha256(body).hexdigest()
        reference = f"webhooks/{provider}/{at:%Y/%m/%d}/{name}.json"
        self.put(reference, body, content_type=content_type)
        return reference

    def put(self, reference: str, body: bytes, *, content_type: str) -> None:
        """Keep a body under a reference of the caller's making."""
        with translated("archive"):
            client("s3").put_object(Bucket=self.bucket, Key=reference, Body=body, ContentType=content_type)

    def has(self, reference: str) -> bool:
        """Whether something is kept under a reference. Who may not list is told "forbidden" of what is not there."""
        try:
            client("s3").head_object(Bucket=self.bucket, Key=reference)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in _NOT_THERE:
                return False
            raise Transient("unavailable", "archive: it cannot be asked") from None
        return True

    def read(self, reference: str) -> bytes:
        """The body kept under a reference. Raises `Permanent` when there is none."""
        with translated("archive"):
            answer = client("s3").get_object(Bucket=self.bucket, Key=reference)
            body: bytes = answer["Body"].read()
        return body
