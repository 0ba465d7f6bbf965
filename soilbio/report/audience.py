"""A dataset and what its agreements decide → the view of it that one recipient gets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from soilbio.dataset.tables import ASSAYS
from soilbio.exporters.rows import is_control
from soilbio.report.places import Region, places_of
from soilbio.report.view import NOT_STATED, Audience, Subject, View, subject_of
from soilbio.standards.sharing_classes import SharingClass as Share

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset

# Reasons are written by tools, which like to name files.
_PATH = re.compile(r"\S*[/\\]\S*")


def view_of(
    dataset: Dataset,
    audience: Audience,
    columns: Sequence[str],
    *,
    classes: Mapping[str, Share],
    cell_degrees: float,
) -> View:
    """Copy what the recipient may see of samples and libraries; nothing else is in the view.

    Parameters
    ----------
    dataset : Dataset
        The whole dataset.
    audience : Audience
        The recipient, with the sharing classes open to them.
    columns : sequence of str
        The columns of `samples` to group libraries by.
    classes : mapping of column to sharing class
        Of those columns; one that has none is withheld.
    cell_degrees : float
        Width of the grid's cells where places are generalised.

    """
    samples = {str(row["sample_id"]): row for row in dataset.table("samples").to_dicts()}
    rows = dataset.table("libraries").sort("library_id").to_dicts()
    if not audience.sees(Share.CONTROLS):
        rows = [row for row in rows if not is_control(row, samples[str(row["sample_id"])])]
    open_columns = tuple(
        name
        for name in columns
        if name in classes and audience.sees(classes[name]) and _is_there(samples, name)
    )
    hidden = tuple(name for name in columns if name not in open_columns and name in classes)
    hidden = tuple(name for name in hidden if not audience.sees(classes[name]))
    return View(
        audience,
        tuple(_subjects(rows, samples, open_columns, audience)),
        _places(rows, samples, audience, cell_degrees),
        open_columns,
        (*hidden, *(name for name in columns if name not in classes)),
        _assays(dataset, audience),
    )


def _is_there(samples: Mapping[str, Mapping[str, object]], column: str) -> bool:
    return any(row.get(column) for row in samples.values())


def _subjects(
    rows: Sequence[Mapping[str, Any]],
    samples: Mapping[str, Mapping[str, Any]],
    columns: Sequence[str],
    audience: Audience,
) -> list[Subject]:
    """Make the libraries, under numbers where the agreement withholds their names."""
    has_names = audience.sees(Share.IDENTITY)
    numbers = {name: place for place, name in enumerate(sorted(samples), 1)}
    width = max(2, len(str(len(rows))))
    subjects = []
    for place, row in enumerate(rows, 1):
        sample_id = str(row["sample_id"])
        groups = {name: str(samples[sample_id].get(name) or NOT_STATED) for name in columns}
        label = str(row["library_id"]) if has_names else f"L{place:0{width}}"
        sample = sample_id if has_names else f"S{numbers[sample_id]:0{width}}"
        subjects.append(_careful(subject_of(row, label, sample, groups), audience))
    return subjects


def _careful(subject: Subject, audience: Audience) -> Subject:
    """Take out of a reason what could tell more than the agreement allows."""
    if not audience.sees(Share.METHOD):
        return replace(subject, status_reason="")
    if audience.sees(Share.IDENTITY):
        return subject
    if subject.status == "failed" and not audience.sees(Share.IDENTITY):
        # A tool's words may name files, and files are named after farms.
        return replace(subject, status_reason="its files could not be used")
    reason = subject.status_reason.replace(subject.library_id, subject.label)
    return replace(subject, status_reason=_PATH.sub("…", reason))


def _places(
    rows: Sequence[Mapping[str, Any]],
    samples: Mapping[str, Mapping[str, Any]],
    audience: Audience,
    cell_degrees: float,
) -> tuple[Any, ...]:
    """Give the places of the samples that libraries are of, as exact as the recipient may know."""
    is_coarse = Share.LOCATION in audience.coarse
    if not is_coarse and not audience.sees(Share.LOCATION):
        return ()
    named = [(str(row["sample_id"]), row) for row in rows]
    ids = sorted({name for name, row in named if not is_control(row, samples[name])})
    return places_of(
        [samples[sample_id] for sample_id in ids],
        cell_degrees if is_coarse else 0.0,
        region=_region_of(audience),
    )


def _assays(dataset: Dataset, audience: Audience) -> tuple[Mapping[str, object], ...]:
    """Give the assays' rows; without their methods only their names remain, to tell them apart."""
    rows = dataset.table("assays").sort("assay_id").to_dicts()
    if audience.sees(Share.METHOD):
        return tuple(rows)
    kept = [column.name for column in ASSAYS.columns if column.is_id]
    return tuple({name: row[name] for name in kept if name in row} for row in rows)


def _region_of(audience: Audience) -> Region:
    """Say how much of a place's name may be shown."""
    if audience.sees(Share.REGION):
        return Region.WHOLE
    return Region.COUNTRY if Share.REGION in audience.coarse else Region.NONE
