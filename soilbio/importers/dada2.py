"""DADA2: a sequence table (libraries in rows, sequences as names) and taxa, as text or .rds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.forms import are_sequences
from soilbio.importers.found import Found
from soilbio.importers.grid import read_grid
from soilbio.importers.robject import ENDS as OBJECTS
from soilbio.importers.robject import as_text, is_of_phyloseq
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated
from soilbio.importers.table import ENDS


def recognise(source: Path) -> str:
    """Tell why a file is DADA2's: names that are sequences."""
    if source.name.lower().endswith(OBJECTS):
        return (
            "" if is_of_phyloseq(source) else "an R object, as sequence tables and taxa are saved"
        )
    if not source.is_file() or not source.name.lower().endswith(ENDS):
        return ""
    grid = read_grid(source)
    has = are_sequences(grid.rows) or are_sequences(grid.columns)
    return "features are named by their sequences" if has else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read the sequence table, and taxa where they are given."""
    told = stated(options)
    with as_text(sources) as texts:
        found = together(texts, sort_out(texts, told), told)
    found.sources = tuple(sources)
    found.method = {"engine": "dada2"}
    return found
