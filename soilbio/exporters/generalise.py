"""Coarser values: places on a fixed grid, heights in steps, dates to the month, the country."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from soilbio.standards.borders import centre_of, country_at
from soilbio.standards.insdc import COUNTRIES, country_of
from soilbio.standards.mixs import parse_lat_lon
from soilbio.standards.regions import find_region

if TYPE_CHECKING:
    from pyproj import Geod

ELEVATION_STEP_M = 100
# Datums that say nothing of the place; any other text in that column might.
DATUMS = frozenset({"WGS84", "WGS 84", "EPSG:4326", "ETRS89", "EPSG:4258"})
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-\d{2}(?:T[0-9:.,Z+-]*)?)?)?")


@dataclass(frozen=True, slots=True)
class Cell:
    """The centre of a grid cell, decimal degrees, and how far from it the true place may lie."""

    latitude: str
    longitude: str
    uncertainty_m: int


def cell_of(
    lat_lon: str, grid_degrees: str, uncertainty_m: str = "", geo_loc_name: str = ""
) -> Cell | None:
    """Find the cell of a fixed grid that a place lies in; None where the place cannot be read.

    Every place of a cell gets the same centre, however often it is asked for: nothing is random,
    so nothing averages out. The uncertainty is the geodesic distance (WGS 84) from the centre to
    the farthest corner, plus the place's own where that is known, in whole metres, rounded up.

    Parameters
    ----------
    lat_lon : str
        Latitude and longitude as `standards.mixs.parse_lat_lon` reads them.
    grid_degrees : str
        Width of a cell: a decimal number that divides 90; or `country`, for a point of the country
        that holds the place, with the distance to the farthest part of its border; or `region`, for
        the middle of the region that the place's name states.
    uncertainty_m : str
        The uncertainty of the exact place, metres; empty or no number where it is not known.
    geo_loc_name : str
        The place's name, for its region.

    """
    place = parse_lat_lon(lat_lon)
    if place is None:
        return None
    if grid_degrees == "country":
        return _country_around(*place)
    if grid_degrees == "region":
        return _region_around(place, geo_loc_name)
    width = Decimal(grid_degrees)
    latitude, longitude = (
        _centre(Decimal(repr(degrees)), width, limit)
        for degrees, limit in zip(place, (90, 180), strict=True)
    )
    own = number_in(uncertainty_m) or Decimal(0)
    reach = _half_diagonal_m(abs(latitude), width) + max(float(own), 0.0)
    return Cell(f"{latitude:f}", f"{longitude:f}", math.ceil(reach))


def _country_around(latitude: float, longitude: float) -> Cell | None:
    """Give the one point that stands for a country; None at sea."""
    centre = centre_of(country_at(latitude, longitude))
    if centre is None:
        return None
    return Cell(f"{centre[0]:.2f}", f"{centre[1]:.2f}", math.ceil(centre[2] / 1000) * 1000)


def _region_around(place: tuple[float, float], geo_loc_name: str) -> Cell | None:
    """Give the middle of the region; None if it is not known, or the place is not within reach.

    A region no wider than a cell of one degree tells no more than that cell.
    """
    region = find_region(geo_loc_name)
    if region is None:
        return None
    latitude, longitude = float(region.latitude), float(region.longitude)
    distance = _geod().inv(longitude, latitude, place[1], place[0])[2]
    if distance > region.reach_m:
        return None
    if region.reach_m < _half_diagonal_m(Decimal(0), Decimal(1)):
        return cell_of(f"{place[0]} {place[1]}", "1")
    return Cell(region.latitude, region.longitude, region.reach_m)


def _centre(degrees: Decimal, width: Decimal, limit: int) -> Decimal:
    """Give the middle of the cell; the pole and the date line belong to the last cell."""
    number = (degrees / width).to_integral_value(ROUND_FLOOR)
    last = Decimal(limit) / width - 1
    return (min(number, last) + Decimal("0.5")) * width


@cache
def _half_diagonal_m(latitude: Decimal, width: Decimal) -> float:
    half = float(width / 2)
    distances = (
        _geod().inv(0.0, float(latitude), half, float(latitude) + north)[2]
        for north in (-half, half)
    )
    return max(float(distance) for distance in distances)


@cache
def _geod() -> Geod:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def elevation(text: str) -> str | None:
    """Round a height to 100 m, since a height and a cell together can name a field."""
    height = number_in(text.removesuffix("m"))
    if height is None:
        return None
    steps = (height / ELEVATION_STEP_M).to_integral_value(ROUND_HALF_EVEN)
    return str(int(steps) * ELEVATION_STEP_M)


def country(geo_loc_name: str) -> str | None:
    """Keep the country or sea; None where the text does not begin with one that INSDC knows."""
    name = country_of(geo_loc_name)
    return name if name in COUNTRIES else None


def datum(text: str) -> str | None:
    """Keep the name of a common datum."""
    return text if text.strip() in DATUMS else None


def moment(text: str, to: str) -> str | None:
    """Cut a date, or each end of an interval, to month, season or year; None for any other text.

    Seasons are quarters from December on, as meteorologists count them, written as intervals; a
    date without its month is a year.
    """
    ends = [_DAY.fullmatch(part.strip()) for part in text.split("/")]
    if len(ends) > 2:
        return None
    cut = []
    for end in ends:
        if end is None:
            return None
        year, month = end.groups()
        if to == "season" and month:
            cut.append(_season(int(year), int(month)))
        else:
            cut.append(f"{year}-{month}" if to == "month" and month else year)
    if len(set(cut)) == 1:
        return cut[0]
    return f"{cut[0].partition('/')[0]}/{cut[1].rpartition('/')[2]}"


def _season(year: int, month: int) -> str:
    first = month // 3 * 3 or 12
    begins = year - 1 if month < 3 else year
    ends = f"{begins + 1:04}-02" if first == 12 else f"{begins:04}-{first + 2:02}"
    return f"{begins:04}-{first:02}/{ends}"


def number_in(text: str) -> Decimal | None:
    """Read a plain finite number."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
