"""A label that names another address than the buyer gave in time: ops gets the task before the parcel is on its way."""

from __future__ import annotations

from datetime import datetime

from doorstep.cases.docket import Docket
from doorstep.cases.finding import Trouble
from doorstep.cases.procedure import accept, book_of, go_to, make_offer, open_case
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import CaseChange, ParcelFile
from doorstep.times import stamp

_REASON = "address_changed"


def relabel(file: ParcelFile, *, rules: Rulebook, now: datetime) -> CaseChange | None:
    """Open a case when the label was made before the address was changed; None when it is right, or one was opened.

    While a new label is free, the buyer's change counts as their choice; later ops has to ask the carrier.
    """
    wanted, printed = file.order.address, file.label_address
    known = any(it.parcel == file.parcel.id and it.reason == _REASON for it in file.cases)
    if known or not file.parcel.live or wanted.ship_to == printed.ship_to or file.open_case("address_problem"):
        return None
    docket = Docket(file, rules, now)
    case = open_case(docket, Trouble("address_problem", _REASON, "", (stamp(now), "")), origin="buyer")
    option = next((it for it in rules.options(file.parcel, file.order) if it.name == "change_address"), None)
    if option is None:
        go_to(docket, case, book_of(docket, case).step(book_of(docket, case).first).then["expired"], cause="opened")
    else:
        offer = make_offer(docket, case, now)
        said = {"at": stamp(wanted.at), "by": wanted.by, "how": wanted.how, "address_before": printed.version}
        consent = said | {"option": option.name, "address_after": wanted.version}
        accept(docket, docket.case(case.id), offer, option, consent=consent, version=wanted.version)
    return docket.seal()
