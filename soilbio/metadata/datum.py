"""The datum that coordinates are on, and how they come to WGS 84, which the archives ask for."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from soilbio.metadata.slots import Cell
from soilbio.standards.insdc import is_missing

if TYPE_CHECKING:
    from pyproj import CRS

WGS84 = "EPSG:4326"
_UNKNOWN = ("unknown", "not recorded")


@lru_cache(maxsize=256)
def _crs(datum: str) -> CRS | None:
    """Read a datum or reference system by code or name; None where there is no such."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    # People give the datum (NAD27), the registry the system that is on it (EPSG:4267).
    for text in (datum, f"EPSG:{datum}"):
        try:
            return CRS.from_user_input(text)
        except CRSError:
            continue
    return None


def check_datum(cell: Cell) -> None:
    """Note a datum that is unknown, or a grid, whose numbers are metres and no degrees."""
    datum = " ".join(cell.value.split())
    if not datum or is_missing(datum) or datum.casefold() in _UNKNOWN:
        return
    crs = _crs(datum)
    if crs is None:
        cell.note(
            "datum-unknown",
            f"a datum by its EPSG code or name, such as '{WGS84}' or 'WGS 84'",
            f"Look it up; what satellite navigation shows is {WGS84}",
        )
    elif not crs.is_geographic:
        cell.note(
            "datum-grid",
            f"a datum of latitude and longitude, such as '{WGS84}'",
            "Convert the place to decimal degrees; this is a grid, whose numbers are metres",
        )


def to_wgs84(latitude: str, longitude: str, datum: str) -> tuple[str, str] | None:
    """Bring decimal degrees from another datum to WGS 84, with the decimals they had, at least 5.

    Without grid files the result is off by up to a few metres for old datums; nothing is fetched.

    Returns
    -------
    tuple of two str or None
        None where the datum is unknown or a grid, or the numbers lie nowhere on Earth.

    """
    from pyproj import Transformer

    crs = _crs(" ".join(datum.split()))
    if crs is None or not crs.is_geographic:
        return None
    if crs.to_epsg() == 4326:
        return latitude, longitude
    transformer = Transformer.from_crs(crs.to_2d(), WGS84, always_xy=True)
    east, north = transformer.transform(float(longitude), float(latitude))
    if not (abs(north) <= 90 and abs(east) <= 180):
        return None
    places = [max(5, -int(Decimal(text).as_tuple().exponent)) for text in (latitude, longitude)]
    return f"{north:.{places[0]}f}", f"{east:.{places[1]}f}"
