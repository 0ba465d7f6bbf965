"""Libraries of a table that holds several: of two with one name one would be lost, or added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from soilbio.errors import problem_of


def check_columns(source: Path, row: int, libraries: Iterable[str]) -> None:
    """Stop where columns of a header are of one library.

    Raises
    ------
    InputError
        With the first such name.

    """
    for library, columns in Counter(libraries).items():
        if columns > 1:
            raise problem_of(
                "import-library-twice",
                str(source),
                row=row,
                found=library,
                expected=f"one column for each library, not {columns}",
                fix="Write in the header which library each column is of, or leave one out",
            )


def check_paths(source: Path, column: str, named: Iterable[tuple[int, str, str]]) -> None:
    """Stop where paths of several files give one library: `S1/reads.fq` and `S2/reads.fq`.

    Parameters
    ----------
    source : Path
        The table.
    column : str
        Where a user can write the name of the library.
    named : iterable of (int, str, str)
        Row, library, and the path of its file.

    Raises
    ------
    InputError
        With the first such path.

    """
    paths: dict[str, str] = {}
    for row, library, path in named:
        known = paths.setdefault(library, path)
        if known != path:
            raise problem_of(
                "import-library-twice",
                str(source),
                row=row,
                column=column,
                found=path,
                expected=f"one file for each library; {known} is of {library}, too",
                fix=f"Write in {column} which library each file is of, in the place of its path",
            )
