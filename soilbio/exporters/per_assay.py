"""The counts of a view assay by assay, for formats that hold one feature table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.exporters.view import View

if TYPE_CHECKING:
    import polars as pl

# Said where a program has a place for one.
NO_TREE = (
    "There is no tree: its branches would tell of sequences that are not shared. Make one of"
    " sequences.fasta, where it is there."
)


@dataclass(frozen=True, slots=True)
class OneAssay:
    """An assay's libraries with what is known of their samples, features, and counts (lazy)."""

    assay_id: str
    libraries: pl.DataFrame
    features: pl.DataFrame
    counts: pl.LazyFrame


def assays_of(view: View) -> Iterator[OneAssay]:
    """Give each assay; held in memory: O(n_features + n_libraries) of one of them.

    The agreement of a library stands beside it; that of its sample is the same or less strict.
    """
    import polars as pl

    tables = view.tables
    samples = tables["samples"].drop("agreement_id")
    described = tables["libraries"].join(samples, on="sample_id", how="left")
    for assay in tables["assays"].select("assay_id").collect()["assay_id"].to_list():
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
        yield OneAssay(assay, libraries, features, counts)


def folder_of(assay: OneAssay, folder: Path) -> Path:
    """Make the folder of an assay."""
    target = folder / assay.assay_id
    target.mkdir(parents=True)
    return target


def write_fasta(assay: OneAssay, target: Path) -> int:
    """Write the sequences that are shared, by feature id; return how many."""
    if "sequence" not in assay.features.columns:
        return 0
    rows = assay.features.select("feature_id", "sequence").drop_nulls().iter_rows()
    written = 0
    with target.open("w", encoding="ascii") as file:
        for written, (name, sequence) in enumerate(rows, start=1):  # noqa: B007
            file.write(f">{name}\n{sequence}\n")
    if not written:
        target.unlink()
    return written
