"""What must hold in any template of ours. A rule takes a parsed template and yields what it finds wrong with it.

Rules get the template as an argument, so that a test can break a copy and see the rule notice.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from routes import routes
from stack_template import ROOT

Stack = Mapping[str, Any]
Complaints = Iterator[str]

FUNCTION: Final = "AWS::Serverless::Function"
QUEUE: Final = "AWS::SQS::Queue"
ALARM: Final = "AWS::CloudWatch::Alarm"
# What API Gateway lets anybody call, and what the credential is instead. Besides these only OPTIONS is open: a browser
# sends neither key nor token with its preflight.
OPEN: Final[Mapping[str, str]] = {
    "/confirm/{token}": "the token of the buyer's link",
    "/order/{token}": "the token of the buyer's link",
    "/offers/{token}": "the token of the buyer's link",
    "/tasks/{token}": "the token in the alert that ops got, good for one case",
    "/webhooks/{provider}": "the provider's signature over the body: providers know no keys of ours",
}
PUBLIC_KEY: Final = {("POST", "/addresses/validate"), ("GET", "/addresses/formats/{country}")}
# Neither the path (tokens are credentials) nor who called (addresses of callers are personal).
LOGGED: Final = {
    "$context.requestId",
    "$context.httpMethod",
    "$context.resourcePath",
    "$context.status",
    "$context.error.responseType",
    "$context.authorizer.principalId",
    "$context.responseLatency",
    "$context.integrationLatency",
    "$context.responseLength",
}
SECURITY_HEADERS: Final = {
    "Access-Control-Allow-Origin",
    "Cache-Control",
    "Content-Security-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
}
# Events that Doorstep listens to, and whether only its own are taken.
INBOUND: Final[Mapping[str, bool]] = {
    "Carrier Webhook Received": True,
    "Parcel Registered": True,
    "Parcel Scanned": False,
}
GATEWAY_ANSWERS: Final = {
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "UNAUTHORIZED",
    "ACCESS_DENIED",
    "INVALID_API_KEY",
    "REQUEST_TOO_LARGE",
    "THROTTLED",
}


def of_kind(stack: Stack, *kinds: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Resources of these types: name and properties."""
    for name, resource in stack["Resources"].items():
        if resource["Type"] in kinds:
            yield name, resource.get("Properties", {})


def sources(stack: Stack, kind: str) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """What starts functions: function, its properties, and those of the source."""
    for name, function in of_kind(stack, FUNCTION):
        for event in function.get("Events", {}).values():
            if event["Type"] == kind:
                yield name, function, event["Properties"]


def target(reference: Any) -> str:
    """The logical id that a reference names."""
    if isinstance(reference, Mapping):
        return str(reference["Ref"]) if "Ref" in reference else str(reference["Fn::GetAtt"][0])
    return str(reference)


def dead_letter_queues(stack: Stack) -> set[str]:
    """Every queue that something falls into."""
    return {target(place) for place in _dead_letter_targets(stack["Resources"])}


def _dead_letter_targets(part: Any) -> Iterator[Any]:
    if isinstance(part, Mapping):
        for name, member in part.items():
            if name == "deadLetterTargetArn":
                yield member
            elif name == "DeadLetterConfig":
                yield member["Arn"]
            elif name == "OnFailure":
                yield member["Destination"]
            else:
                yield from _dead_letter_targets(member)
    elif isinstance(part, list):
        for member in part:
            yield from _dead_letter_targets(member)


# ---------------------------------------------------------------- queues and streams


def queues_have_dead_letters(stack: Stack) -> Complaints:
    for name, queue in of_kind(stack, QUEUE):
        if name not in dead_letter_queues(stack) and not 3 <= _receives(queue) <= 10:
            yield f"{name} does not give up after a few tries"


def _receives(queue: Mapping[str, Any]) -> int:
    return int(queue.get("RedrivePolicy", {}).get("maxReceiveCount", 0))


def dead_letters_raise_an_alarm(stack: Stack) -> Complaints:
    watched = {
        target(alarm["Dimensions"][0]["Value"])
        for _, alarm in of_kind(stack, ALARM)
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible" and alarm["Threshold"] <= 1
    }
    yield from (f"nobody hears of {name}" for name in sorted(dead_letter_queues(stack) - watched))


def queues_are_encrypted(stack: Stack) -> Complaints:
    for name, queue in of_kind(stack, QUEUE):
        if not queue.get("SqsManagedSseEnabled") and "KmsMasterKeyId" not in queue:
            yield f"{name} is not encrypted"


def topics_are_encrypted(stack: Stack) -> Complaints:
    yield from (
        f"{name} is not encrypted" for name, it in of_kind(stack, "AWS::SNS::Topic") if "KmsMasterKeyId" not in it
    )


def queues_are_consumed(stack: Stack) -> Complaints:
    read = {target(source["Queue"]) for _, _, source in sources(stack, "SQS")}
    for name, _ in of_kind(stack, QUEUE):
        if name not in read | dead_letter_queues(stack):
            yield f"nobody reads {name}"


def messages_stay_hidden_long_enough(stack: Stack) -> Complaints:
    """At least six times the function's timeout, as Lambda's documentation asks."""
    default = stack["Globals"]["Function"]["Timeout"]
    for name, function, source in sources(stack, "SQS"):
        queue = stack["Resources"][target(source["Queue"])]["Properties"]
        if queue.get("VisibilityTimeout", 30) < 6 * function.get("Timeout", default):
            yield f"{target(source['Queue'])} shows messages again while {name} may be at work on them"


def batches_fail_in_part(stack: Stack) -> Complaints:
    for kind in ("SQS", "DynamoDB", "Kinesis"):
        for name, _, source in sources(stack, kind):
            if source.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
                yield f"{name} repeats whole batches"


def streams_give_up_in_the_end(stack: Stack) -> Complaints:
    for name, _, source in sources(stack, "DynamoDB"):
        if not source.get("BisectBatchOnFunctionError"):
            yield f"{name} does not bisect"
        if not 0 <= source.get("MaximumRetryAttempts", -1) <= 10 or source.get("MaximumRecordAgeInSeconds", -1) < 0:
            yield f"{name} retries for ever"
        if "OnFailure" not in source.get("DestinationConfig", {}):
            yield f"{name} loses what it gives up on"
        if not source.get("FilterCriteria", {}).get("Filters"):
            yield f"{name} is started for every change of the table"


# ---------------------------------------------------------------- functions


def functions_are_folders(stack: Stack) -> Complaints:
    folders = {path.name for path in (ROOT / "functions").iterdir() if path.is_dir() and path.name != "__pycache__"}
    named = set()
    for name, function in of_kind(stack, FUNCTION):
        folder = str(function["CodeUri"]).strip("/").rpartition("/")[2]
        named.add(folder)
        if name != folder.title().replace("_", "") or function["Handler"] != f"{folder}.handler":
            yield f"{name} is not the function of {folder}"
    yield from (f"{folder} is laid out but not deployed, or the other way round" for folder in folders ^ named)


def functions_get_what_they_declare(stack: Stack) -> Complaints:
    """The environment is exactly the handler's `Settings`, read from its source."""
    for name, function in of_kind(stack, FUNCTION):
        folder = str(function["Handler"]).partition(".")[0]
        given = set(function.get("Environment", {}).get("Variables", {}))
        declared = declared_settings(folder)
        if given != declared:
            yield f"{name}: given and declared differ in {sorted(given ^ declared)}"
    for variable in stack["Globals"]["Function"]["Environment"]["Variables"]:
        if not variable.startswith("POWERTOOLS_"):
            yield f"{variable} is given to every function"


def declared_settings(folder: str) -> set[str]:
    """The fields of a handler's `Settings`, in capitals."""
    tree = ast.parse((ROOT / "functions" / folder / f"{folder}.py").read_text("utf-8"))
    (settings,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    return {
        node.target.id.upper()
        for node in settings.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def functions_keep_their_logs_for_a_while(stack: Stack) -> Complaints:
    for name, function in of_kind(stack, FUNCTION):
        group = stack["Resources"].get(target(function.get("LoggingConfig", {}).get("LogGroup", "")), {})
        if group.get("Type") != "AWS::Logs::LogGroup":
            yield f"{name} has no log group of its own"
    for name, group in of_kind(stack, "AWS::Logs::LogGroup"):
        if "RetentionInDays" not in group:
            yield f"{name} keeps logs for ever"


def functions_raise_an_alarm(stack: Stack) -> Complaints:
    watched = {
        target(alarm["Dimensions"][0]["Value"])
        for _, alarm in of_kind(stack, ALARM)
        if (alarm.get("Namespace"), alarm.get("MetricName")) == ("AWS/Lambda", "Errors")
    }
    yield from (f"nobody hears when {name} fails" for name, _ in of_kind(stack, FUNCTION) if name not in watched)


def only_functions_are_traced(stack: Stack) -> Complaints:
    """Traces of the API hold whole paths, and tokens in paths are credentials."""
    if stack["Globals"]["Function"].get("Tracing") != "Active":
        yield "functions are not traced"
    for name, api in of_kind(stack, "AWS::Serverless::Api"):
        if api.get("TracingEnabled"):
            yield f"{name} is traced"
    if stack["Globals"].get("Api", {}).get("TracingEnabled"):
        yield "APIs are traced"


def secrets_stay_out_of_the_environment(stack: Stack) -> Complaints:
    """Functions get a secret's ARN and read it; nothing resolves a secret into the template."""
    if "{{resolve:" in json.dumps(stack):
        yield "something is resolved into the template"
    for name, function in of_kind(stack, FUNCTION):
        for variable, value in function.get("Environment", {}).get("Variables", {}).items():
            secret = re.search(r"SECRET|PASSWORD|CREDENTIAL", variable)
            kind = (
                stack["Resources"].get(target(value), {}).get("Type")
                if isinstance(value, Mapping) and len(value) == 1 and set(value) <= {"Ref", "Fn::GetAtt"}
                else ""
            )
            if secret and kind != "AWS::SecretsManager::Secret":
                yield f"{variable} of {name} is not the ARN of a secret"


# ---------------------------------------------------------------- rights


def nothing_scans(stack: Stack) -> Complaints:
    for action in _actions(stack["Resources"]):
        if action in {"*", "dynamodb:*"} or (action.startswith("dynamodb:") and ("Scan" in action or "*" in action)):
            yield f"{action} allows to scan"


def _actions(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, member in part.items():
            if name == "Action":
                yield from (member if isinstance(member, list) else [member])
            else:
                yield from _actions(member)
    elif isinstance(part, list):
        for member in part:
            yield from _actions(member)


def policies_say_what_is_allowed(stack: Stack) -> Complaints:
    for word in ("NotAction", "NotResource", "NotPrincipal"):
        if f'"{word}"' in json.dumps(stack):
            yield f"{word} allows everything but something"


def events_go_through_queues(stack: Stack) -> Complaints:
    """EventBridge never starts a function: a queue keeps what cannot be handled now."""
    for kind in ("EventBridgeRule", "CloudWatchEvent", "SNS"):
        yield from (f"{name} is started by {kind}" for name, _, _ in sources(stack, kind))
    functions = {name for name, _ in of_kind(stack, FUNCTION)}
    for name, rule in of_kind(stack, "AWS::Events::Rule"):
        for place in rule.get("Targets", []):
            if target(place["Arn"]) in functions or not {"DeadLetterConfig", "RetryPolicy"} <= set(place):
                yield f"{name} has a target that loses events"


def inbound_events_are_consumed(stack: Stack) -> Complaints:
    """Each has a rule of its own on our bus that is on, and leads to a queue that a function reads."""
    read = {target(source["Queue"]) for _, _, source in sources(stack, "SQS")}
    ruled = set()
    for name, rule in of_kind(stack, "AWS::Events::Rule"):
        pattern = rule.get("EventPattern", {})
        ruled |= set(pattern.get("detail-type", []))
        if target(rule.get("EventBusName", "")) != "Bus" or rule.get("State", "ENABLED") != "ENABLED":
            yield f"{name} does not listen to our bus"
        if not {target(place["Arn"]) for place in rule.get("Targets", [])} & read:
            yield f"{name} leads nowhere"
        for event in pattern.get("detail-type", []):
            if pattern.get("source") != (["doorstep"] if INBOUND.get(event, True) else None):
                yield f"{name} takes {event} from the wrong sources"
    yield from (f"{event} has no rule, or nobody expects it" for event in sorted(ruled ^ set(INBOUND)))


def rules_may_send_to_their_queues(stack: Stack) -> Complaints:
    """Each queue a rule delivers to, or gives up into, lets EventBridge send for that rule."""
    for name, rule in of_kind(stack, "AWS::Events::Rule"):
        for place in rule.get("Targets", []):
            for queue in (target(place["Arn"]), target(place.get("DeadLetterConfig", {}).get("Arn", ""))):
                if name not in _rules_let_in(stack, queue):
                    yield f"{queue} does not take what {name} sends"


def _rules_let_in(stack: Stack, queue: str) -> set[str]:
    return {
        target(rule)
        for _, policy in of_kind(stack, "AWS::SQS::QueuePolicy")
        if queue in map(target, policy["Queues"])
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "events.amazonaws.com"} and queue in map(target, statement["Resource"])
        for rule in statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", [])
    }


# ---------------------------------------------------------------- api


def every_route_has_a_door(stack: Stack) -> Complaints:
    for name, api in of_kind(stack, "AWS::Serverless::Api"):
        if api["Auth"].get("DefaultAuthorizer") not in api["Auth"]["Authorizers"]:
            yield f"{name} lets in whoever a route forgets to ask"
        if api["Auth"].get("AddDefaultAuthorizerToCorsPreflight", True):
            yield f"{name} asks preflights for a key"
    for route in routes(stack):
        wanted = "bearer"
        if route.method == "OPTIONS" or route.path in OPEN:
            wanted = "open"
        elif (route.method, route.path) in PUBLIC_KEY:
            wanted = "public_key"
        if route.door != wanted:
            yield f"{route.method} {route.path} is {route.door}, not {wanted}"


def browsers_may_ask_first(stack: Stack) -> Complaints:
    known = {(route.method, route.path) for route in routes(stack)}
    for _, path in PUBLIC_KEY:
        if ("OPTIONS", path) not in known:
            yield f"{path} has no preflight"


def every_route_is_throttled(stack: Stack) -> Complaints:
    paths = {(route.method, "/" + route.path.replace("/", "~1")) for route in routes(stack)} | {("*", "/*")}
    for name, api in of_kind(stack, "AWS::Serverless::Api"):
        settings = {(it["HttpMethod"], it["ResourcePath"]): it for it in api.get("MethodSettings", [])}
        if ("*", "/*") not in settings:
            yield f"{name} has routes without a limit"
        for (method, path), setting in settings.items():
            if not {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= set(setting):
                yield f"{method} {path} has no limit"
            if setting.get("LoggingLevel") != "OFF" or setting.get("DataTraceEnabled") is not False:
                yield f"{method} {path} logs paths and bodies"
        yield from (f"{method} {path} is limited and does not exist" for method, path in settings.keys() - paths)


def open_doors_are_narrow(stack: Stack) -> Complaints:
    """Whatever anybody may send to has a limit of its own, so that it cannot use up the limit of all."""
    for _, api in of_kind(stack, "AWS::Serverless::Api"):
        limited = {(it["HttpMethod"], it["ResourcePath"]) for it in api.get("MethodSettings", [])}
        for route in routes(stack):
            limit = (route.method, "/" + route.path.replace("/", "~1"))
            if route.door != "bearer" and route.method == "POST" and limit not in limited:
                yield f"{route.path} shares its limit with all"


def public_keys_have_no_quota(stack: Stack) -> Complaints:
    """One visitor could use it up for all."""
    for name, plan in of_kind(stack, "AWS::ApiGateway::UsagePlan"):
        if "Quota" in plan or "Throttle" not in plan:
            yield f"{name} has a quota, or no limit"


def gateway_answers_can_be_read(stack: Stack) -> Complaints:
    for name, api in of_kind(stack, "AWS::Serverless::Api"):
        answers = api.get("GatewayResponses", {})
        yield from (f"{name} has no answer for {kind}" for kind in GATEWAY_ANSWERS - set(answers))
        for kind, answer in answers.items():
            headers = set(answer.get("ResponseParameters", {}).get("Headers", {}))
            if not headers >= SECURITY_HEADERS:
                yield f"{kind} lacks {sorted(SECURITY_HEADERS - headers)}"


def access_logs_hold_nothing_personal(stack: Stack) -> Complaints:
    for name, api in of_kind(stack, "AWS::Serverless::Api"):
        fields = set(re.findall(r"\$[\w.]+", api.get("AccessLogSetting", {}).get("Format", "")))
        if not fields or not fields <= LOGGED:
            yield f"{name} logs {sorted(fields - LOGGED) or 'nothing'}"


# ---------------------------------------------------------------- data, alarms, words


def tables_are_safe(stack: Stack) -> Complaints:
    for name, table in of_kind(stack, "AWS::DynamoDB::Table"):
        held = {
            "point-in-time recovery": table.get("PointInTimeRecoverySpecification")
            == {"PointInTimeRecoveryEnabled": True},
            "encryption": table.get("SSESpecification") == {"SSEEnabled": True},
            "time to live": table.get("TimeToLiveSpecification") == {"AttributeName": "expires", "Enabled": True},
            "deletion protection": "DeletionProtectionEnabled" in table,
            "paying by request": table.get("BillingMode") == "PAY_PER_REQUEST",
            "a policy for deletion": str(stack["Resources"][name].get("DeletionPolicy")).startswith("Retain"),
            "a policy for replacement": stack["Resources"][name].get("UpdateReplacePolicy") == "Retain",
        }
        yield from (f"{name} has no {what}" for what, there in held.items() if not there)


def buckets_are_safe(stack: Stack) -> Complaints:
    for name, bucket in of_kind(stack, "AWS::S3::Bucket"):
        access = bucket.get("PublicAccessBlockConfiguration", {})
        owners = bucket.get("OwnershipControls", {}).get("Rules", [])
        ends = [
            rule for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", []) if rule["Status"] == "Enabled"
        ]
        held = {
            "encryption": "BucketEncryption" in bucket,
            "lock against the public": len(access) == 4 and set(access.values()) == {True},
            "single owner": owners == [{"ObjectOwnership": "BucketOwnerEnforced"}],
            "versions": bucket.get("VersioningConfiguration") == {"Status": "Enabled"},
            "end for what it keeps": any(
                {"ExpirationInDays", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"} <= set(rule)
                for rule in ends
            ),
            "policy for deletion": str(stack["Resources"][name].get("DeletionPolicy")).startswith("Retain"),
            "policy for replacement": stack["Resources"][name].get("UpdateReplacePolicy") == "Retain",
            "denial of plain HTTP": name in _only_by_tls(stack),
        }
        yield from (f"{name} has no {what}" for what, there in held.items() if not there)


def _only_by_tls(stack: Stack) -> set[str]:
    return {
        target(policy["Bucket"])
        for _, policy in of_kind(stack, "AWS::S3::BucketPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        and len(statement["Resource"]) == 2  # the bucket and what is in it
    }


def alarms_reach_somebody(stack: Stack) -> Complaints:
    topics = {name for name, _ in of_kind(stack, "AWS::SNS::Topic")}
    for name, alarm in of_kind(stack, ALARM):
        for actions in ("AlarmActions", "OKActions"):
            if not topics & {target(action) for action in alarm.get(actions, [])}:
                yield f"{name} tells nobody ({actions})"
        if not alarm.get("AlarmDescription") or "TreatMissingData" not in alarm:
            yield f"{name} does not say what it means, or what silence means"


def words_are_there(stack: Stack) -> Complaints:
    for kind in ("Parameters", "Outputs"):
        for name, it in stack[kind].items():
            if not it.get("Description"):
                yield f"{name} has no description"
    grouped = {
        name
        for group in stack["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
        for name in group["Parameters"]
    }
    yield from (f"{name} is in no group of parameters, or is none" for name in grouped ^ set(stack["Parameters"]))
