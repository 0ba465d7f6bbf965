"""Any table of counts, with what is not plain stated in --method: `table: {rows:, sheet: …}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.errors import InputError
from soilbio.importers.found import Found
from soilbio.importers.grid import read_grid
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated

# What is wrong with a table, as against what is none.
_TO_SETTLE = (
    *("import-cell", "import-column", "import-name", "import-total", "import-separator"),
    "import-table-count",
)
ENDS = (".tsv", ".txt", ".csv", ".xlsx", ".tsv.gz", ".csv.gz", ".txt.gz")


def recognise(source: Path) -> str:
    """Tell why a file is a table of numbers; empty if it is none."""
    if not source.is_file() or not source.name.lower().endswith(ENDS):
        return ""
    try:
        grid = read_grid(source)
    except InputError as error:
        told = [one for one in error.problems if one.code in _TO_SETTLE]
        more = f", and {len(told) - 1} more to settle" if len(told) > 1 else ""
        return f"a table; to settle first: {told[0].place()}, {told[0].code}{more}" if told else ""
    if not grid.columns:
        return ""
    return f"{len(grid.rows)} rows and {len(grid.columns)} columns of numbers"


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read a table, and sequences or lineages beside it."""
    told = stated(options)
    return together(sources, sort_out(sources, told), told)
