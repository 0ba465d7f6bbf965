"""phyloseq: an object (.rds, .RData), or its tables as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from soilbio.importers.found import Found
from soilbio.importers.robject import COUNTS, ENDS, as_text, is_of_phyloseq
from soilbio.importers.sides import sort_out, together
from soilbio.importers.stated import stated


def recognise(source: Path) -> str:
    """Tell why a file or folder is phyloseq's."""
    if source.is_dir():
        has = [source / name for name in ("otu_table.tsv", "otu_table.csv")]
        return "a folder with otu_table" if any(path.exists() for path in has) else ""
    if not source.name.lower().endswith(ENDS) or not is_of_phyloseq(source):
        return ""
    return "an R object of phyloseq"


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
        # An object of phyloseq says which way round it is; a matrix, or text, does not.
        is_known = any(path.stem.endswith(COUNTS) for path in texts if path not in sources)
        rows = "features" if is_known and not told.rows else ""
        found = together(texts, sort_out(texts, told), told, rows=rows)
    found.sources = tuple(sources)
    return found
