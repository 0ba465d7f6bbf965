"""What was sequenced of libraries that several profilers made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def sheet_names(tables: Mapping[str, pl.LazyFrame]) -> dict[str, str]:
    """Name each library of a dataset as the sheet of its project does.

    A metagenome's is there once for each profiler, as `L1-kraken2` of the assay `wgs-kraken2`.
    """
    assays = tables["assays"].select("assay_id", "library_strategy", "engine")
    libraries = tables["libraries"].select("library_id", "assay_id")
    names = {}
    for row in libraries.join(assays, on="assay_id", how="left").collect().iter_rows(named=True):
        library, end = row["library_id"], f"-{row['engine']}"
        is_of_profiler = row["library_strategy"] == "WGS" and row["assay_id"].endswith(end)
        names[library] = library.removesuffix(end) if is_of_profiler else library
    return names
