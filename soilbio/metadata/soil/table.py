"""The cells of a soil sheet, whatever file holds them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.soil.columns import recognise
from soilbio.metadata.workbook import read_table

SHEET = "soil"
Rows = list[tuple[int, dict[str, str]]]


def read_cells(
    path: Path, problems: Problems, renamed: Mapping[str, str], sheet: str = SHEET
) -> tuple[list[str], Rows]:
    """Read header and rows, numbered as a spreadsheet counts them.

    Parameters
    ----------
    path : Path
        A workbook, or text with separators.
    problems : Problems
        Collects what is wrong with the file's form.
    renamed : mapping of header to header
        What to read a column's name as, for headers that say too little.
    sheet : str
        Which sheet of a workbook to read, if it has that; else its first.

    Raises
    ------
    InputError
        Where the file cannot be read as a table.

    """
    table = read_table(path, problems, sheet)
    names = {name: renamed.get(name) or _with_unit(name, table.units) for name in table.header}
    return [*names.values()], [
        (number, {names.get(name, name): value for name, value in row.items()})
        for number, row in table.rows
    ]


def _with_unit(name: str, units: Mapping[str, str]) -> str:
    """Put the unit of a row of units into the header, where that has none."""
    unit = units.get(name, "")
    return f"{name} [{unit}]" if unit and not recognise(name).unit else name
