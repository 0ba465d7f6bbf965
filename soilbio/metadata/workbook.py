"""Tables as people keep them: workbooks and text, any common encoding, separator and shape.

Spreadsheet content is data: formulas are never computed, nothing outside the file is followed, and
what would not fit into memory is refused before it is unpacked.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soilbio.errors import InputError, Problem, Problems
from soilbio.metadata.archive import check_archive, formulas_of
from soilbio.metadata.biom_samples import ODD, grid_of_biom, is_biom
from soilbio.metadata.tsv import is_comment
from soilbio.standards.aliases import recognise

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_SEPARATORS = "\t;,|"
_MAX_TEXT_BYTES = 200_000_000
# A header stands in the first rows, below titles and remarks at most.
_TITLE_ROWS = 12
# Spaces that cannot be told from a space, and marks that cannot be seen.
_ODD_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\t"), " ") | dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u2060\ufeff"), ""
)
_IDS = ("sample_id", "samp_name", "library_id")


@dataclass(slots=True)
class Table:
    """A table with a header; rows are numbered as a spreadsheet counts them, cells are text.

    `units` are those of a row of units below the header, by column. `dates` names the cells, by
    row and column, that the spreadsheet holds as a date.
    """

    source: str
    sheet: str
    header: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    units: dict[str, str] = field(default_factory=dict)
    dates: set[tuple[int, str]] = field(default_factory=set)
    encoding: str = ""
    header_row: int = 1


def read_table(path: Path, problems: Problems, sheet: str = "") -> Table:
    """Read a workbook's sheet (.xlsx, .xls, .ods), a text with separators, or a BIOM's samples.

    Parameters
    ----------
    path : Path
        What it holds is told by its content, not by its name.
    problems : Problems
        Collects what is wrong with the file's form.
    sheet : str
        The sheet to read, if the workbook has it; else its first that can be seen.

    Raises
    ------
    InputError
        Where nothing sensible can be said of rows: unreadable, empty, too large, no header.

    """
    try:
        if is_biom(path):
            return _table(problems, "", _of_biom(path, problems), set())
        raw = path.read_bytes() if path.stat().st_size <= _MAX_TEXT_BYTES else None
    except OSError as error:
        raise _stop(
            problems,
            "sheet-missing",
            "a file that can be read",
            f"{error.strerror}: correct the path; it was looked for at {path.resolve()}",
        ) from error
    if raw is None:
        raise _stop(
            problems,
            "sheet-large",
            f"a sheet of at most {_MAX_TEXT_BYTES // 1_000_000} MB",
            "Leave out what is no metadata; counts and sequences have files of their own",
        )
    if raw[:4] in (_ZIP, _OLE):
        name, grid, dates = _read_workbook(path, raw, problems, sheet)
        return _table(problems, name, grid, dates)
    text, encoding = _decode(raw, problems)
    table = _table(problems, "", list(_cells(text)), set())
    table.encoding = encoding
    return table


def _stop(
    problems: Problems, code: str, expected: str, fix: str, *, found: str | None = None
) -> InputError:
    return InputError([*problems.found, Problem(code, problems.source, expected, fix, found=found)])


Grid = list[tuple[int, list[str]]]


def _read_workbook(
    path: Path, raw: bytes, problems: Problems, wanted: str
) -> tuple[str, Grid, set[tuple[int, int]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    if raw[:4] == _ZIP:
        check_archive(path, problems)
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(raw))
        name = _choose(book, wanted, problems)
        content = book.get_sheet_by_name(name)
        values = content.to_python(skip_empty_area=False)
        merged = content.merged_cell_ranges or []
    except (CalamineError, ValueError, KeyError, OSError) as error:
        raise _stop(
            problems,
            "sheet-unreadable",
            "a workbook (.xlsx, .xls, .ods) that a spreadsheet program opens",
            "Open it there, remove a password if it has one, and save it anew as .xlsx",
            found=str(error)[:100],
        ) from error
    _note_merged(merged, problems)
    for row, column in formulas_of(path, name):
        problems.add(
            "cell-formula",
            row=row,
            column=column,
            expected="a value; formulas are not computed, what they showed last may be old",
            fix="Copy the cells and paste them as values",
        )
    grid = [
        (number, [value if type(value) is str else _as_text(value) for value in row])
        for number, row in enumerate(values, start=1)
    ]
    dates = {
        (number, place)
        for number, row in enumerate(values, start=1)
        for place, value in enumerate(row)
        if type(value) is not str and isinstance(value, dt.date)
    }
    return name, grid, dates


def _of_biom(path: Path, problems: Problems) -> Grid:
    try:
        return grid_of_biom(path)
    except ODD as error:
        raise _stop(
            problems,
            "sheet-unreadable",
            "BIOM 1.0 (JSON) or 2.1 (HDF5)",
            "Get the file again; `biom validate-table` tells what is wrong",
            found=str(error)[:100],
        ) from error


def _choose(book: Any, wanted: str, problems: Problems) -> str:
    """Take the sheet of that name, else the first that can be seen; tell of hidden ones."""
    visible = [one.name for one in book.sheets_metadata if str(one.visible).endswith(".Visible")]
    hidden = [one.name for one in book.sheets_metadata if one.name not in visible]
    filled = [name for name in hidden if book.get_sheet_by_name(name).height]
    own = ("lists", "_lists")
    for name in filled:
        if name.lower() not in own:
            problems.add(
                "sheet-hidden",
                found=name,
                expected="no hidden sheets with content: they go along wherever the file goes",
                fix="Look at it; remove it before you give the file away",
                is_warning=True,
            )
    named = [name for name in (*visible, *hidden) if name.casefold() == wanted.casefold()]
    if not named and not visible:
        raise _stop(problems, "sheet-empty", "a sheet that can be seen", "Unhide it")
    return str(named[0] if wanted and named else visible[0])


def _note_merged(merged: Sequence[Any], problems: Problems) -> None:
    for (first_row, first_column), (last_row, last_column) in merged:
        is_title = first_row == last_row and first_row < _TITLE_ROWS
        problems.add(
            "cell-merged",
            row=first_row + 1,
            column=None,
            found=f"{_letters(first_column)}{first_row + 1}:{_letters(last_column)}{last_row + 1}",
            expected="one cell for each value",
            fix="Unmerge the cells; write the value into each of them, and one header row"
            " with a name over each column",
            is_warning=is_title,
        )


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _as_text(value: object) -> str:
    """Write a cell's value as a spreadsheet shows it; dates in ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # A spreadsheet computes with 15 digits; more are noise, such as 6.300000000000001.
        return f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    return "" if value is None else str(value)


def _decode(raw: bytes, problems: Problems) -> tuple[str, str]:
    """Read text: Unicode with or without a mark, else as Windows writes it in the West."""
    encoding = next((name for mark, name in _BOMS.items() if raw.startswith(mark)), "")
    if not encoding and raw[1:200:2].count(0) > len(raw[1:200:2]) // 2:
        encoding = "utf-16-le"
    for name in filter(None, (encoding, "utf-8")):
        try:
            return raw.decode(name), name
        except UnicodeDecodeError:
            continue
    row = _first_bad_row(raw)
    problems.add(
        "sheet-codepage",
        row=row,
        found=raw.split(b"\n")[row - 1].decode("cp1252", "replace")[:60],
        expected="text in UTF-8",
        fix="It was read as Windows-1252; compare letters such as ä or µ, and save it as UTF-8",
        is_warning=True,
    )
    return raw.decode("cp1252", "replace"), "cp1252"


def _first_bad_row(raw: bytes) -> int:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return raw[: error.start].count(b"\n") + 1
    return 1


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Cut text into cells, by the separator that makes the most of its first rows."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = [line for line in text.split("\n", 60)[:60] if line.strip()]
    lines = ([line for line in first if not is_comment([line])] or first)[:20]
    mark = max(_SEPARATORS, key=lambda one: _columns(lines, one)) if lines else "\t"
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    last = 0
    for cells in reader:
        yield last + 1, cells
        last = reader.line_num


def _columns(lines: Sequence[str], mark: str) -> int:
    """Count the columns that most of the lines have with a separator."""
    counts = [len(cells) for cells in csv.reader(lines, delimiter=mark)]
    return max(set(counts), key=counts.count) if counts else 0


def _table(problems: Problems, sheet: str, grid: Grid, dates: set[tuple[int, int]]) -> Table:
    """Find the header, and give the rows below it by column."""
    filled = [(number, cells) for number, cells in grid if any(cell.strip() for cell in cells)]
    if not filled:
        raise _stop(problems, "sheet-empty", "a header and at least one row", "Fill the sheet")
    place = _header_place(filled)
    number, cells = filled[place]
    if not all(is_comment(above) for _, above in filled[:place]):
        problems.add(
            "sheet-title",
            row=filled[0][0],
            found=" ".join(" ".join(filled[0][1]).split())[:60],
            expected="the names of the columns in the first row",
            fix=f"The rows above row {number} are left out; keep them elsewhere",
            is_warning=True,
        )
    header = _header(cells, number, problems)
    table = Table(problems.source, sheet, tuple(name for name in header if name), [])
    table.header_row = number
    for row_number, row_cells in filled[place + 1 :]:
        _add_row(table, header, row_number, row_cells, problems)
    table.dates = {
        (row, header[column])
        for row, column in dates
        if row > number and column < len(header) and header[column]
    }
    return table


def _header_place(filled: Grid) -> int:
    """Find the row of names: of the first rows the one with the most that are known."""
    places = [at for at, (_, cells) in enumerate(filled) if not is_comment(cells)] or [0]
    known = {
        at: sum(
            name in _IDS or recognise(name) is not None
            for cell in filled[at][1]
            if (name := cell.strip()) and len(name) < 80
        )
        for at in places[:_TITLE_ROWS]
    }
    best = max(known, key=known.__getitem__)
    return best if known[best] >= 2 and known[best] > 2 * known[places[0]] else places[0]


def _header(cells: Sequence[str], row: int, problems: Problems) -> list[str]:
    """Clean the names; a name that comes twice counts at its first place only."""
    header: list[str] = []
    for cell in cells:
        name = " ".join(cell.translate(_ODD_SPACES).split())
        if name and name in header:
            problems.add(
                "column-duplicate",
                row=row,
                column=name,
                found=name,
                expected="each column once",
                fix="Remove or rename one of the columns; the later one is not read",
            )
            name = ""
        header.append(name)
    return header


def _add_row(
    table: Table, header: Sequence[str], number: int, cells: Sequence[str], problems: Problems
) -> None:
    first = cells[0].strip()
    if first.lower().startswith("#unit"):
        table.units = {n: c.strip() for n, c in zip(header, cells, strict=False) if n and c.strip()}
        return
    if first.startswith("#"):
        return
    values = {}
    for name, cell in zip(header, cells, strict=False):
        value = cell.strip() if cell.isascii() else cell.translate(_ODD_SPACES).strip()
        if name:
            values[name] = (
                re.sub(r"\s*[\n\t]\s*", " ", value) if "\n" in value or "\t" in value else value
            )
        elif value:
            problems.add(
                "column-unnamed",
                row=number,
                found=value[:60],
                expected="no values in a column without a name",
                fix="Name the column in the header, or remove it; it is not read",
                is_warning=True,
            )
    for extra in cells[len(header) :]:
        if extra.strip():
            problems.add(
                "row-length",
                row=number,
                found=f"{len(cells)} values",
                expected=f"at most {len(header)} values, as many as there are columns",
                fix="Look for a separator too many; a value with one in it needs quotation marks",
            )
            break
    table.rows.append((number, {name: values.get(name, "") for name in header if name}))
