"""Tab-separated tables for spreadsheets and programs, with a dictionary of their columns."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.columns import iri_of
from soilbio.exporters.evidence import Evidence
from soilbio.exporters.view import View

if TYPE_CHECKING:
    import polars as pl

DICTIONARY = "data-dictionary.tsv"
_HEADER = ("table", "column", "type", "unit", "sharing_class", "term", "description")
# A spreadsheet takes text that begins like this for a formula; plain numbers it does not.
_FORMULA = r"^[=+\-@\t\r\n]"
_NUMBERS = r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?( [+-]?\d+(\.\d+)?)*$"


def write(view: View, folder: Path) -> Evidence:
    """Write `<table>.tsv` for each table, UTF-8, an empty cell for what is not known or not shared.

    Text that a spreadsheet would run as a formula gets an apostrophe in front, as do such names of
    columns; how many cells did is noted.
    """
    import polars as pl

    cells = 0
    for name, frame in view.tables.items():
        text = [one for one, column in view.columns[name].items() if column.type == "string"]
        harmful = frame.select(_is_formula(pl.col(one)).sum() for one in text)
        cells += sum(harmful.collect(engine="streaming").row(0))
        safe = frame.with_columns(_made_safe(one) for one in text)
        renamed = {one: _safe(one) for one in view.columns[name]}
        safe.rename(renamed).sink_csv(
            folder / f"{name}.tsv", separator="\t", line_terminator="\n", null_value=""
        )
    _write_dictionary(view, folder / DICTIONARY)
    return view.evidence.noting(formulas_made_harmless=cells)


def _is_formula(text: pl.Expr) -> pl.Expr:
    return text.str.contains(_FORMULA) & ~text.str.contains(_NUMBERS)


def _made_safe(name: str) -> pl.Expr:
    import polars as pl

    text = pl.col(name)
    quoted = pl.lit("'") + text
    # Nothing and an empty text are one in a table of text.
    return (
        pl.when(text == "").then(None).when(_is_formula(text)).then(quoted).otherwise(text)
    ).alias(name)


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _write_dictionary(view: View, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(_HEADER)
        for table, columns in view.columns.items():
            for name, column in columns.items():
                described = (column.type, column.unit, column.sharing_class.value, iri_of(name))
                cells = (table, name, *described, column.description)
                writer.writerow([_safe(cell) for cell in cells])
