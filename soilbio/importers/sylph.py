"""sylph: `sylph profile` by genome, or sylph-tax by lineage; shares of reads or of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from soilbio.importers.found import Found, Taxon
from soilbio.importers.libraries import check_paths
from soilbio.importers.profiles import (
    Line,
    collect,
    library_of,
    number_in,
    text_in,
    wrong,
)
from soilbio.importers.sylph_tax import is_of_sylph_tax, library_of_reads, read_tax
from soilbio.importers.text import open_text, read_texts
from soilbio.references.genome_names import accession_of, is_accession

_KINDS = {"taxonomic": "Taxonomic_abundance", "sequence": "Sequence_abundance"}


def recognise(source: Path) -> str:
    """Tell why a file is sylph's."""
    if not source.is_file():
        return ""
    with open_text(source) as handle:
        start = handle.readline() + handle.readline()
    if "Taxonomic_abundance" in start:
        return "its columns are those of sylph"
    is_of_tax = source.name.endswith(".sylphmpa") or is_of_sylph_tax(source)
    return "its columns and clades are those of sylph-tax" if is_of_tax else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read shares: of cells (taxonomic, the usual) or of reads (`table: {abundance: sequence}`)."""
    kind = str(options.get("abundance", "taxonomic"))
    if kind not in _KINDS:
        raise wrong(sources[0], None, kind, "abundance: taxonomic or sequence")

    def read_one(source: Path) -> dict[str, list[Line]]:
        if source.name.endswith(".sylphmpa") or is_of_sylph_tax(source):
            return read_tax(source, kind, is_stated="abundance" in options)
        return _profile(source, _KINDS[kind])

    parameters = f'{{"abundance": "{kind}"}}'
    said = {"engine": "sylph", "abundance": kind, "engine_parameters": parameters}
    found = collect(sources, read_one, shares=True, method=said)
    found.notes.append(f"shares are {kind} abundances")
    return found


def _profile(source: Path, column: str) -> dict[str, list[Line]]:
    header, rows = read_texts(source)
    if column not in header or "Genome_file" not in header:
        raise wrong(source, 1, ", ".join(header), f"the columns Genome_file and {column}")
    names = _genome_names(source, rows)
    libraries = _libraries(source, rows)
    files: dict[tuple[str, str], str] = {}
    found: dict[str, list[Line]] = {}
    lines = zip(rows, names, libraries, strict=True)
    for number, (row, genome, library) in enumerate(lines, start=2):
        file = row["Genome_file"]
        if files.setdefault((library, genome), file) != file:
            raise wrong(source, number, file, f"one file that is called {genome}, in a library")
        taxon = Taxon(taxon_id=f"genome:{genome}")
        found.setdefault(library, []).append(
            (genome, taxon, number_in(source, number, row, column) / 100)
        )
    # A library in which nothing was found has no rows that name it.
    return found or {library_of(source): []}


def _libraries(source: Path, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Name the library of each row by its file of reads."""
    files = [text_in(source, row, cells, "Sample_file") for row, cells in enumerate(rows, start=2)]
    libraries = [library_of_reads(file) for file in files]
    check_paths(source, "Sample_file", zip(count(2), libraries, files, strict=False))
    return libraries


def _genome_names(source: Path, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Name genomes by accession, else by file; where each sequence is one (`-i`), by sequence."""
    contigs: dict[str, set[str]] = {}
    for row in rows:
        contigs.setdefault(row.get("Genome_file", ""), set()).add(row.get("Contig_name", ""))
    names = []
    for number, row in enumerate(rows, start=2):
        file = text_in(source, number, row, "Genome_file")
        name = accession_of(Path(file).name.replace(" ", "_"))
        is_own = len(contigs[file]) > 1 and not is_accession(name)
        names.append(text_in(source, number, row, "Contig_name").split()[0] if is_own else name)
    return names
