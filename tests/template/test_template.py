"""template.yaml keeps every rule of tests/support/template_rules.py, and every rule notices when it is broken."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
import template_rules as rules
import yaml
from moto.events.models import EventPattern
from routes import ROUTES
from stack_template import ROOT, resources, template

Rule = Callable[[rules.Stack], Iterator[str]]
Break = Callable[[dict[str, Any]], object]


def _of(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda stack: stack["Resources"][name]["Properties"]


API: Final = _of("Api")


def _source(function: str, event: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda stack: _of(function)(stack)["Events"][event]["Properties"]


BROKEN: Final[list[tuple[Rule, Break]]] = [
    (rules.queues_have_dead_letters, lambda it: _of("MessagesQueue")(it).pop("RedrivePolicy")),
    (rules.queues_have_dead_letters, lambda it: _of("MessagesQueue")(it)["RedrivePolicy"].update(maxReceiveCount=1)),
    (rules.dead_letters_raise_an_alarm, lambda it: it["Resources"].pop("OutboxDeadLettersAlarm")),
    (rules.dead_letters_raise_an_alarm, lambda it: _of("OutboxDeadLettersAlarm")(it).update(Threshold=100)),
    (rules.queues_are_encrypted, lambda it: _of("FeedbackDeadLetters")(it).pop("SqsManagedSseEnabled")),
    (rules.topics_are_encrypted, lambda it: _of("FeedbackTopic")(it).pop("KmsMasterKeyId")),
    (rules.queues_are_consumed, lambda it: _of("MeetDeadlines")(it).pop("Events")),
    (rules.messages_stay_hidden_long_enough, lambda it: _of("SendMessages")(it).update(Timeout=31)),
    (rules.messages_stay_hidden_long_enough, lambda it: it["Globals"]["Function"].update(Timeout=900)),
    (rules.batches_fail_in_part, lambda it: _source("RecordFeedback", "Queue")(it).pop("FunctionResponseTypes")),
    (rules.batches_fail_in_part, lambda it: _source("RelayOutbox", "Outbox")(it).pop("FunctionResponseTypes")),
    (
        rules.streams_give_up_in_the_end,
        lambda it: _source("RelayOutbox", "Outbox")(it).pop("BisectBatchOnFunctionError"),
    ),
    (rules.streams_give_up_in_the_end, lambda it: _source("RelayOutbox", "Outbox")(it).update(MaximumRetryAttempts=-1)),
    (rules.streams_give_up_in_the_end, lambda it: _source("RelayOutbox", "Outbox")(it).pop("DestinationConfig")),
    (rules.functions_are_folders, lambda it: it["Resources"].pop("MeetDeadlines")),
    (rules.functions_are_folders, lambda it: _of("MeetDeadlines")(it).update(Handler="app.handler")),
    (rules.functions_get_what_they_declare, lambda it: _of("OrdersApi")(it)["Environment"]["Variables"].pop("POLICY")),
    (
        rules.functions_get_what_they_declare,
        lambda it: _of("OrdersApi")(it)["Environment"]["Variables"].update(MORE="1"),
    ),
    (rules.functions_keep_their_logs_for_a_while, lambda it: _of("OrdersApi")(it).pop("LoggingConfig")),
    (rules.functions_keep_their_logs_for_a_while, lambda it: _of("OrdersApiLogs")(it).pop("RetentionInDays")),
    (rules.functions_raise_an_alarm, lambda it: it["Resources"].pop("WatchDeadlinesErrorsAlarm")),
    (rules.only_functions_are_traced, lambda it: API(it).update(TracingEnabled=True)),
    (
        rules.secrets_stay_out_of_the_environment,
        lambda it: _of("OrdersApi")(it)["Environment"]["Variables"].update(SIGNING_SECRET="secret"),
    ),
    (
        rules.secrets_stay_out_of_the_environment,
        lambda it: _of("OrdersApi")(it)["Environment"]["Variables"].update(BUS="{{resolve:secretsmanager:signing}}"),
    ),
    (rules.nothing_scans, lambda it: _statement(it, "WatchDeadlinesRole").update(Action=["dynamodb:Scan"])),
    (rules.nothing_scans, lambda it: _statement(it, "WatchDeadlinesRole").update(Action="dynamodb:*")),
    (rules.policies_say_what_is_allowed, lambda it: _statement(it, "WatchDeadlinesRole").update(NotAction="s3:*")),
    (rules.events_go_through_queues, lambda it: it["Resources"].update(Rule=_rule_with_a_function_as_target())),
    (rules.events_go_through_queues, lambda it: _target(it, "ParcelScannedRule").pop("RetryPolicy")),
    (rules.events_go_through_queues, lambda it: _target(it, "ParcelScannedRule").pop("DeadLetterConfig")),
    (rules.inbound_events_are_consumed, lambda it: it["Resources"].pop("ParcelScannedRule")),
    (rules.inbound_events_are_consumed, lambda it: _of("ParcelScannedRule")(it).update(State="DISABLED")),
    (rules.inbound_events_are_consumed, lambda it: _of("ParcelScannedRule")(it).pop("EventBusName")),
    (rules.inbound_events_are_consumed, lambda it: _of("ParcelScannedRule")(it).update(Targets=[])),
    (rules.inbound_events_are_consumed, lambda it: _of("TrackParcels")(it).pop("Events")),
    (
        rules.inbound_events_are_consumed,
        lambda it: _of("CarrierWebhookReceivedRule")(it)["EventPattern"].pop("source"),
    ),
    (
        rules.inbound_events_are_consumed,
        lambda it: _of("ParcelScannedRule")(it)["EventPattern"]["detail-type"].append("Order Placed"),
    ),
    (rules.rules_may_send_to_their_queues, lambda it: it["Resources"].pop("ScansQueuePolicy")),
    (rules.rules_may_send_to_their_queues, lambda it: _lets_in(it, "aws:SourceArn").pop()),
    (rules.rules_may_send_to_their_queues, lambda it: _of("ScansQueuePolicy")(it)["Queues"].pop()),
    (rules.every_route_has_a_door, lambda it: _source("OrdersApi", "Read")(it).update(Auth={"Authorizer": "NONE"})),
    (rules.every_route_has_a_door, lambda it: _source("ValidateAddress", "Validate")(it)["Auth"].pop("ApiKeyRequired")),
    (rules.every_route_has_a_door, lambda it: _source("BuyerPages", "Confirm")(it).pop("Auth")),
    (rules.every_route_has_a_door, lambda it: _source("ReceiveWebhook", "Receive")(it).pop("Auth")),
    (
        rules.every_route_has_a_door,
        lambda it: _source("OrdersApi", "ListCases")(it).update(Auth={"Authorizer": "NONE"}),
    ),
    (rules.every_route_has_a_door, lambda it: API(it)["Auth"].pop("DefaultAuthorizer")),
    (rules.every_route_has_a_door, lambda it: _source("ValidateAddress", "ValidatePreflight")(it).pop("Auth")),
    (rules.browsers_may_ask_first, lambda it: _of("ValidateAddress")(it)["Events"].pop("FormatsPreflight")),
    (rules.every_route_is_throttled, lambda it: API(it)["MethodSettings"].pop(0)),
    (rules.every_route_is_throttled, lambda it: API(it)["MethodSettings"][1].pop("ThrottlingBurstLimit")),
    (rules.every_route_is_throttled, lambda it: API(it)["MethodSettings"][1].update(ResourcePath="/~1nowhere")),
    (rules.every_route_is_throttled, lambda it: API(it)["MethodSettings"][1].update(DataTraceEnabled=True)),
    (rules.open_doors_are_narrow, lambda it: _unlimited(it, "/~1webhooks~1{provider}")),
    (rules.open_doors_are_narrow, lambda it: _unlimited(it, "/~1addresses~1validate")),
    (rules.public_keys_have_no_quota, lambda it: _of("CheckoutPlan")(it).update(Quota={"Limit": 1})),
    (rules.gateway_answers_can_be_read, lambda it: API(it)["GatewayResponses"].pop("THROTTLED")),
    (
        rules.gateway_answers_can_be_read,
        lambda it: API(it)["GatewayResponses"]["DEFAULT_5XX"]["ResponseParameters"]["Headers"].pop(
            "Access-Control-Allow-Origin"
        ),
    ),
    (
        rules.access_logs_hold_nothing_personal,
        lambda it: API(it)["AccessLogSetting"].update(Format='{"path": "$context.path"}'),
    ),
    (rules.tables_are_safe, lambda it: _of("OrdersTable")(it).pop("PointInTimeRecoverySpecification")),
    (rules.tables_are_safe, lambda it: _of("LinksTable")(it).pop("SSESpecification")),
    (rules.tables_are_safe, lambda it: it["Resources"]["LinksTable"].pop("DeletionPolicy")),
    (rules.buckets_are_safe, lambda it: _of("ArchiveBucket")(it).pop("BucketEncryption")),
    (
        rules.buckets_are_safe,
        lambda it: _of("ArchiveBucket")(it)["PublicAccessBlockConfiguration"].pop("BlockPublicAcls"),
    ),
    (
        rules.buckets_are_safe,
        lambda it: _of("ArchiveBucket")(it)["LifecycleConfiguration"]["Rules"][0].update(Status="Disabled"),
    ),
    (rules.buckets_are_safe, lambda it: it["Resources"]["ArchiveBucket"].pop("DeletionPolicy")),
    (rules.buckets_are_safe, lambda it: it["Resources"].pop("ArchiveBucketPolicy")),
    (rules.alarms_reach_somebody, lambda it: _of("OutboxLagAlarm")(it).pop("AlarmActions")),
    (rules.alarms_reach_somebody, lambda it: _of("OutboxLagAlarm")(it).pop("AlarmDescription")),
    (rules.words_are_there, lambda it: it["Parameters"]["Stage"].pop("Description")),
    (rules.words_are_there, lambda it: it["Parameters"].update(New={"Description": "not in any group"})),
]
RULES: Final = sorted({rule for rule, _ in BROKEN}, key=lambda rule: rule.__name__)


def _statement(stack: dict[str, Any], role: str) -> dict[str, Any]:
    last: dict[str, Any] = _of(role)(stack)["Policies"][0]["PolicyDocument"]["Statement"][-1]
    return last


def _target(stack: dict[str, Any], rule: str) -> dict[str, Any]:
    (target,) = _of(rule)(stack)["Targets"]
    found: dict[str, Any] = target
    return found


def _lets_in(stack: dict[str, Any], key: str) -> list[Any]:
    (statement,) = _of("ScansQueuePolicy")(stack)["PolicyDocument"]["Statement"]
    found: list[Any] = statement["Condition"]["ArnEquals"][key]
    return found


def _unlimited(stack: dict[str, Any], path: str) -> None:
    API(stack)["MethodSettings"] = [it for it in API(stack)["MethodSettings"] if it["ResourcePath"] != path]


def _rule_with_a_function_as_target() -> dict[str, Any]:
    function = {"Fn::GetAtt": ["SendMessages", "Arn"]}
    targets = [{"Id": "1", "Arn": function, "DeadLetterConfig": {"Arn": "x"}, "RetryPolicy": {}}]
    return {"Type": "AWS::Events::Rule", "Properties": {"Targets": targets}}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(template())) == []


@pytest.mark.parametrize(("rule", "break_it"), BROKEN, ids=[f"{n}-{it[0].__name__}" for n, it in enumerate(BROKEN)])
def test_the_rule_notices(rule: Rule, break_it: Break) -> None:
    stack = copy.deepcopy(template())

    break_it(stack)

    assert list(rule(stack)) != []


def test_every_rule_has_been_seen_to_fail() -> None:
    written = {
        name for name, it in vars(rules).items() if getattr(it, "__annotations__", {}).get("return") == "Complaints"
    }

    assert written == {rule.__name__ for rule in RULES}


def test_every_alarm_is_in_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text("utf-8")

    assert [name for name in resources(rules.ALARM) if name not in runbook] == []


def test_every_open_route_has_a_reason_and_is_there() -> None:
    assert set(rules.OPEN) == {it.path for it in ROUTES if it.door == "open" and it.method != "OPTIONS"}
    assert all(rules.OPEN.values())


def test_on_aws_the_archive_is_closed_to_plain_http() -> None:
    """Only the emulator, which has no TLS, may do without."""
    assert template()["Resources"]["ArchiveBucketPolicy"]["Condition"] == "OnAws"
    assert template()["Conditions"]["OnAws"] == {"Fn::Equals": [{"Ref": "Emulator"}, "false"]}


# ---------------------------------------------------------------- inbound events and their samples

SAMPLES: Final = sorted([*(ROOT / "events" / "bus").glob("*.json"), *(ROOT / "events" / "bus_in").glob("*.json")])


def caught(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """The samples that a rule catches."""
    pattern = EventPattern.load(json.dumps(rule["Properties"]["EventPattern"]))
    samples = [json.loads(path.read_text("utf-8")) for path in SAMPLES]
    return [sample for sample in samples if pattern.matches_event(sample)]


@pytest.mark.parametrize("event", sorted(rules.INBOUND))
def test_an_inbound_event_has_a_sample_that_its_rule_catches_and_no_other(event: str) -> None:
    by_rule = {
        name: {it["detail-type"] for it in caught(rule)} for name, rule in resources("AWS::Events::Rule").items()
    }

    assert [name for name, events in by_rule.items() if event in events] == [event.title().replace(" ", "") + "Rule"]
    assert by_rule[event.title().replace(" ", "") + "Rule"] == {event}


@pytest.mark.parametrize(("event", "ours"), sorted(rules.INBOUND.items()))
def test_what_others_put_on_the_bus_passes_for_ours_only_where_that_is_meant(event: str, ours: bool) -> None:
    rule = template()["Resources"][event.title().replace(" ", "") + "Rule"]
    pattern = EventPattern.load(json.dumps(rule["Properties"]["EventPattern"]))

    assert pattern.matches_event({"source": "erp", "detail-type": event, "detail": {}}) is not ours


# ---------------------------------------------------------------- wildcards, with their reasons

TEXT: Final = (ROOT / "template.yaml").read_text("utf-8")


def unexplained(text: str) -> list[int]:
    """Numbers of the lines on which a policy says `*` without a comment there, above, or above the statement."""
    lines = text.splitlines()
    found = []
    for statement in _statements(yaml.compose(text, Loader=yaml.SafeLoader)):
        for line in {
            mark for name in ("Action", "Resource") for mark in _wildcards(dict(_members(statement)).get(name))
        }:
            first = statement.start_mark.line
            if not any("#" in above for above in lines[max(first - 1, 0) : line + 1]):
                found.append(line + 1)
    return sorted(found)


def _members(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    yield from ((str(name.value), value) for name, value in node.value)


def _statements(node: yaml.Node | None) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        if "Effect" in dict(_members(node)):
            yield node
        for _, value in node.value:
            yield from _statements(value)
    elif isinstance(node, yaml.SequenceNode):
        for member in node.value:
            yield from _statements(member)


def _wildcards(node: yaml.Node | None) -> Iterator[int]:
    if isinstance(node, yaml.ScalarNode) and "*" in node.value:
        yield node.start_mark.line
    elif isinstance(node, yaml.SequenceNode):
        for member in node.value:
            yield from _wildcards(member)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _wildcards(value)


def test_every_wildcard_has_a_written_reason() -> None:
    assert unexplained(TEXT) == []


def test_a_wildcard_without_a_reason_is_found() -> None:
    bare = "\n".join(line for line in TEXT.splitlines() if not line.strip().startswith("#"))

    assert len(unexplained(bare)) >= len(list(resources("AWS::Serverless::Function")))
