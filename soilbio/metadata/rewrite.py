"""A sheet written anew with its corrections: the same columns and rows, nothing else changed."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from soilbio.metadata.fix import Correction
from soilbio.metadata.mark import write_text
from soilbio.metadata.workbook import Table


def corrected(table: Table, corrections: Iterable[Correction]) -> list[list[str]]:
    """Give header and rows with the corrections made; rows of titles and units are left out."""
    new = {(one.row, one.column): one.after for one in corrections}
    header = list(table.header)
    rows = [
        [new.get((number, name), cells[name]) for name in header] for number, cells in table.rows
    ]
    units = [[table.units.get(name, "") for name in header]] if table.units else []
    if units and not units[0][0]:
        units[0][0] = "#units"
    return [header, *units, *rows]


def write_sheet(rows: list[list[str]], target: Path) -> None:
    """Write rows as .xlsx or, under any other name, as tab-separated UTF-8; whole or not at all."""
    part = target.with_name(target.name + ".part")
    if target.suffix.lower() == ".xlsx":
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell

        book = Workbook(write_only=True)
        sheet = book.create_sheet("samples")
        for row in rows:
            cells = [WriteOnlyCell(sheet) for _ in row]
            for cell, text in zip(cells, row, strict=True):
                write_text(cell, text)
            sheet.append(cells)
        book.save(part)
    else:
        with part.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, delimiter="\t", lineterminator="\n").writerows(rows)
    part.replace(target)
