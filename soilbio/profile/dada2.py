"""Engine `dada2`: what the R scripts found, per run, to the features and counts of an assay."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import problem_of
from soilbio.profile.features import Features, feature_id, write_features

if TYPE_CHECKING:
    from soilbio.metadata.sheet import Library


def write_manifest(libraries: Sequence[Library], pattern: str, target: Path) -> None:
    """List libraries and their filtered files for `dada2_denoise.R`; no reverse for single reads.

    `pattern` names a file by `{library}` and `{end}` (1 or 2).

    Raises
    ------
    InputError
        If a run holds both pairs and single reads: they have no error model in common.

    """
    paired = {library.library_id for library in libraries if library.fastq_2}
    if paired and len(paired) < len(libraries):
        single = next(library for library in libraries if library.library_id not in paired)
        raise problem_of(
            "layout-mixed",
            "libraries",
            row=single.row,
            column="fastq_2",
            expected=f"pairs, as the other libraries of run '{single.run}' have",
            fix="Give the single reads an assay of their own",
        )
    rows = []
    for library in libraries:
        ends = ["1", "2"] if library.fastq_2 else ["1"]
        files = [pattern.format(library=library.library_id, end=end) for end in ends]
        rows.append("\t".join([library.library_id, *files, *([""] * (2 - len(files)))]))
    target.write_text("\n".join(rows) + "\n", encoding="utf-8")


def collect(
    tables: Sequence[tuple[Path, Path]],
    chimeras: Path,
    libraries: Sequence[str],
    engine: tuple[str, Mapping[str, object]],
    folder: Path,
) -> None:
    """Put the runs of an assay together and leave the chimeras out.

    Parameters
    ----------
    tables : sequence of (sequences, tracking)
        What `dada2_denoise.R` wrote, run by run.
    chimeras : Path
        What `dada2_chimeras.R` wrote: one sequence a line.
    libraries : sequence of str
        All libraries of the assay, also those without reads.
    engine : (version, parameters)
        Version of DADA2 and what it was told.
    folder : Path
        Where `features.fasta`, `counts.parquet`, `tracking.tsv` and `engine.json` go.

    """
    folder.mkdir(parents=True, exist_ok=True)
    chimeric = set(chimeras.read_text(encoding="ascii").split())
    sequences: dict[str, str] = {}
    counts: dict[tuple[str, str], int] = {}
    denoised = dict.fromkeys(libraries, 0)
    # Of single reads nothing is merged: R leaves the cell empty.
    merged: dict[str, int] = dict.fromkeys(libraries, 0)
    reasons: dict[str, str] = {}
    for found, tracking in tables:
        for row in _rows(found):
            if row["sequence"] not in chimeric:
                feature = feature_id(row["sequence"])
                sequences[feature] = row["sequence"]
                counts[row["library"], feature] = int(row["count"])
        for row in _rows(tracking):
            denoised[row["library"]] = int(row["denoised"])
            if row["merged"]:
                merged[row["library"]] = int(row["merged"])
            else:
                merged.pop(row["library"], None)
            if row["reason"]:
                reasons[row["library"]] = row["reason"]
    version, parameters = engine
    record = {"engine": "dada2", "engine_version": version, "parameters": dict(parameters)}
    write_features(Features(sequences, counts, denoised, merged, reasons), record, folder)


def _rows(source: Path) -> list[dict[str, str]]:
    with source.open(encoding="ascii", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))
