"""Whether rows and columns of a table have names at all, and which column has those of rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from soilbio.errors import InputError, problem_of
from soilbio.importers.columns import number_of
from soilbio.importers.forms import (
    ABOVE_FEATURES,
    are_numbered,
    is_above_names,
    is_lineage,
    is_sequence,
)
from soilbio.importers.lineage_columns import is_of_features, prefixed, rank_of

Line = tuple[int, list[str]]


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


def check_named(
    source: str,
    header: Sequence[str],
    numbers: Sequence[int],
    rows: Sequence[Line],
    libraries: Collection[str],
) -> None:
    """Stop where the header is a row of numbers, or the first column is one of numbers.

    `numbers` are the places of columns of numbers.

    Raises
    ------
    InputError
        If libraries or features have no names: those of the first would be lost.

    """
    _check_title(source, header, rows)
    columns = [header[place] for place in numbers]
    first = [cells[0].strip() for _, cells in rows if cells]
    if not columns or not first:
        return
    if all(number_of(name) is not None for name in columns) and _is_name(header[0], columns):
        raise _unnamed(
            source,
            rows[0][0] - 1,
            ", ".join(header[:4]),
            "a header with the names of columns; this row has numbers",
            "Put a header above it, such as `OTU ID`, and the names of libraries",
        )
    are_numbers = all(number_of(name) is not None for name in first)
    if are_numbers and (header[0] in libraries or _is_name(header[0], columns)):
        raise _unnamed(
            source,
            rows[0][0],
            first[0],
            f"names of rows in the first column; '{header[0][:40]}' has numbers",
            "Write the names of rows, too, below a header such as `OTU ID` or `SampleID` (in R:"
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


def _is_name(corner: str, columns: Sequence[str]) -> bool:
    """Tell whether what stands above the first column is a name like those of the others."""
    if is_sequence(corner) or is_lineage(corner) or are_numbered([corner]):
        return True
    word = re.split(r"[\W\d_]", corner.lower(), maxsplit=1)[0]
    is_alike = 0 < len(word) < len(corner) and any(
        name.lower().startswith(word) for name in columns
    )
    return is_alike or not is_above_names(corner)


def _unnamed(source: str, row: int, found: str, expected: str, fix: str) -> InputError:
    return problem_of("import-name", source, row=row, found=found[:60], expected=expected, fix=fix)
