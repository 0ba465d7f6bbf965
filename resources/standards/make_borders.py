"""Make soilbio/standards/borders.json.gz: outlines of countries.

Usage: python resources/standards/make_borders.py COUNTRIES_50M_JSON [FOLDER]
where COUNTRIES_50M_JSON is `countries-50m.json` of the npm package world-atlas 2.0.2 (ISC): Natural
Earth 4.1.0 at 1:50 million, public domain, as TopoJSON. Outlines are kept to 0.001 degrees.
"""

from __future__ import annotations

import gzip
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
PER_DEGREE = 1000
Point = tuple[int, int]


def main(source: Path, folder: Path = FOLDER) -> None:
    """Write name -> polygons -> rings; a ring is x, y of its start and the steps from there."""
    world = json.loads(source.read_text(encoding="utf-8"))
    arcs = [points_of(arc, world["transform"]) for arc in world["arcs"]]
    countries = {
        shape["properties"]["name"]: [
            [steps(ring(parts, arcs)) for parts in polygon] for polygon in polygons(shape)
        ]
        for shape in world["objects"]["countries"]["geometries"]
        if shape["type"] in ("Polygon", "MultiPolygon")
    }
    text = json.dumps(dict(sorted(countries.items())), ensure_ascii=False, separators=(",", ":"))
    # No time of making in it: the same source gives the same bytes.
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    (folder / "borders.json.gz").write_bytes(packed)


def polygons(shape: dict[str, Any]) -> list[Any]:
    """List the polygons of a country, each a list of rings of arcs."""
    return list(shape["arcs"]) if shape["type"] == "MultiPolygon" else [shape["arcs"]]


def points_of(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """Unroll an arc into points, in thousandths of a degree."""
    (wide, high), (left, low) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for step in arc:
        x, y = x + step[0], y + step[1]
        points.append((round((x * wide + left) * PER_DEGREE), round((y * high + low) * PER_DEGREE)))
    return points


def ring(parts: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Join arcs end to end; a negative number is an arc walked backwards."""
    points: list[Point] = []
    for number in parts:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def steps(points: list[Point]) -> list[int]:
    """Write the start, then each point as its distance from the one before."""
    flat = [*points[0]]
    for (x, y), (next_x, next_y) in pairwise(points):
        flat += (next_x - x, next_y - y)
    return flat


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
