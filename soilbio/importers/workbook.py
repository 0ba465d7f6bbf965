"""Workbooks: the rows of a sheet, which sheets there are, and which of them is meant."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import InputError, problem_of
from soilbio.importers.archive import opened

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

BOOKS = (".xlsx", ".xls", ".ods")
_MARKS_OF_TEXT = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16, which has bytes of zero, too
_LOOKED_AT = 4096


def is_book(source: Path) -> bool:
    """Tell whether a file is a workbook by its name, and is not text by what is in it.

    Sequencing services, and users of R, call text with tabs `.xls`, so that Excel opens it.
    """
    return source.name.lower().endswith(BOOKS) and not _is_text(source)


def _is_text(source: Path) -> bool:
    """Tell whether a file is text of rows: no bytes of zero, and no mark-up (HTML, XML)."""
    try:
        with source.open("rb") as handle:
            start = handle.read(_LOOKED_AT)
    except OSError:
        return False
    if start.startswith(_MARKS_OF_TEXT):
        return True
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return bool(plain) and b"\0" not in start and not plain.startswith((b"<", b"PK\x03"))


def sheets_of(source: Path) -> list[str]:
    """Name the sheets that hold anything.

    Raises
    ------
    InputError
        If the workbook cannot be read.

    """
    from python_calamine import CalamineError

    book = _opened(source)
    try:
        return [name for name in book.sheet_names if book.get_sheet_by_name(name).to_python()]
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(source, str(error), "") from error


def has_sheet(source: Path, sheet: str) -> bool:
    """Tell whether a file is a workbook with a sheet of that name.

    Raises
    ------
    InputError
        If the workbook cannot be read.

    """
    return is_book(source) and sheet.lower() in map(str.lower, _opened(source).sheet_names)


def sheet_rows(source: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet with their numbers; without a name, of the only one.

    Raises
    ------
    InputError
        If the workbook cannot be read, there is no such sheet, or several and none is named.

    """
    from python_calamine import CalamineError

    book = _opened(source)
    filled = [] if sheet else sheets_of(source)
    if len(filled) > 1:
        raise several(source, filled)
    try:
        name = _sheet(filled or book.sheet_names, sheet)
        rows = book.get_sheet_by_name(name).to_python()
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(source, str(error), sheet) from error
    for number, cells in enumerate(rows, start=1):
        yield number, [_cell(cell) for cell in cells]


def several(source: Path, names: Sequence[str]) -> InputError:
    """Say that a workbook has several sheets, and which is meant is not told."""
    return problem_of(
        "import-table-count",
        str(source),
        found=f"sheets {', '.join(names)}",
        expected="one sheet with a table of numbers, beside sheets of lineages at most",
        fix="Say in --method which it is: `table: {sheet: NAME}`; a sheet of the lineages of its"
        " features is taken, too. Import each table on its own",
    )


def _opened(source: Path) -> CalamineWorkbook:
    from python_calamine import CalamineError, CalamineWorkbook

    if source.is_file() and zipfile.is_zipfile(source):
        with opened(source, "a workbook", "import-unreadable"):
            pass
    try:
        return CalamineWorkbook.from_path(source)
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(source, str(error), "") from error


def _unreadable(source: Path, found: str, sheet: str) -> InputError:
    return problem_of(
        "import-unreadable",
        str(source),
        found=found[:200],
        expected=f"a workbook with a sheet {sheet or 'of numbers'}",
        fix="Save it anew as .xlsx, or name the sheet",
    )


def _sheet(names: Sequence[str], wanted: str) -> str:
    """Find a sheet; without a name the only one that holds anything, which is known by then."""
    for name in names:
        if name.lower() == wanted.lower() or not wanted:
            return name
    raise ValueError(f"sheets are {', '.join(names)}")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
