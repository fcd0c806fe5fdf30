"""What each function may do, against what it did: the story (tests/support/story.py) makes every call there is.

Nothing that was called is missing from the function's policy, and nothing stands there that was never called.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest
from chronicle import Call
from stack_template import resources, template
from story import told
from world import ENVIRONMENT

Right = tuple[str, str]
"""An IAM action, and what on: a logical id, perhaps with an index or a stream; `ses` for SES."""

NAMES: Final = {
    "orders": "OrdersTable",
    "links": "LinksTable",
    "messages": "MessagesQueue",
    "deadlines": "DeadlinesQueue",
    "doorstep": "Bus",
    "ops": "OpsTopic",
    "chat": "ChatTopic",
    "signing": "SigningSecret",
    "merchants": "MerchantsSecret",
    "webhooks": "WebhookSecrets",
    "pulls": "PullSecrets",
    "scans": "ScansQueue",
    "archive": "ArchiveBucket",
    "streets": "StreetTable",
    "street-sources": "StreetSourcesBucket",
}
FUNCTIONS: Final = sorted(resources("AWS::Serverless::Function"))
IN_TRANSACTIONS: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
# What AWS does with the function's role without a call in our code, and why.
BY_LAMBDA: Final = {
    "logs:CreateLogStream": "Lambda writes the function's log",
    "logs:PutLogEvents": "Lambda writes the function's log",
    "xray:PutTraceSegments": "Lambda writes the trace",
    "xray:PutTelemetryRecords": "Lambda writes the trace",
}
BY_QUEUE: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
BY_STREAM: Final = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
# Without it S3 says "forbidden" of what is not there, which nobody could tell from a right that was lost.
TO_SEE_WHAT_IS_GONE: Final = {"LoadStreetReference": ("s3:ListBucket", "StreetSourcesBucket")}
BY_ENCRYPTED_TOPIC: Final = ("kms:GenerateDataKey", "kms:Decrypt")


def granted(stack: Mapping[str, Any], function: str) -> set[Right]:
    """What the policies of the function's role allow."""
    role = stack["Resources"][_id(stack["Resources"][function]["Properties"]["Role"])]
    documents = [policy["PolicyDocument"] for policy in role["Properties"]["Policies"]]
    assert "ManagedPolicyArns" not in role["Properties"], "managed policies allow more than this function needs"
    return {
        (action, resource)
        for document in documents
        for statement in _statements(document["Statement"])
        for action in _listed(statement["Action"])
        for resource in map(_id, _listed(statement["Resource"]))
    }


def _statements(members: list[Any]) -> Iterator[dict[str, Any]]:
    for member in members:
        if "Fn::If" in member:
            yield from (branch for branch in member["Fn::If"][1:] if "Effect" in branch)
        else:
            yield member


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _id(reference: Any) -> str:
    """`{"Fn::GetAtt": ["X", "Arn"]}` → `X`, `${X.Arn}/index/i` → `X/index/i`, `${X.Arn}/folder/*` → `X/folder/*`,
    `*` → `*`, anything of SES → `ses`.
    """
    if isinstance(reference, str):
        return reference
    if "Ref" in reference:
        return str(reference["Ref"])
    if "Fn::GetAtt" in reference:
        name, attribute = reference["Fn::GetAtt"]
        return name if attribute in {"Arn", "Id"} else f"{name}/{attribute}"
    text = str(reference["Fn::Sub"])
    return "ses" if ":ses:" in text else text.replace("${", "").replace(".Arn}", "")


def used(function: str) -> set[Right]:
    """What the function did in the story."""
    return {right for call in told().calls if _logical(call.function) == function for right in _rights(call)}


def _logical(folder: str) -> str:
    return folder.title().replace("_", "")


def _rights(call: Call) -> Iterator[Right]:
    given = call.arguments
    match call.service, call.operation:
        case "dynamodb", "TransactWriteItems":
            for item in given["TransactItems"]:
                ((kind, request),) = item.items()
                yield f"dynamodb:{IN_TRANSACTIONS[kind]}", NAMES[request["TableName"]]
        case "dynamodb", "BatchWriteItem" | "BatchGetItem" as operation:
            yield from ((f"dynamodb:{operation}", NAMES[table]) for table in given["RequestItems"])
        case "dynamodb", operation:
            index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
            yield f"dynamodb:{operation}", NAMES[given["TableName"]] + index
        case "sqs", "SendMessageBatch":
            yield "sqs:SendMessage", NAMES[given["QueueUrl"].rpartition("/")[2]]
        case "events", "PutEvents":
            yield from (("events:PutEvents", NAMES[entry["EventBusName"]]) for entry in given["Entries"])
        case "s3", "PutObject" | "GetObject" | "HeadObject" as operation:
            right = "PutObject" if operation == "PutObject" else "GetObject"  # S3 asks for the same to read and to look
            yield f"s3:{right}", f"{NAMES[given['Bucket']]}/{given['Key'].partition('/')[0]}/*"
        case "sns", "Publish":
            yield "sns:Publish", NAMES[given["TopicArn"].rpartition(":")[2]]
        case "secretsmanager", "GetSecretValue":
            yield "secretsmanager:GetSecretValue", NAMES[given["SecretId"].rpartition(":")[2].partition("-")[0]]
        case "sesv2", "SendEmail":
            yield "ses:SendEmail", "ses"
        case service, operation:
            raise AssertionError(f"which right does {service}:{operation} need? Add it to this test.")


def by_aws(stack: Mapping[str, Any], function: str) -> set[Right]:
    """What AWS needs of the function's role, for its logs, its sources and the topics it publishes to."""
    rights = {(action, _logs(stack, function)) for action in BY_LAMBDA if action.startswith("logs:")}
    rights |= {(action, "*") for action in BY_LAMBDA if action.startswith("xray:")}
    for event in stack["Resources"][function]["Properties"].get("Events", {}).values():
        source = event["Properties"]
        if event["Type"] == "SQS":
            rights |= {(action, _id(source["Queue"])) for action in BY_QUEUE}
        if event["Type"] == "DynamoDB":
            rights |= {(action, _id(source["Stream"])) for action in BY_STREAM}
            rights.add(("sqs:SendMessage", _id(source["DestinationConfig"]["OnFailure"]["Destination"])))
    if function in TO_SEE_WHAT_IS_GONE:
        rights.add(TO_SEE_WHAT_IS_GONE[function])
    for action, topic in used(function):
        if action == "sns:Publish":
            key = _id(stack["Resources"][topic]["Properties"]["KmsMasterKeyId"])
            rights |= {(right, key) for right in BY_ENCRYPTED_TOPIC}
    return rights


def _logs(stack: Mapping[str, Any], function: str) -> str:
    return _id(stack["Resources"][function]["Properties"]["LoggingConfig"]["LogGroup"])


def needed(stack: Mapping[str, Any], function: str) -> set[Right]:
    return used(function) | by_aws(stack, function)


def missing(stack: Mapping[str, Any], function: str) -> set[Right]:
    """What is needed and not granted."""
    grants = granted(stack, function)
    return {right for right in needed(stack, function) if not any(_covers(grant, right) for grant in grants)}


def superfluous(stack: Mapping[str, Any], function: str) -> set[Right]:
    """What is granted and not needed."""
    rights = needed(stack, function)
    return {grant for grant in granted(stack, function) if not any(_covers(grant, right) for right in rights)}


def _covers(grant: Right, right: Right) -> bool:
    """The only `*` on a resource are those of X-Ray, of SES on the emulator, and behind the folder of a bucket (that is
    how S3 names what is in it); `sqs:SendMessage*` is an action.
    """
    same = grant[1] == right[1] or (grant[1] == "*" and right[1] == "ses")
    return same and fnmatchcase(right[0], grant[0])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_it_does(function: str) -> None:
    assert missing(template(), function) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_nothing_else(function: str) -> None:
    assert superfluous(template(), function) == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_story_uses_every_function(function: str) -> None:
    assert used(function)


def test_the_conditions_of_a_right_hold_for_what_is_done() -> None:
    """A policy may also ask with what an action is called; then it is called with nothing else."""
    asked = {name: list(_conditions(template(), name)) for name in FUNCTIONS}

    assert asked["ReceiveWebhook"] == [
        ("events:PutEvents", {"events:source": "doorstep", "events:detail-type": "Carrier Webhook Received"})
    ]
    assert asked["SendMessages"] == [("ses:SendEmail", {"ses:FromAddress": {"Ref": "MailFrom"}})]
    assert [name for name, found in asked.items() if found] == ["ReceiveWebhook", "SendMessages"]
    entries = [entry for call in _calls("ReceiveWebhook", "PutEvents") for entry in call.arguments["Entries"]]
    assert {(it["Source"], it["DetailType"]) for it in entries} == {("doorstep", "Carrier Webhook Received")}
    senders = {call.arguments["FromEmailAddress"] for call in _calls("SendMessages", "SendEmail")}
    assert {sender.rpartition("<")[2].rstrip(">") for sender in senders} == {ENVIRONMENT["MAIL_FROM"]}


def _conditions(stack: Mapping[str, Any], function: str) -> Iterator[tuple[str, Any]]:
    role = stack["Resources"][_id(stack["Resources"][function]["Properties"]["Role"])]
    for policy in role["Properties"]["Policies"]:
        for statement in _statements(policy["PolicyDocument"]["Statement"]):
            for members in statement.get("Condition", {}).values():
                yield statement["Action"], members


def _calls(function: str, operation: str) -> list[Call]:
    return [it for it in told().calls if _logical(it.function) == function and it.operation == operation]


def test_a_right_taken_away_is_missed_and_one_added_is_noticed() -> None:
    stack = copy.deepcopy(template())
    statements = stack["Resources"]["RelayOutboxRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    (events,) = (it for it in statements if it["Action"] == "events:PutEvents")
    events["Action"] = "events:PutRule"

    assert missing(stack, "RelayOutbox") == {("events:PutEvents", "Bus")}
    assert ("events:PutRule", "Bus") in superfluous(stack, "RelayOutbox")


def test_no_two_functions_share_a_role() -> None:
    roles = [_id(it["Properties"]["Role"]) for it in resources("AWS::Serverless::Function").values()]

    assert len(set(roles)) == len(roles)


def test_the_schedule_may_start_its_function_and_nothing_else() -> None:
    (schedule,) = resources("AWS::Scheduler::Schedule").values()
    target = schedule["Properties"]["Target"]
    role = template()["Resources"][_id(target["RoleArn"])]
    rights = {
        (statement["Action"], _id(statement["Resource"]))
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    }

    dead_letters = ("sqs:SendMessage", _id(target["DeadLetterConfig"]["Arn"]))
    assert rights == {("lambda:InvokeFunction", _id(target["Arn"])), dead_letters}
