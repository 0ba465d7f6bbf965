"""The part of a dataset that one recipient gets anything of; the rest is on no page for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.read import Dataset


def shared_part(dataset: Dataset, closed: Collection[str]) -> Dataset:
    """Leave out what agreements touch that give a recipient nothing, as an export does.

    A sample is touched by its own agreement and those of its libraries and their counts. What was
    measured, which no page shows, is left out whole.

    Parameters
    ----------
    dataset : Dataset
    closed : collection of str
        These agreements, as id@version.

    """
    import polars as pl

    if not closed:
        return dataset
    tables = dataset.tables
    sample_of = dict(tables["libraries"].select("library_id", "sample_id").collect().iter_rows())
    touched = {
        *_touched(tables["samples"], "sample_id", closed),
        *(sample_of[one] for one in _touched(tables["libraries"], "library_id", closed)),
        *(sample_of[one] for one in _touched(tables["counts"], "library_id", closed)),
    }
    is_left = ~pl.col("sample_id").is_in(list(touched))
    libraries = tables["libraries"].filter(is_left)
    counts = tables["counts"].join(libraries, on="library_id", how="semi")
    return replace(
        dataset,
        tables={
            "samples": tables["samples"].filter(is_left),
            "libraries": libraries,
            "counts": counts,
            "assays": tables["assays"].join(libraries, on="assay_id", how="semi"),
            "features": tables["features"].join(counts, on="feature_id", how="semi"),
        },
        agreements={name: text for name, text in dataset.agreements.items() if name not in closed},
    )


def _touched(table: pl.LazyFrame, name: str, closed: Iterable[str]) -> list[str]:
    """Give the ids of which a row is under one of some agreements."""
    import polars as pl

    own = table.filter(_is_of(closed)).select(pl.col(name).unique())
    return own.collect(engine="streaming")[name].to_list()


def _is_of(closed: Iterable[str]) -> pl.Expr:
    import polars as pl

    own = pl.col("agreement_id").str.split("|")
    return own.list.set_intersection(list(closed)).list.len() > 0
