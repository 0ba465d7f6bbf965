"""The small tables of a view, with those columns that hold anything in it.

A column's name may tell as much as its values: what a trial is of, whose it is. So of columns that
a table may lack, those go along of which the recipient gets a value; which others there are in
rows that are withheld, nobody learns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from soilbio.dataset.tables import TABLES, Column
from soilbio.exporters.rows import NOTES, Row

if TYPE_CHECKING:
    import polars as pl


def filled_columns(rows: Collection[Row], columns: Mapping[str, Column]) -> dict[str, Column]:
    """Keep ids, columns that every table has, our notes, and what any of the copied rows has."""
    filled = {name for row in rows for name, value in row.items() if value not in (None, "")}
    return {
        name: column
        for name, column in columns.items()
        if column.is_id or column.is_required or name in NOTES or name in filled
    }


def frame_of(rows: Collection[Row], table: str, columns: Mapping[str, Column]) -> pl.LazyFrame:
    """Make a table of rows, sorted by the ids as the recipient sees them."""
    import polars as pl

    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    schema = {name: types[column.type] for name, column in columns.items()}
    frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in schema}, schema=schema)
    by = [name for name in TABLES[table].key if name in schema]
    return frame.sort(by, nulls_last=False, maintain_order=True).lazy()
