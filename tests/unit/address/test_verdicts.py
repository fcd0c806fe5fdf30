"""The verdict for every kind of finding, as the contract's table has it, with the ZIP table alone."""

from __future__ import annotations

import pytest

from doorstep.address import Assessment

from .conftest import Assess


def codes(answer: Assessment) -> list[str]:
    return [issue.code for issue in answer.issues]


def best(answer: Assessment, *names: str) -> list[str]:
    return [getattr(answer.suggestions[0].address, name) for name in names]


def test_nothing_wrong_is_accepted_but_not_verified(judged: Assess) -> None:
    answer = judged()

    assert (answer.verdict, answer.deliverability, answer.coverage) == ("accept", "unverified", "zip")
    assert answer.issues == ()
    assert answer.components["postal_code"].status == "confirmed"
    assert answer.components["street_name"].status == "plausible"


@pytest.mark.parametrize(
    ("fields", "city"),
    [
        ({"city": "St. Albans", "postal_code": "05478"}, "SAINT ALBANS"),
        ({"city": "Saint Albans City", "postal_code": "05478"}, "SAINT ALBANS"),
        ({"city": "Town of Barre", "postal_code": "05641"}, "BARRE"),
        ({"city": "Rio Piedras", "state": "PR", "postal_code": "00926"}, "RIO PIEDRAS"),
        ({"city": "Btv"}, "BURLINGTON"),
        ({"city": "Burlington, VT 05401"}, "BURLINGTON"),
        ({"city": ""}, "BURLINGTON"),
    ],
)
def test_a_name_of_the_zip_code_is_accepted(judged: Assess, fields: dict[str, str], city: str) -> None:
    answer = judged(**fields)

    assert (answer.verdict, answer.address.city) == ("accept", city)


def test_what_the_zip_code_implies_is_filled_in(judged: Assess) -> None:
    answer = judged(city="", state="")

    assert (answer.verdict, answer.address.city, answer.address.state) == ("accept", "BURLINGTON", "VT")
    assert {answer.components[name].change for name in ("city", "state")} == {"inferred"}
    assert codes(answer) == ["state_inferred", "city_inferred"]


def test_a_misspelt_city_is_offered_in_the_right_spelling(judged: Assess) -> None:
    answer = judged(city="Burlngton")

    assert (answer.verdict, codes(answer)) == ("confirm", ["city_misspelled"])
    assert answer.address.city == "BURLNGTON"
    assert best(answer, "city") == ["BURLINGTON"]
    assert answer.suggestions[0].changed == ("city",)


def test_a_municipality_that_is_no_postal_city_is_confirmed(judged: Assess) -> None:
    answer = judged(city="Underhill", postal_code="05465")

    assert (answer.verdict, codes(answer)) == ("confirm", ["city_not_in_postal_code"])
    assert best(answer, "city", "postal_code") == ["JERICHO", "05465"]


def test_city_and_zip_code_far_apart_are_confirmed_with_both_readings(judged: Assess) -> None:
    answer = judged(city="Montpelier", postal_code="05401")

    assert (answer.verdict, codes(answer)) == ("confirm", ["city_postal_code_conflict"])
    assert {one.changed for one in answer.suggestions} <= {("city",), ("postal_code",)}


def test_a_state_that_the_zip_code_excludes_is_fixed(judged: Assess) -> None:
    answer = judged(state="NH")

    assert (answer.verdict, answer.deliverability) == ("fix", "undeliverable")
    assert [(issue.code, issue.field) for issue in answer.issues] == [("state_postal_code_conflict", "state")]
    assert best(answer, "state") == ["VT"]


def test_a_zip_code_that_city_and_state_exclude_is_the_odd_one_out(judged: Assess) -> None:
    answer = judged(city="Stowe", postal_code="90210")

    assert (answer.verdict, answer.issues[0].field) == ("fix", "postal_code")
    assert best(answer, "postal_code") == ["05672"]


@pytest.mark.parametrize(
    ("fields", "code", "suggested"),
    [
        ({"postal_code": "99999", "city": "Stowe"}, "postal_code_unknown", ["05672"]),
        ({"postal_code": "0540A", "city": "Stowe"}, "postal_code_format", ["05672"]),
        ({"postal_code": "", "city": "Burlington"}, "postal_code_missing", []),
        ({"postal_code": "", "state": "", "city": ""}, "postal_code_missing", []),
    ],
)
def test_a_zip_code_that_cannot_be_is_fixed(
    judged: Assess, fields: dict[str, str], code: str, suggested: list[str]
) -> None:
    answer = judged(**fields)

    assert answer.verdict == "fix"
    assert code in codes(answer)
    assert [one.address.postal_code for one in answer.suggestions] == suggested


def test_the_only_zip_code_of_a_city_is_suggested(judged: Assess) -> None:
    answer = judged(city="Stowe", postal_code="")

    assert (answer.verdict, codes(answer)) == ("confirm", ["postal_code_inferred"])
    assert answer.address.postal_code == ""
    assert best(answer, "postal_code") == ["05672"]


def test_a_lost_leading_zero_is_found_again(judged: Assess) -> None:
    answer = judged(postal_code="5401")

    assert (answer.verdict, codes(answer)) == ("confirm", ["postal_code_leading_zero"])
    assert best(answer, "postal_code") == ["05401"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [("O54O1", "05401"), ("054011234", "05401-1234"), ("05401 1234", "05401-1234"), ("05401-", "05401")],
)
def test_spellings_of_a_zip_code(judged: Assess, typed: str, written: str) -> None:
    answer = judged(postal_code=typed)

    assert (answer.verdict, answer.address.postal_code) == ("accept", written)


@pytest.mark.parametrize(("typed", "written"), [("vermont", "VT"), ("Vt.", "VT"), ("V.T.", "VT")])
def test_spellings_of_a_state(judged: Assess, typed: str, written: str) -> None:
    assert judged(state=typed).address.state == written


@pytest.mark.parametrize(
    ("line1", "code"),
    [
        ("Main St", "number_missing"),
        ("US Highway 7", "number_missing"),
        ("5th Ave", "number_missing"),
        ("12", "street_missing"),
        ("", "street_missing"),
        ("lorem ipsum asdf", "not_an_address"),
        ("same as billing", "not_an_address"),
        ("🏠🚚", "unreadable"),
        ("北京市朝阳区", "unreadable"),
        ("شارع", "unreadable"),
    ],
)
def test_what_is_no_delivery_line_is_fixed(judged: Assess, line1: str, code: str) -> None:
    answer = judged(line1=line1)

    assert answer.verdict == "fix"
    assert code in codes(answer)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"line1": "Two Rivers Rd"}, "number_in_words"),
        ({"line1": "0 Main St"}, "number_unlikely"),
        ({"line1": "12345678901 Main St"}, "number_unlikely"),
        ({"line1": "RR 2"}, "box_number_missing"),
        ({"line1": "PO Box 5", "line2": "12 Main St"}, "two_delivery_points"),
        ({"line1": "12 Main St 🏠"}, "non_latin_characters"),
        ({"line1": "PSC 3 Box 4"}, "military_incomplete"),
    ],
)
def test_what_is_odd_is_confirmed(judged: Assess, fields: dict[str, str], code: str) -> None:
    answer = judged(**fields)

    assert (answer.verdict, codes(answer)[0]) == ("confirm", code)


def test_a_number_behind_the_street_is_offered_in_front(judged: Assess) -> None:
    answer = judged(line1="Main St 12")

    assert (answer.verdict, codes(answer)) == ("confirm", ["number_after_street"])
    assert best(answer, "line1", "line2") == ["12 MAIN ST", ""]


def test_leftovers_are_named_and_do_no_harm(judged: Assess) -> None:
    answer = judged(line2="c/o Front Desk")

    assert (answer.verdict, codes(answer), answer.address.line2) == ("accept", ["extra_text"], "C/O FRONT DESK")
    assert answer.components["extra"].status == "unexpected"


@pytest.mark.parametrize("line2", ["Burlington, VT 05401", "BURLINGTON VERMONT 05401"])
def test_a_repeated_city_is_not_printed_twice(judged: Assess, line2: str) -> None:
    assert judged(state="Vermont", line2=line2).address.line2 == ""


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({"line1": "PO Box 5"}, {"po_box"}),
        ({"line2": "PMB 12"}, {"private_mailbox"}),
        ({"line1": "HC 68 Box 2"}, {"rural_route"}),
        ({"line1": "General Delivery"}, {"general_delivery"}),
        ({"line1": "PSC 3 Box 4", "city": "APO", "state": "AE", "postal_code": "09012"}, {"military"}),
        ({"line1": "USS Sample", "city": "FPO", "state": "AP", "postal_code": "96601"}, {"military"}),
        ({"line1": "Unit 2050", "city": "APO", "state": "", "postal_code": "96278"}, {"military"}),
        ({"city": "Anchorage", "state": "AK", "postal_code": "99501"}, {"non_contiguous"}),
        ({"city": "San Juan", "state": "", "postal_code": "00926", "country": "PR"}, {"territory", "non_contiguous"}),
        ({"city": "Hagatna", "state": "GU", "postal_code": "96910"}, {"territory", "non_contiguous"}),
    ],
)
def test_special_deliveries_are_flagged_and_accepted(judged: Assess, fields: dict[str, str], flags: set[str]) -> None:
    answer = judged(**fields)

    assert answer.verdict == "accept"
    assert answer.address.country == "US"
    assert {name for name in answer.to_dict()["flags"] if getattr(answer.flags, name)} == flags  # type: ignore[attr-defined]


def test_a_place_of_puerto_rico_needs_no_number(judged: Assess) -> None:
    answer = judged(line1="Carr 2 Km 12.3", line2="Bo Sample", city="San Juan", state="PR", postal_code="00926")

    assert answer.verdict == "accept"


def test_an_unknown_country_is_fixed(judged: Assess) -> None:
    answer = judged(country="XX")

    assert (answer.verdict, answer.coverage, codes(answer)) == ("fix", "format", ["country_unknown"])


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "ZIP Code"), ("es-MX", "código postal"), ("zh-CN", "邮编"), ("zh_TW", "邮编"), ("fr", "ZIP Code")],
)
def test_the_buyer_reads_it_in_their_language(judged: Assess, locale: str, words: str) -> None:
    assert words in judged(postal_code="99999", locale=locale).issues[0].message
