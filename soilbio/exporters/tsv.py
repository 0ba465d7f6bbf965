"""Tab-separated tables for spreadsheets and programs, with a dictionary of their columns."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.columns import iri_of
from soilbio.dataset.formulas import is_formula, made_safe, safe
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.view import View

if TYPE_CHECKING:
    import polars as pl

DICTIONARY = "data-dictionary.tsv"
_HEADER = ("table", "column", "type", "unit", "sharing_class", "term", "description")


def write(view: View, folder: Path) -> Evidence:
    """Write `<table>.tsv` for each table, UTF-8, an empty cell for what is not known or not shared.

    Text that a spreadsheet would run as a formula gets an apostrophe in front, as do such names of
    columns; how many cells did is noted.
    """
    cells = sum(
        write_safely(frame.select(*view.columns[name]), folder / f"{name}.tsv")
        for name, frame in view.tables.items()
    )
    _write_dictionary(view, folder / DICTIONARY)
    return view.evidence.noting(formulas_made_harmless=cells)


def write_safely(frame: pl.LazyFrame, target: Path) -> int:
    """Stream a table into a file; return how many cells a spreadsheet would have run."""
    import polars as pl

    schema = frame.collect_schema()
    text = [name for name in schema if schema[name] == pl.String]
    harmful = frame.select(is_formula(pl.col(name)).sum() for name in text)
    harmless = frame.with_columns(made_safe(name) for name in text)
    harmless.rename({name: safe(name) for name in schema}).sink_csv(
        target, separator="\t", line_terminator="\n", null_value=""
    )
    return sum(harmful.collect(engine="streaming").row(0)) if text else 0


def _write_dictionary(view: View, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(_HEADER)
        for table, columns in view.columns.items():
            for name, column in columns.items():
                described = (column.type, column.unit, column.sharing_class.value, iri_of(name))
                cells = (table, name, *described, column.description)
                writer.writerow([safe(cell) for cell in cells])
