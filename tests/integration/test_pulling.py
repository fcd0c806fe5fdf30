"""Parcels whose webhooks were lost are asked about before ops is, once, and never at the price of a deadline.

Played against 17TRACK and EasyPost as `provider_stub` has them, over real sockets on this machine.
"""

from __future__ import annotations

import hashlib
import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

import pytest
from provider_stub import KEY, ProviderStub, Trouble, providers
from shipping import MOVING, PARCEL, UPS, at_rest, case, detail, hear, parcel_file, register, scan, ship, tracker
from world import Killed, World

from doorstep.errors import DoorstepError, Permanent, Transient

pytestmark = pytest.mark.enable_socket
BOTH: Final = ("17track", "easypost")
NEWS: Final = "2026-11-25T06:00:00Z"
"""Two hours before the silence is due."""
OLD: Final = "2026-11-23T08:00:00Z"


class Clock:
    """A clock that only passes while somebody waits for it, or is told to."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.waited: list[float] = []

    def __call__(self) -> float:
        return self.time

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.time += seconds


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with providers() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop(
    new_world: Callable[..., World], stub: ProviderStub, clock: Clock, request: pytest.FixtureRequest
) -> Callable[..., World]:
    """Makes a world that asks: a parcel was scanned at eight on Monday morning, and then nothing was heard of it."""

    def made(pull_with: str = "17track", *, keys: object = None, parcel: bool = True) -> World:
        world = new_world(policy=json.dumps({"default": {"parcels": {"pull_with": pull_with}}}))
        set_keys(world, {name: [KEY] for name in BOTH} if keys is None else keys)
        net = world.function("meet_deadlines").net
        net.pull.bases, net.pull.clock, net.pull.pause = stub.bases, clock, clock.pause
        world.function("meet_deadlines").net = replace(net, clock=clock)
        if parcel:
            ship(world)
            hear(world, scan(*MOVING))
        return world

    return made


def ups(n: int) -> str:
    """A number with UPS's check digit, of a shipper that does not exist."""
    body = f"DSTEP100{n:07d}"
    values = [int(it) if it.isdigit() else (ord(it) - 63) % 10 for it in body]
    return f"1Z{body}{-(sum(values[0::2]) + 2 * sum(values[1::2])) % 10}"


def set_keys(world: World, keys: object) -> None:
    with world.unwatched():
        secret = json.dumps({"providers": keys})
        world.client("secretsmanager").put_secret_value(SecretId="pulls", SecretString=secret)


def known(at: str, code: str = "InTransit_Other", number: str = UPS) -> dict[str, dict[str, Any]]:
    """What both providers know of a parcel: an event at this moment, after the one we have heard of."""
    status = {
        "InTransit_Other": ("in_transit", "arrived_at_facility"),
        "Delivered_Other": ("delivered", "arrived_at_destination"),
    }
    lines = [detail(OLD, "in_transit", "received_at_origin_facility"), detail(at, *status[code])]
    events = [(OLD, "InTransit_PickedUp", "Origin Scan"), (at, code, "")]
    return {number: {"carrier": "UPS", "17track": events, "easypost": tracker(*lines, number=number)["result"]}}


def fall_silent(world: World) -> None:
    """Two days have passed since the last scan, and the schedule runs."""
    world.wait(hours=41)
    world.sweep()


def kinds(world: World) -> list[str]:
    return [it["kind"] for it in world.file()["cases"]]


def counted(capfd: pytest.CaptureFixture[str], name: str) -> float:
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines() if f'"{name}"' in line]
    return sum(sum(line[name]) for line in lines)


def pulls(world: World) -> dict[str, bytes]:
    """What was kept of answers."""
    with world.unwatched():
        s3 = world.client("s3")
        found = s3.list_objects_v2(Bucket="archive", Prefix="pulls/").get("Contents", [])
        return {it["Key"]: s3.get_object(Bucket="archive", Key=it["Key"])["Body"].read() for it in found}


def pulled_at(world: World) -> str:
    (item,) = world.raw_items("orders", "PARCEL#")
    return str(item.get("pulled_at", {}).get("S", ""))


# ---------------------------------------------------------------- what it is for


@pytest.mark.parametrize("provider", BOTH)
def test_news_that_were_lost_on_the_way_are_fetched_and_ops_is_left_alone(
    shop: Callable[..., World], stub: ProviderStub, provider: str
) -> None:
    world = shop(provider)
    stub.known = known(NEWS)

    fall_silent(world)

    assert stub.asked == [(provider, [UPS])]
    assert stub.agents == {"Doorstep"}
    assert kinds(world) == []
    newest = parcel_file(world)["scans"][-1]
    assert (newest["provider"], newest["occurred_at"]) == (provider, "2026-11-25T06:00:00.000Z")
    assert pulled_at(world) == "2026-11-25T08:00:00.000Z"
    (item,) = world.raw_items("orders", "PARCEL#")
    assert item["due_at"]["S"] == "2026-11-27T06:00:00.000Z"
    at_rest(world)


@pytest.mark.parametrize("provider", BOTH)
def test_a_delivery_nobody_told_us_of_ends_the_watch(
    shop: Callable[..., World], stub: ProviderStub, provider: str
) -> None:
    world = shop(provider)
    stub.known = known(NEWS, "Delivered_Other")

    fall_silent(world)
    world.wait(days=10)
    world.sweep()

    assert (parcel_file(world)["milestone"], kinds(world), len(stub.asked)) == ("delivered", [], 1)
    at_rest(world)


@pytest.mark.parametrize("provider", BOTH)
def test_the_answer_is_kept_as_it_came_and_scans_say_where(
    shop: Callable[..., World], stub: ProviderStub, provider: str
) -> None:
    world = shop(provider)
    stub.known = known(NEWS)

    fall_silent(world)

    ((name, body),) = pulls(world).items()
    assert name == f"pulls/{provider}/2026/11/25/{hashlib.sha256(body).hexdigest()}.json"
    assert set(json.loads(body)) == ({"code", "data"} if provider == "17track" else {"trackers", "has_more"})
    items = world.raw_items("orders", "SCAN#")
    assert {it["archive"]["S"] for it in items if it["provider"]["S"] == provider} == {name}


@pytest.mark.parametrize("provider", BOTH)
@pytest.mark.parametrize("what", ["nothing", "the same"])
def test_a_silence_the_provider_shares_is_trouble_as_ever(
    shop: Callable[..., World], stub: ProviderStub, provider: str, what: str
) -> None:
    world = shop(provider)
    stub.known = {} if what == "nothing" else known(OLD)

    fall_silent(world)

    assert len(stub.asked) == 1
    assert (kinds(world), case(world)["step"]) == (["stalled"], "ask_carrier")
    at_rest(world)


def test_a_number_the_provider_does_not_know_is_counted(
    shop: Callable[..., World], capfd: pytest.CaptureFixture[str]
) -> None:
    world = shop("17track")

    fall_silent(world)

    out = capfd.readouterr().out
    assert [json.loads(line)["PullUnheard"] for line in out.splitlines() if '"PullUnheard"' in line] == [[1.0]]


@pytest.mark.parametrize(
    ("provider", "code"), [("17track", "sub_status:InTransit_Drone"), ("easypost", "status_detail:drone")]
)
def test_ops_hears_the_day_after_of_codes_in_an_answer_that_nobody_knows(
    shop: Callable[..., World], stub: ProviderStub, provider: str, code: str
) -> None:
    world = shop(provider)
    told = tracker(detail(OLD, "in_transit", "received_at_origin_facility"), detail(NEWS, "in_transit", "drone"))
    events = [(OLD, "InTransit_PickedUp", "Origin Scan"), (NEWS, "InTransit_Drone", "")]
    stub.known = {UPS: {"carrier": "UPS", "17track": events, "easypost": told["result"]}}

    fall_silent(world)
    world.wait(hours=24)
    world.sweep()

    (digest,) = [it for it in world.alerts() if it["attributes"].get("kind") == "unknown_codes"]
    assert digest["subject"] == "[info] 1 unknown carrier codes on 2026-11-25"
    assert f"{provider}, {code}" in digest["text"]


def test_a_label_without_a_parcel_is_asked_about_too(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track", parcel=False)
    ship(world)
    stub.known = known("2026-11-26T06:00:00Z")
    world.wait(hours=91)

    world.sweep()

    assert (kinds(world), parcel_file(world)["milestone"]) == ([], "in_transit")


# ---------------------------------------------------------------- whom, and how often


def test_by_default_nobody_is_asked(world: World, stub: ProviderStub) -> None:
    set_keys(world, {"17track": [KEY]})
    world.function("meet_deadlines").net.pull.bases = stub.bases
    ship(world)
    hear(world, scan(*MOVING))

    fall_silent(world)

    assert (stub.requests, kinds(world), pulled_at(world)) == ([], ["stalled"], "")


def test_who_spoke_of_the_parcel_last_is_asked_first(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track")
    world.webhook(tracker(detail(OLD, "in_transit", "received_at_origin_facility")))
    world.pump()

    fall_silent(world)

    assert stub.asked == [("easypost", [UPS])]


def test_without_their_key_whom_the_seller_named_is_asked(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track", keys={"17track": [KEY]})
    world.webhook(tracker(detail(OLD, "in_transit", "received_at_origin_facility")))
    world.pump()

    fall_silent(world)

    assert stub.asked == [("17track", [UPS])]


@pytest.mark.parametrize("keys", [{}, {"17track": []}, {"17track": ""}, {"17track": [""]}, {"17track": [5]}, []])
def test_without_any_key_nobody_is_asked_and_that_is_counted(
    shop: Callable[..., World], stub: ProviderStub, keys: object, capfd: pytest.CaptureFixture[str]
) -> None:
    world = shop("17track", keys=keys)

    fall_silent(world)

    assert (stub.requests, kinds(world)) == ([], ["stalled"])
    assert counted(capfd, "PullWithoutKey") == 1
    at_rest(world)


def test_a_key_is_exchanged_in_peace(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track", keys={"17track": ["not-yet-in-force", KEY]})
    stub.known = known(NEWS)

    fall_silent(world)

    assert len(stub.requests) == 2
    assert kinds(world) == []


def test_a_parcel_is_asked_about_once_in_twelve_hours(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track")
    stub.known = known("2026-11-23T19:00:00Z")

    fall_silent(world)  # on the 25th at eight: the news are good for eleven more hours
    world.wait(hours=11)
    world.sweep()

    assert len(stub.asked) == 1
    assert kinds(world) == ["stalled"]


def test_after_twelve_hours_it_is_asked_about_again(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track")
    stub.known = known("2026-11-23T20:00:00Z")

    fall_silent(world)
    stub.known = known(NEWS)
    world.wait(hours=12)
    world.sweep()

    assert len(stub.asked) == 2
    assert kinds(world) == []


def test_while_somebody_looks_into_it_nobody_is_asked(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track")
    hear(world, scan("exception", "23T12:00", "address_no_such_number"))

    world.wait(days=3)
    world.put("deadlines", {"pk": "ORDER#shop-1#1001", "sk": f"PARCEL#{PARCEL.replace('.', '#')}", "due_at": OLD})
    world.sweep()

    assert stub.requests == []


def test_all_parcels_of_a_batch_are_one_question_for_17track(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track", parcel=False)
    numbers = sorted(ups(n) for n in range(9))
    for n, number in enumerate(numbers):
        ship(world, f"2{n:03d}", number)
        hear(world, scan(*MOVING, number=number))
        stub.known |= known(NEWS, number=number)
    register(world, "2000", number=numbers[1])  # two orders in one parcel
    world.pump()

    fall_silent(world)

    assert [(name, sorted(asked)) for name, asked in stub.asked] == [("17track", numbers)]
    assert not world.raw_items("orders", "CASE#")
    at_rest(world)


def test_easypost_is_asked_about_each_and_no_faster_than_it_likes(
    shop: Callable[..., World], stub: ProviderStub, clock: Clock
) -> None:
    world = shop("easypost", parcel=False)
    for n in range(3):
        ship(world, f"2{n:03d}", ups(n))
        hear(world, scan(*MOVING, number=ups(n)))

    fall_silent(world)

    assert sorted(asked for _, asked in stub.asked) == [[ups(n)] for n in range(3)]
    assert clock.waited == [pytest.approx(0.2), pytest.approx(0.2)]


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("17track", "https://api.17track.net/track/v2.2/gettrackinfo"),
        ("easypost", f"https://api.easypost.com/v2/trackers?tracking_code={UPS}&page_size=5"),
    ],
)
def test_as_deployed_the_providers_themselves_are_asked_and_no_other_host(
    shop: Callable[..., World], monkeypatch: pytest.MonkeyPatch, provider: str, url: str
) -> None:
    world = shop(provider)
    called: list[str] = []

    def call(request: urllib.request.Request, timeout: float) -> None:
        called.append(request.full_url)
        raise OSError

    pull, now = world.function("meet_deadlines").net.pull, world.function("meet_deadlines").now()
    pull.bases, pull.opener = {}, lambda: SimpleNamespace(open=call)

    with world.unwatched(), pytest.raises(Transient):
        pull.ask(provider, [UPS], now=now)
    pull.clock = lambda: 10_000.0
    monkeypatch.setattr("doorstep.platform.pull.may_be_called", lambda _: False)
    with world.unwatched(), pytest.raises(Permanent, match="not called"):
        pull.ask(provider, [UPS], now=now)

    assert called == [url]


# ---------------------------------------------------------------- when it goes wrong


TROUBLES: Final = {
    "broken": [Trouble(500)] * 9,
    "gone": [Trouble(404)] * 9,
    "refused": [Trouble(403)] * 9,
    "a page": [Trouble(body=b"<html>")] * 9,
    "empty": [Trouble(body=b"")] * 9,
    "a list": [Trouble(body=b"[]")] * 9,
    "something else": [Trouble(body=b'{"event": 5}')] * 9,
    "an error as an answer": [Trouble(body=b'{"code": -18010013, "data": {"errors": []}}')] * 9,
    "an inner error": [Trouble(body=b'{"code": -18010003, "data": {}}')] * 9,
    "too large": [Trouble(body=b" " * 2_097_153)] * 9,
    "cut short": [Trouble(body=b'{"code": 0', promised=500)] * 9,
    "a redirect": [Trouble(302, {"Location": "/v2/trackers?tracking_code=1"})] * 9,
    "asks for patience": [Trouble(429, {"Retry-After": "5"})] * 9,
}


@pytest.mark.parametrize("provider", BOTH)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_the_provider_does_the_deadline_is_met(
    shop: Callable[..., World], stub: ProviderStub, provider: str, trouble: str
) -> None:
    world = shop(provider)
    stub.trouble = list(TROUBLES[trouble])

    fall_silent(world)

    assert kinds(world) == ["stalled"]
    assert len(stub.requests) == 1
    assert pulled_at(world) == ""
    at_rest(world)


def test_a_provider_that_is_not_there_stops_nothing(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track")
    world.function("meet_deadlines").net.pull.bases = {"17track": "http://127.0.0.1:1"}

    fall_silent(world)

    assert kinds(world) == ["stalled"]
    at_rest(world)


def test_a_provider_that_hangs_is_given_up(
    shop: Callable[..., World], stub: ProviderStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = shop("17track")
    monkeypatch.setattr("doorstep.platform.pull._SILENCE", 0.1)
    stub.trouble = [Trouble(delay=0.4)]

    fall_silent(world)

    assert (kinds(world), len(stub.requests)) == (["stalled"], 1)


def test_an_answer_that_drips_is_given_up(shop: Callable[..., World], stub: ProviderStub, clock: Clock) -> None:
    world = shop("17track")
    world.function("meet_deadlines").net.pull.clock = lambda: setattr(clock, "time", clock.time + 9) or clock.time
    stub.known = known(NEWS)

    fall_silent(world)

    assert kinds(world) == ["stalled"]
    assert pulls(world) == {}


def test_a_secret_that_cannot_be_read_stops_nothing(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track")
    world.function("meet_deadlines").net.pull.keys.secret.arn = "arn:aws:secretsmanager:us-east-1:1:secret:gone"

    fall_silent(world)

    assert (kinds(world), stub.requests) == (["stalled"], [])
    at_rest(world)


def test_a_provider_that_asks_for_patience_gets_it_and_then_its_word_counts(
    shop: Callable[..., World], stub: ProviderStub, clock: Clock
) -> None:
    world = shop("17track")
    stub.known = known(NEWS)
    stub.trouble = [Trouble(429, {"Retry-After": "120"})]
    world.wait(hours=41)
    world.invoke("watch_deadlines", {})

    world.drain("deadlines", "meet_deadlines")
    assert (kinds(world), len(stub.requests)) == ([], 1)
    world.drain("deadlines", "meet_deadlines")
    assert (kinds(world), len(stub.requests)) == ([], 1)
    clock.time += 121
    world.pump()

    assert (kinds(world), len(stub.requests)) == ([], 2)
    assert parcel_file(world)["scans"][-1]["provider"] == "17track"
    at_rest(world)


def test_patience_has_an_end(shop: Callable[..., World], stub: ProviderStub, clock: Clock) -> None:
    world = shop("17track")
    stub.trouble = [Trouble(503, {"Retry-After": "Wed, 25 Nov 2026 20:00:00 GMT"}), Trouble(429, {"Retry-After": "x"})]
    fall_silent(world)
    assert (kinds(world), len(stub.requests)) == (["stalled"], 1)

    pull = world.function("meet_deadlines").net.pull
    clock.time += 901  # however long it asked for, in a quarter of an hour somebody tries again
    with world.unwatched(), pytest.raises(Exception, match="429"):
        pull.ask("17track", [UPS], now=world.function("meet_deadlines").now())
    clock.time += 29
    with world.unwatched(), pytest.raises(Exception, match="patience"):
        pull.ask("17track", [UPS], now=world.function("meet_deadlines").now())

    assert len(stub.requests) == 2


def test_no_key_and_no_number_is_ever_told(
    shop: Callable[..., World], stub: ProviderStub, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    world = shop("17track", keys={"17track": [KEY, "older\r\nX-Other: 1"]})
    pull, now = world.function("meet_deadlines").net.pull, world.function("meet_deadlines").now()
    for trouble in (it[0] for it in TROUBLES.values()):
        stub.trouble = [trouble]
        with world.unwatched(), pytest.raises(DoorstepError) as told:
            pull.ask("17track", [UPS], now=now)
        assert not any(word in str(told.value) for word in (KEY, "older", UPS))
        clock.time += 1000
    stub.trouble = [Trouble(401)]

    fall_silent(world)

    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "'what': 'pull'" in logged
    assert not any(word in logged for word in (KEY, "older", UPS))


@pytest.mark.parametrize("after", range(12))
def test_killed_anywhere_on_the_way_it_comes_to_the_same(
    shop: Callable[..., World], stub: ProviderStub, after: int
) -> None:
    world = shop("17track")
    stub.known = known(NEWS)
    world.wait(hours=41)
    world.invoke("watch_deadlines", {})
    world.kill_after(after)

    world.pump()

    assert world.fuse_burnt
    assert (kinds(world), parcel_file(world)["scans"][-1]["provider"]) == ([], "17track")
    assert not any(world.dead.values())


def test_a_webhook_that_arrives_meanwhile_is_heard_as_well(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track")
    stub.known = known(NEWS)
    world.wait(hours=41)
    world.invoke("watch_deadlines", {})
    late = tracker(detail("2026-11-25T07:00:00Z", "out_for_delivery", "out_for_delivery"))
    world.before_next_write(
        lambda: (world.webhook(late), world.relay(), world.drain("scans", "track_parcels")), after=1
    )

    world.pump()

    assert world.rival_came
    assert (parcel_file(world)["milestone"], kinds(world)) == ("out_for_delivery", [])
    at_rest(world)


def test_records_that_cannot_be_read_fail_by_themselves(shop: Callable[..., World], stub: ProviderStub) -> None:
    world = shop("17track")
    stub.known = known(NEWS)
    for body in ("{", "[]", "5", '{"pk": 5, "sk": "PARCEL#ups#1"}', '{"pk": "x", "sk": "PARCEL#a"}', '{"sk": null}'):
        world.put("deadlines", body)

    fall_silent(world)

    assert (kinds(world), len(stub.asked)) == ([], 1)
    assert len(world.dead["deadlines"]) == 6


def test_the_kill_is_a_kill() -> None:
    """`except Exception` in the net must not swallow it."""
    assert not issubclass(Killed, Exception)
