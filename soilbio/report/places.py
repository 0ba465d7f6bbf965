"""Where samples come from, as far as a recipient may know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import floor

from soilbio.report.content import plural
from soilbio.report.figures_map import Place


def parse_position(lat_lon: str) -> tuple[float, float] | None:
    """Read MIxS lat_lon (decimal degrees, a space between); none for anything else."""
    parts = lat_lon.split()
    if len(parts) != 2:
        return None
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def snap(degrees: float, cell_degrees: float) -> float:
    """Give the middle of the cell of a fixed grid that holds a coordinate."""
    return round((floor(degrees / cell_degrees) + 0.5) * cell_degrees, 6)


def places_of(
    samples: Sequence[Mapping[str, str]], cell_degrees: float, *, has_region: bool
) -> tuple[Place, ...]:
    """Count samples by place; the place is a cell's middle unless `cell_degrees` is 0.

    Of a cell only the country is named, since a locality would tell more than the cell does.
    """
    counts: Counter[tuple[float, float, str]] = Counter()
    for row in samples:
        position = parse_position(row.get("lat_lon") or "")
        if position is None:
            continue
        latitude, longitude = position
        if cell_degrees:
            latitude, longitude = snap(latitude, cell_degrees), snap(longitude, cell_degrees)
        name = (row.get("geo_loc_name") or "") if has_region else ""
        if cell_degrees:
            name = name.partition(":")[0].strip()
        counts[latitude, longitude, name] += 1
    return tuple(
        Place(latitude, longitude, cell_degrees, count, _text(name, count))
        for (latitude, longitude, name), count in sorted(counts.items())
    )


def _text(name: str, count: int) -> str:
    samples = plural(count, "sample")
    return f"{name}: {samples}" if name else samples
