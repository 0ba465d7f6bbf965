"""Sheet (interim)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Library:
    """A row."""

    library_id: str
    sample_id: str
    assay: str
    run: str
    fastq_1: Path | None
    fastq_2: Path | None
    accession: str
    control_type: str
    agreement: str
    row: int


def read_sheet(path: Path, assays: object = None) -> dict[str, Library]:
    """Read."""
    found = {}
    with path.open(newline="") as handle:
        for n, r in enumerate(csv.DictReader(handle, delimiter="\t"), start=2):
            f = [path.parent / r[k] if r[k] else None for k in ("fastq_1", "fastq_2")]
            f = [x.resolve() if x else None for x in f]
            found[r["library_id"]] = Library(r["library_id"], r["sample_id"], r["assay"], r["run"], f[0], f[1], r["accession"], r["control_type"], r["agreement"], n)
    return found
