"""BIOM 2.1: a file for each assay, samples' metadata and lineages inside."""

from __future__ import annotations

from pathlib import Path

from soilbio.dataset.biom import write_biom
from soilbio.exporters.evidence import Evidence, Lost
from soilbio.exporters.losses import lost_columns
from soilbio.exporters.per_assay import OneAssay, assays_of
from soilbio.exporters.view import View

# What a feature table has no place for: how it was made, and what was measured beside it.
HELD = ("samples", "libraries", "features", "counts")


def write(view: View, folder: Path) -> Evidence:
    """Write `<assay_id>.biom` for each assay; the day of sharing is the date the format demands.

    Held in memory: O(n_features + n_libraries).
    """
    for assay in assays_of(view):
        write_one(view, assay, folder / f"{assay.assay_id}.biom")
    assays = view.tables["assays"].collect().height
    return view.evidence.noting(assays=assays).losing(losses_of(view))


def write_one(view: View, assay: OneAssay, target: Path) -> None:
    """Write the feature table of an assay."""
    created = f"{view.date.isoformat()}T00:00:00"
    write_biom(target, assay.features, assay.libraries, assay.counts, created=created)


def losses_of(view: View) -> tuple[Lost, ...]:
    """List what a feature table with metadata on both axes does not hold."""
    kept = {table: view.columns[table] for table in HELD}
    return lost_columns(view, kept, "a feature table has no place for it")
