"""The tables as they are: Parquet for programs, TSV for all, a workbook for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.exporters import tsv
from soilbio.exporters.evidence import Evidence, Lost
from soilbio.exporters.view import View
from soilbio.metadata.plain_workbook import bytes_of

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

WORKBOOK = "tables.xlsx"
# What a sheet of Excel holds, and a cell of it.
_ROWS, _CHARACTERS = 1_048_576, 32_767
# A workbook is for reading; a larger one takes minutes to open.
_CELLS = 2_000_000


def write(view: View, folder: Path) -> Evidence:
    """Write `<table>.parquet`, `<table>.tsv` and `tables.xlsx`.

    A table too large for a sheet is left out of the workbook alone, which is said as a loss. Text
    in the workbook is text: nothing in it is a formula. Held in memory: one batch of rows, and the
    workbook's rows as openpyxl streams them.
    """
    evidence = tsv.write(view, folder)
    for name, frame in view.tables.items():
        frame.sink_parquet(
            folder / f"{name}.parquet", compression="zstd", maintain_order=True, statistics=True
        )
    return evidence.losing(_write_workbook(view, folder / WORKBOOK))


def _write_workbook(view: View, target: Path) -> list[Lost]:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "soilbio"
    losses = []
    for name in view.tables:
        rows = _height(view, name)
        if rows >= _ROWS or rows * len(view.columns[name]) > _CELLS:
            losses.append(Lost(name, "", rows, f"too large for {WORKBOOK}; it is in {name}.tsv"))
            continue
        cut = _fill(book.create_sheet(name), view, name)
        if cut:
            losses.append(Lost(name, "", cut, f"cut to {_CHARACTERS} characters in {WORKBOOK}"))
    target.write_bytes(bytes_of(book))
    return losses


def _height(view: View, table: str) -> int:
    import polars as pl

    return int(view.tables[table].select(pl.len()).collect(engine="streaming").item())


def _fill(sheet: WriteOnlyWorksheet, view: View, table: str) -> int:
    """Write a table into a sheet; return how many texts were cut."""
    names = list(view.columns[table])
    sheet.append([_cell(sheet, name) for name in names])
    cut = 0
    for row in _rows(view, table):
        cut += sum(isinstance(value, str) and len(value) > _CHARACTERS for value in row)
        sheet.append([_cell(sheet, value) for value in row])
    return cut


def _rows(view: View, table: str) -> Iterator[Sequence[Any]]:
    for batch in view.tables[table].collect_batches(maintain_order=True, chunk_size=50_000):
        yield from batch.iter_rows()


def _cell(sheet: WriteOnlyWorksheet, value: Any) -> Any:
    """Make a cell that says that it is text, whatever the text looks like."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)[:_CHARACTERS]
    cell.data_type = "s"
    return cell
