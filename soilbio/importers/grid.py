"""Tables of numbers with names at two sides, as people and pipelines write them.

Read line by line; only numbers that are not zero are kept. Beside the numbers there may be columns
of text: lineages, ranks, sequences.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import InputError, Problems

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

# Headers of columns that are no library, whatever their cells look like.
_TEXT = re.compile(
    r"^(?:taxonomy|taxon|taxa|lineage|consensus ?lineage|confidence|domain|superkingdom|kingdom|"
    r"supergroup|division|subdivision|phylum|class|order|family|genus|species|sequence|seq|dna_?"
    r"sequence|length|len|row\.?names|sh|size|representative|repseq|scientificname|taxonomy_id|"
    r"(?:domain|kingdom|phylum|class|order|family|genus|species)[._].*|.*[._]boot)$",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"^#?(?:total|sum|totals|all|row ?sums?|col ?sums?|total reads)$", re.IGNORECASE
)
_SEQUENCE = re.compile(r"^[ACGTUNRYSWKMBDHV]{40,}$", re.IGNORECASE)
_NOTHING = frozenset({"", "na", "nan", "null"})
_SOME = 100  # problems of one kind in one file are not told a thousand times


@dataclass(slots=True)
class Grid:
    """Names of rows and columns, numbers that are not zero, and columns of text by header."""

    source: str
    rows: list[str]
    columns: list[str]
    row_of: NDArray[np.int32]
    column_of: NDArray[np.int32]
    values: NDArray[np.float64]
    texts: dict[str, list[str]]
    corner: str = ""
    notes: list[str] = field(default_factory=list)

    def long(self, *, features_are_rows: bool) -> pl.DataFrame:
        """Give `library`, `feature`, `value`; a pair that comes twice is added up."""
        import polars as pl

        names = ("feature", "library") if features_are_rows else ("library", "feature")
        long = pl.DataFrame(
            {
                names[0]: pl.Series(self.rows, dtype=pl.String).gather(self.row_of),
                names[1]: pl.Series(self.columns, dtype=pl.String).gather(self.column_of),
                "value": self.values,
            }
        )
        return long.group_by("library", "feature").agg(pl.col("value").sum())


def read_grid(source: Path, *, sheet: str = "", names: str = "") -> Grid:
    """Read a table of numbers: text in any common encoding and separator, gzip or not, or .xlsx.

    Names of rows stand in the first column, or in the one of which `names` is the header.

    Raises
    ------
    InputError
        With all cells that are no numbers, and all names that come twice.

    """
    problems = Problems(str(source))
    lines = _named_first(_rows(source, sheet), names)
    first = list(islice(lines, 2))
    if len(first) < 2:
        problems.add(
            "import-table-empty",
            expected="a header and at least one row",
            fix="Name the table that holds the numbers",
        )
        problems.raise_if_any()
    header, row = first[0][1], first[1][1]
    if len(row) == len(header) + 1:  # R's write.table has no header above the names of rows
        header = ["", *header]
    columns = [place for place in range(1, len(header)) if _is_number(header[place], row, place)]
    rest = [place for place in range(1, len(header)) if place not in set(columns)]
    grid = _fill((first[1:], lines), header, (columns, rest), problems)
    _check_names(grid.rows, "row", problems)
    _check_names(grid.columns, "column", problems)
    problems.raise_if_any()
    return _without_totals(grid, problems)


def _named_first(
    lines: Iterator[tuple[int, list[str]]], names: str
) -> Iterator[tuple[int, list[str]]]:
    """Put the column with that header in front."""
    at = 0
    for place, (number, cells) in enumerate(lines):
        if not place:
            at = cells.index(names) if names in cells else 0
        yield number, [cells[at], *cells[:at], *cells[at + 1 :]] if at else cells


def _is_number(name: str, row: Sequence[str], place: int) -> bool:
    if _TEXT.match(name.strip()) or place >= len(row):
        return False
    text = row[place].strip()
    return text.lower() in _NOTHING or _number(text) is not None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _fill(
    lines: tuple[Iterable[tuple[int, list[str]]], Iterator[tuple[int, list[str]]]],
    header: Sequence[str],
    places: tuple[list[int], list[int]],
    problems: Problems,
) -> Grid:
    import numpy as np

    columns, rest = places
    names: list[str] = []
    texts: dict[str, list[str]] = {header[place].strip(): [] for place in rest}
    found_rows, found_columns, found_values = [], [], []
    span = slice(columns[0], columns[-1] + 1) if columns else slice(0)
    is_dense = len(columns) == span.stop - span.start if columns else True
    for part in lines:
        for number, cells in part:
            values = _values(cells, (columns, span, is_dense), (number, header), problems)
            if values is None:
                continue
            filled = np.flatnonzero(values)
            found_rows.append(np.full(filled.size, len(names), dtype=np.int32))
            found_columns.append(filled.astype(np.int32))
            found_values.append(values[filled])
            names.append(cells[0].strip())
            for place in rest:
                text = cells[place].strip() if place < len(cells) else ""
                texts[header[place].strip()].append(text)
    return Grid(
        problems.source,
        names,
        [header[place].strip() for place in columns],
        _joined(found_rows),
        _joined(found_columns),
        np.concatenate(found_values) if found_values else np.zeros(0),
        texts,
        header[0].strip(),
    )


def _joined(parts: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    import numpy as np

    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)


def _values(
    cells: list[str],
    places: tuple[list[int], slice, bool],
    where: tuple[int, Sequence[str]],
    problems: Problems,
) -> NDArray[np.float64] | None:
    """Read the numbers of a row; None where one of them is none."""
    import numpy as np

    columns, span, is_dense = places
    if columns and len(cells) <= columns[-1]:
        _note(problems, where[0], None, str(len(cells)), f"{len(where[1])} cells, as the header")
        return None
    chosen = cells[span] if is_dense else [cells[place] for place in columns]
    try:
        values = np.array(chosen, dtype=np.float64)
    except ValueError:
        values = np.zeros(0)
    if values.size == len(columns) and bool((np.isfinite(values) & (values >= 0)).all()):
        return values
    for place, text in zip(columns, chosen, strict=True):
        value = _number(text)
        if value is None or not 0 <= value < float("inf"):
            _note(
                problems, where[0], where[1][place], text, "a number, 0 or more, point as decimal"
            )
    return None


def _note(problems: Problems, row: int, column: str | None, found: str, expected: str) -> None:
    if len(problems.found) < _SOME:
        problems.add(
            "import-cell",
            row=row,
            column=column,
            found=found,
            expected=expected,
            fix="Correct the cell; where nothing was counted, write 0",
        )


def _check_names(names: Sequence[str], side: str, problems: Problems) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names, start=2):
        if not name or name in seen:
            problems.add(
                "import-name",
                row=number if side == "row" else None,
                column=name if side == "column" else None,
                found=name,
                expected=f"a name for each {side}, and each name once",
                fix="Name it, or join the two",
            )
        seen.add(name)


def _without_totals(grid: Grid, problems: Problems) -> Grid:
    """Take sums of all others out; what is called so and is no sum is refused."""
    import numpy as np

    sides = (("row", grid.rows, grid.row_of), ("column", grid.columns, grid.column_of))
    keep = np.ones(grid.values.size, dtype=bool)
    for (side, names, place_of), other_of in zip(sides, (grid.column_of, grid.row_of), strict=True):
        for place in [at for at, name in enumerate(names) if _TOTAL.match(name)]:
            is_total = keep & (place_of == place)
            others = keep & ~is_total
            size = int(other_of.max(initial=-1)) + 1
            sums = np.bincount(other_of[others], grid.values[others], minlength=size)
            stated = np.bincount(other_of[is_total], grid.values[is_total], minlength=size)
            if not np.allclose(sums, stated):
                problems.add(
                    "import-total",
                    column=names[place],
                    expected=f"a {side} that is the sum of all others, or another name for it",
                    fix="Remove it, or correct it: something is missing from the table",
                )
            keep &= ~is_total
            grid.notes.append(f"{side} '{names[place]}' is the sum of the others, and left out")
    problems.raise_if_any()
    return _kept(grid, keep) if grid.notes else grid


def _kept(grid: Grid, keep: NDArray[np.bool_]) -> Grid:
    rows = [at for at, name in enumerate(grid.rows) if not _TOTAL.match(name)]
    columns = [at for at, name in enumerate(grid.columns) if not _TOTAL.match(name)]
    return Grid(
        grid.source,
        [grid.rows[at] for at in rows],
        [grid.columns[at] for at in columns],
        _renumbered(grid.row_of[keep], rows),
        _renumbered(grid.column_of[keep], columns),
        grid.values[keep],
        {name: [cells[at] for at in rows] for name, cells in grid.texts.items()},
        grid.corner,
        grid.notes,
    )


def _renumbered(places: NDArray[np.int32], kept: list[int]) -> NDArray[np.int32]:
    import numpy as np

    return np.searchsorted(np.array(kept, dtype=np.int32), places).astype(np.int32)


def are_sequences(names: Sequence[str]) -> bool:
    """Tell whether names are sequences themselves."""
    return bool(names) and all(_SEQUENCE.match(name) for name in names[:50])


def read_texts(source: Path, *, sheet: str = "") -> tuple[list[str], list[dict[str, str]]]:
    """Read a table of text: its headers, and rows by header."""
    lines = _rows(source, sheet)
    number, header = next(lines, (0, []))
    header = [name.strip() for name in header]
    rows: list[dict[str, str]] = []
    for _, cells in lines:
        if not rows and len(cells) == len(header) + 1:
            header = ["", *header]
        rows.append(dict(zip(header, (cell.strip() for cell in cells), strict=False)))
    if not number:
        raise InputError(_empty(source).found)
    return header, rows


def _empty(source: Path) -> Problems:
    problems = Problems(str(source))
    problems.add(
        "import-table-empty", expected="a header and at least one row", fix="Name another file"
    )
    return problems


def _rows(source: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows that are not empty with their numbers; comments before the header are left out."""
    is_book = source.name.lower().endswith((".xlsx", ".xls", ".ods"))
    lines = _book(source, sheet) if is_book else _text(source)
    is_above = True
    for number, cells in lines:
        if not "".join(cells).strip():
            continue
        is_comment = cells[0].startswith("#") and (len(cells) == 1 or not cells[1].strip())
        if is_above and is_comment:
            continue
        is_above = False
        yield number, cells


def _text(source: Path) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(sys.maxsize)
    with open_text(source) as handle:
        start = list(islice((line for line in handle), 20))
        header = next((line for line in start if not _is_comment(line)), "")
        # Lineages hold commas and semicolons: a tab, where there is one, is the separator.
        has_others = "," in header or ";" in header
        mark = "\t" if "\t" in header or not has_others else max(",;", key=header.count)
        rows = csv.reader((line for part in (start, handle) for line in part), delimiter=mark)
        for cells in rows:
            yield rows.line_num, cells or [""]


def _is_comment(line: str) -> bool:
    return line.startswith("#") and "\t" not in line.rstrip()


def open_text(source: Path) -> io.TextIOBase:
    """Open text, gzip or not; what is not UTF-8 is read as Windows' Western European.

    Raises
    ------
    InputError
        If there is no such file, or it cannot be read.

    """
    problems = Problems(str(source))
    opener = gzip.open if source.name.endswith(".gz") else open
    try:
        with opener(source, "rb") as handle:
            encoding = "utf-8-sig" if _is_utf8(handle) else "cp1252"
        return opener(source, "rt", encoding=encoding, errors="replace", newline="")
    except (OSError, EOFError) as error:
        problems.add(
            "import-unreadable",
            found=str(getattr(error, "strerror", None) or error),
            expected="a file that can be read",
            fix="Correct the path, or get the file again",
        )
        raise InputError(problems.found) from error


def _is_utf8(handle: object) -> bool:
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while block := handle.read(1 << 20):  # type: ignore[attr-defined]
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _book(source: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    problems = Problems(str(source))
    try:
        book = CalamineWorkbook.from_path(source)
        name = _sheet(book.sheet_names, sheet)
        rows = book.get_sheet_by_name(name).to_python()
    except (CalamineError, OSError, ValueError) as error:
        problems.add(
            "import-unreadable",
            found=str(error)[:200],
            expected=f"a workbook with a sheet {sheet or 'of numbers'}",
            fix="Save it anew as .xlsx, or name the sheet",
        )
        raise InputError(problems.found) from error
    for number, cells in enumerate(rows, start=1):
        yield number, [_cell(cell) for cell in cells]


def _sheet(names: Sequence[str], wanted: str) -> str:
    if not wanted:
        return names[0]
    for name in names:
        if name.lower() == wanted.lower():
            return name
    raise ValueError(f"sheets are {', '.join(names)}")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
