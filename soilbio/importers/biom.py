"""BIOM 1.0 (JSON) and 2.1 (HDF5), read by the format's own library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from soilbio.errors import problem_of
from soilbio.importers.forms import are_sequences
from soilbio.importers.found import Found, Taxon
from soilbio.importers.known import cleaned, joined
from soilbio.importers.sides import check_known, sort_out
from soilbio.importers.stated import stated
from soilbio.importers.text import open_text

_HDF5 = b"\x89HDF\r\n\x1a\n"


def recognise(source: Path) -> str:
    """Tell why a file is BIOM."""
    if not source.is_file():
        return ""
    with source.open("rb") as handle:
        if handle.read(8) == _HDF5:
            return "an HDF5 file" if source.suffix == ".biom" else ""
    if ".biom" not in source.name:
        return ""
    with open_text(source) as text:
        return "JSON of BIOM 1.0" if text.read(1) == "{" else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read a table; sequences (.fasta) and lineages (.tsv) may stand beside it."""
    told = stated(options)
    tables = [source for source in sources if ".biom" in source.name or source.suffix == ".hdf5"]
    if len(tables) != 1:
        raise problem_of(
            "import-table-count",
            ", ".join(source.name for source in sources),
            found=f"{len(tables)} BIOM files",
            expected="one .biom, and beside it sequences or lineages",
            fix="Import each table on its own",
        )
    parts = sort_out([source for source in sources if source not in tables])
    found = read_biom(tables[0])
    found.sources = tuple(sources)
    own = {name: taxon for name, taxon in found.features.items() if taxon.sequence}
    sequences = {name: taxon.sequence for name, taxon in own.items()} | parts.sequences
    found.features = joined(found.features, sequences, {**found.features, **parts.lineages})
    found.notes += check_known(sources, found.features, parts.sequences, parts.lineages, told)
    return found


def read_biom(source: Path) -> Found:
    """Read counts, and lineages where they are metadata of observations.

    Raises
    ------
    InputError
        If the file is no BIOM.

    """
    import polars as pl
    from biom import load_table
    from biom.exception import BiomException

    try:
        table = load_table(str(source))
    except (BiomException, OSError, KeyError, TypeError, ValueError) as error:
        raise problem_of(
            "import-biom",
            str(source),
            found=str(error).partition("\n")[0][:200],
            expected="BIOM 1.0 (JSON) or 2.1 (HDF5)",
            fix="Get the file again; `biom validate-table` tells what is wrong",
        ) from error
    names = [str(name) for name in table.ids(axis="observation")]
    libraries = [str(name) for name in table.ids(axis="sample")]
    matrix = table.matrix_data.tocoo()
    filled = matrix.data != 0
    counts = pl.DataFrame(
        {
            "library": pl.Series(libraries, dtype=pl.String).gather(matrix.col[filled]),
            "feature": pl.Series(names, dtype=pl.String).gather(matrix.row[filled]),
            "value": matrix.data[filled].astype(float),
        }
    )
    metadata = table.metadata(axis="observation") or [None] * len(names)
    is_named = are_sequences(names)
    features = {
        name: _taxon(name if is_named else "", known)
        for name, known in zip(names, metadata, strict=True)
    }
    made = str(table.generated_by or "")
    history = {"generated_by": made} if made else {}
    return Found((source,), counts, tuple(libraries), features, history=history)


def _taxon(sequence: str, known: Mapping[str, Any] | None) -> Taxon:
    known = known or {}
    lineage = next(
        (known[name] for name in ("taxonomy", "Taxon", "lineage", "taxon") if known.get(name)), ""
    )
    text = lineage if isinstance(lineage, str) else "; ".join(str(part) for part in lineage)
    stated = known.get("confidence", known.get("score"))
    try:
        confidence = float(stated) if stated is not None else None
    except ValueError:
        confidence = None
    return Taxon(cleaned(sequence), text, confidence)
