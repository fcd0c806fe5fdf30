"""What was typed → components → standard form → verdict. Pure: no network, no clock, no randomness.

    typed = decode_request(body)                     Rejected names every problem
    assessment = assess(typed, postal=PostalTable.open(), locale="es")
    token = sign_verdict(assessment, key=secret, issued_at=now)

`delivery` reads the delivery lines, `place` judges city, state and ZIP Code by the ZIP table, `soundness` whether the
lines can be an address, `findings` what follows. Other countries: `international`, imported only when one comes by.
"""

from doorstep.address.assess import assess
from doorstep.address.decode import decode_address, decode_request
from doorstep.address.forms import formats
from doorstep.address.keys import Shown, VerdictClaim, address_key, read_verdict, sign_verdict
from doorstep.address.label import label
from doorstep.address.model import (
    Address,
    Assessment,
    Component,
    Flags,
    Issue,
    Suggestion,
    TypedAddress,
    Verdict,
)
from doorstep.address.postal import PostalTable, ZipArea

__all__ = [
    "Address",
    "Assessment",
    "Component",
    "Flags",
    "Issue",
    "PostalTable",
    "Shown",
    "Suggestion",
    "TypedAddress",
    "Verdict",
    "VerdictClaim",
    "ZipArea",
    "address_key",
    "assess",
    "decode_address",
    "decode_request",
    "formats",
    "label",
    "read_verdict",
    "sign_verdict",
]
