"""Write what was simulated: reads, truth, sheets and the references that were used."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from soilbio.references.disk import atomic_bytes, atomic_text
from soilbio.simulate.design import Design, Library
from soilbio.simulate.draw import (
    Contents,
    Prepared,
    TruthRow,
    draw_contents,
    sequence_pairs,
    truth_of,
)
from soilbio.simulate.folder import fastq_names
from soilbio.simulate.metagenome import metagenome_libraries

_LEVEL = 4
SHEET_COLUMNS = (
    "library_id",
    "sample_id",
    "assay",
    "run",
    "fastq_1",
    "fastq_2",
    "accession",
    "control_type",
    "agreement",
)


def write_reads(contents: Contents, design: Design, folder: Path) -> None:
    """Write both FASTQ files of a library, whole or not at all."""
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(atomic_bytes(folder / name, level=_LEVEL))
            for name in fastq_names(contents.library)
        )
        for text_1, text_2 in sequence_pairs(contents, design):
            first.write(text_1)
            second.write(text_2)


def write_library(prepared: Prepared, library: Library, folder: Path) -> list[TruthRow]:
    """Simulate one library, write its reads and return its truth."""
    contents = draw_contents(prepared, library)
    truth = truth_of(prepared, contents)
    write_reads(contents, prepared.design, folder)
    return truth


def write_truth(rows: Iterable[TruthRow], target: Path) -> None:
    """Write the truth table, sorted by library and feature."""
    ordered = sorted(rows, key=lambda row: (row.library_id, row.feature_id))
    values = [
        (row.library_id, row.feature_id, row.sequence, row.lineage, str(row.reads))
        for row in ordered
    ]
    _write_table(("library_id", "feature_id", "sequence", "lineage", "reads"), values, target)


def write_used(rows: Sequence[tuple[str, str]], target: Path) -> None:
    """Write the references that were used, one a line: id and feature id, without header."""
    with atomic_text(target) as handle:
        handle.writelines(f"{name}\t{feature}\n" for name, feature in rows)


def sheets_of(design: Design, reads: Path, folder: Path) -> dict[Path, str]:
    """Make the sample sheet and the metadata sheet of a design.

    Parameters
    ----------
    design : Design
        All its libraries are listed, also those that were not asked for this time.
    reads : Path
        Where the FASTQ files lie; the sheet names them relative to itself.
    folder : Path
        Where `libraries.tsv` and `samples.tsv` are to be.

    Returns
    -------
    dict of Path to str
        Their texts, by where they belong.

    """
    start = Path(os.path.relpath(reads, folder))
    rows = []
    for library, assay, run in _listed(design):
        fastq = [(start / name).as_posix() for name in fastq_names(library)]
        ids = (library.library_id, library.sample_id, assay, run)
        rows.append((*ids, *fastq, "", library.control_type, design.sheets.agreement))
    columns = list(dict.fromkeys(name for library in design.libraries for name in library.metadata))
    samples = [
        (library.sample_id, *(library.metadata.get(name, "") for name in columns))
        for library in design.libraries
    ]
    return {
        folder / "libraries.tsv": _table(SHEET_COLUMNS, rows),
        folder / "samples.tsv": _table(("sample_id", *columns), samples),
    }


def _listed(design: Design) -> Iterator[tuple[Library, str, str]]:
    """List the libraries with their assays and runs, amplicons before metagenomes."""
    if design.has_amplicons:
        for library in design.libraries:
            yield library, design.sheets.assay, design.sheets.run
    if design.metagenomes:
        for library in metagenome_libraries(design):
            yield library, design.metagenomes.assay, design.metagenomes.run


def _write_table(header: Sequence[str], rows: Iterable[Sequence[str]], target: Path) -> None:
    with atomic_text(target) as handle:
        handle.write(_table(header, rows))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in [header, *rows])
