"""The envelope of the street reference: what we seal we can open, and nothing else."""

from __future__ import annotations

import json
import zlib

import pytest

from doorstep.address.reference.blob import ForeignBlob, city_pk, opened, sealed, sk, zip_pk

CONTENT = {"zip": "05401", "streets": [["ELM ST", -1, "1 3", [], {}]], "cities": ["PEÑA"]}
HEADER = b"DSR\x01"


def test_what_is_sealed_opens_to_the_same() -> None:
    assert opened(sealed(CONTENT)) == CONTENT
    assert sealed(CONTENT) == sealed(dict(CONTENT))
    assert sealed(CONTENT)[:4] == HEADER


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"DSR", id="no version"),
        pytest.param(b"DSR\x02" + sealed(CONTENT)[4:], id="another version"),
        pytest.param(b"XYZ\x01" + sealed(CONTENT)[4:], id="another kind"),
        pytest.param(sealed(CONTENT)[:-1], id="cut off"),
        pytest.param(sealed(CONTENT) + b"x", id="something after"),
        pytest.param(HEADER + b"not zlib", id="not packed"),
        pytest.param(HEADER + zlib.compress(b"{"), id="not JSON"),
        pytest.param(HEADER + zlib.compress(b"\xff{}"), id="not text"),
        pytest.param(HEADER + zlib.compress(b"[" * 100_000), id="too deep"),
        pytest.param(HEADER + zlib.compress(b"[1]"), id="a list"),
        pytest.param(HEADER + zlib.compress(b"1" * 5_000), id="an endless number"),
        pytest.param(HEADER + zlib.compress(b"{}" + b" " * 17_000_000), id="a bomb"),
    ],
)
def test_what_is_not_ours_is_foreign(body: bytes) -> None:
    with pytest.raises(ForeignBlob):
        opened(body)


def test_fifteen_megabytes_are_not_yet_too_many() -> None:
    text = json.dumps({"streets": "x" * 15_000_000}).encode()

    assert len(opened(HEADER + zlib.compress(text))["streets"]) == 15_000_000


def test_the_spellings_of_a_city_share_a_partition() -> None:
    assert city_pk("VT", "St. Albans") == city_pk("VT", "SAINT ALBANS") == "CITY#VT#SAINT ALBANS"
    assert zip_pk("05401") == "ZIP#05401"
    assert sk("tiger", "vt.zip", 7) == "tiger#vt.zip#007"
