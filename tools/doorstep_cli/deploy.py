"""`sam deploy` onto the local stack, and what SES and API Gateway need there because ministack does it otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from doorstep_cli.build import BUILT, architecture, runtime, sam
from doorstep_cli.errors import Trouble
from doorstep_cli.listening import open_queue
from doorstep_cli.ministack import REGION

if TYPE_CHECKING:
    from doorstep_cli.stack import LocalStack

STACK_NAME: Final = "doorstep"
# One shop with the usual policy, and three that live in seconds, for stories and tests that cannot wait for hours.
DEMO_POLICY: Final = {
    "shops": {
        "demo-shop": {"shop": {"name": "Demo Shop"}},
        "hurried-shop": {"shop": {"name": "Hurried Shop"}, "confirmation": {"remind_after_minutes": 0.03}},
        "worried-shop": {"shop": {"name": "Worried Shop"}, "confirmation": {"overdue_after_minutes": 0.03}},
        "silent-shop": {"shop": {"name": "Silent Shop"}, "parcels": {"silent_after_minutes": 0.05}},
    }
}
MAIL_FROM: Final = "confirm@doorstep.example"
INBOX: Final = "doorstep-inbox"
_BUCKET: Final = "doorstep-artifacts"
_GATEWAY_RESPONSES: Final = "x-amazon-apigateway-gateway-responses"


def parameters(stack: LocalStack) -> dict[str, str]:
    """The template's parameters as the local stack sets them; `stack.parameters` prevails."""
    return {
        "Architecture": architecture(),
        "CorsOrigins": ",".join(stack.origins),
        "DeletionProtection": "false",
        "Emulator": "true",
        "MailFrom": MAIL_FROM,
        "Policy": json.dumps(DEMO_POLICY),
        "PublicUrl": f"{stack.endpoint}/restapis/{{api}}/live/_user_request_",
        "PythonRuntime": runtime(),
        # People at their own machine are in a hurry, and so are tests.
        "ApiRateLimit": "500",
        "ApiBurstLimit": "1000",
        **stack.parameters,
    }


def deploy(stack: LocalStack) -> dict[str, str]:
    """Deploy what `build` made; returns the stack's outputs. Raises `Trouble` with SAM's own words when it fails."""
    overrides = stack.directory / "parameters.yaml"
    overrides.write_text(json.dumps(parameters(stack)))  # JSON is YAML, and SAM reads only the latter
    if _BUCKET not in {bucket["Name"] for bucket in stack.client("s3").list_buckets()["Buckets"]}:
        stack.client("s3").create_bucket(Bucket=_BUCKET)
    sam(
        "deploy",
        "--template-file", str(BUILT / "template.yaml"),
        "--stack-name", STACK_NAME,
        "--s3-bucket", _BUCKET,
        "--region", REGION,
        "--capabilities", "CAPABILITY_IAM",
        "--parameter-overrides", f"file://{overrides}",
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
        environment={"AWS_ENDPOINT_URL": stack.endpoint, "SAM_CLI_POLL_DELAY": "0.2"},
    )  # fmt: skip
    outputs = outputs_of(stack.client("cloudformation"), STACK_NAME)
    _answer_like_api_gateway(stack, outputs)
    _report_like_ses(stack, outputs)
    _listen_to_alerts(stack, outputs)
    return outputs


def outputs_of(cloudformation: Any, name: str) -> dict[str, str]:
    """The outputs of a deployed stack. Raises `Trouble` when there is none of that name."""
    from botocore.exceptions import ClientError

    try:
        (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise Trouble(f"there is no stack {name!r} here ({code}); check name, region and credentials") from error
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _answer_like_api_gateway(stack: LocalStack, outputs: Mapping[str, str]) -> None:
    """ministack imports an API's routes but not its gateway responses: set them from the template it expanded."""
    template = stack.client("cloudformation").get_template(StackName=STACK_NAME, TemplateStage="Processed")[
        "TemplateBody"
    ]
    body = (template if isinstance(template, dict) else json.loads(template))["Resources"]["Api"]["Properties"]["Body"]
    gateway = stack.client("apigateway")
    for kind, answer in body[_GATEWAY_RESPONSES].items():
        gateway.put_gateway_response(
            restApiId=outputs["ApiId"],
            responseType=kind,
            responseParameters=answer.get("responseParameters", {}),
            responseTemplates=answer.get("responseTemplates", {}),
            **({"statusCode": str(answer["statusCode"])} if "statusCode" in answer else {}),
        )
    gateway.create_deployment(restApiId=outputs["ApiId"], stageName=outputs["Stage"])


def _report_like_ses(stack: LocalStack, outputs: Mapping[str, str]) -> None:
    """A configuration set's event destinations do not fire in ministack. The identity's notification topics stand in
    for them, but only for SES v1: about what SES v2 sent, ministack says nothing (see `ses_reports`).
    """
    ses = stack.client("ses")
    ses.verify_email_identity(EmailAddress=outputs["MailFrom"])
    for kind in ("Bounce", "Complaint", "Delivery"):
        ses.set_identity_notification_topic(
            Identity=outputs["MailFrom"], NotificationType=kind, SnsTopic=outputs["FeedbackTopic"]
        )


def _listen_to_alerts(stack: LocalStack, outputs: Mapping[str, str]) -> None:
    """A queue on both ops topics, so that `doorstep inbox` can show alerts too."""
    sns = stack.client("sns")
    _, arn = open_queue(stack.client("sqs"), INBOX, "sns")
    for topic in (outputs["OpsTopic"], outputs["ChatTopic"]):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
