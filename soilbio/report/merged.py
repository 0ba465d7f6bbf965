"""A page on a merged dataset: its features, and how it was merged, as its reader may know them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

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
    from soilbio.report.results import Results
    from soilbio.report.view import Audience, View

_T = TypeVar("_T")


def names_for(dataset: Dataset, audience: Audience) -> dict[str, str]:
    """Give the reader's names of the assays of a merged dataset; empty if they are the dataset's.

    Merging puts the beginning of a method's checksum behind the name of one where another has that
    name: a reader of one of them is not to learn that there is another, nor without methods the
    checksum. Assays of libraries that are on no page for them have none.
    """
    if audience.is_holder or not dataset.history:
        return {}
    rows = {row["assay_id"]: row for row in dataset.table("assays").to_dicts()}
    shown = {row["assay_id"] for row in _on_page(dataset, audience)}
    has_method = dict.fromkeys(sorted(shown), audience.sees(Share.METHOD))
    return shown_assays(rows, has_method, Names(bytes(32), audience.recipient))


def named_for(dataset: Dataset, audience: Audience, names: Mapping[str, str]) -> Dataset:
    """Give a merged dataset with the names of assays that its reader may know, and no others."""
    import polars as pl

    if audience.is_holder or not dataset.history:
        return dataset
    own = pl.col("assay_id")
    tables = {
        name: dataset.tables[name]
        .filter(own.is_in(list(names)))
        .with_columns(own.replace_strict(dict(names), return_dtype=pl.String))
        for name in ("libraries", "assays")
    }
    return replace(dataset, tables={**dataset.tables, **tables})


def results_for(results: Results, names: Mapping[str, str]) -> Results:
    """Give a run's results by the reader's names of assays."""
    if not names:
        return results
    return replace(
        results,
        engines=_by_name(results.engines, names),
        diversity=_by_name(results.diversity, names),
        has_tree=_by_name(results.has_tree, names),
    )


def _by_name(found: Mapping[str, _T], names: Mapping[str, str]) -> dict[str, _T]:
    return {new: found[old] for old, new in names.items() if old in found}


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


def history_for(dataset: Dataset, view: View, names: Mapping[str, str]) -> History:
    """Give how a dataset was merged; others than its holder know what exports tell.

    To them datasets have numbers: names are of those who sent them; assays have their `names`.
    """
    if not dataset.history or not view.audience.sees(Share.METHOD):
        return {}
    return dataset.history if view.audience.is_holder else _copied(dataset, view, names)


def _copied(dataset: Dataset, view: View, names: Mapping[str, str]) -> History:
    """Copy how a dataset was merged as an export does, of what the page shows."""
    assay_of = {one.library_id: one.assay_id for one in view.subjects}
    shown = set(assay_of.values())
    received = Received(
        [dict(row) for row in view.assays if row["assay_id"] in shown],
        {name: name for name in assay_of},
        (assay_of, {old: new for old, new in names.items() if new in shown}),
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
    return [row["library_id"] for row in _on_page(dataset, audience)]


def _on_page(dataset: Dataset, audience: Audience) -> list[Mapping[str, Any]]:
    """List the libraries that are on the reader's page: controls where those are shared."""
    samples = {row["sample_id"]: row for row in dataset.table("samples").to_dicts()}
    return [
        row
        for row in dataset.table("libraries").sort("library_id").to_dicts()
        if audience.sees(Share.CONTROLS) or not is_control(row, samples[row["sample_id"]])
    ]
