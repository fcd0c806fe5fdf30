"""Made-up registers for laws: streets of every awkward kind, and the many ways in which people type what is in them."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from streets import street

from doorstep.address import TypedAddress
from doorstep.address.reference.rows import PointRow
from doorstep.data import load

_POOL = """
    MAIN ST|N MAIN ST|S MAIN ST|MAIN AVE|MAIN ST N|ELM ST|ELM LN|W LIBERTY RD|WEST LIBERTY RD|LIBERTY ST EXT|LIBERTY ST
    ON THE GREEN|THE GREEN|AVENUE B|AVENUE N|US ROUTE 7|VT ROUTE 127|COUNTY ROAD 20|US ROUTE 7 S|1ST ST|TWENTY-FIRST ST
    NORTH AVE|N EAST ST|NORTH POINT RD|EAST WEST RD|ST PAUL ST|SAINT GEORGE RD|O'BRIEN LN|KEY WEST DR|FRONT ST|PARK ST
    BROWN HILL E|HUNTERS GLEN|GLEN RD|COURT ST|SEVEN COURTS DR|TWO RIVERS RD|1 MILE RD|BROADWAY|MT PHILO RD|CALLE SOL
    S W S YOUNG DR|LOWER RD|SUITE DR|OLD ROUTE 7|JEROME AVE|SPRING GARDEN LN|ELM RDG|WINDY KNLS|BEL AIR
"""
TEXTS = [text.strip() for line in _POOL.strip().splitlines() for text in line.split("|")]
# Suffixes and directions that belong to the name show only beside others that are abbreviated.
USUAL = [row for text in ("N ASH ST", "S ASH AVE", "W ASH RD") for row in street(text, "7", code="05672", city="STOWE")]
_PLACES = [("05401", "BURLINGTON"), ("05408", "BURLINGTON"), ("05001", "HARTFORD"), ("05001", "NORWICH")]
_NUMBERS = st.sampled_from(["1", "2", "12", "14", "97A", "9 1/2", "11626", "34-01", "N6W23001", "100", "101"])
_UNITS = st.sampled_from(["APT 1", "APT 2", "UNIT A", "3", "BLDG 4 APT 3B", "STE 100", "# 7"])
_NAMED_BY_SUFFIX = frozenset({"ON THE GREEN", "THE GREEN", "HUNTERS GLEN", "BEL AIR", "BROADWAY"})
_SUFFIXES = {
    entry["standard"]: sorted({entry["name"], entry["standard"], *entry["variants"]})
    for entry in load("address/suffixes")
}
_DIRECTIONS = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST"}
_ROADS = frozenset({"AVENUE", "US", "VT", "COUNTY", "OLD"})
_VOCABULARY = """
    12 97A 1/2 N6W23001 A-3 # #7 & - , . Main St Street Ave Avenue B N North SW W. Rd Road Route US Hwy 7 127 VT-127
    Apt Suite Unit 3 Fl 2nd Rear Front Lower Lot Box PO RR PMB c/o Building One Seven Courts The Green On Park Saint
    Paul O'Brien Liberty Ext West Glen Hunters Hill Elm Elmm Mile Point Burlington Norwich Vermont 05401 Old
"""
WORDS = st.sampled_from(_VOCABULARY.split())


def _rows(text: str, place: tuple[str, str], numbers: dict[str, list[str]]) -> list[PointRow]:
    code, city = place
    bare = " ".join(number.replace(" ", "_") for number, units in numbers.items() if not units)
    units = {number: "|".join(of) for number, of in numbers.items() if of}
    return street(text, bare, code=code, city=city, units=units)


def _registers(units: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[PointRow]]:
    numbers = st.dictionaries(_NUMBERS, units, min_size=1, max_size=4)
    streets = st.builds(_rows, st.sampled_from(TEXTS), st.sampled_from(_PLACES), numbers)
    return st.lists(streets, min_size=1, max_size=8).map(lambda some: [row for rows in some for row in rows])


REGISTERS = _registers(st.lists(_UNITS, unique=True, max_size=3))
WITHOUT_UNITS = _registers(st.just([]))


@dataclass(frozen=True)
class Typed:
    """A row of a register, and one way to type it."""

    row: PointRow
    address: TypedAddress


@st.composite
def ways_to_type(draw: st.DrawFn, row: PointRow) -> Typed:
    """The same address in another case, spacing, spelling of suffix and directions, in fields or in one line."""
    words = row.street.split()
    if words[0] not in _ROADS and row.street not in _NAMED_BY_SUFFIX and words[-1] in _SUFFIXES:
        words[-1] = draw(st.sampled_from([*_SUFFIXES[words[-1]], f"{words[-1]}."]))
    elif words[0] != "AVENUE" and words[-1] in _DIRECTIONS:
        words[-1] = draw(st.sampled_from([words[-1], _DIRECTIONS[words[-1]], f"{words[-1]}."]))
    if words[0] in _DIRECTIONS and len(words) < 4:
        words[0] = draw(st.sampled_from([words[0], _DIRECTIONS[words[0]], f"{words[0]}."]))
    line1 = draw(st.sampled_from([" ", "  "])).join([row.number, *words])
    case = draw(st.sampled_from([str.upper, str.lower, str.title]))
    line1, unit, city = case(line1), case(row.unit), case(row.city)
    form = draw(st.sampled_from(["fields", "one line", "first line", "unit behind"]))
    if form == "fields":
        return Typed(row, TypedAddress(line1, unit, city, row.state, row.zip))
    if form == "unit behind":
        return Typed(row, TypedAddress(", ".join(filter(None, [line1, unit])), "", city, row.state, row.zip))
    comma = draw(st.sampled_from([", ", " ", "\n"]))
    whole = comma.join(filter(None, [line1, unit, city, f"{row.state} {row.zip}"]))
    return Typed(row, TypedAddress(one_line=whole) if form == "one line" else TypedAddress(line1=whole))


@st.composite
def slips(draw: st.DrawFn, row: PointRow) -> TypedAddress:
    """The row with a slip in its street: a part lost, added or changed, a letter lost or doubled."""
    words = row.street.split()
    slip = draw(st.sampled_from(["first", "last", "more", "other", "lost", "twice"]))
    at = draw(st.integers(0, len(row.street) - 1))
    changed = {
        "first": " ".join(words[1:]) or row.street,
        "last": " ".join(words[:-1]) or row.street,
        "more": " ".join([draw(st.sampled_from(["N", "South", "NE"])), *words]),
        "other": " ".join([*words[:-1], draw(st.sampled_from(["Ave", "Ln", "St", "Blvd"]))]),
        "lost": row.street[:at] + row.street[at + 1 :],
        "twice": row.street[:at] + row.street[at] + row.street[at:],
    }[slip]
    code = draw(st.sampled_from([row.zip] * 3 + ["05401", "05408", "05055"]))
    return TypedAddress(f"{row.number} {changed}", row.unit, row.city, row.state, code)


_ANYTHING = st.builds(
    lambda words, line2, place: TypedAddress(" ".join(words), line2, place[1], "VT", place[0]),
    st.lists(WORDS, min_size=1, max_size=7),
    st.one_of(st.just(""), st.lists(WORDS, max_size=2).map(" ".join)),
    st.sampled_from([*_PLACES, ("05055", "NORWICH"), ("", "BURLINGTON"), ("05401", "HARTFORD"), ("5401", "WINOOSKI")]),
)


@st.composite
def registers_and_texts(draw: st.DrawFn) -> tuple[list[PointRow], TypedAddress]:
    """A register, and an address that is in it, nearly in it, or anything else."""
    rows = draw(REGISTERS)
    row = st.sampled_from(rows)
    way = row.flatmap(ways_to_type).map(lambda typed: typed.address)
    return rows, draw(st.one_of(way, row.flatmap(slips), _ANYTHING))
