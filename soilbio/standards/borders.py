"""In which country a place lies, from outlines that come along: nothing is fetched.

The outlines are those of Natural Earth, generalised by a few kilometres and drawn along the lines
that are held in fact; they say nothing about whose land it is. Where that is disputed, each name in
use is accepted. They are made by `resources/standards/make_borders.py`.
"""

from __future__ import annotations

import gzip
import json
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapely import Geometry, STRtree

VERSION = "4.1.0"
SOURCE = "Natural Earth 4.1.0, 1:50 million, public domain, by way of world-atlas 2.0.2"
# Outlines are off by a few kilometres, and places are rounded to 0.1 degrees: 16 km together.
TOLERANCE_DEGREES = 0.15

_FILE = Path(__file__).with_name("borders.json.gz")
_PER_DEGREE = 1000
_HALF = 180
# Names of the archives (INSDC) whose outline is called otherwise, is part of another, or is in
# dispute; the first outline of a list is the one that the name stands for.
_OUTLINES: dict[str, tuple[str, ...]] = {
    "Antigua and Barbuda": ("Antigua and Barb.",),
    "Argentina": ("Argentina", "Falkland Is."),
    "Ashmore and Cartier Islands": ("Ashmore and Cartier Is.",),
    "Australia": ("Australia", "Norfolk Island", "Indian Ocean Ter.", "Ashmore and Cartier Is."),
    "Borneo": ("Indonesia", "Malaysia", "Brunei"),
    "Bosnia and Herzegovina": ("Bosnia and Herz.",),
    "British Virgin Islands": ("British Virgin Is.",),
    "Cape Verde": ("Cabo Verde",),
    "Cayman Islands": ("Cayman Is.",),
    "Central African Republic": ("Central African Rep.",),
    "China": ("China", "Hong Kong", "Macao", "Taiwan"),
    "Christmas Island": ("Indian Ocean Ter.",),
    "Cocos Islands": ("Indian Ocean Ter.",),
    "Cook Islands": ("Cook Is.",),
    "Cote d'Ivoire": ("Côte d'Ivoire",),
    "Curacao": ("Curaçao",),
    "Cyprus": ("Cyprus", "N. Cyprus"),
    "Czech Republic": ("Czechia",),
    "Democratic Republic of the Congo": ("Dem. Rep. Congo",),
    "Denmark": ("Denmark", "Greenland", "Faeroe Is."),
    "Dominican Republic": ("Dominican Rep.",),
    "Equatorial Guinea": ("Eq. Guinea",),
    "Eswatini": ("eSwatini",),
    "Falkland Islands (Islas Malvinas)": ("Falkland Is.",),
    "Faroe Islands": ("Faeroe Is.",),
    "Finland": ("Finland", "Åland"),
    "France": (
        *("France", "Fr. Polynesia", "Fr. S. Antarctic Lands", "New Caledonia", "St-Barthélemy"),
        *("St-Martin", "St. Pierre and Miquelon", "Wallis and Futuna Is."),
    ),
    "French Guiana": ("France",),
    "French Polynesia": ("Fr. Polynesia",),
    "French Southern and Antarctic Lands": ("Fr. S. Antarctic Lands",),
    "Gaza Strip": ("Palestine",),
    "Guadeloupe": ("France",),
    "Heard Island and McDonald Islands": ("Heard I. and McDonald Is.",),
    "Israel": ("Israel", "Palestine"),
    "Italy": ("Italy", "Vatican", "San Marino"),
    "Jan Mayen": ("Norway",),
    "Kerguelen Archipelago": ("Fr. S. Antarctic Lands",),
    "Macau": ("Macao",),
    "Marshall Islands": ("Marshall Is.",),
    "Martinique": ("France",),
    "Mauritius": ("Mauritius", "Br. Indian Ocean Ter."),
    "Mayotte": ("France",),
    "Micronesia, Federated States of": ("Micronesia",),
    "Morocco": ("Morocco", "W. Sahara"),
    "Netherlands": ("Netherlands", "Aruba", "Curaçao", "Sint Maarten"),
    "New Zealand": ("New Zealand", "Cook Is.", "Niue"),
    "North Macedonia": ("Macedonia",),
    "Northern Mariana Islands": ("N. Mariana Is.",),
    "Pitcairn Islands": ("Pitcairn Is.",),
    "Republic of the Congo": ("Congo",),
    "Reunion": ("France",),
    "Saint Barthelemy": ("St-Barthélemy",),
    "Saint Kitts and Nevis": ("St. Kitts and Nevis",),
    "Saint Martin": ("St-Martin",),
    "Saint Pierre and Miquelon": ("St. Pierre and Miquelon",),
    "Saint Vincent and the Grenadines": ("St. Vin. and Gren.",),
    "Sao Tome and Principe": ("São Tomé and Principe",),
    "Serbia": ("Serbia", "Kosovo"),
    "Solomon Islands": ("Solomon Is.",),
    "Somalia": ("Somalia", "Somaliland"),
    "South Georgia and the South Sandwich Islands": ("S. Geo. and the Is.",),
    "South Sudan": ("S. Sudan",),
    "State of Palestine": ("Palestine", "Israel"),
    "Sudan": ("Sudan", "S. Sudan"),
    "Svalbard": ("Norway",),
    "Turks and Caicos Islands": ("Turks and Caicos Is.",),
    "USA": (
        *("United States of America", "American Samoa", "Guam", "N. Mariana Is.", "Puerto Rico"),
        "U.S. Virgin Is.",
    ),
    "United Kingdom": (
        *("United Kingdom", "Guernsey", "Isle of Man", "Jersey", "Anguilla", "Bermuda"),
        *("British Virgin Is.", "Cayman Is.", "Falkland Is.", "Montserrat", "Saint Helena"),
        *("S. Geo. and the Is.", "Turks and Caicos Is."),
    ),
    "Viet Nam": ("Vietnam",),
    "Virgin Islands": ("U.S. Virgin Is.",),
    "Wallis and Futuna": ("Wallis and Futuna Is.",),
    "West Bank": ("Palestine",),
    "Western Sahara": ("W. Sahara",),
}
# West, south, east, north: lands in dispute, and islands too small for the outlines.
_KASHMIR = (72.5, 32.2, 80.5, 37.2)
_GOLAN = (35.6, 32.65, 35.95, 33.35)
_HALAIB = (33.0, 21.7, 37.2, 23.2)
_BOXES: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "Australia": ((158.9, -31.9, 159.4, -31.4),),
    "Brazil": ((-32.7, -4.1, -32.2, -3.6), (-29.5, -20.7, -28.7, -20.3)),
    "China": (_KASHMIR, (91.5, 26.5, 97.5, 29.5)),
    "Colombia": ((-82.0, 3.8, -81.3, 4.2), (-82.0, 12.1, -81.2, 13.6)),
    "Costa Rica": ((-87.2, 5.4, -86.9, 5.7),),
    "Egypt": (_HALAIB,),
    "India": (_KASHMIR, (91.5, 26.5, 97.5, 29.5)),
    "Israel": (_GOLAN,),
    "Japan": ((140.7, 24.0, 142.4, 27.9), (153.8, 24.1, 154.1, 24.4)),
    "Mauritius": ((63.2, -19.9, 63.6, -19.5), (56.4, -10.6, 56.8, -10.2)),
    "Pakistan": (_KASHMIR,),
    "Seychelles": ((46.0, -10.6, 56.5, -3.5),),
    "Sudan": (_HALAIB,),
    "Syria": (_GOLAN,),
    "Ukraine": ((32.3, 44.2, 36.8, 46.3),),
}


@cache
def _packed() -> dict[str, list[list[list[int]]]]:
    """Read the outlines: polygons, each of rings, each a start and steps from there."""
    packed: dict[str, list[list[list[int]]]] = json.loads(gzip.decompress(_FILE.read_bytes()))
    return packed


@cache
def _shape(name: str) -> Geometry:
    """Unpack one outline."""
    import shapely

    parts = [
        part
        for rings in _packed()[name]
        for part in _cut(shapely.Polygon(_points(rings[0]), [_points(one) for one in rings[1:]]))
    ]
    return shapely.union_all(parts)


def _cut(polygon: Geometry) -> list[Geometry]:
    """Cut a polygon where it crosses the date line; there its longitudes jump there and back."""
    import shapely

    corners = shapely.get_coordinates(polygon.exterior)
    jumps = [
        place
        for place, (one, other) in enumerate(pairwise(corners[:, 0]), start=1)
        if abs(other - one) > _HALF
    ]
    # One jump is no crossing: it runs along the pole.
    if len(jumps) < 2:
        return [polygon if polygon.is_valid else shapely.make_valid(polygon)]
    east = [(x if x >= 0 else x + 2 * _HALF, y) for x, y in corners]
    whole = shapely.make_valid(shapely.Polygon(east))
    far = shapely.intersection(whole, shapely.box(_HALF, -90, 2 * _HALF, 90))
    back = shapely.transform(far, lambda points: points - [2 * _HALF, 0])
    return [shapely.intersection(whole, shapely.box(0, -90, _HALF, 90)), back]


def _points(ring: list[int]) -> list[tuple[float, float]]:
    """Walk a ring's steps, in degrees."""
    xs, ys = accumulate(ring[::2]), accumulate(ring[1::2])
    return [(x / _PER_DEGREE, y / _PER_DEGREE) for x, y in zip(xs, ys, strict=True)]


@cache
def _area(country: str) -> Geometry | None:
    """Join all that a country's name may stand for; None where there is no outline."""
    import shapely

    names = [name for name in _OUTLINES.get(country, (country,)) if name in _packed()]
    if not names:
        return None
    boxes = [shapely.box(*box) for box in _BOXES.get(country, ())]
    area = shapely.union_all([_shape(name) for name in names] + boxes)
    shapely.prepare(area)
    return area


@cache
def _index() -> tuple[tuple[str, ...], STRtree]:
    """Index the outlines for the question which of them holds a point."""
    import shapely

    names = tuple(_packed())
    return names, shapely.STRtree([_shape(name) for name in names])


@lru_cache(maxsize=65536)
def is_in(country: str, latitude: float, longitude: float) -> bool | None:
    """Tell whether a place lies in a country, or as near as the outlines can tell.

    Parameters
    ----------
    country : str
        As the archives (INSDC) call it.
    latitude, longitude : float
        Decimal degrees, WGS 84.

    Returns
    -------
    bool or None
        None where there is no outline of that name: seas, and islands that are too small.

    """
    import shapely

    area = _area(country)
    if area is None:
        return None
    return bool(shapely.dwithin(area, shapely.Point(longitude, latitude), TOLERANCE_DEGREES))


@lru_cache(maxsize=65536)
def country_at(latitude: float, longitude: float) -> str:
    """Name the country that holds a place, as the archives do; nothing for the sea."""
    import shapely

    names, index = _index()
    found = index.query(shapely.Point(longitude, latitude), predicate="intersects")
    return _insdc_names().get(names[int(min(found))], "") if len(found) else ""


@cache
def centre_of(country: str) -> tuple[float, float, float] | None:
    """Give a point of a country that stands for all of it, and how far its border is at most.

    Returns
    -------
    tuple of float or None
        Latitude, longitude, geodesic distance in metres (WGS 84); None without an outline.

    """
    import shapely
    from pyproj import Geod

    area = _area(country)
    if area is None:
        return None
    centre = shapely.point_on_surface(area)
    corners = shapely.get_coordinates(area)
    xs, ys = [centre.x] * len(corners), [centre.y] * len(corners)
    reach = Geod(ellps="WGS84").inv(xs, ys, corners[:, 0], corners[:, 1])[2]
    return float(centre.y), float(centre.x), float(max(reach))


@cache
def _insdc_names() -> dict[str, str]:
    """Outline -> name of the archives; an outline without one of its own stands for itself."""
    own = {names[0]: country for country, names in reversed(_OUTLINES.items())}
    return {name: name for name in _packed()} | own | {"France": "France", "Norway": "Norway"}
