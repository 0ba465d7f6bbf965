"""Where samples come from, as far as a recipient may know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import Enum

from soilbio.exporters.generalise import cell_of
from soilbio.report.content import plural
from soilbio.report.figures_map import Place
from soilbio.standards.mixs import parse_lat_lon


class Region(Enum):
    """How much of a place's name may be shown."""

    NONE = "none"
    COUNTRY = "country"
    WHOLE = "whole"


def places_of(
    samples: Sequence[Mapping[str, str]], cell_degrees: float, *, region: Region
) -> tuple[Place, ...]:
    """Count samples by place; the place is a cell's middle unless `cell_degrees` is 0.

    Of a cell only the country is named, since a locality would tell more than the cell does.
    """
    counts: Counter[tuple[float, float, str]] = Counter()
    for row in samples:
        position = _position(row.get("lat_lon") or "", cell_degrees)
        if position is None:
            continue
        latitude, longitude = position
        name = "" if region is Region.NONE else row.get("geo_loc_name") or ""
        if cell_degrees or region is Region.COUNTRY:
            name = name.partition(":")[0].strip()
        counts[latitude, longitude, name] += 1
    return tuple(
        Place(latitude, longitude, cell_degrees, count, _text(name, count))
        for (latitude, longitude, name), count in sorted(counts.items())
    )


def _position(lat_lon: str, cell_degrees: float) -> tuple[float, float] | None:
    """Read a place; its cell's middle is that of exports, since two grids would narrow it down."""
    if not cell_degrees:
        return parse_lat_lon(lat_lon)
    cell = cell_of(lat_lon, f"{cell_degrees:g}")
    return None if cell is None else (float(cell.latitude), float(cell.longitude))


def _text(name: str, count: int) -> str:
    samples = plural(count, "sample")
    return f"{name}: {samples}" if name else samples
