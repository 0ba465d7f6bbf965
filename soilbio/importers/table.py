"""Any table of counts, with what is not plain stated in --method: `table: {rows:, sheet: …}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Found
from soilbio.importers.grid import read_grid
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated

ENDS = (".tsv", ".txt", ".csv", ".xlsx", ".tsv.gz", ".csv.gz", ".txt.gz")


def recognise(source: Path) -> str:
    """Tell why a file is a table of numbers; empty if it is none."""
    if not source.is_file() or not source.name.lower().endswith(ENDS):
        return ""
    grid = read_grid(source)
    if not grid.columns:
        return ""
    return f"{len(grid.rows)} rows and {len(grid.columns)} columns of numbers"


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read a table, and sequences or lineages beside it."""
    told = stated(options)
    return together(sources, sort_out(sources, told), told)
