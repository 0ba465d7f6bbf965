"""Whether a known composition is one, and of this project: seen before anything runs."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.config import Config
from soilbio.metadata.sheet import Library

_FASTA = (".fasta", ".fa", ".fna")


def check_truth(project: Config, libraries: Iterable[Library], problems: Problems) -> None:
    """Note truths that are no table of libraries or FASTA, or of no library of the sheet."""
    named = {library.library_id for library in libraries}
    for path in project.truth:
        if not path.is_file():
            continue  # told already
        own = Problems(str(path))
        try:
            _check(path, named, own)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            own.add(
                "truth-unreadable",
                found=str(error),
                expected="a tab-separated table in UTF-8, or FASTA",
                fix="Correct the path, or get the file again",
            )
        problems.extend(own.found)


def _check(path: Path, named: set[str], problems: Problems) -> None:
    if path.suffix.lower() in _FASTA:
        with path.open(encoding="utf-8") as handle:
            start = handle.read(1)
        if start != ">":
            problems.add(
                "truth-unreadable",
                found=start or "an empty file",
                expected="FASTA, which begins with >",
                fix="Correct the path, or get the file again",
            )
        return
    with path.open(encoding="utf-8-sig", newline="") as handle:
        table = csv.DictReader(handle, delimiter="\t")
        if "library_id" not in (table.fieldnames or ()):
            problems.add(
                "truth-column",
                row=1,
                column="library_id",
                found="\t".join(table.fieldnames or ())[:80] or "an empty file",
                expected="a header with library_id, and what `soilbio simulate` writes beside it",
                fix="Add the column, or name FASTA files .fasta, .fa or .fna",
            )
            return
        known = {row["library_id"] or "" for row in table}
    # A metagenome's truth may leave out the end that tells its assay.
    if named and not any(f"{name}-".startswith(f"{one}-") for name in named for one in known):
        problems.add(
            "truth-library",
            column="library_id",
            found=", ".join(sorted(known)[:5]) or "no row",
            expected="at least one library of the sample sheet",
            fix="Give the truth of these libraries, with their ids, or leave `truth` out",
        )
