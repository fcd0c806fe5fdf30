"""Keys, secrets and tokens; items and their codec; batches to bus and queue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import NOW, an_order

from doorstep.errors import NotFound, Permanent, Refused
from doorstep.messages.message import Message, MessageRef
from doorstep.outbox import Event, MessageRequest
from doorstep.platform import bus as bus_module
from doorstep.platform import keys, secret
from doorstep.platform import links as links_module
from doorstep.platform import table as table_module
from doorstep.platform.bus import Bus, Queue
from doorstep.platform.items import from_plain, from_wire, stamp, to_plain, to_wire
from doorstep.platform.keyring import Keyring
from doorstep.platform.links import LinksTable
from doorstep.platform.mail import from_tag, to_tag
from doorstep.platform.merchants import Merchant, Merchants
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.outbox_items import Entry, event_entry, message_entry, read_entry
from doorstep.platform.secret import Secret
from doorstep.platform.table import Table

REF = MessageRef("shop-1", "1001", "-/confirm_address/1")


@dataclass
class KnownSecret:
    """A secret that needs no service."""

    text: str

    def value(self, *, fresh_for: float = 0.0) -> str:
        return self.text


def keyring(text: str = "s" * 64) -> Keyring:
    return Keyring(KnownSecret(text))  # type: ignore[arg-type]


class FakeClient:
    """Answers one operation of a service, and remembers what it was asked."""

    def __init__(self, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answer = answer

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        def call(**arguments: Any) -> dict[str, Any]:
            self.asked.append(arguments)
            return self._answer(arguments)

        return call


# -------------------------------------------------------------------- tokens and secrets


def test_tokens_are_the_same_each_time_and_differ_by_everything() -> None:
    ring = keyring()
    others = [
        ring.link_token("order", REF),
        ring.link_token("confirm", MessageRef("shop-2", "1001", REF.key)),
        ring.link_token("confirm", MessageRef("shop-1", "1002", REF.key)),
        ring.link_token("confirm", MessageRef("shop-1", "1001", "-/confirm_address/2")),
        keyring("t" * 64).link_token("confirm", REF),
    ]

    assert ring.link_token("confirm", REF) == ring.link_token("confirm", REF)
    assert len({ring.link_token("confirm", REF), *others}) == 6
    assert all(len(token) == 22 for token in others)


def test_parts_cannot_be_shifted_into_each_other() -> None:
    ring = keyring()

    assert ring.code("a", "bc", "d") != ring.code("ab", "c", "d")
    assert ring.link_token("confirm", MessageRef("a", "bc", "d")) != ring.link_token(
        "confirm", MessageRef("ab", "c", "d")
    )


def test_codes_are_six_digits() -> None:
    codes = {keyring().code("shop-1", str(number), "-/one_time_code/1") for number in range(300)}

    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 290


def test_each_purpose_has_a_key_of_its_own() -> None:
    ring = keyring()

    assert len({ring.key(purpose) for purpose in ("address", "link", "code", "email")}) == 4


def test_a_mailbox_has_one_hash_however_it_is_written() -> None:
    ring = keyring()

    assert ring.hash_email(" Buyer@Example.com ") == ring.hash_email("buyer@example.com")
    assert ring.hash_email("buyer@example.com") != keyring("x").hash_email("buyer@example.com")
    assert "buyer" not in ring.hash_email("buyer@example.com")


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> FakeClient:
    """Secrets Manager with one secret; `vault.text` is what it holds."""
    fake = FakeClient(lambda _: {"SecretString": fake.__dict__.get("text", "first")})
    monkeypatch.setattr(secret, "client", lambda _: fake)
    return fake


def test_a_secret_is_read_once_and_again_after_five_minutes(vault: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [1000.0]
    monkeypatch.setattr("doorstep.platform.secret.time.monotonic", lambda: moment[0])
    kept = Secret("arn")

    assert [kept.value(), kept.value()] == ["first", "first"]
    assert len(vault.asked) == 1

    vault.__dict__["text"] = "second"
    moment[0] += 301
    assert kept.value() == "second"


def test_without_a_secret_nothing_opens(vault: FakeClient) -> None:
    vault.__dict__["text"] = ""

    with pytest.raises(Refused):
        Keyring(Secret("arn")).link_token("confirm", REF)


def digest(key: str) -> str:
    return "sha256:" + hashlib.sha256(key.encode()).hexdigest()


def test_two_keys_may_be_valid_at_once() -> None:
    told = {"merchants": [{"merchant": "m", "shops": ["a"], "keys": [digest("old"), digest("new")]}]}
    merchants = Merchants(KnownSecret(json.dumps(told)))  # type: ignore[arg-type]

    assert merchants.holding("Bearer old") == merchants.holding("bearer new") == Merchant("m", ("a",))
    with pytest.raises(Refused):
        merchants.holding("Bearer " + digest("old"))


def test_a_merchant_speaks_for_its_shops_only() -> None:
    merchant = Merchant("m", ("a", "b"))

    merchant.speaks_for("b")
    for shop in ("", "A", "a,b", "c"):
        with pytest.raises(Refused):
            merchant.speaks_for(shop)


# -------------------------------------------------------------------- links


def test_garbage_tokens_never_reach_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(lambda _: {})
    monkeypatch.setattr(links_module, "client", lambda _: fake)
    table = LinksTable("links", keyring())

    for token in ("", "short", "A" * 21, "A" * 23, "A" * 21 + "!", "A" * 21 + "\n", "Ä" * 22, "../" * 8):
        assert table.find(token) is None
    assert fake.asked == []

    assert table.find("A" * 22) is None
    assert fake.asked[0]["ConsistentRead"] is True


def test_a_link_keeps_the_hash_and_not_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(lambda _: {})
    monkeypatch.setattr(links_module, "client", lambda _: fake)

    url = LinksTable("links", keyring(), "https://shop.example.com").issue("confirm", REF, NOW)

    token = url.rpartition("/")[2]
    assert url == f"https://shop.example.com/confirm/{token}"
    assert token not in str(fake.asked)
    assert hashlib.sha256(token.encode()).hexdigest() in str(fake.asked)


# -------------------------------------------------------------------- keys and tags


def test_versions_sort_as_text() -> None:
    assert sorted(keys.address_sk(number) for number in (10, 9, 1, 100)) == [
        keys.address_sk(number) for number in (1, 9, 10, 100)
    ]


def test_an_order_is_read_back_from_its_key() -> None:
    assert keys.order_of(keys.order_pk("shop-1", "A.1_b-2")) == ("shop-1", "A.1_b-2")


def test_shards_are_stable_and_all_used() -> None:
    shards = {keys.due_shard(keys.order_pk("shop", str(number)), "ORDER") for number in range(200)}

    assert shards == {str(number) for number in range(keys.SHARDS)}
    assert keys.due_shard("a", "b") == keys.due_shard("a", "b")


def test_a_tag_carries_its_message_in_the_letters_ses_allows() -> None:
    ref = MessageRef("s" * 64, "o" * 64, "-/buyer_unreachable.confirm_address_reminder/12")

    assert from_tag(to_tag(ref)) == ref
    assert len(to_tag(ref)) <= 256
    assert set(to_tag(ref)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@pytest.mark.parametrize("tag", ["", "x", "bm9uc2Vuc2U", "////", "ÄÖÜ", "gICA", "YQpiCmMKZA"])
def test_a_foreign_tag_names_no_message(tag: str) -> None:
    assert from_tag(tag) is None


@pytest.mark.parametrize(("pk", "sk"), [("ORDER#shop-1#" + "x" * 3000, "ORDER"), ("ORDER#a#b", "MESSAGE#" + "é" * 600)])
def test_a_key_too_long_for_the_table_is_of_nothing(monkeypatch: pytest.MonkeyPatch, pk: str, sk: str) -> None:
    fake = FakeClient(lambda _: {"Item": {}})
    monkeypatch.setattr(table_module, "client", lambda _: fake)

    assert Table("orders").get(pk, sk) is None

    assert fake.asked == []


def test_without_a_keyring_there_is_no_suppression_list() -> None:
    with pytest.raises(Permanent, match="no_keyring"):
        OrdersTable("orders").suppression("buyer@example.com")


# -------------------------------------------------------------------- items


def test_moments_are_text_that_sorts_as_time() -> None:
    east = timezone(timedelta(hours=9))
    moments = [
        datetime(2026, 1, 31, 17, tzinfo=UTC),
        datetime(2026, 1, 31, 17, 0, 0, 1000, tzinfo=UTC),
        datetime(2026, 2, 1, 2, 0, 1, tzinfo=east),
        datetime(2026, 12, 1, tzinfo=UTC),
    ]

    assert stamp(moments[0]) == "2026-01-31T17:00:00.000Z"
    assert [stamp(moment) for moment in moments] == sorted(stamp(moment) for moment in moments)


def test_an_order_comes_back_as_it_was() -> None:
    file = an_order()

    for value in (file.order, file.address, Message.requested(REF, MessageRequest("confirm_address", "buyer", 1), NOW)):
        wire = to_wire(to_plain(value))
        json.dumps(wire)
        assert from_plain(type(value), from_wire(wire)) == value


def test_members_of_a_newer_version_are_ignored_and_missing_ones_are_not_guessed() -> None:
    plain = to_plain(an_order().order)

    assert from_plain(type(an_order().order), plain | {"new_member": 1}) == an_order().order
    del plain["state"]
    with pytest.raises(Permanent, match="unreadable_item"):
        from_plain(type(an_order().order), plain)


@pytest.mark.parametrize("value", ["nonsense", 5, None])
def test_a_moment_that_cannot_be_read_is_for_people(value: object) -> None:
    plain = to_plain(an_order().order) | {"placed_at": value}

    with pytest.raises(Permanent, match="unreadable_item"):
        from_plain(type(an_order().order), plain)


# -------------------------------------------------------------------- outbox, bus and queue


def test_an_entry_has_the_envelope_and_comes_due_in_two_minutes() -> None:
    event = Event("Order Held", NOW, {"shop": "shop-1", "reason": None, "n": 3})

    item = event_entry("ORDER#shop-1#1001", event, cause="request-1", now=NOW)
    entry = read_entry(from_wire(to_wire(item)))

    assert entry.body["data"] == {"shop": "shop-1", "n": Decimal(3)}
    assert entry.sk == "OUTBOX#" + entry.body["metadata"]["event_id"]
    assert entry.body["metadata"]["causation_id"] == "request-1"
    assert item["due_at"] == stamp(NOW + timedelta(minutes=2))
    assert read_entry(message_entry("ORDER#shop-1#1001", REF, NOW)).body == {
        "shop": "shop-1",
        "order_id": "1001",
        "key": REF.key,
    }


def entries(count: int) -> list[Entry]:
    body = {"name": "Order Held", "metadata": {"event_id": "e"}, "data": {"n": Decimal(1)}}
    return [Entry("pk", f"OUTBOX#{number}", "event", body) for number in range(count)]


@pytest.mark.parametrize(("count", "calls"), [(0, 0), (1, 1), (10, 1), (11, 2), (25, 3)])
def test_the_bus_gets_ten_at_a_time(monkeypatch: pytest.MonkeyPatch, count: int, calls: int) -> None:
    fake = FakeClient(lambda arguments: {"Entries": [{"EventId": "x"} for _ in arguments["Entries"]]})
    monkeypatch.setattr(bus_module, "client", lambda _: fake)

    assert Bus("doorstep").publish(entries(count)) == []

    assert len(fake.asked) == calls
    assert sum(len(call["Entries"]) for call in fake.asked) == count


def test_entries_the_bus_did_not_take_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(
        lambda arguments: {
            "Entries": [
                {"ErrorCode": "x"} if number == 3 else {"EventId": "y"} for number in range(len(arguments["Entries"]))
            ]
        }
    )
    monkeypatch.setattr(bus_module, "client", lambda _: fake)

    assert [entry.sk for entry in Bus("doorstep").publish(entries(15))] == ["OUTBOX#3", "OUTBOX#13"]


def test_notes_the_queue_did_not_take_are_named_by_position(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeClient(
        lambda arguments: {"Failed": [{"Id": it["Id"]} for it in arguments["Entries"] if it["Id"] in {"7", "12"}]}
    )
    monkeypatch.setattr(bus_module, "client", lambda _: fake)

    assert Queue("url").send([{"n": number} for number in range(15)]) == [7, 12]


def test_a_sweeper_that_comes_too_late_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from doorstep.platform import due_index

    monkeypatch.setattr(due_index, "client", lambda _: FakeClient(lambda _: {}))

    with pytest.raises(NotFound, match="published"):
        due_index.DueIndex("orders").outbox_entry("pk", "OUTBOX#1")


def test_an_unknown_key_is_looked_up_again_but_not_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = ("sha256:" + hashlib.sha256(key.encode()).hexdigest() for key in ("old", "new"))
    texts = iter([_merchants_with([old]), _merchants_with([old, new])])
    secrets = FakeClient(lambda _: {"SecretString": next(texts)})
    moments = iter([0.0, 0.0, 20.0, 20.0, 21.0, 21.0, 21.0, 21.0, 21.0, 21.0])
    monkeypatch.setattr(secret, "client", lambda _: secrets)
    monkeypatch.setattr(secret, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    merchants = Merchants(Secret("arn"))
    assert merchants.holding("Bearer old").merchant == "m"

    known = merchants.holding("Bearer new")
    with pytest.raises(Refused):
        merchants.holding("Bearer guess")

    assert known.merchant == "m"
    assert len(secrets.asked) == 2


def _merchants_with(keys: list[str]) -> str:
    return json.dumps({"merchants": [{"merchant": "m", "shops": ["s"], "keys": keys}]})
