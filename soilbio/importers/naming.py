"""Whether rows and columns of a table have names at all, and which column has those of rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from soilbio.errors import InputError, problem_of
from soilbio.importers.columns import number_of
from soilbio.importers.forms import (
    ABOVE_FEATURES,
    ABOVE_LIBRARIES,
    are_lineages,
    are_numbered,
    are_sequences,
    is_above_names,
    is_lineage,
    is_sequence,
)
from soilbio.importers.lineage_columns import is_of_features
from soilbio.importers.rank_columns import rank_of
from soilbio.importers.ranked_names import prefixed

Line = tuple[int, list[str]]
_IN_ORDER = 10  # so many counts in the order of their numbers are no chance
# What stands above the numbers of rows: of R's and pandas' tables, written, read and written again.
_INDEX = re.compile(
    r"^(?:|x|v1|#|index|row[ _.]?(?:names?|id|number|no)?|unnamed: ?0|\.\.\.1)$", re.IGNORECASE
)
_FEW = 3  # of fewer numbers nothing is told by each being there once


def ranks_first(lines: Iterable[Line]) -> Iterator[Line]:
    """Name rows by what they are where a table begins with lineages or ranks.

    Of several ranks the lineage is made and put in front; where a column of ids follows (`OTU ID`),
    that is put there.
    """
    rows = iter(lines)
    number, header = next(rows, (0, []))
    if not number:
        return
    names = [name.strip() for name in header]
    leading = 0
    while leading < len(names) and rank_of(names[leading]):
        leading += 1
    ids = [at for at, name in enumerate(names) if ABOVE_FEATURES.match(name)]
    if ids and ids[0] and is_of_features(names[0]):
        at = ids[0]
        for place, cells in chain([(number, header)], rows):
            has = at < len(cells)
            yield place, [cells[at], *cells[:at], *cells[at + 1 :]] if has else cells
    elif leading > 1:
        ranks = [rank_of(name) for name in names[:leading]]
        yield number, ["", *header]
        for place, cells in rows:
            parts = [prefixed(rank, cell.strip()) for rank, cell in zip(ranks, cells, strict=False)]
            yield place, ["; ".join(parts), *cells]
    else:
        yield number, header
        yield from rows


def without_index(
    header: Sequence[str], first: Sequence[Line], lines: Iterator[Line], libraries: Collection[str]
) -> tuple[list[str], list[Line], Iterator[Line], list[str]]:
    """Leave out a first column of row numbers where the names stand in another one.

    R and pandas write such numbers in front; the same number is another row in another file.
    Gives header, first rows, all further rows, and what was done.
    """
    at = 0 if header[0] in libraries else _place_behind_index(header, first)
    if not at:
        return [*header], [*first], lines, []

    def moved(cells: Sequence[str]) -> list[str]:
        return [cells[at], *cells[1:at], *cells[at + 1 :]] if at < len(cells) else [*cells[1:]]

    return (
        moved(header),
        [(number, moved(cells)) for number, cells in first],
        ((number, moved(cells)) for number, cells in lines),
        [f"the first column has numbers of rows, whose names stand in '{header[at]}'"],
    )


def _place_behind_index(header: Sequence[str], rows: Sequence[Line]) -> int:
    """Find the names of rows behind numbers of them; 0 where they are not beyond doubt."""
    numbers = [cells[0].strip() for _, cells in rows if cells]
    is_numbered = len(set(numbers)) == len(rows) and all(map(str.isdecimal, numbers))
    if not _INDEX.match(header[0]) or not is_numbered:
        return 0
    named = [at for at in range(1, len(header)) if _has_names(header[at], at, rows)]
    certain = [
        at for at in named if ABOVE_FEATURES.match(header[at]) or ABOVE_LIBRARIES.match(header[at])
    ]
    if len(certain) == 1:
        return certain[0]
    return named[0] if len(named) == 1 and are_counted(numbers) else 0


def _has_names(header: str, at: int, rows: Sequence[Line]) -> bool:
    """Tell whether a column has a word for names above it, and a name of its own in each row."""
    if not header.strip() or not is_above_names(header) or is_of_features(header):
        return False
    cells = [cells[at].strip() if at < len(cells) else "" for _, cells in rows]
    is_text = not any(not cell or number_of(cell) is not None for cell in cells)
    is_of_names = is_text and len(set(cells)) == len(cells)
    return is_of_names and not are_sequences(cells) and not are_lineages(cells)


def are_counted(names: Sequence[str]) -> bool:
    """Tell whether names are numbers from 0 or 1 on, in their order."""
    if len(names) < 2 or not all(map(str.isdecimal, names)):
        return False
    start = int(names[0])
    return start <= 1 and list(map(int, names)) == [*range(start, start + len(names))]


def is_index(corner: str, names: Sequence[str]) -> bool:
    """Tell whether names are only numbers of rows, as R and pandas write them in front."""
    return bool(_INDEX.match(corner)) and are_counted(names)


def check_named(
    source: str,
    header: Sequence[str],
    numbers: Sequence[int],
    rows: Sequence[Line],
    libraries: Collection[str],
) -> list[str]:
    """Stop where the header is a row of numbers, or the first column is one of numbers.

    `numbers` are the places of columns of numbers. Whole numbers that can be nothing but names are
    these; that is noted.

    Raises
    ------
    InputError
        If libraries or features have no names: those of the first would be lost.

    """
    _check_title(source, header, rows)
    columns = [header[place] for place in numbers]
    first = [cells[0].strip() for _, cells in rows if cells]
    if not columns or not first:
        return []
    if all(number_of(name) is not None for name in columns) and not _is_above(header[0], columns):
        raise _unnamed(
            source,
            rows[0][0] - 1,
            ", ".join(header[:4]),
            "a header with the names of columns; this row has numbers",
            "Put a header above it, such as `OTU ID`, and the names of libraries",
        )
    if not all(number_of(name) is not None for name in first):
        return []
    if header[0] not in libraries:
        if _is_above(header[0], columns):
            return []
        if reason := _are_ids(header[0], first, columns, libraries):
            return [f"'{header[0]}' is above names of rows: {reason}"]
    raise _unnamed(
        source,
        rows[0][0],
        first[0],
        f"names of rows in the first column; '{header[0][:40]}' has numbers",
        f"If these are the names, say `table: {{names: '{header[0]}'}}` in --method; else write the"
        " names in front of them, below a header such as `OTU ID` or `SampleID` (in R:"
        " `write.csv(table)`, with row.names)",
    )


def _check_title(source: str, header: Sequence[str], rows: Sequence[Line]) -> None:
    """Stop where the first row is one cell above a table of three columns or more."""
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in rows]
    title = "".join(header).strip()
    is_alone = bool(title) and header[0] == title
    if is_alone and 2 * sum(number > 2 for number in filled) > len(filled):
        raise _unnamed(
            source,
            rows[0][0] - 1,
            title,
            "the header with the names of columns in the first row; this one is a title",
            "Remove the rows above the header, or put # before them",
        )


def _is_above(corner: str, columns: Sequence[str]) -> bool:
    """Tell whether what stands above the first column is a word for names of rows."""
    return is_above_names(corner) and not _is_like(corner, columns)


def _is_like(corner: str, columns: Sequence[str]) -> bool:
    """Tell whether what stands above the first column is a name like those of the others."""
    if is_sequence(corner) or is_lineage(corner) or are_numbered([corner]):
        return True
    word = re.split(r"[\W\d_]", corner.lower(), maxsplit=1)[0]
    return 0 < len(word) < len(corner.strip(" .:")) and any(
        name.lower().startswith(word) for name in columns
    )


def _are_ids(
    corner: str, first: Sequence[str], columns: Sequence[str], libraries: Collection[str]
) -> str:
    """Say why numbers in the first column are names of rows; empty where they may be counts.

    Counts are not 1, 2, 3 … from top to bottom; and where sheets have all other columns, what is
    in none of them is no library.
    """
    is_whole = all(number.isdecimal() for number in first) and len(set(first)) == len(first)
    if not is_whole or (corner and _is_like(corner, columns)):
        return ""
    if len(first) >= _IN_ORDER and are_counted(first):
        return "they are numbered from top to bottom"
    known = {_plain(name) for name in libraries}
    if set(first) <= set(libraries):
        return "your sheets have them"
    if set(columns) <= set(libraries) and _plain(corner) not in known and len(first) >= _FEW:
        return "your sheets have all other columns, and each number is there once"
    return ""


def _plain(name: str) -> str:
    """Take off what people write differently: a library misspelt in a sheet is still one."""
    return re.sub(r"[\W_]", "", name.lower())


def _unnamed(source: str, row: int, found: str, expected: str, fix: str) -> InputError:
    return problem_of("import-name", source, row=row, found=found[:60], expected=expected, fix=fix)
