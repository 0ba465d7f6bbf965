"""Where a sample says it is from: are the numbers a place, and is it in the country it names.

Outlines of countries are off by kilometres and some are in dispute, so a place outside its country
is a warning; it is an error where the same numbers swapped, or with another sign, lie inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from soilbio.errors import Problems
from soilbio.metadata.positions import decimals
from soilbio.metadata.slots import Cell
from soilbio.standards.insdc import COUNTRIES, OTHER_NAMES, country_of, is_missing
from soilbio.standards.mixs import parse_lat_lon

# More than that ENA refuses: 8 decimals are a millimetre. One decimal is 11 km.
MOST_DECIMALS = 8
_LEAST_DECIMALS = 2
_PLAIN = re.compile(r"[-+]?\d+(?:\.\d*)?")
_PAIR = re.compile(
    r"\s*([-+]?\d+(?:\.\d*)?)\s*°?\s*[NS]?(?:\s*[,;])?\s+"
    r"([-+]?\d+(?:\.\d*)?)\s*°?\s*[EW]?\s*",
    re.IGNORECASE,
)
_COLUMNS = ("decimal_latitude", "decimal_longitude")
# Each way to get a sign wrong: what makes it right, for latitude and longitude, and what to do.
_SIGNS = (
    (1, -1, "Write the longitude with the other sign; west of Greenwich is -"),
    (-1, 1, "Write the latitude with the other sign; south of the equator is -"),
    (-1, -1, "Write both with the other sign; south and west are -"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place: column and text as written, the numbers apart, and the country it names."""

    column: str
    found: str
    latitude: str
    longitude: str
    country: str
    has_uncertainty: bool

    @property
    def position(self) -> tuple[float, float]:
        """Latitude and longitude, decimal degrees."""
        parsed = parse_lat_lon(self.found)
        return parsed if parsed else (float(self.latitude), float(self.longitude))


def check_places(
    rows: Mapping[int, Mapping[str, str]],
    problems: Problems,
    controls: frozenset[str] = frozenset(),
) -> None:
    """Note samples whose place cannot be right; controls that have a place are looked at, too.

    Parameters
    ----------
    rows : mapping of row number to row
        Each with `lat_lon`, or with `decimal_latitude` and `decimal_longitude`, and with
        `geo_loc_name` or `country`; what is missing, or is no number, is left to other checks.
    problems : Problems
        Collects what is found.
    controls : frozenset of str
        Controls, by `sample_id` or `samp_name`: 0 0 is excused there.

    """
    for number, row in rows.items():
        sample = row.get("sample_id") or row.get("samp_name") or ""
        check_place(row, number, problems, is_control=sample in controls)


def check_place(
    row: Mapping[str, str], number: int, problems: Problems, *, is_control: bool = False
) -> None:
    """Note what is wrong with the place of one sample; see `check_places`."""
    place = read_place(row)
    if place is None:
        return
    cell = Cell(place.column, place.found, number, problems)
    if place.position == (0, 0):
        if not is_control:
            cell.note(
                "place-zero",
                "a place where soil is; 0 0 lies in the Gulf of Guinea",
                "Write the place, or 'not collected' where it is not known",
            )
        return
    _check_digits(place, cell)
    _check_country(place, cell)


def read_place(row: Mapping[str, str]) -> Place | None:
    """Read the place of a row; None where it has none in decimal degrees, or none on Earth."""
    country = _country(row)
    has_uncertainty = bool(
        row.get("coordinate_uncertainty_m") or row.get("coordinate_generalisation")
    )
    text = (row.get("lat_lon") or "").strip()
    pair = _PAIR.fullmatch(text)
    if pair and parse_lat_lon(text):
        return Place("lat_lon", text, pair[1], pair[2], country, has_uncertainty)
    latitude, longitude = ((row.get(name) or "").strip() for name in _COLUMNS)
    text = f"{latitude} {longitude}"
    if _PLAIN.fullmatch(latitude) and _PLAIN.fullmatch(longitude) and parse_lat_lon(text):
        return Place(_COLUMNS[0], text, latitude, longitude, country, has_uncertainty)
    return None


def _country(row: Mapping[str, str]) -> str:
    """Take the country as the archives call it; nothing where it is missing or unknown."""
    name = country_of(row.get("geo_loc_name") or row.get("country") or "")
    name = name if name in COUNTRIES else OTHER_NAMES.get(name.casefold(), "")
    return "" if is_missing(name) else name


def _check_digits(place: Place, cell: Cell) -> None:
    """Note places that are more precise than can be, or hardly say where."""
    most = max(decimals(place.latitude), decimals(place.longitude))
    if most > MOST_DECIMALS:
        cell.note(
            "place-digits",
            f"at most {MOST_DECIMALS} decimals, which are a millimetre",
            "Round to 5 decimals, which is a metre; archives refuse more than 8",
            is_warning=True,
        )
    elif most < _LEAST_DECIMALS and not place.has_uncertainty:
        cell.note(
            "place-coarse",
            "a place known to a kilometre or better, or how well it is known",
            "Write more decimals; if it is generalised on purpose, say by how much in"
            " coordinate_uncertainty_m",
            is_warning=True,
        )


def _check_country(place: Place, cell: Cell) -> None:
    """Note places outside the country that the row names."""
    from soilbio.standards.borders import country_at, is_in

    latitude, longitude = place.position
    if not place.country or is_in(place.country, latitude, longitude) is not False:
        return
    expected = f"a place in {place.country}"
    if abs(longitude) <= 90 and is_in(place.country, longitude, latitude):
        cell.note("place-swapped", expected, "Swap the two; the latitude comes first")
        return
    for of_latitude, of_longitude, fix in _SIGNS:
        if is_in(place.country, of_latitude * latitude, of_longitude * longitude):
            cell.note("place-sign", expected, fix)
            return
    actual = country_at(latitude, longitude)
    where = f"This place is in {actual}" if actual else "This place is in the sea, or far off"
    fix = f"{where}: correct the place, or the country"
    cell.note("place-country", expected, fix, is_warning=True)
