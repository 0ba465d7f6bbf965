"""A copy of a sheet as a workbook in which what is wrong can be seen, and read at the cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from soilbio.errors import Problem
from soilbio.metadata.workbook import Table

_ERROR, _WARNING = "F8CBAD", "FFE699"
_HEADER = ("row", "column", "severity", "found", "expected", "fix")
_LONGEST_NOTE = 900


def write_marked(table: Table, problems: Iterable[Problem], target: Path) -> None:
    """Write the table as .xlsx: cells with problems are coloured, and a note says what is wrong.

    All cells are text, so that nothing is computed or turned into a date when it is opened; what
    has no cell of its own stands on a second sheet.
    """
    from openpyxl import Workbook

    found = list(problems)
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has one
    sheet.title = "samples"
    _fill(sheet, [table.header, *(tuple(cells.values()) for _, cells in table.rows)])
    sheet.freeze_panes = "B2"
    _mark(sheet, table, found)
    listed = [
        (
            "" if one.row is None else str(one.row),
            one.column or "",
            "warning" if one.is_warning else "error",
            one.found or "",
            one.expected,
            one.fix,
        )
        for one in found
    ]
    _fill(book.create_sheet("problems"), [_HEADER, *listed])
    part = target.with_name(target.name + ".part")
    book.save(part)
    part.replace(target)


def _fill(sheet: Any, rows: Iterable[Sequence[str]]) -> None:
    """Write rows of text below each other, the first as a header."""
    from openpyxl.styles import Font

    for row, texts in enumerate(rows, start=1):
        for column, text in enumerate(texts, start=1):
            cell = sheet.cell(row, column)
            write_text(cell, text)
            if row == 1:
                cell.font = Font(bold=True)


def _mark(sheet: Any, table: Table, problems: Iterable[Problem]) -> None:
    """Colour the cells that have problems, and say at each what they are."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    places = {name: number for number, name in enumerate(table.header, start=1)}
    rows = {number: place for place, (number, _) in enumerate(table.rows, start=2)}
    rows[table.header_row] = 1
    by_cell: dict[tuple[int, int], list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem.row in rows and problem.column in places:
            by_cell[rows[problem.row], places[problem.column]].append(problem)
    for (row, column), found in by_cell.items():
        is_error = any(not problem.is_warning for problem in found)
        cell = sheet.cell(row, column)
        cell.fill = PatternFill("solid", fgColor=_ERROR if is_error else _WARNING)
        text = "\n".join(f"Expected {one.expected}. {one.fix} [{one.code}]" for one in found)
        cell.comment = Comment(text[:_LONGEST_NOTE], "soilbio", width=360, height=140)


def write_text(cell: Any, text: str) -> None:
    """Write text as text, also where it looks like a formula, a number or a date."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.number_format = "@"
