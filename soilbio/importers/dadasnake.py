"""dadasnake: its output folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from soilbio.importers.forms import are_sequences
from soilbio.importers.found import Found, first_of, one_of
from soilbio.importers.grid import read_grid
from soilbio.importers.known import cleaned, read_fasta
from soilbio.importers.settings import read_newest
from soilbio.importers.sides import Parts, together
from soilbio.importers.stated import stated

_TABLE = ("sequenceTables/all.seqTab.tax.tsv", "sequenceTables/all.seqTab.tsv")
_SEQUENCES = ("sequenceTables/all.seqs.fasta",)
# Steps behind it that leave features out or cluster them: their tables are smaller ones.
_LATER = ("post/filtered.*Tab*", "clusteredTables/*Tab*")
_SETTINGS = ("full.config.yaml", "*.config.yaml", "config*.yaml")


def recognise(source: Path) -> str:
    """Tell why a folder is dadasnake's."""
    table = first_of(source, _TABLE) if source.is_dir() else None
    return f"it holds {table.relative_to(source)}" if table else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read the table with its lineages, and sequences."""
    told = stated(options)
    folder = sources[0]
    table = one_of(folder, _TABLE, "the table of ASVs")
    # The first column is R's row name: the sequence, or the OTU's number.
    grid = read_grid(table, told, names="OTU")
    beside = grid.texts.pop("Row.names", [])
    path = first_of(folder, _SEQUENCES)
    files = [table, *([path] if path else [])]
    parts = Parts([grid])
    if path:
        parts.add_sequences(str(path), read_fasta(path))
    if beside and are_sequences(beside):
        own = dict(zip(grid.rows, map(cleaned, beside), strict=True))
        parts.add_sequences(str(table), own, is_of_sequences=False)
    found = together(files, parts, told, rows="features")
    run = read_newest(folder, _SETTINGS, lambda one: dict(_method(one)))
    found.sources += (run.path,) if run.path else ()
    found.notes += run.notes
    later = sorted(path.relative_to(folder) for name in _LATER for path in folder.glob(name))
    if later:
        found.notes.append(
            f"tables of later steps are not taken: {', '.join(map(str, later))}; to have what they"
            " leave out left out, import one as `table`"
        )
    found.method = {"engine": "dada2", **dict(_method(run.settings))}
    return found


def _method(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    primers = settings.get("primers")
    for side, key in (("forward", "fwd"), ("reverse", "rvs")):
        primer = primers.get(key) if isinstance(primers, dict) else None
        if isinstance(primer, dict) and primer.get("sequence"):
            yield f"pcr_primer_{side}", str(primer["sequence"]).upper()
            if primer.get("name"):
                yield f"pcr_primer_name_{side}", str(primer["name"])
