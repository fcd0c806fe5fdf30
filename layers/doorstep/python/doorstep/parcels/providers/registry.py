"""The providers there are. A new one: its module, its YAML, and its line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from doorstep.errors import NotFound
from doorstep.parcels.providers.aftership import AfterShip
from doorstep.parcels.providers.dhl import Dhl
from doorstep.parcels.providers.easypost import EasyPost
from doorstep.parcels.providers.fedex import FedEx
from doorstep.parcels.providers.provider import Provider
from doorstep.parcels.providers.seventeen_track import SeventeenTrack
from doorstep.parcels.providers.shippo import Shippo
from doorstep.parcels.providers.ups import Ups
from doorstep.parcels.providers.usps import Usps

_EACH: Final[tuple[Provider, ...]] = (
    EasyPost(),
    AfterShip(),
    Shippo(),
    SeventeenTrack(),
    Usps(),
    Ups(),
    FedEx(),
    Dhl(),
)
PROVIDERS: Final[Mapping[str, Provider]] = MappingProxyType({one.name: one for one in _EACH})


def provider(name: str) -> Provider:
    """The provider of this name, as it stands in the route. Raises `NotFound`."""
    try:
        return PROVIDERS[name]
    except KeyError as error:
        raise NotFound("unknown_provider", "there is no provider of this name") from error
