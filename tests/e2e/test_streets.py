"""Street sources on the deployed stack: from the bucket by way of its queue into the table, and into a verdict."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from street_sources import HEAD, zipped

pytestmark = pytest.mark.e2e

ROWS = ("12,MAPLE AVE,,BARRE,VT,05641", "14,MAPLE AVE,APT 1,BARRE,VT,05641", "14,MAPLE AVE,APT 2,BARRE,VT,05641")
"""In a ZIP Code that no other test asks for: a function remembers for an hour what nobody knew."""


def result(town: Any, file: str) -> dict[str, Any] | None:
    """What became of a source, if it is known yet."""
    try:
        answer = town.stack.client("s3").get_object(
            Bucket=town.stack.outputs["StreetSourcesBucket"], Key=f"results/{file}.json"
        )
    except ClientError:
        return None
    told: dict[str, Any] = json.loads(answer["Body"].read())
    return told


def upload(town: Any, file: str, body: bytes, **metadata: str) -> str:
    """Put a source into the bucket; returns its ETag."""
    answer = town.stack.client("s3").put_object(
        Bucket=town.stack.outputs["StreetSourcesBucket"], Key=f"sources/{file}", Body=body, Metadata=metadata
    )
    return str(answer["ETag"]).strip('"')


def told(town: Any, file: str, **wanted: str) -> dict[str, Any]:
    """What became of a source, once it is this."""

    def look() -> dict[str, Any] | None:
        found = result(town, file)
        return found if found and found.items() >= wanted.items() else None

    found: dict[str, Any] = town.until(look, pause=0.3)
    return found


def in_table(town: Any, zip_code: str, file: str) -> list[str]:
    answer = town.stack.client("dynamodb").query(
        TableName=town.stack.outputs["StreetTable"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"ZIP#{zip_code}"}},
    )
    return [item["sk"]["S"] for item in answer["Items"] if item["sk"]["S"].split("#")[1] == file]


def test_an_uploaded_register_decides_the_next_verdict(town: Any) -> None:
    file = f"{uuid.uuid4().hex}.csv.gz"
    etag = upload(town, file, zipped(*ROWS), complete="true")
    report = told(town, file, etag=etag, status="loaded")

    typed = {"city": "Barre", "state": "VT", "postal_code": "05641"}
    known, unit, nowhere = (
        town.caller.checkout("POST", "/addresses/validate", {**typed, "line1": line}).json
        for line in ("12 Maple Avenue", "14 Maple Ave", "99 Maple Ave")
    )

    assert (report["used"], report["zips"], report["complete"]) == (3, 1, True)
    assert (known["verdict"], known["coverage"], known["deliverability"]) == ("accept", "address", "deliverable")
    assert unit["verdict"] == "add_unit"
    assert nowhere["verdict"] == "confirm"


def test_a_removed_source_leaves_the_table(town: Any) -> None:
    file = f"{uuid.uuid4().hex}.csv"
    etag = upload(town, file, f"{HEAD}\n7,OAK LN,,STOWE,VT,05672\n".encode())
    told(town, file, etag=etag, status="loaded")
    assert in_table(town, "05672", file) == [f"openaddresses#{file}#000"]

    town.stack.client("s3").delete_object(Bucket=town.stack.outputs["StreetSourcesBucket"], Key=f"sources/{file}")
    told(town, file, status="removed")

    assert in_table(town, "05672", file) == []


def test_what_is_no_source_is_refused_in_words(town: Any) -> None:
    file = f"{uuid.uuid4().hex}.csv"
    etag = upload(town, file, b"this,is\nno,source\n")

    report = told(town, file, etag=etag, status="refused")

    assert report["code"] == "not_a_street_source"
    assert report["message"]


def test_many_sources_at_once_all_arrive(town: Any) -> None:
    files = [f"{uuid.uuid4().hex}.csv" for _ in range(12)]
    for number, file in enumerate(files):
        upload(town, file, f"{HEAD}\n{number + 1},PINE ST,,STOWE,VT,05672\n".encode())

    assert {told(town, file, status="loaded")["used"] for file in files} == {1}
