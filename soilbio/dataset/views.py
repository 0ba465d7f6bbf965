"""TSV and BIOM beside the tables, for programs and people that do not read Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.biom import write_biom
from soilbio.dataset.formulas import made_safe, safe
from soilbio.dataset.read import scan_tables
from soilbio.dataset.tables import RANKS, TABLES
from soilbio.errors import Problems

if TYPE_CHECKING:
    import polars as pl

VIEWS = "views"
_AT_ONCE = 2
# Where a format demands a date and no sample has one; the clock would make each run's bytes differ.
NO_DATE = "1970-01-01"
_DAY = r"(\d{4}-\d{2}-\d{2})(?:T[^/]*)?$"


def write_views(folder: Path) -> None:
    """Write `views/<table>.tsv` and `views/<assay>.biom` from the tables of a folder.

    A text that a spreadsheet would run as a formula has an apostrophe in front in the TSV; else
    views hold what the tables hold. Held in memory: O(n_features + n_libraries) and two BIOMs'
    chunks.
    """
    tables = scan_tables(folder, Problems(str(folder)))
    views = folder / VIEWS
    views.mkdir(exist_ok=True)
    created = newest_day(tables["samples"])

    def write_tsv(name: str) -> None:
        path = views / f"{name}.tsv"
        tsv_of(tables[name]).sink_csv(path, separator="\t", line_terminator="\n")

    def write_of_assay(assay: str) -> None:
        _write_assay(tables, assay, views / f"{assay}.biom", created)

    # HDF5 is written by one core: beside it the other writes text.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        written = [pool.submit(write_of_assay, assay) for assay in assays_of(tables["assays"])]
        written += [pool.submit(write_tsv, name) for name in TABLES]
        for one in written:
            one.result()


def newest_day(samples: pl.LazyFrame) -> str:
    """Find the newest day on which a sample was collected; the first of 1970 when none says so."""
    import polars as pl

    if "collection_date" not in samples.collect_schema():
        return NO_DATE
    days = samples.select(pl.col("collection_date").str.extract(_DAY).max()).collect()
    return str(days.item() or NO_DATE)


def assays_of(assays: pl.LazyFrame) -> list[str]:
    """List the assays of a dataset."""
    names: list[str] = assays.select("assay_id").collect()["assay_id"].to_list()
    return names


def tsv_of(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Give a table as its TSV view holds it: nothing and empty text are one, formulas are text."""
    import polars as pl

    schema = frame.collect_schema()
    text = [made_safe(name) for name in schema if schema[name] == pl.String]
    return frame.with_columns(text).rename({name: safe(name) for name in schema})


def _write_assay(
    tables: Mapping[str, pl.LazyFrame], assay: str, target: Path, created: str
) -> None:
    """Write the BIOM of one assay: its libraries, empty ones included, and what was in them."""
    import polars as pl

    samples = tables["samples"].drop("agreement_id")
    libraries = (
        tables["libraries"]
        .filter(pl.col("assay_id") == assay)
        .join(samples, on="sample_id", how="left")
        .sort("library_id")
        .collect()
    )
    counts = tables["counts"].join(
        libraries.lazy().select("library_id"), on="library_id", how="semi", maintain_order="left"
    )
    features = (
        tables["features"]
        .select("feature_id", *RANKS, "verbatim_lineage", "flags", "agreement_ids")
        .collect(engine="streaming")
    )
    features = features.filter(_is_found(features["feature_id"], counts))
    write_biom(target, features, libraries, counts, created=f"{created}T00:00:00")


def _is_found(feature_ids: pl.Series, counts: pl.LazyFrame) -> pl.Series:
    """Tell which features have a count; in batches, since a join would hold the counts."""
    import numpy as np
    import polars as pl

    is_found = np.zeros(len(feature_ids), dtype=bool)
    places = counts.select(pl.col("feature_id").cast(pl.Enum(feature_ids)).to_physical())
    for batch in places.collect_batches(chunk_size=1_000_000):
        is_found[batch["feature_id"].to_numpy()] = True
    return pl.Series(is_found, dtype=pl.Boolean)
