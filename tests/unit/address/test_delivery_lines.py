"""What the delivery lines say, and how USPS Publication 28 writes it."""

from __future__ import annotations

import pytest

from doorstep.address.delivery import read_delivery, standard_lines


@pytest.mark.parametrize(
    ("typed", "line1", "line2"),
    [
        ("123 North Main Street, Apartment 4b", "123 N MAIN ST", "APT 4B"),
        ("123 main st. #7", "123 MAIN ST", "# 7"),
        ("123 Main St Apt. #7", "123 MAIN ST", "APT 7"),
        ("123 Main St Apt.4B", "123 MAIN ST", "APT 4B"),
        ("12 Main St.Apt 4", "12 MAIN ST", "APT 4"),
        ("123 Main St Ste100", "123 MAIN ST", "STE 100"),
        ("55 Water St 2nd Floor", "55 WATER ST", "FL 2"),
        ("350 Fifth Ave Floor 21 Suite 2100", "350 FIFTH AVE", "FL 21 STE 2100"),
        ("Apt 4 123 Main St", "123 MAIN ST", "APT 4"),
        ("123 Main St 4B", "123 MAIN ST", "# 4B"),
        ("123 Main St - Rear", "123 MAIN ST", "REAR"),
        ("123 Main St Apt ½", "123 MAIN ST", "APT 1/2"),
        ("12 Main St Box 45", "12 MAIN ST", "BOX 45"),
    ],
)
def test_units_go_to_the_second_line_whatever_their_spelling(typed: str, line1: str, line2: str) -> None:
    assert standard_lines(typed, "") == (line1, line2)


@pytest.mark.parametrize(
    ("typed", "line1"),
    [
        ("123½ Main St", "123 1/2 MAIN ST"),
        ("123 1/2 Main St", "123 1/2 MAIN ST"),
        ("97a Maple St", "97A MAPLE ST"),
        ("39-45 Hillside Avenue", "39-45 HILLSIDE AVE"),
        ("39 - 45 Hillside Avenue", "39-45 HILLSIDE AVE"),
        ("N6W23001 Bluemound Rd", "N6W23001 BLUEMOUND RD"),
        ("842 East 1700 South", "842 E 1700 S"),
        ("123, Main St", "123 MAIN ST"),
        ("One Penn Plaza", "1 PENN PLZ"),
        ("١٢ Main St", "12 MAIN ST"),
    ],
)
def test_house_numbers_of_every_shape(typed: str, line1: str) -> None:
    delivery = read_delivery(typed, "")

    assert delivery.number is not None
    assert delivery.line1 == line1


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("12 NW 5th St", {"predirectional": "NW", "street_name": "5TH", "suffix": "ST"}),
        ("12 N W 5th St", {"predirectional": "NW", "street_name": "5TH", "suffix": "ST"}),
        ("12 North Ave", {"street_name": "NORTH", "suffix": "AVE"}),
        ("12 East West Rd", {"street_name": "EAST WEST", "suffix": "RD"}),
        ("12 E St", {"street_name": "E", "suffix": "ST"}),
        ("12 S E St", {"predirectional": "S", "street_name": "E", "suffix": "ST"}),
        ("1 Park Ave W", {"street_name": "PARK", "suffix": "AVE", "postdirectional": "W"}),
        ("12 Ave B", {"street_name": "AVENUE B"}),
        ("12 Avenue N", {"street_name": "AVENUE N"}),
        ("10 The Green", {"street_name": "THE GREEN"}),
        ("10 Broadway", {"street_name": "BROADWAY"}),
        ("45 St Paul Street", {"street_name": "ST PAUL", "suffix": "ST"}),
        ("45 Front St", {"street_name": "FRONT", "suffix": "ST"}),
        ("12 Key West Ave", {"street_name": "KEY WEST", "suffix": "AVE"}),
        ("12 Spruce Brook Apts Rd", {"street_name": "SPRUCE BROOK APTS", "suffix": "RD"}),
        ("12 US HWY 7 N", {"street_name": "US HIGHWAY 7", "postdirectional": "N"}),
        ("12 U.S. 7", {"street_name": "US HIGHWAY 7"}),
        ("12 Co Rd 5", {"street_name": "COUNTY ROAD 5"}),
        ("12 VT-100", {"street_name": "VT 100"}),
        ("12 Vermont Rte 100", {"street_name": "VT ROUTE 100"}),
        ("12 I-10 Frontage", {"street_name": "INTERSTATE 10 FRONTAGE"}),
    ],
)
def test_streets_split_as_publication_28_splits_them(typed: str, parts: dict[str, str]) -> None:
    assert {name: part.value for name, part in read_delivery(typed, "").street.named()} == parts


@pytest.mark.parametrize(
    ("typed", "kind", "line1"),
    [
        ("P.O. Box 123", "po_box", "PO BOX 123"),
        ("post office box no. 123-A", "po_box", "PO BOX 123-A"),
        ("POB 7", "po_box", "PO BOX 7"),
        ("Box 45", "po_box", "PO BOX 45"),
        ("Apartado 45", "po_box", "PO BOX 45"),
        ("R.R. 2, Box 152", "rural_route", "RR 2 BOX 152"),
        ("RFD Route 4 #87A", "rural_route", "RR 4 BOX 87A"),
        ("Route 2 Box 15", "rural_route", "RR 2 BOX 15"),
        ("Highway Contract Route 68 Box 23a", "highway_contract", "HC 68 BOX 23A"),
        ("HC 01 Buzon 123", "highway_contract", "HC 01 BOX 123"),
        ("psc 1234 box 5678", "military", "PSC 1234 BOX 5678"),
        ("Unit 2050 Box 4190", "military", "UNIT 2050 BOX 4190"),
        ("Unit 2050, Box 4190", "military", "UNIT 2050 BOX 4190"),
        ("CMR 830 Box 2", "military", "CMR 830 BOX 2"),
        ("Gen. Delivery", "general_delivery", "GENERAL DELIVERY"),
    ],
)
def test_boxes_and_routes_need_no_street(typed: str, kind: str, line1: str) -> None:
    delivery = read_delivery(typed, "")

    assert (delivery.kind, delivery.line1, delivery.line2) == (kind, line1, "")


def test_a_private_mailbox_stays_with_its_street() -> None:
    delivery = read_delivery("PMB 12, 123 Main St", "Ste 4")

    assert (delivery.line1, delivery.line2) == ("123 MAIN ST", "STE 4 PMB 12")
    assert delivery.mailbox is not None


@pytest.mark.parametrize(
    ("line1", "line2", "standard"),
    [
        ("Sample Building 350 5th Ave", "", ("350 5TH AVE", "SAMPLE BUILDING")),
        ("Sample Works Inc", "12 Main St", ("12 MAIN ST", "SAMPLE WORKS INC")),
        ("12 Main St", "c/o Front Desk, Apt 5", ("12 MAIN ST", "APT 5, C/O FRONT DESK")),
        ("12 Main St, Gate code 55", "", ("12 MAIN ST", "GATE CODE 55")),
        ("URB LAS FLORES 150 CALLE A", "", ("150 CALLE A", "URB LAS FLORES")),
        ("PO Box 5", "12 Main St", ("12 MAIN ST", "PO BOX 5")),
    ],
)
def test_what_no_rule_can_place_stays_in_the_second_line(line1: str, line2: str, standard: tuple[str, str]) -> None:
    assert standard_lines(line1, line2) == standard


def test_labels_that_usaddress_refuses_to_repeat_do_not_matter() -> None:
    """`usaddress.tag` raises RepeatedLabelError here."""
    assert read_delivery("1 Main St 2 Oak St 3 Elm St Apt 4 Apt 5", "").number is not None
