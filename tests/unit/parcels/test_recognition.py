"""Whose a bare tracking number is, what its check digit catches, and what is not refused. No number is anybody's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from samples import parcel

from doorstep.data import load
from doorstep.errors import Rejected
from doorstep.parcels.carriers import OTHER, canonical
from doorstep.parcels.overriding import CERTAINTIES
from doorstep.parcels.recognition import carrier_of, check_digit, plain_number, recognise, typing_error
from doorstep.parcels.registering import decode_parcel

TABLE: Any = load("parcels/recognition")

# What carriers, standards and public test suites print as examples, and sample numbers with a right check digit.
VECTORS = [
    ("1Z999AA10123456784", "ups", "ups_1z"),
    ("1ZDSTEP10030000126", "ups", "ups_1z"),
    ("1ZCIETST0111111114", "ups", "ups_1z"),
    ("1ZCIETST0422222228", "ups", "ups_1z"),
    ("1ZXX3150YW44070023", "ups", "ups_1z"),
    ("1Z410E7W0392751591", "ups", "ups_1z"),
    ("MI012352ZS16187761", "ups", "ups_mail_innovations_id"),
    ("9400136208330123456787", "usps", "usps_impb"),
    ("9205590164917312751089", "usps", "usps_impb"),
    ("9505511069605048600624", "usps", "usps_impb"),
    ("9261292700768711948021", "usps", "usps_impb"),
    ("420921039400111206206406260787", "usps", "usps_impb"),
    ("4201002334249200190132607600833457", "usps", "usps_impb"),
    ("92612903029511573030094531", "usps", "usps_impb_long"),
    ("42022153" + "92748931507708513018050063", "usps", "usps_impb_long"),
    ("03071790000523483741", "usps", "usps_legacy"),
    ("71123456789123456787", "usps", "usps_legacy"),
    ("71969010756003077385", "usps", "usps_legacy_91"),
    ("601200300408", "fedex", "fedex_express"),
    ("986578788855", "fedex", "fedex_express"),
    ("974367662710", "fedex", "fedex_express"),
    ("1001921334250001000300779017972697", "fedex", "fedex_express_34"),
    ("041441760228964", "fedex", "fedex_ground"),
    ("568283610012734", "fedex", "fedex_ground"),
    ("9611020987654312345672", "fedex", "fedex_ground_96"),
    ("9622001900000000000000776632517510", "fedex", "fedex_ground_96_34"),
    ("61299998820821171811", "fedex", "fedex_ground_economy_20"),
    ("3318810025", "dhl_express", "dhl_express"),
    ("8487135506", "dhl_express", "dhl_express"),
    ("JJD0099999999", "dhl_express", "dhl_express_piece"),
    ("JVGL9999999999", "dhl_express", "dhl_express_piece"),
    ("GM2951173225174494", "dhl_ecommerce", "dhl_ecommerce"),
    ("C11031500001879", "ontrac", "ontrac"),
    ("C12340740337674", "ontrac", "ontrac"),
    ("D10011354453707", "ontrac", "ontrac"),
    ("D10011326755777", "ontrac", "ontrac"),
    ("1LS717793482164", "ontrac", "ontrac_1ls"),
    ("1LS7119013618127-1", "ontrac", "ontrac_1ls"),
    ("LX17635036", "ontrac", "ontrac_lx"),
    ("TBA010000000000", "amazon", "amazon_tba"),
    ("YT2229521272164446", "yunexpress", "yunexpress"),
    ("GFUS01011884214464", "gofo", "gofo"),
    ("UR06250000000000351", "uniuni", "uniuni"),
    ("URB6250000000000351", "uniuni", "uniuni"),
    ("UUS6482620070000000", "uniuni", "uniuni_uus"),
    ("SPX7GE000000000000", "speedx", "speedx"),
    ("4PX3000000000000CN", "fourpx", "fourpx"),
    ("UG000000000YP", "yanwen", "yanwen"),
    ("LP00000000000000", "cainiao", "cainiao"),
    ("CNUSUP00000000000", "cainiao", "cainiao"),
    ("RB123456785US", "usps", "postal_s10"),
    ("RB123456785GB", "royal_mail", "postal_s10"),
    ("LX123456785CN", "china_post", "postal_s10"),
    ("EE000000005CA", "canada_post", "postal_s10"),  # remainder 0 is written 5
]

# By how much a digit may be wrong and pass. The rules of remainder 11 write two results alike: there, now and then any.
BLIND: dict[str, set[int]] = {"weights_3_1": set(), "weights_1_2": {5}, "weights_2_1": {5}, "remainder_of_7": {7}}
CHECKED = sorted(name for name, row in TABLE["formats"].items() if "check" in row)


def right(body: str, name: str) -> str:
    """The body of a format with the sign that makes it right."""
    row = TABLE["formats"][name]
    return check_digit(row.get("before", "") + body, row["check"])


@st.composite
def numbers(draw: st.DrawFn, name: str) -> str:
    """A number of a checked format with the right check digit."""
    shape = st.from_regex(re.compile(TABLE["formats"][name]["pattern"], re.ASCII), fullmatch=True)
    found = re.fullmatch(TABLE["formats"][name]["pattern"], draw(shape))
    assert found
    start, end = found.span("check")
    number = f"{found[0][:start]}{right(found['body'], name)}{found[0][end:]}"
    return number[:-2] + draw(st.sampled_from(sorted(TABLE["operators"]))) if name == "postal_s10" else number


def reading(number: str, name: str) -> bool | None:
    """What the check of this one format says; None when it no longer has the shape."""
    return next((it.valid_check for it in recognise(number) if it.format == name), None)


def changes(number: str, name: str) -> list[tuple[int, str, bool]]:
    """Every number with one digit of body or check changed that keeps the shape: where, the digit, was it caught."""
    found = re.fullmatch(TABLE["formats"][name]["pattern"], number)
    assert found
    places = [*range(*found.span("body")), *range(*found.span("check"))]
    tried = [
        (at, digit, reading(f"{number[:at]}{digit}{number[at + 1 :]}", name))
        for at in places
        if number[at].isdigit()
        for digit in "0123456789"
        if digit != number[at]
    ]
    return [(at, digit, said is False) for at, digit, said in tried if said is not None]


# -------------------------------------------------------------------- whose it is


@pytest.mark.parametrize(("number", "carrier", "name"), VECTORS)
def test_a_number_tells_its_carrier(number: str, carrier: str, name: str) -> None:
    best = recognise(number)[0]

    assert (best.carrier, best.format) == (carrier, name)
    assert best.valid_check is (True if best.checked else None)
    assert carrier_of(number) == carrier
    assert not typing_error(number)


def test_every_format_has_an_example() -> None:
    partners = {"fedex_ground_economy", "dhl_ecommerce_impb", "ups_mail_innovations_impb", "fedex_10"}

    assert {name for _, _, name in VECTORS} | partners == TABLE["formats"].keys()


def test_blanks_hyphens_and_small_letters_do_not_matter() -> None:
    assert recognise(" 1z 999-aa1 0123 456 784 ") == recognise("1Z999AA10123456784") != ()


@pytest.mark.parametrize("number", ["", "SC000001", "123456789", "1Z999AA1012345678", "RB123456785XX", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_what_nobody_knows_is_no_candidate_and_no_error(number: str) -> None:
    assert recognise(number) == ()
    assert carrier_of(number) == OTHER
    assert not typing_error(number)


@pytest.mark.parametrize(
    ("number", "partner"),
    [
        ("9261292700768711948021", "fedex"),
        ("420902459261290336128704042634", "dhl_ecommerce"),
        ("9274890103422546330271", "ups"),
        ("9300110912411111111111", "dhl_ecommerce"),
    ],
)
def test_what_a_partner_hands_to_usps_is_usps_first_and_the_partners_then(number: str, partner: str) -> None:
    row = number[:-1] + right(number[-22:-1], "usps_impb")

    assert carrier_of(row) == "usps"
    assert [it.certainty for it in recognise(row) if it.carrier == partner] == ["doubtful"]


def test_a_right_check_digit_goes_before_none_and_none_before_a_wrong_one() -> None:
    checks = [it.valid_check for it in recognise("3318810025")]
    failed = [(it.carrier, it.valid_check) for it in recognise("3318810024")]

    assert checks == [True, None]
    assert failed == [("fedex", None), ("dhl_express", False)]


def test_a_doubtful_or_failed_best_names_nobody() -> None:
    assert carrier_of("3318810024") == OTHER
    assert carrier_of("1Z999AA10123456785") == OTHER
    assert recognise("1Z999AA10123456785")[0].carrier == "ups"


def test_two_carriers_equally_likely_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE["formats"], "rival", {**TABLE["formats"]["gofo"], "carrier": "rival"})

    assert [it.carrier for it in recognise("GFUS01011884214464")] == ["gofo", "rival"]
    assert carrier_of("GFUS01011884214464") == OTHER


# -------------------------------------------------------------------- the ZIP Code before a number of USPS

OF_USPS = ("usps_impb", "usps_impb_long", "usps_legacy", "usps_legacy_91")
ZIP_CODES = st.from_regex(r"[0-9]{5}([0-9]{4})?", fullmatch=True)


@pytest.mark.parametrize(
    ("barcode", "number"),
    [
        ("420221539101026837331000039521", "9101026837331000039521"),
        ("420 22153 9101 0268 3733 1000 0395 21", "9101026837331000039521"),
        ("420921039400111206206406260787", "9400111206206406260787"),
        ("4201002334249200190132607600833457", "9200190132607600833457"),
        ("4201028200009261290113185417468510", "9261290113185417468510"),
        ("42022153" + "92748931507708513018050063", "92748931507708513018050063"),
        ("420221530001" + "92748931507708513018050063", "92748931507708513018050063"),
        ("42005401" + "03071790000523483741", "03071790000523483741"),
        ("420054010001" + "71969010756003077385", "71969010756003077385"),
    ],
)
def test_a_barcode_of_usps_is_the_number_behind_its_zip_code(barcode: str, number: str) -> None:
    assert plain_number(barcode) == number


@pytest.mark.parametrize("name", OF_USPS)
@settings(max_examples=100)
@given(data=st.data(), zip_code=ZIP_CODES)
def test_a_number_of_usps_is_the_same_with_and_without_its_zip_code(
    name: str, data: st.DataObject, zip_code: str
) -> None:
    number = data.draw(numbers(name))
    long_behind_five = name == "usps_impb_long" and len(zip_code) == 5
    assume(not (long_behind_five and reading(number[4:], "usps_impb") is True))  # a right number behind a ZIP+4 as well

    assert plain_number(f"420{zip_code}{number}") == plain_number(number) == number
    assert recognise(f"420{zip_code}{number}") == recognise(number)


def test_where_two_numbers_are_right_the_one_of_22_digits_is_meant() -> None:
    number = "9400136208330123456787"
    ahead = next(f"9{it:03d}" for it in range(100, 600) if reading(f"9{it:03d}{number}", "usps_impb_long"))

    assert plain_number(f"42005401{ahead}{number}") == number


@pytest.mark.parametrize(
    "number",
    [
        "420",
        "42005401",
        "4200540194001362083301234567",  # as long as with an older number
        "420A54019400136208330123456787",
        "4210540194001362083301234567870",
        "4200540100019600136208330123456787",  # 96 is FedEx's
        "9622001900000000000000776632517510",
        "1001921334250001000300779017972697",
        "GM420054019400136208330123456787",
    ],
)
def test_what_is_no_barcode_of_usps_stays_as_it_is(number: str) -> None:
    assert plain_number(number) == number


@given(st.text(max_size=45) | st.from_regex(r"420[0-9]{5,35}", fullmatch=True))
def test_what_is_written_plainly_is_plain(text: str) -> None:
    assert plain_number(plain_number(text)) == plain_number(text)


# -------------------------------------------------------------------- what was mistyped


@pytest.mark.parametrize(
    "number",
    [
        "1Z999AA10123456785",  # the last digit
        "1Z999AA1O123456784",  # the letter O for a zero
        "1Z1111111111111111",
        "9400136208330123456788",
        "9400136208330123465787",  # two digits changed places
        "420221539400136208330123456788",
        "996578788855",
        "568283610012732",
        "RB123456786US",
        "C11031500001889",
        "D10011345983012",
    ],
)
def test_a_wrong_sign_is_noticed(number: str) -> None:
    assert typing_error(number)
    assert recognise(number)[0].valid_check is False


def test_a_number_that_fits_a_format_without_a_check_is_no_error() -> None:
    assert not typing_error("3318810024"), "ten digits may be FedEx as well"
    assert typing_error("3318810024", "dhl_express"), "but not where DHL Express is named"


@pytest.mark.parametrize("carrier", ["speedy_post", "ups", "fourpx"])
def test_who_names_the_carrier_is_asked_only_for_its_formats(carrier: str) -> None:
    assert typing_error("601200300409")
    assert typing_error("601200300409", "fedex")
    assert not typing_error("601200300409", carrier)


@pytest.mark.parametrize("name", CHECKED)
@settings(max_examples=15)
@given(data=st.data())
def test_a_wrong_digit_is_caught_unless_the_rule_is_known_to_be_blind_for_it(name: str, data: st.DataObject) -> None:
    number, blind = data.draw(numbers(name)), BLIND.get(TABLE["formats"][name]["check"])

    tried = changes(number, name)
    missed = [abs(int(number[at]) - int(digit)) for at, digit, caught in tried if not caught]

    assert reading(number, name) is True
    assert len(missed) <= 0.15 * len(tried)
    assert blind is None or set(missed) <= blind


@pytest.mark.parametrize("name", CHECKED)
@settings(max_examples=50)
@given(data=st.data())
def test_a_right_number_is_never_an_error_whoever_is_named(name: str, data: st.DataObject) -> None:
    number = data.draw(numbers(name))

    assert not typing_error(number)
    assert not typing_error(number, next(it.carrier for it in recognise(number) if it.format == name))


@given(st.text(max_size=45), st.sampled_from([OTHER, "ups", "usps", "nobody"]))
def test_any_text_can_be_asked_about(text: str, carrier: str) -> None:
    ranks = [it.rank for it in recognise(text)]

    assert ranks == sorted(ranks)
    assert not (typing_error(text, carrier) and not ranks)


# -------------------------------------------------------------------- the table


def test_every_format_says_since_when_from_where_and_how_sure() -> None:
    for name, row in TABLE["formats"].items():
        assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?|undated", row["as_of"]), name
        assert row["source"].strip(), name
        assert row["family"].strip(), name
        assert row["certainty"] in CERTAINTIES[:4], name
        assert ("check" in row) == ("body" in re.compile(row["pattern"]).groupindex), name
        assert ("carrier" in row) != ("country" in re.compile(row["pattern"]).groupindex), name


def test_every_check_is_used_and_known() -> None:
    assert {row["check"] for row in TABLE["formats"].values() if "check" in row} == TABLE["checks"].keys()


def test_carriers_are_named_by_our_codes() -> None:
    codes = {row["carrier"] for row in TABLE["formats"].values() if "carrier" in row} | {*TABLE["operators"].values()}

    assert {code for code in codes if canonical(code) != code} == set()
    assert OTHER not in codes


# -------------------------------------------------------------------- what registering makes of it


def test_a_parcel_without_a_carrier_gets_the_one_its_number_tells() -> None:
    assert decode_parcel(parcel(carrier=None, tracking_number="9400 1362 0833 0123 4567 87")).carrier == "usps"
    assert decode_parcel(parcel(carrier="unknown")).carrier == "ups"
    assert decode_parcel(parcel(carrier=None, tracking_number="SC000001")).carrier == OTHER


@pytest.mark.parametrize("carrier", ["USPS", None])
def test_a_parcel_is_the_same_whether_its_zip_code_is_in_its_number_or_not(carrier: str | None) -> None:
    number = "9400136208330123456787"
    barcode = parcel(carrier=carrier, tracking_number=f"420 05401 {number}")

    assert decode_parcel(barcode) == decode_parcel(parcel(carrier=carrier, tracking_number=number))


def test_a_carrier_that_is_named_stays() -> None:
    assert decode_parcel(parcel(carrier="Speedy Post")).carrier == "speedy_post"
    assert decode_parcel(parcel(carrier="FedEx", tracking_number="9261292700768711948021")).carrier == "fedex"


@pytest.mark.parametrize("carrier", [None, "UPS"])
def test_a_mistyped_number_is_refused(carrier: str | None) -> None:
    with pytest.raises(Rejected) as caught:
        decode_parcel(parcel(carrier=carrier, tracking_number="1ZDSTEP10030000127"))

    assert [(it.code, it.field) for it in caught.value.problems] == [("tracking_number_typo", "tracking_number")]
    assert caught.value.code == "tracking_number_typo"
    assert "1ZDSTEP" not in str(caught.value)


def test_unless_it_is_to_be_registered_unchecked_which_changes_nothing_else() -> None:
    odd = decode_parcel(parcel(tracking_number="1ZDSTEP10030000127", unchecked=True))

    assert (odd.carrier, odd.tracking_number) == ("ups", "1ZDSTEP10030000127")
    assert decode_parcel(parcel(unchecked=True)) == decode_parcel(parcel(unchecked=False)) == decode_parcel(parcel())


def test_what_is_no_tracking_number_at_all_is_told_as_that_only() -> None:
    with pytest.raises(Rejected) as caught:
        decode_parcel(parcel(tracking_number="1Z_____", unchecked="yes"))

    assert [(it.code, it.field) for it in caught.value.problems] == [
        ("wrong_type", "unchecked"),
        ("wrong_format", "tracking_number"),
    ]
