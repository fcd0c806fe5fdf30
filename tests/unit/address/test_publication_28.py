"""Every form of USPS Publication 28 (2017): as people type it, and as the standard writes it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import pytest

from doorstep.address.delivery import read_delivery, standard_lines
from doorstep.address.names import plain
from doorstep.data import load

DIRECTIONS: Final = {
    "N": ("North", "N.", "n", "No."), "S": ("South", "S.", "s", "So."), "E": ("East", "E."), "W": ("West", "W."),
    "NE": ("Northeast", "N.E.", "North East", "NE."), "NW": ("Northwest", "N.W.", "N W"),
    "SE": ("Southeast", "S.E.", "South East"), "SW": ("Southwest", "S. W.", "sw"),
}  # fmt: skip

# (typed line 1, typed line 2, standard line 1, standard line 2), by the section that says so.
FORMS: Final = {
    "232 house numbers": [
        ("123 Main St", "", "123 MAIN ST", ""),
        ("00123 Main St", "", "00123 MAIN ST", ""),
        ("123A Main St", "", "123A MAIN ST", ""),
        ("123-A Main St", "", "123-A MAIN ST", ""),
        ("A123 Main St", "", "A123 MAIN ST", ""),
        ("No. 123 Main St", "", "123 MAIN ST", ""),
        ("#123 Main St", "", "123 MAIN ST", ""),
        ("123 , Main St", "", "123 MAIN ST", ""),
    ],
    "D1 hyphenated and grid numbers": [
        ("112-10 Bronx Rd", "", "112-10 BRONX RD", ""),
        ("112 - 10 Bronx Rd", "", "112-10 BRONX RD", ""),
        ("39-45a Hillside Avenue", "", "39-45A HILLSIDE AVE", ""),
        ("99-500 Salt Lake Boulevard", "", "99-500 SALT LAKE BLVD", ""),
        ("75-5718 Ali'i Drive Apt 4", "", "75-5718 ALI'I DR", "APT 4"),
        ("123-01 Roosevelt Ave #2F", "", "123-01 ROOSEVELT AVE", "# 2F"),
        ("2445 F 1/2 Road", "", "2445 F 1/2 RD", ""),
        ("586 29 3/4 Rd", "", "586 29 3/4 RD", ""),
        ("39.4 Something Road", "", "39.4 SOMETHING RD", ""),
        ("842 East 1700 South", "", "842 E 1700 S", ""),
        ("842 E. 1700 So.", "", "842 E 1700 S", ""),
        ("842 East 1700 South Apt 4", "", "842 E 1700 S", "APT 4"),
        ("842 East 1700 South #4", "", "842 E 1700 S", "# 4"),
        ("250 N 1950 W Ste A", "", "250 N 1950 W", "STE A"),
        ("35 North 1st East", "", "35 N 1ST E", ""),
        ("4512 N 500 W", "", "4512 N 500 W", ""),
        ("N6W23001 Bluemound Rd", "", "N6W23001 BLUEMOUND RD", ""),
        ("n6w23001 bluemound road", "", "N6W23001 BLUEMOUND RD", ""),
        ("W156N8480 Pilgrim Rd Ste 2", "", "W156N8480 PILGRIM RD", "STE 2"),
        ("N6W23001-A Bluemound Rd", "", "N6W23001-A BLUEMOUND RD", ""),
        ("S14 W28167 Madison St", "", "S14W28167 MADISON ST", ""),
        ("1S151 Winfield Road", "", "1S151 WINFIELD RD", ""),
        ("41W500 Silver Glen Rd", "", "41W500 SILVER GLEN RD", ""),
    ],
    "D2 fractions": [
        ("123 1/2 Main St", "", "123 1/2 MAIN ST", ""),
        ("123½ Main St", "", "123 1/2 MAIN ST", ""),
        ("123 ½ Main St", "", "123 1/2 MAIN ST", ""),
        ("123-1/2 Main St", "", "123 1/2 MAIN ST", ""),
        ("123 1/2 N Main St Apt B", "", "123 1/2 N MAIN ST", "APT B"),
        ("123 3/4 Main St", "", "123 3/4 MAIN ST", ""),
        ("123 1/2 842 S", "", "123 1/2 842 S", ""),
    ],
    "233 directionals": [
        ("123 North Main Street South West", "", "123 N MAIN ST SW", ""),
        ("123 Bay Drive West", "", "123 BAY DR W", ""),
        ("123 Main Street, NW", "", "123 MAIN ST NW", ""),
        ("123 Main St., N.E.", "", "123 MAIN ST NE", ""),
        ("123 Main Street, Northwest", "Suite 5", "123 MAIN ST NW", "STE 5"),
        ("123 North South Rd", "", "123 NORTH SOUTH RD", ""),
        ("123 North Avenue", "", "123 NORTH AVE", ""),
        ("123 North Ave NW", "", "123 NORTH AVE NW", ""),
        ("123 South Street SE", "", "123 SOUTH ST SE", ""),
        ("123 N West Street", "", "123 N WEST ST", ""),
        ("123 E Street SW", "", "123 E ST SW", ""),
        ("123 E St SW Apt 2", "", "123 E ST SW", "APT 2"),
        ("123 Washington Square North", "", "123 WASHINGTON SQ N", ""),
        ("123 Central Park West", "", "123 CENTRAL PARK W", ""),
        ("123 W South Temple", "", "123 W SOUTH TEMPLE", ""),
        ("123 NE 5th", "", "123 NE 5TH", ""),
    ],
    "234 suffixes": [
        ("123 Main Avenue Drive", "", "123 MAIN AVENUE DR", ""),
        ("123 Court Street", "", "123 COURT ST", ""),
        ("123 Avenue B", "", "123 AVENUE B", ""),
        ("123 Ave. B Apt 2", "", "123 AVENUE B", "APT 2"),
        ("123 West Street Extension", "", "123 WEST STREET EXT", ""),
        ("123 Liberty St Ext", "", "123 LIBERTY ST EXT", ""),
        ("123 On The Green", "", "123 ON THE GREEN", ""),
        ("123 Broadway", "", "123 BROADWAY", ""),
        ("123 Broadway Apt 5", "", "123 BROADWAY", "APT 5"),
        ("123 Broadway, 5th Floor", "", "123 BROADWAY", "FL 5"),
        ("123 Avenue of the Americas", "", "123 AVENUE OF THE AMERICAS", ""),
        ("123 Ave of the Americas Fl 3", "", "123 AVENUE OF THE AMERICAS", "FL 3"),
        ("123 St. Clair St.", "", "123 ST CLAIR ST", ""),
        ("123 Saint Paul St", "", "123 SAINT PAUL ST", ""),
        ("123 O'Brien Circle", "", "123 O'BRIEN CIR", ""),
    ],
    "213 secondary units": [
        ("123 Main St", "Apartment 210", "123 MAIN ST", "APT 210"),
        ("123 Main St Apt. No. 210", "", "123 MAIN ST", "APT 210"),
        ("123 Main St", "# 210", "123 MAIN ST", "# 210"),
        ("123 Main St #210", "", "123 MAIN ST", "# 210"),
        ("123 Main St No. 210", "", "123 MAIN ST", "# 210"),
        ("123 Main St Suite #210", "", "123 MAIN ST", "STE 210"),
        ("123 Main St, Building 4, Apartment 3b", "", "123 MAIN ST", "BLDG 4 APT 3B"),
        ("123 Main St Apt 3 Bldg 4", "", "123 MAIN ST", "APT 3 BLDG 4"),
        ("123 Main St 4th floor suite 400", "", "123 MAIN ST", "FL 4 STE 400"),
        ("123 Main St", "Fourth Floor", "123 MAIN ST", "FL 4"),
        ("123 Main St Penthouse", "", "123 MAIN ST", "PH"),
        ("123 Main St PH 2", "", "123 MAIN ST", "PH 2"),
        ("123 Main St PH-2", "", "123 MAIN ST", "PH 2"),
        ("123 Main St Basement", "", "123 MAIN ST", "BSMT"),
        ("123 Main St Upper", "", "123 MAIN ST", "UPPR"),
        ("123 Main St", "Lobby", "123 MAIN ST", "LBBY"),
        ("123 Main St Front", "", "123 MAIN ST", "FRNT"),
        ("123 Front St Front", "", "123 FRONT ST", "FRNT"),
        ("123 Main St Lot 12", "", "123 MAIN ST", "LOT 12"),
        ("123 Main St Space 12", "", "123 MAIN ST", "SPC 12"),
        ("123 Main St Trailer 9", "", "123 MAIN ST", "TRLR 9"),
        ("123 Main St Slip B12", "", "123 MAIN ST", "SLIP B12"),
        ("123 Main St Hangar 3", "", "123 MAIN ST", "HNGR 3"),
        ("123 Main St Pier 3", "", "123 MAIN ST", "PIER 3"),
        ("123 Main St Stop 7", "", "123 MAIN ST", "STOP 7"),
        ("123 Main St Key 9", "", "123 MAIN ST", "KEY 9"),
        ("123 Main St Dept 12", "", "123 MAIN ST", "DEPT 12"),
        ("123 Main St Office 5", "", "123 MAIN ST", "OFC 5"),
        ("123 Main St Rm G-8", "", "123 MAIN ST", "RM G-8"),
        ("123 Main St Apt", "", "123 MAIN ST", "APT"),
        ("123 Main St (Rear)", "", "123 MAIN ST", "REAR"),
        ("123 Main St / Apt 4", "", "123 MAIN ST", "APT 4"),
        ("123 Main St Apt 4/5", "", "123 MAIN ST", "APT 4/5"),
        ("123 N Main St W Unit C", "", "123 N MAIN ST W", "UNIT C"),
        ("4B-123 Main St", "", "4B-123 MAIN ST", ""),
        ("One Penn Plaza Suite 5", "", "1 PENN PLZ", "STE 5"),
        ("One Penn Plaza #5B", "", "1 PENN PLZ", "# 5B"),
    ],
    "24 rural routes": [
        ("RR 2 Box 152", "", "RR 2 BOX 152", ""),
        ("R.R. #2 Box #152", "", "RR 2 BOX 152", ""),
        ("RR2 BOX152", "", "RR 2 BOX 152", ""),
        ("RR 2, Box 152", "", "RR 2 BOX 152", ""),
        ("RR 2", "Box 152", "RR 2 BOX 152", ""),
        ("RR-2 Box 152", "", "RR 2 BOX 152", ""),
        ("Rural Route 2 Box 152-A", "", "RR 2 BOX 152-A", ""),
        ("RFD Route 4 #87A", "", "RR 4 BOX 87A", ""),
        ("RD 3 Box 9", "", "RR 3 BOX 9", ""),
        ("Rte 3, Box 9", "", "RR 3 BOX 9", ""),
        ("Rt. 3 Box 9", "", "RR 3 BOX 9", ""),
    ],
    "25 highway contract routes": [
        ("HC 68 Box 23A", "", "HC 68 BOX 23A", ""),
        ("HC68 Box 23A", "", "HC 68 BOX 23A", ""),
        ("HC-68 Box 23A", "", "HC 68 BOX 23A", ""),
        ("HC-68, Box 23A", "", "HC 68 BOX 23A", ""),
        ("H.C. 68, Box 23-A", "", "HC 68 BOX 23-A", ""),
        ("HCR 68 Box 23A", "", "HC 68 BOX 23A", ""),
        ("Highway Contract Route 68 Box 23A", "", "HC 68 BOX 23A", ""),
        ("Star Route 68 Box 23A", "", "HC 68 BOX 23A", ""),
    ],
    "26 General Delivery": [
        ("General Delivery", "", "GENERAL DELIVERY", ""),
        ("Gen. Del.", "", "GENERAL DELIVERY", ""),
        ("GENERAL  DELIVERY", "", "GENERAL DELIVERY", ""),
    ],
    "28 PO boxes": [
        ("PO Box 11890", "", "PO BOX 11890", ""),
        ("P.O. Box 11890", "", "PO BOX 11890", ""),
        ("p o box 11890", "", "PO BOX 11890", ""),
        ("POBox 11890", "", "PO BOX 11890", ""),
        ("P.O.Box 11890", "", "PO BOX 11890", ""),
        ("PO Box #11890", "", "PO BOX 11890", ""),
        ("PO Box No. 11890", "", "PO BOX 11890", ""),
        ("PO-Box 11890", "", "PO BOX 11890", ""),
        ("PO Bx 11890", "", "PO BOX 11890", ""),
        ("Post Office Box 11890", "", "PO BOX 11890", ""),
        ("P.O. Box CC", "", "PO BOX CC", ""),
        ("P.O. Box LBJ", "", "PO BOX LBJ", ""),
        ("PO Box 00145", "", "PO BOX 00145", ""),
        ("PO Drawer 1190", "", "PO BOX 1190", ""),
        ("Drawer L", "", "PO BOX L", ""),
        ("Caller 1190", "", "PO BOX 1190", ""),
        ("Call Box 1190", "", "PO BOX 1190", ""),
        ("Caller Box 1190", "", "PO BOX 1190", ""),
        ("Firm Caller 1190", "", "PO BOX 1190", ""),
        ("Bin 1190", "", "PO BOX 1190", ""),
        ("Lockbox 1190", "", "PO BOX 1190", ""),
        ("Lock Box 1190", "", "PO BOX 1190", ""),
        ("PO 1190", "", "PO BOX 1190", ""),
    ],
    "284 private mailboxes": [
        ("123 Main St PMB 12", "", "123 MAIN ST", "PMB 12"),
        ("123 Main St", "PMB #12", "123 MAIN ST", "PMB 12"),
        ("PMB 12", "123 Main St", "123 MAIN ST", "PMB 12"),
        ("123 Main St Ste 4 PMB 12", "", "123 MAIN ST", "STE 4 PMB 12"),
        ("123 Main St", "Private Mail Box 12", "123 MAIN ST", "PMB 12"),
        ("RR 1 Box 12", "PMB 3", "RR 1 BOX 12", "PMB 3"),
    ],
    "225 military": [
        ("PSC 802 Box 74", "", "PSC 802 BOX 74", ""),
        ("PSC 802, Box 74", "", "PSC 802 BOX 74", ""),
        ("PSC802 BOX74", "", "PSC 802 BOX 74", ""),
        ("PSC 802", "Box 74", "PSC 802 BOX 74", ""),
        ("P.S.C. 802 Box 74", "", "PSC 802 BOX 74", ""),
        ("CMR 1250 box #12", "", "CMR 1250 BOX 12", ""),
        ("Unit 2050 Box 4190", "", "UNIT 2050 BOX 4190", ""),
        ("Unit #2050 Box 4190", "", "UNIT 2050 BOX 4190", ""),
        ("UMR 3, Box 4", "", "UMR 3 BOX 4", ""),
    ],
    "29 Puerto Rico": [
        ("Urb Las Gladiolas", "150 Calle A", "150 CALLE A", "URB LAS GLADIOLAS"),
        ("150 Calle A", "Urb Las Gladiolas", "150 CALLE A", "URB LAS GLADIOLAS"),
        ("Urb Las Gladiolas 150 Calle A", "", "150 CALLE A", "URB LAS GLADIOLAS"),
        ("150 Calle A Urb Las Gladiolas", "", "150 CALLE A", "URB LAS GLADIOLAS"),
        ("1234 Calle Aurora Apto 3B", "", "1234 CALLE AURORA", "APT 3B"),
        ("A17 Calle Amapola", "", "A17 CALLE AMAPOLA", ""),
        ("Cond Ashford Palace 1234 Ave Ashford Apt 1A", "", "1234 AVE ASHFORD", "APT 1A, COND ASHFORD PALACE"),
        ("HC 1 Buzon 4512", "", "HC 1 BOX 4512", ""),
        ("HC-01 Buzón 4512", "", "HC 01 BOX 4512", ""),
        ("RR 4 Buzon 1337", "", "RR 4 BOX 1337", ""),
        ("Apartado 1190", "", "PO BOX 1190", ""),
        ("Calle Fortaleza #63", "", "63 CALLE FORTALEZA", ""),
        ("1452 Ave. Ponce de León", "", "1452 AVE PONCE DE LEON", ""),
    ],
    "F numbered roads": [
        ("123 County Road 20", "", "123 COUNTY ROAD 20", ""),
        ("123 Co. Rd. 20", "", "123 COUNTY ROAD 20", ""),
        ("123 CR 20", "", "123 COUNTY ROAD 20", ""),
        ("123 CR-20", "", "123 COUNTY ROAD 20", ""),
        ("123 Cnty Hwy 60E", "", "123 COUNTY HIGHWAY 60E", ""),
        ("123 FM 1200", "", "123 FM 1200", ""),
        ("123 F.M. 1200", "", "123 FM 1200", ""),
        ("123 Farm to Market Road 1200", "", "123 FM 1200", ""),
        ("123 Farm to Market 1200", "", "123 FM 1200", ""),
        ("123 RM 12", "", "123 RM 12", ""),
        ("123 Ranch Road 620 South", "", "123 RANCH ROAD 620 S", ""),
        ("123 HWY 11 BYPASS", "", "123 HIGHWAY 11 BYP", ""),
        ("123 Highway 66", "", "123 HIGHWAY 66", ""),
        ("123 W. Highway 66", "", "123 W HIGHWAY 66", ""),
        ("123 W State Highway 4", "", "123 W STATE HIGHWAY 4", ""),
        ("123 N US Hwy 31", "", "123 N US HIGHWAY 31", ""),
        ("123 I 10", "", "123 INTERSTATE 10", ""),
        ("123 I-10 Apt 3", "", "123 INTERSTATE 10", "APT 3"),
        ("123 IH 280", "", "123 INTERSTATE 280", ""),
        ("123 Interstate Hwy 680", "", "123 INTERSTATE 680", ""),
        ("123 US 2", "", "123 US HIGHWAY 2", ""),
        ("123 U.S. Route 7 North", "", "123 US ROUTE 7 N", ""),
        ("123 US-7 Unit 3", "", "123 US HIGHWAY 7", "UNIT 3"),
        ("123 State Hwy 303", "", "123 STATE HIGHWAY 303", ""),
        ("123 SR 39", "", "123 SR 39", ""),
        ("123 St Rd 39", "", "123 STATE ROAD 39", ""),
        ("123 Vermont Route 113", "", "123 VT ROUTE 113", ""),
        ("123 Kentucky Hwy 440", "", "123 KY HIGHWAY 440", ""),
        ("123 Township Rd 20", "", "123 TOWNSHIP ROAD 20", ""),
        ("123 W Farm Road 182", "", "123 W FARM ROAD 182", ""),
        ("123 Forest Service Road 25", "", "123 FOREST SERVICE ROAD 25", ""),
        ("123 Private Road 1201", "", "123 PRIVATE ROAD 1201", ""),
        ("123 Loop 337", "", "123 LOOP 337", ""),
        ("123 County Road C", "", "123 COUNTY ROAD C", ""),
        ("123 County Highway KK", "", "123 COUNTY HIGHWAY KK", ""),
        ("123 Old Route 7", "", "123 OLD ROUTE 7", ""),
        ("123 County Road 20 Rear", "", "123 COUNTY ROAD 20", "REAR"),
    ],
    "what has no place": [
        ("123 Main St (leave at back door)", "", "123 MAIN ST", "LEAVE AT BACK DOOR"),
        ("123 Main St", "Gate code #4411", "123 MAIN ST", "GATE CODE # 4411"),
        ("Attn: Receiving, 123 Main St", "", "123 MAIN ST", "ATTN RECEIVING"),
        ("Department of Made Up Things", "123 Main St", "123 MAIN ST", "DEPARTMENT OF MADE UP THINGS"),
        ("Sample Hall Room 214 123 Main St", "", "123 MAIN ST", "RM 214, SAMPLE HALL"),
        ("210 Sample King, Jr. Blvd", "", "210 SAMPLE KING JR BLVD", ""),
        ("Mile 106.8 Sample Highway", "", "MILE 106.8 SAMPLE HWY", ""),
    ],
}  # fmt: skip
TYPED: Final = [
    pytest.param(*form, id=f"{section}: {form[0]} | {form[1]}".rstrip(" |"))
    for section, forms in FORMS.items()
    for form in forms
]


@pytest.mark.parametrize(("line1", "line2", "standard1", "standard2"), TYPED)
def test_it_is_written_as_the_standard_writes_it(line1: str, line2: str, standard1: str, standard2: str) -> None:
    assert standard_lines(line1, line2) == (standard1, standard2)
    assert standard_lines(standard1, standard2) == (standard1, standard2)


@pytest.mark.parametrize(("line1", "line2", "standard1", "standard2"), TYPED)
def test_it_is_written_once_and_keeps_every_digit(line1: str, line2: str, standard1: str, standard2: str) -> None:
    once = standard_lines(line1, line2)

    assert standard_lines(*once) == once
    assert Counter(re.findall("[0-9]", plain(f"{line1} {line2}"))) <= Counter(re.findall("[0-9]", " ".join(once)))


@pytest.mark.parametrize(("short", "spelling"), [(short, one) for short, some in DIRECTIONS.items() for one in some])
def test_a_direction_is_abbreviated_on_either_side(short: str, spelling: str) -> None:
    assert standard_lines(f"12 {spelling} Oak Street", "") == (f"12 {short} OAK ST", "")
    assert standard_lines(f"12 Oak Street {spelling}", "") == (f"12 OAK ST {short}", "")


def test_every_spelling_of_a_suffix_is_abbreviated() -> None:
    wrong = {}
    for entry in load("address/suffixes"):
        for spelling in (entry["name"], entry["standard"], *entry["variants"]):
            found = standard_lines(f"12 Quartz {spelling.title()}", "")
            if found != (f"12 QUARTZ {entry['standard']}", ""):
                wrong[spelling] = found

    # One abbreviation may stand for two names; then the table has the first.
    assert {spelling for spelling in wrong if not is_shared(spelling)} == set()


def is_shared(spelling: str) -> bool:
    owners = [one for one in load("address/suffixes") if spelling in (one["name"], one["standard"], *one["variants"])]
    return len(owners) > 1


def test_every_spelling_of_a_designator_is_abbreviated() -> None:
    wrong = {}
    for entry in load("address/units"):
        for spelling in (entry["name"], entry["standard"], *entry["variants"]):
            for line1, line2 in (
                (f"12 Quartz St {spelling.title()} 4b", ""),
                ("12 Quartz St", f"{spelling.title()} #4B"),
            ):
                found = standard_lines(line1, line2)
                if found != ("12 QUARTZ ST", f"{entry['standard']} 4B"):
                    wrong[line1, line2] = found

    assert wrong == {}


def test_a_designator_that_needs_no_number_stands_alone() -> None:
    for entry in load("address/units"):
        if not entry["number"]:
            assert standard_lines(f"12 Quartz St {entry['name'].title()}", "") == ("12 QUARTZ ST", entry["standard"])


def test_the_parts_of_a_lettered_street_are_told_apart() -> None:
    parts = {name: part.value for name, part in read_delivery("123 E Street SW", "").street.named()}

    assert parts == {"street_name": "E", "suffix": "ST", "postdirectional": "SW"}
