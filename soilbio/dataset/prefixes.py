"""Prefixes that keep samples and libraries of one dataset apart from those of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from soilbio.standards.materials import material_of

if TYPE_CHECKING:
    import polars as pl

_IDS = {
    **{"samples": ("sample_id",), "libraries": ("sample_id", "library_id")},
    **{"counts": ("library_id",), "measurements": ("subject",)},
}


def with_prefixes(
    tables: Mapping[str, pl.LazyFrame], prefix: str, library_prefix: str = ""
) -> dict[str, pl.LazyFrame]:
    """Put a prefix before the ids of samples and libraries, wherever they stand.

    A second one stands before those of libraries only. A sample that went by an archive's accession
    is of that material still.
    """
    import polars as pl

    if prefix:
        tables = {**tables, "samples": _with_material(tables["samples"])}
    prefixes = {"library_id": prefix + library_prefix}
    return {
        name: table.with_columns(
            pl.concat_str(pl.lit(prefixes.get(one, prefix)), one).alias(one)
            for one in _IDS.get(name, ())
        )
        for name, table in tables.items()
    }


def _with_material(samples: pl.LazyFrame) -> pl.LazyFrame:
    """Put the accessions that samples go by where nothing else is said of their material."""
    import polars as pl

    names = samples.select("sample_id").collect()["sample_id"]
    own = {name: name for name in names if material_of(name)[1]}
    if not own:
        return samples
    has_any = "source_mat_id" in samples.collect_schema()
    said = pl.col("source_mat_id") if has_any else pl.lit(None, pl.String)
    material = pl.col("sample_id").replace_strict(own, default=None, return_dtype=pl.String)
    is_said = said.fill_null("") != ""
    return samples.with_columns(
        pl.when(is_said).then(said).otherwise(material).alias("source_mat_id")
    )
