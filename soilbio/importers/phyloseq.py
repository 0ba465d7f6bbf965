"""phyloseq: an object (.rds, .RData), or its tables as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Found
from soilbio.importers.robject import ENDS, as_text
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated


def recognise(source: Path) -> str:
    """Tell why a file is an R object."""
    if source.is_dir():
        has = [source / name for name in ("otu_table.tsv", "otu_table.csv")]
        return "a folder with otu_table" if any(path.exists() for path in has) else ""
    return "an R object" if source.name.lower().endswith(ENDS) else ""


def parts_in(files: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """Give the tables of an object in a folder's files, and what to look for beside them."""
    tables, taxa, sequences = (
        [path for path in files if path.name.startswith(name)]
        for name in ("otu_table.", "tax_table.", "refseq.fa")
    )
    lacking = [kind for kind, own in (("sequences", sequences), ("lineages", taxa)) if not own]
    return [*tables, *taxa, *sequences], lacking


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read counts, taxa and sequences."""
    told = stated(options)
    with as_text(sources) as texts:
        # What we write of an object has features in rows; of tables nobody knows.
        is_object = texts != list(sources)
        rows = "features" if is_object and not told.rows else ""
        found = together(texts, sort_out(texts, told), told, rows=rows)
    found.sources = tuple(sources)
    return found
