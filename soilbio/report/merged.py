"""The tables of a page on a merged dataset: features as its reader may know them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from soilbio.exporters.assay_names import shown_assays
from soilbio.exporters.gate import key_of
from soilbio.exporters.origins import origins_of, shown_features
from soilbio.exporters.rows import Names, is_control
from soilbio.standards.sharing_classes import SharingClass as Share

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.read import Dataset
    from soilbio.report.view import Audience


def named_for(dataset: Dataset, audience: Audience) -> Dataset:
    """Give a merged dataset with the names of assays that its reader may know.

    Merging puts the beginning of a method's checksum into them.
    """
    import polars as pl

    if audience.is_holder or not dataset.history or audience.sees(Share.METHOD):
        return dataset
    rows = {row["assay_id"]: row for row in dataset.table("assays").to_dicts()}
    names = Names(bytes(32), audience.recipient)
    shown = shown_assays(rows, dict.fromkeys(rows, False), names)
    renamed = pl.col("assay_id").replace(shown)
    tables = {name: dataset.tables[name].with_columns(renamed) for name in ("libraries", "assays")}
    return replace(dataset, tables={**dataset.tables, **tables})


def tables_for(dataset: Dataset, audience: Audience) -> Mapping[str, pl.LazyFrame]:
    """Give the tables for a page; those who hold the dataset see it as it is.

    What one of the merged datasets says of a feature only where its libraries are withheld, as
    controls may be, is in no name of the page.

    Raises
    ------
    InputError
        If a merged dataset does not tell who said what.

    """
    import polars as pl

    if audience.is_holder or (dataset.origins is None and not dataset.history):
        return dataset.tables
    key = key_of(dataset.agreements)
    is_open = dict.fromkeys(_shared(dataset, audience), key)
    origins = origins_of(dataset.origins, dataset.history, is_open)
    counts = dataset.tables["counts"].filter(pl.col("library_id").is_in(list(is_open)))
    shown = shown_features(dataset.tables["features"], counts, origins)
    features = shown.features.drop("shown_as")
    named = counts.select("feature_id").unique()
    return {
        **dataset.tables,
        "counts": counts,
        "features": features.join(named, on="feature_id", how="semi"),
    }


def _shared(dataset: Dataset, audience: Audience) -> list[str]:
    """List the libraries whose counts the reader may see."""
    if not audience.sees(Share.COUNTS):
        return []
    samples = {row["sample_id"]: row for row in dataset.table("samples").to_dicts()}
    return [
        row["library_id"]
        for row in dataset.table("libraries").sort("library_id").to_dicts()
        if audience.sees(Share.CONTROLS) or not is_control(row, samples[row["sample_id"]])
    ]
