"""An address as it stands on an envelope."""

from __future__ import annotations

from doorstep.address.model import Address


def label(address: Address) -> list[str]:
    """The lines of an address, without the addressee; elsewhere in the order of the country, its name last."""
    if address.country == "US":
        place = " ".join(filter(None, (address.city, address.state, address.postal_code)))
        return [line for line in (address.line1, address.line2, place) if line]
    from doorstep.address import countries  # only for other countries

    return countries.label(address)
