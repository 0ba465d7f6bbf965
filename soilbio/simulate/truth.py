"""What is truly in a library: a table of reads, or a FASTA file of expected sequences."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from soilbio.errors import Problems, problem_of
from soilbio.references.build import read_sequences
from soilbio.simulate.design import Region
from soilbio.simulate.region import PrimerSite
from soilbio.standards.iupac import reverse_complement

# An ambiguous base is in no feature: what has one would count as missed, and as false when found.
_BASES = re.compile(r"[ACGT]+")
_FASTA = (".fasta", ".fa", ".fna")
_COLUMNS = ("library_id", "sequence", "lineage", "reads")


def is_fasta(path: Path) -> bool:
    """Tell by its name whether a truth is FASTA of expected sequences, plain or gzip."""
    return path.name.lower().removesuffix(".gz").endswith(_FASTA)


@dataclass(slots=True)
class Truth:
    """The true sequences of one library; reads and lineages are empty where they are unknown."""

    reads: dict[str, int] = field(default_factory=dict)
    lineages: dict[str, str] = field(default_factory=dict)
    expected: tuple[str, ...] = ()

    @property
    def is_table(self) -> bool:
        """Whether the reads of each sequence are known."""
        return bool(self.reads)


def read_truth_rows(
    path: Path, needed: Sequence[str], problems: Problems, *, fix: str
) -> list[dict[str, str]]:
    """Read the rows of a table of truth; none, and a problem for each, where columns are missing.

    Raises
    ------
    InputError
        `truth-unreadable`.

    """
    try:
        table = csv.DictReader(io.StringIO(text_of(path), newline=""), delimiter="\t")
        header = table.fieldnames or ()
        missing = [name for name in needed if name not in header]
        rows = [] if missing else list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise problem_of(
            "truth-unreadable",
            str(path),
            found=str(error),
            expected="a tab-separated table in UTF-8",
            fix="Correct the path, or get the file again",
        ) from error
    for name in missing:
        problems.add(
            "truth-column",
            column=name,
            expected=f"the columns {', '.join(needed)}",
            fix=fix,
        )
    for number, row in enumerate(rows, start=2):
        if None in row.values() or row.pop(None, None):
            problems.add(
                "row-length",
                row=number,
                expected=f"{len(header)} cells, as the header has",
                fix="Fill the row up with tabs, or take what is too many away",
            )
    return [{name: value or "" for name, value in row.items()} for row in rows]


def text_of(path: Path) -> str:
    """Read a table as text, in UTF-8 or what Excel calls Unicode Text (UTF-16 with a mark)."""
    raw = path.read_bytes()
    return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def _note_sequence(sequence: str, row: int | None, problems: Problems) -> bool:
    """Note a sequence that is none; tell whether it is one."""
    if _BASES.fullmatch(sequence):
        return True
    problems.add(
        "truth-value",
        row=row,
        column="sequence" if row else None,
        found=sequence[:40],
        expected="a sequence of A, C, G and T; a feature never equals one with other letters",
        fix="Write the base that is meant, each variant as a sequence of its own, or leave it out",
    )
    return False


def read_truth_table(path: Path) -> dict[str, Truth]:
    """Read the truth of each library from a table as `soilbio simulate` writes it.

    Raises
    ------
    InputError
        `truth-unreadable`, `truth-column` for a missing column, `truth-value` for reads that are
        no whole number above 0.

    """
    problems = Problems(str(path))
    truths: dict[str, Truth] = {}
    fix = "Add the column; a FASTA file of expected sequences needs a name in .fasta or .fa"
    rows = read_truth_rows(path, _COLUMNS, problems, fix=fix)
    for number, row in enumerate(rows, start=2):
        reads = row["reads"] or ""
        if not reads.isdecimal() or int(reads) < 1:
            problems.add(
                "truth-value",
                row=number,
                column="reads",
                found=reads,
                expected="a whole number above 0",
                fix="Correct the number, or leave the row out",
            )
            continue
        sequence = row["sequence"].strip().upper().replace("U", "T")
        if not _note_sequence(sequence, number, problems):
            continue
        truth = truths.setdefault(row["library_id"], Truth())
        truth.reads[sequence] = truth.reads.get(sequence, 0) + int(reads)
        truth.lineages[sequence] = row["lineage"]
    problems.raise_if_any()
    return truths


def read_expected(path: Path, primers: Sequence[tuple[str, str]]) -> Truth:
    """Read the sequences that a mock community is made of; longer ones are cut to the amplicon.

    Parameters
    ----------
    path : Path
        FASTA; whole genes or amplicons.
    primers : sequence of (forward, reverse)
        Primer pairs of the assays; a sequence that none of them binds is taken whole.

    """
    sequences: dict[str, None] = {}
    problems = Problems(str(path))
    for _, sequence in read_sequences(path):
        plain = sequence.replace("-", "").replace(".", "")
        # Of a whole gene only the amplicon counts.
        cuts = [cut for pair in primers if (cut := _cut(plain, pair))] or [plain]
        if all(_note_sequence(cut, None, problems) for cut in cuts):
            sequences.update(dict.fromkeys(cuts))
    problems.raise_if_any()
    if not sequences:
        raise problem_of(
            "truth-unreadable",
            str(path),
            expected="at least one sequence",
            fix="Name a FASTA file of expected sequences",
        )
    return Truth(expected=tuple(sequences))


def _cut(sequence: str, primers: tuple[str, str]) -> str:
    """Cut the amplicon out of a sequence; empty, if the primers do not bind."""
    allowed = Region().max_mismatches
    forward, reverse = (
        PrimerSite(primers[0], allowed),
        PrimerSite(reverse_complement(primers[1]), allowed),
    )
    site = forward.find(sequence)
    start = site + forward.length
    end = reverse.find(sequence, start) if site >= 0 else -1
    return sequence[start:end] if end > start else ""
