"""What of a view a format has no place for: told with every export, never dropped in silence."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, fields
from pathlib import Path

from soilbio.exporters.evidence import Lost
from soilbio.exporters.view import View

LOSSES = "losses.tsv"


def lost_columns(
    view: View, kept: Mapping[str, Collection[str]], reason: str = "the format has no place for it"
) -> tuple[Lost, ...]:
    """List the columns of a view that a format does not keep, with the number of their values.

    Parameters
    ----------
    view : View
    kept : mapping of table to columns
        What the format holds; of a table that is not named, nothing.
    reason : str
        Why the others are not held.

    """
    found = []
    for table in view.tables:
        names = [name for name in view.columns[table] if name not in kept.get(table, ())]
        for name, values in _values(view, table, names).items():
            if values:
                found.append(Lost(table, name, values, reason))
    return tuple(found)


def _values(view: View, table: str, names: Collection[str]) -> dict[str, int]:
    """Count the cells of columns that have something in them."""
    import polars as pl

    if not names:
        return {}
    frame = view.tables[table]
    schema = frame.collect_schema()
    counted = frame.select(
        (pl.col(name).fill_null("") != "").sum()
        if schema[name] == pl.String
        else pl.col(name).count()
        for name in names
    ).collect(engine="streaming")
    return dict(zip(names, counted.row(0), strict=True))


def write_losses(losses: Iterable[Lost], folder: Path) -> None:
    """Write `losses.tsv`; a header alone says that the format holds all that was shared."""
    with (folder / LOSSES).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(one.name for one in fields(Lost))
        writer.writerows(astuple(one) for one in losses)
