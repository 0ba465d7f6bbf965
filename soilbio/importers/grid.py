"""Tables of numbers with names at two sides, as people and pipelines write them.

Read line by line; only numbers that are not zero are kept. Beside the numbers there may be columns
of text: lineages, ranks, sequences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import InputError, Problems
from soilbio.importers.columns import Kinds, check_mixed, kinds_of, number_of
from soilbio.importers.forms import is_given, is_lineage
from soilbio.importers.long_names import as_long, check_not_long
from soilbio.importers.measured import check_measured, check_places
from soilbio.importers.naming import check_named, ranks_first, without_index
from soilbio.importers.objects import has_objects, spelled_out
from soilbio.importers.shapes import check_libraries, shape_of
from soilbio.importers.stated import Stated, check_ignored, check_names
from soilbio.importers.text import Rows, completed, empty, rows_of
from soilbio.importers.thousands import Thousands
from soilbio.importers.totals import is_total, without_totals

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_SOME = 100  # problems of one kind in one file are not told a thousand times
_FIX = "Correct the cell; where nothing was counted, write 0"
_LOOKED_AT = 200  # rows by which columns of numbers are told from columns of text


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

    def kept(self, rows: Sequence[int], columns: Sequence[int]) -> Grid:
        """Keep some rows and columns, by their places in ascending order."""
        import numpy as np

        keep = np.isin(self.row_of, rows) & np.isin(self.column_of, columns)
        return Grid(
            self.source,
            [self.rows[at] for at in rows],
            [self.columns[at] for at in columns],
            _renumbered(self.row_of[keep], rows),
            _renumbered(self.column_of[keep], columns),
            self.values[keep],
            {name: [cells[at] for at in rows] for name, cells in self.texts.items()},
            self.corner,
            self.notes,
        )


def _renumbered(places: NDArray[np.int32], kept: Sequence[int]) -> NDArray[np.int32]:
    import numpy as np

    return np.searchsorted(np.array(kept, dtype=np.int32), places).astype(np.int32)


def ignoring(grid: Grid, told: Stated) -> Grid:
    """Leave out the rows and columns that are to be ignored.

    Raises
    ------
    InputError
        If they are not there.

    """
    problems = Problems(grid.source)
    check_ignored(told.ignore_columns, grid.columns, "column", problems)
    check_ignored(told.ignore_rows, grid.rows, "row", problems)
    problems.raise_if_any()
    return grid.kept(
        [at for at, name in enumerate(grid.rows) if name not in told.ignore_rows],
        [at for at, name in enumerate(grid.columns) if name not in told.ignore_columns],
    )


def read_grid(
    source: Path,
    told: Stated | None = None,
    *,
    names: str = "",
    only: tuple[str, str] | None = None,
) -> Grid:
    """Read a table of numbers: text in any common encoding and separator, gzip or not, or .xlsx.

    Names of rows stand in the first column, or in the one of which `names` is the header. Of rows
    `only` those are read that have a value in a column.

    Raises
    ------
    InputError
        With all cells that are no numbers, names that come twice, and columns of which nothing
        tells whether they are numbers of a library.

    """
    told = told or Stated()
    problems = Problems(str(source))
    rows = completed(rows_of(source, sheet=told.sheet, separator=told.separator))
    above, rows = _peeked(rows)
    if not names and not told.names:
        _, long, places = as_long(str(source), above, rows, ignored=told.ignore_columns)
        if places:
            check_ignored(told.ignore_columns, above, "column", problems)
            return _long(source, long, places, told, problems)
    shape = shape_of(above)
    check_libraries(shape, above, str(source))
    names = told.names or names or shape.names
    chosen = _only(rows, only) if only else rows
    lines = _named_first(chosen, names) if names else ranks_first(chosen)
    number, header = next(lines, (0, []))
    first = list(islice(lines, _LOOKED_AT))
    if not number or not first:
        raise empty(source)
    header, notes = [name.strip() for name in header], shape.notes()
    if not names:
        header, first, lines, done = without_index(header, first, lines, told.libraries)
        notes += done
    check_ignored(told.ignore_columns, header[1:], "column", problems)
    check_names(told, header, problems)
    beside = {*told.ignore_columns, *shape.beside}
    counted = [(row, cells) for row, cells in first if cells[0].strip() not in told.ignore_rows]
    kinds = kinds_of(header, [cells for _, cells in counted], beside, told.libraries)
    reading = _Reading(header, kinds, problems, told.ignore_rows)
    reading.notes += notes
    if not names:
        reading.notes += check_named(str(source), header, kinds.numbers, counted, told.libraries)
    reading.read(chain(first, lines))
    return without_totals(reading.grid(told), told, problems)


def _peeked(rows: Rows) -> tuple[list[str], Rows]:
    """Give the header, and all rows."""
    first = next(rows, (0, []))
    return [name.strip() for name in first[1]], chain([first], rows) if first[0] else rows


def _long(
    source: Path,
    rows: Rows,
    places: tuple[int, int, int],
    told: Stated,
    problems: Problems,
) -> Grid:
    """Read a long table; of features those that are to be ignored are left out."""
    from soilbio.importers.long_tables import read_long

    header = [name.strip() for name in next(rows)[1]]
    grid = read_long(str(source), header, rows, places, problems)
    check_ignored(told.ignore_rows, grid.rows, "row", problems)
    problems.raise_if_any()
    kept = [at for at, name in enumerate(grid.rows) if name not in told.ignore_rows]
    return grid.kept(kept, range(len(grid.columns)))


def _only(lines: Rows, only: tuple[str, str]) -> Iterator[tuple[int, list[str]]]:
    """Leave out rows that have another value in a column."""
    column, wanted = only
    at = -1
    for number, cells in lines:
        if at < 0:
            at = cells.index(column)
        elif at >= len(cells) or cells[at].strip() != wanted:
            continue
        yield number, cells


def _named_first(lines: Rows, names: str) -> Iterator[tuple[int, list[str]]]:
    """Put the column with that header in front."""
    at = 0
    for place, (number, cells) in enumerate(lines):
        if not place:
            at = cells.index(names) if names and names in cells else 0
        has = at < len(cells)
        yield number, [cells[at], *cells[:at], *cells[at + 1 :]] if at and has else cells


class _Reading:
    """Reads rows into numbers, names and text; notes what is wrong with them."""

    def __init__(
        self, header: Sequence[str], kinds: Kinds, problems: Problems, ignored: Sequence[str]
    ) -> None:
        self.header, self.kinds, self.problems = header, kinds, problems
        self.ignored, self.passed = frozenset(ignored), set[str]()
        numbers = kinds.numbers
        self.span = slice(numbers[0], numbers[-1] + 1) if numbers else slice(0)
        self.is_dense = len(numbers) == self.span.stop - (self.span.start or 0)
        self.texts: dict[int, list[str]] = {place: [] for place in kinds.texts}
        self.names: list[str] = []
        self.rows: list[int] = []
        self.found: list[tuple[NDArray[np.int32], NDArray[np.float64]]] = []
        self.thousands = Thousands()
        self.negative = 0
        self.notes: list[str] = []

    def read(self, lines: Iterable[tuple[int, list[str]]]) -> None:
        """Read all rows."""
        import numpy as np

        try:
            for number, cells in lines:
                name = cells[0].strip()
                if name in self.ignored:  # whatever stands in it
                    self.passed.add(name)
                    continue
                values = self._values(number, cells)
                if values is None:
                    continue
                filled = np.flatnonzero(values)
                self.found.append((filled.astype(np.int32), values[filled]))
                self.names.append(name)
                self.rows.append(number)
                for place, texts in self.texts.items():
                    texts.append(cells[place].strip() if place < len(cells) else "")
        except InputError as error:
            self.problems.extend(error.problems)

    def _values(self, row: int, cells: list[str]) -> NDArray[np.float64] | None:
        """Read the numbers of a row; None where one of them is none."""
        import numpy as np

        columns = self.kinds.numbers
        is_longer = len(cells) > len(self.header) and "".join(cells[len(self.header) :]).strip()
        if columns and (len(cells) <= columns[-1] or is_longer):
            self._note(row, None, str(len(cells)), f"{len(self.header)} cells, as the header")
            return None
        chosen = cells[self.span] if self.is_dense else [cells[place] for place in columns]
        try:
            values = np.array(chosen, dtype=np.float64)
        except ValueError:
            values = np.zeros(0)
        marks = "".join(chosen)
        if self.thousands.may_be and "." in marks:
            names = [self.header[place] for place in columns]
            self.thousands.look(row, cells[0].strip(), names, chosen)
        is_plain = values.size == len(columns) and "_" not in marks
        if is_plain and bool((np.isfinite(values) & (values >= 0)).all()):
            return values
        self._note_cells(row, cells[0].strip(), chosen)
        return None

    def _note_cells(self, row: int, name: str, cells: Sequence[str]) -> None:
        """Note what is no number; of a row without any digit, that it may be beside the counts."""
        has_digit = any(map(str.isdigit, "".join(cells)))
        if len(cells) > 1 and not has_digit and not is_given(name):
            found = f"{name}: {', '.join(map(str.strip, cells))}"[:60]
            fix = f"{_FIX}. If this row is none, say `table: {{ignore_rows: ['{name}']}}`"
            self._note(row, None, found, "numbers in a row of counts", f"{fix} in --method")
            return
        for place, text in zip(self.kinds.numbers, cells, strict=True):
            value = number_of(text)
            if value is not None and value < 0 and not value.is_integer():
                self._note_negative(row, self.header[place], text)
            elif value is None or not 0 <= value < float("inf"):
                expected = "a number, 0 or more, with a point for decimals and nothing else"
                self._note(row, self.header[place], text, expected)

    def _note_negative(self, row: int, column: str, found: str) -> None:
        """Note the first of numbers below zero that are no slip: they were transformed."""
        self.negative += 1
        if self.negative == 1:
            self.problems.add(
                "import-numbers",
                row=row,
                column=column,
                found=found,
                expected="counts or shares; numbers below zero are logarithms of ratios (CLR) or"
                " differences",
                fix="Import the counts before they were transformed",
            )

    def _note(
        self, row: int, column: str | None, found: str, expected: str, fix: str = _FIX
    ) -> None:
        if len(self.problems.found) < _SOME:
            self.problems.add(
                "import-cell",
                row=row,
                column=column,
                found=found,
                expected=expected,
                fix=fix,
            )

    def grid(self, told: Stated) -> Grid:
        """Give the table.

        Raises
        ------
        InputError
            With all that was wrong.

        """
        import numpy as np

        columns = [self.header[place] for place in self.kinds.numbers]
        texts = {self.header[place]: cells for place, cells in self.texts.items()}
        notes = self.notes
        if len(columns) == 1:
            check_not_long(
                self.problems.source, [self.header[0], *texts, *columns], self.names, texts
            )
        if columns:
            mixed = [self.header[place] for place in self.kinds.mixed]
            check_mixed(texts, self.rows, mixed, self.problems)
            check_measured(columns, told.libraries, self.problems)
            check_measured(self.names, told.libraries, self.problems, side="row")
            filled = {place for place, cells in self.texts.items() if any(cells)}
            # Whether a total is the sum of the others, is looked at later, wherever it stands.
            own = [at for at in self.kinds.numbers if not is_total(self.header[at], told)]
            check_places(self.header, own, filled, told.libraries, self.problems)
            self.thousands.check(self.found, len(columns), told, self.problems)
            notes += [not_taken(name) for name in mixed if name]
            others = [self.header[place] for place in self.kinds.texts]
            notes += [
                numbers_not_taken(name)
                for name in others
                if name not in mixed and _are_numbers(texts[name])
            ]
        texts |= spelled_out(
            {name: cells for name, cells in texts.items() if has_objects(cells)},
            self.problems.source,
        )
        check_ignored(told.ignore_rows, [*self.names, *self.passed], "row", self.problems)
        _check_names(self.names, self.rows, self.problems)
        named = [self.header[place] for place in self.texts if self.header[place]]
        check_columns([*columns, *named], self.problems)
        self.problems.raise_if_any()
        sizes = [places.size for places, _ in self.found]
        return Grid(
            self.problems.source,
            self.names,
            columns,
            np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
            np.concatenate([np.zeros(0, np.int32), *(places for places, _ in self.found)]),
            np.concatenate([np.zeros(0), *(values for _, values in self.found)]),
            texts,
            self.header[0],
            notes,
        )


def _check_names(names: Sequence[str], rows: Sequence[int], problems: Problems) -> None:
    seen: set[str] = set()
    for name, row in zip(names, rows, strict=True):
        if not name or name in seen:
            _note_name(problems, name, "row", row)
        seen.add(name)


def check_columns(names: Sequence[str], problems: Problems) -> None:
    """Note columns without a name, or with that of another: one of the two would be lost."""
    seen: set[str] = set()
    for name in names:
        if not name or name in seen:
            _note_name(problems, name, "column", None)
        seen.add(name)


def _note_name(problems: Problems, name: str, side: str, row: int | None) -> None:
    problems.add(
        "import-name",
        row=row,
        column=name if side == "column" else None,
        found=name,
        expected=f"a name for each {side}, and each name once",
        fix="Put a column of ids in front, such as `OTU ID`: several features have one lineage"
        if is_lineage(name)
        else "Name it, or join the two; call supports `Phylum_boot`",
    )


def _are_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(number_of(cell) is not None for cell in filled)


def numbers_not_taken(column: str) -> str:
    """Say that a column of numbers is left out for its name."""
    return f"column '{column}' is by its name of no library, and not taken"


def not_taken(column: str) -> str:
    """Say that a column is left out."""
    return f"column '{column}' is text, and not taken"
