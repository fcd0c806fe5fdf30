"""What people upload: the first bytes decide, damage is found out, and nothing unpacks without end."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from made_sources import csv_text, dbf, edge, gzipped, zipped

from doorstep.address.reference import sources
from doorstep.address.reference.rows import PointRow, RangeRow
from doorstep.address.reference.sources import Source, open_source
from doorstep.errors import Rejected

CSV = csv_text("12,Elm St,,Burlington,VT,05401")
DBF = dbf([edge("Elm St", ("1", "9", "05401", "O"))])
NAMELESS = zipped({"a.csv": CSV}).replace(b"a.csv", b"\0.csv")
POINTS = [PointRow("12", "ELM ST", "", "BURLINGTON", "VT", "05401")]
BLANK_LINE = b" " * 60_000 + b"\n"
RANGES = [RangeRow("ELM ST", "05401", "", 1, 9, "O")]


def opened(content: bytes, name: str = "source") -> Source:
    return open_source(name, io.BytesIO(content))


def refused(content: bytes, name: str = "source") -> str:
    """The code with which a source is refused, at once or on the way."""
    with pytest.raises(Rejected) as refusal:
        list(opened(content, name))
    return refusal.value.code


def many(lines: int) -> bytes:
    """A table that does not pack well."""
    return csv_text(*(f"{1 + zlib.crc32(b'%d' % each)},Elm St,,Burlington,VT,05401" for each in range(lines)))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(CSV, "openaddresses", id="csv"),
        pytest.param(gzipped(CSV), "openaddresses", id="csv.gz"),
        pytest.param(zipped({"us/vt/statewide.csv": CSV, "README.txt": b"About"}), "openaddresses", id="csv in zip"),
        pytest.param(zipped({"TXT/NAD_VT.txt": CSV, "TXT/schema.ini": b"[NAD]"}), "openaddresses", id="txt in zip"),
        pytest.param(
            zipped({"b.csv/": b"", "a.csv": CSV, "__MACOSX/._a.csv": b"x", ".b.csv": b"x"}),
            "openaddresses",
            id="hidden",
        ),
        pytest.param(zipped({"a.csv": CSV}, zipfile.ZIP_STORED), "openaddresses", id="stored"),
        pytest.param(DBF, "tiger", id="dbf"),
        pytest.param(gzipped(DBF), "tiger", id="dbf.gz"),
        pytest.param(zipped({"tl_addrfeat.dbf": DBF, "tl_addrfeat.shp": b"shape"}), "tiger", id="dbf in zip"),
    ],
)
@pytest.mark.parametrize("name", ["source", "misleading.zip", "misleading.csv"])
def test_the_first_bytes_say_what_it_is(content: bytes, kind: str, name: str) -> None:
    source = opened(content, name)

    assert source.kind == kind
    assert list(source) == (POINTS if kind == "openaddresses" else RANGES)


def test_a_table_may_begin_as_an_archive_does() -> None:
    content = csv_text("1,12,Elm St,05401", header="PK,NUMBER,STREET,POSTCODE")

    assert list(opened(content)) == [PointRow("12", "ELM ST", "", "", "", "05401")]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        pytest.param(b"", "vt.csv", "empty_source", id="empty"),
        pytest.param(gzipped(b""), "vt.csv.gz", "empty_source", id="empty gz"),
        pytest.param(CSV, "tl_addrfeat.dbf", "damaged_source", id="a table by name only"),
        pytest.param(gzipped(CSV), "tl_addrfeat.DBF.gz", "damaged_source", id="a packed table by name only"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "vt.csv", "not_a_street_source", id="a picture"),
        pytest.param(zipped({}), "vt.zip", "not_a_street_source", id="empty zip"),
        pytest.param(zipped({"a.csv": CSV, "b.csv": CSV}), "vt.zip", "not_a_street_source", id="two tables"),
        pytest.param(zipped({"a.shp": b"shape"}), "vt.zip", "not_a_street_source", id="no table"),
        pytest.param(zipped({"a.zip": zipped({"a.csv": CSV})}), "vt.zip", "not_a_street_source", id="zip in zip"),
        pytest.param(zipped({"a.csv": zipped({"a.csv": CSV})}), "vt.zip", "not_a_street_source", id="disguised zip"),
        pytest.param(NAMELESS, "vt.zip", "not_a_street_source", id="no name in zip"),
        pytest.param(gzipped(gzipped(CSV)), "vt.gz", "not_a_street_source", id="gz in gz"),
        pytest.param(zipped({"a.csv": CSV}, zipfile.ZIP_BZIP2), "vt.zip", "damaged_source", id="rare packing"),
        pytest.param(zipped({"a.csv": CSV})[:-30], "vt.zip", "damaged_source", id="zip without its end"),
        pytest.param(gzipped(many(5_000))[:-2_000], "vt.csv.gz", "damaged_source", id="gz without its end"),
        pytest.param(gzipped(CSV)[:-1], "vt.csv.gz", "damaged_source", id="gz without its sum"),
        pytest.param(gzipped(CSV)[:-8] + b"\0" * 8, "vt.csv.gz", "damaged_source", id="gz with a wrong sum"),
        pytest.param(gzipped(CSV) + b"more", "vt.csv.gz", "damaged_source", id="gz with something after"),
        pytest.param(gzipped(CSV)[:12], "vt.csv.gz", "damaged_source", id="hardly any gz"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(content: bytes, name: str, code: str) -> None:
    assert refused(content, name) == code


def test_a_gz_that_is_cut_off_gives_rows_until_it_is_found_out() -> None:
    source = opened(gzipped(many(50_000))[:-20_000])

    assert next(iter(source))
    with pytest.raises(Rejected):
        list(source)


def test_a_damaged_member_of_an_archive_is_found_out() -> None:
    content = bytearray(zipped({"a.csv": many(5_000)}, zipfile.ZIP_STORED))
    content[2_000] ^= 1

    assert refused(bytes(content)) == "damaged_source"


def test_an_encrypted_member_is_refused() -> None:
    content = bytearray(zipped({"a.csv": CSV}))
    content[content.index(b"PK\x01\x02") + 8] |= 1

    assert refused(bytes(content)) == "damaged_source"


@pytest.mark.parametrize("pack", [gzipped, lambda content: zipped({"a.csv": content})])
def test_a_bomb_is_given_up_before_it_unpacks(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(pack)
    bomb = pack(CSV + BLANK_LINE * 500)
    read = 0
    inner = sources._Bounded.readinto

    def counted(self: sources._Bounded, into: memoryview) -> int:
        nonlocal read
        count = inner(self, into)
        read += count
        return count

    monkeypatch.setattr(sources._Bounded, "readinto", counted)

    assert refused(bomb) == "source_too_large"
    assert read <= sources.FREE_BYTES


def test_what_is_small_may_pack_well() -> None:
    assert list(opened(gzipped(CSV + BLANK_LINE * 150))) == POINTS


@pytest.mark.parametrize("pack", [bytes, gzipped, lambda content: zipped({"a.csv": content})])
def test_there_is_a_limit_to_any_source(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(pack)
    content = many(5_000)
    monkeypatch.setattr(sources, "MOST_UNPACKED", len(content))
    assert len(list(opened(pack(content)))) == 5_000

    monkeypatch.setattr(sources, "MOST_UNPACKED", len(content) - 1)
    assert refused(pack(content)) == "source_too_large"


def test_a_source_is_not_read_into_memory_at_once() -> None:
    class Watched(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            self.largest = max(self.largest, len(found))
            return found

    stream = Watched(many(50_000))

    assert len(list(open_source("vt.csv", stream))) == 50_000
    assert stream.largest <= 1 << 17
