"""BIOM 2.1: a file for each assay, samples' metadata and lineages inside."""

from __future__ import annotations

from pathlib import Path

from soilbio.dataset.biom import write_biom
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.view import View


def write(view: View, folder: Path) -> Evidence:
    """Write `<assay_id>.biom` for each assay; the day of sharing is the date the format demands.

    Held in memory: O(n_features + n_libraries).
    """
    import polars as pl

    tables = view.tables
    samples = tables["samples"].drop("agreement_id")
    described = tables["libraries"].join(samples, on="sample_id", how="left")
    assays = tables["assays"].select("assay_id").collect()["assay_id"].to_list()
    for assay in assays:
        libraries = described.filter(pl.col("assay_id") == assay).sort("library_id").collect()
        counts = tables["counts"].join(
            libraries.lazy().select("library_id"),
            on="library_id",
            how="semi",
            maintain_order="left",
        )
        features = (
            tables["features"]
            .join(counts.select("feature_id").unique(), on="feature_id", how="semi")
            .sort("feature_id")
            .collect(engine="streaming")
        )
        write_biom(
            folder / f"{assay}.biom",
            features,
            libraries,
            counts,
            created=f"{view.date.isoformat()}T00:00:00",
        )
    return view.evidence.noting(assays=len(assays))
