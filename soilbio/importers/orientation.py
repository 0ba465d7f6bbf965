"""Which side of a table features are on: stated, shown by names, told by words; else refused."""

from __future__ import annotations

import re
from collections.abc import Collection

from soilbio.errors import InputError, problem_of
from soilbio.importers.forms import (
    ABOVE_FEATURES,
    ABOVE_LIBRARIES,
    are_lineages,
    are_numbered,
    are_sequences,
    mangled,
)
from soilbio.importers.grid import Grid
from soilbio.importers.lineage_columns import columns_of, is_of_features
from soilbio.importers.stated import Stated
from soilbio.importers.word_above import is_above_taxa

# Marks of lineages that are more than one word.
_PARTED = re.compile(r"[;|,:]|__")
_SIDES = {"features": True, "libraries": False}
_STATE = (
    "Say it in --method: `table: {rows: features}` or `table: {rows: libraries}`; or name the"
    " libraries in a sheet (`samples`, `libraries`), or a file of lineages or sequences"
)


def features_are_rows(grid: Grid, known: Collection[str], told: Stated, *, rows: str = "") -> bool:
    """Tell which side of a table features are on: stated, or by names that are known.

    Names are known if they are sequences or lineages, if sequences and lineages go by them, or if
    the user's sheets have libraries of these names; lineages beside rows and the word above them
    tell, too. `rows` is what the format itself says.

    Raises
    ------
    InputError
        If nothing tells, what tells contradicts, or names are lineages that R has changed.

    """
    _check_whole(grid)
    by_names = _by_names(grid)
    doubt = _doubt(grid, by_names)
    stated = rows or told.rows
    if stated:
        if not doubt and by_names is not None and by_names != _SIDES[stated] and not rows:
            kind = "sequences or lineages"
            raise _unclear(grid, f"rows that are {stated}, and {kind} on the other side")
        return _SIDES[stated]
    if by_names is not None and not doubt:
        return by_names
    sides = set(grid.rows), set(grid.columns)
    known_names = set(known)
    of_rows, of_columns = (
        len(own & known_names) + len(other & told.libraries) for own, other in (sides, sides[::-1])
    )
    if of_rows != of_columns:
        return of_rows > of_columns
    if doubt:
        raise _unclear(grid, doubt)
    return _by_words(grid)


def _by_names(grid: Grid) -> bool | None:
    """Tell by names that are sequences or lineages; none where neither side is, or both are."""
    for are_such in (are_sequences, are_lineages):
        of_rows, of_columns = are_such(grid.rows), are_such(grid.columns)
        if of_rows != of_columns:
            return of_rows
    return None


def _doubt(grid: Grid, by_names: bool | None) -> str:
    """Say why names that are lineages do not tell a side alone; empty where they do.

    Names of groups or compartments are names of libraries, too (root, Fungi), and ranks in front
    of a table may be those of the plant that was sampled.
    """
    if by_names is None or are_sequences(grid.rows if by_names else grid.columns):
        return ""
    side, other = ("rows", "columns") if by_names else ("columns", "rows")
    names, others = (grid.rows, grid.columns) if by_names else (grid.columns, grid.rows)
    of_lineages = f"{side} that are called as lineages are ('{names[0][:40]}')"
    if are_numbered(others):
        return f"{of_lineages}, but {other} that are called as features are ('{others[0]}')"
    by_corner = _by_corner(grid.corner)
    if by_corner == by_names or any(_PARTED.search(name) for name in names):
        return ""
    if by_corner is None:
        return f"{of_lineages} or as libraries may be"
    return f"{of_lineages}, but '{grid.corner}' above the names of rows"


def _by_words(grid: Grid) -> bool:
    """Tell by columns of lineages and the word above names; all that tells has to agree."""
    words = {
        "a column of lineages beside the rows": True if _has_lineages(grid) else None,
        f"'{grid.corner}' above the names of rows": _by_corner(grid.corner),
    }
    said = {word: side for word, side in words.items() if side is not None}
    if not said:
        raise _unclear(
            grid, f"{len(grid.rows)} rows and {len(grid.columns)} columns of numbers", nothing=True
        )
    # What pipelines call features tells nothing alone: libraries may be called so, too.
    if are_numbered(grid.rows) != are_numbered(grid.columns):
        side = "rows" if are_numbered(grid.rows) else "columns"
        example = (grid.rows if side == "rows" else grid.columns)[0]
        said[f"{side} that are called as features are ('{example}')"] = side == "rows"
    if len(set(said.values())) > 1:
        raise _unclear(grid, ", but ".join(said))
    return next(iter(said.values()))


def _by_corner(corner: str) -> bool | None:
    if ABOVE_FEATURES.match(corner) or is_of_features(corner) or is_above_taxa(corner):
        return True
    return False if ABOVE_LIBRARIES.match(corner) else None


def _has_lineages(grid: Grid) -> bool:
    """Tell whether there are lineages beside rows; one column alone called class is none."""
    try:
        columns = columns_of(grid.texts)
    except InputError:
        return False
    if len(columns.ranks) == 1 and not columns.whole:
        return columns.ranks[0][1] not in ("class", "order", "division", "domain")
    return columns.has_lineages


def _check_whole(grid: Grid) -> None:
    """Stop where R has put points in the place of the marks of lineages."""
    if name := mangled(grid.columns) or mangled(grid.rows):
        raise problem_of(
            "import-name",
            grid.source,
            found=name[:80],
            expected="lineages as they were; R has put points in the place of spaces and marks",
            fix="Read and write the table in R with `check.names = FALSE`",
        )


def _unclear(grid: Grid, found: str, *, nothing: bool = False) -> InputError:
    return problem_of(
        "import-orientation",
        grid.source,
        found=found,
        expected="to know whether rows are features or libraries; "
        + ("names do not tell" if nothing else "what tells does not agree"),
        fix=_STATE,
    )
