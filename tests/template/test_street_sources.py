"""The street reference in template.yaml: who may send to its queue, what the bucket tells, what a load has to hand."""

from __future__ import annotations

from typing import Any, Final

from stack_template import properties, template

from doorstep.address.reference.sources import MOST_UNPACKED
from doorstep.platform.street_ledger import LEASE
from doorstep.platform.street_sources import RESULTS, SOURCES

QUEUE: Final = {"Fn::GetAtt": ["StreetSourcesQueue", "Arn"]}


def sub(value: Any) -> tuple[str, Any]:
    """Text and variables of a substitution."""
    text, variables = value["Fn::Sub"]
    return text, variables


def test_the_queue_takes_messages_of_our_bucket_only() -> None:
    (statement,) = properties("StreetSourcesQueuePolicy")["PolicyDocument"]["Statement"]
    bucket, variables = sub(properties("StreetSourcesBucket")["BucketName"])
    (account,), (source,) = statement["Condition"]["StringEquals"].items(), statement["Condition"]["ArnEquals"].items()

    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert (statement["Action"], statement["Resource"]) == ("sqs:SendMessage", QUEUE)
    assert account == ("aws:SourceAccount", {"Ref": "AWS::AccountId"})
    assert (source[0], sub(source[1])) == ("aws:SourceArn", (f"arn:${{AWS::Partition}}:s3:::{bucket}", variables))


def test_the_policy_is_there_before_the_bucket_asks_for_it() -> None:
    assert template()["Resources"]["StreetSourcesBucket"]["DependsOn"] == "StreetSourcesQueuePolicy"


def test_the_bucket_tells_of_sources_and_not_of_results() -> None:
    told = properties("StreetSourcesBucket")["NotificationConfiguration"]["QueueConfigurations"]

    assert {it["Event"] for it in told} == {"s3:ObjectCreated:*", "s3:ObjectRemoved:*"}
    for it in told:
        assert it["Queue"] == QUEUE
        assert it["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": SOURCES}]
    assert not RESULTS.startswith(SOURCES)


def test_sources_never_expire() -> None:
    """S3 tells nobody of what expires: the table would go on knowing what is gone."""
    rules = properties("StreetSourcesBucket")["LifecycleConfiguration"]["Rules"]

    assert {it["Prefix"] for it in rules if "ExpirationInDays" in it} == {RESULTS}
    for prefix in (SOURCES, RESULTS):
        (rule,) = [it for it in rules if it["Prefix"] == prefix]
        assert {"AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"} <= set(rule)


def test_on_aws_the_sources_are_closed_to_plain_http() -> None:
    assert template()["Resources"]["StreetSourcesBucketPolicy"]["Condition"] == "OnAws"


def test_a_load_has_room_for_the_largest_source_and_a_lease_for_all_its_time() -> None:
    function = properties("LoadStreetReference")

    assert function["EphemeralStorage"]["Size"] * 1024 * 1024 > MOST_UNPACKED
    assert function["Timeout"] < LEASE.total_seconds() < properties("StreetSourcesQueue")["VisibilityTimeout"]


def test_one_source_at_a_time_and_not_all_at_once() -> None:
    source = properties("LoadStreetReference")["Events"]["Queue"]["Properties"]
    _, emulator, aws = source["ScalingConfig"]["Fn::If"]

    assert source["BatchSize"] == 1
    assert emulator == {"Ref": "AWS::NoValue"}
    assert 2 <= aws["MaximumConcurrency"] <= 100


def test_whoever_judges_addresses_may_ask_the_table_and_nothing_more() -> None:
    rights = {
        (name.removesuffix("Role"), str(statement["Action"]))
        for name, it in template()["Resources"].items()
        if it["Type"] == "AWS::IAM::Role" and name != "LoadStreetReferenceRole"
        for policy in it["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if "StreetTable" in str(statement.get("Resource"))
    }

    assert rights == {(name, "dynamodb:Query") for name in ("ValidateAddress", "OrdersApi", "BuyerPages")}
