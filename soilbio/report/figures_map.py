"""A map of places, drawn from country outlines that come with a package: nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

from soilbio.report.figures import axis, figure, plain

Ring = list[tuple[float, float]]
# The outlines are of 1:110 million: closer than this they would only mislead.
_LEAST_SPAN_DEGREES = 9.0
# A map without outlines goes as near as this, and shows this many cells.
_NEAREST_SPAN_DEGREES = 0.1
_CELLS_ACROSS = 5
_BORDER, _GROUND, _CELL = "#9A9084", "#F7F4EF", "#D55E00"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in decimal degrees; a cell `cell_degrees` wide around it when it is generalised."""

    latitude: float
    longitude: float
    cell_degrees: float
    samples: int
    text: str


@dataclass(frozen=True, slots=True)
class Extent:
    """What the map shows, in decimal degrees."""

    west: float
    south: float
    east: float
    north: float

    def touches(self, ring: Ring) -> bool:
        """Tell whether any part of a ring could lie within."""
        x, y = [point[0] for point in ring], [point[1] for point in ring]
        return (
            min(x) <= self.east
            and max(x) >= self.west
            and min(y) <= self.north
            and max(y) >= self.south
        )


def extent_of(places: Sequence[Place], least_degrees: float = _LEAST_SPAN_DEGREES) -> Extent:
    """Find an extent around all places; by default one that shows some of the country, too."""
    half = max(place.cell_degrees for place in places) / 2
    latitudes = [place.latitude + side for place in places for side in (-half, half)]
    longitudes = [place.longitude + side for place in places for side in (-half, half)]
    south, north = _padded(min(latitudes), max(latitudes), least_degrees)
    wide = least_degrees * 2 / max(0.2, cos(radians((south + north) / 2)))
    west, east = _padded(min(longitudes), max(longitudes), wide)
    return Extent(max(west, -180), max(south, -90), min(east, 180), min(north, 90))


def _padded(low: float, high: float, least: float) -> tuple[float, float]:
    middle, half = (low + high) / 2, max((high - low) * 0.65, least / 2)
    return middle - half, middle + half


def outlines() -> Iterator[Ring]:
    """Read the outer rings of countries (Natural Earth 1:110 million, public domain).

    Some are missing (Hungary, Serbia, Myanmar, small states), so rings are drawn as lines, not
    filled: what has no ring must not look like water.
    """
    from countryinfo import CountryInfo

    for _, country in sorted(CountryInfo.all().items()):
        for feature in country.get("geoJSON", {}).get("features", []):
            geometry = feature["geometry"]
            parts = geometry["coordinates"]
            polygons = parts if geometry["type"] == "MultiPolygon" else [parts]
            for polygon in polygons:
                yield [(round(point[0], 2), round(point[1], 2)) for point in polygon[0]]


def place_map(places: Sequence[Place], rings: Iterable[Ring]) -> Any:
    """Draw the places on the outlines; a generalised place is a rectangle of its true size."""
    extent = extent_of(places)
    land = _land(ring for ring in rings if extent.touches(ring))
    return _map(places, extent, [land])


def near_map(places: Sequence[Place]) -> Any | None:
    """Draw the places so near that they part; None where the map of the country does already."""
    cell = max(place.cell_degrees for place in places)
    extent = extent_of(places, max(_NEAREST_SPAN_DEGREES, cell * _CELLS_ACROSS))
    if extent.north - extent.south > _LEAST_SPAN_DEGREES / 2:
        return None
    return _map(places, extent, [])


def _map(places: Sequence[Place], extent: Extent, traces: list[Any]) -> Any:
    cells = [place for place in places if place.cell_degrees]
    if cells:
        traces.append(_cells(cells))
    traces.append(_markers(places))
    scale = 1 / max(0.05, cos(radians((extent.south + extent.north) / 2)))
    return figure(
        traces,
        460,
        plot_bgcolor=_GROUND,
        xaxis=axis(
            "longitude, °", range=[extent.west, extent.east], constrain="domain", zeroline=False
        ),
        yaxis=axis(
            "latitude, °",
            range=[extent.south, extent.north],
            scaleanchor="x",
            scaleratio=scale,
            constrain="domain",
            zeroline=False,
        ),
        showlegend=True,
    )


def _land(rings: Iterable[Ring]) -> Any:
    import plotly.graph_objects as go

    x: list[float | None] = []
    y: list[float | None] = []
    for ring in rings:
        x += [*(point[0] for point in ring), None]
        y += [*(point[1] for point in ring), None]
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": _BORDER, "width": 1},
        hoverinfo="skip",
        showlegend=False,
    )


def _cells(places: Sequence[Place]) -> Any:
    import plotly.graph_objects as go

    x: list[float | None] = []
    y: list[float | None] = []
    for place in places:
        half = place.cell_degrees / 2
        west, east = place.longitude - half, place.longitude + half
        south, north = place.latitude - half, place.latitude + half
        x += [west, east, east, west, west, None]
        y += [south, south, north, north, south, None]
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        fill="toself",
        fillcolor="rgba(213,94,0,0.15)",
        line={"color": _CELL, "width": 2},
        name=f"cell of {places[0].cell_degrees:g}° that holds the place",
        hoverinfo="skip",
    )


def _markers(places: Sequence[Place]) -> Any:
    """Mark each place, or the middle of its cell, which must not be taken for the place."""
    import plotly.graph_objects as go

    is_cell = any(place.cell_degrees for place in places)
    return go.Scatter(
        x=[place.longitude for place in places],
        y=[place.latitude for place in places],
        mode="markers",
        marker={
            "color": _CELL,
            "symbol": "cross" if is_cell else "circle",
            "size": [min((5 if is_cell else 9) + 2 * place.samples**0.5, 24) for place in places],
            "opacity": 0.85,
            "line": {"color": "white", "width": 1 if is_cell else 1.5},
        },
        text=[plain(place.text) for place in places],
        name="middle of the cell, not the place" if is_cell else "sampled place",
        hovertemplate="%{text}<extra></extra>",
    )
