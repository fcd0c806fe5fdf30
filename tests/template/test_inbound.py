"""What others may tell us, and the words of our contracts: schemas, manuals and samples say what the code does."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, get_args

import pytest
import template_rules as rules
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from stack_template import ROOT, resources
from world import INBOUND

from doorstep.cases.case import KINDS
from doorstep.cases.offer import NEXT, Payer
from doorstep.cases.working import RESOLUTIONS
from doorstep.data import load
from doorstep.errors import Rejected
from doorstep.orders.order import ReleaseReason
from doorstep.parcels.providers.provider import WebhookCall
from doorstep.parcels.providers.registry import PROVIDERS
from doorstep.parcels.scan import MILESTONES
from doorstep.parcels.scanned import MOST_SCANS, decode_scanned
from doorstep.parcels.vocabulary import is_reason

RECEIVED = datetime(2026, 11, 23, tzinfo=UTC)

NOW: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
EVENTS: Final = ROOT / "docs" / "events"


def schema(name: str) -> dict[str, Any]:
    """A schema of the bus, by the file's name."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.schema.json").read_text("utf-8"))
    return found


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name), format_checker=FormatChecker())


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
    return found


@lru_cache(maxsize=1)
def components() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))["components"][
        "schemas"
    ]
    return found


def manual() -> str:
    return (ROOT / "docs" / "events.md").read_text("utf-8")


# ---------------------------------------------------------------- inbound events


def test_every_inbound_event_has_a_schema_and_a_sample_that_fits() -> None:
    for event in rules.INBOUND:
        slug = event.lower().replace(" ", "_")
        inbound = (EVENTS / "in" / f"{slug}.schema.json").exists()
        name, folder = (f"in/{slug}", "bus_in") if inbound else (slug, "bus")

        Draft202012Validator.check_schema(schema(name))
        assert schema(name)["title"] == event
        assert sample(f"{folder}/{slug}")["detail-type"] == event
        validator(name).validate(sample(f"{folder}/{slug}")["detail"])
        assert f"(events/{name}.schema.json)" in manual()
        assert f"(../events/{folder}/{slug}.json)" in manual()


def test_nothing_inbound_is_written_down_that_nobody_listens_to() -> None:
    written = {schema(f"in/{path.name.partition('.')[0]}")["title"] for path in (EVENTS / "in").glob("*")}
    sampled = {json.loads(path.read_text("utf-8"))["detail-type"] for path in (ROOT / "events" / "bus_in").glob("*")}

    assert written <= set(rules.INBOUND)
    assert sampled == written


def test_the_world_of_the_tests_listens_as_the_template_does() -> None:
    assert {name: it["EventPattern"] for name, it in listening().items()} == INBOUND


def listening() -> dict[str, Any]:
    """The rules that lead events to the scans queue."""
    queue = {"Fn::GetAtt": ["ScansQueue", "Arn"]}
    found = {name: it["Properties"] for name, it in resources("AWS::Events::Rule").items()}
    return {name: it for name, it in found.items() if queue in [target["Arn"] for target in it["Targets"]]}


def told(**changes: Any) -> dict[str, Any]:
    """The sample's detail with some members of its scan changed; None takes one away."""
    detail: dict[str, Any] = copy.deepcopy(sample("bus_in/parcel_scanned")["detail"])
    for name, value in changes.items():
        detail["data"].pop(name, None) if value is None else detail["data"].update({name: value})
    return detail


def taken(detail: object) -> bool:
    """Whether the code takes it."""
    try:
        decode_scanned(detail, source="erp", received_at=NOW)
    except Rejected:
        return False
    return True


def test_what_the_schema_asks_for_is_what_the_code_asks_for() -> None:
    scan = schema("in/parcel_scanned")["$defs"]["scan"]
    needed = {name for name in scan["properties"] if name in told()["data"] and not taken(told(**{name: None}))}

    assert taken(told())
    assert needed == set(scan["required"])


def test_an_envelope_of_ones_own_is_taken_and_so_is_none() -> None:
    for detail in (told() | {"metadata": {"anything": 1}}, {"data": told()["data"]}):
        assert taken(detail)
        assert validator("in/parcel_scanned").is_valid(detail)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("milestone", "on_its_way"),
        ("direction", "sideways"),
        ("tracking_number", "no/number"),
        ("tracking_number", "123"),
        ("carrier", "<usps>"),
        ("provider", "two words"),
        ("raw_code", "a\nb"),
        ("archive", "/etc"),
        ("is_physical", "yes"),
        ("reopens", 1),
        ("location", "Edison"),
        ("location", {"city": "Edi\nson"}),
        ("occurred_at", "yesterday"),
    ],
)
def test_what_the_code_refuses_the_schema_refuses(name: str, value: object) -> None:
    assert not taken(told(**{name: value}))
    assert not validator("in/parcel_scanned").is_valid(told(**{name: value}))


def test_every_field_that_the_schema_offers_is_read() -> None:
    """What a field says arrives in the scan: none is offered for nothing."""
    said = {
        "provider": "erp",
        "carrier": "ups",
        "tracking_number": "1ZDSTEP10030000126",
        "occurred_at": "2026-11-22T15:00:00Z",
        "milestone": "delivered",
        "reason": "left_at_agent",
        "place": "locker",
        "raw_code": "D1",
        "code_table": "dock-2",
        "is_physical": False,
        "location": {"city": "Newark"},
        "direction": "return",
        "reopens": True,
        "archive": "webhooks/erp/1",
    }
    offered = schema("in/parcel_scanned")["$defs"]["scan"]["properties"]
    places = load("parcels/vocabulary")["reasons"]["place"]
    said["place"], said["reason"] = list(places)[:2]
    (before,) = decode_scanned(told(), source="dock", received_at=NOW).scans

    assert set(said) == set(offered)
    for name, value in said.items():
        (scan,) = decode_scanned(told(**{name: value}), source="dock", received_at=NOW).scans
        assert getattr(scan, name) != getattr(before, name), name


def test_as_many_scans_as_the_schema_allows_are_taken_and_not_one_more() -> None:
    detail = told()
    for count, fits in ((MOST_SCANS, True), (MOST_SCANS + 1, False), (0, False)):
        many = {**detail, "data": {"scans": [detail["data"]] * count}}
        assert taken(many) is fits
        assert validator("in/parcel_scanned").is_valid(many) is fits


def test_the_command_in_the_manual_puts_an_event_that_is_taken() -> None:
    (block,) = re.findall(r"cat > scan\.json <<'EOF'\n(.*?)EOF", manual(), re.DOTALL)
    (entry,) = json.loads(block)

    detail = json.loads(entry["Detail"])
    assert entry["DetailType"] == "Parcel Scanned"
    validator("in/parcel_scanned").validate(detail)
    assert decode_scanned(detail, source=entry["Source"], received_at=NOW).scans[0].provider == entry["Source"]


def test_the_manual_describes_every_field_of_a_scan() -> None:
    table = manual().partition("## Telling Doorstep of scans")[2].partition("\n## ")[0]
    for name in schema("in/parcel_scanned")["$defs"]["scan"]["properties"]:
        assert f"`{name}`" in table, name


# ---------------------------------------------------------------- the words of contracts


def words(event: str, field: str) -> set[str]:
    """The values that a field of an event may have."""
    return set(schema(event)["properties"]["data"]["properties"][field]["enum"])


def values(component: str) -> set[str]:
    return set(components()[component]["enum"])


OPTIONS: Final = set(load("cases/offers")["options"])
ROWS: Final = set(load("cases/offers")["rows"])


def test_milestones_are_those_of_the_vocabulary() -> None:
    assert words("parcel_milestone_reached", "milestone") == values("Milestone") == set(MILESTONES)
    assert set(schema("in/parcel_scanned")["$defs"]["scan"]["properties"]["milestone"]["enum"]) == set(MILESTONES)


def test_kinds_of_cases_are_those_of_the_case_room() -> None:
    for event in ("case_opened", "case_step_due", "case_resolved"):
        assert words(event, "kind") == values("CaseKind") == set(KINDS)


def test_options_and_rows_are_those_of_the_table_of_offers() -> None:
    assert words("offer_accepted", "option") == words("offer_settled", "option") == values("OptionName") == OPTIONS
    assert words("offer_made", "row") == ROWS


def test_states_of_offers_are_those_of_the_case_room() -> None:
    assert set(components()["Offer"]["properties"]["state"]["enum"]) == set(NEXT)
    assert words("offer_settled", "state") <= set(NEXT)
    assert set(components()["Option"]["properties"]["paid_by"]["enum"]) == set(get_args(Payer))


def test_resolutions_that_an_operator_may_give_are_told_by_the_bus() -> None:
    assert values_of("Resolution", "resolution") == set(RESOLUTIONS)
    assert values_of("Case", "resolution") - {None} == words("case_resolved", "resolution") >= set(RESOLUTIONS)
    given = {
        outcome
        for book in load("cases/playbooks").values()
        for step in book["steps"].values()
        for outcome, then in step.get("outcomes", {}).items()
        if then == "resolved"
    }
    assert given <= words("case_resolved", "resolution")


def values_of(component: str, field: str) -> set[Any]:
    return set(components()[component]["properties"][field]["enum"])


def test_signs_of_a_false_delivery_are_those_of_the_parcel_room() -> None:
    reasons = components()["Suspicion"]["properties"]["reasons"]["items"]["enum"]

    assert set(reasons) == set(load("parcels/suspicion")["points"])


def test_reasons_of_a_release_are_those_of_the_order_room() -> None:
    assert words("order_released", "reason") == set(get_args(ReleaseReason))


def test_every_template_may_fail_and_is_known_to_the_bus() -> None:
    assert words("message_failed", "template") == set(load("messages/templates"))


def test_reasons_in_samples_are_words_of_the_vocabulary() -> None:
    for name in ("case_opened", "parcel_milestone_reached"):
        assert is_reason(sample(f"bus/{name}")["detail"]["data"]["reason"])


def test_every_provider_is_named_where_the_url_is_described() -> None:
    paths = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))["paths"]
    parameter = paths["/webhooks/{provider}"]["parameters"][0]

    assert all(name in parameter["description"] for name in PROVIDERS)
    assert parameter["example"] in PROVIDERS


def test_the_sample_of_a_webhook_is_signed_and_says_something() -> None:
    event = sample("api/receive_webhook")
    adapter = PROVIDERS[event["pathParameters"]["provider"]]
    call = _call(event)

    adapter.verify(call, ["sample-webhook-secret"])
    heard = adapter.read(call.body, received_at=NOW, archive="webhooks/sample")
    assert heard.unmapped == ()
    assert [scan.milestone for scan in heard.scans] == ["info_received", "in_transit", "exception"]
    assert heard.scans[-1].reason == "address_insufficient"


def _call(event: Mapping[str, Any]) -> WebhookCall:
    headers = {name.lower(): value for name, value in event["headers"].items()}
    return WebhookCall(
        event["pathParameters"]["provider"],
        headers,
        event["body"].encode(),
        event["path"],
        datetime(2026, 11, 23, tzinfo=UTC),
    )
