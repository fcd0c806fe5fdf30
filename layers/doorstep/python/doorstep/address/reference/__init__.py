"""The street reference: what registers and maps know of streets, house numbers and units, ZIP Code by ZIP Code.

`sources` reads what others publish, `gather` turns it into blobs, `StreetReference` finds a street in them again.
"""

from doorstep.address.reference.city_streets import CityStreets, Whereabouts
from doorstep.address.reference.known_street import KnownStreet, StreetParts
from doorstep.address.reference.reference import StreetReference
from doorstep.address.reference.zip_streets import ZipStreets

__all__ = ["CityStreets", "KnownStreet", "StreetParts", "StreetReference", "Whereabouts", "ZipStreets"]
