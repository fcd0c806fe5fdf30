"""The fresh processes of address_cold_start.py: told who to be, they write how long each step took, in seconds."""

import time

_BEGAN = time.perf_counter()

import json  # noqa: E402 - the clock comes first
import sys  # noqa: E402 - as above


def main() -> None:
    asked = json.loads(sys.argv[1])
    sys.path += asked["paths"]
    steps = doorstep(asked) if asked["who"] == "doorstep" else libraries(asked, calls=asked["who"] == "with calls")
    steps["all"] = time.perf_counter() - _BEGAN
    print(json.dumps(steps))


def doorstep(asked: dict) -> dict:  # type: ignore[type-arg]
    """The function, as Lambda imports it, and its first answer."""
    sys.path.insert(0, f"{asked['root']}/functions/validate_address")
    import validate_address

    imports = time.perf_counter() - _BEGAN
    row, path = asked["row"], "/addresses/validate"
    context = {"requestId": "1", "stage": "live", "resourcePath": path, "httpMethod": "POST", "path": f"/live{path}"}
    event = {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": {"Content-Type": "application/json"},
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "requestContext": context,
        "body": json.dumps(row),
        "isBase64Encoded": False,
    }
    answer = validate_address.handler(event, None)
    verdict = json.loads(answer["body"])
    assert answer["statusCode"] == 200, answer
    assert verdict["coverage"] == "address", answer
    return {"imports": imports}


def libraries(asked: dict, *, calls: bool) -> dict:  # type: ignore[type-arg]
    """What the libraries cost before anything of ours."""
    import boto3
    import usaddress  # noqa: F401 - its model is loaded with it
    from aws_lambda_powertools import Logger

    Logger(service="other")
    table = boto3.client("dynamodb")
    imports = time.perf_counter() - _BEGAN
    if calls:
        boto3.client("secretsmanager").get_secret_value(SecretId="signing-secret")
        key = {":pk": {"S": f"ZIP#{asked['row']['postal_code'][:5]}"}}
        found = table.query(TableName="streets", KeyConditionExpression="pk = :pk", ExpressionAttributeValues=key)
        assert found["Items"]
    return {"imports": imports}


if __name__ == "__main__":
    main()
