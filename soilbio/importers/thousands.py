"""Thousands parted by a point (`1.234`), as spreadsheets write them in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from soilbio.errors import Problems
from soilbio.importers.stated import Stated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    # Of a row the places of what is not zero, and the numbers there.
    Row = tuple[NDArray[np.int32], NDArray[np.float64]]

_PARTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")


@dataclass(slots=True)
class Thousands:
    """Looks at the cells of a table: with a point in any other form, points are of decimals."""

    first: tuple[int, str, str] | None = None  # row, column, cell
    cells: int = 0
    rows: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    may_be: bool = True

    def look(self, row: int, name: str, columns: Sequence[str], cells: Sequence[str]) -> None:
        """Look at the numbers of a row, by its place and name, that has points."""
        for column, cell in zip(columns, cells, strict=True):
            if "." not in cell:
                continue
            if not _PARTED.fullmatch(cell.strip()):
                self.may_be = False
                return
            self.first = self.first or (row, column, cell.strip())
            self.cells += 1
            self.rows.add(name)
            self.columns.add(column)

    def check(self, table: Sequence[Row], width: int, told: Stated, problems: Problems) -> None:
        """Note the first of them, unless these are decimals: of shares, or of what was measured.

        One row alone may be of something measured; or of the one taxon that has thousands of reads
        in all libraries, which nobody should leave out.
        """
        is_share = "shares" in told.values or "percent" in told.values
        if not self.may_be or self.first is None or is_share:
            return
        is_column = len(self.columns) == 1 and self.cells == len(table)
        if is_column or _are_percent(table, width):
            return
        row, column, cell = self.first
        is_row = len(self.rows) == 1 and self.cells == width
        measured = (
            f"; if '{next(iter(self.rows))}' was measured, and is no feature, leave it out with"
            " `table: {ignore_rows: [NAME]}`"
            if is_row
            else ""
        )
        more = f", as {self.cells - 1} more have" if self.cells > 1 else ""
        problems.add(
            "import-cell",
            row=row,
            column=column,
            found=cell,
            expected=f"a number without a point between its thousands{more}: of all numbers with a"
            " point three digits follow it",
            fix=f"Write {cell.replace('.', '')}: save the table anew with plain numbers; if they"
            f" are shares, say so: `table: {{values: shares}}` or `{{values: percent}}`"
            f"{measured}",
        )


def _are_percent(table: Sequence[Row], width: int) -> bool:
    """Tell whether all rows, or all columns, add up to 100."""
    import numpy as np

    of_columns = np.zeros(width)
    for places, values in table:
        of_columns[places] += values
    of_rows = [values.sum() for _, values in table]
    return any(np.allclose(sums, 100, rtol=0.01) for sums in (of_columns, of_rows))
