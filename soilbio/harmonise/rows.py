"""Samples, libraries and measurements of several datasets: what two have is there once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from soilbio.dataset.tables import TABLES

if TYPE_CHECKING:
    import polars as pl

    from soilbio.errors import Problems
    from soilbio.harmonise.sources import Source

# Samples of one material (MIxS source_mat_id, or an archive's accession) in several datasets.
MATERIAL = "provenance/same_material.tsv"
# Measurements of one thing that differ between datasets; both stay.
CONFLICTS = "provenance/conflicts.tsv"
CONFLICT_HEADER = (
    *("subject", "property", "method", "upper_depth_m", "lower_depth_m"),
    *("dataset", "value", "unit"),
)
Row = dict[str, Any]


def rows_of(
    sources: Sequence[Source],
    table: str,
    problems: Problems,
    assays: Mapping[tuple[str, str], str] | None = None,
) -> list[Row]:
    """Take the rows of a table; what two datasets have must be the same in both."""
    key = TABLES[table].key[0]
    found: dict[str, tuple[Row, str]] = {}
    for source in sources:
        for row in source.rows(table):
            if assays is not None:
                row["assay_id"] = assays[source.digest, row["assay_id"]]
            there, other = found.setdefault(row[key], (row, source.name))
            differing = sorted(
                name
                for name in {*there, *row}
                if (there.get(name) or None) != (row.get(name) or None)
            )
            if differing:
                problems.add(
                    "harmonise-conflict",
                    source=f"{source.name}, {other}",
                    column=", ".join(differing),
                    found=row[key],
                    expected=f"one {key[:-3]} of that name, or the same in both datasets",
                    fix="Correct the one that is wrong; two that share a name need another one each"
                    " (in the method.yaml of an import `prefix`, or `library_prefix` for libraries"
                    " of two assays of one sample)",
                )
    return [row for row, _ in found.values()]


def measurements_of(
    sources: Sequence[Source], notes: dict[str, int]
) -> tuple[list[Row], list[tuple[str, ...]]]:
    """Take all measurements; two of one thing that differ stay both, with where they are from."""
    key = TABLES["measurements"].key
    found: dict[tuple[Any, ...], Row] = {}
    values: dict[tuple[Any, ...], dict[tuple[Any, Any], str]] = {}
    for source in sources:
        for row in source.rows("measurements"):
            thing = tuple(row[name] for name in key if name != "source")
            values.setdefault(thing, {}).setdefault((row["value"], row["unit"]), source.name)
            place = tuple(row[name] for name in key)
            if place in found and found[place] != row:
                row["source"] = "; ".join(part for part in (row["source"], source.name) if part)
                place = tuple(row[name] for name in key)
            found.setdefault(place, row)
    differing = {thing: own for thing, own in values.items() if len(set(own.values())) > 1}
    notes["measurements_that_differ"] = len(differing)
    conflicts = sorted(
        (*map(_plain, thing), name, *map(_plain, value))
        for thing, own in differing.items()
        for value, name in own.items()
    )
    return list(found.values()), conflicts


def _plain(value: object) -> str:
    return "" if value is None else f"{value}"


def same_material(sources: Sequence[Source]) -> list[tuple[str, str, str]]:
    """List the samples of several datasets that are of one material, under whatever names.

    They stay apart: what two laboratories made of one soil is a measure of the laboratories.
    """
    found: dict[str, list[tuple[str, str, str]]] = {}
    for source in sources:
        for row in source.rows("samples"):
            material = (row.get("source_mat_id") or "").strip()
            if material:
                found.setdefault(material, []).append((material, source.name, row["sample_id"]))
    shared = [own for own in found.values() if len({name for _, name, _ in own}) > 1]
    return sorted(row for own in shared for row in own)


def frame_of(rows: Sequence[Row], table: str) -> pl.DataFrame:
    """Make a table of rows; columns that any row has are there."""
    import polars as pl

    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    declared = {column.name: types[column.type] for column in TABLES[table].columns}
    names = sorted({name for row in rows for name in row} - declared.keys())
    schema = declared | dict.fromkeys(names, pl.String)
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)


def own_columns(sources: Sequence[Source], problems: Problems) -> dict[str, str]:
    """Take the users' own columns; one name with two sharing classes is nobody's to decide."""
    found: dict[str, str] = {}
    for source in sources:
        for name, one in source.dataset.extra_columns.items():
            if found.setdefault(name, one) != one:
                problems.add(
                    "harmonise-class",
                    source=source.name,
                    column=name,
                    found=one,
                    expected=f"one sharing class; another dataset has {found[name]}",
                    fix="Rename one of the columns at its source",
                )
    problems.raise_if_any()
    return found
