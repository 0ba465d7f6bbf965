"""Any table of counts, with what is not plain stated in --method: `table: {rows:, sheet: …}`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.errors import InputError
from soilbio.importers.found import Found
from soilbio.importers.grid import Grid, read_grid
from soilbio.importers.long_headers import is_long_of_ranks, is_of_taxa, long_places
from soilbio.importers.shapes import shape_of
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated
from soilbio.importers.text import rows_of
from soilbio.importers.workbook import BOOKS, is_book, several, sheets_of

# What is wrong with a table, as against what is none.
_TO_SETTLE = (
    *("import-cell", "import-column", "import-name", "import-total", "import-separator"),
    *("import-table-count", "import-long"),
)
# The first column of a sheet of samples, which has more text than numbers.
_SAMPLES = re.compile(r"^#?sample(?:s|[ _.-]?(?:id|name))?$", re.IGNORECASE)
_TEXT = (".tsv", ".txt", ".csv", ".tab")
ENDS = (*_TEXT, *BOOKS, *(f"{end}.gz" for end in _TEXT))


def recognise(source: Path) -> str:
    """Tell why a file is a table of numbers; empty if it is none."""
    if not source.is_file() or not source.name.lower().endswith(ENDS):
        return ""
    whose = ""
    try:
        sheets = sheets_of(source) if is_book(source) else []
        whose = "" if len(sheets) > 1 else _whose(source)
        grid = _of_sheets(source, sheets) if len(sheets) > 1 else read_grid(source)
    except InputError as error:
        told = [one for one in error.problems if one.code in _TO_SETTLE]
        more = f", and {len(told) - 1} more to settle" if len(told) > 1 else ""
        first = f"to settle first: {told[0].place()}, {told[0].code}{more}" if told else ""
        return f"{whose or 'a table'}; {first}" if told else ""
    is_sheet = bool(_SAMPLES.match(grid.corner)) and len(grid.texts) > len(grid.columns)
    if not grid.columns or is_sheet:
        return ""
    size = f"{len(grid.rows)} rows and {len(grid.columns)} columns of numbers"
    return f"{whose}: {size}" if whose else size


def _of_sheets(source: Path, sheets: Sequence[str]) -> Grid:
    """Give the table of numbers of a workbook that has sheets of lineages beside it."""
    grids = sort_out([source]).grids
    if not grids:
        raise several(source, sheets)
    return grids[0]


def _whose(source: Path) -> str:
    """Name the program whose table it is, where its header tells."""
    _, header = next(rows_of(source), (0, []))
    places = long_places(header)
    if is_long_of_ranks(header) or (places and is_of_taxa(header[places[0]].strip())):
        return "a long table of taxa"
    return "a long table, as psmelt writes it" if places else shape_of(header).name


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read a table, and sequences or lineages beside it."""
    told = stated(options)
    return together(sources, sort_out(sources, told), told)
