"""A page on a merged dataset: its features, and how it was merged, as its reader may know them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from soilbio.dataset.history import merges_of
from soilbio.exporters.assay_names import shown_assays
from soilbio.exporters.gate import key_of
from soilbio.exporters.merged_history import Received, copy_history
from soilbio.exporters.origins import origins_of, shown_features
from soilbio.exporters.rows import Names, is_control
from soilbio.standards.sharing_classes import SharingClass as Share

if TYPE_CHECKING:
    import polars as pl

    from soilbio.dataset.history import History
    from soilbio.dataset.read import Dataset
    from soilbio.report.view import Audience, View


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


def history_for(dataset: Dataset, view: View) -> History:
    """Give how a dataset was merged; others than its holder know what exports tell.

    To them datasets have numbers: names are of those who sent them.
    """
    if not dataset.history or not view.audience.sees(Share.METHOD):
        return {}
    return dataset.history if view.audience.is_holder else _copied(dataset, view)


def _copied(dataset: Dataset, view: View) -> History:
    """Copy how a dataset was merged as an export does, of what the page shows."""
    assay_of = {one.library_id: one.assay_id for one in view.subjects}
    shown = sorted(set(assay_of.values()))
    received = Received(
        [dict(row) for row in view.assays if row["assay_id"] in shown],
        {name: name for name in assay_of},
        (assay_of, {name: name for name in shown}),
        (),
        _numbers(dataset.history, view.audience.recipient, assay_of.keys()),
    )
    return copy_history(dataset.history, received)


def _numbers(history: History, recipient: str, libraries: Set[str]) -> Names:
    """Give the datasets that have libraries on the page numbers, in an order that tells nothing."""
    own = {
        one["name"]: one["sha256"]
        for one in history["datasets"]
        if not libraries.isdisjoint(history["libraries"].get(one["name"], ()))
    }
    made = {digest: f"dataset {place}" for place, digest in enumerate(sorted(own.values()), 1)}
    for source, parts in history.get("parts", {}).items():
        places = [made[own[part]] for part in parts if part in own]
        made[source] = " and ".join(sorted(places))
    for merging in merges_of(history):  # what has no number is to get no pseudonym of its name
        names = {*merging.get("parts", {}), *(one["sha256"] for one in merging.get("datasets", ()))}
        made = dict.fromkeys(sorted(names), "a dataset") | made
    return Names(bytes(32), recipient, made=made)


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
